//! Moves.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::logic::END;
    Mov    "mov"                "def G Rd, use G Rm"                    "sf 01 01010 00 0 Rm 000000 11111 Rd" "";
    Mvn    "mvn"                "def G Rd, use G Rm"                    "sf 01 01010 00 1 Rm 000000 11111 Rd" "";
    Neg    "neg"                "def G Rd, use G Rm"                    "sf 1 0 01011 00 0 Rm 000000 11111 Rd" "";
    // To or from the stack pointer.
    MovSp  "mov"                "def GS Rd, use GS Rn"                  "sf 0 0 100010 0 000000000000 Rn Rd" "";
    // 16 bits at one of the positions 0, 16, 32 and 48; the others 0, or 1, or kept.
    Movz   "movz {}, {}?, lsl {}?" "def G Rd, uimm imm16, halfword hw" "sf 10 100101 hw2 imm16 Rd" "";
    Movn   "movn {}, {}?, lsl {}?" "def G Rd, uimm imm16, halfword hw" "sf 00 100101 hw2 imm16 Rd" "";
    Movk   "movk {}, {}?, lsl {}?" "mod G Rd, uimm imm16, halfword hw" "sf 11 100101 hw2 imm16 Rd" "";
    // Between the register files.
    Fmov   "fmov"               "def V Rd, use V Rn"                    "0 00 11110 0 sf 1 0000 00 10000 Rn Rd" "";
    FmovToV "fmov"              "def V Rd, use G Rn"                    "sf 0 0 11110 0 sf 1 00 111 000000 Rn Rd" "";
    FmovToG "fmov"              "def G Rd, use V Rn"                    "sf 0 0 11110 0 sf 1 00 110 000000 Rn Rd" "";
}
