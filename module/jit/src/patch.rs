//! Addresses written into code and data.
//!
//! What holds: each function here writes only where its caller vouches for the memory. An island is
//! room behind a function's code: for a jump to an address, or for an address alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_core::ir::Endianness;
use windlass_core::isa::TargetIsa;
use windlass_core::machine::Tables;
use windlass_core::machine::reloc::Refers;

use windlass_module::ModuleReloc;

/// What is written for one machine.
#[derive(Clone, Copy)]
pub struct Patcher {
    machine: &'static Tables,
    order: Endianness,
}

impl Patcher {
    /// For this machine.
    pub fn new(isa: &dyn TargetIsa) -> Self {
        Self { machine: isa.backend().tables(), order: isa.endianness() }
    }

    /// Bytes of an island.
    pub fn island(&self) -> usize {
        self.machine.link.jump_size()
    }

    /// Bytes of the islands that these relocations may need.
    pub fn islands(&self, relocs: &[ModuleReloc]) -> usize {
        let may_need = |reloc: &&ModuleReloc| {
            !matches!(reloc.kind.refers(), Some(Refers::Address | Refers::Part))
        };
        relocs.iter().filter(may_need).count() * self.island()
    }

    /// Writes the field at an address. `islands` are those of the function so far, by target and
    /// whether they are jumps; `next` is the place of the next one.
    ///
    /// # Safety
    ///
    /// The field is in memory that may be written and that nobody else uses, and so is the next
    /// island if the relocation is relative.
    pub unsafe fn apply(
        &self,
        reloc: &ModuleReloc,
        place: usize,
        target: usize,
        islands: &mut HashMap<(usize, bool), usize>,
        next: &mut usize,
    ) -> Result<(), String> {
        let kind = reloc.kind;
        let (refers, width) = kind.refers().zip(kind.width()).expect("checked when it was defined");
        // SAFETY: the caller vouches for the field.
        let field = unsafe { std::slice::from_raw_parts_mut(place as *mut u8, width) };
        let mut apply = |target: usize| {
            kind.apply(field, self.order, place as u64, target as u64, reloc.addend)
        };
        let is_jump = refers == Refers::Call;
        // The place of a cell is asked for, not what it holds.
        let is_cell = matches!(refers, Refers::Cell | Refers::ThreadCell);
        if is_cell || apply(target).is_err() {
            match refers {
                Refers::Address => {
                    return Err("the address does not fit into a relocation of 32 bits".to_string());
                }
                Refers::Distance | Refers::Part => {
                    return Err(
                        "it is declared as near, but its memory is too far away; declare it \
                         as an import, or let memory come from one arena"
                            .to_string(),
                    );
                }
                Refers::Call | Refers::Cell | Refers::ThreadCell => {}
            }
            let island = *islands.entry((target, is_jump)).or_insert_with(|| {
                let island = *next;
                *next += self.island();
                // SAFETY: the caller vouches for the next island.
                unsafe { self.write_island(island, target, is_jump) };
                island
            });
            apply(island).map_err(|_| "the function is larger than relative addresses reach")?;
        }
        Ok(())
    }

    /// Writes a jump to an address, or the address alone.
    ///
    /// # Safety
    ///
    /// As [`write`], for an island.
    unsafe fn write_island(&self, island: usize, target: usize, is_jump: bool) {
        let bytes = if is_jump {
            self.machine.link.jump.with(target as u64, self.order)
        } else {
            target.to_ne_bytes().to_vec()
        };
        // SAFETY: the caller vouches for the island.
        unsafe { self.fill_code(island, &bytes, self.island()) };
    }

    /// Writes a jump through a cell that is elsewhere, at any distance.
    ///
    /// # Safety
    ///
    /// As [`write`], for an island.
    pub unsafe fn write_swap_stub(&self, stub: usize, cell: usize) {
        let jump = self.machine.link.indirect_jump.with(cell as u64, self.order);
        // SAFETY: the caller vouches for the stub.
        unsafe { self.fill_code(stub, &jump, self.island()) };
    }

    /// Copies code, and fills what follows with instructions that trap.
    ///
    /// # Safety
    ///
    /// As [`write`], for `size` bytes.
    pub unsafe fn fill_code(&self, address: usize, bytes: &[u8], size: usize) {
        assert!(bytes.len() <= size, "the memory is as large as what it is filled with");
        let (end, filler) = (address + bytes.len(), self.machine.labels.filler);
        // SAFETY: the caller vouches for the memory.
        unsafe {
            write(address, bytes);
            std::ptr::write_bytes(end as *mut u8, filler, size - bytes.len());
        }
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
