//! Floating point in SSE registers, scalars and their helpers.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::atomic::END;
    // Loads clear the rest of the register; the merge keeps it.
    MovF      "movs*"     "def X, use M"               "d F3 0F 10 /r; q F2 0F 10 /r" "";
    MovFSt    "movs*"     "def M, use X"               "d F3 0F 11 /r; q F2 0F 11 /r" "";
    MovFMerge "movs*"     "mod X, use XR"              "d F3 0F 10 /r; q F2 0F 10 /r" "";
    Movaps    "movaps"    "def X, use XM128"           "0F 28 /r"                     "";
    MovapsSt  "movaps"    "def M128, use X"            "0F 29 /r"                     "";
    Movups    "movups"    "def X, use M128"            "0F 10 /r"                     "";
    MovupsSt  "movups"    "def M128, use X"            "0F 11 /r"                     "";
    Movapd    "movapd"    "def X, use XM128"           "66 0F 28 /r"                  "";
    MovapdSt  "movapd"    "def M128, use X"            "66 0F 29 /r"                  "";
    Movupd    "movupd"    "def X, use M128"            "66 0F 10 /r"                  "";
    MovupdSt  "movupd"    "def M128, use X"            "66 0F 11 /r"                  "";
    Movhlps   "movhlps"   "mod X, use XR"              "0F 12 /r"                     "";
    Movlhps   "movlhps"   "mod X, use XR"              "0F 16 /r"                     "";
    // Between the files of registers.
    MovXG     "movd|movq" "def X, use GM"              "y 66 0F 6E /r"                "";
    MovGX     "movd|movq" "def GM, use X"              "y 66 0F 7E /r"                "";
    Movmskps  "movmskps"  "def G32, use XR"            "0F 50 /r"                     "";
    Movmskpd  "movmskpd"  "def G32, use XR"            "66 0F 50 /r"                  "";
    // Arithmetic on scalars.
    AddF      "adds*"     "mod X, use XM"              "d F3 0F 58 /r; q F2 0F 58 /r" "";
    MulF      "muls*"     "mod X, use XM"              "d F3 0F 59 /r; q F2 0F 59 /r" "";
    SubF      "subs*"     "mod X, use XM"              "d F3 0F 5C /r; q F2 0F 5C /r" "";
    MinF      "mins*"     "mod X, use XM"              "d F3 0F 5D /r; q F2 0F 5D /r" "";
    DivF      "divs*"     "mod X, use XM"              "d F3 0F 5E /r; q F2 0F 5E /r" "";
    MaxF      "maxs*"     "mod X, use XM"              "d F3 0F 5F /r; q F2 0F 5F /r" "";
    SqrtF     "sqrts*"    "def X, use XM"              "d F3 0F 51 /r; q F2 0F 51 /r" "";
    UcomiF    "ucomis*"   "use X, use XM"              "d 0F 2E /r; q 66 0F 2E /r"    "wf";
    ComiF     "comis*"    "use X, use XM"              "d 0F 2F /r; q 66 0F 2F /r"    "wf";
    CmpF      "cmps*"     "mod X, use XM, imm8"        "d F3 0F C2 /r ib; q F2 0F C2 /r ib" "";
    RoundF    "rounds*"   "def X, use XM, imm8"        "d 66 0F 3A 0A /r ib; q 66 0F 3A 0B /r ib" "sse41";
    // Conversions; the operand size is that of the integer. What comes from an integer keeps the
    // rest of the register: tie it to a zeroed one (ZeroX), or it waits for the last writer.
    Cvtsi2ss  "cvtsi2ss"  "mod X, use GM"              "y F3 0F 2A /r"                "";
    Cvtsi2sd  "cvtsi2sd"  "mod X, use GM"              "y F2 0F 2A /r"                "";
    Cvttss2si "cvttss2si" "def G, use XM32"            "y F3 0F 2C /r"                "";
    Cvttsd2si "cvttsd2si" "def G, use XM64"            "y F2 0F 2C /r"                "";
    Cvtss2si  "cvtss2si"  "def G, use XM32"            "y F3 0F 2D /r"                "";
    Cvtsd2si  "cvtsd2si"  "def G, use XM64"            "y F2 0F 2D /r"                "";
    Cvtss2sd  "cvtss2sd"  "def X, use XM32"            "F3 0F 5A /r"                  "";
    Cvtsd2ss  "cvtsd2ss"  "def X, use XM64"            "F2 0F 5A /r"                  "";
    // Whole registers.
    ZeroX     "xorps"     "def X"                      "0F 57 /rr"                    "alias";
    Andps     "andps"     "mod X, use XM128"           "0F 54 /r"                     "";
    Andpd     "andpd"     "mod X, use XM128"           "66 0F 54 /r"                  "";
    Andnps    "andnps"    "mod X, use XM128"           "0F 55 /r"                     "";
    Andnpd    "andnpd"    "mod X, use XM128"           "66 0F 55 /r"                  "";
    Orps      "orps"      "mod X, use XM128"           "0F 56 /r"                     "";
    Orpd      "orpd"      "mod X, use XM128"           "66 0F 56 /r"                  "";
    Xorps     "xorps"     "mod X, use XM128"           "0F 57 /r"                     "";
    Xorpd     "xorpd"     "mod X, use XM128"           "66 0F 57 /r"                  "";
    Addps     "addps"     "mod X, use XM128"           "0F 58 /r"                     "";
    Addpd     "addpd"     "mod X, use XM128"           "66 0F 58 /r"                  "";
    Mulps     "mulps"     "mod X, use XM128"           "0F 59 /r"                     "";
    Mulpd     "mulpd"     "mod X, use XM128"           "66 0F 59 /r"                  "";
    Subps     "subps"     "mod X, use XM128"           "0F 5C /r"                     "";
    Subpd     "subpd"     "mod X, use XM128"           "66 0F 5C /r"                  "";
    Minps     "minps"     "mod X, use XM128"           "0F 5D /r"                     "";
    Minpd     "minpd"     "mod X, use XM128"           "66 0F 5D /r"                  "";
    Divps     "divps"     "mod X, use XM128"           "0F 5E /r"                     "";
    Divpd     "divpd"     "mod X, use XM128"           "66 0F 5E /r"                  "";
    Maxps     "maxps"     "mod X, use XM128"           "0F 5F /r"                     "";
    Maxpd     "maxpd"     "mod X, use XM128"           "66 0F 5F /r"                  "";
    Unpcklps  "unpcklps"  "mod X, use XM128"           "0F 14 /r"                     "";
    Unpcklpd  "unpcklpd"  "mod X, use XM128"           "66 0F 14 /r"                  "";
    Unpckhps  "unpckhps"  "mod X, use XM128"           "0F 15 /r"                     "";
    Unpckhpd  "unpckhpd"  "mod X, use XM128"           "66 0F 15 /r"                  "";
    Sqrtps    "sqrtps"    "def X, use XM128"           "0F 51 /r"                     "";
    Sqrtpd    "sqrtpd"    "def X, use XM128"           "66 0F 51 /r"                  "";
    Shufps    "shufps"    "mod X, use XM128, imm8"     "0F C6 /r ib"                  "";
    Shufpd    "shufpd"    "mod X, use XM128, imm8"     "66 0F C6 /r ib"               "";
    Cmpps     "cmpps"     "mod X, use XM128, imm8"     "0F C2 /r ib"                  "";
    Cmppd     "cmppd"     "mod X, use XM128, imm8"     "66 0F C2 /r ib"               "";
    Cvtdq2ps  "cvtdq2ps"  "def X, use XM128"           "0F 5B /r"                     "";
    Cvtdq2pd  "cvtdq2pd"  "def X, use XM64"            "F3 0F E6 /r"                  "";
    Cvttps2dq "cvttps2dq" "def X, use XM128"           "F3 0F 5B /r"                  "";
    Cvtps2pd  "cvtps2pd"  "def X, use XM64"            "0F 5A /r"                     "";
    Cvtpd2ps  "cvtpd2ps"  "def X, use XM128"           "66 0F 5A /r"                  "";
    Haddpd    "haddpd"    "mod X, use XM128"           "66 0F 7C /r"                  "sse3";
    Movddup   "movddup"   "def X, use XM64"            "F2 0F 12 /r"                  "sse3";
    Blendvps  "blendvps"  "mod X, use XM128, use xmm0" "66 0F 38 14 /r"               "sse41";
    Blendvpd  "blendvpd"  "mod X, use XM128, use xmm0" "66 0F 38 15 /r"               "sse41";
    Insertps  "insertps"  "mod X, use XM32, imm8"      "66 0F 3A 21 /r ib"            "sse41";
    Extractps "extractps" "def GM32, use X, imm8"      "66 0F 3A 17 /r ib"            "sse41";
    Roundps   "roundps"   "def X, use XM128, imm8"     "66 0F 3A 08 /r ib"            "sse41";
    Roundpd   "roundpd"   "def X, use XM128, imm8"     "66 0F 3A 09 /r ib"            "sse41";
}
