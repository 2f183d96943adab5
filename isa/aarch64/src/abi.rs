//! The calling conventions of AArch64.
//!
//! `system_v` is AAPCS64, as C compilers have it on Linux; `fast` and `windows_fastcall` are the
//! same. `apple_aarch64` packs stack arguments, and passes those behind the `...` of a variadic
//! signature in memory. `tail` is the convention of Wasm functions: the callee pops its stack
//! arguments, and no register survives but the frame pointer and the pinned register. With `winch`
//! no register survives, and only the last result is in a register. With `preserve_all` every
//! register survives but `SCRATCH` and `TAIL_TARGET`, which linkers may use between caller and
//! callee.

use crate::regs::*;
use regalloc2::{PReg, PRegSet};
use windlass_core::ir::CallConv;
use windlass_core::machine::convention::{Convention, FrameRules, Pairs, Saves, Variadic};
use windlass_core::machine::reg_set;

/// Never allocated: for offsets that no instruction holds.
pub(crate) const SCRATCH: PReg = X16;
/// The address of a tail call's target: free at entry and exit, and allowed by landing pads.
pub(crate) const TAIL_TARGET: PReg = X17;

const X: [PReg; 32] = numbered(gpr(0));
const V: [PReg; 32] = numbered(vec(0));

/// The registers of a class.
const fn numbered(first: PReg) -> [PReg; 32] {
    let mut all = [first; 32];
    let mut n = 0;
    while n < 32 {
        all[n] = PReg::new(n, first.class());
        n += 1;
    }
    all
}

/// Some registers that follow each other.
const fn some(all: &[PReg], from: usize, until: usize) -> &[PReg] {
    all.split_at(until).0.split_at(from).1
}

/// The integer registers that C functions preserve.
const X19_TO_X28: &[PReg] = some(&X, 19, 29);
/// Those that may be allocated: not `x16`, nor the platform's `x18`, frame pointer and link.
pub(crate) const INTS: PRegSet = reg_set(&[some(&X, 0, 16), &[TAIL_TARGET], X19_TO_X28]);
/// All float registers may be.
pub(crate) const FLOATS: PRegSet = reg_set(&[&V]);

const SYSTEM_V: Convention = Convention {
    arg_ints: some(&X, 0, 8),
    arg_floats: some(&V, 0, 8),
    ret_ints: some(&X, 0, 8),
    standard_ret_ints: 8,
    ret_floats: some(&V, 0, 8),
    by_position: false,
    floats_in_ints: false,
    last_result_in_register: false,
    home_size: 0,
    slot: 8,
    max_align: 16,
    at_end_of_slot: false,
    words_are_signed: false,
    arg_pairs: Pairs::Together { even: true, closes: true },
    ret_pairs: Pairs::Together { even: true, closes: true },
    pairs_are_extension: false,
    // There are no instructions for them so far.
    vectors: false,
    struct_words: 2,
    structs_by_address: true,
    variadic: Variadic::Same,
    ret_area: Some(gpr(8)),
    sret_returned: None,
    callee_pops: false,
    // Of the float registers the low halves survive.
    saved: reg_set(&[X19_TO_X28, some(&V, 8, 16)]),
    saved_if_thrown: true,
    later: reg_set(&[X19_TO_X28, some(&V, 8, 16)]),
    payload: some(&X, 0, 2),
    frame: FrameRules {
        sp: SP_NUMBER,
        fp: Some(29),
        link: Some(LR),
        pushed: 0,
        link_area: 16,
        red_zone: 0,
        align: 16,
        saves: Saves::Stored,
        float_slot: 8,
        // Offsets from the stack pointer are never negative, and reach farther.
        near_fp: 0,
        scratch: [SCRATCH, TAIL_TARGET],
        float_scratch: vec(31),
    },
};

const APPLE: Convention = Convention {
    slot: 1,
    arg_pairs: Pairs::Together { even: false, closes: true },
    ret_pairs: Pairs::Together { even: false, closes: true },
    variadic: Variadic::InMemory,
    ..SYSTEM_V
};

const TAIL: Convention = Convention {
    arg_pairs: Pairs::Apart,
    ret_pairs: Pairs::Apart,
    // A copy that the caller has made would go with its frame.
    struct_words: 0,
    structs_by_address: false,
    callee_pops: true,
    saved: PRegSet::empty(),
    later: PRegSet::empty(),
    ..SYSTEM_V
};

const WINCH: Convention = Convention {
    ret_ints: some(&X, 0, 1),
    standard_ret_ints: 1,
    ret_floats: some(&V, 0, 1),
    last_result_in_register: true,
    callee_pops: false,
    ret_area: Some(gpr(0)),
    ..TAIL
};

const PRESERVE_ALL: Convention = Convention {
    saved: reg_set(&[some(&X, 0, 16), X19_TO_X28, &V]),
    saved_if_thrown: false,
    frame: FrameRules { float_slot: 16, ..SYSTEM_V.frame },
    ..SYSTEM_V
};

/// The conventions by number.
pub(crate) const CONVENTIONS: [Option<&Convention>; CallConv::ALL.len()] = {
    let mut all = [None; CallConv::ALL.len()];
    all[CallConv::Fast as usize] = Some(&SYSTEM_V);
    all[CallConv::Tail as usize] = Some(&TAIL);
    all[CallConv::SystemV as usize] = Some(&SYSTEM_V);
    all[CallConv::WindowsFastcall as usize] = Some(&SYSTEM_V);
    all[CallConv::AppleAarch64 as usize] = Some(&APPLE);
    all[CallConv::Winch as usize] = Some(&WINCH);
    all[CallConv::PreserveAll as usize] = Some(&PRESERVE_ALL);
    all
};
