//! Random instructions for tests.

use super::Diagram;

/// A source of numbers that are the same in every run.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// An instruction of a diagram with random fields, some of them all zeros or all ones. Not
    /// every such word has a meaning: the decoder says which.
    pub fn instruction(&mut self, diagram: &Diagram) -> u64 {
        let fields = match self.draw() % 8 {
            0 => 0,
            1 => u64::MAX,
            2 => self.draw() & self.draw(),
            3 => self.draw() | self.draw(),
            _ => self.draw(),
        };
        let length = u64::MAX >> (64 - 8 * diagram.len as u32);
        diagram.bits | fields & !diagram.mask & length
    }
}
