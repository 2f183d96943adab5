//! Every setting and every preset at every value (numbers: at their edges) over run tests of calls,
//! control flow, memory, conversions and operations that depend on the processor.
//!
//! Drawn from the tables, so a new row is covered by itself. A value either changes no result, or is
//! refused with an error; which are refused is written here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use windlass_core::settings::{self, Row, SettingKind};
use windlass_filetests::{Options, run};

/// The files that run at every value.
const FILES: &[&str] = &[
    "call/arguments.clif",
    "call/contexts.clif",
    "call/indirect.clif",
    "call/realigned.clif",
    "call/results.clif",
    "call/slots.clif",
    "call/structs.clif",
    "call/try_call.clif",
    "compare/select-i32-by-i64.clif",
    "control/br_table.clif",
    "control/loops.clif",
    "control/parallel-moves.clif",
    "control/traps.clif",
    "convert/f64-to-i64.clif",
    "convert/i64-to-f64.clif",
    "float/fma-f64.clif",
    "float/nearest-f32.clif",
    "int/clz-i64.clif",
    "int/i128-shift-by.clif",
    "int/popcnt-i64.clif",
    "int/udiv-3.clif",
    "memory/access-i16.clif",
    "memory/atomic-i64.clif",
    "memory/wide-far.clif",
];

/// What the files want.
const BASE: &str = "regalloc_checker enable_llvm_abi_extensions enable_multi_ret_implicit_sret \
                    preserve_frame_pointers";

/// The values that are refused, and a part of each error that says why.
const REFUSED: &[(&str, &str)] = &[
    ("enable_llvm_abi_extensions=false", "set enable_llvm_abi_extensions"),
    ("enable_multi_ret_implicit_sret=false", "set enable_multi_ret_implicit_sret"),
    ("preserve_frame_pointers=false", "needs a target with preserve_frame_pointers"),
    ("enable_pinned_reg=true", "enable_pinned_reg"),
    ("stack_switch_model=basic", "no machine lowers `stack_switch`"),
    ("stack_switch_model=update_windows_tib", "no machine lowers `stack_switch`"),
    ("enable_compact_unwind_abi=true", "no machine saves registers in pairs"),
    ("libcall_call_conv=windows_fastcall", "convention of library calls"),
    ("libcall_call_conv=preserve_all", "convention of library calls"),
    ("libcall_call_conv=apple_aarch64", "does not exist on x86_64"),
    ("libcall_call_conv=probestack", "does not exist on x86_64"),
];

/// The values to try.
fn values(row: &Row) -> Vec<String> {
    match row.kind {
        SettingKind::Bool => vec!["false".into(), "true".into()],
        SettingKind::Enum => row.words.iter().map(|word| word.to_string()).collect(),
        SettingKind::Num => {
            let mut numbers = vec![0, 1, 2, row.default, row.max - 1, row.max];
            numbers.sort();
            numbers.dedup();
            numbers.iter().map(u8::to_string).collect()
        }
        SettingKind::Preset => Vec::new(),
    }
}

/// A way to compile the files: its name, what `set` lines say, what stands behind the target, and
/// what stands in each function.
struct Variant {
    name: String,
    set: String,
    target: String,
    preamble: String,
}

fn variants() -> Vec<Variant> {
    let variant = |name: String, set: &str, target: &str| Variant {
        name,
        set: set.to_string(),
        target: target.to_string(),
        preamble: String::new(),
    };
    let mut out = vec![variant("defaults".into(), "", "")];
    for row in settings::builder().template().rows {
        for value in values(row) {
            let setting = format!("{}={value}", row.name);
            out.push(variant(setting.clone(), &setting, ""));
        }
    }
    // What is read only where another setting asks for it.
    for (set, rows) in [
        ("enable_probestack", &["probestack_size_log2", "probestack_strategy"][..]),
        ("opt_level=speed", &["enable_alias_analysis", "enable_nan_canonicalization"]),
        ("opt_level=speed_and_size", &["regalloc_algorithm"]),
        ("regalloc_algorithm=single_pass", &["bb_padding_log2_minus_one"]),
    ] {
        for name in rows {
            let template = settings::builder().template();
            let row = &template.rows[template.position(name).unwrap()];
            for value in values(row) {
                let all = format!("{set} {name}={value}");
                out.push(variant(all.clone(), &all, ""));
            }
        }
    }
    let machine = windlass_isa::lookup_by_name("x86_64").unwrap();
    for setting in machine.iter() {
        match setting.kind {
            SettingKind::Bool | SettingKind::Preset => {
                out.push(variant(setting.name.to_string(), "", setting.name));
            }
            kind => panic!("say which values of {}, a {kind:?}, are tried", setting.name),
        }
    }
    // Every frame realigned, with and without probes.
    for align in [32, 4096] {
        for set in ["", "enable_probestack probestack_size_log2=8", "opt_level=speed"] {
            let name = format!("slots aligned to {align} {set}");
            let preamble = format!("    ss900 = explicit_slot 24, align = {align}\n");
            out.push(Variant { name, set: set.to_string(), target: String::new(), preamble });
        }
    }
    out
}

/// The file with other settings and one target.
fn rewritten(text: &str, variant: &Variant) -> String {
    let Variant { set, target, preamble, .. } = variant;
    let mut out = format!("test run\nset {BASE}\n");
    if !set.is_empty() {
        out += &format!("set {set}\n");
    }
    out += &format!("target x86_64 {target}\n");
    let mut in_header = true;
    for line in text.lines() {
        in_header &= !line.starts_with("function");
        let command = ["test ", "set ", "target "].iter().any(|word| line.starts_with(word));
        if in_header && command {
            continue;
        }
        out += line;
        out += "\n";
        if line.starts_with("function") && line.ends_with('{') {
            out += preamble;
        }
    }
    out
}

#[test]
fn every_value_of_every_setting_is_right_or_refused() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("settings");
    if root.exists() {
        std::fs::remove_dir_all(&root).unwrap();
    }
    let texts: Vec<_> = FILES
        .iter()
        .map(|file| (*file, std::fs::read_to_string(tests.join(file)).unwrap()))
        .collect();
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    let (mut passed, mut skipped) = (0, 0);
    for (number, variant) in variants().iter().enumerate() {
        let folder = root.join(number.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in &texts {
            let path = folder.join(file.replace('/', "-"));
            std::fs::write(path, rewritten(text, variant)).unwrap();
        }
        let report = run(&[folder], Options::default());
        assert!(report.passed + report.skipped + report.failures.len() > 0, "{}", variant.name);
        for failure in &report.failures {
            match REFUSED.iter().find(|(name, _)| *name == variant.name) {
                Some((_, why)) if failure.message.contains(why) => {
                    refused.insert(variant.name.clone(), failure.message.clone());
                }
                _ => wrong.push(format!("{}: {failure}", variant.name)),
            }
        }
        passed += report.passed;
        skipped += report.skipped;
    }
    std::fs::remove_dir_all(&root).unwrap();
    println!("{passed} passed, {skipped} skipped, {} refused", refused.len());
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    let expected: Vec<_> = REFUSED.iter().map(|(name, _)| name.to_string()).collect();
    for name in expected {
        assert!(refused.contains_key(&name), "{name} was to be refused, and is not");
    }
    assert!(passed > 10_000, "{passed} passed");
}
