//! Calling conventions as data: where arguments and results go, which registers survive a call, and
//! what a frame looks like. `signature` walks over signatures with it, `abi` makes calls, `frame`
//! lays out frames, `prologue` enters and leaves functions.

use super::Tables;
use super::unwind::CommonUnwindInfo;
use crate::ir::{CallConv, Endianness};
use crate::result::{CodegenError, CodegenResult};
use crate::settings::Flags;
use regalloc2::{MachineEnv, PReg, PRegSet, RegClass};

/// A calling convention of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Convention {
    /// Integer registers for arguments.
    pub arg_ints: &'static [PReg],
    /// Float registers for arguments.
    pub arg_floats: &'static [PReg],
    /// Integer registers for results.
    pub ret_ints: &'static [PReg],
    /// How many of these serve where `enable_llvm_abi_extensions` is not set.
    pub standard_ret_ints: usize,
    /// Float registers for results.
    pub ret_floats: &'static [PReg],
    /// An argument uses up a register of both classes.
    pub by_position: bool,
    /// A float for which no float register is left takes an integer register.
    pub floats_in_ints: bool,
    /// The last of several results is in a register; the others are packed in memory, the first
    /// highest.
    pub last_result_in_register: bool,

    /// Bytes at the start of the area of stack arguments that belong to the callee: homes of
    /// arguments in registers, or room to save registers.
    pub home_size: u32,
    /// A stack argument takes at least this size and alignment.
    pub slot: u32,
    /// A stack argument is aligned at most so.
    pub max_align: u32,
    /// What is smaller than its slot, and is not extended, lies at the end of the slot.
    pub at_end_of_slot: bool,
    /// Whether integers of 32 bits that are extended are sign-extended, whatever the flag says.
    pub words_are_signed: bool,

    /// How arguments of two words go.
    pub arg_pairs: Pairs,
    /// How results of two words go.
    pub ret_pairs: Pairs,
    /// Whether `i128` needs `enable_llvm_abi_extensions`.
    pub pairs_are_extension: bool,
    /// Whether vectors of 128 bits are passed.
    pub vectors: bool,
    /// Structs of so many words are passed in integer registers.
    pub struct_words: u32,
    /// Larger ones are passed as the address of a copy, not in the area of stack arguments.
    pub structs_by_address: bool,
    /// What differs where a signature is variadic.
    pub variadic: Variadic,

    /// The register for the address of results in memory; `None` is that of the first argument.
    pub ret_area: Option<PReg>,
    /// The register in which the address of a struct that is returned comes back.
    pub sret_returned: Option<PReg>,
    /// Whether the callee removes the stack arguments.
    pub callee_pops: bool,

    /// Registers that a function preserves, but for the frame pointer.
    pub saved: PRegSet,
    /// Whether they also survive a callee that throws.
    pub saved_if_thrown: bool,
    /// Registers that are allocated when no others are left.
    pub later: PRegSet,
    /// The registers of the words that an exception carries.
    pub payload: &'static [PReg],
    /// What frames look like.
    pub frame: FrameRules,
}

impl Convention {
    /// A convention with these registers of both classes for arguments and for results, in which
    /// each argument is a word of its own, nothing goes by address and no register survives: to
    /// start from.
    pub const fn new(
        args: [&'static [PReg]; 2],
        rets: [&'static [PReg]; 2],
        frame: FrameRules,
    ) -> Convention {
        Convention {
            arg_ints: args[0],
            arg_floats: args[1],
            ret_ints: rets[0],
            standard_ret_ints: rets[0].len(),
            ret_floats: rets[1],
            by_position: false,
            floats_in_ints: false,
            last_result_in_register: false,
            home_size: 0,
            slot: WORD,
            max_align: 16,
            at_end_of_slot: false,
            words_are_signed: false,
            arg_pairs: Pairs::Apart,
            ret_pairs: Pairs::Together { even: false, closes: true },
            pairs_are_extension: false,
            vectors: true,
            struct_words: 0,
            structs_by_address: false,
            variadic: Variadic::Same,
            ret_area: None,
            sret_returned: None,
            callee_pops: false,
            saved: PRegSet::empty(),
            saved_if_thrown: true,
            later: PRegSet::empty(),
            payload: &[],
            frame,
        }
    }
}

/// How a value of two words (`i128`) goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairs {
    /// Each word as a value of its own.
    Apart,
    /// Both in registers or both in memory, there aligned to 16.
    Together {
        /// The first register has an even place in the list.
        even: bool,
        /// Where it goes to memory, no register is used any more.
        closes: bool,
    },
    /// In the last register and in memory where one register is left; in memory aligned to 16.
    Straddling,
    /// The address of a copy.
    Address,
    /// In a vector register; in memory where none is left.
    Vector,
    /// In memory.
    Memory,
}

/// What differs where a signature is variadic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variadic {
    /// Nothing.
    Same,
    /// The number of float registers with arguments is in this register.
    CountFloats(PReg),
    /// A float argument is also in the integer register of its position.
    FloatsTwice,
    /// What follows the fixed parameters is in memory, in slots of 8 bytes.
    InMemory,
    /// What follows the fixed parameters is in integer registers, a pair in one whose place is
    /// even.
    InIntegers,
}

/// What frames look like. From high addresses to low ones: incoming arguments; the return address
/// where a call pushes it; what the function saves of its caller's frame, to which the frame
/// pointer points; saved registers; spill and stack slots; outgoing arguments.
#[derive(Clone, Copy, Debug)]
pub struct FrameRules {
    /// Hardware number of the stack pointer.
    pub sp: u8,
    /// Hardware number of the frame pointer; without one all is found from the stack pointer.
    pub fp: Option<u8>,
    /// The register of the return address; `None` where a call pushes it.
    pub link: Option<PReg>,
    /// Bytes that a call pushes.
    pub pushed: u32,
    /// Bytes from where the frame pointer points to the incoming arguments.
    pub link_area: u32,
    /// Bytes below the stack pointer that nobody else touches.
    pub red_zone: u32,
    /// Alignment of the stack pointer at calls.
    pub align: u32,
    /// How integer registers are saved.
    pub saves: Saves,
    /// Bytes of a saved float or vector register.
    pub float_slot: u32,
    /// Spill slots of at most so many bytes are found from the frame pointer.
    pub near_fp: u32,
    /// Integer registers that are free at entry, at exit and behind calls: for a return address that
    /// moves, for the stack limit, and where an offset is far.
    pub scratch: [PReg; 2],
    /// A float register that is free behind calls.
    pub float_scratch: PReg,
}

/// How integer registers are saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saves {
    /// One after the other, with instructions that lower the stack pointer.
    Pushed,
    /// In the frame, when the stack pointer has been lowered.
    Stored,
    /// In the area at the start of the incoming arguments, 8 bytes each by hardware number.
    InHome,
}

/// Bytes of a saved integer register, and the unit of spill slots.
pub const WORD: u32 = 8;

impl Tables {
    /// The record of a convention.
    #[inline]
    pub fn convention(&self, conv: CallConv) -> CodegenResult<&'static Convention> {
        match self.conventions[conv as usize] {
            Some(convention) => Ok(convention),
            None => Err(CodegenError::Unsupported(format!(
                "the calling convention `{conv}` does not exist on {}",
                self.name
            ))),
        }
    }

    /// What all frame descriptions share.
    pub fn unwind_info(&self) -> Option<CommonUnwindInfo> {
        let FrameRules { sp, link, pushed, .. } =
            self.conventions[CallConv::SystemV as usize]?.frame;
        let order = if self.labels.big_endian { Endianness::Big } else { Endianness::Little };
        Some(CommonUnwindInfo {
            pointer_bytes: WORD as u8,
            endianness: order,
            code_alignment: self.code_alignment,
            data_alignment: -(WORD as i8),
            return_address: self.dwarf_return_address,
            stack_pointer: self.dwarf_reg(PReg::new(sp as usize, RegClass::Int)),
            cfa_offset: pushed,
            return_address_offset: link.is_none().then_some(-(pushed as i32)),
        })
    }

    fn unpinned(&self, mut regs: PRegSet, flags: &Flags) -> PRegSet {
        if let Some(pinned) = self.pinned_reg.filter(|_| flags.enable_pinned_reg()) {
            regs.remove(pinned);
        }
        regs
    }

    /// The registers that a function of this convention must preserve.
    pub fn callee_saved(&self, convention: &Convention, flags: &Flags) -> PRegSet {
        self.unpinned(convention.saved, flags)
    }

    /// The registers that a callee of this convention may change, if it returns or if it throws.
    pub fn clobbers(&self, convention: &Convention, throws: bool, flags: &Flags) -> PRegSet {
        let kept = !throws || convention.saved_if_thrown;
        let saved = if kept { convention.saved } else { PRegSet::empty() };
        self.unpinned((self.ints | self.floats) & saved.invert(), flags)
    }

    /// The registers that may be allocated in a function of this convention.
    pub fn machine_env(&self, convention: &Convention, flags: &Flags) -> MachineEnv {
        let (ints, later) = (self.unpinned(self.ints, flags), convention.later);
        MachineEnv {
            preferred_regs_by_class: [
                ints & later.invert(),
                self.floats & later.invert(),
                PRegSet::empty(),
            ],
            non_preferred_regs_by_class: [ints & later, self.floats & later, PRegSet::empty()],
            scratch_by_class: [None, None, None],
            fixed_stack_slots: Vec::new(),
        }
    }
}
