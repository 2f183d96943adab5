//! Rules with mistakes and what is said about them; rules and what is made of them.

use crate::syntax::{Problem, parse_file};
use crate::{lint, lowering, matcher};
use std::path::Path;
use windlass_isa_x86_64::VOCABULARY;

/// What is wrong with a file of lowering rules, one line each.
fn problems(text: &str) -> String {
    let (rules, mut problems) = parse_file("t.rules", text);
    lint::rules(&rules, &mut problems);
    lowering::file("t.rules", &rules, &VOCABULARY, &mut problems);
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

fn generated(text: &str) -> String {
    let (rules, mut problems) = parse_file("t.rules", text);
    let out = lowering::file("t.rules", &rules, &VOCABULARY, &mut problems);
    assert_eq!(problems, [], "the rules are right");
    out
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(problems(text), expected);
}

#[test]
fn what_cannot_be_read() {
    check("a (iadd.i32 x y) => (Add.D x y)", "t.rules:1: after the name `a` a `:` is expected");
    check(
        "a: (iadd.i32 x y => (Add.D x y)",
        "t.rules:1: a word is expected before `=> (Add.D x y)`",
    );
    check("a: (iadd.i32 x y) (Add.D x y)", "t.rules:1: `=>` is expected before `(Add.D x y)`");
    check("a: (iadd.i32 x y) =>", "t.rules:1: the replacement is missing or not complete");
    check(
        "a: (iadd.i32 x y) => (Add.D x y) z",
        "t.rules:1: `z` is left over after the replacement",
    );
    check("\n\na: (iadd.i32 x 0y) => {x}", "t.rules:3: `0y` is not an integer");
    check("a: (iadd.i32 x y) => {x", "t.rules:1: a `}` is missing");
}

#[test]
fn names_that_do_not_exist() {
    check("a: (add.i32 x y) => (Add.D x y)", "t.rules:1: `add` is no opcode");
    check("a: (iadd.i32 x y) => (Ad.D x y)", "t.rules:1: `Ad` is no row of the instruction table");
    check(
        "a: (iadd.i33 x y) => (Add.D x y)",
        "t.rules:1: `i33` is neither a type nor a class of types",
    );
    check("a: (iadd.f32 x y) => (Add.D x y)", "t.rules:1: `iadd` does not exist at type f32");
    check("a: (icmp.i32 #less x y) => (Add.D x y)", "t.rules:1: `#less` is no word for IntCC");
    check("a: (iadd.i32 x y) => (Setcc #x)", "t.rules:1: `#x` is no condition");
}

#[test]
fn operands_that_do_not_fit() {
    check(
        "a: (iadd.i32 x) => (Neg.D x)",
        "t.rules:1: `iadd` has 2 operands (x y), the pattern gives 1",
    );
    check("a: (iadd.i32 x y) => (Add x y)", "t.rules:1: `Add` needs an operand size");
    check("a: (ineg.i32 x) => (Bswap.B x)", "t.rules:1: Bswap does not exist at size B");
    check(
        "a: (ineg.i32 x) => (Add.D x)",
        "t.rules:1: `Add` takes 2 arguments (mod gpr, use gprmem), not 1",
    );
    check(
        "a: (iadd.i32 x (iconst k)) => (Add.D x k)",
        "t.rules:1: `k` is a constant, not a register",
    );
    check("a: (iadd.i32 x y) => (AddI.D x y)", "t.rules:1: `y` is a value, not an immediate");
}

#[test]
fn variables_and_results() {
    check(
        "a: (iadd.i32 x y) => (Neg.D x)",
        "t.rules:1: the variable `y` is not used; write `_` instead",
    );
    check(
        "a: (iadd.i32 d y) => (Add.D d y)",
        "t.rules:1: the generated code uses the name `d` itself; take another",
    );
    check(
        "a: (iadd.i32 x y) => (Cmp.D x y)",
        "t.rules:1: `Cmp` gives no result; the rule's root needs one",
    );
    check(
        "a: (iadd.i32 x y) => t = (Add.D x y)",
        "t.rules:1: nothing gives the result: name a step `res = …`",
    );
    check(
        "cond a: (icmp.i32 _ x y) => (Cmp.D x y)",
        "t.rules:1: a `cond` rule ends with `yield {condition}`",
    );
}

#[test]
fn rules_that_are_never_reached() {
    check(
        "a: (iadd.W x y) => (Add.ty x y)\nb: (iadd.i32 x (iconst k)) => (AddI.D x k)",
        "t.rules:2: `b` is never reached: `a` at t.rules:1 matches the same without condition",
    );
    // The other way round of a commutative operation.
    check(
        "a: (iadd.i32 x (iconst k)) => (AddI.D x k)\nb: (iadd.i32 (iconst k) y) => (AddI.D y k)",
        "t.rules:2: `b` is never reached: `a` at t.rules:1 matches the same without condition",
    );
    // A condition, another type, a repeated variable, or a needed single use leave something.
    check("a: (iadd.W x y) where f(x) => (Add.ty x y)\nb: (iadd.W x y) => (Add.ty x y)", "");
    check("a: (iadd.i32 x y) => (Add.D x y)\nb: (iadd.W x y) => (Add.ty x y)", "");
    check("a: (iadd.W x x) => (ShlI.ty x 1)\nb: (iadd.W x y) => (Add.ty x y)", "");
    check(
        "a: (iadd.W x y) => (Add.ty x y)\na: (isub.W x y) => (Sub.ty x y)",
        "t.rules:2: the name `a` is already taken at t.rules:1",
    );
}

#[test]
fn what_no_rule_lowers() {
    let (rules, _) = parse_file("t.rules", "a: (iadd.Iall x y) => (Add.r x y)");
    let mut problems = Vec::new();
    lint::coverage(&rules, "unsupported", "iadd.i8\nfoo\nisub // slow", &mut problems);
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(lines[0], "unsupported:1: `iadd` is lowered at type i8: take it off this list");
    assert_eq!(lines[1], "unsupported:2: `foo` is no opcode");
    let imul = "unsupported:0: no rule lowers `imul.i32`: add one, or a line here with the reason";
    assert!(lines.iter().any(|l| l == imul));
    assert!(!lines.iter().any(|l| l.contains("`isub.")));
    // At 8 bits it is expanded.
    assert!(!lines.iter().any(|l| l.contains("`imul.i8`")));
}

#[test]
fn features_and_functions_exist() {
    let text = "a: (iadd.i32 x y) if bmi9 where fits(y) && cx.wanted(x) && Some(y).is_some() => {go(x)}\n\
                b: (isub.i32 x y) if bmi2 => rust difference\n\
                c: (imul.i32 x y) where let Some(k) = known(i64::from(y)) => (Mul.D x {cx.gone(k)})";
    let (rules, _) = parse_file("isa/t.rules", text);
    let mut problems = Vec::new();
    lint::features(&rules, &["bmi1", "bmi2"], &mut problems);
    let functions = ["fits", "wanted", "known"].into();
    lint::functions(&rules, "isa/src", &functions, &mut problems);
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    let wanted = [
        "isa/t.rules:1: `bmi9` is no feature of the machine: there are bmi1, bmi2",
        "isa/t.rules:1: there is no function `go` in isa/src",
        "isa/t.rules:2: there is no function `difference` in isa/src",
        "isa/t.rules:3: there is no function `gone` in isa/src",
    ];
    assert_eq!(lines, wanted);
    // Rewrites hold on every machine.
    problems.clear();
    lint::features(&rules[1..2], &[], &mut problems);
    assert!(problems[0].text.contains("rules for all machines ask for none"));
}

/// A mistake names the file from the root of the repository, whoever finds it.
#[test]
fn mistakes_have_the_whole_path() {
    let folder = std::env::temp_dir().join(format!("windlass-rules-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("isa/rules")).unwrap();
    std::fs::write(folder.join("isa/rules/order"), "add\n").unwrap();
    let text = "a: (iadd.i32 x y => z\nb: (iadd.i32 x y) => (Ad.D x y)";
    std::fs::write(folder.join("isa/rules/add.rules"), text).unwrap();
    let mut problems = Vec::new();
    let groups = crate::read_rules(&folder, "isa/rules", &mut problems).unwrap();
    lowering::file("isa/rules/add.rules", &groups[0].1, &VOCABULARY, &mut problems);
    std::fs::remove_dir_all(folder).unwrap();
    let places: Vec<String> = problems.iter().map(|p| p.place.to_string()).collect();
    assert_eq!(places, ["isa/rules/add.rules:1", "isa/rules/add.rules:2"]);
}

#[test]
fn commutative_operands_match_both_ways() {
    let (rules, _) = parse_file("t", "a: (iadd (imul x (iconst k)) y) => (Add.Q x {k} )");
    assert_eq!(matcher::variants(&rules[0].pattern).len(), 4);
    let (rules, _) = parse_file("t", "a: (isub (imul x y) z) => (Add.Q x z)");
    assert_eq!(matcher::variants(&rules[0].pattern).len(), 1);
}

#[test]
fn a_rule_becomes_two_lines() {
    let text = generated("add: (iadd.W x (ishl.W y (iconst k))) where k < 4 => (Add.ty x y)");
    let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("    ")).collect();
    // No line number: a line put in above would change every file behind it.
    assert_eq!(lines[1], "    let o0 = cx.opcode_of(d.args[0]);");
    assert_eq!(lines[2], "    let o1 = cx.opcode_of(d.args[1]);");
    assert_eq!(lines[3], "    // add");
    assert_eq!(
        lines[4],
        "    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl && \
         let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1]) && \
         matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && \
         let Some(k) = cx.iconst(d1.args[1]) && k < 4 { \
         let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); \
         cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }"
    );
    assert_eq!(lines[5].matches("if ").count(), 1, "the other way round");
}

/// What a rule does after its match.
fn body(text: &str) -> String {
    let text = generated(text);
    let line = text.lines().find(|l| l.starts_with("    if ")).expect("a rule");
    let (_, body) = line.split_once(" { ").expect("a body");
    body.trim_end_matches(" return true; }").to_string()
}

#[test]
fn halves_are_registers_of_their_own() {
    assert_eq!(
        body(
            "a: (iadd.i128 x y) => res.lo = (Add.Q x.lo y.lo); h = (Adc.Q x.hi y.hi); res.hi = alias h"
        ),
        "let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); \
         cx.put(Op::Add, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); \
         let h = cx.gpr(); \
         cx.put(Op::Adc, Size::S64, &[Arg::Mod(w_x[1], h), Arg::Reg(w_y[1])]); \
         let t2 = cx.res_half(inst, 0, 1); cx.c.alias_reg(t2, h);"
    );
    assert_eq!(
        body("a: (load.i128 f p o) => res.lo = (Mov.Q [f p o].lo); res.hi = (Mov.Q [f p o].hi)"),
        "let memory = cx.mem_halves(f, p, o); let t1 = cx.res_half(inst, 0, 0); \
         cx.put(Op::Mov, Size::S64, &[Arg::Reg(t1), memory[0]]); \
         let t2 = cx.res_half(inst, 0, 1); \
         cx.put(Op::Mov, Size::S64, &[Arg::Reg(t2), memory[1]]);"
    );
    check(
        "a: (ineg.i128 x) => res.lo = (Neg.Q x.lo)",
        "t.rules:1: only one half of the result is given",
    );
    check(
        "a: (ineg.i128 x) => t = (Neg.Q x.lo); (Neg.Q t.hi)",
        "t.rules:1: only values of the pattern and memory have halves",
    );
    check(
        "a: (ineg.i128 x) => t.lo = (Neg.Q x.lo); (Neg.Q x.hi)",
        "t.rules:1: `t.lo` is no half of a result",
    );
}

#[test]
fn flags_are_conditions_of_what_follows() {
    // The operands are in registers, in the order of the pattern, before the flags are set.
    assert_eq!(
        body("a: (select.W c x y) => f = flags c; (Cmov.ty f y x)"),
        "let r_x = cx.reg(x); let r_y = cx.reg(y); let f = cx.cond(c); \
         let t1 = cx.res(inst, 0); \
         cx.put_on(f, Op::Cmov, size(ty), &[Arg::Mod(r_y, t1), Arg::Reg(r_x)]);"
    );
    assert_eq!(
        body("a: (icmp.W _ _ _) => f = flags; (Setcc f)"),
        "let f = cx.root_cond(inst); let t1 = cx.res(inst, 0); \
         cx.put_on(f, Op::Setcc, Size::S8, &[Arg::Reg(t1)]);"
    );
    check(
        "a: (select.W c x y) => (Cmov.ty f y x)",
        "t.rules:1: `f` is no condition: `flags` gives one",
    );
    check(
        "a: (select.W c x y) => flags c; (Add.ty y x)",
        "t.rules:1: `flags` gives one condition, `f = flags x`",
    );
}

#[test]
fn traps_have_codes() {
    assert_eq!(
        body("a: (trapz.W c code) => f = flags c; trap_unless f code"),
        "let f = cx.cond(c); cx.trap_if(f.invert(), code);"
    );
    // A load is not folded into what traps for a reason of its own.
    assert_eq!(
        body(
            "a: (udiv.W x y) => (Test.ty y y); trap_if #e int_divz; z = (Zero.D); \
             res _ = (Div.ty x z y) traps int_ovf"
        ),
        "let r_y = cx.reg(y); let r_x = cx.reg(x); \
         cx.put(Op::Test, size(ty), &[Arg::Reg(r_y), Arg::Reg(r_y)]); \
         cx.trap_if(one(Cc::E), TrapCode::INTEGER_DIVISION_BY_ZERO); \
         let z = cx.gpr(); cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]); \
         let t1 = cx.res(inst, 0); let t2 = cx.gpr(); \
         cx.put_trap(TrapCode::INTEGER_OVERFLOW, Op::Div, size(ty), \
         &[Arg::Mod(r_x, t1), Arg::Mod(z, t2), Arg::Reg(r_y)]);"
    );
    check(
        "a: (trapz.W c code) => f = flags c; trap_if f int_div",
        "t.rules:1: `int_div` is no trap code",
    );
    check("a: (trapz.W c code) => trap_if c code", "t.rules:1: a trap asks for `#cc` or for flags");
}

/// What is checked in is what the rules give.
#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (files, problems) = crate::everything(&root, false).expect("the rules can be read");
    assert_eq!(problems, []);
    for (path, text) in files {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is stale: `cargo run -p windlass-gen -- gen`", path.display());
    }
}
