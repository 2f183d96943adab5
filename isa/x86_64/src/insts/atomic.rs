//! Atomic operations on memory, and fences.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::control::END;
    LockAdd        "lock add"        "mod M, use G"          "b F0 00 /r; v F0 01 /r"       "wf";
    LockAddI       "lock add"        "mod M, imm"            "b F0 80 /0 ib; v F0 83 /0 ib; v F0 81 /0 iz" "wf";
    LockOr         "lock or"         "mod M, use G"          "b F0 08 /r; v F0 09 /r"       "wf";
    LockOrI        "lock or"         "mod M, imm"            "b F0 80 /1 ib; v F0 83 /1 ib; v F0 81 /1 iz" "wf";
    LockAnd        "lock and"        "mod M, use G"          "b F0 20 /r; v F0 21 /r"       "wf";
    LockAndI       "lock and"        "mod M, imm"            "b F0 80 /4 ib; v F0 83 /4 ib; v F0 81 /4 iz" "wf";
    LockSub        "lock sub"        "mod M, use G"          "b F0 28 /r; v F0 29 /r"       "wf";
    LockSubI       "lock sub"        "mod M, imm"            "b F0 80 /5 ib; v F0 83 /5 ib; v F0 81 /5 iz" "wf";
    LockXor        "lock xor"        "mod M, use G"          "b F0 30 /r; v F0 31 /r"       "wf";
    LockXorI       "lock xor"        "mod M, imm"            "b F0 80 /6 ib; v F0 83 /6 ib; v F0 81 /6 iz" "wf";
    LockNot        "lock not"        "mod M"                 "b F0 F6 /2; v F0 F7 /2"       "";
    LockNeg        "lock neg"        "mod M"                 "b F0 F6 /3; v F0 F7 /3"       "wf";
    LockInc        "lock inc"        "mod M"                 "b F0 FE /0; v F0 FF /0"       "wf";
    LockDec        "lock dec"        "mod M"                 "b F0 FE /1; v F0 FF /1"       "wf";
    LockBtsI       "lock bts"        "mod M, imm8"           "v F0 0F BA /5 ib"             "wf";
    LockBtrI       "lock btr"        "mod M, imm8"           "v F0 0F BA /6 ib"             "wf";
    LockBtcI       "lock btc"        "mod M, imm8"           "v F0 0F BA /7 ib"             "wf";
    LockXadd       "lock xadd"       "mod M, mod G"          "b F0 0F C0 /r; v F0 0F C1 /r" "wf";
    // Exchanges with memory; atomic without a prefix.
    XchgM          "xchg"            "mod M, mod G"          "b 86 /r; v 87 /r"             "";
    // If memory holds what is in rax, it becomes the register; rax becomes the old value.
    LockCmpxchg    "lock cmpxchg"    "mod rax, mod M, use G" "b F0 0F B0 /r; v F0 0F B1 /r" "wf";
    // The same with rdx:rax and rcx:rbx.
    LockCmpxchg8b  "lock cmpxchg8b"  "mod rdx, mod rax, use rcx, use rbx, mod M64" "F0 0F C7 /1"                  "wf";
    LockCmpxchg16b "lock cmpxchg16b" "mod rdx, mod rax, use rcx, use rbx, mod M128" "F0 REX.W 0F C7 /1"            "wf cmpxchg16b";
    Mfence         "mfence"          ""                      "0F AE F0"                     "";
    Lfence         "lfence"          ""                      "0F AE E8"                     "";
    Sfence         "sfence"          ""                      "0F AE F8"                     "";
}
