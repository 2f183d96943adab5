//! Loads and stores. The displacement of an address is a multiple of the width up to 4095 widths, or
//! between -256 and 255; an index of 32 or 64 bits may be scaled by the width.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::select::END;
    Ldrb      "ldrb"     "def G32 Rt, use M8"           "00 111 0 01 01 udisp12* base Rt; 00 111 0 00 01 0 sdisp9 00 base Rt; 00 111 0 00 01 1 index option S 10 base Rt" "";
    Ldrh      "ldrh"     "def G32 Rt, use M16"          "01 111 0 01 01 udisp12* base Rt; 01 111 0 00 01 0 sdisp9 00 base Rt; 01 111 0 00 01 1 index option S 10 base Rt" "";
    Ldr       "ldr"      "def G Rt, use M"              "1 sf 111 0 01 01 udisp12* base Rt; 1 sf 111 0 00 01 0 sdisp9 00 base Rt; 1 sf 111 0 00 01 1 index option S 10 base Rt; 0 sf 011 0 00 literal[20:2] Rt" "";
    // With the sign, in the register of the operand size.
    Ldrsb     "ldrsb"    "def G Rt, use M8"             "00 111 0 01 1 nsf udisp12* base Rt; 00 111 0 00 1 nsf 0 sdisp9 00 base Rt; 00 111 0 00 1 nsf 1 index option S 10 base Rt" "";
    Ldrsh     "ldrsh"    "def G Rt, use M16"            "01 111 0 01 1 nsf udisp12* base Rt; 01 111 0 00 1 nsf 0 sdisp9 00 base Rt; 01 111 0 00 1 nsf 1 index option S 10 base Rt" "";
    Ldrsw     "ldrsw"    "def G64 Rt, use M32"          "10 111 0 01 10 udisp12* base Rt; 10 111 0 00 10 0 sdisp9 00 base Rt; 10 111 0 00 10 1 index option S 10 base Rt; 10 011 0 00 literal[20:2] Rt" "";
    Strb      "strb"     "use G32 Rt, use M8"           "00 111 0 01 00 udisp12* base Rt; 00 111 0 00 00 0 sdisp9 00 base Rt; 00 111 0 00 00 1 index option S 10 base Rt" "";
    Strh      "strh"     "use G32 Rt, use M16"          "01 111 0 01 00 udisp12* base Rt; 01 111 0 00 00 0 sdisp9 00 base Rt; 01 111 0 00 00 1 index option S 10 base Rt" "";
    Str       "str"      "use G Rt, use M"              "1 sf 111 0 01 00 udisp12* base Rt; 1 sf 111 0 00 00 0 sdisp9 00 base Rt; 1 sf 111 0 00 00 1 index option S 10 base Rt" "";
    // Of a vector register; `Q` all of it.
    LdrV      "ldr"      "def V Rt, use M"              "1 sf 111 1 01 01 udisp12* base Rt; 1 sf 111 1 00 01 0 sdisp9 00 base Rt; 1 sf 111 1 00 01 1 index option S 10 base Rt; 0 sf 011 1 00 literal[20:2] Rt" "";
    StrV      "str"      "use V Rt, use M"              "1 sf 111 1 01 00 udisp12* base Rt; 1 sf 111 1 00 00 0 sdisp9 00 base Rt; 1 sf 111 1 00 00 1 index option S 10 base Rt" "";
    LdrQ      "ldr"      "def V128 Rt, use M128"        "00 111 1 01 11 udisp12* base Rt; 00 111 1 00 11 0 sdisp9 00 base Rt; 00 111 1 00 11 1 index option 0 10 base Rt; 10 011 1 00 literal[20:2] Rt" "";
    StrQ      "str"      "use V128 Rt, use M128"        "00 111 1 01 10 udisp12* base Rt; 00 111 1 00 10 0 sdisp9 00 base Rt; 00 111 1 00 10 1 index option 0 10 base Rt" "";
    // Two registers, at a multiple of the width between -64 and 63 widths.
    Ldp       "ldp"      "def G Rt, def G Rt2, use M"   "sf 0 101 0 010 1 sdisp7* Rt2 base Rt" "";
    Stp       "stp"      "use G Rt, use G Rt2, use M"   "sf 0 101 0 010 0 sdisp7* Rt2 base Rt" "";
    Ldpsw     "ldpsw"    "def G64 Rt, def G64 Rt2, use M32" "01 101 0 010 1 sdisp7* Rt2 base Rt" "";
    LdpV      "ldp"      "def V Rt, def V Rt2, use M"   "0 sf 101 1 010 1 sdisp7* Rt2 base Rt" "";
    StpV      "stp"      "use V Rt, use V Rt2, use M"   "0 sf 101 1 010 0 sdisp7* Rt2 base Rt" "";
    LdpQ      "ldp"      "def V128 Rt, def V128 Rt2, use M128" "10 101 1 010 1 sdisp7* Rt2 base Rt" "";
    StpQ      "stp"      "use V128 Rt, use V128 Rt2, use M128" "10 101 1 010 0 sdisp7* Rt2 base Rt" "";
    // With the base changed before or after the access.
    LdrbPre   "ldrb {}, [{}, {}]!" "def G32 Rt, mod GS64 Rn, simm imm9" "00 111 0 00 01 0 imm9 11 Rn Rt" "";
    LdrbPost  "ldrb {}, [{}], {}" "def G32 Rt, mod GS64 Rn, simm imm9" "00 111 0 00 01 0 imm9 01 Rn Rt" "";
    LdrhPre   "ldrh {}, [{}, {}]!" "def G32 Rt, mod GS64 Rn, simm imm9" "01 111 0 00 01 0 imm9 11 Rn Rt" "";
    LdrhPost  "ldrh {}, [{}], {}" "def G32 Rt, mod GS64 Rn, simm imm9" "01 111 0 00 01 0 imm9 01 Rn Rt" "";
    LdrPre    "ldr {}, [{}, {}]!" "def G Rt, mod GS64 Rn, simm imm9" "1 sf 111 0 00 01 0 imm9 11 Rn Rt" "";
    LdrPost   "ldr {}, [{}], {}" "def G Rt, mod GS64 Rn, simm imm9" "1 sf 111 0 00 01 0 imm9 01 Rn Rt" "";
    StrbPre   "strb {}, [{}, {}]!" "use G32 Rt, mod GS64 Rn, simm imm9" "00 111 0 00 00 0 imm9 11 Rn Rt" "";
    StrbPost  "strb {}, [{}], {}" "use G32 Rt, mod GS64 Rn, simm imm9" "00 111 0 00 00 0 imm9 01 Rn Rt" "";
    StrhPre   "strh {}, [{}, {}]!" "use G32 Rt, mod GS64 Rn, simm imm9" "01 111 0 00 00 0 imm9 11 Rn Rt" "";
    StrhPost  "strh {}, [{}], {}" "use G32 Rt, mod GS64 Rn, simm imm9" "01 111 0 00 00 0 imm9 01 Rn Rt" "";
    StrPre    "str {}, [{}, {}]!" "use G Rt, mod GS64 Rn, simm imm9" "1 sf 111 0 00 00 0 imm9 11 Rn Rt" "";
    StrPost   "str {}, [{}], {}" "use G Rt, mod GS64 Rn, simm imm9" "1 sf 111 0 00 00 0 imm9 01 Rn Rt" "";
    LdrVPre   "ldr {}, [{}, {}]!" "def V Rt, mod GS64 Rn, simm imm9" "1 sf 111 1 00 01 0 imm9 11 Rn Rt" "";
    LdrVPost  "ldr {}, [{}], {}" "def V Rt, mod GS64 Rn, simm imm9" "1 sf 111 1 00 01 0 imm9 01 Rn Rt" "";
    StrVPre   "str {}, [{}, {}]!" "use V Rt, mod GS64 Rn, simm imm9" "1 sf 111 1 00 00 0 imm9 11 Rn Rt" "";
    StrVPost  "str {}, [{}], {}" "use V Rt, mod GS64 Rn, simm imm9" "1 sf 111 1 00 00 0 imm9 01 Rn Rt" "";
    LdpPre    "ldp {}, {}, [{}, {}]!" "def G Rt, def G Rt2, mod GS64 Rn, simm imm7" "sf 0 101 0 011 1 imm7* Rt2 Rn Rt" "";
    LdpPost   "ldp {}, {}, [{}], {}" "def G Rt, def G Rt2, mod GS64 Rn, simm imm7" "sf 0 101 0 001 1 imm7* Rt2 Rn Rt" "";
    StpPre    "stp {}, {}, [{}, {}]!" "use G Rt, use G Rt2, mod GS64 Rn, simm imm7" "sf 0 101 0 011 0 imm7* Rt2 Rn Rt" "";
    StpPost   "stp {}, {}, [{}], {}" "use G Rt, use G Rt2, mod GS64 Rn, simm imm7" "sf 0 101 0 001 0 imm7* Rt2 Rn Rt" "";
    LdpVPre   "ldp {}, {}, [{}, {}]!" "def V Rt, def V Rt2, mod GS64 Rn, simm imm7" "0 sf 101 1 011 1 imm7* Rt2 Rn Rt" "";
    LdpVPost  "ldp {}, {}, [{}], {}" "def V Rt, def V Rt2, mod GS64 Rn, simm imm7" "0 sf 101 1 001 1 imm7* Rt2 Rn Rt" "";
    StpVPre   "stp {}, {}, [{}, {}]!" "use V Rt, use V Rt2, mod GS64 Rn, simm imm7" "0 sf 101 1 011 0 imm7* Rt2 Rn Rt" "";
    StpVPost  "stp {}, {}, [{}], {}" "use V Rt, use V Rt2, mod GS64 Rn, simm imm7" "0 sf 101 1 001 0 imm7* Rt2 Rn Rt" "";
    // Acquire, release, and exclusive: the status is 0 if the store was done.
    Ldar      "ldarb|ldarh|ldar|ldar" "def G Rt, use M"              "size 001000 1 1 0 11111 1 11111 base Rt" "";
    Stlr      "stlrb|stlrh|stlr|stlr" "use G Rt, use M"              "size 001000 1 0 0 11111 1 11111 base Rt" "";
    Ldxr      "ldxrb|ldxrh|ldxr|ldxr" "def G Rt, use M"              "size 001000 0 1 0 11111 0 11111 base Rt" "";
    Ldaxr     "ldaxrb|ldaxrh|ldaxr|ldaxr" "def G Rt, use M"              "size 001000 0 1 0 11111 1 11111 base Rt" "";
    Stxr      "stxrb|stxrh|stxr|stxr" "early G32 Rs, late G Rt, use M" "size 001000 0 0 0 Rs 0 11111 base Rt" "latemem";
    Stlxr     "stlxrb|stlxrh|stlxr|stlxr" "early G32 Rs, late G Rt, use M" "size 001000 0 0 0 Rs 1 11111 base Rt" "latemem";
    // The entry of a symbol in the global offset table, in the page in the register.
    LdrGot    "ldr"      "def G64 Rt, use G64 Rn, gotlow symbol" "11 111 0 01 01 symbol[14:3] Rn Rt" "alias";
}
