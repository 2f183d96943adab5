//! The emission buffer: bytes, and everything that points into them.
//!
//! Branches to labels are written in their long form and remembered. `Buffer::finish` decides which
//! of them fit their short form, by distances that can only shrink, moves the code together in one
//! pass, and carries every recorded offset along. Then come constants and jump tables, and all uses
//! of labels are patched. Each step is linear in the number of labels, branches and bytes.
//!
//! A loop that fits one line of code (`BranchWriter::line`) gets padding in front, if it would lie
//! in two: processors fetch a line a cycle, and a loop of a few instructions whose line ends in the
//! middle takes twice its time.

use super::reloc::{Addend, CodeOffset, Reloc};
use super::row::CodeSink;
use super::vcode::{CONST_LABEL, Span};
use crate::ir::{
    DebugTag, ExceptionTag, ExternalName, FunctionParameters, SourceLoc, TrapCode, UserStackMap,
};

/// A place in the code that is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Label(pub u32);

const UNBOUND: u32 = u32::MAX;

/// How the use of a label is written: the backend's own number.
pub type FixupKind = u8;

/// A branch to a label, in its long form until the end.
#[derive(Clone, Copy, Debug)]
struct Branch {
    at: u32,
    label: u32,
    /// What the backend needs to write it.
    code: u8,
    long: u8,
    short: u8,
    is_short: bool,
}

/// What the ISA has to know of branches and label uses.
pub trait BranchWriter {
    /// The largest distance of a short branch, forwards and backwards, from its end.
    fn short_reach(&self) -> (u32, u32);

    /// Writes a branch; `distance` counts from its end.
    fn write_branch(&self, out: &mut [u8], code: u8, is_short: bool, distance: i32);

    /// Patches a field with the distance to `target`.
    fn patch(&self, code: &mut [u8], kind: FixupKind, at: u32, target: u32);

    /// A byte that fills gaps between code and data.
    fn filler(&self) -> u8;

    /// The bytes, a power of two, that the processor takes from its cache of decoded instructions
    /// at once.
    fn line(&self) -> u32;

    /// Fills these bytes with instructions that do nothing.
    fn write_nops(&self, out: &mut [u8]);
}

/// Padding in front of a loop.
#[derive(Clone, Copy, Debug)]
struct Pad {
    /// Where it is inserted, in the code as emitted.
    at: u32,
    /// Where the loop ends, in the code as emitted.
    end: u32,
    /// Its size; the largest that it can have until that is decided.
    len: u32,
}

/// What a relocation refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FinalizedRelocTarget {
    /// A symbol.
    ExternalName(ExternalName),
    /// An offset in the function itself.
    Func(CodeOffset),
}

impl FinalizedRelocTarget {
    /// The target for printing.
    pub fn display(&self, params: Option<&FunctionParameters>) -> String {
        match self {
            Self::ExternalName(name) => name.display(params).to_string(),
            Self::Func(offset) => format!("func+{offset}"),
        }
    }
}

/// A relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalizedMachReloc {
    /// Where the field is.
    pub offset: CodeOffset,
    /// How it is written.
    pub kind: Reloc,
    /// What it refers to.
    pub target: FinalizedRelocTarget,
    /// Added to the address.
    pub addend: Addend,
}

/// An instruction that may trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachTrap {
    /// Its offset.
    pub offset: CodeOffset,
    /// The reason.
    pub code: TrapCode,
}

/// A range of code that comes from one place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachSrcLoc {
    /// First byte.
    pub start: CodeOffset,
    /// One past the last byte.
    pub end: CodeOffset,
    /// The place in the source.
    pub loc: SourceLoc,
}

/// An entry of a call site's exception table, in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalizedMachExceptionHandler {
    /// Exceptions with this tag go to this offset.
    Tag(ExceptionTag, CodeOffset),
    /// All exceptions go to this offset.
    Default(CodeOffset),
    /// The context of the entries that follow is here.
    Context(ExceptionContextLoc),
}

/// Where the context of exception handlers is during a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionContextLoc {
    /// In memory, at this offset from the stack pointer.
    SPOffset(u32),
    /// In the register with this number. The compiler here always keeps it in memory.
    GPR(u8),
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachCallSite {
    /// Offset of the instruction after the call.
    pub ret_addr: CodeOffset,
    /// Distance from the stack pointer at the call to the frame pointer.
    pub frame_offset: Option<u32>,
    /// Its entries in `CodeBuffer::handlers`.
    pub handlers: Span,
}

/// A place where debug tags are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachDebugTags {
    /// The offset.
    pub offset: CodeOffset,
    /// The tags.
    pub tags: Vec<DebugTag>,
}

/// Bytes with everything that points into them. Offsets are final only after `finish`.
#[derive(Default, Clone, Debug)]
pub struct CodeBuffer {
    data: Vec<u8>,
    /// Alignment that the function needs.
    pub alignment: u32,
    relocs: Vec<FinalizedMachReloc>,
    traps: Vec<MachTrap>,
    srclocs: Vec<MachSrcLoc>,
    call_sites: Vec<MachCallSite>,
    handlers: Vec<FinalizedMachExceptionHandler>,
    user_stack_maps: Vec<(CodeOffset, u32, UserStackMap)>,
    debug_tags: Vec<MachDebugTags>,
    patchable_calls: Vec<(CodeOffset, u32)>,
    frame_size: u32,
    /// Where code ends and constants begin.
    code_size: u32,
    labels: Vec<u32>,
    /// Labels in the order in which they were bound.
    bound: Vec<u32>,
    fixups: Vec<(u32, u32, FixupKind)>,
    pending_relocs: Vec<(u32, u8, u32, i64)>,
    branches: Vec<Branch>,
    const_labels: Vec<u32>,
    tables: Vec<(Label, Span)>,
    table_labels: Vec<Label>,
    aliases: Vec<(Label, Label)>,
    /// Loops that may get padding, and those that do.
    pads: Vec<Pad>,
    scratch: Vec<u32>,
}

// ---------------------------------------------------------------------------------------------
// The result.

impl CodeBuffer {
    /// The bytes: code, then constants and jump tables.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes, to change (when a relocation is applied in place).
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The size of all bytes.
    pub fn total_size(&self) -> CodeOffset {
        self.data.len() as CodeOffset
    }

    /// The size of the instructions, without constants and jump tables.
    pub fn code_size(&self) -> CodeOffset {
        self.code_size
    }

    /// The relocations, by ascending offset.
    pub fn relocs(&self) -> &[FinalizedMachReloc] {
        &self.relocs
    }

    /// The instructions that may trap, by ascending offset.
    pub fn traps(&self) -> &[MachTrap] {
        &self.traps
    }

    /// The calls, by ascending offset.
    pub fn call_sites(&self) -> impl ExactSizeIterator<Item = FinalizedMachCallSite<'_>> + '_ {
        self.call_sites.iter().map(|site| FinalizedMachCallSite {
            ret_addr: site.ret_addr,
            frame_offset: site.frame_offset,
            exception_handlers: &self.handlers[site.handlers.range()],
        })
    }

    /// The ranges of code with a known place in the source, ascending and without overlap.
    pub fn get_srclocs_sorted(&self) -> &[MachSrcLoc] {
        &self.srclocs
    }

    /// Stack maps: offset of the return address, size of the frame, map.
    pub fn user_stack_maps(&self) -> &[(CodeOffset, u32, UserStackMap)] {
        &self.user_stack_maps
    }

    /// Debug tags by offset.
    pub fn debug_tags(&self) -> &[MachDebugTags] {
        &self.debug_tags
    }

    /// Calls that may be overwritten: offset and length.
    pub fn patchable_call_sites(&self) -> &[(CodeOffset, u32)] {
        &self.patchable_calls
    }

    /// Bytes between the return address and the lowest address of the frame.
    pub fn frame_size(&self) -> u32 {
        self.frame_size
    }
}

/// A call, with its exception table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalizedMachCallSite<'a> {
    /// Offset of the instruction after the call.
    pub ret_addr: CodeOffset,
    /// Distance from the stack pointer at the call to the frame pointer, where there is a frame.
    pub frame_offset: Option<u32>,
    /// The handlers in the order written.
    pub exception_handlers: &'a [FinalizedMachExceptionHandler],
}

// ---------------------------------------------------------------------------------------------
// While code is emitted.

impl CodeBuffer {
    /// Forgets everything but the memory, and makes labels `0..labels`.
    pub fn start(&mut self, labels: usize, consts: usize) {
        self.data.clear();
        self.relocs.clear();
        self.traps.clear();
        self.srclocs.clear();
        self.call_sites.clear();
        self.handlers.clear();
        self.user_stack_maps.clear();
        self.debug_tags.clear();
        self.patchable_calls.clear();
        self.frame_size = 0;
        self.code_size = 0;
        self.alignment = 1;
        self.labels.clear();
        self.labels.resize(labels, UNBOUND);
        self.bound.clear();
        self.fixups.clear();
        self.pending_relocs.clear();
        self.branches.clear();
        self.const_labels.clear();
        self.const_labels.resize(consts, UNBOUND);
        self.tables.clear();
        self.table_labels.clear();
        self.aliases.clear();
        self.pads.clear();
    }

    /// The offset of the next byte, in code that may still shrink.
    #[inline]
    pub fn cur_offset(&self) -> u32 {
        self.data.len() as u32
    }

    /// A new label.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label to the next byte.
    pub fn bind(&mut self, label: Label) {
        assert_eq!(self.labels[label.0 as usize], UNBOUND, "label {} is bound twice", label.0);
        self.labels[label.0 as usize] = self.data.len() as u32;
        self.bound.push(label.0);
    }

    /// Whether a label is bound.
    #[inline]
    pub fn is_bound(&self, label: Label) -> bool {
        self.labels[label.0 as usize] != UNBOUND
    }

    /// Makes `label` the same place as `target`. Branches must name the target itself.
    pub fn alias(&mut self, label: Label, target: Label) {
        self.aliases.push((label, target));
    }

    /// Puts a branch of `long` bytes, or `short` bytes if the label turns out to be near; `code` is
    /// what the backend needs to write it.
    pub fn put_branch(&mut self, label: Label, code: u8, long: u8, short: u8) {
        let at = self.data.len() as u32;
        self.branches.push(Branch { at, label: label.0, code, long, short, is_short: false });
        self.data.extend_from_slice(&[0; 16][..long as usize]);
    }

    /// The code from a label, which is bound, to here is a loop.
    pub fn loop_ends(&mut self, header: Label) {
        let (at, end) = (self.labels[header.0 as usize], self.data.len() as u32);
        // Branches in it may shrink.
        let may_fit = end - at <= 2 * MAX_LINE;
        // The address behind a call is where the call returns to, and nothing comes between.
        let behind_call = self.call_sites.iter().rev().map(|call| call.ret_addr);
        if may_fit && !behind_call.take_while(|addr| *addr >= at).any(|addr| addr == at) {
            self.pads.push(Pad { at, end, len: 0 });
        }
    }

    /// The next instruction may trap.
    #[inline]
    pub fn trap_here(&mut self, code: TrapCode) {
        let offset = self.data.len() as u32;
        self.traps.push(MachTrap { offset, code });
    }

    /// The code from `start` on comes from `loc`.
    #[inline]
    pub fn srcloc_range(&mut self, start: u32, loc: SourceLoc) {
        let end = self.data.len() as u32;
        if start == end || loc.is_default() {
            return;
        }
        if let Some(last) = self.srclocs.last_mut()
            && last.end == start
            && last.loc == loc
        {
            last.end = end;
            return;
        }
        self.srclocs.push(MachSrcLoc { start, end, loc });
    }

    /// A call ends here.
    pub fn call_site(&mut self, frame_offset: Option<u32>) {
        let ret_addr = self.data.len() as u32;
        let at = self.handlers.len() as u32;
        let handlers = Span { start: at, end: at };
        self.call_sites.push(MachCallSite { ret_addr, frame_offset, handlers });
    }

    /// A handler of the last call: a tag (or all), and where it goes.
    pub fn handler(&mut self, tag: Option<ExceptionTag>, label: Label) {
        self.handlers.push(match tag {
            Some(tag) => FinalizedMachExceptionHandler::Tag(tag, label.0),
            None => FinalizedMachExceptionHandler::Default(label.0),
        });
        self.grow_handlers();
    }

    /// A context of the last call's handlers that follow.
    pub fn handler_context(&mut self, offset: u32) {
        self.handlers
            .push(FinalizedMachExceptionHandler::Context(ExceptionContextLoc::SPOffset(offset)));
        self.grow_handlers();
    }

    fn grow_handlers(&mut self) {
        let end = self.handlers.len() as u32;
        self.call_sites.last_mut().expect("a call has handlers").handlers.end = end;
    }

    /// The stack map of the call that ends here.
    pub fn stack_map(&mut self, frame_size: u32, map: UserStackMap) {
        self.user_stack_maps.push((self.data.len() as u32, frame_size, map));
    }

    /// The debug tags of this place.
    pub fn tags(&mut self, tags: &[DebugTag]) {
        let offset = self.data.len() as u32;
        self.debug_tags.push(MachDebugTags { offset, tags: tags.to_vec() });
    }

    /// The last `len` bytes are a call that may be overwritten.
    pub fn patchable_call(&mut self, len: u32) {
        self.patchable_calls.push((self.data.len() as u32 - len, len));
    }

    /// A table of distances from `label`, where the table will be, to `targets`.
    pub fn jump_table(&mut self, label: Label, targets: &[Label]) {
        let start = self.table_labels.len() as u32;
        self.table_labels.extend_from_slice(targets);
        let end = self.table_labels.len() as u32;
        self.tables.push((label, Span { start, end }));
    }

    /// Sets the size of the frame.
    pub fn set_frame_size(&mut self, size: u32) {
        self.frame_size = size;
    }
}

impl CodeSink for CodeBuffer {
    #[inline]
    fn offset(&self) -> u32 {
        self.data.len() as u32
    }

    #[inline]
    fn put_inst(&mut self, bytes: &[u8; 16], len: usize) {
        // Sixteen bytes at once, then back to the length.
        let end = self.data.len() + len;
        self.data.extend_from_slice(bytes);
        self.data.truncate(end);
    }

    #[inline]
    fn put_bytes(&mut self, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
    }

    #[inline]
    fn use_label_at_offset(&mut self, offset: u32, label: u32, kind: u8) {
        self.fixups.push((offset, label, kind));
    }

    #[inline]
    fn add_reloc_at_offset(&mut self, offset: u32, kind: u8, symbol: u32, addend: i64) {
        self.pending_relocs.push((offset, kind, symbol, addend));
    }
}

// ---------------------------------------------------------------------------------------------
// The end.

/// The largest line of any machine.
const MAX_LINE: u32 = 64;

/// Carries ascending offsets to where they are after branches have been shortened and padding has
/// been inserted.
struct Shift<'a> {
    branches: &'a [Branch],
    pads: &'a [Pad],
    removed: u32,
    added: u32,
}

impl<'a> Shift<'a> {
    fn new(branches: &'a [Branch], pads: &'a [Pad]) -> Self {
        Shift { branches, pads, removed: 0, added: 0 }
    }

    #[inline]
    fn map(&mut self, offset: u32) -> u32 {
        // The bytes that go are the last ones of a branch: what follows it moves.
        while let Some(branch) = self.branches.first()
            && branch.at + branch.long as u32 <= offset
        {
            self.removed += if branch.is_short { (branch.long - branch.short) as u32 } else { 0 };
            self.branches = &self.branches[1..];
        }
        // What is at the place of padding stands behind it.
        while let Some(pad) = self.pads.first()
            && pad.at <= offset
        {
            self.added += pad.len;
            self.pads = &self.pads[1..];
        }
        offset + self.added - self.removed
    }
}

/// The size of a loop of at most a few lines, with branches as they are.
fn size_of(branches: &[Branch], pad: &Pad) -> u32 {
    let first = branches.partition_point(|branch| branch.at < pad.at);
    let inside = branches[first..].iter().take_while(|branch| branch.at < pad.end);
    let short = inside.filter(|branch| branch.is_short);
    pad.end - pad.at - short.map(|b| (b.long - b.short) as u32).sum::<u32>()
}

/// The constants of a function: bytes and alignment of each.
pub trait PoolSource {
    /// How many.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Bytes and alignment.
    fn get(&self, n: usize) -> (&[u8], u32);
}

impl CodeBuffer {
    /// Chooses short branches, appends constants and jump tables, patches all labels, and makes
    /// offsets final. `offsets` are further ascending lists of offsets to carry along; `reloc`
    /// turns the backend's relocations into public ones.
    pub fn finish(
        &mut self,
        writer: &dyn BranchWriter,
        pool: &dyn PoolSource,
        offsets: &mut [&mut Vec<u32>],
        mut reloc: impl FnMut(u8, u32, i64) -> (Reloc, ExternalName, i64),
    ) {
        self.relax(writer);
        if !self.pads.is_empty() {
            self.place_loops(writer);
        }
        self.move_together(writer, offsets);
        self.code_size = self.data.len() as u32;
        self.append_data(writer, pool);
        for &(at, label, kind) in &self.fixups {
            let target = if label & CONST_LABEL != 0 {
                self.const_labels[(label & !CONST_LABEL) as usize]
            } else {
                self.labels[label as usize]
            };
            assert_ne!(target, UNBOUND, "label {label} is bound");
            writer.patch(&mut self.data, kind, at, target);
        }
        for &(offset, kind, symbol, addend) in &self.pending_relocs {
            let (kind, name, addend) = reloc(kind, symbol, addend);
            self.relocs.push(FinalizedMachReloc {
                offset,
                kind,
                target: FinalizedRelocTarget::ExternalName(name),
                addend,
            });
        }
        for handler in &mut self.handlers {
            match handler {
                FinalizedMachExceptionHandler::Tag(_, offset)
                | FinalizedMachExceptionHandler::Default(offset) => {
                    *offset = self.labels[*offset as usize];
                }
                FinalizedMachExceptionHandler::Context(_) => {}
            }
        }
    }

    /// Decides which branches are short. A first round measures distances as emitted; a second one
    /// in the code that the first has shortened. Both are safe: distances only shrink, and padding
    /// is counted with the most that it can be.
    fn relax(&mut self, writer: &dyn BranchWriter) {
        if self.branches.is_empty() {
            return;
        }
        let (forward, backward) = writer.short_reach();
        let CodeBuffer { branches, labels, bound, scratch, pads, .. } = self;
        for round in 0..2 {
            // Where labels are now.
            if round == 0 && pads.is_empty() {
                scratch.clone_from(labels);
            } else {
                scratch.resize(labels.len(), UNBOUND);
                let mut shift = Shift::new(if round == 0 { &[] } else { branches }, pads);
                for &label in bound.iter() {
                    scratch[label as usize] = shift.map(labels[label as usize]);
                }
            }
            let mut removed = 0;
            let mut removed_before = 0;
            let mut added = 0;
            let mut next_pads = &pads[..];
            for branch in branches.iter_mut() {
                while let Some(pad) = next_pads.first()
                    && pad.at <= branch.at
                {
                    added += pad.len;
                    next_pads = &next_pads[1..];
                }
                let at = branch.at + added - removed_before;
                let gain = (branch.long - branch.short) as u32;
                if branch.is_short {
                    removed += gain;
                } else {
                    let target = scratch[branch.label as usize];
                    assert_ne!(target, UNBOUND, "label {} is bound", branch.label);
                    let fits = if target > at {
                        target - at - branch.long as u32 <= forward
                    } else {
                        at + branch.short as u32 - target <= backward
                    };
                    if fits {
                        branch.is_short = true;
                        // What this round gains is not in its own measure.
                    }
                }
                if round > 0 {
                    removed_before = removed;
                }
            }
        }
    }

    /// Chooses the loops that are kept within a line, and their padding: with branches as they are,
    /// those that fit one, without those in them. Then branches are chosen again, with the padding
    /// in their way.
    fn place_loops(&mut self, writer: &dyn BranchWriter) {
        let line = writer.line();
        debug_assert!(line.is_power_of_two() && line <= MAX_LINE);
        // A loop before those in it.
        self.pads.sort_unstable_by_key(|pad| (pad.at, u32::MAX - pad.end));
        let branches = &self.branches;
        let mut end = 0;
        self.pads.retain_mut(|pad| {
            let keeps = pad.at >= end && size_of(branches, pad) <= line;
            if keeps {
                end = pad.end;
                pad.len = line - 1;
            }
            keeps
        });
        if self.pads.is_empty() {
            return;
        }
        self.branches.iter_mut().for_each(|branch| branch.is_short = false);
        self.relax(writer);
        let mut shift = Shift::new(&self.branches, &[]);
        let mut added = 0;
        for pad in &mut self.pads {
            let before = (shift.map(pad.at) + added) % line;
            let size = size_of(&self.branches, pad);
            pad.len = if size <= line && before + size > line { line - before } else { 0 };
            added += pad.len;
        }
        self.alignment = self.alignment.max(line);
    }

    /// Moves the code together over the bytes that short branches do not need, and apart for
    /// padding.
    fn move_together(&mut self, writer: &dyn BranchWriter, offsets: &mut [&mut Vec<u32>]) {
        let mut shift = Shift::new(&self.branches, &self.pads);
        for &label in &self.bound {
            self.labels[label as usize] = shift.map(self.labels[label as usize]);
        }
        for &(label, target) in &self.aliases {
            self.labels[label.0 as usize] = self.labels[target.0 as usize];
        }
        // With room for all padding in front, bytes only ever move down.
        let room = self.pads.iter().map(|pad| pad.len as usize).sum::<usize>();
        if room != 0 {
            let len = self.data.len();
            self.data.resize(len + room, 0);
            self.data.copy_within(..len, room);
        }
        let mut from = room;
        let mut to = 0;
        let data = &mut self.data;
        let copy = |data: &mut Vec<u8>, from: &mut usize, to: &mut usize, end: usize| {
            if from != to {
                data.copy_within(*from..end, *to);
            }
            *to += end - *from;
            *from = end;
        };
        let mut pads = &self.pads[..];
        let mut pad_to = |data: &mut Vec<u8>, from: &mut usize, to: &mut usize, limit: u32| {
            while let Some((pad, rest)) = pads.split_first()
                && pad.at <= limit
            {
                copy(data, from, to, pad.at as usize + room);
                let end = *to + pad.len as usize;
                writer.write_nops(&mut data[*to..end]);
                *to = end;
                pads = rest;
            }
        };
        for branch in &self.branches {
            pad_to(data, &mut from, &mut to, branch.at);
            copy(data, &mut from, &mut to, branch.at as usize + room);
            let len = if branch.is_short { branch.short } else { branch.long } as usize;
            let distance = self.labels[branch.label as usize] as i32 - (to + len) as i32;
            writer.write_branch(&mut data[to..to + len], branch.code, branch.is_short, distance);
            to += len;
            from += branch.long as usize;
        }
        pad_to(data, &mut from, &mut to, u32::MAX);
        let end = data.len();
        copy(data, &mut from, &mut to, end);
        data.truncate(to);
        if self.branches.iter().all(|b| !b.is_short) && room == 0 {
            return;
        }
        let (branches, pads) = (&self.branches[..], &self.pads[..]);
        let shift = || Shift::new(branches, pads);
        let mut s = shift();
        self.traps.iter_mut().for_each(|t| t.offset = s.map(t.offset));
        let mut s = shift();
        self.fixups.iter_mut().for_each(|f| f.0 = s.map(f.0));
        let mut s = shift();
        self.pending_relocs.iter_mut().for_each(|r| r.0 = s.map(r.0));
        let mut s = shift();
        for range in &mut self.srclocs {
            range.start = s.map(range.start);
            range.end = s.map(range.end);
        }
        let mut s = shift();
        self.call_sites.iter_mut().for_each(|c| c.ret_addr = s.map(c.ret_addr));
        let mut s = shift();
        self.user_stack_maps.iter_mut().for_each(|m| m.0 = s.map(m.0));
        let mut s = shift();
        self.debug_tags.iter_mut().for_each(|t| t.offset = s.map(t.offset));
        let mut s = shift();
        self.patchable_calls.iter_mut().for_each(|c| c.0 = s.map(c.0));
        for list in offsets {
            let mut s = shift();
            list.iter_mut().for_each(|offset| *offset = s.map(*offset));
        }
    }

    fn append_data(&mut self, writer: &dyn BranchWriter, pool: &dyn PoolSource) {
        for n in 0..pool.len() {
            let (bytes, align) = pool.get(n);
            self.align(align, writer.filler());
            self.const_labels[n] = self.data.len() as u32;
            self.data.extend_from_slice(bytes);
        }
        if !self.tables.is_empty() {
            self.align(4, writer.filler());
        }
        for &(label, targets) in &self.tables {
            let start = self.data.len() as u32;
            self.labels[label.0 as usize] = start;
            for target in &self.table_labels[targets.range()] {
                let distance = self.labels[target.0 as usize].wrapping_sub(start);
                self.data.extend_from_slice(&distance.to_le_bytes());
            }
        }
    }

    fn align(&mut self, align: u32, filler: u8) {
        self.alignment = self.alignment.max(align);
        let len = self.data.len().next_multiple_of(align as usize);
        self.data.resize(len, filler);
    }

    /// Where a label is; after `finish`.
    pub fn label_offset(&self, label: Label) -> CodeOffset {
        self.labels[label.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Branches of x86: opcode byte, then a distance of 1 or 4 bytes.
    struct Toy;

    impl BranchWriter for Toy {
        fn short_reach(&self) -> (u32, u32) {
            (127, 128)
        }
        fn write_branch(&self, out: &mut [u8], code: u8, is_short: bool, distance: i32) {
            out[0] = code + is_short as u8;
            if is_short {
                assert!((-128..=127).contains(&distance));
                out[1] = distance as u8;
            } else {
                out[1..].copy_from_slice(&distance.to_le_bytes());
            }
        }
        fn patch(&self, code: &mut [u8], _: FixupKind, at: u32, target: u32) {
            let distance = target as i32 - (at as i32 + 4);
            code[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
        }
        fn filler(&self) -> u8 {
            0xcc
        }
        fn line(&self) -> u32 {
            64
        }
        fn write_nops(&self, out: &mut [u8]) {
            out.fill(0x77);
        }
    }

    struct NoPool;

    impl PoolSource for NoPool {
        fn len(&self) -> usize {
            0
        }
        fn get(&self, _: usize) -> (&[u8], u32) {
            unreachable!("the pool is empty")
        }
    }

    fn no_reloc(_: u8, _: u32, _: i64) -> (Reloc, ExternalName, i64) {
        unreachable!("there are no relocations")
    }

    /// A source of numbers below the one it is asked for.
    fn random(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |n| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        }
    }

    /// Builds a function of random pieces and checks every branch, trap and label of the result.
    fn check(seed: u64, pieces: usize, largest_gap: usize) {
        let mut random = random(seed);
        let mut buffer = CodeBuffer::default();
        buffer.start(pieces + 1, 0);
        // Piece `i`: label, a byte that names it, a gap, a trap, a branch to a random piece.
        let mut targets = Vec::new();
        let mut uses = Vec::new();
        for i in 0..pieces {
            buffer.bind(Label(i as u32));
            buffer.put_bytes(&[(i % 100) as u8]);
            let gap = vec![0x90; random(largest_gap + 1)];
            buffer.put_bytes(&gap);
            buffer.trap_here(TrapCode::STACK_OVERFLOW);
            buffer.put_bytes(&[0xf4]);
            let target = random(pieces + 1);
            targets.push(target);
            buffer.put_branch(Label(target as u32), 200, 5, 2);
            let named = random(pieces);
            buffer.use_label_at_offset(buffer.cur_offset(), named as u32, 0);
            buffer.put4(0);
            uses.push(named);
        }
        buffer.bind(Label(pieces as u32));
        let mut ends = vec![buffer.cur_offset()];
        buffer.finish(&Toy, &NoPool, &mut [&mut ends], no_reloc);
        let data = buffer.data();
        assert_eq!(ends[0] as usize, data.len());
        assert_eq!(buffer.traps().len(), pieces);
        let at = |i: usize| buffer.label_offset(Label(i as u32)) as usize;
        for i in 0..pieces {
            assert_eq!(data[at(i)], (i % 100) as u8);
            assert_eq!(data[buffer.traps()[i].offset as usize], 0xf4);
            let branch = buffer.traps()[i].offset as usize + 1;
            let (len, distance) = match data[branch] {
                201 => (2, data[branch + 1] as i8 as i64),
                200 => {
                    let field = data[branch + 1..branch + 5].try_into().unwrap();
                    (5, i32::from_le_bytes(field) as i64)
                }
                other => panic!("{other} is no branch"),
            };
            let reached = (branch + len) as i64 + distance;
            assert_eq!(reached, at(targets[i]) as i64, "branch {i}");
            // What is certainly near is short: at most the gain of all long branches is missed.
            let direct = at(targets[i]) as i64 - (branch + len) as i64;
            if pieces < 10 && (-90..=90).contains(&direct) {
                assert_eq!(len, 2, "branch {i} over {direct} bytes");
            }
            let field = branch + len;
            let value = i32::from_le_bytes(data[field..field + 4].try_into().unwrap());
            assert_eq!(field as i64 + 4 + value as i64, at(uses[i]) as i64);
        }
    }

    #[test]
    fn random_code_is_relaxed_and_patched() {
        for seed in 1..200 {
            check(seed * 0x9e37_79b9, 1 + seed as usize % 9, 40);
            check(seed * 0x9e37_79b9, 30, 10);
            check(seed * 0x9e37_79b9, 200, 60);
        }
    }

    /// Builds a function of loops, some in others, with branches that leave them, and checks that
    /// those that fit a line lie in one, and that everything still leads where it should.
    /// How many they are.
    fn check_loops(seed: u64, loops: usize) -> usize {
        let mut random = random(seed);
        let mut buffer = CodeBuffer::default();
        // Loop `i` begins at label `i`, and the code behind it at `loops + i`.
        buffer.start(2 * loops, 0);
        let mut ends = Vec::new();
        let mut targets = Vec::new();
        let mut backs = Vec::new();
        let mut branch = |buffer: &mut CodeBuffer, target: usize| {
            targets.push(target);
            buffer.trap_here(TrapCode::STACK_OVERFLOW);
            buffer.put_branch(Label(target as u32), 200, 5, 2);
        };
        let mut open: Vec<usize> = Vec::new();
        let mut begun = 0;
        while begun < loops || !open.is_empty() {
            let gap = vec![0x90; random(30)];
            buffer.put_bytes(&gap);
            if begun < loops && (open.is_empty() || random(3) == 0) {
                buffer.bind(Label(begun as u32));
                buffer.put_bytes(&[1]);
                open.push(begun);
                begun += 1;
            } else if random(3) == 0 {
                branch(&mut buffer, loops + random(loops));
            } else if random(8) == 0 {
                buffer.call_site(None);
            } else if let Some(number) = open.pop() {
                backs.push(buffer.traps.len());
                branch(&mut buffer, number);
                buffer.loop_ends(Label(number as u32));
                ends.push((number, buffer.cur_offset()));
                buffer.bind(Label((loops + number) as u32));
            }
        }
        let (numbers, mut ends): (Vec<usize>, Vec<u32>) = ends.into_iter().unzip();
        let emitted = ends.clone();
        let calls: Vec<u32> = buffer.call_sites.iter().map(|call| call.ret_addr).collect();
        let starts: Vec<u32> = numbers.iter().map(|&n| buffer.labels[n]).collect();
        buffer.finish(&Toy, &NoPool, &mut [&mut ends], no_reloc);
        let data = buffer.data();
        let at = |label: usize| buffer.label_offset(Label(label as u32)) as usize;
        for (number, &target) in targets.iter().enumerate() {
            let branch = buffer.traps()[number].offset as usize;
            let (len, distance) = match data[branch] {
                201 => (2, data[branch + 1] as i8 as i64),
                200 => {
                    let field = data[branch + 1..branch + 5].try_into().unwrap();
                    (5, i32::from_le_bytes(field) as i64)
                }
                other => panic!("{other} is no branch"),
            };
            assert_eq!((branch + len) as i64 + distance, at(target) as i64, "branch {number}");
        }
        // The loops by their places, outer ones first.
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by_key(|&n| (starts[n], u32::MAX - emitted[n]));
        let (mut kept, mut placed) = (0, 0);
        for n in order {
            let start = at(numbers[n]);
            assert_eq!(data[start], 1, "loop {n}");
            // The end is that of the branch: padding may follow.
            let branch = buffer.traps()[backs[n]].offset as usize;
            let size = branch + if data[branch] == 201 { 2 } else { 5 } - start;
            if starts[n] < kept || calls.contains(&starts[n]) {
                continue;
            }
            if size <= 64 {
                assert_eq!(start / 64, (start + size - 1) / 64, "loop {n} of {size} bytes");
                placed += 1;
            }
            // Padding may have made branches of a chosen loop long, so that it fits no more.
            if size <= 64 + 4 * 3 {
                kept = emitted[n];
            }
        }
        placed
    }

    #[test]
    fn small_loops_lie_in_one_line() {
        let loops = |seed: u64| check_loops(seed * 0x9e37_79b9, 1 + seed as usize % 40);
        let placed: usize = (1..400u64).map(loops).sum();
        assert!(placed > 400, "{placed} of the loops fit a line");
    }

    #[test]
    fn distances_at_the_limit() {
        for gap in 120..140 {
            for forward in [true, false] {
                let mut buffer = CodeBuffer::default();
                buffer.start(2, 0);
                let filler = vec![0x90; gap];
                if forward {
                    buffer.put_branch(Label(0), 200, 5, 2);
                    buffer.put_bytes(&filler);
                    buffer.bind(Label(0));
                } else {
                    buffer.bind(Label(0));
                    buffer.put_bytes(&filler);
                    buffer.put_branch(Label(0), 200, 5, 2);
                }
                buffer.finish(&Toy, &NoPool, &mut [], no_reloc);
                let short = if forward { gap <= 127 } else { gap + 2 <= 128 };
                let len = buffer.data().len() - gap;
                assert_eq!(len == 2, short, "gap {gap}, forward {forward}");
            }
        }
    }

    #[test]
    fn jump_tables_and_aliases() {
        let mut buffer = CodeBuffer::default();
        buffer.start(3, 0);
        buffer.alias(Label(2), Label(1));
        buffer.bind(Label(0));
        buffer.put_branch(Label(1), 200, 5, 2);
        buffer.put_bytes(&[1, 2, 3]);
        buffer.bind(Label(1));
        let table = buffer.new_label();
        buffer.jump_table(table, &[Label(0), Label(2)]);
        buffer.finish(&Toy, &NoPool, &mut [], no_reloc);
        assert_eq!(buffer.code_size(), 5);
        let start = buffer.label_offset(table);
        assert_eq!(start, 8, "aligned");
        let entry = |n: usize| {
            let at = start as usize + 4 * n;
            i32::from_le_bytes(buffer.data()[at..at + 4].try_into().unwrap())
        };
        assert_eq!((entry(0), entry(1)), (-8, -3));
    }
}
