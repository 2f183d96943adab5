//! Products and quotients.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::shift::END;
    // Rn times Rm, plus Ra or from Ra.
    Madd   "madd"   "def G Rd, use G Rn, use G Rm, use G Ra" "sf 00 11011 000 Rm 0 Ra Rn Rd" "";
    Msub   "msub"   "def G Rd, use G Rn, use G Rm, use G Ra" "sf 00 11011 000 Rm 1 Ra Rn Rd" "";
    Mul    "mul"    "def G Rd, use G Rn, use G Rm"           "sf 00 11011 000 Rm 0 11111 Rn Rd" "";
    Mneg   "mneg"   "def G Rd, use G Rn, use G Rm"           "sf 00 11011 000 Rm 1 11111 Rn Rd" "";
    Smaddl "smaddl" "def G64 Rd, use G32 Rn, use G32 Rm, use G64 Ra" "1 00 11011 001 Rm 0 Ra Rn Rd" "";
    Smsubl "smsubl" "def G64 Rd, use G32 Rn, use G32 Rm, use G64 Ra" "1 00 11011 001 Rm 1 Ra Rn Rd" "";
    Umaddl "umaddl" "def G64 Rd, use G32 Rn, use G32 Rm, use G64 Ra" "1 00 11011 101 Rm 0 Ra Rn Rd" "";
    Umsubl "umsubl" "def G64 Rd, use G32 Rn, use G32 Rm, use G64 Ra" "1 00 11011 101 Rm 1 Ra Rn Rd" "";
    Smull  "smull"  "def G64 Rd, use G32 Rn, use G32 Rm"     "1 00 11011 001 Rm 0 11111 Rn Rd" "";
    Umull  "umull"  "def G64 Rd, use G32 Rn, use G32 Rm"     "1 00 11011 101 Rm 0 11111 Rn Rd" "";
    Smulh  "smulh"  "def G64 Rd, use G64 Rn, use G64 Rm"     "1 00 11011 010 Rm 0 11111 Rn Rd" "";
    Umulh  "umulh"  "def G64 Rd, use G64 Rn, use G64 Rm"     "1 00 11011 110 Rm 0 11111 Rn Rd" "";
    // Of division by zero the quotient is 0.
    Udiv   "udiv"   "def G Rd, use G Rn, use G Rm"           "sf 0 0 11010110 Rm 00001 0 Rn Rd" "";
    Sdiv   "sdiv"   "def G Rd, use G Rn, use G Rm"           "sf 0 0 11010110 Rm 00001 1 Rn Rd" "";
}
