//! C++ exceptions caught by compiled functions, cleaned up after, and passed on.

mod common;

use common::{folder, module, run};
use windlass_core::ir::ExceptionTag;
use windlass_core::ir::Signature;
use windlass_core::isa::CallConv;
use windlass_core::testfile::parse_functions;
use windlass_module::{Linkage, Module, define_functions};
use windlass_object::{ObjectModule, TypeEntry};

/// Compiles the functions with the tags of the test.
fn compile(flags: &[(&str, &str)], per_function_section: bool) -> Vec<u8> {
    let mut module = module(flags, |builder| {
        builder.per_function_section(per_function_section);
    });
    name_types(&mut module);
    let functions = parse_functions(include_str!("cpp/exceptions.clif")).unwrap();
    define_functions(&mut module, functions).unwrap();
    module.finish().emit().unwrap()
}

fn name_types(module: &mut ObjectModule) {
    let any = Signature::new(CallConv::SystemV);
    let personality = module.declare_function("__gxx_personality_v0", Linkage::Import, &any);
    module.set_personality(personality.unwrap());
    for (tag, name) in [(1, "_ZTIi"), (2, "_ZTI7Problem")] {
        let data = module.declare_data(name, Linkage::Import, false, false).unwrap();
        let entry = module.type_entry(data);
        module.map_exception_tag(ExceptionTag::from_u32(tag), entry);
    }
    module.map_exception_tag(ExceptionTag::from_u32(3), TypeEntry::Cleanup);
}

#[test]
fn exceptions_of_cpp_in_a_program() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cpp/exceptions.cpp");
    let expected = include_str!("cpp/exceptions.out");
    let mut seen = 0;
    for (pic, sections, opt) in
        [("true", false, "none"), ("true", true, "speed"), ("false", false, "speed")]
    {
        let folder = folder(&format!("exceptions-{pic}-{sections}"));
        let object = compile(&[("is_pic", pic), ("opt_level", opt)], sections);
        std::fs::write(folder.join("a.o"), object).unwrap();
        let pie = if pic == "true" { "-pie" } else { "-no-pie" };
        let args = ["-O2", "-Wall", "-Wl,--fatal-warnings", "-Wl,--gc-sections", pie];
        let rest = ["-DWITH_MAIN", source, "a.o", "-o", "a.out"];
        run(&folder, "g++", &[&args[..], &rest].concat());
        assert_eq!(run(&folder, "./a.out", &[]), expected);
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn exceptions_of_cpp_in_a_shared_library() {
    let folder = folder("exceptions-shared");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cpp/exceptions.cpp");
    std::fs::write(folder.join("a.o"), compile(&[("is_pic", "true")], false)).unwrap();
    let library = ["-shared", "a.o", "-Wl,-z,text", "-Wl,--fatal-warnings", "-o", "libours.so"];
    run(&folder, "g++", &library);
    let program = ["-DWITH_MAIN", "-rdynamic", source, "-L.", "-lours", "-Wl,-rpath,$ORIGIN"];
    run(&folder, "g++", &[&program[..], &["-o", "a.out"]].concat());
    assert_eq!(run(&folder, "./a.out", &[]), include_str!("cpp/exceptions.out"));
}
