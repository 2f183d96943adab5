//! The verifier: every rule that needs no machine, by functions whose comments announce the
//! errors.

use windlass_core::ir::{AnyEntity, Block, Function, Opcode, Signature, Value, types};
use windlass_core::isa::CallConv;
use windlass_core::settings::{self, Flags};
use windlass_core::testfile::{ParseOptions, parse_functions, parse_test};
use windlass_core::verify::{VerifierErrors, pretty_verifier_error, verify_function};

fn flags() -> Flags {
    Flags::new(settings::builder())
}

fn verify(func: &Function) -> VerifierErrors {
    verify_function(func, &flags()).err().unwrap_or_default()
}

/// Each comment `error: TEXT` is an error at the entity that it follows; there are no others.
fn check(text: &str) {
    let file = parse_test(text, ParseOptions::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    for (func, details) in &file.functions {
        let mut errors = verify(func).0;
        for comment in &details.comments {
            let Some((_, expected)) = comment.text.split_once("error: ") else {
                continue;
            };
            let found = errors.iter().position(|error| {
                error.location == comment.entity && error.message.contains(expected)
            });
            match found {
                Some(n) => drop(errors.remove(n)),
                None => panic!("{} has not `{expected}` but {errors:#?}\n{text}", comment.entity),
            }
        }
        assert!(errors.is_empty(), "not announced: {errors:#?}\n{text}");
    }
}

#[test]
fn right_functions_pass() {
    check(
        "function %f(i64 vmctx, i32 uext) -> i32 sext, i64 tail {
    ss0 = explicit_slot 16
    region0 = 1 \"a\"
    region1 = 2 \"b\"
    gv0 = vmctx
    gv1 = load.i64 notrap aligned gv0+8
    gv2 = iadd_imm.i64 gv1, 16
    sig0 = (i32) -> i32 tail
    fn0 = colocated u0:4 sig0
    fn1 = colocated patchable u0:5(i32) tail
    stack_limit = gv1
block0(v0: i64, v1: i32):
    v2 -> v1
    v3 = iadd v2, v1
    v13 = iconst.i8 -1
    brif v3, block1(v3), block2
block1(v4: i32):
    <12, ss0> v5 = call fn0(v4), stack_map=[i64 @ ss0+0]
    call fn1(v5)
    v6 = stack_addr.i64 ss0+8
    store notrap aligned region1 v5, v6-4
    v7 = f64const 0x1.0
    v8 = bitcast.i32x2 little v7
    v9 = uextend.i64 v4
    v10 = ishl v9, v4
    v11 = extractlane v8, 1
    v12 = select v13, v9, v10
    return v11, v12
block2 cold:
    v14 = symbol_value.i64 gv2
    try_call_indirect v14(v3), sig0, block3(ret0), [ tag1: block4(exn0), context v0, default: block5 ]
block3(v15: i32):
    v16 = get_exception_handler_address.i64 block2, 1
    br_table v15, block5, [block1(v15), block5]
block4(v17: i64):
    trap user3
block5:
    trap int_divz
block6(v18: i32):
    ; Nothing comes here, so definitions need not dominate.
    v19 = iadd v18, v5
    jump block6(v19)
}
function %empty() {}
function %g(i32) -> i32, i64 tail {
    fn0 = u0:1(i64) -> i32, i64 tail
block0(v0: i32):
    v1 = uextend.i64 v0
    return_call fn0(v1)
}",
    );
}

#[test]
fn preamble_and_signatures() {
    check(
        "function %a(i32 uext, f32 sext) -> i64 sarg(8) { ; error: parameter 1
    ; error: result 0 is `sarg`
    gv0 = load.i64 notrap aligned gv1 ; error: chain of bases
    gv1 = load.i64 notrap aligned gv2
    gv2 = iadd_imm.i64 gv1, 1
    gv3 = vmctx ; error: needs a parameter
    gv4 = iadd_imm.f32 gv2, 1 ; error: must be an integer
    region0 = 7 \"a\"
    region1 = 7 \"b\" ; error: region0
}",
    );
    check(
        "function %b() -> i32 preserve_all { ; error: preserve_all
    sig0 = () -> i32 preserve_all ; error: preserve_all
    fn0 = %x() -> i32 preserve_all ; error: preserve_all
}",
    );
}

#[test]
fn blocks_and_terminators() {
    check("function %a(i32) {\nblock0: ; error: 0 parameters\n return\n}");
    check("function %a(i32) {\nblock0(v0: i64): ; error: signature has i32\n return\n}");
    check("function %a() {\nblock0 cold: ; error: cold\n return\n}");
    check("function %a() {\nblock0: ; error: empty\n}");
    check("function %a() {\nblock0: ; error: ends in nop\n nop\n}");
    check("function %a() {\nblock0:\n return ; error: not the last\n return\n}");
    check("function %a() {\nblock0:\n jump block1 ; error: block1 is not defined\n}");
    check("function %a() {\nblock0:\n jump block0 ; error: entry block\n}");
    check(
        "function %a(i32) {
block0(v0: i32):
    brif v0, block1(v0), block1(v0, v0) ; error: takes 1 arguments, 2 are passed
block1(v1: i32):
    v2 = uextend.i64 v1
    brif v1, block1(v2), block1(v1) ; error: argument 0 for block1
}",
    );
}

#[test]
fn definitions_and_uses() {
    check(
        "function %a(i32) {
block0(v0: i32):
    v1 = iadd.i32 v2, v0 ; error: before its definition
    v2 = iadd v1, v1
    v3 = iadd.i32 v3, v0 ; error: by the instruction that defines it
    brif v0, block1, block2
block1:
    v4 = iadd v0, v0
    jump block3
block2:
    v5 = iadd.i32 v4, v0 ; error: not every way
    jump block3
block3:
    v6 = iadd.i32 v5, v5 ; error: not every way
    ; error: not every way
    return
}",
    );
}

#[test]
fn types_of_operands_and_results() {
    check(
        "function %a(i32, i64, f32, i8x16) -> i32 {
block0(v0: i32, v1: i64, v2: f32, v3: i8x16):
    v4 = iadd v0, v1 ; error: operand 1, v1, has type i64: expected i32
    v5 = iadd.i64 v0, v1 ; error: operand 0, v0
    v6 = uextend.i32 v1 ; error: narrower than i32
    v7 = ireduce.i32 v0 ; error: wider than i32
    v8 = ireduce.i8 v2 ; error: another kind
    v9 = load.i32 v2 ; error: i32 or i64
    v10 = splat.i32x4 v1 ; error: expected i32
    v11 = bmask.i32 v3 ; error: another kind
    v12 = swizzle v3, v0 ; error: expected i8x16
    br_table v1, block1, [] ; error: expected i32
block1:
    return v1 ; error: return value 0, v1
}",
    );
}

#[test]
fn variable_arguments() {
    check(
        "function %a() {
    sig0 = (i64, ..., f64) fast ; error: convention fast has no variable arguments
    sig1 = (f32, ..., f32) system_v ; error: argument 1 of type f32 must be promoted
    sig2 = (i8, ..., i8 uext, i16) system_v ; error: argument 2 of type i16 must be extended
    sig3 = (..., i64 sret) system_v ; error: only fixed parameters
    sig4 = (i64, ..., f64) -> i32 system_v
block0:
    return
}
function %b() {
    sig0 = (i64) -> i32 system_v
    sig1 = (i64, ...) -> i32 system_v
    fn0 = %f sig0
block0:
    v0 = iconst.i64 0
    try_call fn0(v0), sig1, block1, [] ; error: sig1 is not the signature
block1:
    return
}
",
    );
    let mut func = Function::new();
    let sig = func.import_variadic_signature(Signature::new(CallConv::SystemV), 2);
    assert_eq!(func.dfg.signatures[sig].display(Some(2)).to_string(), "(...) system_v");
    let errors = verify(&func);
    assert!(errors.to_string().contains("2 fixed parameters of 0"), "{errors}");
}

#[test]
fn calls_and_exceptions() {
    check(
        "function %a(i64) -> i32 tail {
    sig0 = (i32) -> i32 tail
    sig1 = (i64) -> i32 tail
    fn0 = %f sig0
    fn1 = %g(i64) -> i32 fast
    fn2 = %h(i64) -> i64 tail
    fn3 = patchable %i(i64) tail
    fn4 = colocated patchable %j(i64) -> i32 tail
block0(v0: i64):
    v1 = call fn0(v0) ; error: argument 0, v0, has type i64: expected i32
    v2 = call fn0() ; error: 0 arguments
    v3 = call_indirect.i32 sig1, v0(v0) ; error: callee v0 has type i64
    call fn3(v0) ; error: colocated
    v4 = call fn4(v0) ; error: no results
    brif v4, block1, block2
block1:
    return_call fn1(v0) ; error: has no tail calls
block2:
    return_call fn2(v0) ; error: those of the function
block3:
    try_call fn1(v0), sig1, block4(ret1), [ tag0: block5(ret0) ] ; error: no exceptions
    ; error: is not the signature
    ; error: ret1
    ; error: ret0 can stand only in the normal
block4(v5: i32):
    v6 = get_exception_handler_address.i64 block4, 0 ; error: does not end in a try_call
    v7 = get_exception_handler_address.i64 block3, 1 ; error: 1 exceptional
    v8 = get_exception_handler_address.i64 block3, -1 ; error: 1 exceptional
    jump block5(exn0) ; error: only in a handler
block5(v9: i32):
    return ; error: 0 return values
}",
    );
}

#[test]
fn immediates_flags_and_settings() {
    check(
        "function %a(i64, i32x4, f32) {
    const0 = 0x00
    ss0 = explicit_slot 4
block0(v0: i64, v1: i32x4, v2: f32):
    v3 = vconst.i32x4 const0 ; error: 1 bytes
    v4 = f128const const0 ; error: 1 bytes
    v5 = extractlane v1, 4 ; error: lane 4 of a vector with 4
    v6 = insertlane v1, v5, 7 ; error: lane 7
    v7 = bitcast.i8x16 little v1
    v8 = shuffle v7, v7, 0x20 ; error: byte 32
    store readonly v0, v0 ; error: readonly
    v9 = bitcast.i8x16 v1 ; error: little or big
    v10 = bitcast.i32 notrap v2 ; error: no flags
    v11 = bitcast.i64 v2 ; error: as wide as i64
    v12 = get_pinned_reg.i64 ; error: enable_pinned_reg
    v13 = get_frame_pointer.i64 ; error: preserve_frame_pointers
    v14 = get_return_address.i64 ; error: preserve_frame_pointers
    <1> nop ; error: debug tags
    <ss0> sequence_point
    return
}",
    );
}

#[test]
fn settings_allow_the_pinned_register_as_context() {
    let func = &parse_functions("function %a() {\ngv0 = vmctx\n}").unwrap()[0];
    assert!(verify(func).has_error());
    let mut builder = settings::builder();
    builder.set_word("enable_pinned_reg").unwrap();
    assert!(verify_function(func, &Flags::new(builder)).is_ok());
}

#[test]
fn errors_stand_next_to_their_lines() {
    let func = &parse_functions(
        "function %a(i32, i64) -> i32 {
    gv0 = vmctx
block0(v0: i32, v1: i64):
    v2 = iadd v0, v1
    return
}",
    )
    .unwrap()[0];
    let report = verify(func);
    assert_eq!(report.0.len(), 3);
    assert_eq!(
        report.0[1].to_string(),
        "inst0 (v2 = iadd.i32 v0, v1): operand 1, v1, has type i64: expected i32"
    );
    assert_eq!(
        pretty_verifier_error(func, &report),
        "function %a(i32, i64) -> i32 fast {
    gv0 = vmctx
;   ^ error: `vmctx` needs a parameter with purpose `vmctx`, or the setting enable_pinned_reg

block0(v0: i32, v1: i64):
    v2 = iadd v0, v1
;   ^ error: operand 1, v1, has type i64: expected i32
    return
;   ^ error: 0 return values: the signature has 1
}

; 3 verifier errors (see above). Compilation aborted.
"
    );
}

/// Whatever number an instruction names, the verifier and the printer say so and do not panic.
#[test]
fn numbers_of_nothing_are_errors() {
    let text = "function %a(i32, i64) -> i32 tail {
    ss0 = explicit_slot 4
    gv0 = symbol %x
    sig0 = (i32) -> i32 tail
    fn0 = %f sig0
    const0 = 0x00000000000000000000000000000000
    region0 = 1 \"\"
block0(v0: i32, v1: i64):
    v2 = iadd v0, v0
    v3 = load.i32 region0 v1
    v4 = stack_addr.i64 ss0
    v5 = symbol_value.i64 gv0
    v6 = call fn0(v0)
    v7 = func_addr.i64 fn0
    v8 = vconst.i8x16 const0
    v9 = shuffle v8, v8, 0x00
    br_table v0, block1, [block2]
block1:
    try_call fn0(v0), sig0, block3(ret0), [ tag0: block2 ]
block2:
    v10 = get_exception_handler_address.i64 block1, 0
    trap user1
block3(v11: i32):
    return v11
}";
    let original = parse_functions(text).unwrap().remove(0);
    assert!(verify(&original).is_empty(), "{}", verify(&original));
    let insts: Vec<_> = original
        .layout
        .blocks()
        .flat_map(|block| original.layout.block_insts(block).collect::<Vec<_>>())
        .collect();
    let mut wrong = 0;
    for &inst in &insts {
        for word in 0..4 {
            let mut func = original.clone();
            let data = &mut func.dfg[inst];
            // Handles of lists belong to the graph: nobody can name one that does not exist.
            if word == 3 && (data.opcode.info().has_list || data.opcode == Opcode::Jump) {
                continue;
            }
            match word {
                3 => data.extra = 0x7000_0000,
                n => data.args[n] = Value::from_u32(0x7000_0000),
            }
            let report = verify(&func);
            let printed = pretty_verifier_error(&func, &report);
            wrong += usize::from(report.has_error() && printed.contains("error"));
        }
    }
    assert_eq!(wrong, 18, "operands that name something");
    let mut func = original.clone();
    let branch = insts[8];
    func.dfg.branch_targets_mut(branch)[1].set_target(Block::from_u32(77));
    let report = verify(&func);
    assert!(report.0.iter().any(|error| error.location == AnyEntity::from(branch)), "{report}");
    func.dfg.append_block_param(Block::from_u32(3), types::I8);
    assert!(verify(&func).0.len() > report.0.len());
}
