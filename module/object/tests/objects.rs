//! Objects linked by gcc and run: data of all kinds, linkage, sections, thread-local variables; and
//! the formats that are only read back.

mod common;

use common::{folder, isa, module, run};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};
use windlass_core::Context;
use windlass_core::ir::{AbiParam, Signature, types};
use windlass_core::isa::CallConv;
use windlass_core::settings::{self, Configurable};
use windlass_core::text::parse_functions;
use windlass_module::{
    DataDescription, Linkage, Module, ModuleError, default_libcall_names, define_functions,
    name_references,
};
use windlass_object::{ObjectBuilder, ObjectModule};

fn bytes(value: i64) -> Box<[u8]> {
    value.to_le_bytes().into()
}

/// What the C programs below are linked with.
fn everything(module: &mut ObjectModule) {
    let mut data = DataDescription::new();
    let counter = module.declare_data("counter", Linkage::Export, true, true).unwrap();
    data.define(bytes(40));
    module.define_data(counter, &data).unwrap();
    let zeroed = module.declare_data("zeroed", Linkage::Local, true, true).unwrap();
    data.clear();
    data.define_zeroinit(64);
    module.define_data(zeroed, &data).unwrap();
    let shared = module.declare_data("shared_word", Linkage::Export, true, false).unwrap();
    data.clear();
    data.define(bytes(7));
    module.define_data(shared, &data).unwrap();
    let hidden = module.declare_data("hidden_zeros", Linkage::Hidden, true, false).unwrap();
    data.clear();
    data.define_zeroinit(4096);
    data.set_align(256);
    module.define_data(hidden, &data).unwrap();
    let weak = module.declare_data("weak_word", Linkage::Preemptible, false, false).unwrap();
    data.clear();
    data.define(bytes(1));
    module.define_data(weak, &data).unwrap();
    let kept = module.declare_data("kept", Linkage::Local, false, false).unwrap();
    data.clear();
    data.define((*b"nobody refers to this\0").into());
    data.set_used(true);
    module.define_data(kept, &data).unwrap();
    let functions = parse_functions(
        "function %bump(i64) -> i64 system_v {
             gv0 = symbol tls %counter
             gv1 = symbol tls %zeroed+8
         block0(v0: i64):
             v1 = tls_value.i64 gv0
             v2 = load.i64 v1
             v3 = iadd v2, v0
             store v3, v1
             v4 = tls_value.i64 gv1
             v5 = load.i64 v4
             v6 = iadd v5, v0
             store v6, v4
             v7 = iadd v3, v6
             return v7
         }
         function %sum() -> i64 system_v {
             gv0 = symbol %shared_word
             gv1 = symbol %hidden_zeros+16
             gv2 = symbol %weak_word
             gv3 = symbol %from_c
             fn0 = %callback(i64) -> i64 system_v
         block0:
             v0 = symbol_value.i64 gv0
             v1 = load.i64 v0
             v2 = symbol_value.i64 gv1
             v3 = load.i64 v2
             v4 = symbol_value.i64 gv2
             v5 = load.i64 v4
             v6 = symbol_value.i64 gv3
             v7 = load.i64 v6
             v8 = iadd v1, v3
             v9 = iadd v8, v5
             v10 = iadd v9, v7
             v11 = call fn0(v10)
             return v11
         }
         function %at_start() system_v {
             gv0 = symbol %hidden_zeros
         block0:
             v0 = symbol_value.i64 gv0
             v1 = iconst.i64 500
             store v1, v0+16
             return
         }
         function %address_of_sum() -> i64 system_v {
             fn0 = colocated %sum() -> i64 system_v
         block0:
             v0 = func_addr.i64 fn0
             return v0
         }
         function %floor_of(f64) -> f64 system_v {
         block0(v0: f64):
             v1 = floor v0
             return v1
         }",
    );
    let ids = define_functions(module, functions.unwrap()).unwrap();
    // Weak: the program may have its own.
    let mut signature = Signature::new(CallConv::SystemV);
    signature.returns.push(AbiParam::new(types::I32));
    for (name, linkage, value) in [
        ("weak_function", Linkage::Preemptible, 1),
        ("other_weak", Linkage::Preemptible, 2),
        ("hidden_function", Linkage::Hidden, 3),
    ] {
        let id = module.declare_function(name, linkage, &signature).unwrap();
        let text = format!(
            "function %f() -> i32 system_v {{ block0: v0 = iconst.i32 {value} return v0 }}"
        );
        let mut function = parse_functions(&text).unwrap().pop().unwrap();
        name_references(module, &mut function).unwrap();
        module.define_function(id, &mut Context::for_function(function)).unwrap();
    }
    // Runs before `main`.
    let list = module.declare_anonymous_data(true, false).unwrap();
    data.clear();
    data.define(bytes(0));
    data.set_segment_section("", ".init_array");
    let start = module.declare_func_in_data(ids[2], &mut data);
    data.write_function_addr(0, start);
    module.define_data(list, &data).unwrap();
    // A table of addresses, in a section that linkers name the ends of.
    let table = module.declare_data("table", Linkage::Export, false, false).unwrap();
    data.clear();
    data.define(vec![0; 24].into());
    data.set_segment_section("", "our_table");
    let function = module.declare_func_in_data(ids[1], &mut data);
    data.write_function_addr(0, function);
    let word = module.declare_data_in_data(shared, &mut data);
    data.write_data_addr(8, word, 3);
    data.write_data_addr(16, word, 0);
    module.define_data(table, &data).unwrap();
}

const PROGRAM: &str = r#"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
extern __thread long counter;
extern long shared_word, weak_word;
extern void *table[3], *__start_our_table[], *__stop_our_table[];
long from_c = 30;
long bump(long), sum(void), (*address_of_sum(void))(void);
double floor_of(double);
int weak_function(void), other_weak(void);
int weak_function(void) { return 10; }
long callback(long x) { return 2 * x; }
static void *thread(void *out) { *(long *)out = bump(2); return 0; }
int main(void) {
    long other = 0;
    pthread_t t;
    printf("%ld %ld\n", bump(1), bump(1));
    pthread_create(&t, 0, thread, &other);
    pthread_join(t, 0);
    printf("%ld %ld\n", other, counter);
    printf("%ld %ld\n", sum(), address_of_sum()());
    shared_word = 1007;
    printf("%ld %d %d\n", sum(), weak_function(), other_weak());
    long (*first)(void) = (long (*)(void))table[0];
    printf("%ld %d %ld\n", first(), table[2] == &shared_word, (char *)table[1] - (char *)table[2]);
    printf("%.1f\n", floor_of(-1.5));
    return 0;
}
"#;

const OUTPUT: &str = "44 42\n44 42\n1076 1076\n3076 10 2\n3076 1 3\n-2.0\n";

#[test]
fn programs_and_libraries_link_and_run() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let all: [Case<'_>; 5] = [
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
