//! Branches, calls, returns, traps, and instructions that do nothing.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::memory::END;
    B      "b"    "branch label"           "000101 label[27:2]" "";
    BCond  "b.cc" "cond cond, near label"  "01010100 label[20:2] 0 cond4" "rf";
    Cbz    "cbz"  "use G Rt, near label"   "sf 011010 0 label[20:2] Rt" "";
    Cbnz   "cbnz" "use G Rt, near label"   "sf 011010 1 label[20:2] Rt" "";
    // Bits below 32 are those of the register of 32 bits.
    Tbz    "tbz"  "use G Rt, uimm bit, test label" "W: 0 011011 0 bit[4:0] label[15:2] Rt; X: bit[5] 011011 0 bit[4:0] label[15:2] Rt" "";
    Tbnz   "tbnz" "use G Rt, uimm bit, test label" "W: 0 011011 1 bit[4:0] label[15:2] Rt; X: bit[5] 011011 1 bit[4:0] label[15:2] Rt" "";
    BTo    "b"    "jump symbol"            "000101 symbol[27:2]" "alias";
    Bl     "bl"   "call symbol"            "100101 symbol[27:2]" "";
    Br     "br"   "use G64 Rn"             "1101011 0 0 00 11111 000000 Rn 00000" "";
    Blr    "blr"  "use G64 Rn"             "1101011 0 0 01 11111 000000 Rn 00000" "";
    Ret    "ret"  ""                       "1101011 0 0 10 11111 000000 11110 00000" "";
    RetTo  "ret"  "use G64 Rn"             "1101011 0 0 10 11111 000000 Rn 00000" "";
    Brk    "brk"  "uimm imm16"             "11010100 001 imm16 000 00" "";
    Udf    "udf"  "uimm imm16"             "0000000000000000 imm16" "";
    Nop    "nop"  ""                       "11010101000000110010 0000 000 11111" "";
    Dmb    "dmb ish" ""                    "11010101000000110011 1011 1 01 11111" "";
}
