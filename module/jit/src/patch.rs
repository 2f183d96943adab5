//! Addresses written into code and data.
//!
//! What holds: each function here writes only where its caller vouches for the memory. An island is
//! 16 bytes behind a function's code: a jump through an address that follows it, or that address
//! alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_core::binemit::Reloc;
use windlass_module::ModuleReloc;

/// Bytes of a stub or cell.
pub const ISLAND: usize = 16;

/// The bytes of a relocation's field; `None` where code in memory cannot have it.
pub fn width(kind: Reloc) -> Option<usize> {
    Some(match kind {
        Reloc::Abs8 => 8,
        Reloc::Abs4
        | Reloc::X86PCRel4
        | Reloc::X86CallPCRel4
        | Reloc::X86CallPLTRel4
        | Reloc::X86GOTPCRel4
        | Reloc::ElfX86_64TlsGd => 4,
        _ => return None,
    })
}

/// How many islands these relocations may need.
pub fn islands(relocs: &[ModuleReloc]) -> usize {
    relocs.iter().filter(|reloc| !matches!(reloc.kind, Reloc::Abs4 | Reloc::Abs8)).count()
}

/// A field and the address that it refers to.
pub struct Place {
    /// Where the field is.
    pub address: usize,
    /// What it refers to.
    pub target: usize,
}

impl Place {
    /// Writes the field. `islands` are those of the function so far, by target and whether they
    /// are stubs; `next` is the place of the next one.
    ///
    /// # Safety
    ///
    /// The field is in memory that may be written and that nobody else uses, and so is the next
    /// island if the relocation is relative.
    pub unsafe fn apply(
        &self,
        reloc: &ModuleReloc,
        islands: &mut HashMap<(usize, bool), usize>,
        next: &mut usize,
    ) -> Result<(), String> {
        let target = self.target.wrapping_add_signed(reloc.addend as isize);
        match reloc.kind {
            Reloc::Abs8 => {
                // SAFETY: the caller vouches for the field.
                unsafe { write(self.address, &(target as u64).to_le_bytes()) };
                return Ok(());
            }
            Reloc::Abs4 => {
                let value = u32::try_from(target)
                    .map_err(|_| "the address does not fit into a relocation of 32 bits")?;
                // SAFETY: the caller vouches for the field.
                unsafe { write(self.address, &value.to_le_bytes()) };
                return Ok(());
            }
            _ => {}
        }
        let relative = |to: usize| {
            let distance = to.wrapping_sub(self.address) as isize as i64;
            i32::try_from(distance.wrapping_add(reloc.addend))
        };
        let calls = matches!(reloc.kind, Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4);
        // The place of a cell is asked for, not what it holds.
        let cell = matches!(reloc.kind, Reloc::X86GOTPCRel4 | Reloc::ElfX86_64TlsGd);
        let direct = if cell { None } else { relative(self.target).ok() };
        let value = match direct {
            Some(value) => value,
            None if calls || cell => {
                let island = *islands.entry((self.target, calls)).or_insert_with(|| {
                    let island = *next;
                    *next += ISLAND;
                    // SAFETY: the caller vouches for the next island.
                    unsafe { write_island(island, self.target, calls) };
                    island
                });
                relative(island)
                    .map_err(|_| "the function is larger than relative addresses reach")?
            }
            None => {
                return Err(
                    "it is declared as near, but its memory is too far away; declare it as \
                            an import, or let memory come from one arena"
                        .to_string(),
                );
            }
        };
        // SAFETY: the caller vouches for the field.
        unsafe { write(self.address, &value.to_le_bytes()) };
        Ok(())
    }
}

/// Copies bytes to an address.
///
/// # Safety
///
/// The memory may be written and nobody else uses it.
unsafe fn write(address: usize, bytes: &[u8]) {
    // SAFETY: the caller vouches for the memory; a local or borrowed slice does not overlap it.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
}

/// Writes `jmp *[rip + 0]` and the address, or the address alone.
///
/// # Safety
///
/// As [`write`], for [`ISLAND`] bytes.
unsafe fn write_island(island: usize, target: usize, is_stub: bool) {
    let mut bytes = [0xcc; ISLAND];
    let at = if is_stub { 6 } else { 0 };
    bytes[..6].copy_from_slice(&[0xff, 0x25, 0, 0, 0, 0]);
    bytes[at..at + 8].copy_from_slice(&(target as u64).to_le_bytes());
    // SAFETY: the caller vouches for the island.
    unsafe { write(island, &bytes) };
}

/// Writes a jump through a cell that is elsewhere, at any distance.
///
/// # Safety
///
/// As [`write`], for [`ISLAND`] bytes.
pub unsafe fn write_swap_stub(stub: usize, cell: usize) {
    let mut bytes = [0xcc; ISLAND];
    // `movabs r11, cell` and `jmp [r11]`: no convention passes anything in r11.
    bytes[..2].copy_from_slice(&[0x49, 0xbb]);
    bytes[2..10].copy_from_slice(&(cell as u64).to_le_bytes());
    bytes[10..13].copy_from_slice(&[0x41, 0xff, 0x23]);
    // SAFETY: the caller vouches for the stub.
    unsafe { write(stub, &bytes) };
}

/// Sets the address in a cell, at once for all threads.
///
/// # Safety
///
/// The cell is aligned memory of 8 bytes that lives, and is changed by this function alone.
pub unsafe fn store_cell(cell: usize, address: usize) {
    // SAFETY: the caller vouches for the cell.
    let cell = unsafe { AtomicUsize::from_ptr(cell as *mut usize) };
    cell.store(address, Ordering::Release);
}

/// Copies code, and fills what follows with instructions that trap.
///
/// # Safety
///
/// As [`write`], for `size` bytes.
pub unsafe fn fill_code(address: usize, bytes: &[u8], size: usize) {
    assert!(bytes.len() <= size, "the memory is as large as what it is filled with");
    // SAFETY: the caller vouches for the memory.
    unsafe {
        write(address, bytes);
        std::ptr::write_bytes((address + bytes.len()) as *mut u8, 0xcc, size - bytes.len());
    }
}

/// Copies data, and fills what follows with zeros.
///
/// # Safety
///
/// As [`write`], for `size` bytes.
pub unsafe fn fill_data(address: usize, bytes: &[u8], size: usize) {
    assert!(bytes.len() <= size, "the memory is as large as what it is filled with");
    // SAFETY: the caller vouches for the memory.
    unsafe {
        write(address, bytes);
        std::ptr::write_bytes((address + bytes.len()) as *mut u8, 0, size - bytes.len());
    }
}
