//! The types of values, functions, globals, tables and memories as the embedder sees them.

use std::fmt;

use windlass_wasm::types as wasm;
pub use windlass_wasm::types::RefType;

/// The type of a value.
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
    /// 128-bit vector.
    V128,
    /// A function or null.
    FuncRef,
    /// A value of the host or null.
    ExternRef,
}

impl ValType {
    pub(crate) fn from_wasm(ty: wasm::ValType) -> Self {
        match ty {
            wasm::ValType::I32 => ValType::I32,
            wasm::ValType::I64 => ValType::I64,
            wasm::ValType::F32 => ValType::F32,
            wasm::ValType::F64 => ValType::F64,
            wasm::ValType::V128 => ValType::V128,
            wasm::ValType::Ref(RefType::Func) => ValType::FuncRef,
            wasm::ValType::Ref(RefType::Extern) => ValType::ExternRef,
        }
    }

    pub(crate) fn to_wasm(self) -> wasm::ValType {
        match self {
            ValType::I32 => wasm::ValType::I32,
            ValType::I64 => wasm::ValType::I64,
            ValType::F32 => wasm::ValType::F32,
            ValType::F64 => wasm::ValType::F64,
            ValType::V128 => wasm::ValType::V128,
            ValType::FuncRef => wasm::ValType::Ref(RefType::Func),
            ValType::ExternRef => wasm::ValType::Ref(RefType::Extern),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_wasm().fmt(f)
    }
}

/// The type of a function.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FuncType(pub(crate) wasm::FuncType);

impl FuncType {
    /// A type with these parameters and results.
    pub fn new(
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Self {
        Self(wasm::FuncType {
            params: params.into_iter().map(ValType::to_wasm).collect(),
            results: results.into_iter().map(ValType::to_wasm).collect(),
        })
    }

    /// The types of the parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.0.params.iter().map(|&ty| ValType::from_wasm(ty))
    }

    /// The types of the results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.0.results.iter().map(|&ty| ValType::from_wasm(ty))
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a global may change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mutability {
    /// It keeps its first value.
    Const,
    /// It may change.
    Var,
}

/// The type of a global.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// A type with this content.
    pub fn new(content: ValType, mutability: Mutability) -> Self {
        Self { content, mutability }
    }

    /// The type of the value.
    pub fn content(&self) -> ValType {
        self.content
    }

    /// Whether it may change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    pub(crate) fn to_wasm(self) -> wasm::GlobalType {
        let mutable = self.mutability == Mutability::Var;
        wasm::GlobalType { content: self.content.to_wasm(), mutable }
    }
}

/// The type of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType(pub(crate) wasm::TableType);

impl TableType {
    /// A type with this element and these limits, in elements.
    pub fn new(element: RefType, minimum: u32, maximum: Option<u32>) -> Self {
        Self(wasm::TableType { element, minimum, maximum })
    }

    /// What the elements are.
    pub fn element(&self) -> RefType {
        self.0.element
    }

    /// Elements at the least.
    pub fn minimum(&self) -> u32 {
        self.0.minimum
    }

    /// Elements at the most.
    pub fn maximum(&self) -> Option<u32> {
        self.0.maximum
    }
}

/// The type of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType(pub(crate) wasm::MemoryType);

impl MemoryType {
    /// A type with these limits, in pages of 64 KiB.
    pub fn new(minimum: u32, maximum: Option<u32>) -> Self {
        Self(wasm::MemoryType {
            minimum: u64::from(minimum),
            maximum: maximum.map(u64::from),
            shared: false,
            page_size_log2: 16,
        })
    }

    /// Pages at the least.
    pub fn minimum(&self) -> u64 {
        self.0.minimum
    }

    /// Pages at the most.
    pub fn maximum(&self) -> Option<u64> {
        self.0.maximum
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        1 << self.0.page_size_log2
    }
}
