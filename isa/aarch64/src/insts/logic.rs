//! Logic.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::alu::END;
    And   "and {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 00 01010 sh2 0 Rm imm6 Rn Rd" "";
    Bic   "bic {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 00 01010 sh2 1 Rm imm6 Rn Rd" "";
    Orr   "orr {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 01 01010 sh2 0 Rm imm6 Rn Rd" "";
    Orn   "orn {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 01 01010 sh2 1 Rm imm6 Rn Rd" "";
    Eor   "eor {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 10 01010 sh2 0 Rm imm6 Rn Rd" "";
    Eon   "eon {}, {}, {}?, {} {}?"  "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 10 01010 sh2 1 Rm imm6 Rn Rd" "";
    Ands  "ands {}, {}, {}?, {} {}?" "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 11 01010 sh2 0 Rm imm6 Rn Rd" "wf";
    Bics  "bics {}, {}, {}?, {} {}?" "def G Rd, use G Rn, use G Rm, ror sh, amount imm6" "sf 11 01010 sh2 1 Rm imm6 Rn Rd" "wf";
    Tst   "tst {}, {}?, {} {}?"      "use G Rn, use G Rm, ror sh, amount imm6"           "sf 11 01010 sh2 0 Rm imm6 Rn 11111" "wf";
    AndI  "and"  "def GS Rd, use G Rn, imm64 mask" "sf 00 100100 mask13 Rn Rd" "";
    OrrI  "orr"  "def GS Rd, use G Rn, imm64 mask" "sf 01 100100 mask13 Rn Rd" "";
    EorI  "eor"  "def GS Rd, use G Rn, imm64 mask" "sf 10 100100 mask13 Rn Rd" "";
    AndsI "ands" "def G Rd, use G Rn, imm64 mask"  "sf 11 100100 mask13 Rn Rd" "wf";
    TstI  "tst"  "use G Rn, imm64 mask"            "sf 11 100100 mask13 Rn 11111" "wf";
}
