//! Compilers and linkers of the system, for tests.

#[path = "../../../../tools/tests/programs/mod.rs"]
mod programs;

use std::path::Path;

pub use programs::folder;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_module::default_libcall_names;
use windlass_object::{ObjectBuilder, ObjectModule};

/// A machine with these settings.
pub fn isa(flags: &[(&str, &str)]) -> OwnedTargetIsa {
    let mut shared = settings::builder();
    for (name, value) in flags {
        shared.set(name, value).unwrap();
    }
    let builder = windlass_isa::lookup_by_name("x86_64-unknown-linux-gnu").unwrap();
    builder.finish(settings::Flags::new(shared)).unwrap()
}

/// An empty module.
#[allow(dead_code)]
pub fn module(flags: &[(&str, &str)], choose: impl FnOnce(&mut ObjectBuilder)) -> ObjectModule {
    let mut builder = ObjectBuilder::new(isa(flags), "test.clif", default_libcall_names()).unwrap();
    choose(&mut builder);
    ObjectModule::new(builder)
}

/// Runs a command, which must succeed; returns what it printed.
#[track_caller]
pub fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let (out, err) = programs::both(folder, program, args);
    out + &err
}
