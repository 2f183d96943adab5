//! Every rule against the meaning of the operations: all values and constants at 8 bits, edge
//! values at the wider types; and random programs, simplified and not.

use super::*;
use crate::ir::opcodes::{Control, OperandKind, TypeExpr};
use crate::ir::types::{F32, F64, I8, I16, I32, I64};
use crate::ir::{IntCC, MemFlags};
use crate::opt::kinds::SIMPLE;
use crate::semantics::{Concrete, NanPolicy, Stop, eval_inst};

const FILES: [(&str, &str); 6] = [
    ("int", include_str!("../../rules/int.rules")),
    ("bits", include_str!("../../rules/bits.rules")),
    ("shift", include_str!("../../rules/shift.rules")),
    ("compare", include_str!("../../rules/compare.rules")),
    ("convert", include_str!("../../rules/convert.rules")),
    ("float", include_str!("../../rules/float.rules")),
];

const INTS: [Type; 4] = [I8, I16, I32, I64];

/// Numbers at which something changes.
const EDGES: [i64; 26] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    24,
    31,
    32,
    48,
    63,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    i64::MAX,
    i64::MIN,
    -1,
    -2,
    -128,
];

/// Instances of rules whose conditions ask how a variable is defined.
const INSTANCES: [(&str, &str); 9] = [
    ("and_known", "(band x (iconst k))"),
    ("and_known", "(band (ushr x (iconst j)) (iconst k))"),
    ("and_known", "(band (uextend x) (iconst k))"),
    ("and_known", "(band (uextend (icmp cc x y)) 1)"),
    ("and_known", "(band (uload8 _ _ _) (iconst k))"),
    ("and_known", "(band (clz x) (iconst k))"),
    ("uext_reduce_known", "(uextend (ireduce (ushr x (iconst k))))"),
    ("uext_reduce_known", "(uextend (ireduce (band x (iconst k))))"),
    ("sext_reduce_known", "(sextend (ireduce (ushr x (iconst k))))"),
];

/// A pattern of the rule language.
#[derive(Clone, Debug)]
enum Pattern {
    Var(String),
    Int(i64),
    Word(String),
    Node(String, Vec<String>, Vec<Pattern>),
}

struct Parser<'a>(&'a str);

impl Parser<'_> {
    fn skip(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn word(&mut self) -> String {
        self.skip();
        let end = self.0.find(|c: char| " ()@.|:".contains(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word.to_string()
    }

    fn types(&mut self) -> Vec<String> {
        let mut types = Vec::new();
        while let Some(rest) = self.0.strip_prefix(['.', '|', ':']) {
            self.0 = rest;
            types.push(self.word());
        }
        types
    }

    fn pattern(&mut self) -> Pattern {
        self.skip();
        if let Some(rest) = self.0.strip_prefix('(') {
            self.0 = rest;
            let op = self.word();
            let types = self.types();
            let mut operands = Vec::new();
            loop {
                self.skip();
                if let Some(rest) = self.0.strip_prefix(')') {
                    self.0 = rest;
                    return Pattern::Node(op, types, operands);
                }
                operands.push(self.pattern());
            }
        }
        let word = self.word();
        if let Some(rest) = self.0.strip_prefix('@') {
            self.0 = rest;
            return self.pattern();
        }
        self.types();
        let digits = word.replace('_', "");
        if let Some(hex) = digits.strip_prefix("0x") {
            return Pattern::Int(u64::from_str_radix(hex, 16).expect("a number") as i64);
        }
        match digits.parse() {
            Ok(k) => Pattern::Int(k),
            Err(_) => match word.strip_prefix('#') {
                Some(word) => Pattern::Word(word.to_string()),
                None => Pattern::Var(word),
            },
        }
    }
}

/// The names and patterns of all rules.
fn rules() -> Vec<(String, Pattern)> {
    let mut rules = Vec::new();
    for (_, text) in FILES {
        for line in text.lines().map(|l| l.split("//").next().unwrap_or_default().trim()) {
            let Some((name, rest)) = line.split_once(": ") else { continue };
            let name = name.trim_start_matches("expands ").to_string();
            rules.push((name, Parser(rest).pattern()));
        }
    }
    rules
}

/// Chooses, and goes through all choices, one after the other.
#[derive(Default)]
struct Tape {
    choices: Vec<(usize, usize)>,
    at: usize,
}

impl Tape {
    fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.number(from.len())]
    }

    fn number(&mut self, count: usize) -> usize {
        assert!(count > 0, "nothing to choose from");
        if self.at == self.choices.len() {
            self.choices.push((0, count));
        }
        self.at += 1;
        self.choices[self.at - 1].0
    }

    /// Goes on to the next choices; false if there are none.
    fn next(&mut self) -> bool {
        self.at = 0;
        while let Some((n, count)) = self.choices.pop() {
            if n + 1 < count {
                self.choices.push((n + 1, count));
                return true;
            }
        }
        false
    }
}

/// Builds an instance of a pattern. An instance that cannot be built has no value.
struct Instance<'a> {
    func: &'a mut Function,
    block: Block,
    tape: &'a mut Tape,
    vars: Vec<(String, Value)>,
    numbers: Vec<(String, i64)>,
    conds: Vec<(String, u8)>,
}

fn types_named(names: &[String]) -> Vec<Type> {
    names
        .iter()
        .flat_map(|name| match name.as_str() {
            "I" => INTS.to_vec(),
            name => vec![Type::from_name(name).expect("a type")],
        })
        .collect()
}

impl Instance<'_> {
    fn param(&mut self, name: &str, ty: Type) -> Option<Value> {
        match self.vars.iter().find(|v| v.0 == name && name != "_") {
            Some(&(_, value)) => (self.func.dfg.value_type(value) == ty).then_some(value),
            None => {
                let value = self.func.dfg.append_block_param(self.block, ty);
                self.vars.push((name.to_string(), value));
                Some(value)
            }
        }
    }

    fn number(&mut self, name: &str, ty: Type) -> i64 {
        if let Some(&(_, k)) = self.numbers.iter().find(|v| v.0 == name) {
            return k;
        }
        let first = self.numbers.is_empty();
        let k = match ty {
            I8 if first => self.tape.number(256) as i8 as i64,
            _ => self.tape.choose(&EDGES),
        };
        self.numbers.push((name.to_string(), k));
        k
    }

    fn make(&mut self, data: InstructionData) -> Value {
        let inst = self.func.dfg.make_inst(data);
        self.func.dfg.make_inst_results(inst, data.ctrl_type);
        self.func.layout.append_inst(inst, self.block);
        self.func.dfg.first_result(inst)
    }

    /// The value of an operand; `ty` where its type is given.
    fn operand(&mut self, pattern: &Pattern, ty: Option<Type>, possible: &[Type]) -> Option<Value> {
        match pattern {
            Pattern::Var(name) => {
                let known = self.vars.iter().find(|v| v.0 == *name && name != "_");
                let known = known.map(|v| self.func.dfg.value_type(v.1));
                let ty = match ty.or(known) {
                    Some(ty) => ty,
                    None if possible.is_empty() => return None,
                    None => self.tape.choose(possible),
                };
                self.param(name, ty)
            }
            Pattern::Int(k) => {
                let ty = ty.unwrap_or(I32);
                INTS.contains(&ty).then(|| self.make(InstructionData::iconst(ty, *k as u64)))
            }
            Pattern::Node(op, _, operands) if op == "iconst" => {
                let ty = ty.unwrap_or(I32);
                let Pattern::Var(name) = &operands[0] else { return None };
                let k = INTS.contains(&ty).then(|| self.number(name, ty))?;
                Some(self.make(InstructionData::iconst(ty, k as u64)))
            }
            Pattern::Node(..) => {
                let data = self.node(pattern, ty, possible)?;
                Some(self.make(data))
            }
            Pattern::Word(_) => None,
        }
    }

    /// The instruction of a pattern, with its operands built.
    fn node(
        &mut self,
        pattern: &Pattern,
        result: Option<Type>,
        possible: &[Type],
    ) -> Option<InstructionData> {
        let Pattern::Node(name, names, operands) = pattern else { return None };
        let op = Opcode::from_name(name).expect("an opcode");
        let info = op.info();
        let mut choices: Vec<Type> = match names.is_empty() {
            true => SIMPLE.to_vec(),
            false => types_named(names),
        };
        choices.retain(|ty| info.t.contains(*ty));
        let produces = |ty: &Type| info.results[0].eval(*ty);
        match result {
            Some(result) => choices.retain(|ty| produces(ty) == Some(result)),
            None => choices.retain(|ty| produces(ty).is_some_and(|r| possible.contains(&r))),
        }
        let ctrl = match info.control {
            Control::None => types::INVALID,
            _ if choices.is_empty() => return None,
            _ => self.tape.choose(&choices),
        };
        let mut data = InstructionData::new(op, ctrl);
        if op.can_load() {
            let base = self.param(&format!("*{}", self.vars.len()), I64)?;
            data.set_mem_flags(MemFlags::new());
            data.args[0] = base;
            return Some(data);
        }
        let mut slot = 0;
        for (operand, kind) in operands.iter().zip(info.operands()) {
            match kind {
                OperandKind::Value(expr) => {
                    let ty = if *expr == TypeExpr::T { Some(ctrl) } else { None };
                    let mut possible = SIMPLE.to_vec();
                    possible.retain(|&ty| info.takes(ctrl, ty));
                    data.args[slot] = self.operand(operand, ty, &possible)?;
                    slot += 1;
                }
                OperandKind::IntCC | OperandKind::FloatCC => {
                    let count = if *kind == OperandKind::IntCC { 10 } else { 14 };
                    data.aux = match operand {
                        Pattern::Word(word) => {
                            word.parse::<IntCC>().map(|cc| cc as u8).expect("a condition")
                        }
                        Pattern::Var(name) => {
                            match self.conds.iter().find(|c| c.0 == *name && name != "_") {
                                Some(c) => c.1,
                                None => {
                                    let cc = self.tape.number(count) as u8;
                                    self.conds.push((name.clone(), cc));
                                    cc
                                }
                            }
                        }
                        _ => return None,
                    };
                }
                _ => {}
            }
        }
        Some(data)
    }
}

fn bits(ty: Type, k: i64) -> Bits {
    Bits::new(ty.bits(), k as u64 as u128)
}

/// The values of all instructions, in the order in which they were made, for these parameters.
/// What a load gives is made from its address.
fn run(func: &Function, params: &[Value], inputs: &[i64]) -> Vec<Result<Bits, Stop>> {
    let dfg = &func.dfg;
    let mut values = vec![Err(Stop::Opaque); dfg.num_values()];
    for (&param, &k) in params.iter().zip(inputs) {
        values[param.as_u32() as usize] = Ok(bits(dfg.value_type(param), k));
    }
    for n in 0..dfg.num_insts() {
        let inst = Inst::from_u32(n as u32);
        let data = &dfg[inst];
        let &[result] = dfg.inst_results(inst) else { continue };
        let mut args = [Bits::new(1, 0); 3];
        let count = usize::from(data.opcode.info().fixed_values);
        let mut stop = None;
        for (arg, v) in args.iter_mut().zip(&data.args[..count]) {
            match values[v.as_u32() as usize] {
                Ok(bits) => *arg = bits,
                Err(why) => stop = stop.or(Some(why)),
            }
        }
        let ty = dfg.value_type(result);
        let byte = args[0].unsigned() as i64;
        values[result.as_u32() as usize] = match (data.opcode, stop) {
            (_, Some(stop)) => Err(stop),
            (Opcode::Uload8, _) => Ok(bits(ty, byte & 0xff)),
            (Opcode::Sload8, _) => Ok(bits(ty, i64::from(byte as i8))),
            (Opcode::Sload16, _) => Ok(bits(ty, i64::from(byte as i16))),
            (Opcode::Sload32, _) => Ok(bits(ty, i64::from(byte as i32))),
            _ => eval_inst(&Concrete { nan: NanPolicy::X86 }, data, &args[..count])
                .map(|results| results[0]),
        };
    }
    values
}

/// Calls with all the inputs that are worth it.
fn for_inputs(func: &Function, params: &[Value], many: bool, mut check: impl FnMut(&[i64])) {
    let mut lists: Vec<Vec<i64>> = Vec::new();
    let all: Vec<i64> = (0..256).map(|k| i64::from(k as u8 as i8)).collect();
    for (n, &param) in params.iter().enumerate() {
        let whole = func.dfg.value_type(param) == I8 && n < 2 && (many || n == 0);
        lists.push(if whole { all.clone() } else { EDGES.to_vec() });
    }
    if params.len() > 2 {
        lists.iter_mut().skip(1).for_each(|list| *list = EDGES.to_vec());
    }
    let mut at = vec![0; lists.len()];
    loop {
        let inputs: Vec<i64> = at.iter().zip(&lists).map(|(&i, list)| list[i]).collect();
        check(&inputs);
        let mut n = 0;
        loop {
            if n == at.len() {
                return;
            }
            at[n] += 1;
            if at[n] < lists[n].len() {
                break;
            }
            at[n] = 0;
            n += 1;
        }
    }
}

/// All instances of one rule. Returns how often it fired.
fn check_rule(name: &str, pattern: &Pattern) -> Result<usize, String> {
    let mut fired = 0;
    let mut tape = Tape::default();
    let mut numbers = [u32::MAX; NUMBERS];
    loop {
        let mut func = Function::new();
        let block = func.dfg.make_block();
        func.layout.append_block(block);
        let mut instance = Instance {
            func: &mut func,
            block,
            tape: &mut tape,
            vars: Vec::new(),
            numbers: Vec::new(),
            conds: Vec::new(),
        };
        let data = instance.node(pattern, None, &SIMPLE);
        let params: Vec<Value> = instance.vars.iter().map(|v| v.1).collect();
        let constants = instance.numbers.len();
        if let Some(data) = data {
            numbers.fill(u32::MAX);
            // The left side, for comparison; it is in no block.
            let left = func.dfg.make_inst(data);
            func.dfg.make_inst_results(left, data.ctrl_type);
            let left = func.dfg.first_result(left);
            let mut cx = Cx {
                func: &mut func,
                block,
                srcloc: SourceLoc::default(),
                depth: 0,
                numbers: &mut numbers,
                hits: Vec::new(),
            };
            let right = cx.make(data);
            let hits = std::mem::take(&mut cx.hits);
            if hits.contains(&TOO_DEEP) {
                return Err(format!("{name}: {hits:?} nest too deep for {data:?}"));
            }
            if hits.contains(&name) {
                fired += 1;
                if func.dfg.value_type(left) != func.dfg.value_type(right) {
                    return Err(format!("{name} changes the type"));
                }
                let mut wrong = None;
                for_inputs(&func, &params, constants == 0, |inputs| {
                    let values = run(&func, &params, inputs);
                    let (l, r) = (values[left.as_u32() as usize], values[right.as_u32() as usize]);
                    if l != r && wrong.is_none() {
                        wrong = Some(format!("{name} {inputs:?}: {l:?} becomes {r:?} in\n{func}"));
                    }
                });
                if let Some(wrong) = wrong {
                    return Err(wrong);
                }
            }
        }
        if !tape.next() {
            return Ok(fired);
        }
    }
}

#[test]
fn every_rule_keeps_the_meaning() {
    let rules = rules();
    assert!(rules.len() > 100, "the rules are read");
    let mut wrong = Vec::new();
    let more = INSTANCES.iter().map(|(name, text)| (name.to_string(), Parser(text).pattern()));
    let special = |name: &String| INSTANCES.iter().any(|i| i.0 == name);
    for (name, pattern) in rules.iter().filter(|r| !special(&r.0)).cloned().chain(more) {
        let (name, pattern) = (&name, &pattern);
        match check_rule(name, pattern) {
            Ok(0) => wrong.push(format!("{name} never fires")),
            Ok(_) => {}
            Err(text) => wrong.push(text),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn opcodes_in_patterns_are_pure_or_loads() {
    for op in Opcode::ALL.iter().copied().filter(|op| applies(*op)) {
        assert!(!op.has_side_effects() || op.side_effects_idempotent(), "{op} has effects");
        assert_eq!(op.info().results.len(), 1, "{op} has one result");
    }
}

/// Random numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number of any size, often at an end of a range.
    fn number(&mut self) -> i64 {
        let bits = self.next() as i64 >> (self.next() % 64);
        match self.next() % 4 {
            0 => EDGES[self.next() as usize % EDGES.len()],
            1 => bits.wrapping_add(1 << (self.next() % 64)),
            _ => bits,
        }
    }

    fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }
}

#[test]
fn division_by_constants_is_exact() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut divisors: Vec<i64> = (-70..1030).collect();
    divisors.extend((0..400).map(|_| random.number()));
    let mut simplifier = Simplifier::new();
    let ops = [Opcode::Udiv, Opcode::Urem, Opcode::Sdiv, Opcode::Srem];
    for (op, ty) in ops.into_iter().flat_map(|op| [(op, I32), (op, I64)]) {
        let mut without = 0;
        for &k in &divisors {
            let mut func = Function::new();
            let block = func.dfg.make_block();
            func.layout.append_block(block);
            let x = func.dfg.append_block_param(block, ty);
            simplifier.clear();
            let mut insert = |data| simplifier.insert(&mut func, block, SourceLoc::default(), data);
            let y = insert(InstructionData::iconst(ty, k as u64));
            let data = InstructionData::binary(op, ty, x, y);
            let result = insert(data);
            let divides = |n| func.dfg[Inst::from_u32(n as u32)].opcode == op;
            without += usize::from(!(0..func.dfg.num_insts()).any(divides));
            let mut dividends = EDGES.to_vec();
            for _ in 0..40 {
                let n = random.number();
                dividends.push(n);
                let multiple = n.wrapping_mul(k);
                dividends.extend([multiple, multiple.wrapping_sub(1), multiple.wrapping_add(1)]);
            }
            for n in dividends {
                let expected = eval_inst(
                    &Concrete { nan: NanPolicy::X86 },
                    &data,
                    &[bits(ty, n), bits(ty, k)],
                );
                let expected = expected.map(|results| results[0]);
                let found = run(&func, &[x], &[n])[result.as_u32() as usize];
                assert_eq!(found, expected, "{op}.{ty} of {n} by {k}\n{func}");
            }
        }
        assert!(without > 1400, "{op}.{ty}: {without} of {} need no division", divisors.len());
    }
}

/// A random program in one block: operations on parameters and what came before.
fn random_program(
    random: &mut Random,
    mut insert: impl FnMut(InstructionData) -> Value,
    values: &mut Vec<(Value, Type)>,
) {
    let ops: Vec<Opcode> = Opcode::ALL.iter().copied().filter(|&op| applies(op)).collect();
    for _ in 0..40 {
        let op = random.choose(&ops);
        let info = op.info();
        let ty = random.choose(&SIMPLE);
        let polymorphic = info.control != Control::None;
        if polymorphic && !info.t.contains(ty) || op == Opcode::F16const {
            continue;
        }
        let mut data = InstructionData::new(op, if polymorphic { ty } else { types::INVALID });
        let mut slot = 0;
        let mut possible = true;
        for kind in info.operands() {
            match kind {
                OperandKind::Value(expr) => {
                    let fits = |t: Type| match expr {
                        TypeExpr::T => t == ty,
                        TypeExpr::Is(other) => t == *other,
                        _ => info.takes(ty, t),
                    };
                    let fitting: Vec<Value> =
                        values.iter().filter(|v| fits(v.1)).map(|v| v.0).collect();
                    possible &= !fitting.is_empty();
                    if possible {
                        // The latest values more often, so that patterns nest.
                        let last = fitting.len().saturating_sub(5);
                        let from = if random.next().is_multiple_of(3) {
                            &fitting
                        } else {
                            &fitting[last..]
                        };
                        data.args[slot] = random.choose(from);
                    }
                    slot += 1;
                }
                OperandKind::IntCC => data.aux = (random.next() % 10) as u8,
                OperandKind::FloatCC => data.aux = (random.next() % 14) as u8,
                OperandKind::Imm64 => data = InstructionData::iconst(ty, random.number() as u64),
                OperandKind::Ieee32 => data.set_imm64(random.number() as u64 & 0xffff_ffff),
                OperandKind::Ieee64 => data.set_imm64(random.number() as u64),
                OperandKind::MemFlags => data.set_mem_flags(MemFlags::new()),
                _ => possible = false,
            }
        }
        let result = info.results[0].eval(ty);
        if possible && let Some(result) = result.filter(|ty| SIMPLE.contains(ty)) {
            values.push((insert(data), result));
        }
    }
}

#[test]
fn random_programs_keep_their_meaning() {
    let mut simplifier = Simplifier::new();
    let mut saved = 0;
    for seed in 1..1500u64 {
        let mut values = [Vec::new(), Vec::new()];
        let mut funcs = [Function::new(), Function::new()];
        let mut params = Vec::new();
        for side in 0..2 {
            let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let func = &mut funcs[side];
            let block = func.dfg.make_block();
            func.layout.append_block(block);
            for ty in [I8, I16, I32, I32, I64, I64, F32, F64] {
                values[side].push((func.dfg.append_block_param(block, ty), ty));
            }
            params = values[side].iter().map(|v| v.0).collect();
            simplifier.clear();
            let insert = |data: InstructionData| {
                if side == 1 {
                    return simplifier.insert(func, block, SourceLoc::default(), data);
                }
                let inst = func.dfg.make_inst(data);
                func.dfg.make_inst_results(inst, data.ctrl_type);
                func.layout.append_inst(inst, block);
                func.dfg.first_result(inst)
            };
            random_program(&mut random, insert, &mut values[side]);
        }
        let [plain, simple] = &funcs;
        saved += plain.dfg.num_insts().saturating_sub(simple.dfg.num_insts());
        let mut random = Random(seed);
        for _ in 0..20 {
            let inputs: Vec<i64> = params.iter().map(|_| random.number()).collect();
            let left = run(plain, &params, &inputs);
            let right = run(simple, &params, &inputs);
            for (l, r) in values[0].iter().zip(&values[1]) {
                let (a, b) = (left[l.0.as_u32() as usize], right[r.0.as_u32() as usize]);
                // After a trap there is nothing to compare.
                if a.is_err() {
                    break;
                }
                assert_eq!(simple.dfg.value_type(r.0), l.1);
                assert_eq!(a, b, "seed {seed}: {} and {} in\n{plain}\n{simple}", l.0, r.0);
            }
        }
    }
    assert!(saved > 1000, "only {saved} instructions were saved");
}
