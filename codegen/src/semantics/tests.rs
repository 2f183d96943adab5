//! The meaning column against Rust's own arithmetic: exhaustively at 8 bits, on edge values and
//! random ones at the wider widths, floats against the host.

use super::*;
use crate::ir::condcodes::{FloatCC, IntCC};
use crate::ir::types::{F32, F64, I8, I16, I32, I64, I128};
use crate::ir::{InstructionData, Opcode, TrapCode, Type};
use proptest::prelude::*;

const DIVZ: Stop = Stop::Trap(TrapCode::INTEGER_DIVISION_BY_ZERO);
const OVF: Stop = Stop::Trap(TrapCode::INTEGER_OVERFLOW);
const NAN: Stop = Stop::Trap(TrapCode::BAD_CONVERSION_TO_INTEGER);

/// The results of an operation with controlling type `ty`, as numbers.
fn run(op: Opcode, ty: Type, aux: u8, args: &[(Type, u128)]) -> Result<Vec<u128>, Stop> {
    let mut data = InstructionData::new(op, ty);
    data.aux = aux;
    let args: Vec<_> = args.iter().map(|&(ty, bits)| Bits::new(ty.bits(), bits)).collect();
    let results = eval_inst(&Concrete { nan: NanPolicy::X86 }, &data, &args)?;
    Ok(results.iter().map(|v| v.unsigned()).collect())
}

/// The one result of an operation whose operands all have the controlling type.
fn same(op: Opcode, ty: Type, args: &[u128]) -> Result<u128, Stop> {
    let args: Vec<_> = args.iter().map(|&bits| (ty, bits)).collect();
    run(op, ty, 0, &args).map(|results| results[0])
}

macro_rules! check_int {
    ($check:ident, $ty:expr, $u:ty, $s:ty) => {
        /// Every integer operation on one pair of operands.
        fn $check(x: $u, y: $u) {
            let (sx, sy) = (x as $s, y as $s);
            let bits = <$u>::BITS;
            let two = |op| same(op, $ty, &[x.into(), y.into()]);
            let one = |op| same(op, $ty, &[x.into()]);
            let ok = |v: $u| Ok(u128::from(v));
            let signed = |v: $s| Ok(u128::from(v as $u));
            assert_eq!(two(Opcode::Iadd), ok(x.wrapping_add(y)));
            assert_eq!(two(Opcode::Isub), ok(x.wrapping_sub(y)));
            assert_eq!(two(Opcode::Imul), ok(x.wrapping_mul(y)));
            assert_eq!(one(Opcode::Ineg), ok(x.wrapping_neg()));
            assert_eq!(one(Opcode::Iabs), signed(sx.wrapping_abs()));
            let (udiv, sdiv) = (x.checked_div(y), sx.checked_div(sy));
            let stop = |y| if y == 0 { Err(DIVZ) } else { Err(OVF) };
            assert_eq!(two(Opcode::Udiv), udiv.map_or(stop(y), ok));
            assert_eq!(two(Opcode::Urem), x.checked_rem(y).map_or(stop(y), ok));
            assert_eq!(two(Opcode::Sdiv), sdiv.map_or(stop(y), signed));
            let srem = if y == 0 { Err(DIVZ) } else { signed(sx.wrapping_rem(sy)) };
            assert_eq!(two(Opcode::Srem), srem);
            assert_eq!(two(Opcode::Smin), signed(sx.min(sy)));
            assert_eq!(two(Opcode::Smax), signed(sx.max(sy)));
            assert_eq!(two(Opcode::Umin), ok(x.min(y)));
            assert_eq!(two(Opcode::Umax), ok(x.max(y)));
            assert_eq!(two(Opcode::Band), ok(x & y));
            assert_eq!(two(Opcode::Bor), ok(x | y));
            assert_eq!(two(Opcode::Bxor), ok(x ^ y));
            assert_eq!(one(Opcode::Bnot), ok(!x));
            assert_eq!(two(Opcode::AvgRound), ok((x | y) - ((x ^ y) >> 1)));
            assert_eq!(two(Opcode::UaddSat), ok(x.saturating_add(y)));
            assert_eq!(two(Opcode::SaddSat), signed(sx.saturating_add(sy)));
            assert_eq!(two(Opcode::UsubSat), ok(x.saturating_sub(y)));
            assert_eq!(two(Opcode::SsubSat), signed(sx.saturating_sub(sy)));

            let amount = (y as u32) & (bits - 1);
            assert_eq!(two(Opcode::Ishl), ok(x << amount));
            assert_eq!(two(Opcode::Ushr), ok(x >> amount));
            assert_eq!(two(Opcode::Sshr), signed(sx >> amount));
            assert_eq!(two(Opcode::Rotl), ok(x.rotate_left(amount)));
            assert_eq!(two(Opcode::Rotr), ok(x.rotate_right(amount)));
            let by_byte = |op| run(op, $ty, 0, &[($ty, x.into()), (I8, y as u8 as u128)]);
            assert_eq!(by_byte(Opcode::Rotl), Ok(vec![x.rotate_left(amount).into()]));
            let by_wide = |op| run(op, $ty, 0, &[($ty, x.into()), (I128, u128::MAX - 2)]);
            assert_eq!(by_wide(Opcode::Ishl), Ok(vec![(x << (bits - 3)).into()]));

            assert_eq!(one(Opcode::Bitrev), ok(x.reverse_bits()));
            assert_eq!(one(Opcode::Bswap), ok(x.swap_bytes()));
            assert_eq!(one(Opcode::Clz), ok(x.leading_zeros() as $u));
            assert_eq!(one(Opcode::Ctz), ok(x.trailing_zeros() as $u));
            assert_eq!(one(Opcode::Popcnt), ok(x.count_ones() as $u));
            let cls = if sx < 0 { x.leading_ones() } else { x.leading_zeros() } - 1;
            assert_eq!(one(Opcode::Cls), ok(cls as $u));

            let flag = |(v, carry): ($u, bool)| Ok(vec![v.into(), u128::from(carry)]);
            let sflag = |(v, carry): ($s, bool)| Ok(vec![(v as $u).into(), u128::from(carry)]);
            let pair = |op| run(op, $ty, 0, &[($ty, x.into()), ($ty, y.into())]);
            assert_eq!(pair(Opcode::UaddOverflow), flag(x.overflowing_add(y)));
            assert_eq!(pair(Opcode::SaddOverflow), sflag(sx.overflowing_add(sy)));
            assert_eq!(pair(Opcode::UsubOverflow), flag(x.overflowing_sub(y)));
            assert_eq!(pair(Opcode::SsubOverflow), sflag(sx.overflowing_sub(sy)));
            assert_eq!(pair(Opcode::UmulOverflow), flag(x.overflowing_mul(y)));
            assert_eq!(pair(Opcode::SmulOverflow), sflag(sx.overflowing_mul(sy)));
            for carry in [false, true] {
                let c = (I8, if carry { 0x80 } else { 0 });
                let with = |op| run(op, $ty, 0, &[($ty, x.into()), ($ty, y.into()), c]);
                assert_eq!(with(Opcode::UaddOverflowCin), flag(x.carrying_add(y, carry)));
                assert_eq!(with(Opcode::UsubOverflowBin), flag(x.borrowing_sub(y, carry)));
                let sum = sx.wrapping_add(sy).wrapping_add(carry as $s);
                let diff = sx.wrapping_sub(sy).wrapping_sub(carry as $s);
                let exact_sum = (sum < 0) != (sx < 0) && (sx < 0) == (sy < 0);
                let exact_diff = (diff < 0) != (sx < 0) && (sx < 0) != (sy < 0);
                assert_eq!(with(Opcode::SaddOverflowCin), sflag((sum, exact_sum)));
                assert_eq!(with(Opcode::SsubOverflowBin), sflag((diff, exact_diff)));
            }
            let trapping =
                run(Opcode::UaddOverflowTrap, $ty, 7, &[($ty, x.into()), ($ty, y.into())]);
            let user = Err(Stop::Trap(TrapCode::user(7).unwrap()));
            assert_eq!(trapping, x.checked_add(y).map_or(user, |v| Ok(vec![v.into()])));

            for (cc, expected) in [
                (IntCC::Equal, x == y),
                (IntCC::NotEqual, x != y),
                (IntCC::SignedLessThan, sx < sy),
                (IntCC::SignedGreaterThanOrEqual, sx >= sy),
                (IntCC::SignedGreaterThan, sx > sy),
                (IntCC::SignedLessThanOrEqual, sx <= sy),
                (IntCC::UnsignedLessThan, x < y),
                (IntCC::UnsignedGreaterThanOrEqual, x >= y),
                (IntCC::UnsignedGreaterThan, x > y),
                (IntCC::UnsignedLessThanOrEqual, x <= y),
            ] {
                let found = run(Opcode::Icmp, $ty, cc as u8, &[($ty, x.into()), ($ty, y.into())]);
                assert_eq!(found, Ok(vec![u128::from(expected)]), "icmp {cc} {x} {y}");
            }

            let three = |op| same(op, $ty, &[x.into(), y.into(), (!y).rotate_left(3).into()]);
            let z = (!y).rotate_left(3);
            assert_eq!(three(Opcode::Bitselect), ok((x & y) | (!x & z)));
            assert_eq!(three(Opcode::Select), ok(if x != 0 { y } else { z }));
            assert_eq!(three(Opcode::SelectSpectreGuard), three(Opcode::Select));
            assert_eq!(three(Opcode::Blendv), ok(if sx < 0 { y } else { z }));
            let mask = run(Opcode::Bmask, I128, 0, &[($ty, x.into())]);
            assert_eq!(mask, Ok(vec![if x != 0 { u128::MAX } else { 0 }]));
        }
    };
}

check_int!(check_8, I8, u8, i8);
check_int!(check_16, I16, u16, i16);
check_int!(check_32, I32, u32, i32);
check_int!(check_64, I64, u64, i64);
check_int!(check_128, I128, u128, i128);

#[test]
fn all_pairs_of_8_bits() {
    for x in 0..=u8::MAX {
        for y in 0..=u8::MAX {
            check_8(x, y);
            let wide = u16::from(x) * u16::from(y);
            let signed = i16::from(x as i8) * i16::from(y as i8);
            let args = [x.into(), y.into()];
            assert_eq!(same(Opcode::Umulhi, I8, &args), Ok((wide >> 8).into()));
            assert_eq!(same(Opcode::Smulhi, I8, &args), Ok(u128::from((signed >> 8) as u8)));
            let rounded = ((i32::from(signed) + (1 << 6)) >> 7).min(127);
            let fixed = same(Opcode::SqmulRoundSat, I8, &args);
            assert_eq!(fixed, Ok(u128::from(rounded as u8)), "{x} * {y}");
            let wrapped = same(Opcode::X86Pmulhrsw, I8, &args);
            assert_eq!(wrapped, Ok(u128::from(((i32::from(signed) + (1 << 6)) >> 7) as u8)));
            assert_eq!(same(Opcode::Iconcat, I8, &args), Ok(u128::from(x) | u128::from(y) << 8));
        }
    }
}

#[test]
fn edge_values_at_the_wider_widths() {
    let shapes = |top: u128| {
        let mut values = vec![0, 1, 2, 3, 7, top, top - 1, top >> 1, (top >> 1) + 1, top / 3];
        values.extend((0..128).step_by(9).map(|n| (1 << n) & top));
        values
    };
    for &x in &shapes(u128::MAX) {
        for &y in &shapes(u128::MAX) {
            check_16(x as u16, y as u16);
            check_32(x as u32, y as u32);
            check_64(x as u64, y as u64);
            check_128(x, y);
        }
    }
}

proptest! {
    #[test]
    fn random_values_at_the_wider_widths(x: u128, y: u128, shift in 0u32..128) {
        for y in [y, y >> shift, x] {
            check_16(x as u16, y as u16);
            check_32(x as u32, y as u32);
            check_64(x as u64, y as u64);
            check_128(x, y);
        }
        let (x64, y64) = (x as u64, y as u64);
        let high = u128::from(x64).wrapping_mul(y64.into()) >> 64;
        prop_assert_eq!(same(Opcode::Umulhi, I64, &[x64.into(), y64.into()]), Ok(high));
        let signed = (i128::from(x64 as i64) * i128::from(y64 as i64)) >> 64;
        let found = same(Opcode::Smulhi, I64, &[x64.into(), y64.into()]);
        prop_assert_eq!(found, Ok(u128::from(signed as u64)));
        let (_, high) = x.carrying_mul(y, 0);
        prop_assert_eq!(same(Opcode::Umulhi, I128, &[x, y]), Ok(high));
    }

    #[test]
    fn conversions_between_integers(x: u128) {
        let types = [I8, I16, I32, I64, I128];
        for (n, &narrow) in types.iter().enumerate() {
            let value = Bits::new(narrow.bits(), x);
            for &wide in &types[n + 1..] {
                let arg = [(narrow, x)];
                let zext = run(Opcode::Uextend, wide, 0, &arg);
                prop_assert_eq!(zext, Ok(vec![value.unsigned()]));
                let sext = run(Opcode::Sextend, wide, 0, &arg);
                let expected = Bits::new(wide.bits(), value.signed() as u128).unsigned();
                prop_assert_eq!(sext, Ok(vec![expected]));
                let cut = run(Opcode::Ireduce, narrow, 0, &[(wide, x)]);
                prop_assert_eq!(cut, Ok(vec![value.unsigned()]));
            }
            if narrow != I8 {
                let half = types[n - 1];
                let parts = run(Opcode::Isplit, narrow, 0, &[(narrow, x)]).unwrap();
                prop_assert_eq!(parts[0], Bits::new(half.bits(), x).unsigned());
                prop_assert_eq!(parts[1], value.unsigned() >> half.bits());
                let joined = run(Opcode::Iconcat, half, 0, &[(half, parts[0]), (half, parts[1])]);
                prop_assert_eq!(joined, Ok(vec![value.unsigned()]));
            }
        }
    }
}

/// Bit patterns at which float operations change their behaviour.
fn float_edges(width: u32) -> Vec<u128> {
    let inf = derive::infinity_bits(width);
    let fraction = derive::fraction_bits(width);
    let one = derive::power_of_two_bits(width, 0, false);
    let mut values = vec![0, 1, one, one + 1, one - 1, inf, inf - 1, inf + 1];
    values.push(inf | 1 << (fraction - 1));
    values.push(inf | 1 << (fraction - 1) | 0x155);
    values.push((1 << fraction) - 1);
    values.push(1 << fraction);
    for exponent in [1, 7, 8, 15, 16, 23, 24, 31, 32, 52, 53, 63, 64, 126, 127, 128] {
        let power = derive::power_of_two_bits(width, exponent, false);
        values.extend([power - 1, power, power + 1, power | 1 << (fraction - 1)]);
    }
    let negative: Vec<_> = values.iter().map(|v| v | 1 << (width - 1)).collect();
    values.extend(negative);
    values
}

macro_rules! check_float {
    ($check:ident, $ty:expr, $f:ty, $u:ty) => {
        /// Every float operation on two operands; of NaN results only the fact counts here.
        fn $check(x: $u, y: $u, z: $u) {
            let (fx, fy, fz) = (<$f>::from_bits(x), <$f>::from_bits(y), <$f>::from_bits(z));
            let value = |op, args: &[$u]| {
                let args: Vec<u128> = args.iter().map(|&v| v.into()).collect();
                <$f>::from_bits(same(op, $ty, &args).unwrap() as $u)
            };
            let alike = |op: Opcode, found: $f, expected: $f| {
                if expected.is_nan() {
                    assert!(found.is_nan(), "{op} of {fx:?} {fy:?} {fz:?} gave {found:?}");
                } else {
                    let (found, expected) = (found.to_bits(), expected.to_bits());
                    assert_eq!(found, expected, "{op} of {fx:?} {fy:?} {fz:?}");
                }
            };
            for (op, expected) in [
                (Opcode::Fadd, fx + fy),
                (Opcode::Fsub, fx - fy),
                (Opcode::Fmul, fx * fy),
                (Opcode::Fdiv, fx / fy),
            ] {
                alike(op, value(op, &[x, y]), expected);
            }
            for (op, expected) in [
                (Opcode::Sqrt, fx.sqrt()),
                (Opcode::Ceil, fx.ceil()),
                (Opcode::Floor, fx.floor()),
                (Opcode::Trunc, fx.trunc()),
                (Opcode::Nearest, fx.round_ties_even()),
            ] {
                alike(op, value(op, &[x]), expected);
            }
            alike(Opcode::Fma, value(Opcode::Fma, &[x, y, z]), fx.mul_add(fy, fz));
            assert_eq!(value(Opcode::Fneg, &[x]).to_bits(), x ^ 1 << (<$u>::BITS - 1));
            assert_eq!(value(Opcode::Fabs, &[x]).to_bits(), x & <$u>::MAX >> 1);
            assert_eq!(value(Opcode::Fcopysign, &[x, y]).to_bits(), fx.copysign(fy).to_bits());

            let ordered = !fx.is_nan() && !fy.is_nan();
            let negative_first = fx.is_sign_negative() && fx == fy;
            let min = if !ordered { <$f>::NAN } else if fx < fy || negative_first { fx } else { fy };
            let max = if !ordered { <$f>::NAN } else if fx > fy || (fx == fy && !negative_first) { fx } else { fy };
            alike(Opcode::Fmin, value(Opcode::Fmin, &[x, y]), min);
            alike(Opcode::Fmax, value(Opcode::Fmax, &[x, y]), max);

            for (cc, expected) in [
                (FloatCC::Ordered, ordered),
                (FloatCC::Unordered, !ordered),
                (FloatCC::Equal, fx == fy),
                (FloatCC::NotEqual, fx != fy),
                (FloatCC::OrderedNotEqual, ordered && fx != fy),
                (FloatCC::UnorderedOrEqual, !ordered || fx == fy),
                (FloatCC::LessThan, fx < fy),
                (FloatCC::LessThanOrEqual, fx <= fy),
                (FloatCC::GreaterThan, fx > fy),
                (FloatCC::GreaterThanOrEqual, fx >= fy),
                (FloatCC::UnorderedOrLessThan, !ordered || fx < fy),
                (FloatCC::UnorderedOrLessThanOrEqual, !ordered || fx <= fy),
                (FloatCC::UnorderedOrGreaterThan, !ordered || fx > fy),
                (FloatCC::UnorderedOrGreaterThanOrEqual, !ordered || fx >= fy),
            ] {
                let found = run(Opcode::Fcmp, $ty, cc as u8, &[($ty, x.into()), ($ty, y.into())]);
                assert_eq!(found, Ok(vec![expected.into()]), "fcmp {cc} {fx:?} {fy:?}");
            }
            check_to_int!(fx, $ty, x, I8 u8 i8, I16 u16 i16, I32 u32 i32, I64 u64 i64, I128 u128 i128);
            check_from_int!(z, $ty, $f, I8 u8 i8, I16 u16 i16, I32 u32 i32, I64 u64 i64);
        }
    };
}

macro_rules! check_to_int {
    ($value:expr, $from:expr, $bits:expr, $($ty:ident $u:ident $s:ident),*) => { $( {
        let convert = |op| run(op, $ty, 0, &[($from, $bits.into())]).map(|results| results[0]);
        let value = f64::from($value).trunc();
        let unsigned = $value as $u as u128;
        let signed = u128::from(($value as $s) as $u);
        assert_eq!(convert(Opcode::FcvtToUintSat), Ok(unsigned));
        assert_eq!(convert(Opcode::FcvtToSintSat), Ok(signed));
        let two_to = |n: u32| 2f64.powi(n as i32);
        let (fits_unsigned, fits_signed) = (
            value >= 0.0 && value < two_to($u::BITS),
            value >= -two_to($u::BITS - 1) && value < two_to($u::BITS - 1),
        );
        let stop = if value.is_nan() { Err(NAN) } else { Err(OVF) };
        let expected = if fits_unsigned { Ok(unsigned) } else { stop };
        assert_eq!(convert(Opcode::FcvtToUint), expected, "{:?} to {}", $value, $ty);
        let expected = if fits_signed { Ok(signed) } else { stop };
        assert_eq!(convert(Opcode::FcvtToSint), expected, "{:?} to {}", $value, $ty);
        let least = 1u128 << ($u::BITS - 1);
        let expected = Ok(if fits_signed { signed } else { least });
        assert_eq!(convert(Opcode::X86Cvtt2dq), expected);
    } )* };
}

macro_rules! check_from_int {
    ($bits:expr, $to:expr, $f:ty, $($ty:ident $u:ident $s:ident),*) => { $(
        let int = $bits as $u;
        let convert = |op| run(op, $to, 0, &[($ty, int.into())]).map(|results| results[0]);
        let unsigned = int as $f;
        let signed = (int as $s) as $f;
        assert_eq!(convert(Opcode::FcvtFromUint), Ok(unsigned.to_bits().into()));
        assert_eq!(convert(Opcode::FcvtFromSint), Ok(signed.to_bits().into()));
    )* };
}

check_float!(check_f32, F32, f32, u32);
check_float!(check_f64, F64, f64, u64);

#[test]
fn float_edges_against_the_host() {
    let (narrow, wide) = (float_edges(32), float_edges(64));
    for (n, &x) in narrow.iter().enumerate() {
        for &y in &narrow {
            check_f32(x as u32, y as u32, narrow[(n + 5) % narrow.len()] as u32);
        }
        let demoted = run(Opcode::Fpromote, F64, 0, &[(F32, x)]).unwrap()[0];
        let host = f64::from(f32::from_bits(x as u32));
        assert!(host.is_nan() || u128::from(host.to_bits()) == demoted);
    }
    for (n, &x) in wide.iter().enumerate() {
        for &y in &wide {
            check_f64(x as u64, y as u64, wide[(n + 5) % wide.len()] as u64);
        }
        let promoted = run(Opcode::Fdemote, F32, 0, &[(F64, x)]).unwrap()[0];
        let host = f64::from_bits(x as u64) as f32;
        assert!(host.is_nan() || u128::from(host.to_bits()) == promoted);
    }
}

proptest! {
    #[test]
    fn random_floats_against_the_host(x: u64, y: u64, z: u64) {
        check_f32(x as u32, y as u32, z as u32);
        check_f64(x, y, z);
        let near = f64::from_bits(x) as i32 as f64 + 0.5;
        check_f64(near.to_bits(), y, z);
    }
}

/// The bits of a binary operation on f32 under a policy.
fn nan_of(nan: NanPolicy, op: Opcode, x: u32, y: u32) -> Option<u32> {
    let args = [Bits::new(32, x.into()), Bits::new(32, y.into())];
    let results = fold_with(nan, &InstructionData::new(op, F32), &args)?;
    Some(results[0].unsigned() as u32)
}

#[test]
fn nan_results_follow_the_policy() {
    let (inf, quiet, signalling) = (0x7f80_0000, 0xffc0_0005, 0x7f80_0007);
    let invalid = |nan| nan_of(nan, Opcode::Fsub, inf, inf);
    assert_eq!(invalid(NanPolicy::X86), Some(0xffc0_0000));
    assert_eq!(invalid(NanPolicy::Arm), Some(0x7fc0_0000));
    assert_eq!(invalid(NanPolicy::Riscv), Some(0x7fc0_0000));
    assert_eq!(invalid(NanPolicy::Refuse), None);
    for op in [Opcode::Fadd, Opcode::Fmin, Opcode::Fmax] {
        assert_eq!(nan_of(NanPolicy::X86, op, quiet, signalling), Some(quiet));
        assert_eq!(nan_of(NanPolicy::X86, op, signalling, quiet), Some(0x7fc0_0007));
        assert_eq!(nan_of(NanPolicy::Arm, op, quiet, signalling), Some(0x7fc0_0007));
        assert_eq!(nan_of(NanPolicy::Arm, op, 0, quiet), Some(quiet));
        assert_eq!(nan_of(NanPolicy::Riscv, op, quiet, signalling), Some(0x7fc0_0000));
        assert_eq!(nan_of(NanPolicy::Refuse, op, quiet, 0), None);
    }
    let one = 0x3f80_0000;
    assert_eq!(nan_of(NanPolicy::Refuse, Opcode::Fadd, one, one), Some(0x4000_0000));
    let wide = run(Opcode::Fpromote, F64, 0, &[(F32, signalling.into())]).unwrap()[0];
    assert_eq!(wide, 0x7ff8_0000_e000_0000);
    let narrow = run(Opcode::Fdemote, F32, 0, &[(F64, wide)]).unwrap()[0];
    assert_eq!(narrow, 0x7fc0_0007);
}

#[test]
fn traps_and_constants() {
    let three = TrapCode::user(3).unwrap();
    assert_eq!(run(Opcode::Trapz, I32, 3, &[(I32, 0)]), Err(Stop::Trap(three)));
    assert_eq!(run(Opcode::Trapz, I32, 3, &[(I32, 4)]), Ok(vec![]));
    assert_eq!(run(Opcode::Trapnz, I128, 3, &[(I128, 1 << 127)]), Err(Stop::Trap(three)));
    assert_eq!(run(Opcode::Trapnz, I128, 3, &[(I128, 0)]), Ok(vec![]));
    let data = InstructionData::iconst(I16, 0xfffe);
    assert_eq!(fold(&data, &[]).unwrap()[0], Bits::new(16, 0xfffe));
    let vector = InstructionData::new(Opcode::Iadd, crate::ir::types::I32X4);
    let lane = Bits::new(32, 1);
    assert_eq!(fold(&vector, &[lane, lane]), None);
}

#[test]
fn the_table_says_which_operations_are_opaque() {
    assert!(has_meaning(Opcode::Iadd) && has_meaning(Opcode::Trap));
    assert!(!has_meaning(Opcode::Load) && !has_meaning(Opcode::Shuffle));
    let pure = |op: Opcode| !op.has_side_effects() && !has_meaning(op);
    let without: Vec<_> = Opcode::ALL.iter().copied().filter(|&op| pure(op)).collect();
    let text = without.iter().map(|op| op.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        text,
        "func_addr get_exception_handler_address f128const vconst stack_addr dynamic_stack_addr \
         symbol_value tls_value get_frame_pointer get_stack_pointer get_return_address \
         fvpromote_low fvdemote splat scalar_to_vector insertlane extractlane extract_vector \
         swizzle shuffle vany_true vall_true vhigh_bits snarrow unarrow uunarrow swiden_low \
         swiden_high uwiden_low uwiden_high iadd_pairwise x86_pshufb x86_pmaddubsw"
    );
}
