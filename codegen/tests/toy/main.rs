//! A machine of ten instructions: what an instruction set must give, and the test that the
//! machine-independent half knows no other. It has instructions of 32 bits with three operands, the
//! return address in a register, no flags, and branches that reach 128 bytes.

mod insts;
mod isa;

use insts::{Op, decode};
use isa::{LR, SP, Toy};
use regalloc2::PReg;
use std::collections::BTreeMap;
use windlass_core::control::ControlPlane;
use windlass_core::interpret::{FunctionStore, Interpreter, InterpreterState};
use windlass_core::ir::Function;
use windlass_core::ir::data_value::DataValue;
use windlass_core::isa::TargetIsa;
use windlass_core::machine::buffer::FinalizedRelocTarget;
use windlass_core::machine::row::Arg;
use windlass_core::settings::{self, Configurable};
use windlass_core::{Context, testfile};

/// Functions that call each other, in one piece of memory.
#[derive(Default)]
struct Program {
    code: Vec<u8>,
    starts: BTreeMap<String, usize>,
    /// Each function with the registers of its machine code.
    listings: BTreeMap<String, String>,
}

fn compile(functions: &[Function], level: &str) -> Program {
    let mut flags = settings::builder();
    flags.set("opt_level", level).expect("a level");
    flags.enable("regalloc_checker").expect("a setting");
    let toy = Toy::new(settings::Flags::new(flags));
    let mut program = Program::default();
    let mut calls = Vec::new();
    for func in functions {
        let mut ctx = Context::for_function(func.clone());
        ctx.set_disasm(true);
        let code = ctx.compile(&toy, &mut ControlPlane::default()).map_err(|error| error.inner);
        let code = code.expect("it compiles");
        let (start, name) = (program.code.len(), func.name.to_string());
        for reloc in code.buffer.relocs() {
            let FinalizedRelocTarget::ExternalName(target) = &reloc.target else {
                panic!("a call of a function")
            };
            let target = target.display(Some(&func.params)).to_string();
            calls.push((start + reloc.offset as usize, target));
        }
        program.code.extend_from_slice(code.code_buffer());
        program
            .listings
            .insert(name.clone(), toy.to_text(code.code_buffer(), code.buffer.code_size()));
        program.starts.insert(name, start);
    }
    for (at, name) in calls {
        let distance = (program.starts[&name] as i32 - at as i32) >> 2;
        program.code[at..at + 3].copy_from_slice(&distance.to_le_bytes()[..3]);
    }
    program
}

/// Where a return ends the program.
const END: usize = 1 << 20;

/// Runs a function of the program on a stack of its own.
fn run(program: &Program, name: &str, args: &[i64]) -> i64 {
    let mut regs = [0x5555i64; 16];
    regs[..args.len()].copy_from_slice(args);
    let mut memory = vec![0x77u8; 4096];
    regs[SP.hw_enc()] = memory.len() as i64;
    regs[LR.hw_enc()] = END as i64;
    let kept = regs;
    let mut at = program.starts[name];
    for _ in 0..1_000_000 {
        if at == END {
            assert_eq!(regs[7..11], kept[7..11], "saved registers");
            assert_eq!(regs[13..15], kept[13..15], "the frame and the stack");
            return regs[0];
        }
        let d = decode(&program.code[at..]).unwrap_or_else(|| panic!("a trap at {at:#x}"));
        let reg = |n: usize| match d.operands[n] {
            Arg::Reg(reg) => reg,
            other => panic!("{other:?} is no register"),
        };
        let value = |regs: &[i64; 16], n: usize| regs[reg(n).hw_enc()];
        let place = |regs: &[i64; 16]| match d.operands[1] {
            Arg::Mem(a) => (regs[PReg::hw_enc(a.base)] + i64::from(a.disp)) as usize,
            other => panic!("{other:?} is no address"),
        };
        let target = |n: usize| match d.operands[n] {
            Arg::Label(by) | Arg::Target(by) => (at as i64 + i64::from(by as i32)) as usize,
            other => panic!("{other:?} is no target"),
        };
        let imm = |n: usize| match d.operands[n] {
            Arg::Imm(x) => x,
            other => panic!("{other:?} is no immediate"),
        };
        let mut next = at + d.len;
        match Op(d.row) {
            Op::Add => regs[reg(0).hw_enc()] = value(&regs, 1).wrapping_add(value(&regs, 2)),
            Op::Sub => regs[reg(0).hw_enc()] = value(&regs, 1).wrapping_sub(value(&regs, 2)),
            Op::AddI => regs[reg(0).hw_enc()] = value(&regs, 1).wrapping_add(imm(2)),
            Op::Li => regs[reg(0).hw_enc()] = imm(1),
            Op::Ld => {
                let bytes = &memory[place(&regs)..][..8];
                regs[reg(0).hw_enc()] = i64::from_le_bytes(bytes.try_into().unwrap());
            }
            Op::St => {
                let bytes = value(&regs, 0).to_le_bytes();
                memory[place(&regs)..][..8].copy_from_slice(&bytes);
            }
            Op::B => {
                let Arg::Cond(condition) = d.operands[0] else { panic!("a condition") };
                let (x, y) = (value(&regs, 1), value(&regs, 2));
                let holds = if condition & 2 == 0 { x == y } else { x < y };
                if holds != (condition & 1 == 1) {
                    next = target(3);
                }
            }
            Op::J => next = target(0),
            Op::Call => {
                regs[LR.hw_enc()] = next as i64;
                next = target(0);
            }
            Op::Jr => next = value(&regs, 0) as usize,
            other => panic!("{other:?}"),
        }
        at = next;
    }
    panic!("{name} does not end")
}

/// Calls in a loop whose body is longer than a branch reaches, recursion, arguments in memory, and
/// more values than registers.
fn program() -> Vec<Function> {
    let step: String = (0..40).map(|n| format!("v{} = isub v{}, v2\n", n + 101, n + 100)).collect();
    let many: String = (10..30).map(|n| format!("v{n} = iadd v{}, v0\n", n - 1)).collect();
    let sum: String = (10..30).map(|n| format!("v{} = iadd v{}, v{n}\n", n + 30, n + 29)).collect();
    let text = format!(
        "function %twist(i64, i64, i64, i64, i64, i64) -> i64 system_v {{
        block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64):
            v6 = iadd v0, v1
            v7 = isub v6, v4
            v8 = iadd v7, v5
            return v8
        }}
        function %loop(i64, i64) -> i64 system_v {{
            fn0 = colocated %twist(i64, i64, i64, i64, i64, i64) -> i64 system_v
        block0(v0: i64, v1: i64):
            v3 = iconst.i64 0
            jump block1(v0, v1)
        block1(v2: i64, v100: i64):
            v4 = icmp sle v2, v3
            brif v4, block3(v100), block2
        block2:
            {step}
            v5 = call fn0(v140, v2, v1, v0, v2, v100)
            v6 = iconst.i64 -1
            v7 = iadd v2, v6
            v8 = icmp eq v5, v0
            brif v8, block3(v5), block1(v7, v5)
        block3(v9: i64):
            return v9
        }}
        function %down(i64) -> i64 system_v {{
            fn0 = colocated %down(i64) -> i64 system_v
        block0(v0: i64):
            v1 = iconst.i64 0
            v2 = icmp sgt v0, v1
            brif v2, block1, block2
        block1:
            v3 = iconst.i64 -1
            v4 = iadd v0, v3
            v5 = call fn0(v4)
            v6 = iadd v5, v0
            return v6
        block2:
            return v1
        }}
        function %many(i64) -> i64 system_v {{
            fn0 = colocated %down(i64) -> i64 system_v
        block0(v0: i64):
            v9 = iconst.i64 77
            {many}
            v39 = call fn0(v0)
            {sum}
            return v59
        }}"
    );
    testfile::parse_functions(&text).expect("the functions are right")
}

#[test]
fn runs_as_the_interpreter() {
    let functions = program();
    let mut store = FunctionStore::default();
    for func in &functions {
        store.add(func.name.to_string(), func);
    }
    for level in ["none", "speed"] {
        let program = compile(&functions, level);
        for (name, args) in [
            ("%loop", vec![9, 5]),
            ("%loop", vec![0, -3]),
            ("%loop", vec![30, 1]),
            ("%down", vec![12]),
            ("%many", vec![6]),
        ] {
            let state = InterpreterState::default().with_function_store(store.clone());
            let values: Vec<DataValue> = args.iter().map(|&n| DataValue::I64(n)).collect();
            let expected = Interpreter::new(state).call_by_name(name, &values).expect("it runs");
            let found = run(&program, name, &args);
            assert_eq!(expected.unwrap_return(), [DataValue::I64(found)], "{name} {args:?}");
        }
    }
}

#[test]
fn branches_go_through_veneers() {
    let program = compile(&program(), "none");
    let lines: Vec<&str> = program.listings["%loop"].lines().collect();
    println!("{}", lines.join("\n"));
    // The exit of the loop is farther away than its branch reaches.
    let jumps = lines.iter().filter(|line| line.contains(" j ")).count();
    let branches = lines.iter().filter(|line| line.contains(" b.")).count();
    assert!(branches == 2 && jumps >= 2, "{branches} branches, {jumps} jumps");
    assert!(lines.iter().any(|line| line.contains("addi sp, sp, -")));
    assert!(lines.last().is_some_and(|line| line.contains("j ") || line.contains("jr lr")));
}
