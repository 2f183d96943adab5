//! Integer addition, subtraction and logic, comparison, addresses.

use windlass_core::rows;

#[rustfmt::skip]
rows! { 0;
    Add     "add"  "mod G, use GM" "b 02 /r; v 03 /r" "wf zs";
    AddMr   "add"  "mod M, use G"  "b 00 /r; v 01 /r" "wf";
    AddI    "add"  "mod GM, imm"   "b 04 ib acc; b 80 /0 ib; v 83 /0 ib; v 05 iz acc; v 81 /0 iz" "wf zs";
    Or      "or"   "mod G, use GM" "b 0A /r; v 0B /r" "wf zs";
    OrMr    "or"   "mod M, use G"  "b 08 /r; v 09 /r" "wf";
    OrI     "or"   "mod GM, imm"   "b 0C ib acc; b 80 /1 ib; v 83 /1 ib; v 0D iz acc; v 81 /1 iz" "wf zs";
    Adc     "adc"  "mod G, use GM" "b 12 /r; v 13 /r" "wf rf";
    AdcMr   "adc"  "mod M, use G"  "b 10 /r; v 11 /r" "wf rf";
    AdcI    "adc"  "mod GM, imm"   "b 14 ib acc; b 80 /2 ib; v 83 /2 ib; v 15 iz acc; v 81 /2 iz" "wf rf";
    Sbb     "sbb"  "mod G, use GM" "b 1A /r; v 1B /r" "wf rf";
    SbbMr   "sbb"  "mod M, use G"  "b 18 /r; v 19 /r" "wf rf";
    SbbI    "sbb"  "mod GM, imm"   "b 1C ib acc; b 80 /3 ib; v 83 /3 ib; v 1D iz acc; v 81 /3 iz" "wf rf";
    And     "and"  "mod G, use GM" "b 22 /r; v 23 /r" "wf zs";
    AndMr   "and"  "mod M, use G"  "b 20 /r; v 21 /r" "wf";
    AndI    "and"  "mod GM, imm"   "b 24 ib acc; b 80 /4 ib; v 83 /4 ib; v 25 iz acc; v 81 /4 iz" "wf zs";
    Sub     "sub"  "mod G, use GM" "b 2A /r; v 2B /r" "wf zs";
    SubMr   "sub"  "mod M, use G"  "b 28 /r; v 29 /r" "wf";
    SubI    "sub"  "mod GM, imm"   "b 2C ib acc; b 80 /5 ib; v 83 /5 ib; v 2D iz acc; v 81 /5 iz" "wf zs";
    Xor     "xor"  "mod G, use GM" "b 32 /r; v 33 /r" "wf zs";
    XorMr   "xor"  "mod M, use G"  "b 30 /r; v 31 /r" "wf";
    XorI    "xor"  "mod GM, imm"   "b 34 ib acc; b 80 /6 ib; v 83 /6 ib; v 35 iz acc; v 81 /6 iz" "wf zs";
    Cmp     "cmp"  "use G, use GM" "b 3A /r; v 3B /r" "wf";
    CmpMr   "cmp"  "use M, use G"  "b 38 /r; v 39 /r" "wf";
    CmpI    "cmp"  "use GM, imm"   "b 3C ib acc; b 80 /7 ib; v 83 /7 ib; v 3D iz acc; v 81 /7 iz" "wf";
    Test    "test" "use GM, use G" "b 84 /r; v 85 /r" "wf";
    TestI   "test" "use GM, imm"   "b A8 ib acc; b F6 /0 ib; v A9 iz acc; v F7 /0 iz" "wf";
    Not     "not"  "mod GM"        "b F6 /2; v F7 /2" "";
    Neg     "neg"  "mod GM"        "b F6 /3; v F7 /3" "wf zs";
    Inc     "inc"  "mod GM"        "b FE /0; v FF /0" "wf zs";
    Dec     "dec"  "mod GM"        "b FE /1; v FF /1" "wf zs";
    Lea     "lea"  "def G, use A"  "v 8D /r"          "";
    // Zero in a register: the exclusive or of the register with itself; breaks dependencies and
    // changes the flags.
    Zero    "xor"  "def G"         "d 33 /rr"         "wf alias";
    // All ones without regard to the old value is MovI; this gives 0 or -1 from the carry flag.
    SbbSame "sbb"  "def G"         "y 1B /rr"         "wf rf alias";
}
