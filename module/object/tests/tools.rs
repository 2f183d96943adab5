//! What the system's tools say of our objects: they read them without a warning, strip them, and
//! link what nothing else belongs to. COFF and Mach-O are linked by lld.

mod common;
#[path = "common/everything.rs"]
mod everything;

use std::path::{Path, PathBuf};

use common::{folder, module, module_for, run};
use everything::{OUTPUT, PROGRAM, everything};
use object::{Object, ObjectSection, ObjectSymbol};
use windlass_core::ir::types::I32;
use windlass_core::testfile::parse_functions;
use windlass_dwarf::{DebugInfo, LineInfo, PlainFunction, UnitInfo, gimli};
use windlass_module::{DataDescription, FuncOrDataId, Linkage, Module, define_functions};
use windlass_object::ObjectModule;

/// Writes `a.o` with everything in it, and lines for one of its functions.
fn object(name: &str, sections: bool) -> PathBuf {
    let folder = folder(name);
    let mut module = module(&[("is_pic", "true"), ("tls_model", "elf_gd")], |builder| {
        builder.per_function_section(sections).per_data_object_section(sections);
    });
    everything(&mut module);
    lines(&mut module, "sum");
    std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
    std::fs::write(folder.join("main.c"), PROGRAM).unwrap();
    folder
}

/// Adds lines for a function.
fn lines(module: &mut ObjectModule, name: &str) {
    let unit = UnitInfo {
        producer: "a test",
        name: "all.x",
        directory: "/source",
        language: gimli::DW_LANG_C99,
    };
    let mut info = DebugInfo::new(module.isa(), &unit);
    let file = info.file("all.x");
    let Some(FuncOrDataId::Func(id)) = module.declarations().get_name(name) else {
        panic!("{name} is a function")
    };
    let rows = [(0, Some(LineInfo { file, line: 3, column: 1 }))];
    let address = module.debug_address(id);
    info.plain_function(&PlainFunction { name, address, len: 8, prologue: 4, rows: &rows });
    module.add_debug_info(info).unwrap();
}

/// Checks the lines of an object.
fn has_lines(folder: &Path, file: &str) {
    let text = quiet(folder, "llvm-dwarfdump", &["--verify", file]);
    assert!(text.contains("No errors."), "{text}");
    let text = quiet(folder, "llvm-dwarfdump", &["--debug-info", "--debug-line", file]);
    assert!(text.contains("(\"all.x\")") && text.contains("(\"a test\")"), "{text}");
    assert!(text.contains("is_stmt end_sequence"), "{text}");
}

/// Runs a program that must have nothing to say of what it reads; returns what it found.
fn quiet(folder: &Path, program: &str, args: &[&str]) -> String {
    let (out, err) = common::both(folder, program, args);
    assert_eq!(err, "", "{program} {args:?}");
    assert!(!out.to_lowercase().contains("warning"), "{program} {args:?}:\n{out}");
    out
}

#[test]
fn objects_are_read_without_a_warning() {
    for sections in [false, true] {
        let folder = object(&format!("tools-read-{sections}"), sections);
        let text = quiet(&folder, "readelf", &["-a", "-W", "a.o"]);
        for piece in [
            "R_X86_64_TLSGD",
            "R_X86_64_REX_GOTPCRELX",
            "R_X86_64_PLT32",
            "INIT_ARRAY",
            "TLS     GLOBAL DEFAULT",
            "FUNC    WEAK   DEFAULT",
            "FUNC    GLOBAL HIDDEN",
            "OBJECT  GLOBAL HIDDEN",
        ] {
            assert!(text.contains(piece), "{piece} in\n{text}");
        }
        assert!(!text.contains("bad"), "{text}");
        let frames = quiet(&folder, "readelf", &["--debug-dump=frames,info,decodedline", "a.o"]);
        assert!(frames.contains("DW_CFA_def_cfa_register") && frames.contains("all.x"), "{frames}");
        let text = quiet(&folder, "objdump", &["-drw", "a.o"]);
        assert!(text.contains("<sum>:") && !text.contains("(bad)"), "{text}");
        has_lines(&folder, "a.o");
    }
}

#[test]
fn stripped_objects_link() {
    let folder = object("tools-strip", true);
    quiet(&folder, "strip", &["--strip-unneeded", "-o", "b.o", "a.o"]);
    let link = ["-Wl,--fatal-warnings", "-pthread", "-pie", "main.c", "b.o", "-o", "a.out", "-lm"];
    run(&folder, "gcc", &link);
    assert_eq!(run(&folder, "./a.out", &[]), OUTPUT);
    quiet(&folder, "strip", &["a.out"]);
    assert_eq!(run(&folder, "./a.out", &[]), OUTPUT);
}

#[test]
fn linked_programs_have_good_tables() {
    let folder = object("tools-linked", false);
    for linker in ["bfd", "gold", "lld"] {
        let linker = format!("-fuse-ld={linker}");
        let link = [&linker, "-Wl,--fatal-warnings", "-Wl,--eh-frame-hdr", "-pthread", "-pie"];
        run(&folder, "gcc", &[&link[..], &["main.c", "a.o", "-o", "a.out", "-lm"]].concat());
        has_lines(&folder, "a.out");
        let frames = quiet(&folder, "readelf", &["--debug-dump=frames", "-W", "a.out"]);
        let bump = quiet(&folder, "nm", &["a.out"]);
        let bump = bump.lines().find(|line| line.ends_with(" T bump")).unwrap();
        let start = bump.split(' ').next().unwrap();
        assert!(frames.contains(&format!("pc={start}..")), "{start} in {frames}");
    }
}

#[test]
fn a_program_without_any_library() {
    let folder = folder("tools-nostdlib");
    let mut module = module(&[("is_pic", "true")], |_| {});
    let text = "function %answer(i32) -> i32 system_v {
                    gv0 = symbol %word
                block0(v0: i32):
                    v1 = symbol_value.i64 gv0
                    v2 = load.i32 v1
                    v3 = iadd v0, v2
                    return v3
                }";
    let word = module.declare_data("word", Linkage::Export, true, false).unwrap();
    let mut data = DataDescription::new();
    data.define(40i32.to_le_bytes().into());
    module.define_data(word, &data).unwrap();
    define_functions(&mut module, parse_functions(text).unwrap()).unwrap();
    std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
    let program = "int answer(int);
        __attribute__((force_align_arg_pointer)) void _start(void) {
            long code = answer(2);
            __asm__ volatile(\"syscall\" : : \"a\"(231L), \"D\"(code));
            __builtin_unreachable();
        }";
    std::fs::write(folder.join("main.c"), program).unwrap();
    // gcc gives options for this kind that gold does not know.
    let pie = ["bfd", "lld"].map(|linker| (linker, "-static-pie"));
    let all = ["bfd", "gold", "lld"].map(|linker| (linker, "-static"));
    for (linker, kind) in all.into_iter().chain(pie) {
        let linker = format!("-fuse-ld={linker}");
        let link = ["-nostdlib", "-fPIE", kind, &linker, "-Wl,--fatal-warnings", "-o", "a.out"];
        run(&folder, "gcc", &[&["main.c", "a.o"], &link[..]].concat());
        let output = common::command(&folder, "./a.out", &[]);
        assert_eq!(output.status.code(), Some(42), "{linker} {kind}");
    }
}

/// A function that calls another one and reads data, both of this module or not.
fn small(module: &mut ObjectModule, convention: &str) {
    let word = module.declare_data("word", Linkage::Export, true, false).unwrap();
    let mut data = DataDescription::new();
    data.define(40i32.to_le_bytes().into());
    data.set_align(64);
    module.define_data(word, &data).unwrap();
    let table = module.declare_data("table", Linkage::Local, false, false).unwrap();
    data.clear();
    data.define(vec![0; 16].into());
    data.set_used(true);
    let inner = module.declare_data_in_data(word, &mut data);
    data.write_data_addr(8, inner, 2);
    module.define_data(table, &data).unwrap();
    let zeros = module.declare_data("zeros", Linkage::Hidden, true, false).unwrap();
    data.clear();
    data.define_zeroinit(5000);
    module.define_data(zeros, &data).unwrap();
    let text = format!(
        "function %add(i32) -> i32 {convention} {{
             gv0 = symbol %word
             gv1 = symbol %zeros+16
         block0(v0: i32):
             v1 = symbol_value.i64 gv0
             v2 = load.i32 v1
             v3 = symbol_value.i64 gv1
             v4 = load.i32 v3
             v5 = iadd v0, v2
             v6 = iadd v5, v4
             return v6
         }}
         function %main() -> i32 {convention} {{
             fn0 = %add(i32) -> i32 {convention}
         block0:
             v0 = iconst.i32 2
             v1 = call fn0(v0)
             return v1
         }}"
    );
    let functions = parse_functions(&text).unwrap();
    assert_eq!(functions[0].signature.params[0].value_type, I32);
    define_functions(module, functions).unwrap();
}

#[test]
fn lld_links_coff() {
    for sections in [false, true] {
        let folder = folder(&format!("tools-coff-{sections}"));
        let mut module = module_for("x86_64-pc-windows-msvc", &[], |builder| {
            builder.per_function_section(sections).per_data_object_section(sections);
        });
        small(&mut module, "windows_fastcall");
        lines(&mut module, "add");
        std::fs::write(folder.join("a.obj"), module.finish().emit().unwrap()).unwrap();
        let base = ["/entry:main", "/subsystem:console", "/nodefaultlib", "/WX"];
        for kind in [&["/out:a.exe"][..], &["/dll", "/export:add", "/out:a.dll"]] {
            run(&folder, "lld-link", &[&base[..], kind, &["a.obj"]].concat());
        }
        let bytes = std::fs::read(folder.join("a.exe")).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let text = file.section_by_name(".text").unwrap();
        assert!(text.address() <= file.entry() && file.entry() < text.address() + text.size());
        let data = file.section_by_name(".data").unwrap();
        let data = data.data().unwrap();
        assert!(data.windows(4).any(|bytes| bytes == 40i32.to_le_bytes()));
        let dll = std::fs::read(folder.join("a.dll")).unwrap();
        let exports = object::File::parse(&*dll).unwrap();
        assert_eq!(exports.exports().unwrap()[0].name(), b"add");
        has_lines(&folder, "a.obj");
        run(&folder, "lld-link", &[&base[..], &["/debug:dwarf", "/out:b.exe", "a.obj"]].concat());
        has_lines(&folder, "b.exe");
        let disassembly = quiet(&folder, "llvm-objdump", &["-d", "a.obj"]);
        assert!(disassembly.contains("<main>:") && !disassembly.contains("<unknown>"));
    }
}

#[test]
fn lld_links_mach_o() {
    for sections in [false, true] {
        let folder = folder(&format!("tools-macho-{sections}"));
        let mut module =
            module_for("x86_64-apple-macosx12.3.0", &[("is_pic", "true")], |builder| {
                builder.per_function_section(sections).per_data_object_section(sections);
            });
        small(&mut module, "system_v");
        lines(&mut module, "add");
        std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
        has_lines(&folder, "a.o");
        let base = ["-flavor", "darwin", "-arch", "x86_64", "-fatal_warnings"];
        let system = ["-platform_version", "macos", "12.3.0", "12.3.0"];
        let kind = ["-dylib", "-undefined", "dynamic_lookup", "a.o", "-o", "a.dylib"];
        run(&folder, "lld", &[&base[..], &system, &kind].concat());
        let bytes = std::fs::read(folder.join("a.dylib")).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let names: Vec<_> = file.symbols().filter_map(|symbol| symbol.name().ok()).collect();
        assert!(names.contains(&"_main") && names.contains(&"_word"), "{names:?}");
        let text = quiet(&folder, "llvm-objdump", &["-d", "a.dylib"]);
        assert!(text.contains("<_add>:") && !text.contains("<unknown>"), "{text}");
        let commands = quiet(&folder, "llvm-objdump", &["--macho", "--private-headers", "a.o"]);
        assert!(commands.contains("LC_BUILD_VERSION") && commands.contains("minos 12.3"));
    }
}

/// Two variables of threads, and a function that adds to the second.
fn thread_data(module: &mut ObjectModule, convention: &str) {
    let mut data = DataDescription::new();
    for (name, n) in [("first", 7i64), ("second", 9)] {
        let id = module.declare_data(name, Linkage::Local, true, true).unwrap();
        data.clear();
        data.define(n.to_le_bytes().into());
        module.define_data(id, &data).unwrap();
    }
    let text = format!(
        "function %main(i64) -> i64 {convention} {{
             gv0 = symbol tls %second
         block0(v0: i64):
             v1 = tls_value.i64 gv0
             v2 = load.i64 v1
             v3 = iadd v2, v0
             store v3, v1
             return v3
         }}"
    );
    define_functions(module, parse_functions(&text).unwrap()).unwrap();
}

#[test]
fn lld_links_thread_data_of_coff() {
    let folder = folder("tools-coff-tls");
    let mut module = module_for("x86_64-pc-windows-msvc", &[("tls_model", "coff")], |_| {});
    // What the C library has: the number of the image.
    let index = module.declare_data("_tls_index", Linkage::Export, true, false).unwrap();
    let mut data = DataDescription::new();
    data.define_zeroinit(4);
    module.define_data(index, &data).unwrap();
    thread_data(&mut module, "windows_fastcall");
    std::fs::write(folder.join("a.obj"), module.finish().emit().unwrap()).unwrap();
    let text = quiet(&folder, "llvm-objdump", &["-dr", "a.obj"]);
    assert!(text.contains("IMAGE_REL_AMD64_SECREL\tsecond"), "{text}");
    assert!(text.contains("IMAGE_REL_AMD64_REL32\t_tls_index"), "{text}");
    let base = ["/entry:main", "/subsystem:console", "/nodefaultlib", "/WX", "/out:a.exe"];
    run(&folder, "lld-link", &[&base[..], &["a.obj"]].concat());
    let text = quiet(&folder, "llvm-objdump", &["-d", "a.exe"]);
    // The second variable is 8 or 16 bytes behind the beginning of the section.
    assert!(text.contains("%gs:88"), "{text}");
    assert!(text.lines().any(|line| line.contains("leaq") && line.contains("\t16(%")), "{text}");
    let bytes = std::fs::read(folder.join("a.exe")).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let section = file.section_by_name(".tls").unwrap();
    assert_eq!(section.data().unwrap()[16..24], 9i64.to_le_bytes());
}

#[test]
fn lld_links_thread_data_of_mach_o() {
    let folder = folder("tools-macho-tls");
    let flags = [("is_pic", "true"), ("tls_model", "macho")];
    let mut module = module_for("x86_64-apple-macosx12.3.0", &flags, |_| {});
    thread_data(&mut module, "system_v");
    std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
    let text = quiet(&folder, "llvm-objdump", &["-dr", "a.o"]);
    assert!(text.contains("X86_64_RELOC_TLV\t_second"), "{text}");
    let base = ["-flavor", "darwin", "-arch", "x86_64", "-platform_version", "macos"];
    let rest = ["12.3.0", "12.3.0", "-dylib", "-undefined", "dynamic_lookup"];
    run(&folder, "lld", &[&base[..], &rest, &["a.o", "-o", "a.dylib"]].concat());
    let bytes = std::fs::read(folder.join("a.dylib")).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    // Two descriptors: a function, room for the system, a distance.
    let variables = file.section_by_name("__thread_vars").unwrap();
    assert_eq!(variables.size(), 48);
    let data = file.section_by_name("__thread_data").unwrap();
    assert!(data.data().unwrap().windows(8).any(|bytes| bytes == 9i64.to_le_bytes()));
    // The load from a table has become the address of the descriptor.
    let text = quiet(&folder, "llvm-objdump", &["-d", "a.dylib"]);
    assert!(text.contains("leaq") && text.contains("callq\t*%"), "{text}");
}
