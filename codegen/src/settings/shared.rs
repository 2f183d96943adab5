//! The settings that all machines share.

use super::Builder;
use super::words::*;

/// Settings of the shared group, all at their defaults.
pub fn builder() -> Builder {
    Builder::new(&TEMPLATE)
}

impl Flags {
    /// The values that a builder holds.
    pub fn new(builder: Builder) -> Self {
        Self::from_builder(&builder)
    }
}

crate::define_settings! {
    /// The shared settings of a compilation.
    Flags, "shared", &[];
    word regalloc_algorithm: RegallocAlgorithm = RegallocAlgorithm::Backtracking,
        "The register allocator: for good code or for fast compilation.";
    word opt_level: OptLevel = OptLevel::None,
        "How much the optimiser does.";
    word tls_model: TlsModel = TlsModel::None,
        "The code sequence for the addresses of thread-local variables.";
    word stack_switch_model: StackSwitchModel = StackSwitchModel::None,
        "How `stack_switch` works.",
        unread refused "no machine lowers `stack_switch` so far";
    word libcall_call_conv: LibcallCallConv = LibcallCallConv::IsaDefault,
        "The convention of library calls.";
    number probestack_size_log2 = 12, max 30,
        "The size of the guard page, as a power of two: frames below it need no probe.";
    word probestack_strategy: ProbestackStrategy = ProbestackStrategy::Outline,
        "How the pages of large frames are touched: by a function that is called, or in place.",
        unread no_effect "they are always touched in place, so that code links without a helper";
    number bb_padding_log2_minus_one = 0, max 21,
        "For tests of long branches: k > 0 puts 2^(k-1) bytes between machine blocks.";
    number log2_min_function_alignment = 0, max 12,
        "The least alignment of a function's code, as a power of two.";
    flag regalloc_checker = false,
        "Verify each register allocation symbolically.";
    flag regalloc_verbose_logs = false,
        "Let the register allocator log more.";
    flag enable_alias_analysis = true,
        "Remove loads whose value is known, where the optimiser runs.",
        unread no_effect "no pass removes loads so far, with it or without";
    flag enable_verifier = true,
        "Verify the IR before the first pass and between passes.";
    flag is_pic = false,
        "Make position-independent code: far symbols through tables of addresses.";
    flag use_colocated_libcalls = false,
        "Call library functions by direct relative calls.";
    flag enable_nan_canonicalization = false,
        "Replace each NaN that arithmetic yields by the canonical positive quiet one.";
    flag enable_pinned_reg = false,
        "Reserve the pinned register, for `get_pinned_reg`, `set_pinned_reg`, and `vmctx` globals \
         of functions without a `vmctx` parameter.";
    flag enable_llvm_abi_extensions = false,
        "Pass i128, f16 and f128, and a third integer result, as LLVM does.";
    flag enable_multi_ret_implicit_sret = false,
        "Return results that do not fit in registers through memory of the caller.";
    flag unwind_info = true,
        "Emit unwind information.";
    flag preserve_frame_pointers = false,
        "Keep a chain of frame pointers in every function.";
    flag machine_code_cfg_info = false,
        "Record where machine blocks begin.";
    flag enable_probestack = false,
        "Touch every page of large frames.";
    flag enable_heap_access_spectre_mitigation = true,
        "Front ends guard bounds checks of heaps against speculation.";
    flag enable_table_access_spectre_mitigation = true,
        "Guard bounds checks of tables and the index of `br_table` against speculation.";
    flag enable_incremental_compilation_cache_checks = false,
        "Let the cache of compiled functions check itself.",
        unread no_effect "there is no cache of single functions, so there is nothing to check";
    flag enable_compact_unwind_abi = false,
        "Save callee-saved registers in pairs, for the compact unwind format of Mach-O.",
        unread refused "no machine saves registers in pairs so far";
    number regalloc_fallback_live_log2 = 10,
        "A function with more than 2^n values live at once goes to the single-pass allocator, \
         because the backtracking one is quadratic in them; 255 means never.";
    number regalloc_fallback_preds_log2 = 12,
        "A function with a block of more than 2^n predecessors that passes arguments goes to the \
         single-pass allocator, because the backtracking one is quadratic in them; 255 means never. \
         Where this and the limit of live values are 255, what the budget of a function grants to \
         the backtracking one has no limit either.";
}
