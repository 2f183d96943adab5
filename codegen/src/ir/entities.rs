//! The entities of the IR: what `v3`, `block1` or `fn0` in the text stand for.

use crate::entity::entity_impl;
use core::fmt;

macro_rules! define_entities {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $limit:expr, $variant:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(u32);
            entity_impl!($name, $prefix, $limit);

            impl From<$name> for AnyEntity {
                fn from(entity: $name) -> Self {
                    AnyEntity::$variant(entity)
                }
            }
        )*

        /// Any entity of a function, or the function itself: a place that an error concerns.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AnyEntity {
            /// The whole function.
            Function,
            $(
                $(#[$doc])*
                $variant($name),
            )*
            /// The stack limit of the function.
            StackLimit,
        }

        impl fmt::Display for AnyEntity {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    AnyEntity::Function => f.write_str("function"),
                    $(AnyEntity::$variant(entity) => entity.fmt(f),)*
                    AnyEntity::StackLimit => f.write_str("stack_limit"),
                }
            }
        }
    };
}

define_entities! {
    /// A basic block.
    Block "block" u32::MAX, Block;
    /// An SSA value.
    Value "v" u32::MAX / 2, Value;
    /// An instruction.
    Inst "inst" u32::MAX, Inst;
    /// A stack slot of fixed size.
    StackSlot "ss" u32::MAX, StackSlot;
    /// A stack slot of a dynamic type.
    DynamicStackSlot "dss" u32::MAX, DynamicStackSlot;
    /// A dynamic vector type of a function.
    DynamicType "dt" u32::MAX, DynamicType;
    /// A global value.
    GlobalValue "gv" u32::MAX, GlobalValue;
    /// A jump table.
    JumpTable "jt" u32::MAX, JumpTable;
    /// A constant in the pool of a function.
    Constant "const" u32::MAX, Constant;
    /// A function that the current one may call.
    FuncRef "fn" u32::MAX, FuncRef;
    /// A signature.
    SigRef "sig" u32::MAX, SigRef;
    /// An operand constant of more than 64 bits, such as a shuffle mask.
    Immediate "imm" u32::MAX, Immediate;
    /// An exception table.
    ExceptionTable "extable" u32::MAX, ExceptionTable;
    /// A tag that exceptions are told apart by; its meaning is the embedder's.
    ExceptionTag "tag" u32::MAX, ExceptionTag;
    /// A set of memory that aliases no other region.
    AliasRegion "region" u32::MAX, AliasRegion;
    /// The name of a function or of data that the user knows by two numbers.
    UserExternalNameRef "userextname" u32::MAX, UserExternalNameRef;
}

/// Alias regions with fixed meanings, as Cranelift has them, which functions need not declare.
/// Accesses do not record them: they may alias everything.
#[allow(non_upper_case_globals, reason = "clients know them as variants")]
impl AliasRegion {
    /// The heap of a Wasm module.
    pub const Heap: Self = Self::from_u32(u32::MAX - 1);
    /// A table of a Wasm module.
    pub const Table: Self = Self::from_u32(u32::MAX - 2);
    /// The context of a Wasm module.
    pub const Vmctx: Self = Self::from_u32(u32::MAX - 3);
}

impl fmt::Debug for AnyEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl AnyEntity {
    /// The block, if the entity is one.
    pub fn block(self) -> Option<Block> {
        if let Self::Block(block) = self { Some(block) } else { None }
    }

    /// The instruction, if the entity is one.
    pub fn unwrap_inst(self) -> Inst {
        if let Self::Inst(inst) = self { inst } else { panic!("{self} is not an instruction") }
    }
}
