//! C++ exceptions through functions in memory. The other half is a shared library that g++ makes.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::ffi::CString;
use std::path::Path;
use std::process::Command;

use windlass_core::ir::{ExceptionTag, Signature};
use windlass_core::isa::CallConv;
use windlass_core::testfile::parse_functions;
use windlass_jit::{JITBuilder, JITModule, TypeEntry};
use windlass_module::{Linkage, Module, default_libcall_names, define_functions};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../object/tests/cpp/exceptions.cpp");
const FUNCTIONS: &str = include_str!("../../object/tests/cpp/exceptions.clif");
const EXPECTED: &str = include_str!("../../object/tests/cpp/exceptions.out");

/// The program that the test starts: this executable again, so that what it prints can be read.
const CHILD: &str = "WINDLASS_TEST_LIBRARY";

fn functions(library: *mut libc::c_void) -> JITModule {
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    let library = library as usize;
    builder.symbol_lookup_fn(Box::new(move |name| {
        let name = CString::new(name).ok()?;
        // SAFETY: the library stays open, and the name is a string of C.
        let address = unsafe { libc::dlsym(library as *mut _, name.as_ptr()) };
        (!address.is_null()).then_some(address as *const u8)
    }));
    let mut module = JITModule::new(builder);
    let any = Signature::new(CallConv::SystemV);
    let personality = module.declare_function("__gxx_personality_v0", Linkage::Import, &any);
    module.set_personality(personality.unwrap());
    for (tag, name) in [(1, "_ZTIi"), (2, "_ZTI7Problem")] {
        let data = module.declare_data(name, Linkage::Import, false, false).unwrap();
        let entry = module.type_entry(data);
        module.map_exception_tag(ExceptionTag::from_u32(tag), entry);
    }
    module.map_exception_tag(ExceptionTag::from_u32(3), TypeEntry::Cleanup);
    module
}

#[test]
fn exceptions_of_cpp_in_memory() {
    if let Some(path) = std::env::var_os(CHILD) {
        let path = CString::new(path.into_encoded_bytes()).unwrap();
        // SAFETY: the library was made below; its initialisers are those of C++.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
        assert!(!library.is_null());
        // As they are, and with frames that are realigned.
        let slot = "{\n    ss90 = explicit_slot 40, align = 512\n";
        for text in [FUNCTIONS.to_string(), FUNCTIONS.replace("{\n", slot)] {
            let mut module = functions(library);
            let ids = define_functions(&mut module, parse_functions(&text).unwrap()).unwrap();
            module.finalize_definitions().unwrap();
            let [catches, cleans] = [0, 1].map(|n| module.get_finalized_function(ids[n]));
            // SAFETY: the library defines it with this type.
            let drive: extern "C-unwind" fn(*const u8, *const u8) -> i32 =
                unsafe { std::mem::transmute(libc::dlsym(library, c"drive".as_ptr())) };
            if drive(catches, cleans) != 11298 {
                std::process::exit(1);
            }
        }
        std::process::exit(0);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let library = folder.join("libexceptions.so");
    let mut compiler = Command::new("g++");
    compiler.args(["-O2", "-shared", "-fPIC", SOURCE, "-o"]).arg(&library);
    let status = compiler.status().unwrap_or_else(|error| panic!("g++ (install it): {error}"));
    assert!(status.success());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "exceptions_of_cpp_in_memory", "--nocapture"]).env(CHILD, library);
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}", output.status);
    assert!(text.ends_with(&EXPECTED.repeat(2)), "{text}");
}

/// A panic of Rust passes frames in memory and is caught by Rust.
#[test]
fn panics_of_rust_pass_frames_in_memory() {
    extern "C-unwind" fn panics(n: i32) -> i32 {
        if n == 3 {
            std::panic::resume_unwind(Box::new(n + 100));
        }
        n * 2
    }
    // The second frame is realigned.
    for slot in ["", "ss0 = explicit_slot 40, align = 512"] {
        let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
        builder.symbol("panics", panics as *const u8);
        let mut module = JITModule::new(builder);
        let text = format!(
            "function %passes(i32) -> i32 system_v {{
                 {slot}
                 fn0 = %panics(i32) -> i32 system_v
             block0(v0: i32):
                 v1 = call fn0(v0)
                 v2 = iadd v1, v0
                 return v2 }}"
        );
        let ids = define_functions(&mut module, parse_functions(&text).unwrap()).unwrap();
        module.finalize_definitions().unwrap();
        // SAFETY: the function has this signature.
        let passes: extern "C-unwind" fn(i32) -> i32 =
            unsafe { std::mem::transmute(module.get_finalized_function(ids[0])) };
        assert_eq!(passes(5), 15);
        let caught = std::panic::catch_unwind(|| passes(3)).unwrap_err();
        assert_eq!(caught.downcast_ref::<i32>(), Some(&103));
        // SAFETY: nothing of the module is running any more.
        unsafe { module.free_memory() };
    }
}
