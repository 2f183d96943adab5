//! Exception tables (`.gcc_except_table`): where a frame goes on when an exception comes to one of
//! its calls, in the format of the personality functions of C++ and Rust.
//!
//! What holds: every call of a function with a table is covered, those without handlers by entries
//! that let exceptions pass. A call has one landing pad in the format, but may have a handler for
//! every tag: then the pad is a few instructions behind the function that go by the selector.

use windlass_core::binemit::CodeOffset;
use windlass_core::ir::ExceptionTag;
use windlass_core::isa::TargetIsa;
use windlass_core::machine::tables::LinkCode;
use windlass_core::{CodeBuffer, FinalizedMachExceptionHandler};

use crate::frames::PointerForm;

/// What an exception must be for a handler to get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeEntry {
    /// Anything.
    CatchAll,
    /// Anything, on its way to somebody else: the handler runs, and resumes it in the end.
    Cleanup,
    /// What the personality function finds to be of this type, by the embedder's number.
    Type(usize),
}

/// What tags mean. A tag that nobody mapped catches everything.
#[derive(Clone, Debug, Default)]
pub struct ExceptionTypes {
    tags: std::collections::HashMap<ExceptionTag, TypeEntry>,
    default: Option<TypeEntry>,
}

impl ExceptionTypes {
    /// Says what a tag means.
    pub fn map_tag(&mut self, tag: ExceptionTag, entry: TypeEntry) {
        self.tags.insert(tag, entry);
    }

    /// Says what `default` handlers get; all exceptions where nothing is said.
    pub fn map_default(&mut self, entry: TypeEntry) {
        self.default = Some(entry);
    }

    fn entry(&self, tag: Option<ExceptionTag>) -> TypeEntry {
        let known = match tag {
            Some(tag) => self.tags.get(&tag).copied(),
            None => self.default,
        };
        known.unwrap_or(TypeEntry::CatchAll)
    }
}

/// A call, the landing pad (0 for none) and the first action (0 for none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Site {
    ret_addr: CodeOffset,
    pad: CodeOffset,
    action: u32,
}

/// The exception table of a function.
#[derive(Clone, Debug, Default)]
pub struct ExceptionTable {
    sites: Vec<Site>,
    /// Filter and displacement to the next action, one after the other.
    actions: Vec<u8>,
    /// The types that are caught, by filter from 1 on; `None` for all.
    types: Vec<Option<usize>>,
    pads: Vec<u8>,
    len: CodeOffset,
    pointer_bytes: usize,
}

/// Size of the call-site format and of the offset to the types, in bytes.
const PADDED_ULEB: usize = 4;

impl ExceptionTable {
    /// The table of a function for a machine, or `None` if no call of it has handlers.
    pub fn new(
        isa: &dyn TargetIsa,
        code: &CodeBuffer,
        types: &ExceptionTypes,
    ) -> Option<ExceptionTable> {
        if code.call_sites().all(|site| site.exception_handlers.is_empty()) {
            return None;
        }
        let machine = &isa.backend().tables().link;
        let mut table =
            ExceptionTable { pointer_bytes: isa.pointer_bytes().into(), ..Self::default() };
        let end = code.total_size();
        for site in code.call_sites() {
            let mut handlers = Vec::new();
            for handler in site.exception_handlers {
                let (tag, at) = match *handler {
                    FinalizedMachExceptionHandler::Tag(tag, at) => (Some(tag), at),
                    FinalizedMachExceptionHandler::Default(at) => (None, at),
                    FinalizedMachExceptionHandler::Context(_) => continue,
                };
                let entry = types.entry(tag);
                handlers.push((entry, at));
                if entry == TypeEntry::CatchAll {
                    break;
                }
            }
            let site = table.site(machine, site.ret_addr, end, &handlers);
            table.sites.push(site);
        }
        table.len = end + table.pads.len() as u32;
        Some(table)
    }

    fn site(
        &mut self,
        machine: &LinkCode,
        ret_addr: CodeOffset,
        end: CodeOffset,
        list: &[(TypeEntry, u32)],
    ) -> Site {
        let Some(&(_, last)) = list.last() else { return Site { ret_addr, pad: 0, action: 0 } };
        let filters: Vec<u32> = list.iter().map(|&(entry, _)| self.filter(entry)).collect();
        let mut pad = last;
        if list.iter().any(|&(_, at)| at != last) {
            pad = end + self.pads.len() as u32;
            for (n, (&(_, to), &filter)) in list.iter().zip(&filters).enumerate() {
                let wanted = (n + 1 < list.len()).then_some(filter);
                let from = end + self.pads.len() as u32;
                (machine.handler_branch)(&mut self.pads, wanted, to.wrapping_sub(from) as i32);
            }
        }
        if filters == [0] {
            return Site { ret_addr, pad, action: 0 };
        }
        let action = self.actions.len() as u32 + 1;
        for (n, &filter) in filters.iter().enumerate() {
            sleb(&mut self.actions, i64::from(filter));
            // The next one begins behind this byte, or there is none.
            self.actions.push((n + 1 < filters.len()) as u8);
        }
        Site { ret_addr, pad, action }
    }

    fn filter(&mut self, entry: TypeEntry) -> u32 {
        let wanted = match entry {
            TypeEntry::Cleanup => return 0,
            TypeEntry::CatchAll => None,
            TypeEntry::Type(n) => Some(n),
        };
        let known = self.types.iter().position(|&known| known == wanted);
        let index = known.unwrap_or_else(|| {
            self.types.push(wanted);
            self.types.len() - 1
        });
        index as u32 + 1
    }

    /// Instructions that belong right behind all bytes of the function.
    pub fn pads(&self) -> &[u8] {
        &self.pads
    }

    /// The bytes of the table, and where in them the address of each type goes: with
    /// [`PointerForm::Absolute`] the address, with [`PointerForm::Relative`] the distance (4 bytes) from
    /// that place to one that holds the address. The table begins at a multiple of 8.
    pub fn write(&self, form: PointerForm) -> (Vec<u8>, Vec<(u32, usize)>) {
        let width = match form {
            PointerForm::Absolute => self.pointer_bytes,
            PointerForm::Relative => 4,
        };
        let mut sites = Vec::new();
        let mut covered = 0;
        let mut range = |start: u32, end: u32, pad: u32, action: u32| {
            if start < end {
                [start, end - start, pad, action].iter().for_each(|&n| uleb(&mut sites, n));
            }
        };
        for site in self.sites.iter().filter(|site| site.pad != 0) {
            // The unwinder looks up the byte before the return address.
            range(covered, site.ret_addr - 1, 0, 0);
            range(site.ret_addr - 1, site.ret_addr, site.pad, site.action);
            covered = site.ret_addr;
        }
        range(covered, self.len, 0, 0);
        let mut out = vec![gimli::DW_EH_PE_omit.0];
        if self.types.is_empty() {
            out.push(gimli::DW_EH_PE_omit.0);
        } else {
            out.push(form.indirect().0);
            let after = out.len() + PADDED_ULEB;
            let types = after + 1 + PADDED_ULEB + sites.len() + self.actions.len();
            let end = types.next_multiple_of(8) + width * self.types.len();
            padded_uleb(&mut out, (end - after) as u32);
        }
        out.push(gimli::DW_EH_PE_uleb128.0);
        padded_uleb(&mut out, sites.len() as u32);
        out.extend_from_slice(&sites);
        out.extend_from_slice(&self.actions);
        out.resize(out.len().next_multiple_of(8), 0);
        // Filter 1 is the last entry.
        let mut places = Vec::new();
        for entry in self.types.iter().rev() {
            if let Some(number) = *entry {
                places.push((out.len() as u32, number));
            }
            out.resize(out.len() + width, 0);
        }
        (out, places)
    }
}

fn uleb(out: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn padded_uleb(out: &mut Vec<u8>, n: u32) {
    assert!(n < 1 << (7 * PADDED_ULEB), "a table of exceptions has less than 2^28 bytes");
    for i in 0..PADDED_ULEB {
        let more = if i + 1 < PADDED_ULEB { 0x80 } else { 0 };
        out.push((n >> (7 * i)) as u8 & 0x7f | more);
    }
}

fn sleb(out: &mut Vec<u8>, mut n: i64) {
    loop {
        let byte = n as u8 & 0x7f;
        n >>= 7;
        if (n == 0 && byte & 0x40 == 0) || (n == -1 && byte & 0x40 != 0) {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::settings;

    #[test]
    fn numbers_of_variable_length() {
        let mut out = Vec::new();
        uleb(&mut out, 300);
        padded_uleb(&mut out, 300);
        sleb(&mut out, 64);
        sleb(&mut out, 1);
        assert_eq!(out, [0xac, 2, 0xac, 0x82, 0x80, 0, 0xc0, 0, 1]);
    }

    #[test]
    fn one_pad_for_one_handler_and_a_chain_for_several() {
        let flags = settings::Flags::new(settings::builder());
        let isa = windlass_isa::lookup_by_name("x86_64").unwrap().finish(flags).unwrap();
        let machine = &isa.backend().tables().link;
        let mut table = ExceptionTable::default();
        let one = table.site(machine, 10, 100, &[(TypeEntry::Cleanup, 40)]);
        assert_eq!(one, Site { ret_addr: 10, pad: 40, action: 0 });
        assert!(table.pads().is_empty());
        let several = [
            (TypeEntry::Type(7), 40),
            (TypeEntry::Type(9), 50),
            (TypeEntry::Type(7), 60),
            (TypeEntry::CatchAll, 60),
        ];
        let site = table.site(machine, 20, 100, &several);
        assert_eq!(site, Site { ret_addr: 20, pad: 100, action: 1 });
        assert_eq!(table.actions, [1, 1, 2, 1, 1, 1, 3, 0]);
        assert_eq!(table.types, [Some(7), Some(9), None]);
        assert_eq!(table.pads().len(), 3 * 12 + 5);
        assert_eq!(table.pads()[..8], [0x81, 0xfa, 1, 0, 0, 0, 0x0f, 0x84]);
        assert_eq!(table.pads()[8..12], (40i32 - 112).to_le_bytes());
        table.sites = vec![one, Site { ret_addr: 15, pad: 0, action: 0 }, site];
        table.len = 141;
        let (bytes, places) = table.write(PointerForm::Relative);
        assert_eq!(bytes.len() % 4, 0);
        let numbers: Vec<_> = places.iter().map(|&(_, number)| number).collect();
        assert_eq!(numbers, [9, 7]);
        assert_eq!(places[1].0 as usize + 4, bytes.len());
    }
}
