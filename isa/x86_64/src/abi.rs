//! The calling conventions of x86-64.
//!
//! `system_v` is the System V convention and `windows_fastcall` that of Windows, both as C compilers
//! have them: `module/object/tests/abi.rs` compares them with gcc's and clang's. The others are
//! variants of `system_v`. `tail` is the convention of Wasm functions: the callee pops its stack
//! arguments, eight integer and eight float registers carry results, and no register survives but
//! the frame pointer and the pinned register. With `winch` no register survives, and only the last
//! result is in a register. With `preserve_all` every register survives.

use crate::regs::*;
use regalloc2::{PReg, PRegSet};
use windlass_core::ir::CallConv;
use windlass_core::machine::convention::{Convention, FrameRules, Pairs, Saves, Variadic};
use windlass_core::machine::reg_set;

/// Free at the entry and at a tail call: no argument is in it, and nobody expects it to survive.
pub(crate) const TAIL_TARGET: PReg = R10;
/// The same, for the return address that moves.
pub(crate) const SCRATCH: PReg = R11;

/// Registers that may be allocated.
pub(crate) const INTS: PRegSet = reg_set(&[ALL]);
/// Vector registers that may be allocated.
pub(crate) const FLOATS: PRegSet = reg_set(&[XMMS]);

const ALL: &[PReg] = &[RAX, RCX, RDX, RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15];
const XMMS: &[PReg] = &{
    let mut all = [xmm(0); 16];
    let mut n = 0;
    while n < 16 {
        all[n as usize] = xmm(n);
        n += 1;
    }
    all
};
const SYSTEMV_SAVED: PRegSet = reg_set(&[&[RBX, R12, R13, R14, R15]]);

/// The first vector registers.
const fn xmms(count: usize) -> &'static [PReg] {
    XMMS.split_at(count).0
}

const SYSTEM_V: Convention = Convention {
    standard_ret_ints: 2,
    // The next argument gets the register that is left.
    arg_pairs: Pairs::Together { even: false, closes: false },
    pairs_are_extension: true,
    // `al`: at most so many vector registers carry arguments.
    variadic: Variadic::CountFloats(RAX),
    sret_returned: Some(RAX),
    saved: SYSTEMV_SAVED,
    // Registers that a function would have to save.
    later: SYSTEMV_SAVED,
    payload: &[RAX, RDX],
    ..Convention::new(
        [&[RDI, RSI, RDX, RCX, R8, R9], xmms(8)],
        [&[RAX, RDX, RCX], xmms(2)],
        FrameRules {
            sp: num::RSP,
            fp: Some(num::RBP),
            link: None,
            pushed: 8,
            link_area: 16,
            red_zone: 128,
            align: 16,
            saves: Saves::Pushed,
            float_slot: 16,
            near_fp: 512,
            scratch: [SCRATCH, TAIL_TARGET],
            float_scratch: xmm(15),
        },
    )
};

const FAST: Convention = Convention { arg_pairs: Pairs::Apart, ..SYSTEM_V };

const TAIL: Convention = Convention {
    ret_ints: &[RAX, RCX, RDX, RSI, RDI, R8, R9, R10],
    standard_ret_ints: 8,
    ret_floats: xmms(8),
    pairs_are_extension: false,
    callee_pops: true,
    saved: PRegSet::empty(),
    // Nothing has to be saved, so it is those that need a prefix: shorter code.
    later: reg_set(&[&[R8, R9, R10, R11, R12, R13, R14, R15]]),
    ..FAST
};

const WINCH: Convention = Convention {
    ret_ints: &[RAX],
    standard_ret_ints: 1,
    ret_floats: xmms(1),
    last_result_in_register: true,
    pairs_are_extension: true,
    callee_pops: false,
    ..TAIL
};

const PRESERVE_ALL: Convention =
    Convention { saved: reg_set(&[ALL, XMMS]), saved_if_thrown: false, ..FAST };

const WINDOWS_FASTCALL: Convention = Convention {
    arg_ints: &[RCX, RDX, R8, R9],
    arg_floats: xmms(4),
    ret_ints: &[RAX, RDX],
    ret_floats: xmms(1),
    by_position: true,
    home_size: 32,
    arg_pairs: Pairs::Address,
    ret_pairs: Pairs::Vector,
    vectors: false,
    struct_words: 1,
    structs_by_address: true,
    variadic: Variadic::FloatsTwice,
    saved: reg_set(&[&[RBX, RSI, RDI, R12, R13, R14, R15], XMMS.split_at(6).1]),
    frame: FrameRules { red_zone: 0, ..SYSTEM_V.frame },
    ..SYSTEM_V
};

/// The conventions by number.
pub(crate) const CONVENTIONS: [Option<&Convention>; CallConv::ALL.len()] = {
    let mut all = [None; CallConv::ALL.len()];
    all[CallConv::Fast as usize] = Some(&FAST);
    all[CallConv::Tail as usize] = Some(&TAIL);
    all[CallConv::SystemV as usize] = Some(&SYSTEM_V);
    all[CallConv::WindowsFastcall as usize] = Some(&WINDOWS_FASTCALL);
    all[CallConv::Winch as usize] = Some(&WINCH);
    all[CallConv::PreserveAll as usize] = Some(&PRESERVE_ALL);
    all
};
