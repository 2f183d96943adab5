//! The ten instructions.

use windlass_core::rows;

#[rustfmt::skip]
rows! { 0;
    Add  "add"  "def G Rd, use G Rs, use G Rt"             "00000001 Rd Rs Rt 000000000000" "";
    Sub  "sub"  "def G Rd, use G Rs, use G Rt"             "00000010 Rd Rs Rt 000000000000" "";
    AddI "addi" "def G Rd, use G Rs, imm imm16"            "00000011 Rd Rs imm16" "";
    Li   "li"   "def G Rd, imm imm20"                      "00000100 Rd imm20" "";
    Ld   "ld"   "def G Rd, use M"                          "00000101 Rd base disp16" "";
    St   "st"   "use G Rs, use M"                          "00000110 Rs base disp16" "";
    B    "b.cc" "cond cond, use G Rs, use G Rt, near label" "00000111 cond2 Rs Rt 00000000 label[7:2]" "";
    J    "j"    "far label"                                "00001000 label[25:2]" "";
    Call "call" "call symbol"                              "00001001 symbol[25:2]" "";
    Jr   "jr"   "use G Rs"                                 "00001010 Rs 00000000000000000000" "";
}
