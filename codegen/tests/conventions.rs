//! Calling conventions as data: the tables of four conventions that have little in common, and
//! where their documents put arguments and results. No back end is needed.
//!
//! The documents: Procedure Call Standard for the Arm 64-bit Architecture; Apple's "Writing ARM64
//! code for Apple platforms"; RISC-V ELF psABI, integer and hardware floating-point conventions;
//! ELF Application Binary Interface, s390x Supplement.

use regalloc2::{PReg, PRegSet, RegClass};
use windlass_core::ir::{AbiParam, ArgumentExtension, ArgumentPurpose, CallConv, Signature, types};
use windlass_core::machine::convention::{Convention, FrameRules, Pairs, Saves, Variadic};
use windlass_core::machine::frame::{Frame, FrameNeeds};
use windlass_core::machine::signature::AbiSigs;
use windlass_core::machine::{AbiArg, AbiLoc};
use windlass_core::settings::{self, Configurable, Flags};

const fn list<const N: usize>(class: RegClass, first: usize, step: usize) -> [PReg; N] {
    let mut regs = [PReg::new(0, class); N];
    let mut n = 0;
    while n < N {
        regs[n] = PReg::new(first + n * step, class);
        n += 1;
    }
    regs
}

const fn int(n: usize) -> PReg {
    PReg::new(n, RegClass::Int)
}

static INTS_0: [PReg; 8] = list(RegClass::Int, 0, 1);
static FLOATS_0: [PReg; 8] = list(RegClass::Float, 0, 1);
static INTS_10: [PReg; 8] = list(RegClass::Int, 10, 1);
static FLOATS_10: [PReg; 8] = list(RegClass::Float, 10, 1);
static INTS_2: [PReg; 5] = list(RegClass::Int, 2, 1);
static FLOATS_EVEN: [PReg; 4] = list(RegClass::Float, 0, 2);

const FRAME: FrameRules = FrameRules {
    sp: 31,
    fp: Some(29),
    link: Some(int(30)),
    pushed: 0,
    link_area: 16,
    red_zone: 0,
    align: 16,
    saves: Saves::Stored,
    float_slot: 8,
    near_fp: 0,
    scratch: [int(16), int(17)],
    float_scratch: PReg::new(31, RegClass::Float),
};

static AAPCS64: Convention = Convention {
    arg_pairs: Pairs::Together { even: true, closes: true },
    struct_words: 2,
    structs_by_address: true,
    ret_area: Some(int(8)),
    ..Convention::new([&INTS_0, &FLOATS_0], [&INTS_0, &FLOATS_0], FRAME)
};

static APPLE: Convention = Convention {
    slot: 1,
    arg_pairs: Pairs::Together { even: false, closes: true },
    variadic: Variadic::InMemory,
    ..AAPCS64
};

static LP64D: Convention = Convention {
    floats_in_ints: true,
    words_are_signed: true,
    arg_pairs: Pairs::Straddling,
    struct_words: 2,
    structs_by_address: true,
    variadic: Variadic::InIntegers,
    ..Convention::new(
        [&INTS_10, &FLOATS_10],
        [INTS_10.split_at(2).0, FLOATS_10.split_at(2).0],
        FrameRules { sp: 2, fp: Some(8), link: Some(int(1)), ..FRAME },
    )
};

static S390X: Convention = Convention {
    home_size: 160,
    max_align: 8,
    at_end_of_slot: true,
    arg_pairs: Pairs::Address,
    ret_pairs: Pairs::Memory,
    struct_words: 1,
    structs_by_address: true,
    ..Convention::new(
        [&INTS_2, &FLOATS_EVEN],
        [INTS_2.split_at(1).0, FLOATS_EVEN.split_at(1).0],
        FrameRules {
            sp: 15,
            fp: None,
            link: Some(int(14)),
            link_area: 0,
            align: 8,
            saves: Saves::InHome,
            ..FRAME
        },
    )
};

/// Types and what they are called here; `+` and `-` ask for an extension, `{N}` is a struct of so
/// many bytes, `&` the address of a struct that is returned.
fn param(word: &str) -> AbiParam {
    let mut param = AbiParam::new(types::I64);
    match word.as_bytes()[0] {
        b'{' => {
            let size = word.trim_matches(['{', '}']).parse().unwrap();
            param.purpose = ArgumentPurpose::StructArgument(size);
        }
        b'&' => param.purpose = ArgumentPurpose::StructReturn,
        _ => {
            param.value_type = match word.trim_end_matches(['+', '-']) {
                "i8" => types::I8,
                "i16" => types::I16,
                "i32" => types::I32,
                "i64" => types::I64,
                "i128" => types::I128,
                "f32" => types::F32,
                "f64" => types::F64,
                "v128" => types::I8X16,
                other => panic!("no type {other}"),
            };
            param.extension = match word.as_bytes()[word.len() - 1] {
                b'+' => ArgumentExtension::Uext,
                b'-' => ArgumentExtension::Sext,
                _ => ArgumentExtension::None,
            };
        }
    }
    param
}

fn loc(loc: AbiLoc, ext: ArgumentExtension) -> String {
    let ext = match ext {
        ArgumentExtension::None => "",
        ArgumentExtension::Uext => "+",
        ArgumentExtension::Sext => "-",
    };
    match loc {
        AbiLoc::Reg(reg) if reg.class() == RegClass::Int => format!("r{}{ext}", reg.hw_enc()),
        AbiLoc::Reg(reg) => format!("f{}{ext}", reg.hw_enc()),
        AbiLoc::Stack(at) => format!("[{at}]{ext}"),
    }
}

/// An argument: `a:b` are the halves of an `i128`, `a+b` the words of a struct, `a->[n]` an address
/// and where the copy is.
fn shown(arg: AbiArg) -> String {
    let address = |at| loc(at, ArgumentExtension::None);
    match arg {
        AbiArg::One(a) => loc(a.loc, a.ext),
        AbiArg::Two(a, b) => format!("{}:{}", loc(a.loc, a.ext), loc(b.loc, b.ext)),
        AbiArg::Struct(at, size) => format!("[{at}..{}]", at + size as i32),
        AbiArg::StructWords(words, home) => {
            assert_eq!(home, None);
            let words = words.into_iter().flatten().map(|a| loc(a.loc, a.ext));
            words.collect::<Vec<_>>().join("+")
        }
        AbiArg::StructRef(at, copy, _) | AbiArg::TwoRef(at, copy) => {
            format!("{}->[{copy}]", address(at))
        }
        other => panic!("{other:?}"),
    }
}

/// Where the arguments and results of a signature are. What comes behind `...` is variable. Behind
/// the results stand the sizes of both areas and, if results are in memory, where their address is.
fn place(convention: &'static Convention, text: &str) -> String {
    let mut setup = settings::builder();
    setup.set("enable_multi_ret_implicit_sret", "true").unwrap();
    let flags = Flags::new(setup);
    let (params, returns) = text.split_once("->").unwrap_or((text, ""));
    let words: Vec<&str> = params.split_whitespace().collect();
    let fixed = words.iter().position(|&word| word == "...");
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.extend(words.iter().filter(|&&word| word != "...").map(|word| param(word)));
    signature.returns.extend(returns.split_whitespace().map(param));
    let mut sigs = AbiSigs::default();
    sigs.clear(0);
    let id = sigs.add(&signature, fixed, convention, "this machine", &flags).unwrap();
    let sig = sigs.get(id);
    let list = |span: windlass_core::machine::vcode::Span| {
        (span.start..span.end).map(|n| shown(sigs.place(n))).collect::<Vec<_>>().join(" ")
    };
    let mut out = list(sig.args);
    if !signature.returns.is_empty() {
        out = format!("{out} -> {}", list(sig.rets));
    }
    if sig.arg_size != convention.home_size {
        out += &format!(" args {}", sig.arg_size);
    }
    if let Some(at) = sig.ret_area {
        let at = loc(at, ArgumentExtension::None);
        out += &format!(" results {} at {at}", sig.ret_size);
    }
    out
}

fn check(convention: &'static Convention, cases: &[(&str, &str)]) {
    for (signature, expected) in cases {
        assert_eq!(place(convention, signature), *expected, "({signature})");
    }
}

#[test]
fn aapcs64() {
    check(
        &AAPCS64,
        &[
            ("i32 i64 f32 f64 i8 -> f64", "r0 r1 f0 f1 r2 -> f0"),
            // The ninth of each class is in memory, in slots of 8 bytes.
            (
                "i64 i64 i64 i64 i64 i64 i64 i64 i8 i32 i64",
                "r0 r1 r2 r3 r4 r5 r6 r7 [0] [8] [16] args 32",
            ),
            (
                "f32 f32 f32 f32 f32 f32 f32 f32 f32 i64 f64",
                "f0 f1 f2 f3 f4 f5 f6 f7 [0] r0 [8] args 16",
            ),
            // A value aligned to 16 begins at an even register, or at a multiple of 16.
            ("i32 i128 i32", "r0 r2:r3 r4"),
            ("i128 i128 i32 i128", "r0:r1 r2:r3 r4 r6:r7"),
            // Where it does not fit, no later argument uses the registers that are left.
            ("i64 i64 i64 i64 i64 i64 i64 i128 i64", "r0 r1 r2 r3 r4 r5 r6 [0]:[8] [16] args 32"),
            (
                "i64 i64 i64 i64 i64 i64 i64 i64 i64 i128",
                "r0 r1 r2 r3 r4 r5 r6 r7 [0] [16]:[24] args 32",
            ),
            // Structs: up to two words in registers, larger ones as the address of a copy.
            ("i32 {16} {8} {24} i32", "r0 r1+r2 r3 r4->[0] r5 args 32"),
            ("i64 i64 i64 i64 i64 i64 i64 {16} i64", "r0 r1 r2 r3 r4 r5 r6 [0..16] [16] args 32"),
            ("& i64", "r8 r0"),
            ("i64 -> i128", "r0 -> r0:r1"),
            // Variable arguments are where fixed ones would be.
            ("i64 ... f64 i32", "r0 f0 r1"),
            ("i64 -> i128 i128 i128 i128 i64", "r0 -> r0:r1 r2:r3 r4:r5 r6:r7 [0] results 8 at r8"),
        ],
    );
}

#[test]
fn apple_aarch64() {
    check(
        &APPLE,
        &[
            // In memory, values take their own size and alignment.
            (
                "i64 i64 i64 i64 i64 i64 i64 i64 i8 i16 i8 i32 i64 i8",
                "r0 r1 r2 r3 r4 r5 r6 r7 [0] [2] [4] [8] [16] [24] args 32",
            ),
            ("i64 i128 i64", "r0 r1:r2 r3"),
            // Variable arguments are in memory, in slots of 8 bytes.
            ("i64 ... i32 f64 i8", "r0 [0] [8] [16] args 32"),
        ],
    );
}

#[test]
fn riscv_lp64d() {
    check(
        &LP64D,
        &[
            ("i32 f32 i64 f64 -> f64 i64", "r10 f10 r11 f11 -> f10 r10"),
            // Floats beyond the eighth are in integer registers, then in memory.
            ("f64 f64 f64 f64 f64 f64 f64 f64 f32 i64", "f10 f11 f12 f13 f14 f15 f16 f17 r10 r11"),
            ("i64 i128 i64", "r10 r11:r12 r13"),
            // Two words of which one fits a register: the other is in memory.
            (
                "i64 i64 i64 i64 i64 i64 i64 i128 i64",
                "r10 r11 r12 r13 r14 r15 r16 r17:[0] [8] args 16",
            ),
            ("i64 i64 i64 i64 i64 i64 i64 {16}", "r10 r11 r12 r13 r14 r15 r16 r17+[0] args 16"),
            (
                "i64 i64 i64 i64 i64 i64 i64 i64 i64 i128",
                "r10 r11 r12 r13 r14 r15 r16 r17 [0] [16]:[24] args 32",
            ),
            ("{24} i64 {8}", "r10->[0] r11 r12 args 32"),
            // An unsigned word is extended as if it were signed; narrower ones are not.
            ("i32+ i8+ i32- -> i32+", "r10- r11+ r12- -> r10-"),
            // Variable arguments are in integer registers, pairs in aligned ones.
            ("i64 ... i128 f64 i32", "r10 r12:r13 r14 r15"),
            ("i64 -> i128", "r10 -> r10:r11"),
            ("i64 -> i64 i64 i64", "r11 -> r10 r11 [0] results 8 at r10"),
        ],
    );
}

#[test]
fn s390x() {
    check(
        &S390X,
        &[
            ("i64 i32- f64 f32 -> i64", "r2 r3- f0 f2 -> r2"),
            // Stack arguments begin above the area in which the callee saves registers. What is
            // narrower than its slot and not extended lies at the slot's end.
            ("i64 i64 i64 i64 i64 i64 i32- i32", "r2 r3 r4 r5 r6 [160] [168]- [180] args 184"),
            ("f64 f64 f64 f64 f64 f32", "f0 f2 f4 f6 [160] [172] args 176"),
            // Two words are passed and returned in memory.
            ("i128 i64", "r2->[160] r3 args 176"),
            ("i64 -> i128", "r3 -> [0]:[8] results 16 at r2"),
            ("{8} {16}", "r2 r3->[160] args 176"),
        ],
    );
}

/// x86-64's: calls push the return address, and what is saved is pushed.
const PUSHING: FrameRules = FrameRules {
    link: None,
    pushed: 8,
    red_zone: 128,
    saves: Saves::Pushed,
    float_slot: 16,
    near_fp: 512,
    ..FRAME
};

/// The parts of a frame do not overlap and lie where the rules say, whatever is asked for.
#[test]
fn parts_of_frames_are_apart() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |n: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as u32 % n
    };
    let mut without_frame = 0;
    for round in 0..3000 {
        let rules = [&PUSHING, &AAPCS64.frame, &S390X.frame][round % 3];
        let mut saved = PRegSet::empty();
        for n in 0..16 {
            if random(8) == 0 {
                saved.add(PReg::new(n, [RegClass::Int, RegClass::Float][random(2) as usize]));
            }
        }
        let plain = random(3) == 0;
        let needs = FrameNeeds {
            incoming_size: 16 * random(4),
            tail_args_size: if plain { 0 } else { 16 * random(6) },
            spill_size: 8 * random(9),
            slot_size: 8 * random(9),
            slot_align: if rules.fp.is_none() || plain { 8 } else { 8 << random(5) },
            outgoing_size: if plain { 0 } else { 16 * random(4) },
            saved: if plain { PRegSet::empty() } else { saved },
            has_calls: !plain,
            always: random(20) == 0,
        };
        let mut frame = Frame::default();
        frame.compute(rules, &needs).unwrap();
        let size = frame.size() as i32;
        let at = |area| frame.sp_offset(area);
        assert_eq!(at(frame.areas.incoming), size + frame.to_cfa as i32, "{needs:?}");
        // The parts from low to high.
        let mut parts = vec![
            (at(frame.areas.outgoing), needs.outgoing_size),
            (at(frame.areas.slots), needs.slot_size),
            (at(frame.areas.spills), needs.spill_size),
        ];
        let home = at(frame.areas.incoming);
        for &(reg, area) in &frame.stored {
            if rules.saves == Saves::InHome && reg.class() == RegClass::Int {
                assert_eq!(at(area), home + 8 * reg.hw_enc() as i32);
                continue;
            }
            let bytes = if reg.class() == RegClass::Int { 8 } else { rules.float_slot };
            parts.push((at(area), bytes));
        }
        for pair in parts.windows(2) {
            assert!(pair[0].0 + pair[0].1 as i32 <= pair[1].0, "{parts:?} of {needs:?}");
        }
        let (end, last) = parts[parts.len() - 1];
        if frame.has_frame {
            assert!(parts[0].0 == 0 && end + last as i32 <= frame.fixed_size as i32, "{needs:?}");
            assert_eq!(frame.size() % rules.align, 0, "{needs:?}");
            assert_eq!(frame.pushed.len() + frame.stored.len(), needs.saved.len() as usize);
            let align = needs.slot_align.max(8) as i32;
            assert_eq!(at(frame.areas.slots) % align.min(frame.realign.max(16) as i32), 0);
        } else {
            without_frame += 1;
            assert!(end + last as i32 <= 0 && -parts[0].0 <= rules.red_zone as i32, "{needs:?}");
        }
    }
    assert!(without_frame > 50);
}
