//! Compilers and linkers of the system, for tests.
#![allow(dead_code, unused_imports)]

#[path = "../../../../tools/tests/programs/mod.rs"]
mod programs;

use std::path::Path;

pub use programs::{both, command, folder};
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_module::default_libcall_names;
use windlass_object::{ObjectBuilder, ObjectModule};

/// A machine with these settings.
pub fn isa(flags: &[(&str, &str)]) -> OwnedTargetIsa {
    isa_for("x86_64-unknown-linux-gnu", flags)
}

fn isa_for(triple: &str, flags: &[(&str, &str)]) -> OwnedTargetIsa {
    let mut shared = settings::builder();
    for (name, value) in flags {
        shared.set(name, value).unwrap();
    }
    let builder = windlass_isa::lookup_by_name(triple).unwrap();
    builder.finish(settings::Flags::new(shared)).unwrap()
}

/// An empty module.
pub fn module(flags: &[(&str, &str)], choose: impl FnOnce(&mut ObjectBuilder)) -> ObjectModule {
    module_for("x86_64-unknown-linux-gnu", flags, choose)
}

/// An empty module for another system.
pub fn module_for(
    triple: &str,
    flags: &[(&str, &str)],
    choose: impl FnOnce(&mut ObjectBuilder),
) -> ObjectModule {
    let isa = isa_for(triple, flags);
    let mut builder = ObjectBuilder::new(isa, "test.clif", default_libcall_names()).unwrap();
    choose(&mut builder);
    ObjectModule::new(builder)
}

/// Runs a command, which must succeed; returns what it printed.
#[track_caller]
pub fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let (out, err) = both(folder, program, args);
    out + &err
}
