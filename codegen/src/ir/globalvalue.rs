//! Global values: addresses and numbers that are the same all over a function.

use super::entities::GlobalValue;
use super::extname::ExternalName;
use super::immediates::{Imm64, Offset32};
use super::memflags::MemFlags;
use super::types::Type;
use core::fmt;

/// What a global value is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GlobalValueData {
    /// The context: the parameter with purpose `vmctx`, or without one the pinned register.
    VMContext,
    /// The value in memory at another global plus an offset.
    Load {
        /// The global that the address starts from.
        base: GlobalValue,
        /// The offset.
        offset: Offset32,
        /// The type of the value.
        global_type: Type,
        /// What is known of the access: it does not trap and is aligned.
        flags: MemFlags,
    },
    /// Another global plus a number.
    IAddImm {
        /// The other global.
        base: GlobalValue,
        /// The number.
        offset: Imm64,
        /// The type of the sum.
        global_type: Type,
    },
    /// The address of a symbol plus a number.
    Symbol {
        /// The symbol.
        name: ExternalName,
        /// The number.
        offset: Imm64,
        /// True where the symbol is near enough for a direct relative address.
        colocated: bool,
        /// True for a thread-local symbol.
        tls: bool,
    },
    /// How many times as long as this vector a dynamic one is on the target.
    DynScaleTargetConst {
        /// The vector.
        vector_type: Type,
    },
}

impl GlobalValueData {
    /// The symbol's name; panics where the global is not a symbol.
    pub fn symbol_name(&self) -> &ExternalName {
        match self {
            Self::Symbol { name, .. } => name,
            other => panic!("the global `{other}` has no symbol name"),
        }
    }

    /// The global that this one starts from.
    pub fn base(&self) -> Option<GlobalValue> {
        match self {
            Self::Load { base, .. } | Self::IAddImm { base, .. } => Some(*base),
            _ => None,
        }
    }

    /// The type of the value, on a machine with pointers of this type.
    pub fn type_with_pointer(&self, pointer: Type) -> Type {
        match self {
            Self::VMContext | Self::Symbol { .. } | Self::DynScaleTargetConst { .. } => pointer,
            Self::Load { global_type, .. } | Self::IAddImm { global_type, .. } => *global_type,
        }
    }
}

impl fmt::Display for GlobalValueData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VMContext => f.write_str("vmctx"),
            Self::Load { base, offset, global_type, flags } => {
                write!(f, "load.{global_type}{flags} {base}{offset}")
            }
            Self::IAddImm { base, offset, global_type } => {
                write!(f, "iadd_imm.{global_type} {base}, {offset}")
            }
            Self::Symbol { name, offset, colocated, tls } => {
                let colocated = if *colocated { " colocated" } else { "" };
                let tls = if *tls { " tls" } else { "" };
                write!(f, "symbol{colocated}{tls} {}", name.display(None))?;
                match offset.bits() {
                    0 => Ok(()),
                    1.. => write!(f, "+{offset}"),
                    _ => write!(f, "{offset}"),
                }
            }
            Self::DynScaleTargetConst { vector_type } => {
                write!(f, "dyn_scale_target_const.{vector_type}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::I64;
    use super::*;

    #[test]
    fn globals_print_as_they_are_read() {
        let base = GlobalValue::from_u32(0);
        let flags = MemFlags::trusted().with_readonly();
        let load =
            GlobalValueData::Load { base, offset: Offset32::new(16), global_type: I64, flags };
        assert_eq!(load.to_string(), "load.i64 notrap aligned readonly gv0+16");
        let sum = GlobalValueData::IAddImm { base, offset: Imm64::new(-8), global_type: I64 };
        assert_eq!(sum.to_string(), "iadd_imm.i64 gv0, -8");
        let mut symbol = GlobalValueData::Symbol {
            name: ExternalName::testcase("data"),
            offset: Imm64::new(-4),
            colocated: true,
            tls: true,
        };
        assert_eq!(symbol.to_string(), "symbol colocated tls %data-4");
        if let GlobalValueData::Symbol { offset, tls, .. } = &mut symbol {
            (*offset, *tls) = (Imm64::new(32), false);
        }
        assert_eq!(symbol.to_string(), "symbol colocated %data+32");
    }
}
