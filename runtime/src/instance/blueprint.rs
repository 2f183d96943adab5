//! Blueprints: what all instances of a module have in common, worked out once for the module.
//!
//! What holds: instantiating from a blueprint has the same effects as following the specification
//! step by step. An active segment is part of an image only if it fits the initial size of a table
//! or memory that the module defines, at a constant offset, and if every active segment before it
//! is part of an image too; all others are copied when their turn comes. So nothing of an image
//! can be seen that a failing segment before it would have kept from happening.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use windlass_wasm::ModuleInfo;
use windlass_wasm::module::{ConstExpr, ConstOp, ElementInit, ElementMode};
use windlass_wasm::types::FuncIndex;

use crate::Error;
use crate::engine::Engine;
use crate::engine::func_types::{self, UsedType};
use crate::instance::memory::{MemoryImage, MemoryObject, MemorySetup};
use crate::instance::module::ModuleInner;
use crate::instance::table::{self, TableObject};
use crate::layout::{FuncRecord, Layout, SLOT_SIZE, Slot};

/// An element of a table image: where its record's address comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ElementSource {
    Null,
    /// The record is in the context, at this offset.
    Own(u32),
    /// Its address is in the context, at this offset.
    Imported(u32),
}

/// What a table that the module defines holds in the beginning: some elements in a row, and null
/// everywhere else.
#[derive(Debug, Default)]
pub(crate) struct TableImage {
    /// The first element of the row.
    start: usize,
    /// Offsets of records in the context, or [`NULL`]: a loop over them has no branches.
    offsets: Box<[u32]>,
    /// Elements that are imported, counted in the row, and the offsets of their records' addresses.
    imported: Box<[(u32, u32)]>,
}

/// No offset in a context.
const NULL: u32 = u32::MAX;

impl TableImage {
    fn new(start: usize, sources: &[ElementSource]) -> Self {
        let offset = |source: &ElementSource| match *source {
            ElementSource::Own(offset) => offset,
            ElementSource::Null | ElementSource::Imported(_) => NULL,
        };
        let imported = sources.iter().enumerate().filter_map(|(n, source)| match *source {
            ElementSource::Imported(offset) => Some((n as u32, offset)),
            ElementSource::Null | ElementSource::Own(_) => None,
        });
        Self { start, offsets: sources.iter().map(offset).collect(), imported: imported.collect() }
    }

    /// The elements of the row.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.offsets.len()
    }

    /// Writes the elements of an instance with this context.
    ///
    /// # Safety
    ///
    /// The context is one of the module's, with its imports filled in, and the table has its first
    /// length.
    pub unsafe fn write(&self, elements: &mut [u64], context: *const u8) {
        let base = context as u64;
        let row = &mut elements[self.range()];
        for (element, &offset) in row.iter_mut().zip(&self.offsets) {
            *element = if offset == NULL { 0 } else { base + u64::from(offset) };
        }
        for &(element, offset) in &self.imported {
            // SAFETY: the caller's promise: the offset is that of an imported function's pointer.
            row[element as usize] = unsafe { *context.add(offset as usize).cast::<u64>() };
        }
    }
}

/// What all instances of a module have in common.
#[derive(Debug)]
pub(crate) struct Blueprint {
    /// The engine's numbers of the module's function types.
    pub type_ids: Vec<u32>,
    /// A context without what differs between instances; records lack their context.
    pub context: Box<[Slot]>,
    /// Offsets of the records.
    pub records: Box<[u32]>,
    /// For each table that the module defines.
    pub tables: Vec<TableImage>,
    /// Element segments before this one are in the images.
    pub first_element: usize,
    /// For each memory that the module defines.
    pub memories: Vec<MemorySetup>,
    /// Data segments before this one are in the images.
    pub first_data: usize,
    /// The record of a start function that the module defines, without its context.
    pub start: Option<FuncRecord>,
    /// The most bytes that the shell of an instance keeps in memory.
    pub shell_bytes: usize,
    /// Keeps the numbers, and the trampolines that records name.
    _types: Vec<Arc<UsedType>>,
}

// SAFETY: the addresses inside, in `context` and `start`, are of functions of this program and of
// code that the module and the trampolines keep; any thread may copy them.
unsafe impl Send for Blueprint {}
// SAFETY: after it is made nothing in it changes but the habits of memories, which are atomics and a
// mutex.
unsafe impl Sync for Blueprint {}

impl Blueprint {
    pub fn new(engine: &Engine, module: &ModuleInner) -> Result<Self, Error> {
        let (info, layout) = (&*module.info, &*module.layout);
        let types: Vec<_> = info.types.iter().map(|ty| engine.types().used(ty)).collect();
        let type_ids: Vec<u32> = types.iter().map(|used| used.id()).collect();
        let own_start = info.start.filter(|start| info.defined_function(*start).is_some());
        // The types of functions that get a record.
        let mut needed: Vec<usize> = layout
            .records()
            .map(|(function, _)| function)
            .chain(own_start.map(FuncIndex::index))
            .map(|function| info.canonical_types[info.functions[function].index()].index())
            .collect();
        needed.sort_unstable();
        needed.dedup();
        let needed: Vec<_> = needed.into_iter().map(|ty| types[ty].clone()).collect();
        func_types::prepare(engine, &needed)?;
        let records = Records { module, types: &types };
        let mut context: Vec<Slot> = Vec::new();
        let slots = (layout.size as usize).div_ceil(SLOT_SIZE);
        context.try_reserve_exact(slots).map_err(io::Error::other)?;
        context.resize(slots, 0);
        let mut fields = Fields(&mut context);
        for (n, &id) in type_ids.iter().enumerate() {
            fields.set(layout.type_id(n), id);
        }
        let mut offsets = Vec::new();
        for (function, offset) in layout.records() {
            fields.set(offset, records.make(FuncIndex::new(function)));
            offsets.push(offset as u32);
        }
        let start = own_start.map(|start| records.make(start));
        let (tables, first_element) = table_images(info, layout);
        let all = first_element == info.elements.len();
        let (memories, first_data) = if all {
            memory_images(module)?
        } else {
            (own_memories(info).map(|_| MemorySetup::new(None)).collect(), 0)
        };
        let own_tables = &info.tables[info.imported_tables..];
        let table_bytes = own_tables.iter().zip(&tables);
        let memory_bytes = info.memories[info.imported_memories..].iter();
        let shell_bytes = size_of_val(&*context)
            + table_bytes.map(|(ty, image)| TableObject::kept_bytes(ty, image)).sum::<usize>()
            + memory_bytes.map(MemoryObject::kept_bytes).sum::<usize>();
        Ok(Self {
            type_ids,
            context: context.into_boxed_slice(),
            records: offsets.into_boxed_slice(),
            tables,
            first_element,
            memories,
            first_data,
            start,
            shell_bytes,
            _types: types,
        })
    }
}

/// Writes fields of a context image.
struct Fields<'a>(&'a mut [Slot]);

impl Fields<'_> {
    fn set<V>(&mut self, offset: i32, value: V) {
        let offset = offset as usize;
        assert!(offset + size_of::<V>() <= size_of_val(self.0), "the layout has the field");
        // SAFETY: the field lies in the image, which is aligned for every field.
        unsafe { self.0.as_mut_ptr().byte_add(offset).cast::<V>().write(value) }
    }
}

/// Makes records of functions that the module defines.
struct Records<'a> {
    module: &'a ModuleInner,
    types: &'a [Arc<UsedType>],
}

impl Records<'_> {
    fn make(&self, function: FuncIndex) -> FuncRecord {
        let info = &self.module.info;
        let defined = info.defined_function(function).expect("the function is the module's own");
        let used = &self.types[info.functions[function.index()].index()];
        let trampolines = used.trampolines();
        FuncRecord {
            code: self.module.code.address(defined),
            context: std::ptr::null_mut(),
            type_id: used.id(),
            foreign_code: trampolines.foreign(),
            entry: trampolines.entry(),
            host: std::ptr::null(),
        }
    }
}

/// The number that an expression always has, if it is a plain constant.
fn constant(expr: &ConstExpr) -> Option<usize> {
    match *expr.ops {
        [ConstOp::I32Const(n)] => Some(n as u32 as usize),
        _ => None,
    }
}

/// The images of the tables, and the number of the first segment that is in none.
fn table_images(info: &ModuleInfo, layout: &Layout) -> (Vec<TableImage>, usize) {
    let function = |index: FuncIndex| match layout.record(index.index()) {
        Some(offset) => ElementSource::Own(offset as u32),
        None => ElementSource::Imported(layout.imported_function(index.index()) as u32),
    };
    // First which segments fit and how far they reach, then the images.
    let mut extents = vec![(usize::MAX, 0, 0); info.tables.len() - info.imported_tables];
    let mut placed: Vec<(usize, usize, Vec<ElementSource>)> = Vec::new();
    let mut first = info.elements.len();
    'segments: for (n, segment) in info.elements.iter().enumerate() {
        let ElementMode::Active { table, offset } = &segment.mode else { continue };
        first = n;
        let own = table.index().checked_sub(info.imported_tables);
        let size = info.tables[table.index()].minimum as usize;
        let (Some(own), Some(to)) = (own, constant(offset)) else { break };
        let mut sources = Vec::with_capacity(segment.items.len());
        match &segment.items {
            ElementInit::Functions(functions) => {
                sources.extend(functions.iter().map(|&f| function(f)))
            }
            ElementInit::Expressions(exprs) => {
                for expr in exprs {
                    sources.push(match *expr.ops {
                        [ConstOp::RefNull(_)] => ElementSource::Null,
                        [ConstOp::RefFunc(index)] => function(index),
                        _ => break 'segments,
                    });
                }
            }
        }
        let end = to + sources.len();
        let (start, behind, sum): (usize, usize, usize) = extents[own];
        let extent = (start.min(to), behind.max(end), sum + sources.len());
        // What does not fit, or leaves most of the image null.
        if end > size || extent.1 - extent.0 > table::SMALL.max(extent.2 * SPARSE) {
            break;
        }
        // Empty ones may lie anywhere in the table.
        if !sources.is_empty() {
            extents[own] = extent;
            placed.push((own, to, sources));
        }
        first = info.elements.len();
    }
    let row = |&(start, end, _): &(usize, usize, usize)| {
        vec![ElementSource::Null; end.saturating_sub(start)]
    };
    let mut rows: Vec<Vec<ElementSource>> = extents.iter().map(row).collect();
    for (own, to, sources) in placed {
        let at = to - extents[own].0;
        rows[own][at..at + sources.len()].copy_from_slice(&sources);
    }
    let image = |(row, &(start, end, _)): (&Vec<ElementSource>, &(usize, usize, usize))| {
        TableImage::new(start.min(end), row)
    };
    (rows.iter().zip(&extents).map(image).collect(), first)
}

fn own_memories(info: &ModuleInfo) -> impl Iterator<Item = usize> + '_ {
    info.memories[info.imported_memories..].iter().map(|ty| {
        let bytes = ty.minimum.checked_mul(1 << ty.page_size_log2);
        bytes.filter(|bytes| *bytes <= 1 << 32).unwrap_or(0) as usize
    })
}

/// An image that would be larger than its segments by this factor is not made.
const SPARSE: usize = 4;
/// An image of so many bytes is never too sparse.
const SMALL: usize = 64 << 10;

/// The images of the memories, and the number of the first segment that is in none.
fn memory_images(module: &ModuleInner) -> io::Result<(Vec<MemorySetup>, usize)> {
    let info = &module.info;
    let sizes: Vec<usize> = own_memories(info).collect();
    // First which segments fit, then how far they reach.
    let place = |n: usize| {
        let Some((memory, offset)) = &info.data[n].active else { return Some(None) };
        let own = memory.index().checked_sub(info.imported_memories)?;
        let to = constant(offset)?;
        let len = module.data[n].len();
        (to + len <= sizes[own]).then_some(Some((own, to, len)))
    };
    let mut extents = vec![(usize::MAX, 0, 0); sizes.len()];
    let mut first = info.data.len();
    for n in 0..info.data.len() {
        match place(n) {
            None => {
                first = n;
                break;
            }
            Some(Some((own, to, len))) if len != 0 => {
                let (start, end, sum): (usize, usize, usize) = extents[own];
                let extent = (start.min(to), end.max(to + len), sum + len);
                if extent.1 - extent.0 > SMALL.max(extent.2.saturating_mul(SPARSE)) {
                    first = n;
                    break;
                }
                extents[own] = extent;
            }
            Some(_) => {}
        }
    }
    let mut images = Vec::with_capacity(sizes.len());
    for (own, &(start, end, sum)) in extents.iter().enumerate() {
        if sum == 0 {
            images.push(MemorySetup::new(None));
            continue;
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(end - start).map_err(io::Error::other)?;
        bytes.resize(end - start, 0);
        for n in 0..first {
            if let Some(Some((memory, to, len))) = place(n)
                && memory == own
                && len != 0
            {
                // Empty ones may lie outside of the image.
                let segment = &module.data_bytes[module.data[n].clone()];
                bytes[to - start..to - start + len].copy_from_slice(segment);
            }
        }
        images.push(MemorySetup::new(Some(MemoryImage::new(start, bytes, sizes[own])?)));
    }
    Ok((images, first))
}
