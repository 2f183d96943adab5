//! Compilers and linkers of the system, for tests.

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// A folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a command, which must succeed; returns what it printed.
pub fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program} (install it): {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program} {args:?}: {}\n{out}\n{err}", output.status);
    out + &err
}
