//! Integer arithmetic, logic, shifts, counts and overflow.

use super::*;

/// What an operation yields, or the trap.
type Outcome = Result<u128, &'static str>;

/// A binary operation and its model, on the bits of a type of some width.
struct Binary {
    name: &'static str,
    commutes: bool,
    model: fn(u32, u128, u128) -> Outcome,
}

const BINARY: &[Binary] = &[
    Binary { name: "iadd", commutes: true, model: |_, x, y| Ok(x.wrapping_add(y)) },
    Binary { name: "isub", commutes: false, model: |_, x, y| Ok(x.wrapping_sub(y)) },
    Binary { name: "imul", commutes: true, model: |_, x, y| Ok(x.wrapping_mul(y)) },
    Binary { name: "umulhi", commutes: true, model: |w, x, y| Ok(umulhi(w, x, y)) },
    Binary { name: "smulhi", commutes: true, model: |w, x, y| Ok(smulhi(w, x, y)) },
    Binary { name: "udiv", commutes: false, model: |_, x, y| x.checked_div(y).ok_or("int_divz") },
    Binary { name: "urem", commutes: false, model: |_, x, y| x.checked_rem(y).ok_or("int_divz") },
    Binary { name: "sdiv", commutes: false, model: sdiv },
    Binary { name: "srem", commutes: false, model: srem },
    Binary {
        name: "smin",
        commutes: true,
        model: |w, x, y| Ok(if signed(w, x) < signed(w, y) { x } else { y }),
    },
    Binary {
        name: "smax",
        commutes: true,
        model: |w, x, y| Ok(if signed(w, x) > signed(w, y) { x } else { y }),
    },
    Binary { name: "umin", commutes: true, model: |_, x, y| Ok(x.min(y)) },
    Binary { name: "umax", commutes: true, model: |_, x, y| Ok(x.max(y)) },
    Binary { name: "band", commutes: true, model: |_, x, y| Ok(x & y) },
    Binary { name: "bor", commutes: true, model: |_, x, y| Ok(x | y) },
    Binary { name: "bxor", commutes: true, model: |_, x, y| Ok(x ^ y) },
];

fn umulhi(w: u32, x: u128, y: u128) -> u128 {
    if w < 128 {
        return (x * y) >> w;
    }
    let half = |v: u128| (v & u128::from(u64::MAX), v >> 64);
    let ((a, b), (c, d)) = (half(x), half(y));
    let middle = ((a * c) >> 64) + half(a * d).0 + half(b * c).0;
    b * d + ((a * d) >> 64) + ((b * c) >> 64) + (middle >> 64)
}

fn smulhi(w: u32, x: u128, y: u128) -> u128 {
    // The high half of the signed product differs from the unsigned one by the other factor for
    // each negative factor.
    let mut high = umulhi(w, x, y);
    if signed(w, x) < 0 {
        high = high.wrapping_sub(y);
    }
    if signed(w, y) < 0 {
        high = high.wrapping_sub(x);
    }
    high
}

fn sdiv(w: u32, x: u128, y: u128) -> Outcome {
    let (x, y) = (signed(w, x), signed(w, y));
    if y == 0 {
        return Err("int_divz");
    }
    if y == -1 && x == signed(w, 1 << (w - 1)) {
        return Err("int_ovf");
    }
    Ok((x / y) as u128)
}

fn srem(w: u32, x: u128, y: u128) -> Outcome {
    let (x, y) = (signed(w, x), signed(w, y));
    if y == 0 { Err("int_divz") } else { Ok(x.wrapping_rem(y) as u128) }
}

/// What a unary operation yields, given the width.
type Unary = fn(u32, u128) -> u128;
/// What a shift by less than the width yields, given the width.
type Shift = fn(u32, u128, u32) -> u128;

/// The unary operations.
const UNARY: &[(&str, Unary)] = &[
    ("ineg", |_, x| x.wrapping_neg()),
    ("iabs", |w, x| signed(w, x).unsigned_abs()),
    ("bnot", |_, x| !x),
    ("bitrev", |w, x| x.reverse_bits() >> (128 - w)),
    ("bswap", |w, x| x.swap_bytes() >> (128 - w)),
    ("clz", |w, x| u128::from(x.leading_zeros() - (128 - w))),
    ("ctz", |w, x| u128::from(x.trailing_zeros().min(w))),
    ("popcnt", |_, x| u128::from(x.count_ones())),
    ("cls", |w, x| {
        let folded = x ^ (signed(w, x) >> 127) as u128 & mask(w);
        u128::from(folded.leading_zeros() - (128 - w) - 1)
    }),
];

/// Shifts: the amount is already taken modulo the width.
const SHIFTS: &[(&str, Shift)] = &[
    ("ishl", |_, x, n| x << n),
    ("ushr", |_, x, n| x >> n),
    ("sshr", |w, x, n| (signed(w, x) >> n) as u128),
    ("rotl", |w, x, n| if n == 0 { x } else { x << n | x >> (w - n) }),
    ("rotr", |w, x, n| if n == 0 { x } else { x >> n | x << (w - n) }),
];

/// The call of an operation and what comes out.
fn outcome(ty: Type, args: &[u128], result: Outcome) -> Case {
    let args: Vec<_> = args.iter().map(|x| int(ty, *x)).collect();
    match result {
        Ok(x) => case(&args, &[int(ty, x)]),
        Err(code) => trap(&args, code),
    }
}

pub(super) fn generate(out: &mut Vec<File>) {
    for op in BINARY {
        let mut file = Writer::new(out, format!("int/{}", op.name), INT_FLAGS);
        NARROW.into_iter().for_each(|ty| binary(&mut file, ty, op));
        drop(file);
        let flags = if op.name.ends_with("div") || op.name.ends_with("rem") {
            X86_FLAGS
        } else {
            INT_FLAGS
        };
        binary(&mut Writer::new(out, format!("int/{}-i128", op.name), flags), I128, op);
    }
    for &(name, model) in UNARY {
        for ty in [I8, I16, I32, I64, I128] {
            if name == "bswap" && ty == I8 {
                continue;
            }
            let file_name = format!("int/{name}-{ty}");
            let flags: Where = Where::Everywhere(&[
                "x86_64",
                "x86_64 has_popcnt has_lzcnt",
                "x86_64 has_bmi1 has_bmi2",
                "x86_64 haswell",
            ]);
            unary(&mut Writer::new(out, file_name, flags), ty, name, model);
        }
    }
    for &(name, model) in SHIFTS {
        for ty in [I8, I16, I32, I64, I128] {
            let mut file = Writer::new(out, format!("int/{name}-{ty}"), INT_FLAGS);
            shift(&mut file, ty, name, model);
        }
        shift_by_i128(&mut Writer::new(out, format!("int/{name}-by-i128"), INT_FLAGS), name, model);
    }
    for ty in [I8, I16, I32, I64, I128] {
        overflow(&mut Writer::new(out, format!("int/overflow-{ty}"), INT_FLAGS), ty);
        carries(&mut Writer::new(out, format!("int/carry-{ty}"), INT_FLAGS), ty);
    }
    let mut file = Writer::new(out, "int/uadd_overflow_trap", INT_FLAGS);
    for ty in [I32, I64] {
        let body = "v2 = uadd_overflow_trap v0, v1, user7\nreturn v2";
        let cases = pairs(ty).into_iter().map(|(x, y)| {
            let sum = x + y;
            outcome(ty, &[x, y], if sum > mask(ty.bits()) { Err("user7") } else { Ok(sum) })
        });
        let name = format!("uadd_overflow_trap_{ty}");
        file.function(&name, &[ty, ty], &[ty], Body::new(body, cases.collect()));
    }
    drop(file);
    halves(out);
    constants(out);
}

fn binary(file: &mut Writer<'_>, ty: Type, op: &Binary) {
    let (name, w) = (op.name, ty.bits());
    let model = |x: u128, y: u128| (op.model)(w, x, y);
    let body = format!("v2 = {name} v0, v1\nreturn v2");
    let cases = pairs(ty).into_iter().map(|(x, y)| outcome(ty, &[x, y], model(x, y)));
    file.function(&format!("{name}_{ty}"), &[ty, ty], &[ty], Body::new(&body, cases.collect()));

    // With a constant on the right, at the sizes that encodings tell apart.
    let mut constants = vec![1, 7, mask(w), 1 << (w - 1), 0x80];
    let wide = [0x7fff_ffff, 0x8000_0000, 1 << 40];
    constants.extend(wide.into_iter().filter(|c| w >= 64 && *c <= mask(w)));
    constants.sort_unstable();
    constants.dedup();
    for (i, c) in constants.into_iter().enumerate() {
        if ty == I128 && c > mask(63) {
            continue;
        }
        let make = if ty == I128 {
            format!("v1 = iconst.i64 {}\nv2 = uextend.i128 v1", int(I64, c))
        } else {
            format!("v2 = iconst.{ty} {}", int(ty, c))
        };
        let body = format!("{make}\nv3 = {name} v0, v2\nreturn v3");
        let cases =
            few(ty).into_iter().skip(i % 2).step_by(2).map(|x| outcome(ty, &[x], model(x, c)));
        file.function(
            &format!("{name}_{ty}_k{i}"),
            &[ty],
            &[ty],
            Body::new(&body, cases.collect()),
        );
        if op.commutes || i % 4 != 1 {
            continue;
        }
        let body = format!("{make}\nv3 = {name} v2, v0\nreturn v3");
        let cases = few(ty).into_iter().step_by(2).map(|x| outcome(ty, &[x], model(c, x)));
        let name = format!("{name}_{ty}_left_k{i}");
        file.function(&name, &[ty], &[ty], Body::new(&body, cases.collect()));
    }

    // With the right operand in memory, and the left one.
    for (suffix, args) in [("load", "v0, v3"), ("load_left", "v3, v0")] {
        let body = format!(
            "v2 = stack_addr.i64 ss0\nstore v1, v2+8\nv3 = load.{ty} v2+8\nv4 = {name} {args}\nreturn v4"
        );
        let cases = few(ty).into_iter().zip(few(ty).into_iter().rev()).map(|(x, y)| {
            let result = if suffix == "load" { model(x, y) } else { model(y, x) };
            outcome(ty, &[x, y], result)
        });
        let name = format!("{name}_{ty}_{suffix}");
        file.function(&name, &[ty, ty], &[ty], Body::with_slot(&body, cases.collect()));
    }

    // Into memory: load, operate, store to the same place.
    let body = format!(
        "v2 = stack_addr.i64 ss0\nstore v0, v2\nv3 = load.{ty} v2\nv4 = {name} v3, v1\n\
         store v4, v2\nv5 = load.{ty} v2\nreturn v5"
    );
    let cases =
        few(ty).into_iter().zip(samples(ty)).map(|(x, y)| outcome(ty, &[x, y], model(x, y)));
    let update = format!("{name}_{ty}_update");
    file.function(&update, &[ty, ty], &[ty], Body::with_slot(&body, cases.collect()));

    let body = format!("v1 = {name} v0, v0\nreturn v1");
    let cases = few(ty).into_iter().map(|x| outcome(ty, &[x], model(x, x)));
    file.function(&format!("{name}_{ty}_same"), &[ty], &[ty], Body::new(&body, cases.collect()));
}

fn unary(file: &mut Writer<'_>, ty: Type, name: &str, model: Unary) {
    let mut inputs = few(ty);
    inputs.extend([
        2,
        3,
        0x10,
        0x80,
        0xff & mask(ty.bits()),
        mask(ty.bits()) - 1,
        3 << (ty.bits() - 2),
    ]);
    inputs.extend([1 << (ty.bits() / 2), mask(ty.bits() / 2)]);
    let cases = |inputs: &[u128]| {
        inputs.iter().map(|x| outcome(ty, &[*x], Ok(model(ty.bits(), *x)))).collect()
    };
    let body = format!("v1 = {name} v0\nreturn v1");
    file.function(&format!("{name}_{ty}"), &[ty], &[ty], Body::new(&body, cases(&inputs)));
    let body = format!(
        "v1 = stack_addr.i64 ss0+16\nstore v0, v1\nv2 = load.{ty} v1\nv3 = {name} v2\nreturn v3"
    );
    let loaded = format!("{name}_{ty}_load");
    file.function(&loaded, &[ty], &[ty], Body::with_slot(&body, cases(&inputs)));
}

fn shift(file: &mut Writer<'_>, ty: Type, name: &str, model: Shift) {
    let w = ty.bits();
    let mut amounts: Vec<u128> = [0, 1, 3, 7, w - 1, w, w + 1, 31, 32, 63, 64, 100, 127]
        .into_iter()
        .map(u128::from)
        .collect();
    amounts.sort_unstable();
    amounts.dedup();
    let result = |x, n: u128| int(ty, model(w, x, (n % u128::from(w)) as u32));
    for by in NARROW {
        let mut cases = Vec::new();
        for x in [1 << (w - 1) | 1, samples(ty)[1]] {
            let list = amounts.iter().copied().chain([mask(by.bits())]);
            cases.extend(list.map(|n| case(&[int(ty, x), int(by, n)], &[result(x, n)])));
        }
        let body = format!("v2 = {name} v0, v1\nreturn v2");
        file.function(&format!("{name}_{ty}_by_{by}"), &[ty, by], &[ty], Body::new(&body, cases));
    }
    for &n in amounts.iter().filter(|n| ![3, 31, 64, 100].contains(*n)) {
        let body = format!("v1 = iconst.i32 {n}\nv2 = {name} v0, v1\nreturn v2");
        let cases =
            few(ty).into_iter().skip(1).step_by(2).map(|x| case(&[int(ty, x)], &[result(x, n)]));
        let name = format!("{name}_{ty}_k{n}");
        file.function(&name, &[ty], &[ty], Body::new(&body, cases.collect()));
    }
    let body = format!(
        "v2 = stack_addr.i64 ss0\nstore v0, v2\nv3 = load.{ty} v2\nv4 = {name} v3, v1\nreturn v4"
    );
    let cases = amounts.iter().map(|n| {
        let x = samples(ty)[1];
        case(&[int(ty, x), int(I32, *n)], &[result(x, *n)])
    });
    let name = format!("{name}_{ty}_load");
    file.function(&name, &[ty, I32], &[ty], Body::with_slot(&body, cases.collect()));
}

fn shift_by_i128(file: &mut Writer<'_>, name: &str, model: Shift) {
    for ty in NARROW {
        let w = ty.bits();
        let body = format!("v2 = {name} v0, v1\nreturn v2");
        let amounts = [0, 1, u128::from(w) + 3, 1 << 100, u128::MAX];
        let cases = amounts.into_iter().map(|n| {
            let x = samples(ty)[0];
            let result = model(w, x, (n % u128::from(w)) as u32);
            case(&[int(ty, x), int(I128, n)], &[int(ty, result)])
        });
        let name = format!("{name}_{ty}_by_i128");
        file.function(&name, &[ty, I128], &[ty], Body::new(&body, cases.collect()));
    }
}

/// Sum, difference or product as numbers without a limit, and whether they fit.
fn exact(ty: Type, name: &str, x: u128, y: u128, carry: u128) -> (u128, bool) {
    let w = ty.bits();
    let is_signed = name.starts_with('s');
    let (sx, sy, sc) = (signed(w, x), signed(w, y), carry as i128);
    let low = match &name[1..4] {
        "add" => x.wrapping_add(y).wrapping_add(carry),
        "sub" => x.wrapping_sub(y).wrapping_sub(carry),
        _ => x.wrapping_mul(y),
    } & mask(w);
    let fits = match (&name[1..4], is_signed) {
        ("add", true) => {
            sx.checked_add(sy).and_then(|s| s.checked_add(sc)).map(|s| signed(w, s as u128) == s)
        }
        ("sub", true) => {
            sx.checked_sub(sy).and_then(|s| s.checked_sub(sc)).map(|s| signed(w, s as u128) == s)
        }
        ("mul", true) => sx.checked_mul(sy).map(|s| signed(w, s as u128) == s),
        ("add", false) => x.checked_add(y).and_then(|s| s.checked_add(carry)).map(|s| s <= mask(w)),
        ("sub", false) => x.checked_sub(y).and_then(|s| s.checked_sub(carry)).map(|_| true),
        _ => x.checked_mul(y).map(|s| s <= mask(w)),
    };
    (low, fits != Some(true))
}

fn overflow(file: &mut Writer<'_>, ty: Type) {
    let flag = |overflowed| int(I8, u128::from(overflowed));
    for name in ["uadd", "sadd", "usub", "ssub", "umul", "smul"] {
        if ty == I128 && name.ends_with("mul") {
            continue;
        }
        let body = format!("v2, v3 = {name}_overflow v0, v1\nreturn v2, v3");
        let cases = pairs(ty).into_iter().map(|(x, y)| {
            let (low, overflowed) = exact(ty, name, x, y, 0);
            case(&[int(ty, x), int(ty, y)], &[int(ty, low), flag(overflowed)])
        });
        let function = format!("{name}_overflow_{ty}");
        file.function(&function, &[ty, ty], &[ty, I8], Body::new(&body, cases.collect()));

        let body = format!(
            "v2, v3 = {name}_overflow v0, v1\nbrif v3, block1, block2(v2)\n\
             block1:\nv4 = iconst.i8 42\nv5 = {}\njump block2(v5)\nblock2(v6: {ty}):\nreturn v6",
            match ty {
                I8 => String::from("bnot v4"),
                _ => format!("uextend.{ty} v4"),
            }
        );
        let other = if ty == I8 { !42 } else { 42 };
        let cases = pairs(ty).into_iter().step_by(2).map(|(x, y)| {
            let (low, overflowed) = exact(ty, name, x, y, 0);
            case(&[int(ty, x), int(ty, y)], &[int(ty, if overflowed { other } else { low })])
        });
        let function = format!("{name}_overflow_{ty}_branch");
        file.function(&function, &[ty, ty], &[ty], Body::new(&body, cases.collect()));
    }
}

/// Sums and differences with a carry or borrow that comes in.
fn carries(file: &mut Writer<'_>, ty: Type) {
    let flag = |overflowed| int(I8, u128::from(overflowed));
    for name in ["uadd_overflow_cin", "sadd_overflow_cin", "usub_overflow_bin", "ssub_overflow_bin"]
    {
        let body = format!("v3, v4 = {name} v0, v1, v2\nreturn v3, v4");
        let mut cases = Vec::new();
        for (x, y) in pairs(ty) {
            for carry in [0, 1] {
                let (low, overflowed) = match ty {
                    // The signed sum of three terms at 128 bits, by the signs of the operands.
                    I128 if name.starts_with('s') => wide_signed(name, x, y, carry),
                    _ => exact(ty, name, x, y, carry),
                };
                let args = [int(ty, x), int(ty, y), int(I8, carry)];
                cases.push(case(&args, &[int(ty, low), flag(overflowed)]));
            }
        }
        file.function(&format!("{name}_{ty}"), &[ty, ty, I8], &[ty, I8], Body::new(&body, cases));
    }
    if ty == I64 || ty == I32 {
        // Two words added with the carry of the first.
        let body = "v4, v5 = uadd_overflow v0, v2\nv6, v7 = uadd_overflow_cin v1, v3, v5\nreturn v4, v6, v7";
        let cases = pairs(ty).into_iter().map(|(x, y)| {
            let (low, carry) = exact(ty, "uadd", x, y, 0);
            let (high, out) = exact(ty, "uadd", y, x, u128::from(carry));
            let args = [int(ty, x), int(ty, y), int(ty, y), int(ty, x)];
            case(&args, &[int(ty, low), int(ty, high), flag(out)])
        });
        let name = format!("add_two_words_{ty}");
        file.function(&name, &[ty, ty, ty, ty], &[ty, ty, I8], Body::new(body, cases.collect()));
    }
}

/// The signed sum or difference of three terms at 128 bits: in two halves of 127 and 2 bits.
fn wide_signed(name: &str, x: u128, y: u128, carry: u128) -> (u128, bool) {
    let add = name.contains("add");
    let half = |v: i128| (v >> 1, v & 1);
    let ((xh, xl), (yh, yl)) = (half(x as i128), half(y as i128));
    let c = carry as i128;
    let (high, low) = if add { (xh + yh, xl + yl + c) } else { (xh - yh, xl - yl - c) };
    // The exact value is 2 * high + low.
    let high = high + (low >> 1);
    let low = low & 1;
    let overflowed = high << 1 >> 1 != high;
    ((high << 1 | low) as u128, overflowed)
}

/// `isplit` and `iconcat`.
fn halves(out: &mut Vec<File>) {
    for (ty, half) in [(I16, I8), (I32, I16), (I64, I32), (I128, I64)] {
        let mut file = Writer::new(out, format!("int/halves-{ty}"), INT_FLAGS);
        let w = half.bits();
        let cases = few(ty)
            .into_iter()
            .map(|x| case(&[int(ty, x)], &[int(half, x & mask(w)), int(half, x >> w)]));
        let body = "v1, v2 = isplit v0\nreturn v1, v2";
        file.function(
            &format!("isplit_{ty}"),
            &[ty],
            &[half, half],
            Body::new(body, cases.collect()),
        );
        let cases = few(ty)
            .into_iter()
            .map(|x| case(&[int(half, x & mask(w)), int(half, x >> w)], &[int(ty, x)]));
        let body = "v2 = iconcat v0, v1\nreturn v2";
        file.function(
            &format!("iconcat_{half}"),
            &[half, half],
            &[ty],
            Body::new(body, cases.collect()),
        );
    }
}

/// `iconst` at every type, as a result and stored to memory.
fn constants(out: &mut Vec<File>) {
    let mut file = Writer::new(out, "int/iconst", INT_FLAGS);
    for ty in NARROW {
        let mut values = few(ty);
        values.extend(
            [0x7f, 0x80, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32]
                .iter()
                .filter(|v| **v <= mask(ty.bits())),
        );
        values.push(mask(ty.bits()) ^ 0x7f);
        values.sort_unstable();
        values.dedup();
        for (i, value) in values.into_iter().enumerate() {
            let value = int(ty, value);
            let body = format!("v0 = iconst.{ty} {value}\nreturn v0");
            let cases = vec![case(&[], std::slice::from_ref(&value))];
            file.function(&format!("iconst_{ty}_{i}"), &[], &[ty], Body::new(&body, cases));
            let body = format!(
                "v1 = stack_addr.i64 ss0\nv2 = iconst.{ty} {value}\nstore v2, v1+4\n\
                 v3 = load.{ty} v1+4\nv4 = iadd v3, v0\nreturn v4"
            );
            let cases = vec![case(&[String::from("0")], &[value])];
            file.function(&format!("store_{ty}_{i}"), &[ty], &[ty], Body::with_slot(&body, cases));
        }
    }
}
