//! Where code was when it was left: the frames of Wasm code, found by frame pointers.

use crate::arch;
use crate::call::activation::{Activation, Fault};
use crate::store::StoreOpaque;
use crate::trap::WasmBacktrace;

/// A walk ends after so many frames, whatever they say.
const MAX_WALK: usize = 1 << 20;

/// Notes the frames of an activation of the store that is about to be left, and of the outer ones.
/// Allocates nothing, so a signal handler may call it.
pub fn take(store: &StoreOpaque, activation: &Activation, fault: Option<Fault>) {
    store.trace.clear();
    let fp = match fault {
        Some(fault) => {
            note(store, fault.pc);
            if !store.has_frame(fault.pc) {
                // SAFETY: the code that trapped has no frame.
                note_return(store, unsafe { arch::frameless_return(fault.sp) });
            }
            if fault.fp < fault.sp { 0 } else { fault.fp }
        }
        None => store.exit_fp(),
    };
    walk(store, fp, arch::entry_frame(activation.stack_pointer));
    let (mut exit_fp, mut outer) = (activation.outer_exit_fp, activation.outer);
    while exit_fp != 0 && !outer.is_null() && !store.trace.is_full() {
        // SAFETY: outer activations are alive while inner ones are.
        let activation = unsafe { &*outer };
        if std::ptr::eq(activation.store, store) {
            walk(store, exit_fp, arch::entry_frame(activation.stack_pointer));
            exit_fp = activation.outer_exit_fp;
        }
        outer = activation.outer;
    }
}

/// Follows frame pointers from `fp` to the frame of the entry.
///
/// An interrupt may come while a function makes or leaves its frame, or replaces it in a tail
/// call: then a word that is no frame pointer may be followed. It is used only if it leads
/// outwards in the part of the stack that belongs to the activation.
fn walk(store: &StoreOpaque, mut fp: usize, end: usize) {
    for _ in 0..MAX_WALK {
        if fp >= end || fp == 0 || !fp.is_multiple_of(align_of::<usize>()) || store.trace.is_full()
        {
            return;
        }
        // SAFETY: frames of compiled code between the exit and the entry form a chain, and any word
        // between the innermost frame and the entry's is mapped.
        let (outer, pc) = unsafe { arch::caller(fp) };
        note_return(store, pc);
        if outer <= fp {
            return;
        }
        fp = outer;
    }
}

/// A return address is behind its call, and may belong to the next function.
fn note_return(store: &StoreOpaque, pc: usize) {
    note(store, pc.wrapping_sub(1));
}

/// Keeps a program counter, if it is in a Wasm function.
fn note(store: &StoreOpaque, pc: usize) {
    if store.is_wasm(pc) {
        store.trace.push(pc);
    }
}

/// Finds out what the program counters of the store's last trace are.
pub fn resolve(store: &StoreOpaque) -> WasmBacktrace {
    WasmBacktrace::new(store.trace.pcs().filter_map(|pc| store.frame_at(pc)).collect())
}
