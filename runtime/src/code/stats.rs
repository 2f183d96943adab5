//! What a compilation came to.

use std::fmt;

use windlass_core::CompileStats;

/// Sums of a compilation.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModuleStats {
    /// Functions compiled.
    pub functions: usize,
    /// Bytes of their bodies in the module.
    pub wasm_bytes: usize,
    /// Bytes of machine code and constants.
    pub code_bytes: usize,
    /// Machine instructions before the allocator's moves.
    pub insts: u64,
    /// Their operands.
    pub operands: u64,
    /// Live ranges that the allocator began with.
    pub live_ranges: u64,
    /// The allocator's moves, spills and reloads among them.
    pub moves: u64,
    /// Functions that were too much for the backtracking allocator.
    pub fell_back: usize,
    /// Steps of register allocation.
    pub work: u64,
}

impl ModuleStats {
    /// How many numbers there are.
    pub(crate) const NUMBERS: usize = 9;

    pub(crate) fn numbers(&self) -> [u64; Self::NUMBERS] {
        [
            self.functions as u64,
            self.wasm_bytes as u64,
            self.code_bytes as u64,
            self.insts,
            self.operands,
            self.live_ranges,
            self.moves,
            self.fell_back as u64,
            self.work,
        ]
    }

    pub(crate) fn from_numbers(numbers: [u64; Self::NUMBERS]) -> Self {
        let [
            functions,
            wasm_bytes,
            code_bytes,
            insts,
            operands,
            live_ranges,
            moves,
            fell_back,
            work,
        ] = numbers;
        Self {
            functions: functions as usize,
            wasm_bytes: wasm_bytes as usize,
            code_bytes: code_bytes as usize,
            insts,
            operands,
            live_ranges,
            moves,
            fell_back: fell_back as usize,
            work,
        }
    }

    pub(crate) fn add(&mut self, stats: &CompileStats) {
        self.functions += 1;
        self.insts += u64::from(stats.insts);
        self.operands += u64::from(stats.operands);
        self.live_ranges += u64::from(stats.live_ranges);
        self.moves += u64::from(stats.moves);
        self.fell_back += usize::from(stats.fell_back);
        self.work += stats.work;
    }
}

impl fmt::Display for ModuleStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_byte = |n: u64| n as f64 / self.wasm_bytes.max(1) as f64;
        writeln!(f, "functions          {:>12}", self.functions)?;
        writeln!(f, "Wasm code bytes    {:>12}", self.wasm_bytes)?;
        writeln!(f, "machine code bytes {:>12}", self.code_bytes)?;
        for (name, n) in [
            ("instructions", self.insts),
            ("operands", self.operands),
            ("live ranges", self.live_ranges),
            ("moves", self.moves),
            ("allocation steps", self.work),
        ] {
            writeln!(f, "{name:18} {n:>12} {:>8.3} per Wasm byte", per_byte(n))?;
        }
        writeln!(f, "fast allocator     {:>12}", self.fell_back)
    }
}
