//! Functions that compiled code may call where the machine has no instruction.

use super::CallConv;
use super::extfunc::{AbiParam, Signature};
use super::opcodes::Opcode;
use super::types::{self, Type};
use core::fmt;
use core::str::FromStr;

macro_rules! define_libcalls {
    ($($(#[$doc:meta])* $name:ident $symbol:literal $(= $op:ident $ty:ident)?;)*) => {
        /// A function of the support library.
        #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LibCall {
            $($(#[$doc])* $name,)*
        }

        impl LibCall {
            /// All library calls.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in the text form.
            pub const fn to_static_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The symbol by which linkers usually know the function.
            pub const fn default_symbol(self) -> &'static str {
                match self {
                    $(Self::$name => $symbol,)*
                }
            }

            /// The operation that the function does, and its type, if there is one.
            pub fn operation(self) -> Option<(Opcode, Type)> {
                match self {
                    $($(Self::$name => Some((Opcode::$op, types::$ty)),)?)*
                    _ => None,
                }
            }
        }
    };
}

define_libcalls! {
    /// Touches the pages of a large frame.
    Probestack "__windlass_probestack";
    /// `ceil` of an `f32`.
    CeilF32 "ceilf" = Ceil F32;
    /// `ceil` of an `f64`.
    CeilF64 "ceil" = Ceil F64;
    /// `floor` of an `f32`.
    FloorF32 "floorf" = Floor F32;
    /// `floor` of an `f64`.
    FloorF64 "floor" = Floor F64;
    /// `trunc` of an `f32`.
    TruncF32 "truncf" = Trunc F32;
    /// `trunc` of an `f64`.
    TruncF64 "trunc" = Trunc F64;
    /// `nearest` of an `f32`.
    NearestF32 "nearbyintf" = Nearest F32;
    /// `nearest` of an `f64`.
    NearestF64 "nearbyint" = Nearest F64;
    /// `fma` of `f32`.
    FmaF32 "fmaf" = Fma F32;
    /// `fma` of `f64`.
    FmaF64 "fma" = Fma F64;
    /// Copies memory that does not overlap.
    Memcpy "memcpy";
    /// Fills memory.
    Memset "memset";
    /// Copies memory that may overlap.
    Memmove "memmove";
    /// Compares memory.
    Memcmp "memcmp";
    /// The address of a thread-local variable, by the general dynamic model of ELF.
    ElfTlsGetAddr "__tls_get_addr";
    /// The offset of a thread-local variable from the thread pointer (s390x).
    ElfTlsGetOffset "__tls_get_offset";
    /// A byte shuffle by the rules of the `pshufb` instruction of x86.
    X86Pshufb "__windlass_x86_pshufb";
}

impl LibCall {
    /// All library calls.
    pub const fn all_libcalls() -> &'static [Self] {
        Self::ALL
    }

    /// The function that does an operation at a type.
    pub fn for_operation(op: Opcode, ty: Type) -> Option<Self> {
        Self::ALL.iter().copied().find(|call| call.operation() == Some((op, ty)))
    }

    /// The signature in this convention on a machine with pointers of this type.
    pub fn signature(self, call_conv: CallConv, pointer: Type) -> Signature {
        use types::{I8X16, I32};
        let operation = self.operation();
        let (op, ty) = operation.unwrap_or((Opcode::Nop, types::INVALID));
        let (params, returns): (&[Type], &[Type]) = match self {
            _ if operation.is_some() => (&[ty; 3][..op.info().fixed_values.into()], &[ty]),
            Self::Probestack => (&[pointer], &[]),
            Self::Memcpy | Self::Memmove => (&[pointer, pointer, pointer], &[pointer]),
            Self::Memset => (&[pointer, I32, pointer], &[pointer]),
            Self::Memcmp => (&[pointer, pointer, pointer], &[I32]),
            Self::ElfTlsGetAddr | Self::ElfTlsGetOffset => (&[pointer], &[pointer]),
            Self::X86Pshufb => (&[I8X16, I8X16], &[I8X16]),
            _ => unreachable!("the others do operations"),
        };
        let mut signature = Signature::new(call_conv);
        signature.params.extend(params.iter().copied().map(AbiParam::new));
        signature.returns.extend(returns.iter().copied().map(AbiParam::new));
        signature
    }
}

impl fmt::Display for LibCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_static_str())
    }
}

impl FromStr for LibCall {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|call| call.to_static_str() == word).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for &call in LibCall::ALL {
            assert_eq!(call.to_string().parse(), Ok(call));
        }
        assert_eq!("ceilf32".parse::<LibCall>(), Err(()));
    }
}
