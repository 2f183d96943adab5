//! Multiplication and division of integers.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::shift_bit::END;
    Imul      "imul" "mod G, use GM"                 "v 0F AF /r"             "wf";
    ImulI     "imul" "def G, use GM, imm"            "v 6B /r ib; v 69 /r iz" "wf";
    // The whole product: low half in rax, high half in rdx.
    Mul       "mul"  "mod rax, def rdx, use GM"      "v F7 /4"                "wf";
    ImulWide  "imul" "mod rax, def rdx, use GM"      "v F7 /5"                "wf";
    // The product of bytes: in ax.
    Mul8      "mul"  "mod rax, use GM8"              "F6 /4"                  "wf";
    ImulWide8 "imul" "mod rax, use GM8"              "F6 /5"                  "wf";
    // High half, low half, first factor; the second is in rdx. The flags stay.
    Mulx      "mulx" "def G, def G, use GM, use rdx" "y VEX.LZ.F2.0F38 F6 /r" "bmi2";
    // rdx:rax by the operand: quotient in rax, remainder in rdx.
    Div       "div"  "mod rax, mod rdx, use GM"      "v F7 /6"                "wf";
    Idiv      "idiv" "mod rax, mod rdx, use GM"      "v F7 /7"                "wf";
    // ax by the operand: quotient in al, remainder in ah.
    Div8      "div"  "mod rax, use GM8"              "F6 /6"                  "wf";
    Idiv8     "idiv" "mod rax, use GM8"              "F6 /7"                  "wf";
}
