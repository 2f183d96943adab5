//! What a module declares, as bytes.

use windlass_wasm::ModuleInfo;
use windlass_wasm::module::{
    ConstExpr, ConstOp, DataSegment, ElementInit, ElementMode, ElementSegment, Export, Import,
};
use windlass_wasm::types::{
    EntityIndex, FuncIndex, FuncType, GlobalIndex, GlobalType, MemoryIndex, MemoryType, RefType,
    TableIndex, TableType, TypeIndex, ValType,
};

use super::wire::{Malformed, Read, Reader, Writer};

/// The types that have one byte each, in the order of their bytes.
const VAL_TYPES: [ValType; 7] = [
    ValType::I32,
    ValType::I64,
    ValType::F32,
    ValType::F64,
    ValType::V128,
    ValType::Ref(RefType::Func),
    ValType::Ref(RefType::Extern),
];

fn put_val_type(w: &mut Writer, ty: ValType) {
    let byte = VAL_TYPES.iter().position(|&t| t == ty).expect("every type is in the list");
    w.u8(byte as u8);
}

fn val_type(r: &mut Reader<'_>) -> Read<ValType> {
    VAL_TYPES.get(usize::from(r.u8()?)).copied().ok_or(Malformed)
}

fn ref_type(r: &mut Reader<'_>) -> Read<RefType> {
    match val_type(r)? {
        ValType::Ref(ty) => Ok(ty),
        _ => Err(Malformed),
    }
}

fn put_entity(w: &mut Writer, entity: EntityIndex) {
    let (kind, index) = match entity {
        EntityIndex::Func(index) => (0, index.0),
        EntityIndex::Table(index) => (1, index.0),
        EntityIndex::Memory(index) => (2, index.0),
        EntityIndex::Global(index) => (3, index.0),
    };
    w.u8(kind);
    w.u32(index);
}

fn entity(r: &mut Reader<'_>) -> Read<EntityIndex> {
    let (kind, index) = (r.u8()?, r.u32()?);
    Ok(match kind {
        0 => EntityIndex::Func(FuncIndex(index)),
        1 => EntityIndex::Table(TableIndex(index)),
        2 => EntityIndex::Memory(MemoryIndex(index)),
        3 => EntityIndex::Global(GlobalIndex(index)),
        _ => return Err(Malformed),
    })
}

fn put_expr(w: &mut Writer, expr: &ConstExpr) {
    w.list(&expr.ops, |w, op| match *op {
        ConstOp::I32Const(n) => {
            w.u8(0);
            w.u32(n as u32);
        }
        ConstOp::I64Const(n) => {
            w.u8(1);
            w.u64(n as u64);
        }
        ConstOp::F32Const(bits) => {
            w.u8(2);
            w.u32(bits);
        }
        ConstOp::F64Const(bits) => {
            w.u8(3);
            w.u64(bits);
        }
        ConstOp::GlobalGet(index) => {
            w.u8(4);
            w.u32(index.0);
        }
        ConstOp::RefNull(ty) => {
            w.u8(5);
            put_val_type(w, ValType::Ref(ty));
        }
        ConstOp::RefFunc(index) => {
            w.u8(6);
            w.u32(index.0);
        }
        ConstOp::I32Add => w.u8(7),
        ConstOp::I32Sub => w.u8(8),
        ConstOp::I32Mul => w.u8(9),
        ConstOp::I64Add => w.u8(10),
        ConstOp::I64Sub => w.u8(11),
        ConstOp::I64Mul => w.u8(12),
    });
}

fn expr(r: &mut Reader<'_>) -> Read<ConstExpr> {
    let ops = r.list(|r| {
        Ok(match r.u8()? {
            0 => ConstOp::I32Const(r.u32()? as i32),
            1 => ConstOp::I64Const(r.u64()? as i64),
            2 => ConstOp::F32Const(r.u32()?),
            3 => ConstOp::F64Const(r.u64()?),
            4 => ConstOp::GlobalGet(GlobalIndex(r.u32()?)),
            5 => ConstOp::RefNull(ref_type(r)?),
            6 => ConstOp::RefFunc(FuncIndex(r.u32()?)),
            7 => ConstOp::I32Add,
            8 => ConstOp::I32Sub,
            9 => ConstOp::I32Mul,
            10 => ConstOp::I64Add,
            11 => ConstOp::I64Sub,
            12 => ConstOp::I64Mul,
            _ => return Err(Malformed),
        })
    })?;
    Ok(ConstExpr { ops: ops.into() })
}

/// Writes all but the names of functions.
pub(crate) fn write(w: &mut Writer, info: &ModuleInfo) {
    let put_range = |w: &mut Writer, range: &std::ops::Range<usize>| {
        w.u64(range.start as u64);
        w.u64(range.end as u64);
    };
    w.option(info.name.as_deref(), Writer::text);
    w.list(&info.types, |w, ty| {
        w.list(&ty.params, |w, &ty| put_val_type(w, ty));
        w.list(&ty.results, |w, &ty| put_val_type(w, ty));
    });
    w.list(&info.canonical_types, |w, ty| w.u32(ty.0));
    w.list(&info.imports, |w, import| {
        w.text(&import.module);
        w.text(&import.name);
        put_entity(w, import.entity);
    });
    w.list(&info.functions, |w, ty| w.u32(ty.0));
    w.list(&info.tables, |w, ty| {
        put_val_type(w, ValType::Ref(ty.element));
        w.u32(ty.minimum);
        w.option(ty.maximum, Writer::u32);
    });
    w.list(&info.memories, |w, ty| {
        w.u64(ty.minimum);
        w.option(ty.maximum, Writer::u64);
        w.u8(ty.shared.into());
        w.u32(ty.page_size_log2);
    });
    w.list(&info.globals, |w, ty| {
        put_val_type(w, ty.content);
        w.u8(ty.mutable.into());
    });
    for count in [
        info.imported_functions,
        info.imported_tables,
        info.imported_memories,
        info.imported_globals,
    ] {
        w.len(count);
    }
    w.list(&info.global_inits, put_expr);
    w.list(&info.exports, |w, export| {
        w.text(&export.name);
        put_entity(w, export.entity);
    });
    w.option(info.start, |w, start| w.u32(start.0));
    w.list(&info.elements, |w, segment| {
        put_val_type(w, ValType::Ref(segment.ty));
        match &segment.mode {
            ElementMode::Active { table, offset } => {
                w.u8(0);
                w.u32(table.0);
                put_expr(w, offset);
            }
            ElementMode::Passive => w.u8(1),
            ElementMode::Declared => w.u8(2),
        }
        match &segment.items {
            ElementInit::Functions(items) => {
                w.u8(0);
                w.list(items, |w, index| w.u32(index.0));
            }
            ElementInit::Expressions(items) => {
                w.u8(1);
                w.list(items, put_expr);
            }
        }
    });
    w.list(&info.data, |w, segment| {
        w.option(segment.active.as_ref(), |w, (memory, offset)| {
            w.u32(memory.0);
            put_expr(w, offset);
        });
        put_range(w, &segment.range);
    });
    w.list(&info.escaping, |w, escapes| w.u8((*escapes).into()));
    put_range(w, &info.code_section);
}

/// Reads what [`write`] wrote. What is read is consistent as far as counts go; that indexes are
/// in range is the writer's word.
pub(crate) fn read(r: &mut Reader<'_>) -> Read<ModuleInfo> {
    let range = |r: &mut Reader<'_>| {
        let range = r.usize()?..r.usize()?;
        if range.start <= range.end { Ok(range) } else { Err(Malformed) }
    };
    let index = |r: &mut Reader<'_>| Ok(r.u32()? as usize);
    let info = ModuleInfo {
        name: r.option(|r| Ok(r.text()?.into()))?,
        types: r.list(|r| {
            Ok(FuncType { params: r.list(val_type)?.into(), results: r.list(val_type)?.into() })
        })?,
        canonical_types: r.list(|r| Ok(TypeIndex(r.u32()?)))?,
        imports: r.list(|r| {
            let (module, name) = (r.text()?.into(), r.text()?.into());
            Ok(Import { module, name, entity: entity(r)? })
        })?,
        functions: r.list(|r| Ok(TypeIndex(r.u32()?)))?,
        tables: r.list(|r| {
            let (element, minimum) = (ref_type(r)?, r.u32()?);
            Ok(TableType { element, minimum, maximum: r.option(Reader::u32)? })
        })?,
        memories: r.list(|r| {
            let (minimum, maximum) = (r.u64()?, r.option(Reader::u64)?);
            Ok(MemoryType { minimum, maximum, shared: r.bool()?, page_size_log2: r.u32()? })
        })?,
        globals: r.list(|r| Ok(GlobalType { content: val_type(r)?, mutable: r.bool()? }))?,
        imported_functions: index(r)?,
        imported_tables: index(r)?,
        imported_memories: index(r)?,
        imported_globals: index(r)?,
        global_inits: r.list(expr)?,
        exports: r.list(|r| Ok(Export { name: r.text()?.into(), entity: entity(r)? }))?,
        start: r.option(|r| Ok(FuncIndex(r.u32()?)))?,
        elements: r.list(|r| {
            let ty = ref_type(r)?;
            let mode = match r.u8()? {
                0 => ElementMode::Active { table: TableIndex(r.u32()?), offset: expr(r)? },
                1 => ElementMode::Passive,
                2 => ElementMode::Declared,
                _ => return Err(Malformed),
            };
            let items = match r.u8()? {
                0 => ElementInit::Functions(r.list(|r| Ok(FuncIndex(r.u32()?)))?.into()),
                1 => ElementInit::Expressions(r.list(expr)?.into()),
                _ => return Err(Malformed),
            };
            Ok(ElementSegment { ty, mode, items })
        })?,
        data: r.list(|r| {
            let active = r.option(|r| Ok((MemoryIndex(r.u32()?), expr(r)?)))?;
            Ok(DataSegment { active, range: range(r)? })
        })?,
        escaping: r.list(Reader::bool)?,
        code_section: range(r)?,
        function_names: Vec::new(),
    };
    let fits = info.imported_functions <= info.functions.len()
        && info.imported_tables <= info.tables.len()
        && info.imported_memories <= info.memories.len()
        && info.imported_globals <= info.globals.len()
        && info.escaping.len() == info.functions.len()
        && info.canonical_types.len() == info.types.len()
        && info.global_inits.len() == info.globals.len() - info.imported_globals;
    if fits { Ok(info) } else { Err(Malformed) }
}
