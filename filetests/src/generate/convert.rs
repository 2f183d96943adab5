//! Extensions, reductions, bit casts, and conversions between integers and floats.

use super::*;
use windlass_core::ir::types::F64;

const INTS: [Type; 5] = [I8, I16, I32, I64, I128];

pub(super) fn generate(out: &mut Vec<File>) {
    for from in INTS {
        for to in INTS {
            widths(out, from, to);
        }
    }
    for (ty, other) in [(F32, I32), (F64, I64)] {
        let mut file = Writer::new(out, format!("convert/bitcast-{ty}"), FLOAT_FLAGS);
        let mut bits: Vec<u64> = FLOATS.iter().map(|x| float_bits(ty, *x)).collect();
        let all = mask(ty.bits()) as u64;
        bits.extend([1, all, all >> 1, 1 << (ty.bits() - 1), float_bits(ty, f64::INFINITY) | 1]);
        let show = |t: Type, x: u64| if t.is_int() { int(t, x.into()) } else { float(t, x) };
        for (from, to) in [(ty, other), (other, ty), (ty, ty), (other, other)] {
            let body = format!("v1 = bitcast.{to} v0\nreturn v1");
            let cases = bits.iter().map(|x| case(&[show(from, *x)], &[show(to, *x)]));
            let name = format!("bitcast_{to}_{from}");
            file.function(&name, &[from], &[to], Body::new(&body, cases.collect()));
            let body = format!(
                "v1 = stack_addr.i64 ss0\nstore v0, v1\nv2 = load.{from} v1\n\
                 v3 = bitcast.{to} v2\nreturn v3"
            );
            let cases = bits.iter().map(|x| case(&[show(from, *x)], &[show(to, *x)]));
            let name = format!("bitcast_{to}_{from}_load");
            file.function(&name, &[from], &[to], Body::with_slot(&body, cases.collect()));
        }
    }
    for int_ty in INTS {
        for float_ty in [F32, F64] {
            to_int(out, int_ty, float_ty);
            from_int(out, int_ty, float_ty);
        }
    }
    float_widths(out);
}

/// `uextend`, `sextend` and `ireduce` between two widths, also of loads and as addresses.
fn widths(out: &mut Vec<File>, from: Type, to: Type) {
    let name = format!("convert/{from}-to-{to}");
    let mut file = Writer::new(out, name, INT_FLAGS);
    if from.bits() > to.bits() {
        let model = |x: u128| int(to, x);
        width_functions(&mut file, "ireduce", from, to, &model);
    } else if from.bits() < to.bits() {
        width_functions(&mut file, "uextend", from, to, &|x| int(to, x));
        width_functions(&mut file, "sextend", from, to, &|x| {
            int(to, signed(from.bits(), x) as u128)
        });
    }
}

fn width_functions(
    file: &mut Writer<'_>,
    op: &str,
    from: Type,
    to: Type,
    model: &dyn Fn(u128) -> String,
) {
    let cases = || few(from).into_iter().map(|x| case(&[int(from, x)], &[model(x)])).collect();
    let body = format!("v1 = {op}.{to} v0\nreturn v1");
    file.function(&format!("{op}_{to}_{from}"), &[from], &[to], Body::new(&body, cases()));
    let body = format!(
        "v1 = stack_addr.i64 ss0\nstore v0, v1\nv2 = load.{from} v1\nv3 = {op}.{to} v2\nreturn v3"
    );
    let name = format!("{op}_{to}_{from}_load");
    file.function(&name, &[from], &[to], Body::with_slot(&body, cases()));
    // The operand is itself the result of arithmetic, whose upper bits in a register are open.
    let body = format!("v1 = iadd v0, v0\nv2 = isub v1, v0\nv3 = {op}.{to} v2\nreturn v3");
    file.function(&format!("{op}_{to}_{from}_sum"), &[from], &[to], Body::new(&body, cases()));
}

const FLOATS: [f64; 16] = [
    0.0,
    -0.0,
    0.5,
    -0.99999994,
    1.0,
    -1.0,
    1.5,
    -1.5,
    127.0,
    -128.0,
    255.0,
    1e-40,
    3e38,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// The floats around the limits of an integer type, and some others.
fn inputs(int_ty: Type, ty: Type) -> Vec<f64> {
    let mut list = FLOATS.to_vec();
    let w = int_ty.bits() as i32;
    for power in [w - 1, w, 31, 32, 63] {
        let limit = 2f64.powi(power);
        let below =
            if ty == F32 { f64::from((limit as f32).next_down()) } else { limit.next_down() };
        list.extend([limit, -limit, below, -below]);
        if ty == F64 && power < 52 {
            list.extend([limit - 0.5, -limit - 0.5, -limit - 1.0]);
        }
    }
    list
}

/// `fcvt_to_uint`, `fcvt_to_sint` and their clamping forms.
fn to_int(out: &mut Vec<File>, int_ty: Type, ty: Type) {
    let name = format!("convert/{ty}-to-{int_ty}");
    let mut file = Writer::new(out, name, at(int_ty, FLOAT_FLAGS));
    let w = int_ty.bits() as i32;
    for (op, low, high) in [
        ("fcvt_to_uint", 0.0, 2f64.powi(w)),
        ("fcvt_to_sint", -(2f64.powi(w - 1)), 2f64.powi(w - 1)),
    ] {
        let is_signed = op == "fcvt_to_sint";
        let show = |x: f64| {
            let x = if ty == F32 { f64::from(x as f32) } else { x };
            let whole = x.trunc();
            let clamped = if is_signed {
                let (min, max) = (1u128 << (w - 1), mask(w as u32 - 1));
                if whole < low {
                    min
                } else if whole >= high {
                    max
                } else {
                    whole as i128 as u128
                }
            } else if whole >= high {
                mask(w as u32)
            } else {
                whole as u128
            };
            // The interpreter, which alone has the type, clamps to the signed range first.
            let first = int_ty == I128;
            let clamped = match first {
                true if is_signed => (whole as i128) as u128,
                true => (whole as i128).max(0) as u128,
                false => clamped,
            };
            let outside = whole < low || whole >= high;
            let outside = if first { !is_signed && whole <= -1.0 } else { outside };
            let trap = if x.is_nan() {
                Some("bad_toint")
            } else if outside {
                Some("int_ovf")
            } else {
                None
            };
            (float(ty, float_bits(ty, x)), int(int_ty, if x.is_nan() { 0 } else { clamped }), trap)
        };
        let body = format!("v1 = {op}.{int_ty} v0\nreturn v1");
        let cases = inputs(int_ty, ty).into_iter().map(|x| match show(x) {
            (x, _, Some(code)) => trap(&[x], code),
            (x, result, None) => case(&[x], &[result]),
        });
        let name = format!("{op}_{int_ty}_{ty}");
        file.function(&name, &[ty], &[int_ty], Body::new(&body, cases.collect()));
        let body = format!("v1 = {op}_sat.{int_ty} v0\nreturn v1");
        let cases = inputs(int_ty, ty).into_iter().map(|x| {
            let (x, result, _) = show(x);
            case(&[x], &[result])
        });
        let name = format!("{op}_sat_{int_ty}_{ty}");
        file.function(&name, &[ty], &[int_ty], Body::new(&body, cases.collect()));
    }
}

/// `fcvt_from_uint` and `fcvt_from_sint`.
fn from_int(out: &mut Vec<File>, int_ty: Type, ty: Type) {
    let name = format!("convert/{int_ty}-to-{ty}");
    let mut file = Writer::new(out, name, at(int_ty, FLOAT_FLAGS));
    let w = int_ty.bits();
    let mut inputs = few(int_ty);
    for x in [
        100,
        0xff_ffff,
        0x100_0001,
        0x1ff_ffff,
        (1 << 53) + 1,
        (1 << 54) + 3,
        0x8000_0080,
        0x7fff_ff80,
        0x7fff_ffc0,
        0x8000_0000_0000_0400,
        0x8000_0000_0000_0401,
        0x7fff_ffff_ffff_fe00,
        0xffff_ffff_ffff_fc00,
        0xffff_ffff_ffff_fbff,
    ] {
        if x <= mask(w) {
            inputs.push(x);
        }
    }
    for op in ["fcvt_from_uint", "fcvt_from_sint"] {
        let result = |x: u128| {
            let s = signed(w, x);
            let bits = match (op, ty) {
                ("fcvt_from_uint", F32) => u64::from((x as f32).to_bits()),
                ("fcvt_from_uint", _) => (x as f64).to_bits(),
                (_, F32) => u64::from((s as f32).to_bits()),
                _ => (s as f64).to_bits(),
            };
            float(ty, bits)
        };
        let body = format!("v1 = {op}.{ty} v0\nreturn v1");
        let cases = inputs.iter().map(|&x| case(&[int(int_ty, x)], &[result(x)]));
        let name = format!("{op}_{ty}_{int_ty}");
        file.function(&name, &[int_ty], &[ty], Body::new(&body, cases.collect()));
        let body = format!(
            "v1 = stack_addr.i64 ss0\nstore v0, v1\nv2 = load.{int_ty} v1\n\
             v3 = {op}.{ty} v2\nreturn v3"
        );
        let cases = inputs.iter().map(|&x| case(&[int(int_ty, x)], &[result(x)]));
        let name = format!("{op}_{ty}_{int_ty}_load");
        file.function(&name, &[int_ty], &[ty], Body::with_slot(&body, cases.collect()));
    }
}

/// `fpromote` and `fdemote`.
fn float_widths(out: &mut Vec<File>) {
    let mut file = Writer::new(out, "convert/float-widths", FLOAT_FLAGS);
    let mut values: Vec<f64> = FLOATS.to_vec();
    values.extend([
        1e300,
        -1e-300,
        f64::from(f32::MAX),
        3.4028235677973366e38,
        1.0000000596046448,
        1.000000059604645,
        1.1754943508222875e-38,
        7.006492321624085e-46,
        1e-45,
        f64::MIN_POSITIVE,
    ]);
    let show = |ty, x| float(ty, float_bits(ty, x));
    let numbers = || values.iter().copied().filter(|x| !x.is_nan());
    let promote = |x: f64| show(F64, f64::from(x as f32));
    let body = "v1 = fpromote.f64 v0\nreturn v1";
    let cases = numbers().map(|x| case(&[show(F32, x)], &[promote(x)])).collect();
    file.function("fpromote_f64_f32", &[F32], &[F64], Body::new(body, cases));
    let body = "v1 = fdemote.f32 v0\nreturn v1";
    let cases = numbers().map(|x| case(&[show(F64, x)], &[show(F32, x)])).collect();
    file.function("fdemote_f32_f64", &[F64], &[F32], Body::new(body, cases));
    for (op, from, to) in [("fpromote", F32, F64), ("fdemote", F64, F32)] {
        let body = format!("v1 = {op}.{to} v0\nv2 = fcmp uno v1, v1\nreturn v2");
        let nan = float_bits(from, f64::INFINITY) | 1;
        let cases = [nan, float_bits(from, f64::NAN), float_bits(from, 1.0)];
        let cases = cases.iter().map(|&x| {
            case(&[float(from, x)], &[String::from(if is_nan(from, x) { "1" } else { "0" })])
        });
        let name = format!("{op}_{to}_nan");
        file.function(&name, &[from], &[I8], Body::new(&body, cases.collect()));
        let body = format!(
            "v1 = stack_addr.i64 ss0\nstore v0, v1\nv2 = load.{from} v1\nv3 = {op}.{to} v2\nreturn v3"
        );
        let cases = [1.5, -0.25].map(|x| case(&[show(from, x)], &[show(to, x)]));
        let name = format!("{op}_{to}_load");
        file.function(&name, &[from], &[to], Body::with_slot(&body, cases.into()));
    }
}
