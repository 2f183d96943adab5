//! Bit diagrams: encodings as the manuals of machines with instructions of fixed lengths draw them,
//! read while an ISA's crate is compiled; with encoder and decoder.
//!
//! A diagram is a list of words from the left end, the most significant bit, to the right:
//!
//! - digits `0` and `1` are fixed bits;
//! - `Rm:5` is a field of 5 bits, `imm6` one of 6; without a number it has 1 bit; the name of a
//!   register alone has as many as registers have;
//! - `imm[12|10:5]` holds these bits of a value, the first leftmost; bits of the value below those
//!   that the diagram holds must be 0;
//! - `*` behind a field means that it counts units of the memory operand's width, or of the operand
//!   size in a row without memory.
//!
//! The name of a field is that of an operand of the row, or of the machine's list
//! ([`Notation::fields`]): parts of the memory operand, of the operand size. In front of a diagram
//! may stand the operand sizes that it is for, `WX:`; else it is for those that its size field can
//! hold. Diagrams are separated by semicolons; the first that takes an instruction's operands is
//! its encoding.
//!
//! That does not compile: a diagram of a length that the machine does not have, a field that no
//! operand fills, an operand that no field takes, bits of a value that come twice or not at all.

use super::notation::{find, number, operand_name, same, shape, word};
use super::operand::{Decoded, hw, resolve};
use super::{
    Amode, Arg, CodeSink, FrameAreas, Kind, MAX_OPERANDS, NO_REG, Notation, Row, Shape, Size, form,
    row_bits,
};
use crate::machine::MInst;
use regalloc2::{Allocation, PReg, RegClass};

/// Most diagrams of a row.
const MAX_DIAGRAMS: usize = 4;

/// Most fields of a diagram, split ones counted as often as they have parts.
const MAX_FIELDS: usize = 8;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The register, immediate, condition or label of an operand.
    Operand(u8),
    /// The base register of the memory operand.
    Base,
    /// Its index register.
    Index,
    /// Its displacement.
    Disp,
    /// 1 if its index is scaled by its width, 0 if it is not scaled.
    Scaled,
    /// What the machine adds to it.
    Extra,
    /// The distance to its label.
    Literal,
    /// The logarithm of the operand size in bytes.
    Size,
}

/// A field that holds no operand as a whole.
#[derive(Debug)]
pub struct NamedField {
    /// Its name; the digits behind it are its width.
    pub name: &'static str,
    /// What it holds.
    pub source: Source,
    /// Its width where none is given.
    pub width: u8,
    /// An index of [`Notation::codings`], or `NO_REG`.
    pub coding: u8,
}

/// How a value becomes the bits of its fields.
#[derive(Debug)]
pub struct Coding {
    /// Whether the fields hold it with a sign.
    pub signed: bool,
    /// What the fields hold of a value, if they can.
    pub encode: Option<fn(i64, Size) -> Option<i64>>,
    /// The value of what the fields hold, if there is one.
    pub decode: Option<fn(i64, Size) -> Option<i64>>,
    /// How the values from 0 on are written; empty: as numbers.
    pub words: &'static [&'static str],
}

/// One field, or one part of a split one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Field {
    source: Source,
    /// Its lowest bit in the instruction.
    at: u8,
    width: u8,
    /// The bit of the value at which it begins.
    from: u8,
    /// The bits of the value that the diagram holds in all.
    low: u8,
    high: u8,
    signed: bool,
    /// Counts units.
    scaled: bool,
    coding: u8,
}

const NO_FIELD: Field = Field {
    source: Source::Size,
    at: 0,
    width: 0,
    from: 0,
    low: 0,
    high: 0,
    signed: false,
    scaled: false,
    coding: NO_REG,
};

impl Field {
    /// What the fields of a value hold of it.
    #[inline]
    fn code(&self, mut value: i64, size: Size, unit: u32, notation: &Notation) -> Option<u64> {
        if let Some(Coding { encode: Some(encode), .. }) =
            notation.codings.get(self.coding as usize)
        {
            value = encode(value, size)?;
        }
        if self.scaled {
            if value & ((1 << unit) - 1) != 0 {
                return None;
            }
            value >>= unit;
        }
        let above = if self.signed { value >> (self.high - 1) } else { value >> self.high };
        let fits = (above == 0 || self.signed && above == -1) && value & ((1 << self.low) - 1) == 0;
        fits.then_some(value as u64)
    }

    /// What the field holds of an operand size.
    #[inline]
    fn of_size(&self, size: Size, notation: &Notation) -> u64 {
        let coding = notation.codings.get(self.coding as usize);
        let encode = coding.and_then(|coding| coding.encode);
        encode.and_then(|encode| encode(size as i64, size)).unwrap_or(size as i64) as u64
    }

    #[inline]
    fn put(&self, code: u64) -> u64 {
        (code >> self.from & ((1 << self.width) - 1)) << self.at
    }

    fn get(&self, bits: u64) -> i64 {
        ((bits >> self.at & ((1 << self.width) - 1)) << self.from) as i64
    }

    /// The value of what its fields hold.
    fn value(&self, mut code: i64, size: Size, unit: u32, notation: &Notation) -> Option<i64> {
        if self.signed {
            let unused = 64 - self.high as u32;
            code = code << unused >> unused;
        }
        if self.scaled {
            code <<= unit;
        }
        match notation.codings.get(self.coding as usize) {
            Some(Coding { decode: Some(decode), .. }) => decode(code, size),
            _ => Some(code),
        }
    }
}

/// One encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Diagram {
    /// The fixed bits.
    pub bits: u64,
    /// Which bits are fixed.
    pub mask: u64,
    /// Its length in bytes.
    pub len: u8,
    /// The operand sizes that it is for, one bit each.
    sizes: u8,
    fields: [Field; MAX_FIELDS],
    n_fields: u8,
}

/// The encodings of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Diagrams {
    list: [Diagram; MAX_DIAGRAMS],
    n: u8,
}

/// The row's instructions have no operand size.
const SIZELESS: u8 = 0x1f;

const NONE: Diagram =
    Diagram { bits: 0, mask: 0, len: 0, sizes: 0, fields: [NO_FIELD; MAX_FIELDS], n_fields: 0 };

/// Reads a row whose encodings are bit diagrams.
pub const fn diagrams(
    notation: &Notation,
    name: &'static str,
    mnemonic: &'static str,
    operands: &str,
    encodings: &str,
    flags: &str,
) -> Row<Diagrams> {
    let shape = shape(notation, name, mnemonic, operands, encodings.is_empty(), flags);
    let s = encodings.as_bytes();
    let mut out = Diagrams { list: [NONE; MAX_DIAGRAMS], n: 0 };
    let mut i = 0;
    while i < s.len() {
        let end = find(s, i, b';');
        if out.n as usize == MAX_DIAGRAMS {
            panic!("too many diagrams in a row");
        }
        out.list[out.n as usize] = diagram(notation, &shape, operands.as_bytes(), s, i, end);
        out.n += 1;
        i = end + 1;
    }
    Row { shape, encodings: out }
}

/// What is written of a field: where its name ends, where its bits are written, and its parts.
struct Written {
    name: usize,
    /// Highest and lowest bit of each part.
    parts: [(u8, u8); 4],
    n: usize,
    /// Whether the width is the digits of the name.
    digits: bool,
    /// Whether a width was given at all.
    given: bool,
    scaled: bool,
}

const fn written(s: &[u8], a: usize, mut b: usize) -> Written {
    let mut w =
        Written { name: b, parts: [(0, 0); 4], n: 1, digits: false, given: true, scaled: false };
    if s[b - 1] == b'*' {
        w.scaled = true;
        b -= 1;
        w.name = b;
    }
    let mut i = a;
    while i < b && s[i] != b':' && s[i] != b'[' {
        i += 1;
    }
    if i == b {
        let mut digits = b;
        while digits > a && s[digits - 1].is_ascii_digit() {
            digits -= 1;
        }
        match number(s, digits, b) {
            Some(n) if n > 0 => w.parts[0] = (n as u8 - 1, 0),
            _ => w.given = false,
        }
        w.digits = true;
        return w;
    }
    w.name = i;
    if s[i] == b':' {
        match number(s, i + 1, b) {
            Some(n) if n > 0 => w.parts[0] = (n as u8 - 1, 0),
            _ => panic!("after the colon of a field comes its width"),
        }
        return w;
    }
    w.n = 0;
    if s[b - 1] != b']' {
        panic!("the bits of a field end with a bracket");
    }
    i += 1;
    while i < b {
        let mut end = i;
        let mut colon = b;
        while s[end] != b'|' && s[end] != b']' {
            if s[end] == b':' {
                colon = end;
            }
            end += 1;
        }
        let part = match colon < end {
            true => (number(s, i, colon), number(s, colon + 1, end)),
            false => (number(s, i, end), number(s, i, end)),
        };
        let (Some(high), Some(low)) = part else { panic!("bits of a field are numbers") };
        if high < low || w.n == w.parts.len() {
            panic!("bits of a field stand from the highest to the lowest, in up to four parts");
        }
        w.parts[w.n] = (high as u8, low as u8);
        w.n += 1;
        i = end + 1;
    }
    w
}

const fn is_fixed(s: &[u8], a: usize, b: usize) -> bool {
    let mut i = a;
    while i < b {
        if s[i] != b'0' && s[i] != b'1' {
            return false;
        }
        i += 1;
    }
    true
}

/// The number of the operand with a name.
const fn operand_named(shape: &Shape, operands: &[u8], s: &[u8], a: usize, b: usize) -> Option<u8> {
    let mut n = 0;
    while n < shape.n_operands {
        let (c, d) = operand_name(operands, n);
        if same(s, a, b, operands, c, d) {
            return Some(n);
        }
        n += 1;
    }
    None
}

/// What a field is: what it holds, how, and how many bits it has where none are given.
const fn named(
    notation: &Notation,
    shape: &Shape,
    operands: &[u8],
    s: &[u8],
    a: usize,
    b: usize,
) -> (Source, u8, bool, u8) {
    let mut letters = b;
    while letters > a && s[letters - 1].is_ascii_digit() {
        letters -= 1;
    }
    let operand = match operand_named(shape, operands, s, a, b) {
        None => operand_named(shape, operands, s, a, letters),
        found => found,
    };
    if let Some(n) = operand {
        let spec = shape.operands[n as usize];
        if spec.fixed != NO_REG {
            panic!("a fixed register needs no field");
        }
        if spec.kind.may_be_memory() {
            panic!("a memory operand has fields for its parts");
        }
        let width = if spec.kind.class().is_some() { notation.register_bits } else { 1 };
        let relative = matches!(spec.kind, Kind::Label | Kind::Target);
        return (Source::Operand(n), spec.coding, relative, width);
    }
    let mut n = 0;
    while n < notation.fields.len() {
        let f = &notation.fields[n];
        if same(s, a, letters, f.name.as_bytes(), 0, f.name.len()) {
            return (f.source, f.coding, matches!(f.source, Source::Literal), f.width);
        }
        n += 1;
    }
    panic!("a field that no operand fills")
}

const fn is_register(shape: &Shape, source: Source) -> bool {
    match source {
        Source::Operand(n) => shape.operands[n as usize].kind.class().is_some(),
        _ => false,
    }
}

const fn is_source(a: Source, b: Source) -> bool {
    match (a, b) {
        (Source::Operand(a), Source::Operand(b)) => a == b,
        (Source::Base, Source::Base)
        | (Source::Index, Source::Index)
        | (Source::Disp, Source::Disp)
        | (Source::Scaled, Source::Scaled)
        | (Source::Extra, Source::Extra)
        | (Source::Literal, Source::Literal)
        | (Source::Size, Source::Size) => true,
        _ => false,
    }
}

impl Diagram {
    const fn has(&self, source: Source) -> bool {
        let mut n = 0;
        while n < self.n_fields as usize {
            if is_source(self.fields[n].source, source) {
                return true;
            }
            n += 1;
        }
        false
    }

    /// The fields in use.
    #[inline]
    fn fields(&self) -> &[Field] {
        &self.fields[..self.n_fields as usize]
    }

    /// The operand sizes that it is for.
    pub fn sizes(&self) -> impl Iterator<Item = Size> {
        Size::ALL.into_iter().filter(|&size| match self.sizes {
            SIZELESS => size == Size::S32,
            sizes => sizes & 1 << size as u8 != 0,
        })
    }

    /// An instruction with this distance in the fields of its label.
    pub fn with_distance(&self, shape: &Shape, bits: u64, distance: i64) -> Option<u64> {
        let mut out = bits;
        for f in self.fields() {
            let relative = match f.source {
                Source::Operand(n) => {
                    matches!(shape.operands[n as usize].kind, Kind::Label | Kind::Target)
                }
                source => source == Source::Literal,
            };
            if relative {
                let above = distance >> (f.high - 1);
                if above != 0 && above != -1 || distance & ((1 << f.low) - 1) != 0 {
                    return None;
                }
                out = out & !f.put(u64::MAX) | f.put(distance as u64);
            }
        }
        Some(out)
    }
}

const fn diagram(
    notation: &Notation,
    shape: &Shape,
    operands: &[u8],
    s: &[u8],
    start: usize,
    end: usize,
) -> Diagram {
    let mut d = NONE;
    let (mut i, tagged) = sizes(notation, s, start, end);
    d.sizes = tagged;
    let mut scaled = false;
    // Fields stand at their distance from the left end until the length is known.
    let mut len = 0u32;
    loop {
        let (a, b) = word(s, i, end);
        if a == b {
            break;
        }
        i = b;
        if is_fixed(s, a, b) {
            let mut n = a;
            while n < b {
                d.bits = d.bits << 1 | (s[n] - b'0') as u64;
                d.mask = d.mask << 1 | 1;
                n += 1;
            }
            len += (b - a) as u32;
            continue;
        }
        let mut w = written(s, a, b);
        let (source, coding, relative, width) = named(notation, shape, operands, s, a, w.name);
        // Digits in the name of a register are its number: `rs2`.
        if !w.given || w.digits && is_register(shape, source) {
            w.parts[0] = (width - 1, 0);
        }
        scaled |= w.scaled;
        let mut part = 0;
        while part < w.n {
            let (high, low) = w.parts[part];
            let width = high - low + 1;
            len += width as u32;
            if d.n_fields as usize == MAX_FIELDS {
                panic!("too many fields in a diagram");
            }
            d.fields[d.n_fields as usize] = Field {
                source,
                at: len as u8,
                width,
                from: low,
                low: 0,
                high: 0,
                signed: relative || coding != NO_REG && notation.codings[coding as usize].signed,
                scaled: w.scaled,
                coding,
            };
            d.n_fields += 1;
            d.bits <<= width;
            d.mask <<= width;
            part += 1;
        }
    }
    let mut known = false;
    let mut n = 0;
    while n < notation.lengths.len() {
        known |= notation.lengths[n] == len;
        n += 1;
    }
    if !known {
        panic!("the diagram does not have the length of an instruction");
    }
    d.len = len as u8 / 8;
    let mut n = 0;
    while n < d.n_fields as usize {
        d.fields[n].at = len as u8 - d.fields[n].at;
        n += 1;
    }
    d = covered(d);
    let in_units = match shape.memory {
        NO_REG => true,
        memory => shape.operands[memory as usize].width == 0,
    };
    d = with_sizes(d, scaled && in_units);
    taken(&d, shape);
    d
}

/// Reads the operand sizes in front of a diagram; 0 if there are none.
const fn sizes(notation: &Notation, s: &[u8], start: usize, end: usize) -> (usize, u8) {
    let (a, b) = word(s, start, end);
    if a == b || s[b - 1] != b':' {
        return (start, 0);
    }
    let mut out = 0;
    let mut i = a;
    while i < b - 1 {
        let mut n = 0;
        while n < 4 && s[i] != notation.sizes[n].as_bytes()[0] {
            n += 1;
        }
        if n == 4 {
            panic!("in front of the colon stand operand sizes");
        }
        out |= 1 << n;
        i += 1;
    }
    (b, out)
}

/// Sees that each value is there with all its bits, once.
const fn covered(mut d: Diagram) -> Diagram {
    let mut n = 0;
    while n < d.n_fields as usize {
        let mut bits = 0u64;
        let mut m = 0;
        while m < d.n_fields as usize {
            let f = d.fields[m];
            if is_source(f.source, d.fields[n].source) {
                let part = ((1 << f.width) - 1) << f.from;
                // The operand size may be written in several places.
                if bits & part != 0 && !matches!(f.source, Source::Size) {
                    panic!("bits of a value come twice");
                }
                bits |= part;
            }
            m += 1;
        }
        d.fields[n].low = bits.trailing_zeros() as u8;
        d.fields[n].high = 64 - bits.leading_zeros() as u8;
        let ones = bits >> d.fields[n].low;
        if ones & (ones + 1) != 0 {
            panic!("there is a gap in the bits of a value");
        }
        n += 1;
    }
    d
}

/// Finds the operand sizes, where they are not written.
const fn with_sizes(mut d: Diagram, scaled: bool) -> Diagram {
    let mut width = 0;
    let mut n = 0;
    while n < d.n_fields as usize {
        if matches!(d.fields[n].source, Source::Size) && d.fields[n].high > width {
            width = d.fields[n].high;
        }
        n += 1;
    }
    if d.sizes == 0 {
        d.sizes = match width {
            0 => SIZELESS,
            1 => 0b1100,
            _ => 0b1111,
        };
    }
    if width == 0 && d.sizes != SIZELESS && !d.sizes.is_power_of_two() {
        panic!("the diagram is for several operand sizes and holds none");
    }
    if scaled && d.sizes == SIZELESS {
        panic!("a field counts units of the operand size, and there is none");
    }
    d
}

/// Sees that each operand has a field.
const fn taken(d: &Diagram, shape: &Shape) {
    let mut n = 0;
    while n < shape.n_operands {
        let spec = shape.operands[n as usize];
        let has = match spec.kind {
            Kind::GprMem | Kind::VecMem => panic!("a diagram is for a register or for memory"),
            Kind::Mem | Kind::Addr => d.has(Source::Base) || d.has(Source::Literal),
            _ => spec.fixed != NO_REG || d.has(Source::Operand(n)),
        };
        if !has {
            panic!("an operand that no field takes");
        }
        n += 1;
    }
}

/// The logarithm of the bytes of the memory operand, or of the operand size.
#[inline]
fn unit(shape: &Shape, size: Size) -> u32 {
    match shape.operands.get(shape.memory as usize) {
        Some(spec) => (spec.width_at(size) / 8).ilog2(),
        None => size as u32,
    }
}

impl Row<Diagrams> {
    /// The encodings, the first that takes the operands to be used.
    #[inline]
    pub fn diagrams(&self) -> &[Diagram] {
        &self.encodings.list[..self.encodings.n as usize]
    }

    /// Whether the row exists at an operand size.
    pub fn has_size(&self, size: Size) -> bool {
        self.custom() || self.diagrams().iter().any(|d| d.sizes & 1 << size as u8 != 0)
    }

    /// Whether the operand size means nothing to the row.
    pub fn sizeless(&self) -> bool {
        self.diagrams().iter().any(|d| d.sizes == SIZELESS)
    }

    /// Encodes an instruction of this row: fixed bits and fields, distances and symbols left 0, and
    /// the diagram that was taken. `None` if no diagram takes the operands: a number is out of
    /// range, a register cannot be named there.
    #[inline]
    pub fn bits(
        &self,
        inst: &MInst,
        allocs: &[Allocation],
        frame: &FrameAreas,
        notation: &Notation,
    ) -> Option<(u64, &Diagram)> {
        let address_form = form::of_ctl(inst.ctl);
        let mut address = None;
        let mut moves = 0;
        if address_form != form::NONE {
            let first = self.position(self.memory as usize) as usize;
            address = Some(resolve(inst, allocs, first, frame, notation.pinned));
            moves = self.moves_by(form::REGISTERS[address_form as usize]);
        }
        self.diagrams().iter().find_map(|d| {
            let bits = self.bits_of(d, inst, allocs, address.as_ref(), moves, notation)?;
            Some((bits, d))
        })
    }

    fn bits_of(
        &self,
        d: &Diagram,
        inst: &MInst,
        allocs: &[Allocation],
        address: Option<&Amode<u8>>,
        moves: isize,
        notation: &Notation,
    ) -> Option<u64> {
        let size = Size::of_ctl(inst.ctl);
        if d.sizes & 1 << size as u8 == 0 {
            return None;
        }
        if let Some(a) = address {
            // What the diagram has no field for must be nothing.
            let literal = a.is_symbolic();
            if literal != d.has(Source::Literal)
                || !literal && a.base == NO_REG
                || !literal && a.disp != 0 && !d.has(Source::Disp)
                || (a.index != NO_REG) != d.has(Source::Index)
            {
                return None;
            }
        }
        let unit = unit(self, size);
        let mut bits = d.bits;
        for f in d.fields() {
            let value = match (f.source, address) {
                (Source::Operand(n), _) => {
                    let spec = &self.shape.operands[n as usize];
                    match spec.kind {
                        Kind::Imm => spec.immediate(inst),
                        Kind::Cond => (inst.ctl >> 4 & 15) as i64,
                        Kind::Label | Kind::Target => continue,
                        _ => {
                            let moves = if self.behind_memory(n as usize) { moves } else { 0 };
                            let at = self.position(n as usize) as isize + moves;
                            hw(allocs, at as usize) as i64
                        }
                    }
                }
                (Source::Size, _) => size as i64,
                (Source::Literal, _) => continue,
                (Source::Base, Some(a)) => a.base as i64,
                (Source::Index, Some(a)) => a.index as i64,
                (Source::Disp, Some(a)) => a.disp as i64,
                (Source::Extra, Some(a)) => a.extra() as i64,
                (Source::Scaled, Some(a)) => match a.scale_log2() {
                    0 => 0,
                    scale if scale as u32 == unit => 1,
                    _ => return None,
                },
                (_, None) => return None,
            };
            // Of the operand size, a narrow field holds the low bits: the others are implied.
            bits |= match f.source {
                Source::Size => f.put(f.of_size(size, notation)),
                _ => f.put(f.code(value, size, unit, notation)?),
            };
        }
        Some(bits)
    }

    /// Encodes an instruction of this row. False, and nothing written, if no diagram takes the
    /// operands.
    ///
    /// A label's field is patched as the tag of its kind says, from the start of the instruction;
    /// a called symbol's likewise.
    #[inline]
    #[must_use]
    pub fn encode<S: CodeSink + ?Sized>(
        &self,
        inst: &MInst,
        allocs: &[Allocation],
        frame: &FrameAreas,
        notation: &Notation,
        sink: &mut S,
    ) -> bool {
        let Some((bits, d)) = self.bits(inst, allocs, frame, notation) else { return false };
        let mut bytes = [0; 16];
        let word = match notation.big_endian {
            false => bits.to_le_bytes(),
            true => (bits << (64 - 8 * d.len as u32)).to_be_bytes(),
        };
        bytes[..8].copy_from_slice(&word);
        let at = sink.offset();
        sink.put_inst(&bytes, d.len as usize);
        let n = inst.payload as u32;
        match form::of_ctl(inst.ctl) {
            form::LABEL => sink.use_label_at_offset(at, n, notation.literal.0),
            form::SYMBOL => sink.add_reloc_at_offset(at, notation.literal.1, n, 0),
            _ => {}
        }
        for spec in self.operands() {
            match spec.kind {
                Kind::Label => sink.use_label_at_offset(at, n, spec.tag),
                Kind::Target => sink.add_reloc_at_offset(at, spec.tag, n, 0),
                _ => {}
            }
        }
        true
    }
}

/// A decoder for a machine's diagrams: of those that have the bytes, the one with most fixed bits.
#[derive(Debug)]
pub struct Decoder {
    rows: &'static [Row<Diagrams>],
    notation: &'static Notation,
    /// Numbers of rows and of their diagrams.
    order: Vec<(u16, u8)>,
}

impl Decoder {
    /// A decoder for all rows that are not aliases.
    pub fn new(rows: &'static [Row<Diagrams>], notation: &'static Notation) -> Decoder {
        let mut order: Vec<(u16, u8)> = (0..rows.len())
            .filter(|&n| !rows[n].has(row_bits::ALIAS))
            .flat_map(|n| (0..rows[n].encodings.n).map(move |d| (n as u16, d)))
            .collect();
        let fixed = |n: u16, d: u8| rows[n as usize].diagrams()[d as usize].mask.count_ones();
        order.sort_by_key(|&(n, d)| core::cmp::Reverse(fixed(n, d)));
        Decoder { rows, notation, order }
    }

    /// Decodes the instruction at the start of `bytes`, if the table has it.
    pub fn decode(&self, bytes: &[u8]) -> Option<Decoded> {
        let mut word = [0; 8];
        let given = bytes.len().min(8);
        word[..given].copy_from_slice(&bytes[..given]);
        let (little, big) = (u64::from_le_bytes(word), u64::from_be_bytes(word));
        self.order.iter().find_map(|&(n, d)| {
            let row = &self.rows[n as usize];
            let d = &row.diagrams()[d as usize];
            let bits = match self.notation.big_endian {
                false => little,
                true => big >> (64 - 8 * d.len as u32),
            };
            if bits & d.mask != d.bits || given < d.len as usize {
                return None;
            }
            decode(n, row, d, bits, self.notation)
        })
    }
}

fn decode(row: u16, shape: &Shape, d: &Diagram, bits: u64, notation: &Notation) -> Option<Decoded> {
    let code = |source: Source| {
        let fields = d.fields().iter().filter(|f| f.source == source);
        fields.fold(0, |code, f| code | f.get(bits))
    };
    // The operand size whose bits are in all its fields.
    let size = d.sizes().find(|&size| {
        let fields = d.fields().iter().filter(|f| f.source == Source::Size);
        fields.fold(0, |all, f| all | f.put(u64::MAX) & (bits ^ f.put(f.of_size(size, notation))))
            == 0
    })?;
    let unit = unit(shape, size);
    let value = |source: Source| {
        let f = d.fields().iter().find(|f| f.source == source)?;
        f.value(code(source), size, unit, notation)
    };
    let register = |class: RegClass, n: i64| PReg::new(n as usize & 63, class);
    let mut out = Decoded {
        row,
        size,
        len: d.len as usize,
        n_operands: shape.operands().len(),
        operands: [Arg::Imm(0); MAX_OPERANDS],
    };
    for (n, spec) in shape.operands().iter().enumerate() {
        let source = Source::Operand(n as u8);
        out.operands[n] = match spec.kind {
            Kind::Imm => Arg::Imm(value(source)?),
            Kind::Cond => Arg::Cond(value(source)? as u8),
            Kind::Label => Arg::Label(value(source)? as u32),
            Kind::Target => Arg::Target(value(source)? as u32),
            Kind::Mem | Kind::Addr if d.has(Source::Literal) => {
                Arg::Mem(Amode::label(value(Source::Literal)? as u32))
            }
            Kind::Mem | Kind::Addr => {
                let gpr = |n| register(RegClass::Int, n);
                let base = gpr(value(Source::Base)?);
                let disp = if d.has(Source::Disp) { value(Source::Disp)? as i32 } else { 0 };
                let mut amode = Amode::base(base, disp);
                if d.has(Source::Index) {
                    let scaled = d.has(Source::Scaled) && value(Source::Scaled)? != 0;
                    // A byte is not scaled, and no scale is larger than 8.
                    if scaled && !(1..4).contains(&unit) {
                        return None;
                    }
                    let scale = if scaled { unit as u8 } else { 0 };
                    amode = Amode::base_index(base, gpr(value(Source::Index)?), scale, disp);
                }
                if d.has(Source::Extra) {
                    amode = amode.with_extra(value(Source::Extra)? as u8);
                }
                Arg::Mem(amode)
            }
            kind => match spec.fixed_reg() {
                Some(reg) => Arg::Reg(reg),
                None => Arg::Reg(register(kind.class()?, value(source)?)),
            },
        };
    }
    Some(out)
}
