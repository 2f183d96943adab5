//! Objects linked by gcc and run: data of all kinds, linkage, sections, thread-local variables; and
//! the formats that are only read back.

mod common;
#[path = "common/everything.rs"]
mod everything;

use common::{folder, isa, module, run};
use everything::{OUTPUT, PROGRAM, bytes, everything};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};
use windlass_core::settings::{self, Configurable};
use windlass_core::testfile::parse_functions;
use windlass_module::{
    DataDescription, Linkage, Module, ModuleError, default_libcall_names, define_functions,
};
use windlass_object::{ObjectBuilder, ObjectModule};

#[test]
fn programs_and_libraries_link_and_run() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let all: [Case<'_>; 8] = [
        ("static", &[("is_pic", "true"), ("tls_model", "elf_gd")], &["-static"]),
        ("static-pie", &[("is_pic", "true"), ("tls_model", "elf_gd")], &["-static-pie"]),
        ("gold", &[("is_pic", "true"), ("tls_model", "elf_gd")], &["-pie", "-fuse-ld=gold"]),
        ("lld", &[("is_pic", "true"), ("tls_model", "elf_gd")], &["-pie", "-fuse-ld=lld"]),
        ("pie", &[("is_pic", "true"), ("tls_model", "elf_gd")], &["-pie"]),
        ("no-pie", &[("is_pic", "false"), ("tls_model", "elf_gd")], &["-no-pie"]),
        ("local-exec", &[("is_pic", "true"), ("tls_model", "elf_le")], &["-pie"]),
        ("shared", &[("is_pic", "true"), ("tls_model", "elf_gd")], &[]),
    ];
    for (name, flags, args) in all {
        for sections in [false, true] {
            let folder = folder(&format!("objects-{name}-{sections}"));
            let mut module = module(flags, |builder| {
                builder.per_function_section(sections).per_data_object_section(sections);
            });
            everything(&mut module);
            std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
            std::fs::write(folder.join("main.c"), PROGRAM).unwrap();
            let warnings = ["-Wl,--fatal-warnings", "-Wl,--gc-sections", "-pthread"];
            let mut link = vec!["main.c", "-o", "a.out"];
            if name == "shared" {
                let library = ["-shared", "-Wl,-z,text", "a.o", "-o", "libours.so"];
                run(&folder, "gcc", &[&warnings[..1], &library, &["-lm"]].concat());
                // The program refers to the ends of its own section of this name.
                let own = "__attribute__((section(\"our_table\"), used)) void *own;\n";
                let program = format!("{own}{PROGRAM}");
                std::fs::write(folder.join("main.c"), program).unwrap();
                link.extend(["-rdynamic", "-L.", "-lours", "-Wl,-rpath,$ORIGIN"]);
            } else {
                link.push("a.o");
            }
            run(&folder, "gcc", &[&warnings, args, &link[..], &["-lm"]].concat());
            assert_eq!(run(&folder, "./a.out", &[]), OUTPUT, "{name} {sections}");
            let strings = std::fs::read(folder.join("a.o")).unwrap();
            let kept = b"nobody refers to this";
            assert!(strings.windows(kept.len()).any(|window| window == kept));
            if name != "shared" {
                let program = std::fs::read(folder.join("a.out")).unwrap();
                assert!(program.windows(kept.len()).any(|window| window == kept), "{name}");
            }
        }
    }
}

/// What is weak and defined nowhere has no address; what the program defines has that of the
/// program.
#[test]
fn weak_symbols_may_be_missing() {
    for pic in ["true", "false"] {
        let folder = folder(&format!("objects-weak-{pic}"));
        let mut module = module(&[("is_pic", pic)], |_| {});
        let signature = module.make_signature();
        for name in ["no_function", "a_function"] {
            module.declare_function(name, Linkage::Preemptible, &signature).unwrap();
        }
        for name in ["no_data", "some_data"] {
            module.declare_data(name, Linkage::Preemptible, false, false).unwrap();
        }
        let functions = parse_functions(
            "function %addresses() -> i64, i64 system_v {
                 gv0 = symbol %no_data
                 gv1 = symbol %some_data
                 fn0 = %no_function() system_v
                 fn1 = %a_function() system_v
             block0:
                 v0 = symbol_value.i64 gv0
                 v1 = func_addr.i64 fn0
                 v2 = bor v0, v1
                 v3 = symbol_value.i64 gv1
                 v4 = func_addr.i64 fn1
                 v5 = isub v4, v3
                 return v2, v5
             }",
        );
        define_functions(&mut module, functions.unwrap()).unwrap();
        std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
        let program = "#include <stdio.h>
            struct pair { long first, second; } addresses(void);
            char some_data;
            void a_function(void) {}
            int main(void) {
                struct pair p = addresses();
                printf(\"%ld %d\\n\", p.first, p.second == (long)a_function - (long)&some_data);
            }";
        std::fs::write(folder.join("main.c"), program).unwrap();
        let kinds: &[&str] =
            if pic == "true" { &["-pie", "-static", "-no-pie"] } else { &["-no-pie"] };
        for kind in kinds {
            for linker in ["bfd", "gold", "lld"] {
                let linker = format!("-fuse-ld={linker}");
                let args =
                    [*kind, &*linker, "-Wl,--fatal-warnings", "main.c", "a.o", "-o", "a.out"];
                run(&folder, "gcc", &args);
                assert_eq!(run(&folder, "./a.out", &[]), "0 1\n", "{kind} {linker}");
            }
        }
    }
}

#[test]
fn sections_and_symbols_are_what_was_asked_for() {
    let mut module = module(&[("tls_model", "elf_gd")], |builder| {
        builder.per_function_section(true).per_data_object_section(true);
    });
    everything(&mut module);
    let file = module.finish().emit().unwrap();
    let file = object::File::parse(&*file).unwrap();
    for name in [".text.bump", ".text.weak_function", ".tbss.zeroed", ".tdata.counter"] {
        assert!(file.section_by_name(name).is_some(), "{name}");
    }
    assert_eq!(file.section_by_name(".bss.hidden_zeros").unwrap().align(), 256);
    let kept = file.section_by_name(".rodata.kept").unwrap();
    let SectionFlags::Elf { sh_flags } = kept.flags() else { panic!("ELF") };
    assert_ne!(sh_flags & u64::from(object::elf::SHF_GNU_RETAIN), 0);
    let symbol = |name: &str| file.symbols().find(|s| s.name() == Ok(name)).unwrap();
    assert!(symbol("weak_function").is_weak() && symbol("bump").is_global());
    assert_eq!(symbol("hidden_function").scope(), object::SymbolScope::Linkage);
    assert!(symbol("zeroed").is_local() && symbol("callback").is_undefined());
    assert!(symbol("floor").is_undefined());
    assert!(file.section_by_name(".eh_frame").is_some());
}

#[test]
fn other_formats_are_written() {
    for triple in ["x86_64-apple-darwin", "x86_64-pc-windows-msvc"] {
        let shared = settings::Flags::new(settings::builder());
        let isa = windlass_isa::lookup_by_name(triple).unwrap().finish(shared).unwrap();
        let builder = ObjectBuilder::new(isa, "x", default_libcall_names()).unwrap();
        let mut module = ObjectModule::new(builder);
        let functions = parse_functions(
            "function %main(i64) -> i64 system_v {
                 gv0 = symbol %word
                 fn0 = %far(i64) -> i64 system_v
             block0(v0: i64):
                 v1 = symbol_value.i64 gv0
                 v2 = load.i64 v1
                 v3 = call fn0(v2)
                 return v3
             }",
        );
        let data = module.declare_data("word", Linkage::Local, false, false).unwrap();
        let mut description = DataDescription::new();
        description.define(bytes(5));
        description.set_used(true);
        module.define_data(data, &description).unwrap();
        define_functions(&mut module, functions.unwrap()).unwrap();
        let file = module.finish().emit().unwrap();
        let file = object::File::parse(&*file).unwrap();
        let text = file.sections().find(|s| s.kind() == object::SectionKind::Text).unwrap();
        assert_eq!(text.relocations().count(), 2, "{triple}");
    }
}

#[test]
fn what_cannot_be_defined_is_an_error() {
    let mut module = module(&[], |_| {});
    let mut data = DataDescription::new();
    let import = module.declare_data("import", Linkage::Import, false, false).unwrap();
    let word = module.declare_data("word", Linkage::Local, false, false).unwrap();
    let error = module.define_data(word, &data).unwrap_err();
    assert!(error.to_string().contains("the contents of word"), "{error}");
    data.define_zeroinit(8);
    let error = module.define_data(import, &data).unwrap_err();
    assert!(matches!(error, ModuleError::InvalidImportDefinition(name) if name == "import"));
    module.define_data(word, &data).unwrap();
    let error = module.define_data(word, &data).unwrap_err();
    assert!(matches!(error, ModuleError::DuplicateDefinition(name) if name == "word"));
    let signature = module.make_signature();
    let f = module.declare_function("f", Linkage::Local, &signature).unwrap();
    module.define_function_bytes(f, 1, &[0xc3], &[]).unwrap();
    assert!(module.define_function_bytes(f, 1, &[0xc3], &[]).is_err());
    let wasm = isa(&[]);
    assert_eq!(wasm.triple().binary_format.to_string(), "elf");
    let mut shared = settings::builder();
    assert!(shared.set("tls_model", "unknown").is_err());
}
