//! Function types of an engine: their numbers and trampolines, for as long as somebody uses them.
//!
//! What holds: types in use have the same number only if they are the same. Records and contexts
//! with a number belong to modules and host functions, and these keep a [`UsedType`]; when the last
//! one is dropped, the trampolines go and the number is free for another type.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use windlass_wasm::types::FuncType;

use crate::Error;
use crate::code::trampolines::{Block, KINDS, Trampolines, TypeTrampolines};
use crate::compile::trampoline;
use crate::engine::Engine;
use crate::sys::code::CodePages;

/// Code of trampolines that is put into one block of pages, unless those of one type are more: the
/// block stays as long as one of its types is used.
const BLOCK: usize = 64 << 10;

/// The function types of an engine.
#[derive(Default)]
pub(crate) struct FuncTypes(RwLock<Lists>);

#[derive(Default)]
struct Lists {
    numbers: HashMap<Arc<FuncType>, u32>,
    entries: Vec<Option<Entry>>,
    /// Numbers of entries that are none.
    free: Vec<u32>,
}

struct Entry {
    ty: Arc<FuncType>,
    used: Weak<UsedType>,
}

/// A function type that somebody uses.
pub(crate) struct UsedType {
    id: u32,
    ty: Arc<FuncType>,
    trampolines: OnceLock<Trampolines>,
    types: Arc<FuncTypes>,
}

impl std::fmt::Debug for UsedType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UsedType {}: {}", self.id, self.ty)
    }
}

impl UsedType {
    /// Its number in the engine.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its trampolines, which were prepared.
    pub fn trampolines(&self) -> &Trampolines {
        self.trampolines.get().expect("whoever makes records prepares the trampolines")
    }
}

impl FuncTypes {
    fn read(&self) -> RwLockReadGuard<'_, Lists> {
        // Nothing panics while it holds the lock.
        self.0.read().unwrap_or_else(|poison| poison.into_inner())
    }

    fn write(&self) -> RwLockWriteGuard<'_, Lists> {
        self.0.write().unwrap_or_else(|poison| poison.into_inner())
    }

    /// The type, in use from now on.
    pub fn used(self: &Arc<Self>, ty: &FuncType) -> Arc<UsedType> {
        if let Some(used) = self.read().find(ty) {
            return used;
        }
        let mut lists = self.write();
        if let Some(used) = lists.find(ty) {
            return used;
        }
        let ty = Arc::new(ty.clone());
        let id = lists.free.pop().unwrap_or(lists.entries.len() as u32);
        let (trampolines, types) = (OnceLock::new(), self.clone());
        let used = Arc::new(UsedType { id, ty: ty.clone(), trampolines, types });
        let entry = Some(Entry { ty: ty.clone(), used: Arc::downgrade(&used) });
        match lists.entries.get_mut(id as usize) {
            Some(free) => *free = entry,
            None => lists.entries.push(entry),
        }
        lists.numbers.insert(ty, id);
        used
    }

    /// The type of this number, which is in use.
    pub fn of(&self, id: u32) -> Arc<FuncType> {
        let entry = &self.read().entries[id as usize];
        entry.as_ref().expect("the number is that of a type in use").ty.clone()
    }

    /// How many types are in use.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        let lists = self.read();
        lists.entries.len() - lists.free.len()
    }
}

impl Lists {
    fn find(&self, ty: &FuncType) -> Option<Arc<UsedType>> {
        let id = *self.numbers.get(ty)?;
        self.entries[id as usize].as_ref()?.used.upgrade()
    }
}

impl Drop for UsedType {
    fn drop(&mut self) {
        let mut lists = self.types.write();
        lists.entries[self.id as usize] = None;
        lists.free.push(self.id);
        // Somebody may use the type again meanwhile, by another number.
        if lists.numbers.get(&self.ty) == Some(&self.id) {
            lists.numbers.remove(&self.ty);
        }
        if lists.free.len() == lists.entries.len() {
            *lists = Lists::default();
        }
    }
}

/// Trampolines that will be in one block.
#[derive(Default)]
struct Rows<'a> {
    code: Vec<u8>,
    rows: Vec<(&'a UsedType, [u32; KINDS])>,
}

impl Rows<'_> {
    fn finish(&mut self, engine: &Engine) -> Result<(), Error> {
        let offsets: Vec<u32> = self.rows.iter().flat_map(|row| row.1).collect();
        let show = |pages: &CodePages| engine.observer().trampolines(pages, &offsets);
        let block = Arc::new(Block::new(&self.code, show)?);
        for (used, offsets) in self.rows.drain(..) {
            // Another thread may have made them as well.
            let _ = used.trampolines.set(Trampolines::new(block.clone(), offsets));
        }
        self.code.clear();
        Ok(())
    }
}

/// Makes the trampolines of types that have none.
pub(crate) fn prepare(engine: &Engine, types: &[Arc<UsedType>]) -> Result<(), Error> {
    let mut block = Rows::default();
    for used in types {
        let known = block.rows.iter().any(|(other, _)| other.id == used.id);
        if known || used.trampolines.get().is_some() {
            continue;
        }
        let (isa, driver) = (&**engine.frames_isa(), engine.config().driver.as_ref());
        let offsets = trampoline::append(isa, driver, &used.ty, &mut block.code)?;
        block.rows.push((used, offsets));
        if block.code.len() >= BLOCK {
            block.finish(engine)?;
        }
    }
    if block.rows.is_empty() { Ok(()) } else { block.finish(engine) }
}

/// Takes trampolines that come with the code of a module, for types that have none.
pub(crate) fn adopt(
    engine: &Engine,
    types: &[Arc<UsedType>],
    rows: &[TypeTrampolines],
    code: &[u8],
) -> Result<(), Error> {
    let mut block = Rows::default();
    for (n, (used, row)) in types.iter().zip(rows).enumerate() {
        if used.trampolines.get().is_some() {
            continue;
        }
        // The trampolines of a type lie together, and those of the next type behind them.
        let start = row.offsets[0];
        let end = rows.get(n + 1).map_or(code.len() as u32, |next| next.offsets[0]);
        let own = code.get(start as usize..end as usize);
        let own = own.filter(|_| row.offsets.iter().all(|at| (start..end).contains(at)));
        let own = own.ok_or_else(|| Error::msg("the trampolines of a module are out of order"))?;
        let at = Trampolines::begin(&**engine.isa(), &mut block.code);
        block.code.extend_from_slice(own);
        block.rows.push((used, row.offsets.map(|offset| offset - start + at as u32)));
        if block.code.len() >= BLOCK {
            block.finish(engine)?;
        }
    }
    if block.rows.is_empty() { Ok(()) } else { block.finish(engine) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Instance, Linker, Module, Store};
    use windlass_wasm::types::ValType;

    fn ty(n: usize) -> FuncType {
        FuncType { params: vec![ValType::I32; n].into(), results: Box::default() }
    }

    #[test]
    fn a_number_is_free_when_nobody_uses_its_type() {
        let types = Arc::<FuncTypes>::default();
        let (a, b) = (types.used(&ty(1)), types.used(&ty(2)));
        assert_eq!((a.id(), types.used(&ty(1)).id(), b.id(), types.count()), (0, 0, 1, 2));
        drop(a);
        assert_eq!(types.count(), 1);
        let c = types.used(&ty(3));
        assert_eq!((c.id(), &*types.of(0), &*types.of(1)), (0, &ty(3), &ty(2)));
        let again = types.used(&ty(1));
        assert_eq!(again.id(), 2);
        drop((b, c, again));
        assert_eq!(types.count(), 0);
        assert_eq!(types.used(&ty(9)).id(), 0);
    }

    #[test]
    fn threads_use_and_drop_the_same_types() {
        let types = Arc::<FuncTypes>::default();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let types = &types;
                scope.spawn(move || {
                    for n in 0..2000 {
                        let wanted = ty((n * 7 + thread) % 5);
                        let used = types.used(&wanted);
                        assert_eq!(*types.of(used.id()), wanted);
                    }
                });
            }
        });
        assert_eq!(types.count(), 0);
    }

    #[test]
    fn types_go_with_the_modules_and_host_functions_that_use_them() {
        let engine = Engine::default();
        let count = || engine.types().count();
        let module = |n: usize| {
            let params = "i32 ".repeat(n);
            let text = format!(
                r#"(module (import "host" "f" (func $f (param i64)))
                    (func (export "own") (param {params})))"#
            );
            Module::new(&engine, text).expect("the module is valid")
        };
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "f", |_: i64| {}).expect("a new name");
        assert_eq!(count(), 0, "nobody needs them yet");
        let (one, two) = (module(1), module(2));
        let mut store = Store::new(&engine, ());
        let first = linker.instantiate(&mut store, &one).expect("the import is defined");
        linker.instantiate(&mut store, &two).expect("the import is defined");
        // That of the import, and one of each module.
        assert_eq!(count(), 3);
        drop((one, two));
        assert_eq!(count(), 3, "the instances use them");
        let own = first.get_typed_func::<i32, ()>(&mut store, "own").expect("exported");
        own.call(&mut store, 1).expect("no trap");
        drop(store);
        assert_eq!(count(), 1, "the host function has one");
        let third = module(3);
        Instance::new(&mut Store::new(&engine, ()), &third, &[]).expect_err("an import is missing");
        drop(linker);
        drop(third);
        assert_eq!(count(), 0);
    }

    #[test]
    fn many_types_share_few_blocks() {
        let engine = Engine::default();
        let functions: String = (0..300)
            .map(|n| {
                let params: String = (0..9).map(|bit| ["i32 ", "i64 "][n >> bit & 1]).collect();
                format!(r#"(func (export "f{n}") (param {params}))"#)
            })
            .collect();
        let text = format!("(module {functions})");
        let module = Module::new(&engine, text).expect("the module is valid");
        let bytes = module.serialize().expect("it can be serialized");
        let maps = || {
            let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
            maps.lines().filter(|line| line.contains("r-xp")).count()
        };
        let before = maps();
        let mut store = Store::new(&engine, ());
        Instance::new(&mut store, &module, &[]).expect("no imports");
        // Other tests of this process map code too.
        assert!(maps() < before + 60, "{} and {before}", maps());
        drop((store, module));
        assert_eq!(engine.types().count(), 0);
        // SAFETY: the bytes are from above.
        let module = unsafe { Module::deserialize(&engine, bytes) }.expect("they are ours");
        assert_eq!(engine.types().count(), 300, "they came with the code");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
        let last = instance.get_func(&mut store, "f299").expect("exported");
        let args: Vec<_> = last.ty(&store).params().map(crate::Val::default_for).collect();
        last.call(&mut store, &args, &mut []).expect("no trap");
        drop((store, module));
        assert_eq!(engine.types().count(), 0);
    }
}
