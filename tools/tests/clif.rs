//! `windlass clif`: objects that gcc links.

mod programs;

use std::path::Path;

use programs::{both, command, folder};

#[track_caller]
fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    both(folder, program, args).0
}

const WINDLASS: &str = env!("CARGO_BIN_EXE_windlass");

const FUNCTIONS: &str = "test run
target x86_64

function %square_sum(i64, i64) -> i64 {
    fn0 = %square(i64) -> i64
block0(v0: i64, v1: i64):
    v2 = call fn0(v0)
    v3 = call fn0(v1)
    v4 = iadd v2, v3
    return v4
}

function %square(i64) -> i64 {
    fn0 = %count()
block0(v0: i64):
    call fn0()
    v1 = imul v0, v0
    return v1
}

function %count() {
    gv0 = symbol tls %counted
block0:
    v0 = tls_value.i64 gv0
    v1 = load.i64 v0
    v2 = iconst.i64 1
    v3 = iadd v1, v2
    store v3, v0
    return
}
";

const PROGRAM: &str = r#"
#include <stdio.h>
__thread long counted = 0;
long square_sum(long a, long b);
int main(void) {
    printf("%ld", square_sum(3, 4));
    printf(" %ld\n", counted);
    return 0;
}
"#;

#[test]
fn programs_and_libraries() {
    let folder = folder("clif");
    std::fs::write(folder.join("f.clif"), FUNCTIONS).unwrap();
    std::fs::write(folder.join("main.c"), PROGRAM).unwrap();
    let target = ["clif", "f.clif", "--target", "x86_64-unknown-linux-gnu", "-o", "f.o"];
    run(&folder, WINDLASS, &target);
    let link = ["-Wl,--fatal-warnings", "main.c", "f.o", "-o", "a.out"];
    for kind in [&["-pie"][..], &["-no-pie"], &["-pie", "-fuse-ld=lld"]] {
        run(&folder, "gcc", &[kind, &link[..]].concat());
        assert_eq!(run(&folder, "./a.out", &[]), "25 2\n");
    }
    let settings = ["--set", "opt_level=speed", "--set", "has_avx", "--function-sections"];
    run(&folder, WINDLASS, &[&target[..], &settings].concat());
    run(&folder, "gcc", &["-shared", "-Wl,-z,text", "f.o", "-o", "libf.so"]);
    let link = ["main.c", "-rdynamic", "-L.", "-lf", "-Wl,-rpath,$ORIGIN", "-o", "b.out"];
    run(&folder, "gcc", &link);
    assert_eq!(run(&folder, "./b.out", &[]), "25 2\n");
    // Without an output file the code is shown.
    let text = run(&folder, WINDLASS, &target[..4]);
    assert!(text.contains("%square:") && text.contains("imul"), "{text}");
}

#[test]
fn wrong_files_and_settings_are_errors() {
    let folder = folder("clif-errors");
    std::fs::write(folder.join("bad.clif"), "function %f() { block0: return v0 }").unwrap();
    std::fs::write(folder.join("good.clif"), "function %f() { block0: return }").unwrap();
    for (code, args, expected) in [
        (1, &["bad.clif", "-o", "x.o"][..], "v0"),
        (1, &["missing.clif"], "missing.clif"),
        (2, &["good.clif", "--set", "colour=red"], "colour"),
        (2, &["good.clif", "--target", "z80-unknown-none"], "z80"),
        (2, &["good.clif", "-o", "x.o", "--tag", "1=_ZTIi"], "--personality"),
    ] {
        let output = command(&folder, WINDLASS, &[&["clif"], args].concat());
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        assert!(text.contains(expected), "{args:?}: {text}");
    }
    assert!(!folder.join("x.o").exists());
}

#[test]
fn variables_of_threads_go_by_the_format() {
    let folder = folder("clif-threads");
    std::fs::write(folder.join("a.clif"), FUNCTIONS).unwrap();
    for (target, relocation) in [
        ("x86_64-unknown-linux-gnu", "R_X86_64_TLSGD\tcounted"),
        ("x86_64-pc-windows-msvc", "IMAGE_REL_AMD64_SECREL\tcounted"),
        ("x86_64-apple-darwin", "X86_64_RELOC_TLV\t_counted"),
    ] {
        run(&folder, WINDLASS, &["clif", "a.clif", "--target", target, "-o", "a.o"]);
        let text = run(&folder, "llvm-objdump", &["-dr", "a.o"]);
        assert!(text.contains(relocation), "{target}: {text}");
    }
}
