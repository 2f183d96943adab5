//! Bitmask immediates: an element of 2 to 64 bits with a run of ones, rotated, repeated over the
//! register. Their fields are N, immr and imms, 13 bits.

use windlass_core::machine::row::Size;

/// The fields of a value, if it is a bitmask at this operand size. Of 32 bits the upper half does
/// not matter.
pub fn encode(value: i64, size: Size) -> Option<i64> {
    let mut x = value as u64;
    if size != Size::S64 {
        x = x & 0xffff_ffff | x << 32;
    }
    if x == 0 || x == u64::MAX {
        return None;
    }
    // The shortest element that the value repeats.
    let mut bits = 64;
    while bits > 2 && x == x.rotate_right(bits / 2) {
        bits /= 2;
    }
    let mask = u64::MAX >> (64 - bits);
    let element = x & mask;
    let ones = element.count_ones();
    // Turned so that the run begins at bit 0, the element is all ones below.
    let turn = |n: u32| (element >> n | element << ((bits - n) % bits)) & mask;
    let start = (0..bits).find(|&n| turn(n) == (1 << ones) - 1)?;
    let immr = (bits - start) % bits;
    // The size of the element stands in imms as ones above a zero; N says 64.
    let imms = 0u32.wrapping_sub(2 * bits) & 63 | (ones - 1);
    let n = (bits == 64) as u32;
    Some((n << 12 | immr << 6 | imms) as i64)
}

/// The value of the fields, if they are a bitmask at this operand size; of 32 bits without sign.
pub fn decode(code: i64, size: Size) -> Option<i64> {
    let code = code as u32;
    let (n, immr, imms) = (code >> 12 & 1, code >> 6 & 63, code & 63);
    let log2 = (n << 6 | !imms & 63).checked_ilog2()?;
    let bits = 1 << log2;
    if log2 == 0 || bits > size.bits() as u32 {
        return None;
    }
    let ones = (imms & (bits - 1)) + 1;
    let turn = immr & (bits - 1);
    // The encoder writes no rotation beyond the element.
    if ones == bits || turn != immr {
        return None;
    }
    let run = (1u64 << ones) - 1;
    let mask = u64::MAX >> (64 - bits);
    let element = (run >> turn | run << ((bits - turn) % bits)) & mask;
    let mut x = element;
    let mut width = bits;
    while width < 64 {
        x |= x << width;
        width *= 2;
    }
    Some((if size == Size::S64 { x } else { x & 0xffff_ffff }) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bitmask() {
        // Elements of 2 to 64 bits with 1 to one less than that many ones, in every rotation.
        for (size, log2) in [(Size::S32, 5), (Size::S64, 6)] {
            let mut values = std::collections::BTreeSet::new();
            for code in 0..1 << 13 {
                if let Some(value) = decode(code, size) {
                    assert_eq!(encode(value, size), Some(code), "{value:x}");
                    values.insert(value);
                }
            }
            let expected: usize = (1..=log2).map(|n| (1 << n) * ((1 << n) - 1)).sum();
            assert_eq!(values.len(), expected);
            assert_eq!((encode(0, size), encode(-1, size), encode(5, size)), (None, None, None));
        }
        assert_eq!(encode(-2, Size::S32), encode(0xffff_fffe, Size::S32));
    }
}
