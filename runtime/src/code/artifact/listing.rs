//! Compiled modules to look at: functions, code, and what is known of it. Nothing is run.

use windlass_core::ir::TrapCode;
use windlass_wasm::ModuleInfo;
use windlass_wasm::types::DefinedFuncIndex;

use std::ops::Range;
use std::sync::Arc;

use super::{ArtifactError, COMPAT, Loaded, read_sections, section, verify};
use crate::code::stats::ModuleStats;
use crate::sys::code::Bytes;

/// A `.cwasm` file, for inspection. It may be for another machine or by another engine.
pub struct Artifact {
    file: Arc<Bytes>,
    loaded: Loaded,
    compat: Range<usize>,
}

impl std::fmt::Debug for Artifact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artifact").field("bytes", &self.file.len()).finish_non_exhaustive()
    }
}

/// A function of a compiled module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleFunction<'a> {
    /// Its index in the module.
    pub index: u32,
    /// Its name, from the name section.
    pub name: Option<&'a str>,
    /// Where its code begins in [`Artifact::text`].
    pub offset: usize,
    /// Bytes of its code.
    pub len: usize,
}

impl Artifact {
    /// Verifies and reads a file.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ArtifactError> {
        verify(&bytes)?;
        let file = Arc::new(Bytes::Owned(bytes.into()));
        let compat = section(&file, COMPAT)?;
        if std::str::from_utf8(&file[compat.clone()]).is_err() {
            return Err(ArtifactError::Damaged("a section is malformed"));
        }
        let loaded = read_sections(&file)?;
        Ok(Self { file, loaded, compat })
    }

    /// Version, machine, processor features and settings that the code is for: lines `name=value`.
    pub fn compatibility(&self) -> &str {
        std::str::from_utf8(&self.file[self.compat.clone()]).expect("`new` has seen to it")
    }

    /// The value of a line of [`Self::compatibility`].
    pub fn property(&self, name: &str) -> Option<&str> {
        let mut lines = self.compatibility().lines().filter_map(|line| line.split_once('='));
        lines.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The features of the processor that the code needs, by the names of their settings.
    pub fn processor_features(&self) -> impl Iterator<Item = &str> {
        let features = self.property(super::compat::CPU).unwrap_or_default();
        features.split(' ').filter(|word| !word.is_empty())
    }

    /// What the module declares.
    pub fn info(&self) -> &ModuleInfo {
        &self.loaded.info
    }

    /// Sums of its compilation.
    pub fn compile_stats(&self) -> ModuleStats {
        self.loaded.stats
    }

    /// The code of all functions.
    pub fn text(&self) -> &[u8] {
        &self.file[self.loaded.code.clone()]
    }

    /// Bytes of the file.
    pub fn file_size(&self) -> usize {
        self.file.len()
    }

    /// The functions that the module defines, by offset.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = ModuleFunction<'_>> {
        let tables = &self.loaded.tables;
        (0..tables.own_functions()).map(move |row| {
            let index = self.loaded.info.function(DefinedFuncIndex::new(row));
            let range = tables.function(row);
            ModuleFunction {
                index: index.0,
                name: tables.name(index),
                offset: range.start as usize,
                len: range.len(),
            }
        })
    }

    /// The name of a function, imported or not, from the name section.
    pub fn func_name(&self, index: u32) -> Option<&str> {
        self.loaded.tables.name(windlass_wasm::types::FuncIndex(index))
    }

    /// From offsets in the code to offsets in the Wasm file: each holds up to the next one. `None`
    /// where the code is of no instruction.
    pub fn address_map(&self) -> impl ExactSizeIterator<Item = (usize, Option<u32>)> {
        let tables = &self.loaded.tables;
        (0..tables.places()).map(move |row| {
            let place = tables.place(row);
            let known = place.module_offset != u32::MAX;
            (place.start as usize, known.then_some(place.module_offset))
        })
    }

    /// Instructions that may trap, by offset in the code, and why.
    pub fn traps(&self) -> impl Iterator<Item = (usize, TrapCode)> {
        let tables = &self.loaded.tables;
        (0..tables.traps()).filter_map(move |row| {
            let (offset, code) = tables.trap(row)?;
            Some((offset as usize, code))
        })
    }
}
