//! Addition and subtraction: shifted and extended registers, immediates, carries; comparisons;
//! addresses of labels and symbols.

use windlass_core::rows;

#[rustfmt::skip]
rows! { 0;
    // A register that is shifted, by 0 where it is plain.
    Add      "add {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, shift sh, amount imm6" "sf 0 0 01011 sh2 0 Rm imm6 Rn Rd" "";
    Adds     "adds {}, {}, {}?, {} {}?" "def G Rd, use G Rn, use G Rm, shift sh, amount imm6" "sf 0 1 01011 sh2 0 Rm imm6 Rn Rd" "wf";
    Sub      "sub {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, shift sh, amount imm6" "sf 1 0 01011 sh2 0 Rm imm6 Rn Rd" "";
    Subs     "subs {}, {}, {}?, {} {}?" "def G Rd, use G Rn, use G Rm, shift sh, amount imm6" "sf 1 1 01011 sh2 0 Rm imm6 Rn Rd" "wf";
    Cmp      "cmp {}, {}?, {} {}?"      "use G Rn, use G Rm, shift sh, amount imm6"           "sf 1 1 01011 sh2 0 Rm imm6 Rn 11111" "wf";
    Cmn      "cmn {}, {}?, {} {}?"      "use G Rn, use G Rm, shift sh, amount imm6"           "sf 0 1 01011 sh2 0 Rm imm6 Rn 11111" "wf";
    // A register of which a part is extended, and shifted by up to 4.
    AddExt   "add {}, {}, {}, {}? {}?"    "def GS Rd, use GS Rn, use G32 Rm, extend option, left imm3" "sf 0 0 01011 00 1 Rm option3 imm3 Rn Rd" "";
    AddsExt  "adds {}, {}, {}, {}? {}?"   "def G Rd, use GS Rn, use G32 Rm, extend option, left imm3"  "sf 0 1 01011 00 1 Rm option3 imm3 Rn Rd" "wf";
    SubExt   "sub {}, {}, {}, {}? {}?"    "def GS Rd, use GS Rn, use G32 Rm, extend option, left imm3" "sf 1 0 01011 00 1 Rm option3 imm3 Rn Rd" "";
    SubsExt  "subs {}, {}, {}, {}? {}?"   "def G Rd, use GS Rn, use G32 Rm, extend option, left imm3"  "sf 1 1 01011 00 1 Rm option3 imm3 Rn Rd" "wf";
    CmpExt   "cmp {}, {}, {}? {}?"        "use GS Rn, use G32 Rm, extend option, left imm3"            "sf 1 1 01011 00 1 Rm option3 imm3 Rn 11111" "wf";
    // The stack pointer and a register of 64 bits.
    AddSp    "add"  "def GS64 Rd, use GS64 Rn, use G64 Rm" "1 0 0 01011 00 1 Rm 011 000 Rn Rd" "";
    SubSp    "sub"  "def GS64 Rd, use GS64 Rn, use G64 Rm" "1 1 0 01011 00 1 Rm 011 000 Rn Rd" "";
    CmpSp    "cmp"  "use GS64 Rn, use G64 Rm"              "1 1 1 01011 00 1 Rm 011 000 Rn 11111" "wf";
    // An immediate of 12 bits, or of 12 bits and 12 zeros.
    AddI     "add"  "def GS Rd, use GS Rn, uimm imm" "sf 0 0 100010 0 imm[11:0] Rn Rd; sf 0 0 100010 1 imm[23:12] Rn Rd" "";
    AddsI    "adds" "def G Rd, use GS Rn, uimm imm"  "sf 0 1 100010 0 imm[11:0] Rn Rd; sf 0 1 100010 1 imm[23:12] Rn Rd" "wf";
    SubI     "sub"  "def GS Rd, use GS Rn, uimm imm" "sf 1 0 100010 0 imm[11:0] Rn Rd; sf 1 0 100010 1 imm[23:12] Rn Rd" "";
    SubsI    "subs" "def G Rd, use GS Rn, uimm imm"  "sf 1 1 100010 0 imm[11:0] Rn Rd; sf 1 1 100010 1 imm[23:12] Rn Rd" "wf";
    CmpI     "cmp"  "use GS Rn, uimm imm"            "sf 1 1 100010 0 imm[11:0] Rn 11111; sf 1 1 100010 1 imm[23:12] Rn 11111" "wf";
    CmnI     "cmn"  "use GS Rn, uimm imm"            "sf 0 1 100010 0 imm[11:0] Rn 11111; sf 0 1 100010 1 imm[23:12] Rn 11111" "wf";
    Adc      "adc"  "def G Rd, use G Rn, use G Rm"   "sf 0 0 11010000 Rm 000000 Rn Rd" "rf";
    Adcs     "adcs" "def G Rd, use G Rn, use G Rm"   "sf 0 1 11010000 Rm 000000 Rn Rd" "rf wf";
    Sbc      "sbc"  "def G Rd, use G Rn, use G Rm"   "sf 1 0 11010000 Rm 000000 Rn Rd" "rf";
    Sbcs     "sbcs" "def G Rd, use G Rn, use G Rm"   "sf 1 1 11010000 Rm 000000 Rn Rd" "rf wf";
    Adr      "adr"  "def G64 Rd, address label"      "0 label[1:0] 10000 label[20:2] Rd" "";
    Adrp     "adrp" "def G64 Rd, page symbol"        "1 symbol[1:0] 10000 symbol[20:2] Rd" "";
    GotPage  "adrp" "def G64 Rd, gotpage symbol"     "1 symbol[1:0] 10000 symbol[20:2] Rd" "alias";
    AddLow   "add"  "def G64 Rd, use G64 Rn, low symbol" "1 0 0 100010 0 symbol[11:0] Rn Rd" "alias";
}
