//! Float arithmetic. Which NaN a result is stays open, so NaN results are tested by `fcmp uno`.

use super::*;
use windlass_core::ir::types::F64;

macro_rules! models {
    ($($name:literal |$($x:ident),*| $body:expr;)*) => {
        &[$(Operation {
            name: $name,
            single: |v: &[f32]| { let [$($x),*] = v else { unreachable!() }; f($body) },
            double: |v: &[f64]| { let [$($x),*] = v else { unreachable!() }; f($body) },
            arity: [$(stringify!($x)),*].len(),
        }),*]
    };
}

struct Operation {
    name: &'static str,
    single: fn(&[f32]) -> f32,
    double: fn(&[f64]) -> f64,
    arity: usize,
}

fn f<T>(x: T) -> T {
    x
}

/// The minimum and maximum of IEEE 754-2019: a NaN wins, -0 is below +0.
trait Extremes: Copy {
    fn least(self, other: Self) -> Self;
    fn greatest(self, other: Self) -> Self;
}

macro_rules! extremes {
    ($($ty:ty)*) => { $(
        impl Extremes for $ty {
            fn least(self, other: Self) -> Self {
                if self.is_nan() || other.is_nan() {
                    <$ty>::NAN
                } else if self < other || self == other && self.is_sign_negative() {
                    self
                } else {
                    other
                }
            }

            fn greatest(self, other: Self) -> Self {
                -(-self).least(-other)
            }
        }
    )* };
}

extremes! { f32 f64 }

const OPERATIONS: &[Operation] = models! {
    "fadd" |x, y| x + y;
    "fsub" |x, y| x - y;
    "fmul" |x, y| x * y;
    "fdiv" |x, y| x / y;
    "fmin" |x, y| x.least(*y);
    "fmax" |x, y| x.greatest(*y);
    "fcopysign" |x, y| x.copysign(*y);
    "sqrt" |x| x.sqrt();
    "ceil" |x| x.ceil();
    "floor" |x| x.floor();
    "trunc" |x| x.trunc();
    "nearest" |x| x.round_ties_even();
    "fneg" |x| -*x;
    "fabs" |x| x.abs();
    "fma" |x, y, z| x.mul_add(*y, *z);
};

/// Operations that keep the bits of a NaN.
const EXACT: [&str; 3] = ["fneg", "fabs", "fcopysign"];

const VALUES: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    3e38,
    -3e38,
    1e-40,
    16777217.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

const ROUNDED: [f64; 14] = [
    0.5,
    -0.5,
    1.5,
    -1.5,
    2.5,
    -2.5,
    0.49999997,
    -0.3,
    0.7,
    8388607.5,
    -8388608.5,
    4503599627370495.5,
    -4503599627370496.5,
    1e300,
];

fn apply(op: &Operation, ty: Type, args: &[u64]) -> u64 {
    if ty == F32 {
        let args: Vec<f32> = args.iter().map(|x| f32::from_bits(*x as u32)).collect();
        u64::from((op.single)(&args).to_bits())
    } else {
        let args: Vec<f64> = args.iter().map(|x| f64::from_bits(*x)).collect();
        (op.double)(&args).to_bits()
    }
}

/// Lists of arguments.
fn arguments(op: &Operation, ty: Type) -> Vec<Vec<u64>> {
    let bits = |x: f64| float_bits(ty, x);
    let mut out = Vec::new();
    match op.arity {
        1 => {
            out.extend(VALUES.iter().chain(&ROUNDED).map(|x| vec![bits(*x)]));
            out.extend([vec![bits(2.0)], vec![bits(f64::INFINITY) | 1], vec![1]]);
        }
        2 => {
            for x in VALUES {
                out.extend(VALUES.iter().map(|y| vec![bits(x), bits(*y)]));
            }
        }
        _ => {
            for (i, x) in VALUES.into_iter().enumerate() {
                for (j, y) in VALUES.into_iter().enumerate().skip(i % 3).step_by(3) {
                    out.push(vec![bits(x), bits(y), bits(VALUES[(i + 2 * j) % VALUES.len()])]);
                }
            }
            let tiny = 2f64.powi(if ty == F32 { -23 } else { -52 });
            out.push(vec![bits(1.0 + tiny), bits(1.0 - tiny), bits(-1.0)]);
            out.push(vec![bits(1.0 + tiny), bits(1.0 + tiny), bits(-1.0 - 2.0 * tiny)]);
        }
    }
    out
}

pub(super) fn generate(out: &mut Vec<File>) {
    for op in OPERATIONS {
        for ty in [F32, F64] {
            let flags = match op.name {
                "fma" => Where::Everywhere(&["x86_64", "x86_64 has_avx has_fma", "x86_64 haswell"]),
                _ => FLOAT_FLAGS,
            };
            let mut file = Writer::new(out, format!("float/{}-{ty}", op.name), flags);
            operation(&mut file, op, ty);
        }
    }
    for ty in [F32, F64] {
        constants(out, ty);
        logic(out, ty);
    }
}

/// What an operation on bits yields.
type Logic = fn(u64, u64) -> u64;

/// `band`, `bor`, `bxor` and `bnot` on the bits of floats.
fn logic(out: &mut Vec<File>, ty: Type) {
    let mut file = Writer::new(out, format!("float/logic-{ty}"), FLOAT_FLAGS);
    let all = u64::MAX >> (64 - ty.bits());
    let bits = [0.0, -0.0, 1.5, -3.25, f64::INFINITY].map(|x| float_bits(ty, x));
    let operations: [(&str, Logic); 3] =
        [("band", |x, y| x & y), ("bor", |x, y| x | y), ("bxor", |x, y| x ^ y)];
    for (name, model) in operations {
        let body = format!("v2 = {name} v0, v1\nreturn v2");
        let pairs = bits.iter().flat_map(|x| bits.iter().map(move |y| (*x, *y)));
        let cases =
            pairs.map(|(x, y)| case(&[float(ty, x), float(ty, y)], &[float(ty, model(x, y))]));
        let function = format!("{name}_{ty}");
        file.function(&function, &[ty, ty], &[ty], Body::new(&body, cases.collect()));
    }
    let cases = bits.iter().map(|x| case(&[float(ty, *x)], &[float(ty, !x & all)]));
    let body = "v1 = bnot v0\nreturn v1";
    file.function(&format!("bnot_{ty}"), &[ty], &[ty], Body::new(body, cases.collect()));
}

fn operation(file: &mut Writer<'_>, op: &Operation, ty: Type) {
    let name = op.name;
    let exact = EXACT.contains(&name);
    let all = arguments(op, ty);
    let cases = |args: &[Vec<u64>]| -> Vec<Case> {
        let list = args.iter().map(|args| (args, apply(op, ty, args)));
        let list = list.filter(|(_, result)| exact || !is_nan(ty, *result));
        list.map(|(args, result)| {
            let args: Vec<_> = args.iter().map(|x| float(ty, *x)).collect();
            case(&args, &[float(ty, result)])
        })
        .collect()
    };
    let operands: Vec<String> = (0..op.arity).map(|i| format!("v{i}")).collect();
    let params = vec![ty; op.arity];
    let body = format!("v9 = {name} {}\nreturn v9", operands.join(", "));
    file.function(&format!("{name}_{ty}"), &params, &[ty], Body::new(&body, cases(&all)));

    if !exact {
        let body =
            format!("v9 = {name} {}\nv10 = fcmp uno v9, v9\nreturn v10", operands.join(", "));
        let cases = all.iter().step_by(2).map(|args| {
            let result = is_nan(ty, apply(op, ty, args));
            let args: Vec<_> = args.iter().map(|x| float(ty, *x)).collect();
            case(&args, &[u8::from(result).to_string()])
        });
        let function = format!("{name}_{ty}_is_nan");
        file.function(&function, &params, &[I8], Body::new(&body, cases.collect()));
    }

    // Each operand in turn in memory.
    for loaded in 0..op.arity {
        let mut operands = operands.clone();
        operands[loaded] = String::from("v8");
        let body = format!(
            "v7 = stack_addr.i64 ss0\nstore v{loaded}, v7+8\nv8 = load.{ty} v7+8\n\
             v9 = {name} {}\nreturn v9",
            operands.join(", ")
        );
        let some: Vec<_> = all.iter().skip(1).step_by(all.len() / 6).cloned().collect();
        let function = format!("{name}_{ty}_load{loaded}");
        file.function(&function, &params, &[ty], Body::with_slot(&body, cases(&some)));
    }
    // Each operand in turn a constant.
    if op.arity > 1 {
        for constant in 0..op.arity {
            let value = float_bits(ty, -1.5);
            let mut operands = operands.clone();
            operands[constant] = String::from("v8");
            let operands = operands.join(", ");
            let body =
                format!("v8 = {ty}const {}\nv9 = {name} {operands}\nreturn v9", float(ty, value));
            let mut some: Vec<_> = all.iter().skip(1).step_by(all.len() / 6).cloned().collect();
            some.iter_mut().for_each(|args| args[constant] = value);
            let function = format!("{name}_{ty}_const{constant}");
            file.function(&function, &params, &[ty], Body::new(&body, cases(&some)));
        }
        let body = match op.arity {
            2 => format!("v9 = {name} v0, v0\nreturn v9"),
            _ => format!("v9 = {name} v0, v0, v0\nreturn v9"),
        };
        let list = VALUES.iter().map(|x| vec![float_bits(ty, *x); op.arity]);
        let list = list.map(|args| (args[0], apply(op, ty, &args)));
        let list = list.filter(|(_, result)| exact || !is_nan(ty, *result));
        let cases = list.map(|(x, result)| case(&[float(ty, x)], &[float(ty, result)])).collect();
        file.function(&format!("{name}_{ty}_same"), &[ty], &[ty], Body::new(&body, cases));
    }
    if name == "fma" {
        // Negated factors and addends, which machines have in one instruction.
        for (which, negate) in
            [("product", [true, false]), ("addend", [false, true]), ("both", [true, true])]
        {
            let body = format!(
                "v3 = fneg v0\nv4 = fneg v2\nv5 = fma {}, v1, {}\nreturn v5",
                if negate[0] { "v3" } else { "v0" },
                if negate[1] { "v4" } else { "v2" },
            );
            let sign = |on: bool, x: u64| if on { x ^ 1 << (ty.bits() - 1) } else { x };
            let some = all
                .iter()
                .step_by(5)
                .map(|v| (v, apply(op, ty, &[sign(negate[0], v[0]), v[1], sign(negate[1], v[2])])));
            let some = some.filter(|(_, result)| !is_nan(ty, *result));
            let cases = some.map(|(v, result)| {
                let args: Vec<_> = v.iter().map(|x| float(ty, *x)).collect();
                case(&args, &[float(ty, result)])
            });
            let function = format!("fma_{ty}_negated_{which}");
            file.function(&function, &params, &[ty], Body::new(&body, cases.collect()));
        }
    }
}

/// `f32const` and `f64const`.
fn constants(out: &mut Vec<File>, ty: Type) {
    let mut file = Writer::new(out, format!("float/const-{ty}"), FLOAT_FLAGS);
    let mut bits: Vec<u64> = VALUES.iter().map(|x| float_bits(ty, *x)).collect();
    bits.extend([1, float_bits(ty, f64::INFINITY) | 1, u64::MAX >> (64 - ty.bits())]);
    for (i, x) in bits.into_iter().enumerate() {
        let text = float(ty, x);
        let body = format!("v0 = {ty}const {text}\nreturn v0");
        let cases = vec![case(&[], std::slice::from_ref(&text))];
        file.function(&format!("const_{ty}_{i}"), &[], &[ty], Body::new(&body, cases));
        let int_ty = int_of(ty);
        let body = format!(
            "v0 = stack_addr.i64 ss0\nv1 = {ty}const {text}\nstore v1, v0\nv2 = load.{int_ty} v0\nreturn v2"
        );
        let cases = vec![case(&[], &[int(int_ty, x.into())])];
        file.function(&format!("store_{ty}_{i}"), &[], &[int_ty], Body::with_slot(&body, cases));
    }
}
