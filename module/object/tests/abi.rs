//! Calling conventions against those of C compilers: random signatures from fixed seeds, called in
//! both directions between our code and functions that gcc and clang compile.
//!
//! Each signature has a function in C (`c_N`), which our `call_N` calls, and one of ours (`ir_N`),
//! which the C program calls. Whoever is called compares its arguments with what they must be,
//! whoever called compares the results. `call_N` also keeps values in registers across the call, and
//! is called through a few instructions that compare the registers that a callee preserves.

mod common;

use common::{folder, module, run};
use std::fmt::Write;
use windlass_core::testfile::parse_functions;
use windlass_module::define_functions;

/// Numbers from a fixed seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// The type of an argument or result.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Ty {
    /// An integer of so many bits, signed or not.
    Int(u32, bool),
    /// A float: bits in all, bits of the mantissa.
    Float(u32, u32),
    /// A struct of so many words.
    Struct(usize),
}

const F16: Ty = Ty::Float(16, 10);
const F32: Ty = Ty::Float(32, 23);
const F64: Ty = Ty::Float(64, 52);
const F128: Ty = Ty::Float(128, 112);

impl Ty {
    fn ir(self) -> String {
        match self {
            Ty::Int(bits, _) => format!("i{bits}"),
            Ty::Float(bits, _) => format!("f{bits}"),
            Ty::Struct(words) => format!("i64 sarg({})", 8 * words),
        }
    }

    fn c(self) -> String {
        match self {
            Ty::Int(bits, signed) => format!("{}{bits}", if signed { "s" } else { "u" }),
            Ty::Float(bits, _) => format!("f{bits}"),
            Ty::Struct(words) => format!("struct s{words}"),
        }
    }

    /// How many bits a scalar has.
    fn bits(self) -> u32 {
        match self {
            Ty::Int(bits, _) | Ty::Float(bits, _) => bits,
            Ty::Struct(_) => unreachable!("scalars have bits"),
        }
    }

    fn is_narrow(self) -> bool {
        matches!(self, Ty::Int(8 | 16, _))
    }
}

/// An argument or result, and how narrow integers are extended.
#[derive(Clone, Copy, Debug)]
struct Param {
    ty: Ty,
    extended: bool,
    seed: u64,
}

impl Param {
    /// The type of the parameter in the IR; narrow integers are extended where they must be.
    fn ir(self, must_extend: bool) -> String {
        let ext = match self.ty {
            Ty::Int(8..=32, signed) if self.extended || must_extend && self.ty.is_narrow() => {
                if signed {
                    " sext"
                } else {
                    " uext"
                }
            }
            _ => "",
        };
        format!("{}{ext}", self.ty.ir())
    }

    /// Word `n` of the value.
    fn word(self, n: usize) -> u64 {
        Numbers(self.seed.wrapping_add(n as u64)).next()
    }

    /// The bits of a scalar: any integer, or a float that is a small natural number.
    fn bits(self) -> u128 {
        match self.ty {
            Ty::Int(128, _) => u128::from(self.word(1)) << 64 | u128::from(self.word(0)),
            Ty::Int(bits, _) => u128::from(self.word(0) & (u64::MAX >> (64 - bits))),
            Ty::Float(bits, mantissa) => {
                let number = u128::from(self.number());
                let exponent = number.ilog2();
                let bias = (1u128 << (bits - mantissa - 2)) - 1;
                let fraction = (number - (1 << exponent)) << (mantissa - exponent);
                (bias + u128::from(exponent)) << mantissa | fraction
            }
            Ty::Struct(_) => unreachable!("scalars have bits"),
        }
    }

    fn number(self) -> u64 {
        1 + self.word(0) % 2000
    }

    /// The value in C.
    fn c_value(self) -> String {
        let ty = self.ty.c();
        match self.ty {
            Ty::Int(128, _) => {
                format!("(({ty})((u128){}u << 64 | {}u))", self.word(1), self.word(0))
            }
            Ty::Int(..) => format!("(({ty}){}u)", self.bits()),
            Ty::Float(..) => format!("(({ty}){})", self.number()),
            Ty::Struct(words) => {
                let list: Vec<_> = (0..words).map(|n| format!("{}u", self.word(n))).collect();
                format!("(({ty}){{{{{}}}}})", list.join(", "))
            }
        }
    }

    /// A C statement that counts a failure if `name` is not the value.
    fn c_check(self, name: &str) -> String {
        match self.ty {
            Ty::Struct(_) => {
                let value = self.c_value();
                let ty = self.ty.c();
                format!("{{ {ty} e = {value}; fails += !!memcmp(&e, &{name}, sizeof e); }}\n")
            }
            _ => format!("fails += {name} != {};\n", self.c_value()),
        }
    }
}

/// What a function returns.
#[derive(Clone, Debug)]
enum Returns {
    /// So many results in registers: up to two.
    Values(Vec<Param>),
    /// A struct, through a pointer.
    Struct(Param),
}

#[derive(Clone, Debug)]
struct Case {
    params: Vec<Param>,
    /// How many parameters stand before the `...`.
    variadic: Option<usize>,
    returns: Returns,
}

/// Which compiler and which convention.
#[derive(Clone, Copy)]
struct Setup {
    compiler: &'static str,
    windows: bool,
}

impl Setup {
    fn conv(self) -> &'static str {
        if self.windows { "windows_fastcall" } else { "system_v" }
    }

    fn scalars(self) -> Vec<Ty> {
        let mut types = vec![F32, F64, F32, F64];
        for bits in [8, 16, 32, 64, 128] {
            types.extend([Ty::Int(bits, true), Ty::Int(bits, false)]);
        }
        if !self.windows {
            types.push(F128);
        }
        // Released versions of clang have had no such type on this machine.
        if self.compiler == "gcc" && !self.windows {
            types.push(F16);
        }
        types
    }

    fn case(self, numbers: &mut Numbers) -> Case {
        let scalars = self.scalars();
        let param = |numbers: &mut Numbers, ty: Ty| Param {
            ty,
            extended: numbers.below(2) == 0,
            seed: numbers.next(),
        };
        let variadic = numbers.below(5) == 0;
        let mut case =
            Case { params: Vec::new(), variadic: None, returns: Returns::Values(Vec::new()) };
        let smallest = if self.windows { 1 } else { 3 };
        for n in 0..numbers.pick(&[0, 1, 2, 3, 4, 6, 8, 10, 14, 20]) {
            if variadic && case.variadic.is_none() && (n > 2 || n > 0 && numbers.below(2) == 0) {
                case.variadic = Some(n);
            }
            // Types that C passes for `...` after its promotions.
            let wide = [Ty::Int(32, true), Ty::Int(64, false), Ty::Int(128, true), F64, F64];
            let mut ty = match numbers.below(8) {
                // What goes by reference, gcc's `__builtin_ms_va_list` reads from the list itself,
                // unlike its own callers, clang, and gcc for Windows.
                0 if case.variadic.is_some() && self.windows && self.compiler == "gcc" => F64,
                0 => Ty::Struct(smallest + numbers.below(10)),
                _ if case.variadic.is_some() => numbers.pick(&wide),
                _ => numbers.pick(&scalars),
            };
            if let Ty::Int(128, _) = ty {
                let as_ours = match (self.compiler, self.windows) {
                    // clang before version 18 splits it and forgets its alignment, against the
                    // psABI.
                    ("clang", false) => case.two_ints_left(),
                    ("gcc", true) => case.variadic.is_none(),
                    _ => true,
                };
                if !as_ours {
                    ty = Ty::Int(64, false);
                }
            }
            case.params.push(param(numbers, ty));
        }
        case.returns = match numbers.below(6) {
            0 => Returns::Values(Vec::new()),
            1 => {
                let smallest = if self.windows { 2 } else { 3 };
                let ty = Ty::Struct(smallest + numbers.below(10));
                Returns::Struct(param(numbers, ty))
            }
            // A struct of two words, each in a register.
            2 | 3 if !self.windows => {
                let word = |numbers: &mut Numbers, types: &[Ty]| {
                    let ty = numbers.pick(types);
                    param(numbers, ty)
                };
                let words = [Ty::Int(64, true), F64];
                let any = [Ty::Int(8, true), Ty::Int(16, false), Ty::Int(32, true), F32];
                let any = [&words[..], &any].concat();
                let whole = word(numbers, &words);
                let part = word(numbers, &any);
                let pair = if numbers.below(2) == 0 { [whole, part] } else { [part, whole] };
                Returns::Values(pair.to_vec())
            }
            _ => {
                let ty = numbers.pick(&scalars);
                Returns::Values(vec![param(numbers, ty)])
            }
        };
        case
    }
}

impl Case {
    /// Whether two integer registers of System V are left behind the parameters so far.
    fn two_ints_left(&self) -> bool {
        // The result may need one for its address.
        let mut used = 1;
        for param in &self.params {
            match param.ty {
                Ty::Int(128, _) => used += 2,
                Ty::Int(..) => used += 1,
                _ => {}
            }
        }
        used + 2 <= 6
    }

    /// The signature in the IR; narrow integers are extended where the caller or callee in C relies
    /// on it.
    fn ir_signature(&self, calls_c: bool, conv: &str) -> String {
        let mut params: Vec<_> = self.params.iter().map(|param| param.ir(calls_c)).collect();
        if let Some(fixed) = self.variadic {
            params.insert(fixed, "...".to_string());
        }
        let mut results = Vec::new();
        match &self.returns {
            Returns::Struct(_) => params.insert(0, "i64 sret".to_string()),
            Returns::Values(values) => results.extend(values.iter().map(|v| v.ir(!calls_c))),
        }
        let arrow = if results.is_empty() { "" } else { " -> " };
        format!("({}){arrow}{} {conv}", params.join(", "), results.join(", "))
    }

    /// The type of the result in C; a struct of two values is declared before.
    fn c_returns(&self, n: usize) -> String {
        match &self.returns {
            Returns::Struct(param) => param.ty.c(),
            Returns::Values(values) => match &values[..] {
                [] => "void".to_string(),
                [one] => one.ty.c(),
                _ => format!("struct pair{n}"),
            },
        }
    }

    /// Both C functions for the signature: the one that is called, and the one that calls.
    fn c(&self, n: usize, out: &mut String) {
        let returns = self.c_returns(n);
        let mut result = String::new();
        let mut check = String::new();
        match &self.returns {
            Returns::Struct(param) => {
                result = param.c_value();
                check = param.c_check("r");
            }
            Returns::Values(values) => match &values[..] {
                [] => {}
                [one] => {
                    result = one.c_value();
                    check = one.c_check("r");
                }
                [a, b, ..] => {
                    writeln!(out, "{returns} {{ {} a; {} b; }};", a.ty.c(), b.ty.c()).unwrap();
                    result = format!("(({returns}){{{}, {}}})", a.c_value(), b.c_value());
                    check = a.c_check("r.a") + &b.c_check("r.b");
                }
            },
        }
        let fixed = self.variadic.unwrap_or(self.params.len());
        let mut params: Vec<_> = self.params[..fixed]
            .iter()
            .enumerate()
            .map(|(n, param)| format!("{} p{n}", param.ty.c()))
            .collect();
        let mut body = String::new();
        for (n, param) in self.params[..fixed].iter().enumerate() {
            body += &param.c_check(&format!("p{n}"));
        }
        if self.variadic.is_some() {
            params.push("...".to_string());
            writeln!(body, "list l; start(l, p{});", fixed - 1).unwrap();
            for param in &self.params[fixed..] {
                let ty = param.ty.c();
                writeln!(body, "{{ {ty} p = va_arg(l, {ty}); {} }}", param.c_check("p")).unwrap();
            }
            body += "end(l);\n";
        }
        let params = if params.is_empty() { "void".to_string() } else { params.join(", ") };
        writeln!(out, "ABI {returns} c_{n}({params}) {{\n{body}return {result};\n}}").unwrap();
        writeln!(out, "ABI void call_{n}(void);").unwrap();
        if self.variadic.is_some() {
            writeln!(out, "static void test_{n}(void) {{}}").unwrap();
            return;
        }
        let args: Vec<_> = self.params.iter().map(|param| param.c_value()).collect();
        let call = format!("ir_{n}({})", args.join(", "));
        writeln!(out, "ABI {returns} ir_{n}({params});").unwrap();
        if returns == "void" {
            writeln!(out, "static void test_{n}(void) {{ {call}; }}").unwrap();
        } else {
            writeln!(out, "static void test_{n}(void) {{ {returns} r = {call};\n{check}}}")
                .unwrap();
        }
    }

    /// Our function that calls the one in C.
    fn caller(&self, n: usize, conv: &str) -> String {
        let mut body = Body::default();
        let mut live = Vec::new();
        for (ty, count, global) in [("i64", 7, "gv1"), ("f64", 12, "gv2")] {
            let base = body.put(&format!("symbol_value.i64 {global}"));
            for at in 0..count {
                let text = format!("load.{ty} {base}+{}", 8 * at);
                live.push((ty, text.clone(), body.put(&text)));
            }
        }
        let mut args = Vec::new();
        if let Returns::Struct(_) = self.returns {
            args.push(body.put("stack_addr.i64 ss0"));
        }
        let mut slots = String::new();
        for param in &self.params {
            args.push(match param.ty {
                Ty::Struct(words) => {
                    let slot = format!("ss{}", 1 + slots.lines().count());
                    writeln!(slots, "{slot} = explicit_slot {}", 8 * words).unwrap();
                    let address = body.put(&format!("stack_addr.i64 {slot}"));
                    body.fill(*param, words, &address);
                    address
                }
                _ => body.constant(*param),
            });
        }
        let results = match &self.returns {
            Returns::Struct(_) => Vec::new(),
            Returns::Values(values) => values.iter().map(|_| body.name()).collect(),
        };
        let equals = if results.is_empty() { "" } else { " = " };
        writeln!(body.text, "{}{equals}call fn0({})", results.join(", "), args.join(", ")).unwrap();
        match &self.returns {
            Returns::Struct(param) => body.check(*param, &args[0]),
            Returns::Values(values) => {
                for (param, result) in values.iter().zip(&results) {
                    body.check(*param, result);
                }
            }
        }
        for (ty, text, before) in live {
            let after = body.put(&text);
            let op = if ty == "f64" { "fcmp ne" } else { "icmp ne" };
            let differs = body.put(&format!("{op} {before}, {after}"));
            body.fails.push(differs);
        }
        body.count_fails();
        let signature = self.ir_signature(true, conv);
        format!(
            "function %call_{n}() {conv} {{
                ss0 = explicit_slot 128
                {slots}
                gv0 = symbol %fails
                gv1 = symbol %words
                gv2 = symbol %numbers
                fn0 = %c_{n}{signature}
            block0:
                {}
                return
            }}\n",
            body.text
        )
    }

    /// Our function that C calls.
    fn callee(&self, n: usize, conv: &str) -> String {
        let mut body = Body::default();
        let mut params = Vec::new();
        if let Returns::Struct(_) = self.returns {
            params.push((body.name(), "i64".to_string()));
        }
        for param in &self.params {
            let ty = if let Ty::Struct(_) = param.ty { "i64".to_string() } else { param.ty.ir() };
            params.push((body.name(), ty));
        }
        let skip = params.len() - self.params.len();
        for (param, (name, _)) in self.params.iter().zip(&params[skip..]) {
            body.check(*param, name);
        }
        body.count_fails();
        let results = match &self.returns {
            Returns::Struct(param) => {
                let Ty::Struct(words) = param.ty else { unreachable!("a struct") };
                body.fill(*param, words, &params[0].0);
                String::new()
            }
            Returns::Values(values) => {
                let values: Vec<_> = values.iter().map(|value| body.constant(*value)).collect();
                values.join(", ")
            }
        };
        let signature = self.ir_signature(false, conv);
        let params: Vec<_> = params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        format!(
            "function %ir_{n}{signature} {{
                gv0 = symbol %fails
            block0({}):
                {}
                return {results}
            }}\n",
            params.join(", "),
            body.text
        )
    }
}

/// The lines of a function in the IR.
#[derive(Default)]
struct Body {
    text: String,
    values: usize,
    /// Values that are not zero where something differs.
    fails: Vec<String>,
}

impl Body {
    fn name(&mut self) -> String {
        self.values += 1;
        format!("v{}", self.values - 1)
    }

    fn put(&mut self, text: &str) -> String {
        let name = self.name();
        writeln!(self.text, "{name} = {text}").unwrap();
        name
    }

    fn word(&mut self, bits: u64) -> String {
        self.put(&format!("iconst.i64 {bits:#x}"))
    }

    /// The value of a parameter or result, but a struct's.
    fn constant(&mut self, param: Param) -> String {
        let (bits, value) = (param.ty.bits(), param.bits());
        let int = if bits == 128 {
            let (low, high) = (self.word(value as u64), self.word((value >> 64) as u64));
            self.put(&format!("iconcat {low}, {high}"))
        } else {
            self.put(&format!("iconst.i{bits} {value:#x}"))
        };
        match param.ty {
            Ty::Int(..) => int,
            ty => self.put(&format!("bitcast.{} {int}", ty.ir())),
        }
    }

    /// Stores the words of a struct.
    fn fill(&mut self, param: Param, words: usize, address: &str) {
        for n in 0..words {
            let word = self.word(param.word(n));
            writeln!(self.text, "store {word}, {address}+{}", 8 * n).unwrap();
        }
    }

    /// Compares a value, or the struct at an address, with what it must be.
    fn check(&mut self, param: Param, value: &str) {
        let Ty::Struct(words) = param.ty else {
            let expected = self.constant(param);
            let ints = match param.ty {
                Ty::Int(..) => [value.to_string(), expected],
                ty => [value, &expected].map(|v| self.put(&format!("bitcast.i{} {v}", ty.bits()))),
            };
            let differs = self.put(&format!("icmp ne {}, {}", ints[0], ints[1]));
            self.fails.push(differs);
            return;
        };
        for n in 0..words {
            let found = self.put(&format!("load.i64 {value}+{}", 8 * n));
            let expected = self.word(param.word(n));
            let differs = self.put(&format!("icmp ne {found}, {expected}"));
            self.fails.push(differs);
        }
    }

    /// Adds what differs to the counter in C.
    fn count_fails(&mut self) {
        let counter = self.put("symbol_value.i64 gv0");
        for differs in std::mem::take(&mut self.fails) {
            let old = self.put(&format!("load.i64 {counter}"));
            let one = self.put(&format!("uextend.i64 {differs}"));
            let new = self.put(&format!("iadd {old}, {one}"));
            writeln!(self.text, "store {new}, {counter}").unwrap();
        }
    }
}

/// Calls the function in `rdi` with patterns in the registers that it must preserve; returns how
/// many of them it changed.
fn preserved(windows: bool) -> String {
    let saved = ["rbx", "rbp", "r12", "r13", "r14", "r15"];
    let checked: &[&str] = if windows { &["rdi", "rsi"] } else { &[] };
    let floats = if windows { 6..16 } else { 0..0 };
    let mut lines: Vec<_> = saved.iter().map(|reg| format!("push {reg}")).collect();
    lines.push("sub rsp, 40".to_string());
    lines.push("mov rax, rdi".to_string());
    for (n, reg) in saved.iter().chain(checked).enumerate() {
        lines.push(format!("mov {reg}, {}", 0x1234_5600 + n));
    }
    for n in floats.clone() {
        lines.push(format!("movq xmm{n}, r{}", 12 + n % 4));
        lines.push(format!("punpcklqdq xmm{n}, xmm{n}"));
    }
    lines.push("call rax".to_string());
    lines.push("xor eax, eax".to_string());
    lines.push("xor ecx, ecx".to_string());
    let count = ["setne cl", "add eax, ecx"].map(str::to_string);
    for n in floats {
        for shift in [0, 8] {
            lines.push(format!("psrldq xmm{n}, {shift}"));
            lines.push(format!("movq rdx, xmm{n}"));
            lines.push(format!("cmp rdx, {}", 0x1234_5600 + 2 + n % 4));
            lines.extend(count.clone());
        }
    }
    for (n, reg) in saved.iter().chain(checked).enumerate() {
        lines.push(format!("cmp {reg}, {}", 0x1234_5600 + n));
        lines.extend(count.clone());
    }
    lines.push("add rsp, 40".to_string());
    lines.extend(saved.iter().rev().map(|reg| format!("pop {reg}")));
    let lines = lines.join("\\n");
    format!(
        "__asm__(\".intel_syntax noprefix\\n.text\\npreserved:\\n{lines}\\nret\\n.att_syntax\\n\");"
    )
}

const PRELUDE: &str = "
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
typedef signed char s8; typedef unsigned char u8;
typedef short s16; typedef unsigned short u16;
typedef int s32; typedef unsigned u32;
typedef long s64; typedef unsigned long u64;
typedef __int128 s128; typedef unsigned __int128 u128;
typedef float f32; typedef double f64; typedef __float128 f128;
#ifndef __clang__
typedef _Float16 f16;
#endif
long fails, words[7] = {-1, 2, 3, 5, 7, 11, 13};
double numbers[12] = {1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5};
";

/// Builds and runs the program for these signatures; returns what it prints.
fn program(name: &str, setup: Setup, cases: &[Case], opt_level: &str) -> String {
    let folder = folder(name);
    let flags = [("is_pic", "true"), ("enable_llvm_abi_extensions", "true")];
    let mut module = module(&[&flags[..], &[("opt_level", opt_level)]].concat(), |_| {});
    let mut text = String::new();
    let mut c = PRELUDE.to_string();
    let (abi, list) = if setup.windows {
        ("__attribute__((ms_abi))", "__builtin_ms_va")
    } else {
        ("", "__builtin_va")
    };
    writeln!(c, "#define ABI {abi}\n#define list {list}_list").unwrap();
    writeln!(c, "#define start {list}_start\n#define end {list}_end").unwrap();
    (1..14).for_each(|n| writeln!(c, "struct s{n} {{ u64 w[{n}]; }};").unwrap());
    writeln!(c, "{}\nlong preserved(void *);", preserved(setup.windows)).unwrap();
    for (n, case) in cases.iter().enumerate() {
        text += &case.caller(n, setup.conv());
        if case.variadic.is_none() {
            text += &case.callee(n, setup.conv());
        }
        case.c(n, &mut c);
    }
    c += "int main(void) {\nlong lost = 0;\n";
    for n in 0..cases.len() {
        writeln!(c, "test_{n}(); if (fails) printf(\"ir_{n} %ld\\n\", fails); fails = 0;").unwrap();
        writeln!(c, "lost = preserved(call_{n});").unwrap();
        writeln!(c, "if (fails || lost) printf(\"c_{n} %ld %ld\\n\", fails, lost); fails = 0;")
            .unwrap();
    }
    c += "printf(\"done\\n\");\n}\n";
    let functions = parse_functions(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    define_functions(&mut module, functions).unwrap();
    std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
    std::fs::write(folder.join("main.c"), c).unwrap();
    let args = ["-w", "-O1", "main.c", "a.o", "-o", "a.out"];
    run(&folder, setup.compiler, &args);
    run(&folder, "./a.out", &[])
}

fn compare(setup: Setup) {
    for (seed, opt_level) in [(1, "none"), (2, "speed")] {
        let mut numbers = Numbers(seed);
        let cases: Vec<_> = (0..150).map(|_| setup.case(&mut numbers)).collect();
        let name = format!("abi-{}-{}-{opt_level}", setup.compiler, setup.conv());
        let output = program(&name, setup, &cases, opt_level);
        let failed: String = output
            .lines()
            .filter_map(|line| line.split([' ', '_']).nth(1)?.parse::<usize>().ok())
            .map(|n| format!("{n}: {:?}\n", cases[n]))
            .collect();
        assert_eq!(output, "done\n", "{name}\n{failed}");
    }
}

#[test]
fn system_v_is_that_of_gcc() {
    compare(Setup { compiler: "gcc", windows: false });
}

#[test]
fn system_v_is_that_of_clang() {
    compare(Setup { compiler: "clang", windows: false });
}

#[test]
fn windows_fastcall_is_that_of_gcc() {
    compare(Setup { compiler: "gcc", windows: true });
}

#[test]
fn windows_fastcall_is_that_of_clang() {
    compare(Setup { compiler: "clang", windows: true });
}

/// The number of vector registers that carry arguments is in `al`.
#[test]
fn a_variadic_call_says_how_many_vector_registers_it_uses() {
    let folder = folder("abi-al");
    let mut module = module(&[("is_pic", "true")], |_| {});
    let mut text = String::new();
    let mut c = "#include <stdio.h>
        __asm__(\".text\\n.globl count\\ncount: movzbl %al, %eax\\nret\\n\");\n"
        .to_string();
    let mut main = "int main(void) {\n".to_string();
    let mut expected = String::new();
    for floats in 0..=10 {
        let types = vec!["f64"; floats].join(", ");
        let types = if floats == 0 { "i64, ...".to_string() } else { format!("i64, ..., {types}") };
        let args = vec!["v1"; floats].join(", ");
        let args = if floats == 0 { "v0".to_string() } else { format!("v0, {args}") };
        for (name, how) in [
            ("direct", format!("v2 = call fn0({args})")),
            ("indirect", format!("v3 = func_addr.i64 fn0\nv2 = call_indirect sig0, v3({args})")),
            ("guarded", format!("try_call fn0({args}), sig0, block1(ret0), []")),
        ] {
            let (ends, result) = match name {
                "guarded" => ("block1(v2: i32):\nreturn v2", ""),
                _ => ("", "return v2"),
            };
            write!(
                text,
                "function %{name}_{floats}(i64, f64) -> i32 system_v {{
                    sig0 = ({types}) -> i32 system_v
                    fn0 = %count sig0
                block0(v0: i64, v1: f64):
                    {how}
                    {result}
                {ends}
                }}\n"
            )
            .unwrap();
            writeln!(c, "int {name}_{floats}(long, double);").unwrap();
            writeln!(main, "printf(\"%d\\n\", {name}_{floats}(-1, 1.5));").unwrap();
            writeln!(expected, "{}", floats.min(8)).unwrap();
        }
    }
    define_functions(&mut module, parse_functions(&text).unwrap()).unwrap();
    std::fs::write(folder.join("a.o"), module.finish().emit().unwrap()).unwrap();
    std::fs::write(folder.join("main.c"), c + &main + "}\n").unwrap();
    run(&folder, "gcc", &["main.c", "a.o", "-o", "a.out"]);
    assert_eq!(run(&folder, "./a.out", &[]), expected);
}
