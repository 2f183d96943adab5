//! Types and indexes of a Wasm module, owned and small.
//!
//! They are what wasmparser's readers deliver, restricted to what this crate translates: a type
//! that has no place here was refused while parsing.

use std::fmt;

/// Defines the newtypes for the index spaces of a module.
macro_rules! index_spaces {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a position in a dense array.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The index for a position in a dense array.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("index spaces of a module have 32 bits"))
            }
        }
    )*};
}

index_spaces! {
    /// A function of the module, imported ones first.
    FuncIndex
    /// A function that the module defines: its index less the number of imported functions.
    DefinedFuncIndex
    /// A function type of the type section.
    TypeIndex
    /// A table, imported ones first.
    TableIndex
    /// A memory, imported ones first.
    MemoryIndex
    /// A global, imported ones first.
    GlobalIndex
    /// An element segment.
    ElemIndex
    /// A data segment.
    DataIndex
}

/// A reference type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RefType {
    /// A function or null.
    Func,
    /// A value of the host or null.
    Extern,
}

/// A value type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector. Modules may name it; functions that use it are refused.
    V128,
    /// A reference.
    Ref(RefType),
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(RefType::Func) => "funcref",
            ValType::Ref(RefType::Extern) => "externref",
        })
    }
}

/// The type of a function.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FuncType {
    /// Types of the parameters.
    pub params: Box<[ValType]>,
    /// Types of the results.
    pub results: Box<[ValType]>,
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, types: &[ValType]| -> fmt::Result {
            f.write_str("(")?;
            for (i, ty) in types.iter().enumerate() {
                if i > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{ty}")?;
            }
            f.write_str(")")
        };
        list(f, &self.params)?;
        f.write_str(" -> ")?;
        list(f, &self.results)
    }
}

impl FuncType {
    /// The type as WebAssembly text: `(func (param i32) (result i64))`.
    pub fn wat(&self) -> String {
        let list = |word: &str, types: &[ValType]| match types {
            [] => String::new(),
            types => {
                let types: Vec<String> = types.iter().map(ValType::to_string).collect();
                format!(" ({word} {})", types.join(" "))
            }
        };
        format!("(func{}{})", list("param", &self.params), list("result", &self.results))
    }
}

/// The limits of a table or memory as WebAssembly text.
fn limits(minimum: u64, maximum: Option<u64>) -> String {
    maximum.map_or(format!("{minimum}"), |maximum| format!("{minimum} {maximum}"))
}

/// The type of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType {
    /// What the elements are.
    pub element: RefType,
    /// Elements at the start.
    pub minimum: u32,
    /// The most elements that it may grow to.
    pub maximum: Option<u32>,
}

impl TableType {
    /// The type as WebAssembly text: `(table 1 2 funcref)`.
    pub fn wat(&self) -> String {
        let limits = limits(self.minimum.into(), self.maximum.map(u64::from));
        format!("(table {limits} {})", ValType::Ref(self.element))
    }
}

/// The type of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType {
    /// Pages at the start.
    pub minimum: u64,
    /// The most pages that it may grow to.
    pub maximum: Option<u64>,
    /// Whether threads share it.
    pub shared: bool,
    /// Base-two logarithm of the page size.
    pub page_size_log2: u32,
}

impl MemoryType {
    /// The type as WebAssembly text: `(memory 1 2)`.
    pub fn wat(&self) -> String {
        let shared = if self.shared { " shared" } else { "" };
        let pages = match self.page_size_log2 {
            16 => String::new(),
            log2 => format!(" (pagesize {})", 1u64 << log2),
        };
        format!("(memory {}{shared}{pages})", limits(self.minimum, self.maximum))
    }
}

/// The type of a global.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GlobalType {
    /// The type of its value.
    pub content: ValType,
    /// Whether `global.set` may change it.
    pub mutable: bool,
}

impl GlobalType {
    /// The type as WebAssembly text: `(global (mut i32))`.
    pub fn wat(&self) -> String {
        let content = self.content;
        if self.mutable {
            format!("(global (mut {content}))")
        } else {
            format!("(global {content})")
        }
    }
}

/// What an import asks for, or an export offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntityIndex {
    /// A function.
    Func(FuncIndex),
    /// A table.
    Table(TableIndex),
    /// A memory.
    Memory(MemoryIndex),
    /// A global.
    Global(GlobalIndex),
}
