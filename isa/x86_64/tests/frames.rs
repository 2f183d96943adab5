//! Whole functions through the machine layer: arguments, results, calls, tail calls, frames. The
//! register allocation of each is verified by regalloc2's checker.

use windlass_core::CompiledCode;
use windlass_core::control::ControlPlane;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_core::{Context, testfile};
use windlass_isa_x86_64::isa_builder;

fn isa(words: &str) -> OwnedTargetIsa {
    let mut shared = settings::builder();
    shared.set("regalloc_checker", "true").unwrap();
    shared.set("enable_llvm_abi_extensions", "true").unwrap();
    shared.set("enable_multi_ret_implicit_sret", "true").unwrap();
    shared.set_words(words).unwrap();
    isa_builder("x86_64-unknown-linux-gnu".parse().unwrap())
        .finish(settings::Flags::new(shared))
        .unwrap()
}

/// Compiles one function; returns its code and the mnemonics and operands of its instructions.
fn compile(words: &str, text: &str) -> (CompiledCode, Vec<String>) {
    let isa = isa(words);
    let mut functions = testfile::parse_functions(text).unwrap();
    let mut context = Context::for_function(functions.pop().unwrap());
    if let Err(error) = context.compile(&*isa, &mut ControlPlane::default()) {
        panic!("{error}\n{text}");
    }
    let code = context.take_compiled_code().unwrap();
    let listing = isa.to_text(code.code_buffer(), code.buffer.code_size());
    // Offset and bytes come before column 40.
    let lines = listing.lines().map(|line| line[40..].trim().to_string()).collect();
    (code, lines)
}

#[test]
fn a_leaf_has_no_frame() {
    let text = "function %f(i64, i64) -> i64 { block0(v0: i64, v1: i64): return v1 }";
    let (code, lines) = compile("", text);
    assert_eq!(lines, ["mov rax, rsi", "ret"]);
    assert!(!code.has_frame && code.frame_size == 0);
    let (code, lines) = compile("preserve_frame_pointers=1", text);
    assert_eq!(lines, ["push rbp", "mov rbp, rsp", "mov rax, rsi", "pop rbp", "ret"]);
    assert!(code.has_frame);
}

#[test]
fn swapped_results_of_tail() {
    let (_, lines) = compile(
        "",
        "function %f(i64, f64, i64) -> i64, f64, i64 tail {
         block0(v0: i64, v1: f64, v2: i64): return v2, v1, v0 }",
    );
    assert_eq!(lines, ["mov rax, rsi", "mov rcx, rdi", "ret"]);
}

#[test]
fn the_callee_of_tail_pops() {
    let (code, lines) = compile(
        "",
        "function %f(i64, i64, i64, i64, i64, i64, i64) -> i64 tail {
             fn0 = colocated %g(i64, i64, i64, i64, i64, i64, i64) -> i64 tail
         block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64):
             v7 = call fn0(v6, v1, v2, v3, v4, v5, v0)
             return v7 }",
    );
    let call = lines.iter().position(|l| l.starts_with("call ")).unwrap();
    assert_eq!(lines[call + 1], "sub rsp, 0x10");
    assert_eq!(lines.last().unwrap(), "ret 0x10");
    assert_eq!(code.buffer.call_sites().len(), 1);
    assert_eq!(code.buffer.relocs().len(), 1);
}

#[test]
fn a_tail_call_in_a_leaf_is_a_jump() {
    let (_, lines) = compile(
        "",
        "function %f(i64, i64) -> i64 tail {
             fn0 = colocated %g(i64, i64) -> i64 tail
         block0(v0: i64, v1: i64): return_call fn0(v0, v1) }",
    );
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("jmp "), "{lines:?}");
    // More stack arguments than its own: the return address moves down, and nothing is popped.
    let (code, lines) = compile(
        "",
        "function %f(i64) -> i64 tail {
             sig0 = (i64, i64, i64, i64, i64, i64, i64, i64) -> i64 tail
         block0(v0: i64): return_call_indirect sig0, v0(v0, v0, v0, v0, v0, v0, v0, v0) }",
    );
    assert!(code.has_frame);
    assert_eq!(
        lines[..3],
        ["mov r11, qword ptr [rsp]", "sub rsp, 0x10", "mov qword ptr [rsp], r11"]
    );
    assert_eq!(lines[lines.len() - 2..], ["pop rbp", "jmp r10"]);
    // Fewer: the return address moves up.
    let (_, lines) = compile(
        "",
        "function %f(i64, i64, i64, i64, i64, i64, i64, i64, i64) -> i64 tail {
             fn0 = colocated %g(i64) -> i64 tail
         block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64, v7: i64, v8: i64):
             return_call fn0(v8) }",
    );
    let moved = ["pop r11", "add rsp, 0x20", "push r11"];
    assert_eq!(lines[lines.len() - 4..lines.len() - 1], moved);
}

#[test]
fn callee_saved_registers_are_saved_by_conventions_that_have_them() {
    let text = |conv| {
        format!(
            "function %f(i64) -> i64 {conv} {{
                 fn0 = colocated %g(i64) -> i64 {conv}
             block0(v0: i64): v1 = call fn0(v0) return v0 }}"
        )
    };
    let (code, lines) = compile("", &text("system_v"));
    assert!(lines.iter().any(|l| l == "push rbx" || l == "push r12"), "{lines:?}");
    assert_eq!(code.frame_size % 16, 0);
    let (_, lines) = compile("", &text("tail"));
    assert!(!lines.iter().any(|l| l.starts_with("push") && l != "push rbp"), "{lines:?}");
}

#[test]
fn a_convention_that_does_not_exist_is_an_error() {
    let isa = isa("");
    for text in [
        "function %f(i64) apple_aarch64 { block0(v0: i64): return }",
        "function %f(i8x16) windows_fastcall { block0(v0: i8x16): return }",
        "function %f(i64) { ss0 = explicit_slot 16, align = 131072
         block0(v0: i64): return }",
    ] {
        let func = testfile::parse_functions(text).unwrap().pop().unwrap();
        let mut context = Context::for_function(func);
        let error = context.compile(&*isa, &mut ControlPlane::default()).unwrap_err();
        assert!(error.to_string().contains("unsupported"), "{error}");
    }
}

/// Functions of random signatures that pass their arguments on, in another order.
#[test]
fn random_signatures_in_all_conventions() {
    let mut state = 0x0123_4567_89ab_cdefu64;
    let mut random = move |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let types = ["i8", "i16", "i32", "i64", "i64", "i128", "f32", "f64", "i8x16"];
    let convs = ["system_v", "fast", "tail", "windows_fastcall", "preserve_all", "winch"];
    for round in 0..600 {
        let conv = convs[round % convs.len()];
        let types = if conv == "windows_fastcall" { &types[..8] } else { &types[..] };
        let callee_conv = match convs[random(convs.len())] {
            "windows_fastcall" if types.len() == 9 => "tail",
            other => other,
        };
        let params: Vec<&str> = (0..1 + random(14)).map(|_| types[random(types.len())]).collect();
        // The callee takes and returns some of the parameters' types, so that values fit.
        let mut pick = |n: usize| -> Vec<usize> { (0..n).map(|_| random(params.len())).collect() };
        let passed = pick(round % 17);
        let returned = if callee_conv == "preserve_all" { Vec::new() } else { pick(round % 7) };
        let list = |of: &[usize]| of.iter().map(|&i| params[i]).collect::<Vec<_>>().join(", ");
        let values =
            |of: &[usize]| of.iter().map(|i| format!("v{i}")).collect::<Vec<_>>().join(", ");
        let arrow =
            |list: &str| if list.is_empty() { String::new() } else { format!(" -> {list}") };
        // Where `winch` has several results, an i128 cannot be among them.
        let wide = |of: &[usize]| of.len() > 1 && of.iter().any(|&i| params[i] == "i128");
        let own = if conv == "preserve_all" { Vec::new() } else { pick(round % 11) };
        if conv == "winch" && wide(&[&own[..], &returned[..]].concat())
            || callee_conv == "winch" && wide(&returned)
        {
            continue;
        }
        let first = params.len();
        let results: Vec<usize> = (first..first + returned.len()).collect();
        let header: Vec<String> =
            params.iter().enumerate().map(|(i, ty)| format!("v{i}: {ty}")).collect();
        let defined = if results.is_empty() { String::new() } else { values(&results) + " = " };
        let mut ret_types = list(&own);
        let mut ret_values = values(&own);
        if conv != "preserve_all" && !results.is_empty() {
            let more = list(&returned);
            ret_types = if own.is_empty() { more } else { format!("{ret_types}, {more}") };
            let more = values(&results);
            ret_values = if own.is_empty() { more } else { format!("{ret_values}, {more}") };
        }
        let text = format!(
            "function %f({}){} {conv} {{\n fn0 = {}%g({}){} {callee_conv}\nblock0({}):\n \
             {defined}call fn0({})\n return {ret_values}\n}}\n",
            params.join(", "),
            arrow(&ret_types),
            if round % 2 == 0 { "colocated " } else { "" },
            list(&passed),
            arrow(&list(&returned)),
            header.join(", "),
            values(&passed),
        );
        for algorithm in ["backtracking", "single_pass"] {
            let (code, lines) = compile(&format!("regalloc_algorithm={algorithm}"), &text);
            let call = lines.iter().position(|l| l.starts_with("call ")).expect("a call");
            assert!(code.has_frame && call > 1, "{text}");
            assert_eq!(code.frame_size % 16, 0, "{text}");
        }
    }
}

#[test]
fn a_call_with_handlers() {
    let (code, lines) = compile(
        "",
        "function %f(i64, i64) -> i64 tail {
             sig0 = (i64) -> i64 tail
             fn0 = colocated %g(i64) -> i64 tail
         block0(v0: i64, v1: i64):
             try_call fn0(v0), sig0, block1(ret0, v1), [ context v0, tag1: block2(exn0), default: block3 ]
         block1(v2: i64, v3: i64):
             return v2
         block2(v4: i64):
             return v4
         block3:
             return v1 }",
    );
    let sites: Vec<_> = code.buffer.call_sites().collect();
    assert_eq!(sites.len(), 1);
    assert_eq!(sites[0].exception_handlers.len(), 3, "{lines:?}");
}

#[test]
fn source_locations_and_traps_follow_the_code() {
    let (code, lines) = compile(
        "",
        "function %f(i64, i32) -> i32 tail {
         block0(v0: i64, v1: i32):
         @10    v2 = load.i32 v0
         @20    v3 = iadd v2, v1
         @30    trapz v3, user7
         @40    brif v1, block1, block2
         block1:
         @50    v4 = udiv v3, v1
                return v4
         block2 cold:
         @60    store v3, v0
                return v3 }",
    );
    let locs: Vec<u32> = code.buffer.get_srclocs_sorted().iter().map(|r| r.loc.bits()).collect();
    for loc in [0x20, 0x30, 0x40, 0x50, 0x60] {
        assert!(locs.contains(&loc), "{loc:#x} of {locs:x?} in {lines:#?}");
    }
    let ranges = code.buffer.get_srclocs_sorted();
    assert!(ranges.windows(2).all(|w| w[0].end <= w[1].start), "{ranges:?}");
    assert!(ranges.iter().all(|r| r.start < r.end && r.end <= code.buffer.code_size()));
    // The load, the division, the store, and the trap behind all blocks.
    let traps = code.buffer.traps();
    assert!(traps.windows(2).all(|w| w[0].offset < w[1].offset), "{traps:?}");
    assert_eq!(traps.len(), 4, "{traps:?}");
    assert_eq!(traps[3].code.to_string(), "user7");
    let trap = ranges.iter().find(|r| (r.start..r.end).contains(&traps[3].offset)).unwrap();
    assert_eq!(trap.loc.bits(), 0x30);
}

#[test]
fn the_stack_limit_is_checked_where_there_is_a_frame() {
    let text = |body: &str| {
        format!(
            "function %f(i64 vmctx, i64) -> i64 system_v {{
                 gv0 = vmctx
                 gv1 = load.i64 notrap aligned gv0+16
                 stack_limit = gv1
                 fn0 = colocated %g(i64) -> i64 system_v
             block0(v0: i64, v1: i64): {body} }}"
        )
    };
    let (_, lines) = compile("", &text("return v1"));
    assert_eq!(lines, ["mov rax, rsi", "ret"]);
    let (code, lines) = compile("", &text("v2 = call fn0(v1) return v2"));
    let check = lines.iter().position(|l| l == "cmp r11, qword ptr [rdi + 0x10]").unwrap();
    assert!(lines[check + 1].starts_with("jb "), "{lines:#?}");
    assert!(code.buffer.traps().iter().any(|t| t.code.to_string() == "stk_ovf"));
}

#[test]
fn labelled_values_have_places() {
    let isa = isa("");
    let text = "function %f(i64, i64) -> i64 system_v {
             fn0 = colocated %g(i64) -> i64 system_v
         block0(v0: i64, v1: i64):
             v2 = call fn0(v0)
             v3 = iadd v2, v1
             return v3 }";
    let mut func = testfile::parse_functions(text).unwrap().pop().unwrap();
    func.collect_debug_info();
    let entry = func.layout.entry_block().unwrap();
    let value = func.dfg.block_params(entry)[1];
    let label = windlass_core::ir::ValueLabel::from_u32(7);
    let start = windlass_core::ir::ValueLabelStart { from: Default::default(), label };
    let starts = windlass_core::ir::ValueLabelAssignments::Starts(vec![start]);
    func.dfg.values_labels.as_mut().unwrap().insert(value, starts);
    let mut context = Context::for_function(func);
    let code = context.compile(&*isa, &mut ControlPlane::default()).unwrap();
    let ranges = &code.value_labels_ranges[&label];
    assert!(!ranges.is_empty());
    assert!(ranges.iter().all(|r| r.start < r.end && r.end <= code.buffer.code_size()));
    // It lives across the call.
    let call = code.buffer.call_sites().next().unwrap().ret_addr;
    assert!(ranges.iter().any(|r| r.start < call && r.end >= call), "{ranges:?} {call}");
}

#[test]
fn many_values_at_once_go_to_the_fast_allocator() {
    let mut body = String::new();
    for n in 0..3000 {
        body += &format!("v{} = imul v{}, v0\n", n + 2, n + 1);
    }
    let mut sum = "v1".to_string();
    for n in 0..3000 {
        body += &format!("v{} = bxor {sum}, v{}\n", n + 4000, 3001 - n);
        body += &format!("v{} = imul v{}, v1\n", n + 8000, n + 4000);
        sum = format!("v{}", n + 8000);
    }
    let text = format!(
        "function %f(i64, i64) -> i64 tail {{ block0(v0: i64, v1: i64):\n{body}return {sum} }}"
    );
    let (code, _) = compile("regalloc_checker=false", &text);
    assert!(code.stats.fell_back);
    let (code, _) = compile("regalloc_checker=false regalloc_fallback_live_log2=255", &text);
    assert!(!code.stats.fell_back);
}

/// Frames are probed in place: no helper is called, whatever the setting says, and nothing is
/// written above the stack pointer.
#[test]
fn probes_need_no_helper() {
    for strategy in ["outline", "inline"] {
        for (log2, size) in [(12, 5000), (12, 300_000), (0, 3), (1, 64), (30, 1 << 29)] {
            let text = format!(
                "function %f(i64) -> i64 {{ ss0 = explicit_slot {size}
                 block0(v0: i64): v1 = stack_addr.i64 ss0 return v1 }}"
            );
            let words = format!(
                "enable_probestack probestack_strategy={strategy} probestack_size_log2={log2}"
            );
            let (code, lines) = compile(&words, &text);
            assert!(code.buffer.relocs().is_empty(), "{words}");
            let probes = lines.iter().filter(|line| line.starts_with("mov byte ptr [rsp")).count();
            let frame = code.frame_size as usize;
            let pages = frame >> log2;
            assert_eq!(probes, if pages > 4 { 1 } else { pages }, "{words}: {lines:#?}");
            assert_eq!(lines.iter().any(|line| line.starts_with("jne")), pages > 4, "{words}");
        }
    }
}

/// A frame that is realigned has what lies above the gap at the frame pointer, and its depth counts
/// the gap.
#[test]
fn a_realigned_frame_is_found_from_both_ends() {
    let text = "function %f(i64, i64, i64, i64, i64, i64, i64) -> i64 tail {
             ss0 = explicit_slot 64, align = 256
             fn0 = colocated %g(i64) -> i64 tail
         block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64):
             v7 = call fn0(v0)
             v8 = stack_addr.i64 ss0
             v9 = iadd v7, v8
             v10 = iadd v9, v6
             return v10 }";
    let (code, lines) = compile("", text);
    assert!(code.has_frame);
    assert_eq!(code.slots_align, 256);
    assert!(code.frame_size >= 64 + 256);
    assert!(lines.contains(&"and rsp, -0x100".to_string()), "{lines:#?}");
    assert!(lines.contains(&"lea rsp, [rbp]".to_string()), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("[rbp + 0x10]")), "{lines:#?}");
}
