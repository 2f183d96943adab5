//! A small random number generator: the same seed gives the same numbers, on every machine.

/// A generator of random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        let mut rng = Self(seed ^ 0x5eed_0fa1_1c0d_e123);
        rng.next_u64();
        rng
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// An element of a slice that is not empty.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// The bits of a number that is interesting at some width: small ones, powers of two and their
    /// neighbours, patterns, and now and then anything.
    pub fn edge_bits(&mut self) -> u128 {
        let wide = u128::from(self.next_u64()) << 64 | u128::from(self.next_u64());
        match self.below(8) {
            0 => self.below(4) as u128,
            1 => u128::MAX - self.below(4) as u128,
            2 => 1 << self.below(128),
            3 => (1u128 << self.below(128)).wrapping_sub(1),
            4 => !(1u128 << self.below(128)),
            5 => wide & 0xff,
            6 => u128::MAX / 0xff * self.pick(&[0x00, 0x01, 0x55, 0x7f, 0x80, 0xff]),
            _ => wide,
        }
    }
}
