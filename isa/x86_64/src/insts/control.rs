//! Jumps, calls, returns, traps and instructions that do nothing.

use super::rows;

#[rustfmt::skip]
rows! { super::muldiv::END;
    // Size b takes the short form, d the long one.
    Jmp       "jmp"     "label"       "b EB cb; d E9 cd"          "branch";
    Jcc       "jcc"     "cond, label" "b 70+cc cb; d 0F 80+cc cd" "branch rf";
    JmpTarget "jmp"     "target"      "E9 cd"                     "branch alias";
    JmpInd    "jmp"     "use GM64"    "FF /4"                     "branch";
    Call      "call"    "target"      "E8 cd"                     "call";
    CallInd   "call"    "use GM64"    "FF /2"                     "call";
    Ret       "ret"     ""            "C3"                        "ret";
    RetI      "ret"     "imm"         "C2 iw"                     "ret";
    Ud2       "ud2"     ""            "0F 0B"                     "traps";
    Int3      "int3"    ""            "CC"                        "";
    Nop       "nop"     ""            "90"                        "";
    Pause     "pause"   ""            "F3 90"                     "";
    Leave     "leave"   ""            "C9"                        "";
    Endbr64   "endbr64" ""            "F3 0F 1E FA"               "";
    NopM      "nop"     "use A"       "w 0F 1F /0; d 0F 1F /0"    "";
}
