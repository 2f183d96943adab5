//! Conditional selection and comparison.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::muldiv::END;
    // Rn if the condition holds, else Rm, Rm + 1, its complement or its negation.
    Csel  "csel"  "def G Rd, use G Rn, use G Rm, cond cond" "sf 0 0 11010100 Rm cond4 0 0 Rn Rd" "rf";
    Csinc "csinc" "def G Rd, use G Rn, use G Rm, cond cond" "sf 0 0 11010100 Rm cond4 0 1 Rn Rd" "rf";
    Csinv "csinv" "def G Rd, use G Rn, use G Rm, cond cond" "sf 1 0 11010100 Rm cond4 0 0 Rn Rd" "rf";
    Csneg "csneg" "def G Rd, use G Rn, use G Rm, cond cond" "sf 1 0 11010100 Rm cond4 0 1 Rn Rd" "rf";
    // 1 or -1 if the condition holds, else 0.
    Cset  "cset"  "def G Rd, inverted cond" "sf 0 0 11010100 11111 cond4 0 1 11111 Rd" "rf";
    Csetm "csetm" "def G Rd, inverted cond" "sf 1 0 11010100 11111 cond4 0 0 11111 Rd" "rf";
    // Compares if the condition holds, else sets the flags to the immediate.
    Ccmp  "ccmp"  "use G Rn, use G Rm, uimm nzcv, cond cond"    "sf 1 1 11010010 Rm cond4 0 0 Rn 0 nzcv:4" "rf wf";
    CcmpI "ccmp"  "use G Rn, uimm imm5, uimm nzcv, cond cond"   "sf 1 1 11010010 imm5 cond4 1 0 Rn 0 nzcv:4" "rf wf";
    Ccmn  "ccmn"  "use G Rn, use G Rm, uimm nzcv, cond cond"    "sf 0 1 11010010 Rm cond4 0 0 Rn 0 nzcv:4" "rf wf";
    CcmnI "ccmn"  "use G Rn, uimm imm5, uimm nzcv, cond cond"   "sf 0 1 11010010 imm5 cond4 1 0 Rn 0 nzcv:4" "rf wf";
}
