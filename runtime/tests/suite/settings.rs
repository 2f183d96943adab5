//! Every setting of the code generator at every value: programs do what they do by the defaults, or
//! the value is refused with an error.

use windlass_core::settings::{self, Row, SettingKind};
use windlass_runtime::{Config, Engine, Instance, MemoryPlan, Module, Store, Val};

/// Memory, tables, calls of all kinds, branches, library functions, results in memory, and traps.
const PROGRAM: &str = r#"(module
    (memory (export "m") 1 3)
    (table $t 4 8 funcref)
    (type $binary (func (param i32 i32) (result i32)))
    (elem (i32.const 0) $add $sub $rounded)
    (func $add (type $binary) local.get 0 local.get 1 i32.add)
    (func $sub (type $binary) local.get 0 local.get 1 i32.sub)
    (func $rounded (param f64) (result f64) local.get 0 f64.nearest)
    (func (export "load") (param i32) (result i32)
      (i32.store (i32.const 65532) (i32.const 77))
      (i32.load offset=16 (local.get 0)))
    (func (export "far") (param i32) (result i32) (i32.load8_u offset=0x12345678 (local.get 0)))
    (func (export "store") (param i32) (result i32)
      (i64.store offset=4100 (local.get 0) (i64.const -1))
      (i32.load16_u offset=4106 (local.get 0)))
    (func (export "grow") (param i32) (result i32)
      (i32.add (memory.grow (local.get 0)) (i32.mul (memory.size) (i32.const 100))))
    (func (export "indirect") (param i32) (result i32)
      (call_indirect $t (type $binary) (i32.const 30) (i32.const 12) (local.get 0)))
    (func (export "element") (param i32) (result i32)
      (table.set $t (local.get 0) (ref.func $sub))
      (call_indirect $t (type $binary) (i32.const 30) (i32.const 12) (local.get 0)))
    (func (export "branches") (param i32) (result i32)
      block block block block block
        local.get 0 br_table 0 1 2 3 0 1 2 4
      end i32.const 10 return end i32.const 20 return end i32.const 30 return
      end i32.const 40 return end i32.const 50)
    (func $many (param i32)
        (result i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f64 f64 f64 f64 f64 f64 f64 f64 f64)
      local.get 0 local.get 0 local.get 0 local.get 0 local.get 0
      local.get 0 local.get 0 local.get 0 local.get 0 local.get 0
      f64.const 1 f64.const 2 f64.const 3 f64.const 4 f64.const 5
      f64.const 6 f64.const 7 f64.const 8 f64.const 9)
    (func (export "many") (param i32) (result i32)
      local.get 0 call $many
      f64.add f64.add f64.add f64.add f64.add f64.add f64.add f64.add i32.trunc_f64_s
      i32.add i32.add i32.add i32.add i32.add i32.add i32.add i32.add i32.add i32.add)
    (func (export "library") (param i32) (result i32) (local f64)
      local.get 0 f64.convert_i32_s f64.const 4 f64.div local.set 1
      local.get 1 f64.ceil local.get 1 f64.floor f64.add
      local.get 1 f64.trunc f64.add local.get 1 f64.nearest f64.add i32.trunc_f64_s)
    (func $sum (export "sum") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (local.get 0) (call $sum (i32.sub (local.get 0) (i32.const 1)))))
        (else (i32.const 0))))
    (func (export "loop") (param i32) (result i32) (local i32)
      loop
        (local.set 1 (i32.add (local.get 1) (i32.rem_u (i32.const 1000) (local.get 0))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))
      end
      local.get 1))"#;

/// The calls: an export and its argument.
const CALLS: &[(&str, &[i32])] = &[
    ("load", &[65516, 65517, -1, 0]),
    ("far", &[0, -1]),
    ("store", &[0, 61428, 61429, -4]),
    ("indirect", &[0, 1, 2, 3, 4, -1]),
    ("element", &[3, 4, i32::MIN]),
    ("branches", &[0, 1, 2, 3, 4, 6, 7, -1]),
    ("many", &[5]),
    ("library", &[0, 10, -11, 7]),
    ("sum", &[100, 1_000_000]),
    ("loop", &[10]),
    ("grow", &[1, 5]),
];

/// What the calls give: results, or the words of a trap.
fn results(config: &Config) -> Result<Vec<String>, windlass_runtime::Error> {
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, PROGRAM)?;
    let mut out = Vec::new();
    for (name, arguments) in CALLS {
        for &argument in *arguments {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[])?;
            let function = instance.get_func(&mut store, name).expect("it is exported");
            let mut results = [Val::I32(0)];
            out.push(match function.call(&mut store, &[Val::I32(argument)], &mut results) {
                Ok(()) => format!("{name} {argument}: {:?}", results[0]),
                Err(error) => {
                    let trap = error.downcast_ref::<windlass_runtime::Trap>();
                    format!("{name} {argument}: {trap:?}")
                }
            });
        }
    }
    Ok(out)
}

fn values(row: &Row) -> Vec<String> {
    match row.kind {
        SettingKind::Bool => vec!["false".into(), "true".into()],
        SettingKind::Enum => row.words.iter().map(|word| word.to_string()).collect(),
        _ => {
            let mut numbers = vec![0, 1, 2, row.default, row.max - 1, row.max];
            numbers.sort();
            numbers.dedup();
            numbers.iter().map(u8::to_string).collect()
        }
    }
}

/// The values that an engine refuses, or that make it refuse the program.
const REFUSED: &[&str] = &[
    "stack_switch_model=basic",
    "stack_switch_model=update_windows_tib",
    "libcall_call_conv=windows_fastcall",
    "libcall_call_conv=apple_aarch64",
    "libcall_call_conv=probestack",
    "libcall_call_conv=preserve_all",
    "use_colocated_libcalls=false",
    "enable_pinned_reg=false",
    "enable_multi_ret_implicit_sret=false",
    "enable_compact_unwind_abi=true",
];

#[test]
fn every_setting_leaves_programs_as_they_are_or_is_refused() {
    for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
        let config = || {
            let mut config = Config::new();
            // The machine with the least, so that library functions are called.
            config.memory_plan(plan).parallel_compilation(false).cpu("baseline").unwrap();
            config
        };
        let right = results(&config()).unwrap();
        assert_eq!(right.iter().filter(|line| line.contains("Some(")).count(), 13, "{right:#?}");
        let mut refused = Vec::new();
        for row in settings::builder().template().rows {
            for value in values(row) {
                let mut config = config();
                let setting = format!("{}={value}", row.name);
                let got =
                    config.codegen_setting(row.name, &value).and_then(|config| results(config));
                match got {
                    Ok(got) => assert_eq!(got, right, "{setting}"),
                    Err(error) => refused.push((setting, error.to_string())),
                }
            }
        }
        let names: Vec<_> = refused.iter().map(|(setting, _)| setting.as_str()).collect();
        assert_eq!(names, REFUSED, "{refused:#?}");
    }
}
