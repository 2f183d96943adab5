//! Loads, stores and atomic operations, on stack slots and through every shape of address.

use super::*;
use windlass_core::ir::types::F64;

const ALL: [Type; 7] = [I8, I16, I32, I64, I128, F32, F64];

/// Some bits of a type, and their text.
fn some(ty: Type) -> Vec<(u128, String)> {
    if ty.is_int() {
        return few(ty).into_iter().map(|x| (x, int(ty, x))).collect();
    }
    let bits = [0.0, -0.0, 1.5, f64::INFINITY, -1e-3].map(|x| float_bits(ty, x));
    bits.into_iter()
        .chain([1, float_bits(ty, f64::INFINITY) | 5])
        .map(|x| (x.into(), float(ty, x)))
        .collect()
}

/// Shapes of addresses: the name, and what computes `v9` with `OFF` behind it, from the slot at v8
/// and the number 2 in v1 (i64) and v2 (i32).
const SHAPES: [(&str, &str, &str); 9] = [
    ("base", "", ""),
    ("offset", "", "+12"),
    ("index", "v9 = iadd v8, v1", ""),
    ("index_offset", "v9 = iadd v8, v1", "+7"),
    ("index2", "v7 = ishl v1, v6\nv9 = iadd v8, v7", "+8"),
    ("index_left", "v7 = ishl v1, v6\nv9 = iadd v7, v8", "+1"),
    ("index32", "v7 = uextend.i64 v2\nv9 = iadd v8, v7", "+3"),
    ("scaled32", "v5 = uextend.i64 v2\nv7 = ishl v5, v6\nv9 = iadd v8, v7", "+3"),
    ("negative", "v5 = iconst.i64 24\nv7 = isub v5, v1\nv9 = iadd v8, v7", "-4"),
];

pub(super) fn generate(out: &mut Vec<File>) {
    for ty in ALL {
        let flags = if ty.is_float() { FLOAT_FLAGS } else { INT_FLAGS };
        accesses(&mut Writer::new(out, format!("memory/access-{ty}"), flags), ty);
    }
    extending(out);
    for ty in [I8, I16, I32, I64, I128] {
        atomics(out, ty);
    }
    let mut file = Writer::new(out, "memory/fence", INT_FLAGS);
    let body = "v1 = stack_addr.i64 ss0\nstore v0, v1\nfence\nv2 = load.i32 v1\nreturn v2";
    let cases = vec![case(&[int(I32, 77)], &[int(I32, 77)])];
    file.function("fence", &[I32], &[I32], Body::with_slot(body, cases));
}

fn accesses(file: &mut Writer<'_>, ty: Type) {
    for (shape, address, offset) in SHAPES {
        let address = match shape {
            "base" | "offset" => String::from("v9 = stack_addr.i64 ss0+8"),
            _ => format!("v8 = stack_addr.i64 ss0+8\nv6 = iconst.i32 2\n{address}"),
        };
        let body =
            format!("{address}\nstore v0, v9{offset}\nv10 = load.{ty} v9{offset}\nreturn v10");
        let cases = some(ty)
            .into_iter()
            .map(|(_, x)| case(&[x.clone(), String::from("2"), String::from("2")], &[x]));
        let name = format!("{shape}_{ty}");
        file.function(&name, &[ty, I64, I32], &[ty], Body::with_slot(&body, cases.collect()));
    }
    // Flags do not change what an access that is in order does.
    for flags in
        ["notrap", "aligned", "notrap aligned", "notrap aligned can_move", "user5", "little"]
    {
        let body = format!(
            "v1 = stack_addr.i64 ss0\nstore {flags} v0, v1+16\nv2 = load.{ty} {flags} v1+16\nreturn v2"
        );
        let cases = some(ty)
            .into_iter()
            .map(|(_, x)| case(std::slice::from_ref(&x), std::slice::from_ref(&x)));
        let name = format!("flags_{}_{ty}", flags.replace(' ', "_"));
        file.function(&name, &[ty], &[ty], Body::with_slot(&body, cases.take(3).collect()));
    }
    // The bytes around a store stay what they were.
    let bytes = ty.bytes();
    let body = format!(
        "v1 = stack_addr.i64 ss0\nv2 = iconst.i64 -1\nstore v2, v1+8\nstore v2, v1+16\nstore v2, v1+24\n\
         store v0, v1+16\nv3 = load.i8 v1+15\nv4 = load.i8 v1+{}\nreturn v3, v4",
        16 + bytes
    );
    if ty != I128 {
        let cases = some(ty)
            .into_iter()
            .take(2)
            .map(|(_, x)| case(&[x], &[String::from("-1"), String::from("-1")]));
        let name = format!("neighbours_{ty}");
        file.function(&name, &[ty], &[I8, I8], Body::with_slot(&body, cases.collect()));
    }
    // Each byte of a value, the lowest at the lowest address.
    for i in [0, bytes - 1] {
        let body =
            format!("v1 = stack_addr.i64 ss0\nstore little v0, v1\nv2 = load.i8 v1+{i}\nreturn v2");
        let cases =
            some(ty).into_iter().map(|(bits, x)| case(&[x], &[int(I8, bits >> (8 * i) & 0xff)]));
        let name = format!("byte{i}_{ty}");
        file.function(&name, &[ty], &[I8], Body::with_slot(&body, cases.collect()));
    }
    // A load before a store to the same place keeps the old value.
    let body = format!(
        "v2 = stack_addr.i64 ss0\nstore v0, v2\nv3 = load.{ty} v2\nstore v1, v2\nv4 = load.{ty} v2\nreturn v3, v4"
    );
    let list = some(ty);
    let cases = list
        .iter()
        .zip(list.iter().rev())
        .map(|((_, x), (_, y))| case(&[x.clone(), y.clone()], &[x.clone(), y.clone()]));
    let name = format!("order_{ty}");
    if ty != I128 {
        file.function(&name, &[ty, ty], &[ty, ty], Body::with_slot(&body, cases.collect()));
    }
}

/// Loads that extend and stores that cut.
fn extending(out: &mut Vec<File>) {
    for (width, ty) in [(8, I8), (16, I16), (32, I32)] {
        let results: &[Type] = match width {
            8 => &[I16, I32, I64],
            16 => &[I32, I64],
            _ => &[I64],
        };
        let mut file = Writer::new(out, format!("memory/extend-{width}"), INT_FLAGS);
        for &to in results {
            let suffix = if width == 32 { String::new() } else { format!(".{to}") };
            for (sign, shape) in [('u', ""), ('s', ""), ('u', "+5"), ('s', "+5")] {
                let op = format!("{sign}load{width}");
                let body = format!(
                    "v1 = stack_addr.i64 ss0\nstore v0, v1{shape}\nv2 = {op}{suffix} v1{shape}\nreturn v2"
                );
                let cases = few(ty).into_iter().map(|x| {
                    let value = if sign == 's' { signed(width, x) as u128 } else { x };
                    case(&[int(ty, x)], &[int(to, value)])
                });
                let name = format!("{op}_{to}{}", shape.replace('+', "_at_"));
                file.function(&name, &[ty], &[to], Body::with_slot(&body, cases.collect()));
            }
            for shape in ["", "+9"] {
                let op = format!("istore{width}");
                let body = format!(
                    "v1 = stack_addr.i64 ss0\nv2 = iconst.{to} 0\nstore v2, v1{shape}\n\
                     {op} v0, v1{shape}\nv3 = load.{to} v1{shape}\nreturn v3"
                );
                let cases =
                    few(to).into_iter().map(|x| case(&[int(to, x)], &[int(to, x & mask(width))]));
                let name = format!("{op}_{to}{}", shape.replace('+', "_at_"));
                file.function(&name, &[to], &[to], Body::with_slot(&body, cases.collect()));
            }
            let body = format!(
                "v0 = stack_addr.i64 ss0\nv1 = iconst.{to} 0\nstore v1, v0\nv2 = iconst.{to} -2\n\
                 istore{width} v2, v0\nv3 = load.{to} v0\nreturn v3"
            );
            let cases = vec![case(&[], &[int(to, mask(width) - 1)])];
            let name = format!("istore{width}_{to}_constant");
            file.function(&name, &[], &[to], Body::with_slot(&body, cases));
        }
    }
}

/// What an atomic operation stores.
type Model = fn(u32, u128, u128) -> u128;

const RMW: [(&str, Model); 11] = [
    ("add", |_, x, y| x.wrapping_add(y)),
    ("sub", |_, x, y| x.wrapping_sub(y)),
    ("and", |_, x, y| x & y),
    ("nand", |_, x, y| !(x & y)),
    ("or", |_, x, y| x | y),
    ("xor", |_, x, y| x ^ y),
    ("xchg", |_, _, y| y),
    ("umin", |_, x, y| x.min(y)),
    ("umax", |_, x, y| x.max(y)),
    ("smin", |w, x, y| if signed(w, x) < signed(w, y) { x } else { y }),
    ("smax", |w, x, y| if signed(w, x) > signed(w, y) { x } else { y }),
];

fn atomics(out: &mut Vec<File>, ty: Type) {
    let flags = if ty == I128 { WIDE_FLAGS } else { X86_FLAGS };
    let mut file = Writer::new(out, format!("memory/atomic-{ty}"), flags);
    let w = ty.bits();
    for (op, model) in RMW {
        for (what, results) in [("both", "v4, v5"), ("unused", "v5, v5")] {
            let body = format!(
                "v2 = stack_addr.i64 ss0\nstore v0, v2\nv4 = atomic_rmw.{ty} {op} v2, v1\n\
                 v5 = load.{ty} v2\nreturn {results}"
            );
            let list = pairs(ty).into_iter().step_by(if what == "both" { 2 } else { 5 });
            let cases = list.map(|(x, y)| {
                let new = int(ty, model(w, x, y));
                let old = if what == "both" { int(ty, x) } else { new.clone() };
                case(&[int(ty, x), int(ty, y)], &[old, new])
            });
            let name = format!("rmw_{op}_{ty}_{what}");
            file.function(&name, &[ty, ty], &[ty, ty], Body::with_slot(&body, cases.collect()));
        }
    }
    let body = format!(
        "v3 = stack_addr.i64 ss0\nstore v0, v3\nv4 = atomic_cas v3, v1, v2\nv5 = load.{ty} v3\nreturn v4, v5"
    );
    let mut cases = Vec::new();
    for (memory, expected) in pairs(ty).into_iter().step_by(3) {
        let new = samples(ty)[2];
        let after = if memory == expected { new } else { memory };
        let args = [int(ty, memory), int(ty, expected), int(ty, new)];
        cases.push(case(&args, &[int(ty, memory), int(ty, after)]));
    }
    file.function(&format!("cas_{ty}"), &[ty, ty, ty], &[ty, ty], Body::with_slot(&body, cases));
    let body = format!(
        "v1 = stack_addr.i64 ss0\natomic_store v0, v1\nv2 = atomic_load.{ty} v1\nreturn v2"
    );
    let cases = few(ty).into_iter().map(|x| case(&[int(ty, x)], &[int(ty, x)]));
    let name = format!("load_store_{ty}");
    file.function(&name, &[ty], &[ty], Body::with_slot(&body, cases.collect()));
}
