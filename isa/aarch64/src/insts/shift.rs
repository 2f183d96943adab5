//! Shifts, bit fields, bits that are counted or turned round.

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::mov::END;
    // Amounts count modulo the operand size.
    Lslv  "lsl"  "def G Rd, use G Rn, use G Rm" "sf 0 0 11010110 Rm 0010 00 Rn Rd" "";
    Lsrv  "lsr"  "def G Rd, use G Rn, use G Rm" "sf 0 0 11010110 Rm 0010 01 Rn Rd" "";
    Asrv  "asr"  "def G Rd, use G Rn, use G Rm" "sf 0 0 11010110 Rm 0010 10 Rn Rd" "";
    Rorv  "ror"  "def G Rd, use G Rn, use G Rm" "sf 0 0 11010110 Rm 0010 11 Rn Rd" "";
    LslI  "lsl"  "def G Rd, use G Rn, shl code"    "sf 10 100110 sf code12 Rn Rd" "";
    LsrI  "lsr"  "def G Rd, use G Rn, amount immr" "sf 10 100110 sf immr6 sf 11111 Rn Rd" "";
    AsrI  "asr"  "def G Rd, use G Rn, amount immr" "sf 00 100110 sf immr6 sf 11111 Rn Rd" "";
    // A field of a register: where immr <= imms, bits immr to imms, to bit 0; else bits 0 to imms,
    // to the bit immr below the register's end.
    Ubfm  "ubfm" "def G Rd, use G Rn, amount immr, amount imms" "sf 10 100110 sf immr6 imms6 Rn Rd" "";
    Sbfm  "sbfm" "def G Rd, use G Rn, amount immr, amount imms" "sf 00 100110 sf immr6 imms6 Rn Rd" "";
    Bfm   "bfm"  "mod G Rd, use G Rn, amount immr, amount imms" "sf 01 100110 sf immr6 imms6 Rn Rd" "";
    Sxtb  "sxtb" "def G Rd, use G32 Rn"          "sf 00 100110 sf 000000 000111 Rn Rd" "";
    Sxth  "sxth" "def G Rd, use G32 Rn"          "sf 00 100110 sf 000000 001111 Rn Rd" "";
    Sxtw  "sxtw" "def G64 Rd, use G32 Rn"        "1 00 100110 1 000000 011111 Rn Rd" "";
    Uxtb  "uxtb" "def G32 Rd, use G32 Rn"        "0 10 100110 0 000000 000111 Rn Rd" "";
    Uxth  "uxth" "def G32 Rd, use G32 Rn"        "0 10 100110 0 000000 001111 Rn Rd" "";
    Extr  "extr" "def G Rd, use G Rn, use G Rm, amount imms" "sf 00 100111 sf 0 Rm imms6 Rn Rd" "";
    Rbit  "rbit" "def G Rd, use G Rn" "sf 1 0 11010110 00000 000000 Rn Rd" "";
    Rev16 "rev16" "def G Rd, use G Rn" "sf 1 0 11010110 00000 000001 Rn Rd" "";
    Rev   "rev"  "def G Rd, use G Rn" "sf 1 0 11010110 00000 00001 sf Rn Rd" "";
    Rev32 "rev32" "def G64 Rd, use G64 Rn" "1 1 0 11010110 00000 000010 Rn Rd" "";
    Clz   "clz"  "def G Rd, use G Rn" "sf 1 0 11010110 00000 000100 Rn Rd" "";
    Cls   "cls"  "def G Rd, use G Rn" "sf 1 0 11010110 00000 000101 Rn Rd" "";
}
