//! The trap codes of Wasm code, in one table.
//!
//! Code that the translator makes traps with the codes of [`TABLE`] and no others; a runtime turns
//! a code into its message by [`message`]. The five codes that the code generator itself knows
//! (stack overflow, memory fault, division, conversion) have rows too.

use windlass_core::ir::TrapCode;

/// The instruction `unreachable` was executed.
pub const UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);
/// A table access, `table.init`, `table.copy` or `table.fill` outside of a table.
pub const TABLE_OUT_OF_BOUNDS: TrapCode = TrapCode::unwrap_user(2);
/// `call_indirect` with an index at or above the length of the table.
pub const INDIRECT_OUT_OF_BOUNDS: TrapCode = TrapCode::unwrap_user(3);
/// `call_indirect` of a null entry.
pub const INDIRECT_CALL_TO_NULL: TrapCode = TrapCode::unwrap_user(4);
/// `call_indirect` of a function of another type.
pub const BAD_SIGNATURE: TrapCode = TrapCode::unwrap_user(5);
/// A null reference where none is allowed.
pub const NULL_REFERENCE: TrapCode = TrapCode::unwrap_user(6);
/// An atomic access at an address that is not a multiple of its size.
pub const HEAP_MISALIGNED: TrapCode = TrapCode::unwrap_user(7);
/// The embedder asked the running code to stop.
pub const INTERRUPTED: TrapCode = TrapCode::unwrap_user(8);
/// The fuel that the embedder granted is used up.
pub const OUT_OF_FUEL: TrapCode = TrapCode::unwrap_user(9);
/// A host function returned an error; the runtime has it.
pub const HOST_ERROR: TrapCode = TrapCode::unwrap_user(10);
/// A page of a memory could not be made accessible: the process has too many mappings.
pub const ALLOCATION_FAILED: TrapCode = TrapCode::unwrap_user(11);

/// One row of the table of trap codes.
#[derive(Clone, Copy, Debug)]
pub struct TrapRow {
    /// The code, as it stands in the IR and in the trap table of compiled code.
    pub code: TrapCode,
    /// A short name for programs: words joined by `-`.
    pub name: &'static str,
    /// What happened, for people; the specification suite's words where it has some.
    pub message: &'static str,
}

/// Every code with which Wasm code can trap.
pub const TABLE: &[TrapRow] = &[
    row(TrapCode::STACK_OVERFLOW, "stack-overflow", "call stack exhausted"),
    row(TrapCode::INTEGER_OVERFLOW, "integer-overflow", "integer overflow"),
    row(TrapCode::HEAP_OUT_OF_BOUNDS, "memory-out-of-bounds", "out of bounds memory access"),
    row(TrapCode::INTEGER_DIVISION_BY_ZERO, "division-by-zero", "integer divide by zero"),
    row(TrapCode::BAD_CONVERSION_TO_INTEGER, "bad-conversion", "invalid conversion to integer"),
    row(UNREACHABLE, "unreachable", "unreachable"),
    row(TABLE_OUT_OF_BOUNDS, "table-out-of-bounds", "out of bounds table access"),
    row(INDIRECT_OUT_OF_BOUNDS, "indirect-out-of-bounds", "undefined element"),
    row(INDIRECT_CALL_TO_NULL, "indirect-call-to-null", "uninitialized element"),
    row(BAD_SIGNATURE, "bad-signature", "indirect call type mismatch"),
    row(NULL_REFERENCE, "null-reference", "null reference"),
    row(HEAP_MISALIGNED, "misaligned-atomic", "unaligned atomic"),
    row(INTERRUPTED, "interrupted", "interrupted by the embedder"),
    row(OUT_OF_FUEL, "out-of-fuel", "all fuel consumed"),
    row(HOST_ERROR, "host-error", "a host function returned an error"),
    row(
        ALLOCATION_FAILED,
        "allocation-failed",
        "the system has no room for a memory (its limit of mappings)",
    ),
];

const fn row(code: TrapCode, name: &'static str, message: &'static str) -> TrapRow {
    TrapRow { code, name, message }
}

/// The row of `code`, if Wasm code traps with it.
pub fn lookup(code: TrapCode) -> Option<&'static TrapRow> {
    TABLE.iter().find(|row| row.code == code)
}

/// What happened, in words.
pub fn message(code: TrapCode) -> &'static str {
    lookup(code).map_or("unknown trap", |row| row.message)
}
