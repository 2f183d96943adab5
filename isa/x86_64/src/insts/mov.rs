//! Moves, extensions, conditional moves, the stack.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::alu::END;
    Mov     "mov"           "def G, use GM"       "b 8A /r; v 8B /r"       "";
    MovMr   "mov"           "def M, use G"        "b 88 /r; v 89 /r"       "";
    MovMi   "mov"           "def M, imm"          "b C6 /0 ib; v C7 /0 iz" "";
    // An immediate of 64 bits; at size q the shortest form is taken.
    MovI    "mov"           "def G, imm64"        "b B0+r ib; w B8+r iw; d B8+r id; q W0 B8+r id u32; q C7 /0 id; q B8+r io" "";
    // Always ten bytes: for addresses that are filled in later.
    MovAbs  "movabs"        "def G64, imm64"      "REX.W B8+r io"          "alias";
    Movzx8  "movzx"         "def G, use GM8"      "v 0F B6 /r"             "";
    Movzx16 "movzx"         "def G, use GM16"     "y 0F B7 /r"             "";
    Movsx8  "movsx"         "def G, use GM8"      "v 0F BE /r"             "";
    Movsx16 "movsx"         "def G, use GM16"     "y 0F BF /r"             "";
    Movsxd  "movsxd"        "def G, use GM32"     "q 63 /r"                "";
    Xchg    "xchg"          "mod GR, mod G"       "b 86 /r; v 87 /r"       "";
    MovbeLd "movbe"         "def G, use M"        "v 0F 38 F0 /r"          "movbe";
    MovbeSt "movbe"         "def M, use G"        "v 0F 38 F1 /r"          "movbe";
    Bswap   "bswap"         "mod G"               "y 0F C8+r"              "";
    Cmov    "cmovcc"        "cond, mod G, use GM" "v 0F 40+cc /r"          "rf";
    Setcc   "setcc"         "cond, def GM8"       "0F 90+cc /0"            "rf";
    // Sign extension of the accumulator: in itself, and into rdx.
    Cbw     "cbw|cwde|cdqe" "mod rax"             "v 98"                   "";
    Cwd     "cwd|cdq|cqo"   "use rax, def rdx"    "v 99"                   "";
    Push    "push"          "use G64"             "50+r"                   "";
    PushM   "push"          "use M64"             "FF /6"                  "";
    PushI   "push"          "imm"                 "6A ib; 68 id"           "";
    Pop     "pop"           "def G64"             "58+r"                   "";
    PopM    "pop"           "def M64"             "8F /0"                  "";
}
