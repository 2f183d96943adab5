//! Every opcode at every type in every position: what the machine does not do is an error that
//! names opcode and type, wherever the value is wanted, and what it does compiles everywhere.
//!
//! Operations are made from the rows of the opcode table: each controlling type of the set, each
//! free type, each kind of operand. A position is the rest of a function around a value. Whether it
//! takes a type is found with a parameter in the place of the value. What the verifier refuses is no
//! operation.

use std::collections::{BTreeMap, BTreeSet};
use windlass_core::control::ControlPlane;
use windlass_core::ir::types::{
    F16, F32, F32X4, F64, F64X2, F128, I8, I8X8, I8X16, I16, I16X8, I32, I32X4, I32X4XN, I32X8,
    I64, I64X2, I128, INVALID,
};
use windlass_core::ir::{Opcode, OperandKind, Type, TypeExpr};
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::result::CodegenError;
use windlass_core::settings::{self, Configurable};
use windlass_core::{Context, testfile};
use windlass_isa_x86_64::isa_builder;

/// All scalars, and vectors of each lane, of half the width, twice the width, and dynamic.
const TYPES: [Type; 18] = [
    I8, I16, I32, I64, I128, F16, F32, F64, F128, I8X8, I8X16, I16X8, I32X4, I64X2, F32X4, F64X2,
    I32X8, I32X4XN,
];

/// A type in the text form, where the only dynamic one has a name.
fn written(ty: Type) -> String {
    if ty.is_dynamic_vector() { "dt0".to_string() } else { ty.to_string() }
}

/// Whether a type is one that no register holds.
fn is_wide(ty: Type) -> bool {
    ty.is_dynamic_vector() || ty.bits() > 128
}

/// What stands before the blocks of every function.
const PREAMBLE: &str = "
    ss0 = explicit_slot 64
    gv0 = vmctx
    gv9 = symbol tls %variable
    sig0 = (i64) system_v
    sig1 = (i64) tail
    fn0 = %g(i64) system_v
    fn1 = %h(i64) tail
    gv8 = dyn_scale_target_const.i32x4
    dt0 = i32x4*gv8
";

/// An operation: the text of an instruction whose operands are parameters of the function.
#[derive(Clone, Debug)]
struct Operation {
    opcode: Opcode,
    ty: Type,
    /// What is declared for it.
    preamble: String,
    text: String,
    /// The types of the operands: `v10`, `v11`, …
    operands: Vec<Type>,
    results: Vec<Type>,
}

impl Operation {
    /// Whether an error is the one for this operation.
    fn is_named_by(&self, error: &str) -> bool {
        let opcode = self.opcode.to_string();
        let named = match self.ty {
            INVALID => error.contains(&opcode),
            ty => error.contains(&format!("{opcode}.{ty}")),
        };
        // A type that no register holds is refused before anything is done with it.
        let mut types = self.operands.iter().chain(&self.results);
        named || types.any(|&ty| is_wide(ty) && error.contains(&ty.to_string()))
    }

    fn params(&self) -> String {
        let params = self.operands.iter().enumerate().filter(|(_, ty)| !ty.is_dynamic_vector());
        params.map(|(n, ty)| format!(", v{}: {ty}", 10 + n)).collect()
    }

    /// The instruction, which defines `v30` and what follows it; before it the operands that no
    /// parameter can be: dynamic vectors have no name in a signature.
    fn line(&self) -> String {
        let dynamic = self.operands.iter().enumerate().filter(|(_, ty)| ty.is_dynamic_vector());
        let splats: String =
            dynamic.map(|(n, _)| format!("    v{} = splat.dt0 v1\n", 10 + n)).collect();
        let results: Vec<_> = (0..self.results.len()).map(|n| format!("v{}", 30 + n)).collect();
        let equals = if results.is_empty() { "" } else { " = " };
        format!("{splats}    {}{equals}{}\n", results.join(", "), self.text)
    }
}

/// The operations of an opcode that is no branch, call or return.
fn operations(opcode: Opcode) -> Vec<Operation> {
    let info = opcode.info();
    let ctrls: Vec<Type> = match info.is_polymorphic() {
        true => TYPES.into_iter().filter(|&ty| info.t.contains(ty)).collect(),
        false => vec![INVALID],
    };
    let has = |expr| info.all_operands.contains(&OperandKind::Value(expr));
    let mut out = Vec::new();
    for ty in ctrls {
        let free: Vec<Type> = match (has(TypeExpr::U), has(TypeExpr::A)) {
            (true, _) => TYPES.into_iter().filter(|&ty| info.u.contains(ty)).collect(),
            (_, true) => vec![I64, I32],
            _ => vec![INVALID],
        };
        out.extend(free.into_iter().filter_map(|free| operation(opcode, ty, free)));
    }
    out
}

fn operation(opcode: Opcode, ty: Type, free: Type) -> Option<Operation> {
    let info = opcode.info();
    let mut operands = Vec::new();
    let mut preamble = String::new();
    let mut words = Vec::new();
    for &kind in info.operands() {
        words.push(match kind {
            OperandKind::Value(expr) => {
                let of = match expr {
                    TypeExpr::U | TypeExpr::A => free,
                    other => other.eval(ty)?,
                };
                operands.push(of);
                format!("v{}", 9 + operands.len())
            }
            OperandKind::Imm64 => "1".to_string(),
            OperandKind::Ieee16 | OperandKind::Ieee32 | OperandKind::Ieee64 => "0x1.0".to_string(),
            OperandKind::Constant => {
                let bytes = info.results[0].eval(ty)?.bytes();
                preamble += &format!("    const0 = 0x{}\n", "5a".repeat(bytes as usize));
                "const0".to_string()
            }
            OperandKind::Mask => format!("{:?}", [0; 16]).replace(',', ""),
            OperandKind::Lane => "0".to_string(),
            OperandKind::IntCC => "eq".to_string(),
            OperandKind::FloatCC => "lt".to_string(),
            OperandKind::TrapCode => "user1".to_string(),
            OperandKind::RmwOp => "nand".to_string(),
            OperandKind::MemFlags | OperandKind::Offset => continue,
            OperandKind::StackSlot => "ss0".to_string(),
            OperandKind::DynamicStackSlot => {
                preamble += "    dss0 = explicit_dynamic_slot dt0\n";
                "dss0".to_string()
            }
            OperandKind::GlobalValue if opcode == Opcode::TlsValue => "gv9".to_string(),
            OperandKind::GlobalValue if ty.is_dynamic_vector() => return None,
            OperandKind::GlobalValue => {
                preamble += &format!("    gv1 = load.{} notrap aligned gv0\n", written(ty));
                "gv1".to_string()
            }
            OperandKind::FuncRef => "fn0".to_string(),
            other => panic!("{opcode} has an operand of kind {other:?}: say what is written"),
        });
    }
    let suffix = if info.is_polymorphic() { format!(".{}", written(ty)) } else { String::new() };
    // Conditions and operations of memory are not followed by a comma.
    let mut text = format!("{opcode}{suffix}");
    for (n, word) in words.iter().enumerate() {
        let bare = n == 0 || words[n - 1].bytes().all(|b| b.is_ascii_lowercase());
        text += if bare { " " } else { ", " };
        text += word;
    }
    let results = info.results.iter().map(|expr| expr.eval(ty)).collect::<Option<Vec<_>>>()?;
    Some(Operation { opcode, ty, preamble, text, operands, results })
}

/// Opcodes whose operands are lists and blocks: each is a position below, or here.
fn is_written_out(opcode: Opcode) -> bool {
    opcode.is_terminator()
        || matches!(
            opcode,
            Opcode::Call | Opcode::CallIndirect | Opcode::GetExceptionHandlerAddress
        )
}

/// What is written for such an opcode at a type: the end of a function, where `v0` is of type i64,
/// `v1` of type i32, and `v2` of the controlling type.
fn written_out(opcode: Opcode, ty: Type) -> String {
    let branch = "block1, [ default: block1 ]\nblock1:\n return";
    match opcode {
        Opcode::Jump => "jump block1(v0)\nblock1(v40: i64):\n trapz v40, user1\n return".into(),
        Opcode::Brif => "brif v2, block1, block2\nblock1:\n return\nblock2:\n trap user1".into(),
        Opcode::BrTable => "br_table v1, block1, [block2, block1]\nblock1:\n return
            block2:\n trap user1"
            .into(),
        Opcode::Return => "return".into(),
        Opcode::Trap => "trap user1".into(),
        Opcode::Call => "call fn0(v0)\n return".into(),
        Opcode::ReturnCall => "return_call fn1(v0)".into(),
        Opcode::TryCall => format!("try_call fn0(v0), sig0, {branch}"),
        Opcode::CallIndirect => "call_indirect sig0, v2(v0)\n return".into(),
        Opcode::ReturnCallIndirect => "return_call_indirect sig1, v2(v0)".into(),
        Opcode::TryCallIndirect => format!("try_call_indirect v2(v0), sig0, {branch}"),
        Opcode::GetExceptionHandlerAddress => format!(
            "v40 = get_exception_handler_address.{ty} block2, 0\n store.{ty} v40, v0\n jump block2
             block2:\n try_call fn0(v0), sig0, {branch}"
        ),
        other => panic!("{other} is no longer made from its row: write it out"),
    }
}

/// A position: what is declared, the results of the function, what stands behind the value `v30`.
/// `{T}` is its type, `v2` a parameter of that type, `v1` one of type i32, `v0` one of type i64.
struct Position<'a>(&'static str, &'static str, &'a str);

/// The position of a value that no parameter can hold: nothing else takes it.
const STORED: Position<'static> = Position("", "tail", "store.{T} v30, v0\n return");

/// Positions in what is written out.
const POSITIONS: &[Position<'static>] = &[
    Position("", "-> {T} tail", "return v30"),
    Position("", "-> {T}, {T} tail", "return v2, v30"),
    Position("fn2 = %h({T}) tail", "tail", "call fn2(v30)\n return"),
    Position("fn2 = %h({T}, {T}) system_v", "tail", "call fn2(v30, v30)\n return"),
    Position("sig9 = ({T}) tail", "tail", "call_indirect sig9, v0(v30)\n return"),
    Position("fn2 = %h({T}) tail", "tail", "return_call fn2(v30)"),
    Position("sig9 = ({T}) tail", "tail", "return_call_indirect sig9, v0(v30)"),
    Position(
        "sig9 = ({T}) tail\n fn2 = %h({T}) tail",
        "tail",
        "try_call fn2(v30), sig9, block1, [ default: block1 ]\nblock1:\n return",
    ),
    Position(
        "sig9 = ({T}) tail",
        "tail",
        "try_call_indirect v0(v30), sig9, block1, [ default: block1 ]\nblock1:\n return",
    ),
    Position("", "-> {T} tail", "jump block1(v30)\nblock1(v40: {T}):\n return v40"),
    Position("", "-> {T} tail", "brif v1, block1(v30), block1(v2)\nblock1(v40: {T}):\n return v40"),
    Position(
        "",
        "-> {T} tail",
        "brif v1, block2, block3\nblock2:\n jump block1(v30)\nblock3:\n jump block1(v2)
         block1(v40: {T}):\n return v40",
    ),
    Position(
        "",
        "-> {T} tail",
        "br_table v1, block1(v30), [block1(v2), block2]\nblock2:\n return v30
         block1(v40: {T}):\n return v40",
    ),
    Position("", "tail", "brif v30, block1, block2\nblock1:\n return\nblock2:\n trap user1"),
    Position(
        "",
        "tail",
        "br_table v30, block1, [block1, block2]\nblock1:\n return\nblock2:\n return",
    ),
    Position("", "tail", "call_indirect sig0, v30(v0)\n return"),
    Position("", "tail", "return_call_indirect sig1, v30(v0)"),
    Position(
        "",
        "tail",
        "try_call_indirect v30(v0), sig0, block1, [ default: block1 ]\nblock1:\n return",
    ),
    Position(
        "",
        "tail",
        "try_call fn0(v0), sig0, block1, [ context v30, default: block1 ]\nblock1:\n return",
    ),
    // An address that something is added to, where the addition becomes part of the access.
    Position("", "-> i64 tail", "v40 = iadd.i64 v0, v30\n v41 = load.i64 v40+8\n return v41"),
    Position("", "tail", "v40 = iadd.i64 v30, v0\n store.i64 v0, v40+8\n return"),
    // Used twice by one, and in two blocks.
    Position("", "-> {T} tail", "v40 = iadd.{T} v30, v30\n v41 = isub.{T} v40, v30\n return v41"),
    Position(
        "",
        "-> {T} tail",
        "brif v1, block1, block2\nblock1:\n return v30\nblock2:\n v40 = bxor.{T} v30, v2\n return v40",
    ),
    // A condition behind extensions and comparisons with zero.
    Position(
        "",
        "-> i64 tail",
        "v40 = uextend.i64 v30\n v41 = iconst.i64 0\n v42 = icmp eq v40, v41
         v43 = select v42, v0, v41\n return v43",
    ),
];

/// What is done with the values that are made again or become part of their users.
fn is_folded(opcode: Opcode) -> bool {
    use Opcode::*;
    matches!(
        opcode,
        Iconst
            | F16const
            | F32const
            | F64const
            | F128const
            | StackAddr
            | DynamicStackAddr
            | SymbolValue
            | FuncAddr
            | Load
            | Uload8
            | Sload8
            | Uload16
            | Sload16
            | Uload32
            | Sload32
            | Icmp
            | Fcmp
            | Uextend
            | Ireduce
            | Bitcast
            | Band
            | Iadd
            | Iconcat
    )
}

/// What became of a function.
#[derive(Clone, PartialEq, Debug)]
enum Outcome {
    Compiles,
    Unsupported(String),
    /// The verifier refuses it.
    Invalid,
}

struct Machine {
    isa: OwnedTargetIsa,
    context: Context,
    compiled: usize,
}

impl Machine {
    fn new(all_features: bool) -> Self {
        let mut shared = settings::builder();
        shared
            .set_words(
                "regalloc_checker enable_llvm_abi_extensions enable_multi_ret_implicit_sret \
                 enable_pinned_reg preserve_frame_pointers",
            )
            .unwrap();
        let mut isa = isa_builder("x86_64-unknown-linux-gnu".parse().unwrap());
        if all_features {
            let names: Vec<_> = isa.iter().map(|setting| (setting.name, setting.kind)).collect();
            for (name, kind) in names {
                if kind == settings::SettingKind::Bool {
                    isa.enable(name).unwrap();
                }
            }
        }
        let isa = isa.finish(settings::Flags::new(shared)).unwrap();
        Self { isa, context: Context::new(), compiled: 0 }
    }

    fn outcome(&mut self, text: &str) -> Outcome {
        self.compiled += 1;
        let func = match testfile::parse_functions(text) {
            Ok(mut functions) => functions.pop().unwrap(),
            Err(error) if error.to_string().contains("is not defined for type") => {
                return Outcome::Invalid;
            }
            Err(error) => panic!("{error}\n{text}"),
        };
        self.context.clear();
        self.context.func = func;
        let result = self.context.compile(&*self.isa, &mut ControlPlane::default());
        match result.map(|_| ()).map_err(|error| error.inner) {
            Ok(()) => Outcome::Compiles,
            Err(CodegenError::Unsupported(error)) => Outcome::Unsupported(error),
            Err(CodegenError::Verifier(_)) => Outcome::Invalid,
            Err(error) => panic!("{error}\n{text}"),
        }
    }
}

/// A function that makes a value by `def` (or takes it as a parameter) and then does `rest`.
fn function(position: &Position<'_>, ty: Type, def: Option<&Operation>) -> String {
    let Position(declared, signature, rest) = position;
    let (params, preamble, line) = match def {
        Some(op) => (op.params(), op.preamble.clone(), op.line()),
        None => (format!(", v30: {ty}"), String::new(), String::new()),
    };
    let same = if is_wide(ty) { String::new() } else { format!(", v2: {ty}") };
    let all = format!("v0: i64, v1: i32{same}{params}");
    let types: Vec<_> = all.split(", ").map(|p| p.split_once(": ").unwrap().1).collect();
    let types = types.join(", ");
    let text = format!(
        "function %f({types}) {signature} {{{PREAMBLE}{preamble}    {declared}
         block0({all}):\n{line}    {rest}\n}}\n"
    );
    text.replace("{T}", &written(ty))
}

/// A user of the value as operand `n` of another operation.
fn user_text(user: &Operation, n: usize, def: Option<&Operation>) -> String {
    let ty = user.operands[n];
    let (params, preamble, line) = match def {
        Some(op) => (op.params(), op.preamble.clone(), op.line()),
        None => (format!(", v30: {ty}"), String::new(), String::new()),
    };
    let mut all = format!("v0: i64{params}");
    let mut text = user.text.clone();
    for (m, ty) in user.operands.iter().enumerate().rev() {
        let name = if m == n { "v30".to_string() } else { format!("v{}", 50 + m) };
        text = text.replace(&format!("v{}", 10 + m), &name);
        if m != n {
            all += &format!(", v{}: {ty}", 50 + m);
        }
    }
    let types: Vec<_> = all.split(", ").map(|p| p.split_once(": ").unwrap().1).collect();
    let results: Vec<_> = (0..user.results.len()).map(|n| format!("v{}", 60 + n)).collect();
    let returns: Vec<_> = user.results.iter().map(Type::to_string).collect();
    let arrow = if results.is_empty() { "" } else { " -> " };
    let equals = if results.is_empty() { "" } else { " = " };
    let preambles = if user.preamble == preamble { preamble } else { preamble + &user.preamble };
    format!(
        "function %f({}){arrow}{} tail {{{PREAMBLE}{preambles}block0({all}):\n{line}    {}{equals}{text}
         return {}\n}}\n",
        types.join(", "),
        returns.join(", "),
        results.join(", "),
        results.join(", "),
    )
}

/// Checks what became of a value that is made by `op`, where its user takes such values. `known` is
/// whether the operation is lowered, as the first position showed.
fn check(op: &Operation, outcome: Outcome, known: &mut Option<bool>, text: &str) -> bool {
    match outcome {
        Outcome::Invalid => return false,
        Outcome::Compiles => {
            assert_ne!(*known, Some(false), "an error elsewhere, but compiles here:\n{text}");
            *known = Some(true);
        }
        Outcome::Unsupported(error) => {
            assert!(op.is_named_by(&error), "{error}: does not name {op:?}\n{text}");
            assert_ne!(*known, Some(true), "compiles elsewhere, but here {error}:\n{text}");
            *known = Some(false);
        }
    }
    true
}

fn every_operation_in_every_position(all_features: bool) {
    let mut machine = Machine::new(all_features);
    let mut takes: BTreeMap<(usize, Type), bool> = BTreeMap::new();
    let mut lowered = BTreeSet::new();
    let mut refused = BTreeSet::new();
    for &opcode in Opcode::ALL.iter().filter(|&&opcode| !is_written_out(opcode)) {
        for op in operations(opcode) {
            let mut known = None;
            // As a root, for its effect alone.
            if op.results.is_empty() {
                let rest = Position("", "tail", "return");
                let text = function(&rest, I64, Some(&op));
                let outcome = machine.outcome(&text);
                check(&op, outcome, &mut known, &text);
            }
            for (n, &ty) in op.results.iter().enumerate() {
                let mut taken = Vec::new();
                for (number, position) in POSITIONS.iter().enumerate() {
                    let is_taken = !is_wide(ty)
                        && *takes.entry((number, ty)).or_insert_with(|| {
                            machine.outcome(&function(position, ty, None)) == Outcome::Compiles
                        });
                    taken.extend(is_taken.then_some(position));
                }
                if taken.is_empty() {
                    taken.push(&STORED);
                }
                for position in taken {
                    let mut text = function(position, ty, Some(&op));
                    if n != 0 {
                        // The other result is the one that is used.
                        text = text.replace("v30, v31 =", "v31, v30 =");
                    }
                    let outcome = machine.outcome(&text);
                    if !check(&op, outcome, &mut known, &text) {
                        break;
                    }
                }
            }
            let name = (opcode, op.ty.to_string());
            match known {
                Some(true) => lowered.insert(name),
                Some(false) => refused.insert(name),
                None => false,
            };
        }
    }
    // What the ways of writing an operation leave to be shown: most of the table is reached.
    let reached: BTreeSet<_> = lowered.iter().chain(&refused).map(|(opcode, _)| *opcode).collect();
    let missing: Vec<_> = Opcode::ALL
        .iter()
        .filter(|&&opcode| !is_written_out(opcode) && !reached.contains(&opcode))
        .collect();
    assert!(missing.is_empty(), "no valid function was made with {missing:?}");
    assert!(lowered.contains(&(Opcode::StackAddr, "i64".to_string())));
    assert!(refused.contains(&(Opcode::StackAddr, "i32".to_string())));
    println!("{} lowered, {} refused, {} compiled", lowered.len(), refused.len(), machine.compiled);
}

/// Values that are made again or that become part of their users, as every operand of every
/// operation.
fn every_operand_of_every_operation(all_features: bool) {
    let mut machine = Machine::new(all_features);
    let all: Vec<_> = Opcode::ALL
        .iter()
        .filter(|&&opcode| !is_written_out(opcode))
        .flat_map(|&opcode| operations(opcode))
        .collect();
    let is_dynamic =
        |op: &Operation| op.operands.iter().chain(&op.results).any(|ty| ty.is_dynamic_vector());
    let mut folded: BTreeMap<Type, Vec<(Operation, bool)>> = BTreeMap::new();
    for op in all.iter().filter(|op| is_folded(op.opcode)) {
        if is_dynamic(op) {
            continue;
        }
        let text = function(&POSITIONS[0], op.results[0], Some(op));
        let is_lowered = match machine.outcome(&text) {
            Outcome::Invalid => continue,
            outcome => outcome == Outcome::Compiles,
        };
        let of_type = folded.entry(op.results[0]).or_default();
        if !of_type.iter().any(|(other, _)| other.opcode == op.opcode && other.ty == op.ty) {
            of_type.push((op.clone(), is_lowered));
        }
    }
    let mut checked = 0;
    for user in all.iter().filter(|user| !is_dynamic(user)) {
        for (n, ty) in user.operands.iter().enumerate() {
            if machine.outcome(&user_text(user, n, None)) != Outcome::Compiles {
                continue;
            }
            for (op, is_lowered) in folded.get(ty).into_iter().flatten() {
                let text = user_text(user, n, Some(op));
                let outcome = machine.outcome(&text);
                checked += usize::from(check(op, outcome, &mut Some(*is_lowered), &text));
            }
        }
    }
    assert!(checked > 1000, "{checked}");
    println!("{checked} pairs, {} compiled", machine.compiled);
}

#[test]
fn calls_and_branches_are_errors_or_compile_at_every_type() {
    let mut machine = Machine::new(false);
    let mut refused = BTreeSet::new();
    for &opcode in Opcode::ALL.iter().filter(|&&opcode| is_written_out(opcode)) {
        let info = opcode.info();
        let ctrls: Vec<Type> = match info.is_polymorphic() {
            true => TYPES.into_iter().filter(|&ty| info.t.contains(ty)).collect(),
            false => vec![INVALID],
        };
        for ty in ctrls {
            let rest = written_out(opcode, ty);
            let of_v2 = if ty == INVALID { I64 } else { ty };
            let text = function(&Position("", "tail", &rest), of_v2, None);
            match machine.outcome(&text) {
                Outcome::Compiles => {}
                Outcome::Invalid => panic!("it was meant to be valid:\n{text}"),
                Outcome::Unsupported(error) => {
                    assert!(error.contains(&format!("{opcode}.{ty}")), "{error}\n{text}");
                    refused.insert((opcode, ty));
                }
            }
        }
    }
    use Opcode::{CallIndirect, GetExceptionHandlerAddress, ReturnCallIndirect, TryCallIndirect};
    // Addresses have 64 bits.
    let narrow = [CallIndirect, ReturnCallIndirect, TryCallIndirect, GetExceptionHandlerAddress];
    assert_eq!(refused, narrow.map(|opcode| (opcode, I32)).into_iter().collect());
}

#[test]
fn unsupported_operations_are_errors_in_every_position() {
    every_operation_in_every_position(false);
}

#[test]
fn unsupported_operations_are_errors_in_every_position_with_all_features() {
    every_operation_in_every_position(true);
}

#[test]
fn folded_values_are_errors_or_compile_as_every_operand() {
    every_operand_of_every_operation(false);
}

#[test]
fn folded_values_are_errors_or_compile_as_every_operand_with_all_features() {
    every_operand_of_every_operation(true);
}
