//! Branches and uses of labels, as data: how long each kind is, how far it reaches, where its
//! distance stands, and what it becomes out of reach.
//!
//! A branch is a word (a condition, or an instruction without its distance) and a kind. A kind has
//! up to three forms, the shortest first: a branch on a condition may become the opposite branch
//! over a jump, a load of a literal may become two instructions. A kind whose longest form does
//! not reach everything names the jump that a veneer is: the branch then goes to a veneer in an
//! island near it.
//!
//! A form is one number: its bytes in the byte order of the machine's code. Fixed bits, runs of
//! bits of the word, and runs of bits of the distance make it up.

use crate::result::{CodegenError, CodegenResult};
use core::fmt::Write;

/// A run of bits of a number that stands somewhere in a form.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The lowest bit of the number.
    pub from: u8,
    /// How many bits.
    pub width: u8,
    /// Where the lowest one stands.
    pub to: u8,
    /// Whether the bits below are rounded away: a second instruction adds them with their sign.
    pub rounds: bool,
}

impl Run {
    /// `width` bits from bit `from` of the number on, at bit `to`.
    pub const fn new(from: u8, width: u8, to: u8) -> Run {
        Run { from, width, to, rounds: false }
    }

    /// The same of the number rounded to a multiple of what the lowest bit is worth.
    pub const fn rounded(from: u8, width: u8, to: u8) -> Run {
        Run { from, width, to, rounds: true }
    }
}

impl Run {
    /// These bits of a number, lowest first.
    #[inline]
    fn of(&self, number: i64) -> u64 {
        let half = if self.rounds { 1 << (self.from - 1) } else { 0 };
        (number.wrapping_add(half) >> self.from) as u64 & ((1 << self.width) - 1)
    }
}

/// Runs of bits of a number where they stand, in a form of at most 8 bytes.
#[inline]
fn scatter_short(runs: &[Run], number: i64) -> u64 {
    runs.iter().fold(0, |bits, run| bits | run.of(number) << run.to)
}

/// The same in any form.
#[inline]
fn scatter(runs: &[Run], number: i64) -> u128 {
    runs.iter().fold(0, |bits, run| bits | u128::from(run.of(number)) << run.to)
}

/// The number whose runs of bits stand there.
fn gather(runs: &[Run], bits: u128) -> u64 {
    let part = |run: &Run| ((bits >> run.to) as u64 & ((1 << run.width) - 1)) << run.from;
    runs.iter().map(part).fold(0, |a, b| a | b)
}

/// One form of a branch or of another use of a label.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Its length in bytes, at most 16.
    pub len: u8,
    /// The bits that are always the same.
    pub bits: u128,
    /// Where the word stands.
    pub word: &'static [Run],
    /// Whether the word stands for its opposite: a branch over the jump that follows.
    pub inverted: bool,
    /// Where the distance stands.
    pub distance: &'static [Run],
    /// How many bits the distance has with its sign.
    pub reach: u8,
    /// Where the distance counts from: so many bytes behind the beginning.
    pub origin: u8,
}

impl Form {
    /// Whether a distance fits.
    #[inline]
    pub const fn fits(&self, distance: i64) -> bool {
        let half = 1 << (self.reach - 1);
        ((distance + half) as u64) < 1 << self.reach
    }

    /// The farthest distance forwards.
    pub const fn forwards(&self) -> u32 {
        ((1u64 << (self.reach - 1)) - 1) as u32
    }

    /// Whether it reaches a place, both in code where `now` bytes are here.
    #[inline]
    pub(super) fn reaches(&self, at: u32, now: u8, target: u32) -> bool {
        let gain = if target > at { i64::from(now) - i64::from(self.len) } else { 0 };
        self.fits(i64::from(target) - i64::from(at) - gain - i64::from(self.origin))
    }

    /// The distance from `at`, where the form begins, to `target`, and more.
    #[inline]
    fn distance_to(&self, at: u32, target: u32, more: i64) -> CodegenResult<i64> {
        let distance = i64::from(target) - i64::from(at) - i64::from(self.origin) + more;
        let lowest = self.distance.iter().map(|run| run.from).min().unwrap_or(0);
        let is_whole = distance & ((1 << lowest) - 1) == 0;
        if self.fits(distance) && is_whole { Ok(distance) } else { Err(CodegenError::CodeTooLarge) }
    }
}

/// A kind of branch, or of another use of a label.
#[derive(Clone, Copy, Debug)]
pub struct LabelKind {
    /// Its forms, the shortest first. A use that is patched where it stands has one.
    pub forms: &'static [Form],
    /// The bits of the word that make a condition its opposite.
    pub flip: u32,
    /// Of a condition: where the numbers of its registers go in the word, in the order of its
    /// operands.
    pub regs: &'static [u8],
    /// Of a condition: where an immediate stands in the word.
    pub immediate: &'static [Run],
    /// Of a condition: whether it reads the flags.
    pub reads_flags: bool,
    /// What conditions are called in listings, by the bits of the word that `name` picks.
    pub names: &'static [&'static str],
    /// The bits of the word that tell conditions of this kind apart.
    pub name: Run,
    /// Kind and word of the jump that a veneer is; where the longest form reaches everything, none.
    pub veneer: Option<(u8, u32)>,
}

impl LabelKind {
    /// A kind without forms, for the fields that a kind does not use.
    pub const NONE: LabelKind = LabelKind {
        forms: &[],
        flip: 0,
        regs: &[],
        immediate: &[],
        reads_flags: false,
        names: &[""],
        name: Run::new(0, 0, 0),
        veneer: None,
    };

    /// A word with an immediate in it.
    pub fn with_immediate(&self, word: u32, immediate: u32) -> u32 {
        word | scatter(self.immediate, immediate.into()) as u32
    }

    /// What a word is called in listings, and its immediate.
    pub fn print(&self, out: &mut String, word: u32) {
        out.push_str(self.names.get(gather(&[self.name], word.into()) as usize).unwrap_or(&"?"));
        if !self.immediate.is_empty() {
            let _ = write!(out, " {}", gather(self.immediate, word.into()));
        }
    }

    /// The length of the longest form.
    #[inline]
    pub const fn long(&self) -> u8 {
        self.forms[self.forms.len() - 1].len
    }
}

/// What is known of a machine's branches, labels and gaps between code.
#[derive(Debug)]
pub struct LabelTable {
    /// The kinds of branches and uses.
    pub kinds: &'static [LabelKind],
    /// Kind and word of a jump.
    pub jump: (u8, u32),
    /// Whether instructions and the entries of jump tables have their high byte first.
    pub big_endian: bool,
    /// A byte that fills gaps between code and data, and behind functions. As code, it traps.
    pub filler: u8,
    /// Instructions that do nothing, the shortest first.
    pub nops: &'static [&'static [u8]],
    /// The bytes, a power of two, that the processor takes from its cache of decoded instructions
    /// at once; 1 where that does not matter.
    pub line: u32,
    /// Whether the forms of a kind that is used for constants or jump tables differ in length.
    pub data_in_forms: bool,
    /// The most bytes that one instruction is emitted as, without branches in it: between them
    /// there may be an island.
    pub stretch: u32,
}

impl LabelTable {
    /// A machine without branches.
    pub const NONE: LabelTable = LabelTable {
        kinds: &[],
        jump: (0, 0),
        big_endian: false,
        filler: 0,
        nops: &[],
        line: 1,
        data_in_forms: false,
        stretch: 0,
    };

    /// Looks for mistakes; to be called where the table is a constant.
    pub const fn checked(self) -> LabelTable {
        let mut k = 0;
        while k < self.kinds.len() {
            let kind = &self.kinds[k];
            assert!(!kind.forms.is_empty() && kind.forms.len() <= 3, "one to three forms");
            let mut n = 0;
            while n < kind.forms.len() {
                let form = &kind.forms[n];
                assert!(form.len <= 16 && form.reach <= 48, "a form has at most 16 bytes");
                if n > 0 {
                    let shorter = &kind.forms[n - 1];
                    assert!(shorter.len < form.len, "the shortest form comes first");
                    assert!(shorter.reach < form.reach, "a longer form reaches farther");
                }
                n += 1;
            }
            if let Some((veneer, _)) = kind.veneer {
                let veneer = &self.kinds[veneer as usize];
                let jump = &self.kinds[self.jump.0 as usize];
                assert!(veneer.veneer.is_none(), "a veneer reaches everything");
                assert!(jump.veneer.is_none(), "a jump reaches over an island");
                let island = (kind.long() + jump.long() + 2 * veneer.long()) as u32;
                let longest = &kind.forms[kind.forms.len() - 1];
                assert!(self.stretch + island <= longest.forwards(), "an island is in reach");
            }
            k += 1;
        }
        assert!(self.line.is_power_of_two(), "a line is a power of two");
        self
    }

    /// The most bytes of a veneer, and how far the branches that may want one reach: `None` where
    /// no kind has veneers.
    pub(super) fn veneers(&self) -> Option<(u32, u32)> {
        let limited = self.kinds.iter().filter_map(|kind| {
            let (veneer, _) = kind.veneer?;
            let longest = kind.forms.last()?;
            Some((u32::from(self.kinds[veneer as usize].long()), longest.forwards()))
        });
        limited.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
    }

    /// Writes a branch over `out`, which begins at `at`.
    #[inline]
    pub(super) fn write(
        &self,
        out: &mut [u8],
        kind: &LabelKind,
        form: &Form,
        word: u32,
        at: u32,
        target: u32,
    ) -> CodegenResult<()> {
        let word = if form.inverted { word ^ kind.flip } else { word };
        let (word, distance) = (i64::from(word), form.distance_to(at, target, 0)?);
        if form.len <= 8 && !self.big_endian {
            let [word, distance] =
                [scatter_short(form.word, word), scatter_short(form.distance, distance)];
            store_short(out, form.bits as u64 | word | distance);
        } else {
            self.store(
                out,
                form.bits | scatter(form.word, word) | scatter(form.distance, distance),
            );
        }
        Ok(())
    }

    #[inline]
    fn store(&self, out: &mut [u8], number: u128) {
        let bytes = if self.big_endian {
            (number << (128 - 8 * out.len())).to_be_bytes()
        } else {
            number.to_le_bytes()
        };
        out.copy_from_slice(&bytes[..out.len()]);
    }

    /// Patches the use of a label at `at` where it stands. What the field holds is added, if it is
    /// one run of bits.
    ///
    /// # Errors
    /// If the label is out of reach.
    pub fn patch(&self, code: &mut [u8], kind: u8, at: u32, target: u32) -> CodegenResult<()> {
        let form = &self.kinds[kind as usize].forms[0];
        let out = &mut code[at as usize..][..form.len as usize];
        let mut bytes = [0; 16];
        bytes[..out.len()].copy_from_slice(out);
        let mut number = u128::from_le_bytes(bytes);
        if self.big_endian {
            number = u128::from_be_bytes(bytes) >> (128 - 8 * out.len());
        }
        let held = match form.distance {
            run @ [_] => {
                let unused = 64 - u32::from(form.reach);
                (gather(run, number) << unused) as i64 >> unused
            }
            _ => 0,
        };
        let distance = form.distance_to(at, target, held)?;
        number = number & !scatter(form.distance, -1) | scatter(form.distance, distance);
        self.store(out, number);
        Ok(())
    }

    /// Fills bytes with instructions that do nothing, the longest that there are.
    pub(super) fn write_nops(&self, mut out: &mut [u8]) {
        while !out.is_empty() {
            let fits = |nop: &&&[u8]| nop.len() <= out.len();
            let nop = self.nops.iter().rev().find(fits).expect("padding is whole instructions");
            let (now, rest) = out.split_at_mut(nop.len());
            now.copy_from_slice(nop);
            out = rest;
        }
    }
}

/// Writes the low bytes of a number, the lowest first, without a call for so few.
#[inline]
fn store_short(out: &mut [u8], number: u64) {
    let last = |size: usize| number >> (8 * (out.len() - size));
    match out.len() {
        4.. => {
            let end = (last(4) as u32).to_le_bytes();
            out[..4].copy_from_slice(&(number as u32).to_le_bytes());
            let at = out.len() - 4;
            out[at..].copy_from_slice(&end);
        }
        2.. => {
            let end = (last(2) as u16).to_le_bytes();
            out[..2].copy_from_slice(&(number as u16).to_le_bytes());
            let at = out.len() - 2;
            out[at..].copy_from_slice(&end);
        }
        _ => out.copy_from_slice(&[number as u8]),
    }
}

impl Default for &'static LabelTable {
    fn default() -> Self {
        &LabelTable::NONE
    }
}
