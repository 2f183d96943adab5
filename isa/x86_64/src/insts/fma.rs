//! Fused multiplication and addition (FMA).

use windlass_core::rows;

#[rustfmt::skip]
rows! { super::avx::END;
    Vfmadd132F  "vfmadd132s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 99 /r; q VEX.LIG.66.0F38.W1 99 /r" "fma";
    Vfmadd213F  "vfmadd213s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 A9 /r; q VEX.LIG.66.0F38.W1 A9 /r" "fma";
    Vfmadd231F  "vfmadd231s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 B9 /r; q VEX.LIG.66.0F38.W1 B9 /r" "fma";
    Vfmsub132F  "vfmsub132s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 9B /r; q VEX.LIG.66.0F38.W1 9B /r" "fma";
    Vfmsub213F  "vfmsub213s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 AB /r; q VEX.LIG.66.0F38.W1 AB /r" "fma";
    Vfmsub231F  "vfmsub231s*"  "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 BB /r; q VEX.LIG.66.0F38.W1 BB /r" "fma";
    Vfnmadd132F "vfnmadd132s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 9D /r; q VEX.LIG.66.0F38.W1 9D /r" "fma";
    Vfnmadd213F "vfnmadd213s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 AD /r; q VEX.LIG.66.0F38.W1 AD /r" "fma";
    Vfnmadd231F "vfnmadd231s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 BD /r; q VEX.LIG.66.0F38.W1 BD /r" "fma";
    Vfnmsub132F "vfnmsub132s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 9F /r; q VEX.LIG.66.0F38.W1 9F /r" "fma";
    Vfnmsub213F "vfnmsub213s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 AF /r; q VEX.LIG.66.0F38.W1 AF /r" "fma";
    Vfnmsub231F "vfnmsub231s*" "mod X, use X, use XM" "d VEX.LIG.66.0F38.W0 BF /r; q VEX.LIG.66.0F38.W1 BF /r" "fma";
}
