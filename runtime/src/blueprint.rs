//! Blueprints: what all instances of a module have in common, worked out once for the module.
//!
//! What holds: instantiating from a blueprint has the same effects as following the specification
//! step by step. An active segment is part of an image only if it fits the initial size of a table
//! or memory that the module defines, at a constant offset, and if every active segment before it
//! is part of an image too; all others are copied when their turn comes. So nothing of an image
//! can be seen that a failing segment before it would have kept from happening.

use std::io;
use std::sync::Arc;

use windlass_wasm::ModuleInfo;
use windlass_wasm::module::{ConstExpr, ConstOp, ElementInit, ElementMode};
use windlass_wasm::types::FuncIndex;

use crate::builtins;
use crate::layout::{BUILTINS, FuncRecord, Layout};
use crate::memory::{MemoryImage, MemorySetup};
use crate::module::ModuleInner;
use crate::trampoline::Trampolines;
use crate::values::{SLOT_SIZE, Slot};
use crate::{Engine, Error};

/// An element of a table image: where its record's address comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ElementSource {
    Null,
    /// The record is in the context, at this offset.
    Own(u32),
    /// Its address is in the context, at this offset.
    Imported(u32),
}

/// What a table that the module defines holds in the beginning: some elements, then null.
#[derive(Debug, Default)]
pub(crate) struct TableImage {
    /// Offsets of records in the context, or [`NULL`]: a loop over them has no branches.
    offsets: Box<[u32]>,
    /// Elements that are imported, and the offsets of their records' addresses.
    imported: Box<[(u32, u32)]>,
}

/// No offset in a context.
const NULL: u32 = u32::MAX;

impl TableImage {
    fn new(sources: &[ElementSource]) -> Self {
        let offset = |source: &ElementSource| match *source {
            ElementSource::Own(offset) => offset,
            ElementSource::Null | ElementSource::Imported(_) => NULL,
        };
        let imported = sources.iter().enumerate().filter_map(|(n, source)| match *source {
            ElementSource::Imported(offset) => Some((n as u32, offset)),
            ElementSource::Null | ElementSource::Own(_) => None,
        });
        Self { offsets: sources.iter().map(offset).collect(), imported: imported.collect() }
    }

    /// Writes the elements of an instance with this context.
    ///
    /// # Safety
    ///
    /// The context is one of the module's, with its imports filled in, and the table has its first
    /// length.
    pub unsafe fn write(&self, elements: &mut [u64], context: *const u8) {
        let base = context as u64;
        let (filled, rest) = elements.split_at_mut(self.offsets.len());
        for (element, &offset) in filled.iter_mut().zip(&self.offsets) {
            *element = if offset == NULL { 0 } else { base + u64::from(offset) };
        }
        rest.fill(0);
        for &(element, offset) in &self.imported {
            // SAFETY: the caller's promise: the offset is that of an imported function's pointer.
            elements[element as usize] = unsafe { *context.add(offset as usize).cast::<u64>() };
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
    /// Keeps what the records name.
    _trampolines: Vec<Arc<Trampolines>>,
}

// SAFETY: the addresses inside are of code that the module and the trampolines keep.
unsafe impl Send for Blueprint {}
// SAFETY: nothing in it changes but atomics.
unsafe impl Sync for Blueprint {}

impl Blueprint {
    pub fn new(engine: &Engine, module: &ModuleInner) -> Result<Self, Error> {
        let (info, layout) = (&*module.info, &*module.layout);
        let type_ids: Vec<u32> = info.types.iter().map(|ty| engine.type_id(ty)).collect();
        let mut records = Records { engine, module, type_ids: &type_ids, kept: Vec::new() };
        let mut context: Vec<Slot> = Vec::new();
        let slots = (layout.size as usize).div_ceil(SLOT_SIZE);
        context.try_reserve_exact(slots).map_err(io::Error::other)?;
        context.resize(slots, 0);
        let mut fields = Fields(&mut context);
        fields.set(BUILTINS, builtins::TABLE.as_ptr() as u64);
        for (n, &id) in type_ids.iter().enumerate() {
            fields.set(layout.type_id(n), id);
        }
        let mut offsets = Vec::new();
        for (function, offset) in layout.records() {
            fields.set(offset, records.make(FuncIndex::new(function))?);
            offsets.push(offset as u32);
        }
        let defined = |start: &FuncIndex| info.defined_function(*start).is_some();
        let start = info.start.filter(defined);
        let start = start.map(|start| records.make(start)).transpose()?;
        let trampolines = records.kept;
        let (tables, first_element) = table_images(info, layout);
        let all = first_element == info.elements.len();
        let (memories, first_data) = if all {
            memory_images(module)?
        } else {
            (own_memories(info).map(|_| MemorySetup::new(None)).collect(), 0)
        };
        Ok(Self {
            type_ids,
            context: context.into_boxed_slice(),
            records: offsets.into_boxed_slice(),
            tables,
            first_element,
            memories,
            first_data,
            start,
            _trampolines: trampolines,
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
    engine: &'a Engine,
    module: &'a ModuleInner,
    type_ids: &'a [u32],
    kept: Vec<Arc<Trampolines>>,
}

impl Records<'_> {
    fn make(&mut self, function: FuncIndex) -> Result<FuncRecord, Error> {
        let info = &self.module.info;
        let defined = info.defined_function(function).expect("the function is the module's own");
        let type_id = self.type_ids[info.functions[function.index()].index()];
        let trampolines = self.engine.trampolines(type_id)?;
        let record = FuncRecord {
            code: self.module.code.address(defined),
            context: std::ptr::null_mut(),
            type_id,
            foreign_code: trampolines.foreign(),
            entry: trampolines.entry(),
            host: std::ptr::null(),
        };
        self.kept.push(trampolines);
        Ok(record)
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
    let mut images = vec![Vec::new(); info.tables.len() - info.imported_tables];
    let mut sums = vec![0; images.len()];
    let mut first = info.elements.len();
    'segments: for (n, segment) in info.elements.iter().enumerate() {
        let ElementMode::Active { table, offset } = &segment.mode else { continue };
        let own = table.index().checked_sub(info.imported_tables);
        let size = info.tables[table.index()].minimum as usize;
        let (Some(own), Some(to)) = (own, constant(offset)) else {
            first = n;
            break;
        };
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
                        _ => {
                            first = n;
                            break 'segments;
                        }
                    });
                }
            }
        }
        let image: &mut Vec<ElementSource> = &mut images[own];
        sums[own] += sources.len();
        // What does not fit, or leaves most of the image null.
        if to + sources.len() > size || to + sources.len() > SMALL.max(sums[own] * SPARSE) {
            first = n;
            break;
        }
        if image.len() < to + sources.len() {
            image.resize(to + sources.len(), ElementSource::Null);
        }
        image[to..to + sources.len()].copy_from_slice(&sources);
    }
    (images.iter().map(|image| TableImage::new(image)).collect(), first)
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
