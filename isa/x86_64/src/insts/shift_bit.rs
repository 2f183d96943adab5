//! Shifts, rotations and single bits.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::mov::END;
    Rol    "rol"    "mod GM, use cl"        "b D2 /0; v D3 /0"          "wf";
    RolI   "rol"    "mod GM, imm8"          "b D0 /0 =1; b C0 /0 ib; v D1 /0 =1; v C1 /0 ib" "wf";
    Ror    "ror"    "mod GM, use cl"        "b D2 /1; v D3 /1"          "wf";
    RorI   "ror"    "mod GM, imm8"          "b D0 /1 =1; b C0 /1 ib; v D1 /1 =1; v C1 /1 ib" "wf";
    Shl    "shl"    "mod GM, use cl"        "b D2 /4; v D3 /4"          "wf";
    ShlI   "shl"    "mod GM, imm8"          "b D0 /4 =1; b C0 /4 ib; v D1 /4 =1; v C1 /4 ib" "wf";
    Shr    "shr"    "mod GM, use cl"        "b D2 /5; v D3 /5"          "wf";
    ShrI   "shr"    "mod GM, imm8"          "b D0 /5 =1; b C0 /5 ib; v D1 /5 =1; v C1 /5 ib" "wf";
    Sar    "sar"    "mod GM, use cl"        "b D2 /7; v D3 /7"          "wf";
    SarI   "sar"    "mod GM, imm8"          "b D0 /7 =1; b C0 /7 ib; v D1 /7 =1; v C1 /7 ib" "wf";
    Shld   "shld"   "mod GM, use G, use cl" "v 0F A5 /r"                "wf";
    ShldI  "shld"   "mod GM, use G, imm8"   "v 0F A4 /r ib"             "wf";
    Shrd   "shrd"   "mod GM, use G, use cl" "v 0F AD /r"                "wf";
    ShrdI  "shrd"   "mod GM, use G, imm8"   "v 0F AC /r ib"             "wf";
    Shlx   "shlx"   "def G, use GM, use G"  "y VEX.LZ.66.0F38 F7 /r"    "bmi2";
    Shrx   "shrx"   "def G, use GM, use G"  "y VEX.LZ.F2.0F38 F7 /r"    "bmi2";
    Sarx   "sarx"   "def G, use GM, use G"  "y VEX.LZ.F3.0F38 F7 /r"    "bmi2";
    Rorx   "rorx"   "def G, use GM, imm8"   "y VEX.LZ.F2.0F3A F0 /r ib" "bmi2";
    // The forms with a register number the bits of memory without bound, so memory is not offered
    // here.
    Bt     "bt"     "use GR, use G"         "v 0F A3 /r"                "wf";
    BtI    "bt"     "use GM, imm8"          "v 0F BA /4 ib"             "wf";
    Bts    "bts"    "mod GR, use G"         "v 0F AB /r"                "wf";
    BtsI   "bts"    "mod GM, imm8"          "v 0F BA /5 ib"             "wf";
    Btr    "btr"    "mod GR, use G"         "v 0F B3 /r"                "wf";
    BtrI   "btr"    "mod GM, imm8"          "v 0F BA /6 ib"             "wf";
    Btc    "btc"    "mod GR, use G"         "v 0F BB /r"                "wf";
    BtcI   "btc"    "mod GM, imm8"          "v 0F BA /7 ib"             "wf";
    // Of zero the result of bsf and bsr is what the register held before.
    Bsf    "bsf"    "mod G, use GM"         "v 0F BC /r"                "wf";
    Bsr    "bsr"    "mod G, use GM"         "v 0F BD /r"                "wf";
    Tzcnt  "tzcnt"  "def G, use GM"         "v F3 0F BC /r"             "wf bmi1";
    Lzcnt  "lzcnt"  "def G, use GM"         "v F3 0F BD /r"             "wf lzcnt";
    Popcnt "popcnt" "def G, use GM"         "v F3 0F B8 /r"             "wf popcnt";
    Andn   "andn"   "def G, use G, use GM"  "y VEX.LZ.0F38 F2 /r"       "wf zs bmi1";
    Blsr   "blsr"   "def G, use GM"         "y VEX.LZ.0F38 F3 /1"       "wf zs bmi1";
    Blsmsk "blsmsk" "def G, use GM"         "y VEX.LZ.0F38 F3 /2"       "wf bmi1";
    Blsi   "blsi"   "def G, use GM"         "y VEX.LZ.0F38 F3 /3"       "wf zs bmi1";
    Bextr  "bextr"  "def G, use GM, use G"  "y VEX.LZ.0F38 F7 /r"       "wf bmi1";
    Bzhi   "bzhi"   "def G, use GM, use G"  "y VEX.LZ.0F38 F5 /r"       "wf zs bmi2";
    Pdep   "pdep"   "def G, use G, use GM"  "y VEX.LZ.F2.0F38 F5 /r"    "bmi2";
    Pext   "pext"   "def G, use G, use GM"  "y VEX.LZ.F3.0F38 F5 /r"    "bmi2";
}
