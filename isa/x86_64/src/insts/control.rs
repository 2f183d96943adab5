//! Jumps, calls, returns, traps and instructions that do nothing.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::muldiv::END;
    // Size b takes the short form, d the long one.
    Jmp       "jmp"     "label"       "b EB cb; d E9 cd"          "";
    Jcc       "jcc"     "cond, label" "b 70+cc cb; d 0F 80+cc cd" "rf";
    JmpTarget "jmp"     "target"      "E9 cd"                     "alias";
    JmpInd    "jmp"     "use GM64"    "FF /4"                     "";
    Call      "call"    "target"      "E8 cd"                     "";
    CallInd   "call"    "use GM64"    "FF /2"                     "";
    Ret       "ret"     ""            "C3"                        "";
    RetI      "ret"     "imm"         "C2 iw"                     "";
    Ud2       "ud2"     ""            "0F 0B"                     "";
    Int3      "int3"    ""            "CC"                        "";
    Nop       "nop"     ""            "90"                        "";
    Pause     "pause"   ""            "F3 90"                     "";
    Leave     "leave"   ""            "C9"                        "";
    Endbr64   "endbr64" ""            "F3 0F 1E FA"               "";
    NopM      "nop"     "use A"       "w 0F 1F /0; d 0F 1F /0"    "";
}
