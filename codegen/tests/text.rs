//! Reader and printer: what is printed is read back, for every opcode at many types, and what is
//! wrong gives an error where it is.

use windlass_core::ir::opcodes::{Control, OperandKind, TypeExpr, TypeSet};
use windlass_core::ir::{AnyEntity, Opcode, Type, types};
use windlass_core::testfile::{ParseOptions, parse_functions, parse_test};

/// Reads one function and prints it.
fn reprint(text: &str) -> String {
    match parse_functions(text) {
        Ok(funcs) => funcs.iter().map(|func| func.to_string()).collect(),
        Err(error) => panic!("{error} in\n{text}"),
    }
}

/// The text is as the printer writes it.
fn canonical(text: &str) {
    assert_eq!(reprint(text), text);
}

/// Reading gives this error.
fn refused(text: &str, line: u32, column: u32, message: &str) {
    let error = parse_functions(text).map(|_| ()).unwrap_err();
    let place = (error.location.line_number, error.location.column);
    assert!(
        place == (line, column) && error.message.contains(message),
        "expected {line}:{column} {message}, found {error} in\n{text}"
    );
}

fn candidates() -> Vec<Type> {
    let mut all = types::SCALARS.to_vec();
    for lane in types::SCALARS {
        all.extend([2, 4, 8, 16].into_iter().filter_map(|n| lane.by(n)));
    }
    all
}

fn member(set: TypeSet) -> Type {
    let wide = [types::I64, types::F64, types::I8X16, types::F32X4];
    wide.into_iter().chain(candidates()).find(|&ty| set.contains(ty)).expect("the set has members")
}

/// A function with one instruction of the opcode at type `t`, with a suffix where one may stand.
fn sample(op: Opcode, t: Type) -> String {
    let info = op.info();
    let (mut params, mut line) = (Vec::new(), format!("{op}"));
    if info.control != Control::None {
        line += &format!(".{t}");
    }
    let mut value = |ty: Type| {
        params.push(ty);
        format!("v{}", params.len() - 1)
    };
    let mut parts: Vec<(OperandKind, String)> = Vec::new();
    for &kind in info.operands() {
        let text = match kind {
            OperandKind::Value(TypeExpr::U) => value(member(info.u)),
            OperandKind::Value(TypeExpr::A) => value(types::I64),
            OperandKind::Value(ty) => value(ty.eval(t).expect("the operand has a type")),
            OperandKind::Values if info.control != Control::None => {
                format!("{}({})", value(t), value(types::I32))
            }
            OperandKind::Values if op == Opcode::Return => value(types::I32),
            OperandKind::Values => format!("({})", value(types::I32)),
            OperandKind::BlockCall => "block1".into(),
            OperandKind::JumpTable => "block1, [block1, block2(v0)]".into(),
            OperandKind::ExceptionTable => {
                "sig0, block2(ret0), [ tag1: block2(exn0), context v0, default: block1 ]".into()
            }
            OperandKind::Imm64 => "-7".into(),
            OperandKind::Ieee16 => "0x1.800p1".into(),
            OperandKind::Ieee32 => "+NaN:0x1".into(),
            OperandKind::Ieee64 => "-Inf".into(),
            OperandKind::Constant => "const0".into(),
            OperandKind::Mask => "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31]".into(),
            OperandKind::Lane => "1".into(),
            OperandKind::IntCC => "ult".into(),
            OperandKind::FloatCC => "ueq".into(),
            OperandKind::TrapCode => "user9".into(),
            OperandKind::RmwOp => "nand".into(),
            OperandKind::MemFlags => "little".into(),
            OperandKind::Offset => "-8".into(),
            OperandKind::StackSlot => "ss0".into(),
            OperandKind::DynamicStackSlot => "dss0".into(),
            OperandKind::GlobalValue => "gv1".into(),
            OperandKind::FuncRef => "fn0".into(),
            OperandKind::SigRef => "sig0".into(),
            OperandKind::Block => "block1".into(),
            OperandKind::EdgeIndex => "0".into(),
            OperandKind::CtrlType => unreachable!("not among the operands"),
        };
        parts.push((kind, text));
    }
    let mut before = None;
    for (kind, text) in parts {
        line += match (before, kind) {
            (_, OperandKind::Offset) | (Some(OperandKind::FuncRef), OperandKind::Values) => "",
            (None, _) => " ",
            (
                Some(
                    OperandKind::MemFlags
                    | OperandKind::IntCC
                    | OperandKind::FloatCC
                    | OperandKind::RmwOp,
                ),
                _,
            ) => " ",
            _ => ", ",
        };
        line += &text;
        before = Some(kind);
    }
    let mut results = info.results.len();
    if matches!(op, Opcode::Call | Opcode::CallIndirect) {
        results = 1;
    }
    if results > 0 {
        let names: Vec<_> = (0..results).map(|n| format!("v{}", 100 + n)).collect();
        line = format!("{} = {line}", names.join(", "));
    }
    let list = |f: &dyn Fn(usize, &Type) -> String| {
        params.iter().enumerate().map(|(n, ty)| f(n, ty)).collect::<Vec<_>>().join(", ")
    };
    let size = info.results.first().and_then(|ty| ty.eval(t)).map_or(16, |ty| ty.bytes());
    let constant = format!("0x{}", "01".repeat(size as usize));
    let header = if params.is_empty() {
        String::new()
    } else {
        format!("({})", list(&|n, ty| format!("v{n}: {ty}")))
    };
    let end = if op.is_terminator() { "" } else { "    jump block1\n" };
    format!(
        "function %sample({}) -> i32 tail {{
    ss0 = explicit_slot 16, align = 16
    gv0 = vmctx
    gv1 = symbol u0:5 +8
    gv2 = dyn_scale_target_const.i32x4
    dt0 = i32x4*gv2
    dss0 = explicit_dynamic_slot dt0
    sig0 = (i32) -> i32 tail
    fn0 = u1:7 sig0
    const0 = {constant}

block0{header}:
    {line}
{end}
block1:
    trap user1

block2(v200: i32):
    return v200
}}
",
        list(&|_, ty| ty.to_string()),
    )
}

#[test]
fn every_opcode_round_trips() {
    let mut samples = 0;
    for &op in Opcode::ALL {
        let info = op.info();
        let types = match info.control {
            Control::None => vec![types::INVALID],
            _ => candidates().into_iter().filter(|&ty| info.t.contains(ty)).collect(),
        };
        // Only dynamic vectors are left where there is none.
        assert!(!types.is_empty() || op == Opcode::ExtractVector, "{op}");
        for t in types {
            let printable = |kind: &OperandKind| match kind {
                OperandKind::Value(ty) => {
                    matches!(ty, TypeExpr::U | TypeExpr::A) || ty.eval(t).is_some()
                }
                _ => true,
            };
            let formed = info.results.iter().all(|ty| ty.eval(t).is_some());
            if !info.operands().iter().all(printable) || !formed {
                continue;
            }
            let text = reprint(&sample(op, t));
            assert_eq!(reprint(&text), text);
            assert!(text.contains(&format!("{op}")), "{text}");
            samples += 1;
        }
    }
    assert!(samples > 1000, "{samples} samples");
}

#[test]
fn annotations_round_trip() {
    canonical(
        "function %demo(i64 vmctx, i32 uext) -> i32 sext, i64 system_v {
    ss0 = explicit_slot 16, align = 16, key = 7
    region0 = 1 \"frame\"
    gv0 = vmctx
    gv1 = load.i64 notrap aligned gv0+8
    gv2 = iadd_imm.i64 gv1, -8
    gv3 = symbol colocated tls %data-4
    gv4 = symbol u0:5 -4
    sig0 = (i32) -> i32 tail
    sig1 = (i64 sext, ..., f64, i16 sext) -> i32 system_v
    sig2 = (i64, ...) system_v
    sig3 = (..., i128) windows_fastcall
    sig4 = (...) system_v
    fn0 = colocated patchable u0:4 sig0
    const0 = 0x0102
    stack_limit = gv1

                                block0(v0: i64, v1: i32):
                                    v2 -> v1
                                    v7 -> v2
                                    v3 = iadd v2, v1
@002a                               brif v3, block1(v3), block2

                                block1(v4: i32):
<12, ss0> @002b                     v5 = call fn0(v4), stack_map=[i64 @ ss0+0]
                                    v6 = stack_addr.i64 ss0+8
                                    store notrap aligned region0 v5, v6-4
                                    return v5, v6

                                block2 cold:
                                    trap user3
}
",
    );
}

#[test]
fn numbers_that_are_left_out_stay_out() {
    canonical(
        "function %f(i64 vmctx) fast {
    ss3 = explicit_slot 8
    gv2 = vmctx
    gv5 = symbol u8:9
    sig10 = (i32) fast
    fn5 = %g sig10
    const4 = 0x01
    stack_limit = gv2

block9(v3: i64):
    return
}
",
    );
    // An inline signature has the next number; a text without blocks has no empty line.
    assert_eq!(
        reprint("function %f() { sig10 = () fn2 = %g(i32) fn5 = %h(i64) }"),
        "function %f() fast {
    sig10 = () fast
    sig11 = (i32) fast
    sig12 = (i64) fast
    fn2 = %g sig11
    fn5 = %h sig12
}
"
    );
    // Nothing may refer to a number that was left out.
    refused("function %f() { sig3 = () fn0 = %g sig1 }", 1, 36, "sig1");
    refused("function %f() { gv3 = symbol %x stack_limit = gv1 }", 1, 47, "gv1");
}

#[test]
fn constants_are_listed_behind_their_uses() {
    canonical(
        "function u3:17() -> i32 fast {
    const0 = 0x01010101010101010101010101010101

block0:
    v0 = iconst.i16 -1
    v1 = iconst.i32 0x2710
    v2 = f32const 0x1.800000p1
    v3 = vconst.i8x16 const0
    v4 = iadd v1, v1  ; v1 = 0x2710, v1 = 0x2710
    v5 = iadd_pairwise v3, v3  ; v3 = const0, v3 = const0
    nop 
    jump block1(v0)  ; v0 = -1

block1(v6: i16):
    v7 = iadd.i32 v1, v4  ; v1 = 0x2710
    v8 = uextend.i32 v6
    v9 = fneg.f32 v2  ; v2 = 0x1.800000p1
    return v8
}
",
    );
}

#[test]
fn free_forms_are_read() {
    let printed = reprint(
        "; comment
         function %f(i32, f32) -> i32 { ; more
           fn3 = %g(i32) -> i32 tail
           const2 = i32x4 [1 -2 3 0x4]
           block7(v0:i32,v9:f32): v1 = call fn3(v0) v2 = vconst.i32x4 const2
           v3 = f128const 0x1.8p0 v4 = vconst.i8x16 0x00
           v5 = shuffle v4, v4, 0x01 v6 = load.i32 little user7 v1 +0x10 return
           v1 }",
    );
    assert_eq!(
        printed,
        "function %f(i32, f32) -> i32 fast {
    sig0 = (i32) -> i32 tail
    fn3 = %g sig0
    const2 = 0x00000004_00000003fffffffe00000001
    const3 = 0x3fff8000000000000000000000000000
    const4 = 0x00000000000000000000000000000000

block7(v0: i32, v9: f32):
    v1 = call fn3(v0)
    v2 = vconst.i32x4 const2
    v3 = f128const const3
    v4 = vconst.i8x16 const4
    v5 = shuffle v4, v4, 0x00000000000000000000000000000001  ; v4 = const4, v4 = const4
    v6 = load.i32 user7 little v1+16
    return v1
}
"
        .replace("00000004_", "00000004")
    );
}

#[test]
fn errors_have_their_places() {
    let body = |lines: &str| format!("function %f(i32) -> i32 {{\nblock0(v0: i32):\n{lines}\n}}\n");
    refused("function %f() }", 1, 15, "expected `{`");
    refused(&body("v1 = iadd v0 v0"), 3, 14, "expected `,`");
    refused(&body("v1 = iad v0, v0"), 3, 6, "unknown opcode `iad`");
    refused(&body("v1 = iadd.f32 v0, v0"), 3, 10, "not defined for type f32");
    refused(&body("v1 = iadd v2, v0"), 3, 6, "can't infer from v2");
    refused(&body("v1 = iadd v0, v2"), 3, 15, "v2 is used but never defined");
    refused(&body("v0 = iadd v0, v0"), 3, 1, "v0 is defined twice");
    refused(&body("v1, v2 = iadd v0, v0"), 3, 10, "iadd has 1 results");
    refused(&body("iadd v0, v0"), 3, 1, "iadd has 1 results");
    refused(&body("v1 = iconst.i8 256"), 3, 16, "out of range");
    refused(&body("v1 = f32const 0.5"), 3, 15, "not a literal of type f32");
    refused(&body("v1 = call fn0(v0)"), 3, 11, "fn0 is not declared");
    refused(&body("v1 -> v2\nv2 = iadd v0, v0"), 3, 7, "v2 must be defined before");
    refused(&body("trap user0"), 3, 6, "expected a trap code");
    refused(&body("v1 = load.i32 little big v0"), 3, 22, "both");
    refused(&body("v1 = iadd v0, v0, stack_map=[]"), 3, 19, "stack map");
    refused(&body("return v0 é"), 3, 11, "unexpected character");
    refused(&body("return v0 \"x"), 3, 11, "no end");
    refused("function %f() {\nss0 = explicit_slot 4\nss0 = explicit_slot 4\n}", 3, 1, "twice");
    refused("function %f() {\ngv0 = load.i64 aligned gv1\n}", 2, 16, "notrap");
    refused("function %f() {\ngv0 = iadd_imm.i64 gv1, 1\n}", 2, 20, "gv1 is used");
    refused("function %f(i32, ...) {\n}", 1, 12, "can be called and not defined");
    refused("function %f() {\nsig0 = (i32, ..., ...)\n}", 2, 19, "the type of a parameter");
    refused("function %f() {\nsig0 = (i32, .. i64)\n}", 2, 17, "expected `.` in `...`");
    refused("function %f() {\nsig0 = () -> ...\n}", 2, 14, "the type of a parameter");
    refused("function %f() {\nregion1 = 0 \"a\"\n}", 2, 1, "in order");
    refused("function %f() {\nconst0 = i32x4 [1 2 3]\n}", 2, 22, "a literal of type i32");
    refused("function %f() {\nblock0:\n  jump block4000000000\n}", 3, 8, "leaves out too many");
    refused("set opt_level=speed\ntest cat\n", 2, 1, "expected `function`");
    refused("test cat\nset opt_level=sped", 2, 1, "opt_level");
}

#[test]
fn comments_belong_to_what_they_follow() {
    let text = "test verifier ; x\n; before\nset is_pic\n\n; first\nfunction %a() { ; fn
    ss0 = explicit_slot 4 ; ss
block0: ; b
    v0 = iconst.i32 ; inside
        3 ; c
    ; d
    return
}
; after
function %b() {}
; last
";
    let file = parse_test(text, ParseOptions::default()).unwrap();
    assert_eq!(file.commands[0].command, "verifier");
    assert!(file.flags.is_pic());
    let preamble: Vec<_> = file.preamble_comments.iter().map(|c| c.text).collect();
    assert_eq!(preamble, ["; before", "; first"]);
    let entities: Vec<_> = file.functions[0]
        .1
        .comments
        .iter()
        .map(|c| (c.entity.to_string(), c.text.trim_start_matches("; ")))
        .collect();
    let entities: Vec<_> = entities.iter().map(|(e, t)| (&**e, *t)).collect();
    assert_eq!(
        entities,
        [
            ("function", "fn"),
            ("ss0", "ss"),
            ("block0", "b"),
            ("inst0", "inside"),
            ("inst0", "c"),
            ("inst0", "d"),
            ("function", "after"),
        ]
    );
    let (_, details) = &file.functions[1];
    assert_eq!(details.comments[0].entity, AnyEntity::Function);
    assert_eq!(details.comments[0].text, "; last");
    assert_eq!(details.location.line_number, 15);
}

#[test]
fn long_inputs_take_no_stack_and_little_time() {
    let mut text = String::from("function %f(f32) {\nblock0(v0: f32):\n");
    for n in 1..100_000 {
        text += &format!("v{n} = fneg v{}\n", n - 1);
    }
    for n in 100_000..200_000 {
        text += &format!("v{n} -> v{}\n", n - 1);
    }
    text += "return\n}\n";
    let funcs = parse_functions(&text).unwrap();
    assert_eq!(funcs[0].dfg.num_insts(), 100_000);
    assert_eq!(reprint(&funcs[0].to_string()), funcs[0].to_string());
}
