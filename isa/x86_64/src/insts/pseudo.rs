//! Instructions that a function emits, as more than one machine instruction or as none.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::fma::END;
    // Atomic read-modify-write by a loop; the payload's high half says which operation.
    AtomicRmwLoop "atomic_rmw_loop" "early rax, late G, tmp G, mod M, imm" "" "wf latemem";
    // The same of 128 bits, by `lock cmpxchg16b`.
    AtomicRmwLoop128 "atomic_rmw_loop" "early rax, early rdx, tmp rbx, tmp rcx, late G, late G, mod M128, imm" "" "wf latemem cmpxchg16b";
    // The zero and sign flags of a value, and only these: nothing where the instruction before has
    // set them. A value in memory is compared with zero.
    TestZero      "test_zero"       "use GM" "" "wf";
    // The address of a variable of this thread in the executable; the immediate is its symbol.
    TlsLocalExec  "tls_local_exec"  "def G, imm" "" "";
    // The descriptor of a variable of a thread in Mach-O; the immediate is its symbol.
    TlvDescriptor "tlv_descriptor" "def G, imm" "" "";
    // The address of a variable of this thread in COFF; the input is the number of the image, the
    // immediate the symbol.
    TlsOfImage "tls_of_image" "early G, use G, imm" "" "";
}
