//! Operations that are one or several instructions, by what their operands are; emitted by functions.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::branch::END;
    // A constant, by `movz`, `movn`, `movk` or a bitmask.
    MovI  "mov"  "def G64 Rd, uimm64 value"  "" "";
    // The address of a place, a label or a symbol; of a symbol in the global offset table what the
    // table holds.
    Lea   "lea"  "def G64 Rd, use A at"      "" "";
}
