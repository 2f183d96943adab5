//! From the bytes of a module to [`ModuleInfo`]: sections parsed and validated, bodies found.
//!
//! On return everything but the function bodies is validated; a body is validated while it is
//! translated, so that each is decoded once. Nothing here depends on the bytes afterwards but the
//! bodies and the data segments, which are ranges into them.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{
    ElementItems, ElementKind, ExternalKind, Name, NameSectionReader, Operator, Parser, Payload,
    TypeRef, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

use crate::error::{WasmError, WasmResult, unsupported};
use crate::types::{
    DefinedFuncIndex, EntityIndex, FuncIndex, FuncType, GlobalIndex, GlobalType, MemoryIndex,
    MemoryType, RefType, TableIndex, TableType, TypeIndex, ValType,
};

/// The features that this crate translates, and SIMD, which it accepts in modules and refuses in
/// the functions that use it.
pub const SUPPORTED_FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL);

/// The features of WebAssembly 2.0 without proposals.
pub const WASM_2_FEATURES: WasmFeatures = WasmFeatures::WASM2;

/// What a module imports.
#[derive(Clone, Debug)]
pub struct Import {
    /// Name of the module that is to provide it.
    pub module: Box<str>,
    /// Its name there.
    pub name: Box<str>,
    /// What it becomes in this module.
    pub entity: EntityIndex,
}

/// What a module exports.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its name.
    pub name: Box<str>,
    /// What it is.
    pub entity: EntityIndex,
}

/// One operation of a constant expression, on a stack.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ConstOp {
    /// Push.
    I32Const(i32),
    /// Push.
    I64Const(i64),
    /// Push the float with these bits.
    F32Const(u32),
    /// Push the float with these bits.
    F64Const(u64),
    /// Push the value of an earlier, immutable global.
    GlobalGet(GlobalIndex),
    /// Push null.
    RefNull(RefType),
    /// Push a reference to a function.
    RefFunc(FuncIndex),
    /// Replace two by their sum.
    I32Add,
    /// Replace two by their difference.
    I32Sub,
    /// Replace two by their product.
    I32Mul,
    /// Replace two by their sum.
    I64Add,
    /// Replace two by their difference.
    I64Sub,
    /// Replace two by their product.
    I64Mul,
}

/// A constant expression. It is valid: its operations leave exactly one value.
#[derive(Clone, PartialEq, Debug)]
pub struct ConstExpr {
    /// The operations in order.
    pub ops: Box<[ConstOp]>,
}

impl ConstExpr {
    /// Evaluates integer expressions: `global` gives the value of a global, sign-extended.
    /// `None` if there is an operation on something else.
    pub fn eval_int(&self, mut global: impl FnMut(GlobalIndex) -> Option<i64>) -> Option<i64> {
        let mut stack: Vec<i64> = Vec::new();
        for op in &self.ops {
            let value = match *op {
                ConstOp::I32Const(value) => i64::from(value),
                ConstOp::I64Const(value) => value,
                ConstOp::GlobalGet(index) => global(index)?,
                ConstOp::F32Const(_)
                | ConstOp::F64Const(_)
                | ConstOp::RefNull(_)
                | ConstOp::RefFunc(_) => return None,
                binary => {
                    let y = stack.pop()?;
                    let x = stack.pop()?;
                    let narrow = |value: i64| i64::from(value as i32);
                    match binary {
                        ConstOp::I32Add => narrow(x.wrapping_add(y)),
                        ConstOp::I32Sub => narrow(x.wrapping_sub(y)),
                        ConstOp::I32Mul => narrow(x.wrapping_mul(y)),
                        ConstOp::I64Add => x.wrapping_add(y),
                        ConstOp::I64Sub => x.wrapping_sub(y),
                        _ => x.wrapping_mul(y),
                    }
                }
            };
            stack.push(value);
        }
        stack.pop()
    }
}

/// When an element segment is used.
#[derive(Clone, Debug)]
pub enum ElementMode {
    /// Copied into a table at instantiation.
    Active {
        /// The table.
        table: TableIndex,
        /// Index of the first element.
        offset: ConstExpr,
    },
    /// Copied by `table.init`.
    Passive,
    /// Never: it declares functions to which `ref.func` may refer.
    Declared,
}

/// The elements of a segment.
#[derive(Clone, Debug)]
pub enum ElementInit {
    /// References to functions.
    Functions(Box<[FuncIndex]>),
    /// Any references.
    Expressions(Box<[ConstExpr]>),
}

impl ElementInit {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            ElementInit::Functions(items) => items.len(),
            ElementInit::Expressions(items) => items.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An element segment.
#[derive(Clone, Debug)]
pub struct ElementSegment {
    /// What its elements are.
    pub ty: RefType,
    /// When it is used.
    pub mode: ElementMode,
    /// Its elements.
    pub items: ElementInit,
}

/// A data segment.
#[derive(Clone, Debug)]
pub struct DataSegment {
    /// Memory and address at which it is copied at instantiation; `None` for a passive one.
    pub active: Option<(MemoryIndex, ConstExpr)>,
    /// Its bytes, as a range of the module's.
    pub range: Range<usize>,
}

/// A module, without its code.
#[derive(Clone, Debug, Default)]
pub struct ModuleInfo {
    /// Its own name, if the name section has one.
    pub name: Option<Box<str>>,
    /// The function types.
    pub types: Vec<FuncType>,
    /// For each type, the first one that is equal to it.
    pub canonical_types: Vec<TypeIndex>,
    /// What it imports, in order.
    pub imports: Vec<Import>,
    /// Types of all functions, imported ones first.
    pub functions: Vec<TypeIndex>,
    /// All tables, imported ones first.
    pub tables: Vec<TableType>,
    /// All memories, imported ones first.
    pub memories: Vec<MemoryType>,
    /// All globals, imported ones first.
    pub globals: Vec<GlobalType>,
    /// Number of imported functions.
    pub imported_functions: usize,
    /// Number of imported tables.
    pub imported_tables: usize,
    /// Number of imported memories.
    pub imported_memories: usize,
    /// Number of imported globals.
    pub imported_globals: usize,
    /// Initial values of the globals that the module defines.
    pub global_inits: Vec<ConstExpr>,
    /// What it exports, in order.
    pub exports: Vec<Export>,
    /// The function to be called at the end of instantiation.
    pub start: Option<FuncIndex>,
    /// Element segments.
    pub elements: Vec<ElementSegment>,
    /// Data segments.
    pub data: Vec<DataSegment>,
    /// For each function, whether it may become a value: exported, in an element segment, in an
    /// initial value. Only such functions need a record.
    pub escaping: Vec<bool>,
    /// Range of the code section's contents; source locations count from its start.
    pub code_section: Range<usize>,
    /// Names of functions, sorted by index.
    pub function_names: Vec<(FuncIndex, Box<str>)>,
}

impl ModuleInfo {
    /// The type of a function.
    pub fn func_type(&self, index: FuncIndex) -> &FuncType {
        &self.types[self.functions[index.index()].index()]
    }

    /// The name of a function from the name section.
    pub fn func_name(&self, index: FuncIndex) -> Option<&str> {
        let found = self.function_names.binary_search_by_key(&index, |(index, _)| *index);
        found.ok().map(|at| &*self.function_names[at].1)
    }

    /// The place of a function among those that the module defines.
    pub fn defined_function(&self, index: FuncIndex) -> Option<DefinedFuncIndex> {
        index.index().checked_sub(self.imported_functions).map(DefinedFuncIndex::new)
    }

    /// The index of a function that the module defines.
    pub fn function(&self, index: DefinedFuncIndex) -> FuncIndex {
        FuncIndex::new(self.imported_functions + index.index())
    }

    /// Number of functions that the module defines.
    pub fn defined_functions(&self) -> usize {
        self.functions.len() - self.imported_functions
    }

    /// The export of this name.
    pub fn export(&self, name: &str) -> Option<EntityIndex> {
        self.exports.iter().find(|export| &*export.name == name).map(|export| export.entity)
    }
}

/// A parsed module: what it declares, and where its code is.
#[derive(Debug)]
pub struct ModuleTranslation<'data> {
    /// The module's bytes.
    pub bytes: &'data [u8],
    /// What it declares.
    pub info: ModuleInfo,
    /// The bodies of the functions that it defines, as ranges of the bytes.
    pub bodies: Vec<Range<usize>>,
    /// What was enabled.
    pub features: WasmFeatures,
    pub(crate) resources: Option<ValidatorResources>,
}

/// Parses a module and validates all of it but the function bodies.
///
/// Features outside of [`SUPPORTED_FEATURES`] are ignored.
pub fn translate_module(bytes: &[u8], features: WasmFeatures) -> WasmResult<ModuleTranslation<'_>> {
    let features = features.intersection(SUPPORTED_FEATURES);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut validator = Validator::new_with_features(features);
    let mut result = ModuleTranslation {
        bytes,
        info: ModuleInfo::default(),
        bodies: Vec::new(),
        features,
        resources: None,
    };
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        match validator.payload(&payload)? {
            ValidPayload::Func(to_validate, body) => {
                let range = body.range();
                result.bodies.push(range.start as usize..range.end as usize);
                if result.resources.is_none() {
                    result.resources = Some(to_validate.resources);
                }
            }
            _ => section(&mut result.info, bytes, payload)?,
        }
    }
    canonical_types(&mut result.info);
    escaping_functions(&mut result.info);
    Ok(result)
}

/// Takes over what a valid section says.
fn section(info: &mut ModuleInfo, bytes: &[u8], payload: Payload<'_>) -> WasmResult<()> {
    match payload {
        Payload::Version { encoding: wasmparser::Encoding::Component, range, .. } => {
            return unsupported("this is a component, not a module", range.start);
        }
        Payload::TypeSection(reader) => {
            for group in reader {
                for (offset, ty) in group?.into_types_and_offsets() {
                    info.types.push(func_type(&ty, offset)?);
                }
            }
        }
        Payload::ImportSection(reader) => {
            for import in reader.into_imports_with_offsets() {
                let (offset, import) = import?;
                add_import(info, &import, offset)?;
            }
        }
        Payload::FunctionSection(reader) => {
            for ty in reader {
                info.functions.push(TypeIndex(ty?));
            }
        }
        Payload::TableSection(reader) => {
            for table in reader.into_iter_with_offsets() {
                let (offset, table) = table?;
                info.tables.push(table_type(&table.ty, offset)?);
            }
        }
        Payload::MemorySection(reader) => {
            for memory in reader {
                info.memories.push(memory_type(&memory?));
            }
        }
        Payload::GlobalSection(reader) => {
            for global in reader.into_iter_with_offsets() {
                let (offset, global) = global?;
                info.globals.push(global_type(&global.ty, offset)?);
                info.global_inits.push(const_expr(&global.init_expr)?);
            }
        }
        Payload::ExportSection(reader) => {
            for export in reader.into_iter_with_offsets() {
                let (offset, export) = export?;
                let entity = match export.kind {
                    ExternalKind::Func | ExternalKind::FuncExact => {
                        EntityIndex::Func(FuncIndex(export.index))
                    }
                    ExternalKind::Table => EntityIndex::Table(TableIndex(export.index)),
                    ExternalKind::Memory => EntityIndex::Memory(MemoryIndex(export.index)),
                    ExternalKind::Global => EntityIndex::Global(GlobalIndex(export.index)),
                    ExternalKind::Tag => return unsupported("an exported tag", offset),
                };
                info.exports.push(Export { name: export.name.into(), entity });
            }
        }
        Payload::StartSection { func, .. } => info.start = Some(FuncIndex(func)),
        Payload::ElementSection(reader) => {
            for element in reader {
                info.elements.push(element_segment(element?)?);
            }
        }
        Payload::DataSection(reader) => {
            for data in reader {
                let data = data?;
                let active = match &data.kind {
                    wasmparser::DataKind::Passive => None,
                    wasmparser::DataKind::Active { memory_index, offset_expr } => {
                        Some((MemoryIndex(*memory_index), const_expr(offset_expr)?))
                    }
                };
                let end = data.range.end as usize;
                let range = end - data.data.len()..end;
                debug_assert_eq!(&bytes[range.clone()], data.data);
                info.data.push(DataSegment { active, range });
            }
        }
        Payload::CodeSectionStart { unchecked_range, .. } => {
            info.code_section = unchecked_range.start as usize..unchecked_range.end as usize;
        }
        Payload::CustomSection(reader) if reader.name() == "name" => {
            let reader = wasmparser::BinaryReader::new(reader.data(), reader.data_offset());
            // A malformed name section does not make a module invalid: what came before the
            // mistake is kept.
            let _ = names(info, NameSectionReader::new(reader));
        }
        _ => {}
    }
    Ok(())
}

fn add_import(
    info: &mut ModuleInfo,
    import: &wasmparser::Import<'_>,
    offset: u64,
) -> WasmResult<()> {
    let entity = match import.ty {
        TypeRef::Func(ty) => {
            info.functions.push(TypeIndex(ty));
            info.imported_functions += 1;
            EntityIndex::Func(FuncIndex::new(info.functions.len() - 1))
        }
        TypeRef::Table(ty) => {
            info.tables.push(table_type(&ty, offset)?);
            info.imported_tables += 1;
            EntityIndex::Table(TableIndex::new(info.tables.len() - 1))
        }
        TypeRef::Memory(ty) => {
            info.memories.push(memory_type(&ty));
            info.imported_memories += 1;
            EntityIndex::Memory(MemoryIndex::new(info.memories.len() - 1))
        }
        TypeRef::Global(ty) => {
            info.globals.push(global_type(&ty, offset)?);
            info.imported_globals += 1;
            EntityIndex::Global(GlobalIndex::new(info.globals.len() - 1))
        }
        TypeRef::Tag(_) | TypeRef::FuncExact(_) => {
            return unsupported(format!("the import of {:?}", import.ty), offset);
        }
    };
    let (module, name) = (import.module.into(), import.name.into());
    info.imports.push(Import { module, name, entity });
    Ok(())
}

fn func_type(ty: &wasmparser::SubType, offset: u64) -> WasmResult<FuncType> {
    match &ty.composite_type.inner {
        wasmparser::CompositeInnerType::Func(ty) => {
            let list = |types: &[wasmparser::ValType]| {
                types.iter().map(|ty| val_type(*ty, offset)).collect::<WasmResult<Box<[_]>>>()
            };
            Ok(FuncType { params: list(ty.params())?, results: list(ty.results())? })
        }
        _ => unsupported("a type that is not a function's", offset),
    }
}

pub(crate) fn val_type(ty: wasmparser::ValType, offset: u64) -> WasmResult<ValType> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => ValType::Ref(ref_type(ty, offset)?),
    })
}

pub(crate) fn ref_type(ty: wasmparser::RefType, offset: u64) -> WasmResult<RefType> {
    if ty == wasmparser::RefType::FUNCREF {
        Ok(RefType::Func)
    } else if ty == wasmparser::RefType::EXTERNREF {
        Ok(RefType::Extern)
    } else {
        unsupported(format!("the reference type {ty}"), offset)
    }
}

fn table_type(ty: &wasmparser::TableType, offset: u64) -> WasmResult<TableType> {
    let too_large = |_| WasmError::Limit { what: "the size of a table".to_string(), offset };
    Ok(TableType {
        element: ref_type(ty.element_type, offset)?,
        minimum: u32::try_from(ty.initial).map_err(too_large)?,
        maximum: ty.maximum.map(u32::try_from).transpose().map_err(too_large)?,
    })
}

fn memory_type(ty: &wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        minimum: ty.initial,
        maximum: ty.maximum,
        shared: ty.shared,
        page_size_log2: ty.page_size_log2(),
    }
}

fn global_type(ty: &wasmparser::GlobalType, offset: u64) -> WasmResult<GlobalType> {
    Ok(GlobalType { content: val_type(ty.content_type, offset)?, mutable: ty.mutable })
}

fn const_expr(expr: &wasmparser::ConstExpr<'_>) -> WasmResult<ConstExpr> {
    let mut ops = Vec::new();
    let mut reader = expr.get_operators_reader();
    loop {
        let (operator, offset) = reader.read_with_offset()?;
        ops.push(match operator {
            Operator::I32Const { value } => ConstOp::I32Const(value),
            Operator::I64Const { value } => ConstOp::I64Const(value),
            Operator::F32Const { value } => ConstOp::F32Const(value.bits()),
            Operator::F64Const { value } => ConstOp::F64Const(value.bits()),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(GlobalIndex(global_index)),
            Operator::RefFunc { function_index } => ConstOp::RefFunc(FuncIndex(function_index)),
            Operator::RefNull { hty: wasmparser::HeapType::FUNC } => {
                ConstOp::RefNull(RefType::Func)
            }
            Operator::RefNull { hty: wasmparser::HeapType::EXTERN } => {
                ConstOp::RefNull(RefType::Extern)
            }
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::End => break,
            other => {
                return unsupported(format!("{other:?} in a constant expression"), offset);
            }
        });
    }
    Ok(ConstExpr { ops: ops.into() })
}

fn element_segment(element: wasmparser::Element<'_>) -> WasmResult<ElementSegment> {
    let mode = match element.kind {
        ElementKind::Passive => ElementMode::Passive,
        ElementKind::Declared => ElementMode::Declared,
        ElementKind::Active { table_index, offset_expr } => ElementMode::Active {
            table: TableIndex(table_index.unwrap_or(0)),
            offset: const_expr(&offset_expr)?,
        },
    };
    let (ty, items) = match element.items {
        ElementItems::Functions(reader) => {
            let items = reader
                .into_iter()
                .map(|index| Ok(FuncIndex(index?)))
                .collect::<WasmResult<Box<[_]>>>()?;
            (RefType::Func, ElementInit::Functions(items))
        }
        ElementItems::Expressions(ty, reader) => {
            let items = reader
                .into_iter()
                .map(|expr| const_expr(&expr?))
                .collect::<WasmResult<Box<[_]>>>()?;
            (ref_type(ty, element.range.start)?, ElementInit::Expressions(items))
        }
    };
    Ok(ElementSegment { ty, mode, items })
}

/// The custom sections of a binary module that hold debug information (`.debug_info` and others),
/// with their names.
pub fn debug_sections(bytes: &[u8]) -> Vec<(&str, &[u8])> {
    let sections = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    let custom = sections.filter_map(|payload| match payload {
        Payload::CustomSection(reader) => Some((reader.name(), reader.data())),
        _ => None,
    });
    custom.filter(|(name, _)| name.starts_with(".debug_")).collect()
}

fn names(info: &mut ModuleInfo, reader: NameSectionReader<'_>) -> WasmResult<()> {
    for subsection in reader {
        match subsection? {
            Name::Module { name, .. } => info.name = Some(name.into()),
            Name::Function(map) => {
                for naming in map {
                    let naming = naming?;
                    info.function_names.push((FuncIndex(naming.index), naming.name.into()));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn canonical_types(info: &mut ModuleInfo) {
    let mut first: HashMap<&FuncType, TypeIndex> = HashMap::with_capacity(info.types.len());
    let canonical = info
        .types
        .iter()
        .enumerate()
        .map(|(index, ty)| *first.entry(ty).or_insert(TypeIndex::new(index)))
        .collect();
    info.canonical_types = canonical;
}

fn escaping_functions(info: &mut ModuleInfo) {
    let mut escaping = vec![false; info.functions.len()];
    let expressions =
        info.global_inits.iter().chain(info.elements.iter().flat_map(
            |segment| match &segment.items {
                ElementInit::Expressions(items) => &items[..],
                ElementInit::Functions(_) => &[],
            },
        ));
    for op in expressions.flat_map(|expr| &expr.ops) {
        if let ConstOp::RefFunc(index) = op {
            escaping[index.index()] = true;
        }
    }
    for segment in &info.elements {
        if let ElementInit::Functions(items) = &segment.items {
            for index in items {
                escaping[index.index()] = true;
            }
        }
    }
    for export in &info.exports {
        if let EntityIndex::Func(index) = export.entity {
            escaping[index.index()] = true;
        }
    }
    info.escaping = escaping;
}
