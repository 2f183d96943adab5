//! Comparisons, selections, and branches on them.

use super::*;
use windlass_core::ir::condcodes::{FloatCC, IntCC};

fn holds(cc: IntCC, w: u32, x: u128, y: u128) -> bool {
    let (a, b) = (signed(w, x), signed(w, y));
    match cc {
        IntCC::Equal => x == y,
        IntCC::NotEqual => x != y,
        IntCC::SignedLessThan => a < b,
        IntCC::SignedLessThanOrEqual => a <= b,
        IntCC::SignedGreaterThan => a > b,
        IntCC::SignedGreaterThanOrEqual => a >= b,
        IntCC::UnsignedLessThan => x < y,
        IntCC::UnsignedLessThanOrEqual => x <= y,
        IntCC::UnsignedGreaterThan => x > y,
        IntCC::UnsignedGreaterThanOrEqual => x >= y,
    }
}

fn holds_float(cc: FloatCC, x: f64, y: f64) -> bool {
    let outcome = match x.partial_cmp(&y) {
        Some(std::cmp::Ordering::Less) => 1,
        Some(std::cmp::Ordering::Equal) => 2,
        Some(std::cmp::Ordering::Greater) => 4,
        None => 8,
    };
    cc.outcomes() & outcome != 0
}

fn flag(x: bool) -> String {
    String::from(if x { "1" } else { "0" })
}

/// What is done with a condition: the name, the body behind `v2 = icmp`, and the results for true
/// and false. The body may use v2.
const USES: [(&str, &str, &str, &str); 6] = [
    ("value", "return v2", "1", "0"),
    (
        "brif",
        "brif v2, block1, block2\nblock1:\nv3 = iconst.i8 10\nreturn v3\n\
         block2:\nv4 = iconst.i8 20\nreturn v4",
        "10",
        "20",
    ),
    (
        "brif_eqz",
        "v3 = iconst.i8 0\nv4 = icmp eq v2, v3\nv5 = uextend.i32 v4\nbrif v5, block1, block2\n\
         block1:\nv6 = iconst.i8 10\nreturn v6\nblock2:\nv7 = iconst.i8 20\nreturn v7",
        "20",
        "10",
    ),
    (
        "select",
        "v3 = iconst.i8 10\nv4 = iconst.i8 20\nv5 = select v2, v3, v4\nreturn v5",
        "10",
        "20",
    ),
    (
        "guard",
        "v3 = iconst.i8 10\nv4 = iconst.i8 20\nv5 = select_spectre_guard v2, v3, v4\nreturn v5",
        "10",
        "20",
    ),
    ("twice", "v3 = bmask.i8 v2\nv4 = bor v2, v3\nreturn v4", "-1", "0"),
];

pub(super) fn generate(out: &mut Vec<File>) {
    for ty in [I8, I16, I32, I64, I128] {
        for (what, body, yes, no) in USES {
            let mut file = Writer::new(out, format!("compare/icmp-{what}-{ty}"), INT_FLAGS);
            for cc in IntCC::ALL {
                let body = format!("v2 = icmp {cc} v0, v1\n{body}");
                let all = pairs(ty);
                let step = if what == "value" { 1 } else { 4 };
                let cases = all.into_iter().step_by(step).map(|(x, y)| {
                    let result = if holds(cc, ty.bits(), x, y) { yes } else { no };
                    case(&[int(ty, x), int(ty, y)], &[result.to_string()])
                });
                let name = format!("icmp_{cc}_{ty}_{what}");
                file.function(&name, &[ty, ty], &[I8], Body::new(&body, cases.collect()));
            }
        }
        if ty != I128 {
            with_operands(out, ty);
        }
        traps(out, ty);
        selects(out, ty);
    }
    for ty in [F32, types::F64] {
        float_compare(out, ty);
        float_select(out, ty);
    }
}

/// Comparisons with constants and with memory.
fn with_operands(out: &mut Vec<File>, ty: Type) {
    let w = ty.bits();
    let mut file = Writer::new(out, format!("compare/icmp-operands-{ty}"), INT_FLAGS);
    for cc in IntCC::ALL {
        for (i, k) in [0, 1, mask(w), 0x7f, 1 << (w - 1), mask(w) >> 1].into_iter().enumerate() {
            let body = format!("v1 = iconst.{ty} {}\nv2 = icmp {cc} v0, v1\nreturn v2", int(ty, k));
            let mut inputs = edges(ty);
            inputs.push(k.wrapping_sub(1) & mask(w));
            inputs.push(k.wrapping_add(1) & mask(w));
            let cases =
                inputs.into_iter().map(|x| case(&[int(ty, x)], &[flag(holds(cc, w, x, k))]));
            let name = format!("icmp_{cc}_{ty}_k{i}");
            file.function(&name, &[ty], &[I8], Body::new(&body, cases.collect()));
        }
        for (side, args) in [("right", "v0, v3"), ("left", "v3, v0")] {
            let body = format!(
                "v2 = stack_addr.i64 ss0\nstore v1, v2\nv3 = load.{ty} v2\n\
                 v4 = icmp {cc} {args}\nbrif v4, block1, block2\n\
                 block1:\nv5 = iconst.i8 1\nreturn v5\nblock2:\nv6 = iconst.i8 0\nreturn v6"
            );
            let cases = pairs(ty).into_iter().step_by(3).map(|(x, y)| {
                let result = if side == "right" { holds(cc, w, x, y) } else { holds(cc, w, y, x) };
                case(&[int(ty, x), int(ty, y)], &[flag(result)])
            });
            let name = format!("icmp_{cc}_{ty}_{side}");
            file.function(&name, &[ty, ty], &[I8], Body::with_slot(&body, cases.collect()));
        }
    }
    for (i, k) in [1, 0x80, mask(w), 1 << (w - 1), 0x55].into_iter().enumerate() {
        for cc in [IntCC::Equal, IntCC::NotEqual] {
            let body = format!(
                "v1 = iconst.{ty} {}\nv2 = band v0, v1\nv3 = iconst.{ty} 0\n\
                 v4 = icmp {cc} v2, v3\nbrif v4, block1, block2\n\
                 block1:\nv5 = iconst.i8 1\nreturn v5\nblock2:\nv6 = iconst.i8 0\nreturn v6",
                int(ty, k)
            );
            let cases = few(ty)
                .into_iter()
                .map(|x| case(&[int(ty, x)], &[flag((x & k == 0) == (cc == IntCC::Equal))]));
            let name = format!("test_{cc}_{ty}_k{i}");
            file.function(&name, &[ty], &[I8], Body::new(&body, cases.collect()));
        }
    }
    // One bit, chosen by a constant or a variable.
    let body =
        "v2 = ushr v0, v1\nv3 = ireduce.i8 v2\nv4 = iconst.i8 1\nv5 = band v3, v4\nreturn v5";
    let body = if ty == I8 {
        body.replace("v3 = ireduce.i8 v2\n", "").replace("band v3", "band v2")
    } else {
        body.to_string()
    };
    let cases = few(ty).into_iter().flat_map(|x| {
        [0, 1, w / 2, w - 1, w + 1]
            .map(|n| case(&[int(ty, x), n.to_string()], &[(x >> (n % w) & 1).to_string()]))
    });
    file.function(&format!("bit_{ty}"), &[ty, I32], &[I8], Body::new(&body, cases.collect()));
}

/// `brif`, `trapz` and `trapnz` on values of every width.
fn traps(out: &mut Vec<File>, ty: Type) {
    let mut file = Writer::new(out, format!("compare/zero-{ty}"), INT_FLAGS);
    let mut inputs = few(ty);
    inputs.extend([1 << (ty.bits() / 2), 0x80]);
    let body = "brif v0, block1(v0), block2\nblock1(v1: X):\nreturn v1\n\
                block2:\nv2 = bnot v0\nreturn v2";
    let body = body.replace('X', &ty.to_string());
    let cases =
        inputs.iter().map(|&x| case(&[int(ty, x)], &[int(ty, if x == 0 { u128::MAX } else { x })]));
    file.function(&format!("brif_{ty}"), &[ty], &[ty], Body::new(&body, cases.collect()));
    for (op, zero) in [("trapz", true), ("trapnz", false)] {
        let body = format!("{op} v0, user9\nreturn v0");
        let cases = inputs.iter().map(|&x| match (x == 0) == zero {
            true => trap(&[int(ty, x)], "user9"),
            false => case(&[int(ty, x)], &[int(ty, x)]),
        });
        file.function(&format!("{op}_{ty}"), &[ty], &[ty], Body::new(&body, cases.collect()));
        let body = format!("v2 = icmp ult v0, v1\n{op} v2, int_ovf\nreturn v0");
        let cases = pairs(ty).into_iter().step_by(2).map(|(x, y)| match (x >= y) == zero {
            true => trap(&[int(ty, x), int(ty, y)], "int_ovf"),
            false => case(&[int(ty, x), int(ty, y)], &[int(ty, x)]),
        });
        let name = format!("{op}_icmp_{ty}");
        file.function(&name, &[ty, ty], &[ty], Body::new(&body, cases.collect()));
    }
    let body = "v1 = iconst.i8 1\nreturn v1\n";
    file.function(
        &format!("unused_{ty}"),
        &[ty],
        &[I8],
        Body::new(body, vec![case(&[int(ty, 5)], &[flag(true)])]),
    );
}

/// `select`, `select_spectre_guard`, `bitselect` and `bmask` at every width of value and condition.
fn selects(out: &mut Vec<File>, ty: Type) {
    for by in [I8, I16, I32, I64, I128] {
        let mut file = Writer::new(out, format!("compare/select-{ty}-by-{by}"), INT_FLAGS);
        let conditions = [0, 1, 2, mask(by.bits()), 1 << (by.bits() - 1), 1 << (by.bits() / 2)];
        for op in ["select", "select_spectre_guard"] {
            let body = format!("v3 = {op} v0, v1, v2\nreturn v3");
            let (x, y) = (samples(ty)[0], samples(ty)[1]);
            let cases = conditions.iter().map(|&c| {
                let result = int(ty, if c != 0 { x } else { y });
                case(&[int(by, c), int(ty, x), int(ty, y)], &[result])
            });
            let name = format!("{op}_{ty}_{by}");
            file.function(&name, &[by, ty, ty], &[ty], Body::new(&body, cases.collect()));
        }
        let body = format!("v1 = bmask.{ty} v0\nreturn v1");
        let cases = conditions
            .iter()
            .map(|&c| case(&[int(by, c)], &[int(ty, if c != 0 { u128::MAX } else { 0 })]));
        file.function(&format!("bmask_{ty}_{by}"), &[by], &[ty], Body::new(&body, cases.collect()));
    }
    let mut file = Writer::new(out, format!("compare/bitselect-{ty}"), INT_FLAGS);
    let mut cases = Vec::new();
    for c in few(ty) {
        let (x, y) = (samples(ty)[1], samples(ty)[2]);
        cases.push(case(&[int(ty, c), int(ty, x), int(ty, y)], &[int(ty, c & x | !c & y)]));
    }
    let body = "v3 = bitselect v0, v1, v2\nreturn v3";
    file.function(&format!("bitselect_{ty}"), &[ty, ty, ty], &[ty], Body::new(body, cases));
}

const FLOATS: [f64; 9] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f32::MIN_POSITIVE as f64,
    3e38,
];

fn float_compare(out: &mut Vec<File>, ty: Type) {
    for (what, body, yes, no) in USES {
        let mut file = Writer::new(out, format!("compare/fcmp-{what}-{ty}"), FLOAT_FLAGS);
        for cc in FloatCC::ALL {
            let body = format!("v2 = fcmp {cc} v0, v1\n{body}");
            let step = if what == "value" { 2 } else { 8 };
            let all = FLOATS.iter().flat_map(|x| FLOATS.iter().map(move |y| (*x, *y)));
            let cases = all.step_by(step).map(|(x, y)| {
                let result = if holds_float(cc, x, y) { yes } else { no };
                let args = [float(ty, float_bits(ty, x)), float(ty, float_bits(ty, y))];
                case(&args, &[result.to_string()])
            });
            let name = format!("fcmp_{cc}_{ty}_{what}");
            file.function(&name, &[ty, ty], &[I8], Body::new(&body, cases.collect()));
        }
    }
}

fn float_select(out: &mut Vec<File>, ty: Type) {
    let mut file = Writer::new(out, format!("compare/select-{ty}"), FLOAT_FLAGS);
    let show = |x: f64| float(ty, float_bits(ty, x));
    for by in NARROW {
        for op in ["select", "select_spectre_guard"] {
            let body = format!("v3 = {op} v0, v1, v2\nreturn v3");
            let mut cases = Vec::new();
            for c in [0, 1, mask(by.bits()), 1 << (by.bits() - 1)] {
                for (x, y) in [(1.5, -0.0), (f64::NAN, 2.0), (-0.0, f64::INFINITY)] {
                    let result = if c != 0 { x } else { y };
                    cases.push(case(&[int(by, c), show(x), show(y)], &[show(result)]));
                }
            }
            file.function(
                &format!("{op}_{ty}_{by}"),
                &[by, ty, ty],
                &[ty],
                Body::new(&body, cases),
            );
        }
    }
    for cc in FloatCC::ALL {
        let body = format!("v4 = fcmp {cc} v0, v1\nv5 = select v4, v2, v3\nreturn v5");
        let mut cases = Vec::new();
        for (x, y) in [(1.0, 2.0), (2.0, 1.0), (0.0, -0.0), (f64::NAN, 0.0), (0.0, f64::NAN)] {
            let result = if holds_float(cc, x, y) { 5.0 } else { 6.0 };
            cases.push(case(&[show(x), show(y), show(5.0), show(6.0)], &[show(result)]));
        }
        let name = format!("select_fcmp_{cc}_{ty}");
        file.function(&name, &[ty, ty, ty, ty], &[ty], Body::new(&body, cases));
    }
    let body = "v3 = bitselect v0, v1, v2\nreturn v3";
    let mut cases = Vec::new();
    for c in [0, 1, float_bits(ty, -0.0), float_bits(ty, 1.75), u64::MAX >> (64 - ty.bits())] {
        let (x, y) = (float_bits(ty, -1.25), float_bits(ty, 7.0));
        let all = u64::MAX >> (64 - ty.bits());
        let result = (c & x | !c & y) & all;
        cases.push(case(&[float(ty, c), float(ty, x), float(ty, y)], &[float(ty, result)]));
    }
    file.function(&format!("bitselect_{ty}"), &[ty, ty, ty], &[ty], Body::new(body, cases));
}
