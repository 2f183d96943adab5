//! The emission buffer on machines of several kinds: random code, and code at the edge of every
//! reach. Every branch of the result is decoded and followed.

use windlass_core::binemit::Reloc;
use windlass_core::ir::{ExternalName, TrapCode};
use windlass_core::machine::buffer::{CodeBuffer, Label, Pool};
use windlass_core::machine::labels::{Form, LabelKind, LabelTable, Run};
use windlass_core::machine::row::CodeSink;
use windlass_core::machine::vcode::{CONST_LABEL, PoolConst, Span};
use windlass_core::result::CodegenError;

/// What a branch does, with distances from where it begins.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Step {
    Plain,
    Jump(i64),
    /// On a condition, or its opposite; and how long it is.
    Cond(bool, i64, usize),
}

struct Machine {
    table: &'static LabelTable,
    /// An instruction that is no branch.
    plain: &'static [u8],
    /// The kinds of conditional branches, with a word of each.
    conds: &'static [(u8, u32)],
    decode: fn(&[u8]) -> Step,
}

impl Machine {
    /// Where one comes from `at`, through branches alone, with the condition as it is.
    fn follow(&self, code: &[u8], mut at: usize, holds: bool) -> usize {
        for _ in 0..1000 {
            at = match (self.decode)(&code[at..]) {
                Step::Plain => return at,
                Step::Jump(by) => at as i64 + by,
                Step::Cond(inverted, by, _) if holds != inverted => at as i64 + by,
                Step::Cond(_, _, len) => (at + len) as i64,
            } as usize;
        }
        panic!("branches lead nowhere");
    }
}

const NONE: LabelKind = LabelKind::NONE;
const PLAIN: Form =
    Form { len: 4, bits: 0, word: WHOLE, inverted: false, distance: &[], reach: 32, origin: 0 };
const WHOLE: &[Run] = &[Run::new(0, 32, 0)];

/// Sign-extends the low bits.
fn signed(bits: u64, width: u32) -> i64 {
    (bits << (64 - width)) as i64 >> (64 - width)
}

fn word(code: &[u8]) -> u32 {
    u32::from_le_bytes(code[..4].try_into().unwrap())
}

/// A jump of 2 or 5 bytes, a branch on a condition of 2 or 6.
static X86: Machine = Machine {
    table: &LabelTable {
        kinds: &[
            LabelKind {
                forms: &[
                    Form { len: 2, bits: 0xeb, word: &[], distance: BYTE, ..X86_SHORT },
                    Form { len: 5, bits: 0xe9, reach: 32, origin: 5, distance: QUAD, ..X86_SHORT },
                ],
                ..NONE
            },
            LabelKind {
                forms: &[
                    Form { len: 2, bits: 0x70, distance: BYTE, ..X86_SHORT },
                    Form {
                        len: 6,
                        bits: 0x800f,
                        word: &[Run::new(0, 4, 8)],
                        distance: &[Run::new(0, 32, 16)],
                        reach: 32,
                        origin: 6,
                        inverted: false,
                    },
                ],
                flip: 1,
                ..NONE
            },
            LabelKind { forms: &[Form { distance: WHOLE, word: &[], origin: 4, ..PLAIN }], ..NONE },
        ],
        nops: &[&[0x77]],
        line: 64,
        ..LabelTable::NONE
    }
    .checked(),
    plain: &[0x90],
    conds: &[(1, 4)],
    decode: |code| match *code {
        [0xeb, by, ..] => Step::Jump(2 + i64::from(by as i8)),
        [0xe9, ref by @ ..] => Step::Jump(5 + signed(word(by).into(), 32)),
        [0x74 | 0x75, by, ..] => Step::Cond(code[0] == 0x75, 2 + i64::from(by as i8), 2),
        [0x0f, 0x84 | 0x85, ref by @ ..] => {
            Step::Cond(code[1] == 0x85, 6 + signed(word(by).into(), 32), 6)
        }
        _ => Step::Plain,
    },
};
const BYTE: &[Run] = &[Run::new(0, 8, 8)];
const QUAD: &[Run] = &[Run::new(0, 32, 8)];
const X86_SHORT: Form = Form {
    len: 2,
    bits: 0,
    word: &[Run::new(0, 4, 0)],
    inverted: false,
    distance: BYTE,
    reach: 8,
    origin: 2,
};

/// Branches that reach 64 bytes and no more, with veneers of eight bytes.
static NEAR: Machine = Machine {
    table: &LabelTable {
        kinds: &[
            LabelKind {
                forms: &[Form { len: 8, bits: 2, distance: &[Run::new(0, 32, 32)], ..PLAIN }],
                ..NONE
            },
            LabelKind {
                forms: &[Form { distance: &[Run::new(0, 7, 24)], reach: 7, ..PLAIN }],
                flip: 0x100,
                veneer: Some((0, 0)),
                ..NONE
            },
        ],
        nops: &[&[3, 0, 0, 0]],
        stretch: 4,
        ..LabelTable::NONE
    }
    .checked(),
    plain: &[3, 0, 0, 0],
    conds: &[(1, 1)],
    decode: |code| match code[0] {
        1 => Step::Cond(code[1] == 1, signed(code[3].into(), 7), 4),
        2 => Step::Jump(signed(word(&code[4..]).into(), 32)),
        _ => Step::Plain,
    },
};

/// Branches of 19 and 14 bits, over a jump of 26 where they do not reach; of 14 bits with veneers
/// too.
static AARCH64: Machine = Machine {
    table: &LabelTable {
        kinds: &[
            LabelKind {
                forms: &[Form { distance: &[Run::new(2, 26, 0)], reach: 28, ..PLAIN }],
                ..NONE
            },
            LabelKind {
                forms: &[
                    Form { distance: &[Run::new(2, 19, 5)], reach: 21, ..PLAIN },
                    Form { bits: A64_OVER, ..A64_LONG },
                ],
                flip: 1,
                ..NONE
            },
            LabelKind {
                forms: &[
                    Form { distance: &[Run::new(2, 14, 5)], reach: 16, ..PLAIN },
                    Form { bits: A64_OVER, ..A64_LONG },
                ],
                flip: 1 << 24,
                ..NONE
            },
            LabelKind {
                forms: &[Form { distance: &[Run::new(2, 14, 5)], reach: 16, ..PLAIN }],
                flip: 1 << 24,
                veneer: Some((0, 0x1400_0000)),
                ..NONE
            },
        ],
        jump: (0, 0x1400_0000),
        nops: &[&[0x1f, 0x20, 0x03, 0xd5]],
        line: 64,
        stretch: 16,
        ..LabelTable::NONE
    }
    .checked(),
    plain: &[0x1f, 0x20, 0x03, 0xd5],
    conds: &[(1, 0x5400_0000), (2, 0xb628_0003), (3, 0xb628_0003)],
    decode: |code| {
        let w = word(code);
        match w >> 24 {
            0x14..=0x17 => Step::Jump(signed(w.into(), 26) * 4),
            0x54 => Step::Cond(w & 1 == 1, signed((w >> 5).into(), 19) * 4, 4),
            0xb6 | 0xb7 => Step::Cond(w >> 24 & 1 == 1, signed((w >> 5).into(), 14) * 4, 4),
            _ => Step::Plain,
        }
    },
};
/// Over the next instruction; and a jump there.
const A64_OVER: u128 = 2 << 5 | 0x1400_0000 << 32;
const A64_LONG: Form = Form {
    len: 8,
    inverted: true,
    distance: &[Run::new(2, 26, 32)],
    reach: 28,
    origin: 4,
    ..PLAIN
};

/// Branches of 12 bits, over a jump of 20, over one of two instructions.
static RISCV: Machine = Machine {
    table: &LabelTable {
        kinds: &[
            LabelKind {
                forms: &[
                    Form { bits: 0x6f, word: &[], distance: JAL, reach: 21, ..PLAIN },
                    Form { len: 8, bits: RV_FAR, word: &[], distance: PAIR, reach: 31, ..PLAIN },
                ],
                ..NONE
            },
            LabelKind {
                forms: &[
                    Form {
                        distance: &[
                            Run::new(12, 1, 31),
                            Run::new(5, 6, 25),
                            Run::new(1, 4, 8),
                            Run::new(11, 1, 7),
                        ],
                        reach: 13,
                        ..PLAIN
                    },
                    Form {
                        len: 8,
                        bits: 4 << 8 | 0x6f << 32,
                        inverted: true,
                        distance: &[
                            Run::new(20, 1, 63),
                            Run::new(1, 10, 53),
                            Run::new(11, 1, 52),
                            Run::new(12, 8, 44),
                        ],
                        reach: 21,
                        origin: 4,
                        ..PLAIN
                    },
                    Form {
                        len: 12,
                        bits: 6 << 8 | RV_FAR << 32,
                        inverted: true,
                        distance: &[Run::rounded(12, 20, 44), Run::new(0, 12, 84)],
                        reach: 31,
                        origin: 4,
                        ..PLAIN
                    },
                ],
                flip: 1 << 12,
                ..NONE
            },
            // An address, in one instruction or two.
            LabelKind {
                forms: &[
                    Form {
                        bits: 0x0b,
                        word: &[Run::new(0, 5, 7)],
                        distance: &[Run::new(0, 12, 20)],
                        reach: 12,
                        ..PLAIN
                    },
                    Form {
                        len: 8,
                        bits: 0x17 | 0x13 << 32,
                        word: &[Run::new(0, 5, 7), Run::new(0, 5, 39), Run::new(0, 5, 47)],
                        distance: PAIR,
                        reach: 31,
                        ..PLAIN
                    },
                ],
                ..NONE
            },
        ],
        nops: &[&[0x13, 0, 0, 0]],
        data_in_forms: true,
        ..LabelTable::NONE
    }
    .checked(),
    plain: &[0x13, 0, 0, 0],
    conds: &[(1, 0x00b5_0063)],
    decode: |code| {
        let w = word(code);
        let run = |from: u32, width: u32, to: u32| u64::from(w >> from & ((1 << width) - 1)) << to;
        match w & 0x7f {
            0x6f => {
                let by = run(31, 1, 20) | run(21, 10, 1) | run(20, 1, 11) | run(12, 8, 12);
                Step::Jump(signed(by, 21))
            }
            0x63 => {
                let by = run(31, 1, 12) | run(25, 6, 5) | run(8, 4, 1) | run(7, 1, 11);
                Step::Cond(run(12, 1, 0) == 1, signed(by, 13), 4)
            }
            0x17 if word(&code[4..]) & 0x7f == 0x67 => Step::Jump(rv_pair(code)),
            _ => Step::Plain,
        }
    },
};
const JAL: &[Run] =
    &[Run::new(20, 1, 31), Run::new(1, 10, 21), Run::new(11, 1, 20), Run::new(12, 8, 12)];
const PAIR: &[Run] = &[Run::rounded(12, 20, 12), Run::new(0, 12, 52)];
/// `auipc t1`, `jr t1`
const RV_FAR: u128 = 0x317 | 0x0003_0067 << 32;

/// What two instructions add to their address.
fn rv_pair(code: &[u8]) -> i64 {
    signed((word(code) & !0xfff).into(), 32) + signed((word(&code[4..]) >> 20).into(), 12)
}

/// Branches of 16 and 32 bits that count two bytes, the high byte first.
static S390X: Machine = Machine {
    table: &LabelTable {
        kinds: &[LabelKind {
            forms: &[
                Form { bits: 0xa704_0000, distance: &[Run::new(1, 16, 0)], reach: 17, ..S390X_BRC },
                Form {
                    len: 6,
                    bits: 0xc004 << 32,
                    word: &[Run::new(0, 4, 36)],
                    distance: &[Run::new(1, 32, 0)],
                    reach: 33,
                    ..S390X_BRC
                },
            ],
            flip: 15,
            ..NONE
        }],
        jump: (0, 15),
        big_endian: true,
        nops: &[&[0x07, 0x00]],
        ..LabelTable::NONE
    }
    .checked(),
    plain: &[0x07, 0x00],
    conds: &[(0, 8)],
    decode: |code| {
        let by = |len: usize| {
            let number = code[2..len].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
            signed(number, 8 * (len as u32 - 2)) * 2
        };
        let len = match code[0] {
            0xa7 => 4,
            0xc0 => 6,
            _ => return Step::Plain,
        };
        match code[1] >> 4 {
            15 => Step::Jump(by(len)),
            mask => Step::Cond(mask == 7, by(len), len),
        }
    },
};
const S390X_BRC: Form = Form { word: &[Run::new(0, 4, 20)], ..PLAIN };

const MACHINES: [&Machine; 5] = [&X86, &NEAR, &AARCH64, &RISCV, &S390X];
const NO_DATA: Pool<'static> = (&[], &[]);

fn no_reloc(_: u8, _: u32, _: i64) -> (Reloc, ExternalName, i64) {
    unreachable!("there are no relocations")
}

/// A source of numbers below the one it is asked for.
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |n| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    }
}

/// So many instructions that are no branches, with islands where one must be.
fn plain(buffer: &mut CodeBuffer, machine: &Machine, instructions: usize) {
    for _ in 0..instructions {
        buffer.make_room();
        buffer.put_bytes(machine.plain);
    }
}

/// Builds a function of random pieces and checks every branch, trap and label of the result.
fn check(machine: &Machine, seed: u64, pieces: usize, largest_gap: usize) {
    let mut random = random(seed);
    let mut buffer = CodeBuffer::default();
    buffer.start(machine.table, pieces + 1, 0);
    // Piece `i`: label, a gap, a branch to a random piece, an instruction, perhaps a jump.
    let mut branches = Vec::new();
    for i in 0..pieces {
        buffer.make_room();
        buffer.bind(Label(i as u32));
        plain(&mut buffer, machine, 1 + random(largest_gap + 1));
        let target = random(pieces + 1);
        buffer.make_room();
        buffer.trap_here(TrapCode::STACK_OVERFLOW);
        let is_cond = random(4) != 0;
        if is_cond {
            let (kind, word) = machine.conds[random(machine.conds.len())];
            buffer.put_branch(Label(target as u32), kind, word);
        } else {
            buffer.put_jump(Label(target as u32));
            if random(2) == 0 {
                buffer.gap();
            }
        }
        branches.push((target, is_cond));
        buffer.make_room();
        buffer.trap_here(TrapCode::INTEGER_OVERFLOW);
        buffer.put_bytes(machine.plain);
    }
    buffer.bind(Label(pieces as u32));
    buffer.put_bytes(machine.plain);
    let mut ends = vec![buffer.cur_offset()];
    buffer.finish(NO_DATA, &mut [&mut ends], no_reloc).expect("every branch reaches");
    let data = buffer.data();
    assert!(ends[0] == buffer.code_size() || machine.table.stretch != 0);
    let at = |i: usize| buffer.label_offset(Label(i as u32)) as usize;
    assert_eq!(buffer.traps().len(), 2 * pieces);
    for (i, &(target, is_cond)) in branches.iter().enumerate() {
        let [branch, next] = [0, 1].map(|n| buffer.traps()[2 * i + n].offset as usize);
        assert_eq!((machine.decode)(&data[at(i)..]), Step::Plain);
        assert_eq!((machine.decode)(&data[next..]), Step::Plain);
        assert_eq!(machine.follow(data, branch, true), at(target), "branch {i} of {seed:x}");
        if is_cond {
            assert_eq!(machine.follow(data, branch, false), next, "branch {i} of {seed:x}");
        }
    }
}

#[test]
fn random_code_is_relaxed_and_patched() {
    for machine in MACHINES {
        for seed in 1..200 {
            check(machine, seed * 0x9e37_79b9, 1 + seed as usize % 9, 40);
            check(machine, seed * 0x9e37_79b9, 30, 10);
            check(machine, seed * 0x9e37_79b9, 200, 60);
        }
        for seed in 1..10 {
            check(machine, seed * 0x9e37_79b9, 3, 20_000);
            check(machine, seed * 0x9e37_79b9, 300, 400);
        }
    }
}

/// A branch over a gap, forwards or backwards: the bytes of everything but the gap, once followed.
fn over(machine: &Machine, kind: u8, word: u32, gap: usize, forward: bool) -> usize {
    let mut buffer = CodeBuffer::default();
    buffer.start(machine.table, 2, 0);
    let (branch, target) = (Label(0), Label(1));
    if !forward {
        buffer.bind(target);
    }
    if forward {
        buffer.bind(branch);
        buffer.put_branch(target, kind, word);
    }
    plain(&mut buffer, machine, gap / machine.plain.len());
    if forward {
        buffer.bind(target);
    } else {
        buffer.bind(branch);
        buffer.put_branch(target, kind, word);
    }
    plain(&mut buffer, machine, 40);
    buffer.finish(NO_DATA, &mut [], no_reloc).unwrap();
    let data = buffer.data();
    let [from, to] = [branch, target].map(|label| buffer.label_offset(label) as usize);
    assert_eq!(machine.follow(data, from, true), to, "over {gap} bytes");
    data.len() - gap / machine.plain.len() * machine.plain.len() - 40 * machine.plain.len()
}

#[test]
fn every_form_at_its_limit() {
    for machine in MACHINES {
        let unit = machine.plain.len();
        let jump = machine.table.jump;
        for &(kind, word) in machine.conds.iter().chain([&jump]) {
            let kinds = machine.table.kinds;
            let row = &kinds[kind as usize];
            for (n, form) in row.forms.iter().enumerate() {
                // What is used where this form does not reach.
                let next = match (row.forms.get(n + 1), row.veneer) {
                    (Some(next), _) => next.len,
                    (None, Some((veneer, _))) => {
                        form.len + kinds[veneer as usize].long() + kinds[jump.0 as usize].long()
                    }
                    (None, None) => continue,
                };
                let farthest = form.forwards() as usize;
                // An island that is not needed in the end is in the way of the branch.
                let island = if row.veneer.is_some() { usize::from(next - form.len) } else { 0 };
                let near = 6 * unit.max(4) + island;
                for gap in (farthest - near..=farthest + near).filter(|gap| gap % unit == 0) {
                    let tail = usize::from(form.len - form.origin);
                    let head = usize::from(form.origin);
                    for (forward, farthest) in
                        [(true, farthest - tail), (false, farthest + 1 - head)]
                    {
                        let len = over(machine, kind, word, gap, forward);
                        let island = if forward { island } else { 0 };
                        // Behind all code no jump around an island is needed.
                        let jump = kinds[jump.0 as usize].long();
                        let is_far = len == usize::from(next)
                            || row.veneer.is_some() && len == usize::from(next - jump);
                        let is_near = len == usize::from(form.len);
                        let is_right = match gap {
                            _ if gap + island <= farthest => is_near,
                            _ if gap > farthest => is_far,
                            _ => is_near || is_far,
                        };
                        assert!(is_right, "{len} bytes over {gap}, forwards: {forward}");
                    }
                }
            }
        }
    }
}

#[test]
fn distances_that_fit_a_form() {
    for machine in MACHINES {
        for form in machine.table.kinds.iter().flat_map(|kind| kind.forms) {
            let half = 1i64 << (form.reach - 1);
            assert!(form.fits(half - 1) && form.fits(-half));
            assert!(!form.fits(half) && !form.fits(-half - 1));
        }
    }
    // A field that is patched where it stands: a jump of 26 bits that count four bytes.
    let table = AARCH64.table;
    let jump = |target: u32| {
        let mut code = 0x1400_0000u32.to_le_bytes();
        table.patch(&mut code, 0, 0, target).map(|()| u32::from_le_bytes(code))
    };
    assert_eq!(jump((1 << 27) - 4).ok(), Some(0x15ff_ffff));
    assert!(matches!(jump(1 << 27), Err(CodegenError::CodeTooLarge)));
    assert!(matches!(jump(6), Err(CodegenError::CodeTooLarge)), "half an instruction");
    // What an x86 field holds is added, here -6 for what follows the field.
    let mut code = [0, 0, 0xfa, 0xff, 0xff, 0xff];
    X86.table.patch(&mut code, 2, 2, 100).unwrap();
    assert_eq!(word(&code[2..]), 100 - 6 - 6);
}

#[test]
fn addresses_of_data_grow() {
    let (small, wide) = ([0x11u8; 4], [0x22u8; 16]);
    for gap in (0..4200).step_by(4) {
        for before in [0, 40] {
            let mut buffer = CodeBuffer::default();
            buffer.start(RISCV.table, 1, 2);
            let table = buffer.new_label();
            for _ in 0..before {
                buffer.put_branch(Label(0), 1, 0x00b5_0063);
            }
            buffer.bind(Label(0));
            let mut starts = vec![buffer.cur_offset()];
            buffer.put_branch(Label(CONST_LABEL | 1), 2, 10);
            starts.push(buffer.cur_offset());
            buffer.put_branch(table, 2, 11);
            plain(&mut buffer, &RISCV, gap / 4);
            buffer.jump_table(table, &[Label(0)]);
            let bytes = [&small[..], &wide].concat();
            let consts = [
                PoolConst { bytes: Span { start: 0, end: 4 }, align: 4 },
                PoolConst { bytes: Span { start: 4, end: 20 }, align: 16 },
            ];
            buffer.finish((&consts, &bytes), &mut [&mut starts], no_reloc).unwrap();
            let data = buffer.data();
            let wide_at = data.windows(16).position(|bytes| bytes == wide).unwrap();
            let table_at = buffer.label_offset(table) as usize;
            for ((start, rd), to) in starts.iter().zip([10, 11]).zip([wide_at, table_at]) {
                let code = &data[*start as usize..];
                let first = word(code);
                assert_eq!(first >> 7 & 31, rd);
                let (by, is_short) = match first & 0x7f {
                    0x0b => (signed((first >> 20).into(), 12), true),
                    0x17 => (rv_pair(code), false),
                    other => panic!("{other:x} makes no address"),
                };
                assert_eq!(i64::from(*start) + by, to as i64);
                // Where alignment cannot matter, the short form is taken.
                let near = to as i64 - i64::from(*start);
                assert!(is_short || near > 2047 - 60, "{near} bytes");
                assert!(!is_short || near <= 2047);
            }
            let distance = word(&data[table_at..]).wrapping_add(table_at as u32);
            assert_eq!(distance, buffer.label_offset(Label(0)));
        }
    }
}

#[test]
fn many_branches_wait_for_one_label() {
    let mut buffer = CodeBuffer::default();
    for machine in [&NEAR, &AARCH64] {
        let &(kind, word) = machine.conds.last().unwrap();
        buffer.start(machine.table, 1, 0);
        let mut starts = Vec::new();
        for _ in 0..100_000 {
            buffer.make_room();
            starts.push(buffer.cur_offset());
            buffer.put_branch(Label(0), kind, word);
            buffer.make_room();
            buffer.put_bytes(machine.plain);
        }
        buffer.bind(Label(0));
        buffer.put_bytes(machine.plain);
        buffer.finish(NO_DATA, &mut [&mut starts], no_reloc).unwrap();
        for &start in &starts {
            let end = machine.follow(buffer.data(), start as usize, true);
            assert_eq!(end as u32, buffer.label_offset(Label(0)));
        }
    }
}

/// Builds a function of loops, some in others, with branches that leave them, and checks that
/// those that fit a line lie in one, and that everything still leads where it should.
/// How many they are.
fn check_loops(seed: u64, loops: usize) -> usize {
    let mut random = random(seed);
    let mut buffer = CodeBuffer::default();
    // Loop `i` begins at label `i`, and the code behind it at `loops + i`.
    buffer.start(X86.table, 2 * loops, 0);
    let mut ends = Vec::new();
    let mut targets = Vec::new();
    let mut backs = Vec::new();
    let mut branch = |buffer: &mut CodeBuffer, target: usize| {
        targets.push(target);
        buffer.trap_here(TrapCode::STACK_OVERFLOW);
        buffer.put_jump(Label(target as u32));
    };
    let mut open: Vec<usize> = Vec::new();
    let mut begun = 0;
    while begun < loops || !open.is_empty() {
        let gap = vec![0x90; random(30)];
        buffer.put_bytes(&gap);
        if begun < loops && (open.is_empty() || random(3) == 0) {
            buffer.bind(Label(begun as u32));
            buffer.put_bytes(&[1]);
            open.push(begun);
            begun += 1;
        } else if random(3) == 0 {
            branch(&mut buffer, loops + random(loops));
        } else if random(8) == 0 {
            buffer.call_site(None);
        } else if let Some(number) = open.pop() {
            backs.push(buffer.traps().len());
            branch(&mut buffer, number);
            buffer.loop_ends(Label(number as u32));
            ends.push((number, buffer.cur_offset()));
            buffer.bind(Label((loops + number) as u32));
        }
    }
    let (numbers, mut ends): (Vec<usize>, Vec<u32>) = ends.into_iter().unzip();
    let emitted = ends.clone();
    let calls: Vec<u32> = buffer.call_sites().map(|call| call.ret_addr).collect();
    let starts: Vec<u32> = numbers.iter().map(|&n| buffer.label_offset(Label(n as u32))).collect();
    buffer.finish(NO_DATA, &mut [&mut ends], no_reloc).unwrap();
    let data = buffer.data();
    let at = |label: usize| buffer.label_offset(Label(label as u32)) as usize;
    for (number, &target) in targets.iter().enumerate() {
        let branch = buffer.traps()[number].offset as usize;
        let Step::Jump(by) = (X86.decode)(&data[branch..]) else { panic!("no jump") };
        assert_eq!(branch as i64 + by, at(target) as i64, "branch {number}");
    }
    // The loops by their places, outer ones first.
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by_key(|&n| (starts[n], u32::MAX - emitted[n]));
    let (mut kept, mut placed) = (0, 0);
    for n in order {
        let start = at(numbers[n]);
        assert_eq!(data[start], 1, "loop {n}");
        // The end is that of the branch: padding may follow.
        let branch = buffer.traps()[backs[n]].offset as usize;
        let size = branch + if data[branch] == 0xeb { 2 } else { 5 } - start;
        if starts[n] < kept || calls.contains(&starts[n]) {
            continue;
        }
        if size <= 64 {
            assert_eq!(start / 64, (start + size - 1) / 64, "loop {n} of {size} bytes");
            placed += 1;
        }
        // Padding may have made branches of a chosen loop long, so that it fits no more.
        if size <= 64 + 4 * 3 {
            kept = emitted[n];
        }
    }
    placed
}

#[test]
fn small_loops_lie_in_one_line() {
    let loops = |seed: u64| check_loops(seed * 0x9e37_79b9, 1 + seed as usize % 40);
    let placed: usize = (1..400u64).map(loops).sum();
    assert!(placed > 400, "{placed} of the loops fit a line");
}

#[test]
fn jump_tables_and_aliases() {
    let mut buffer = CodeBuffer::default();
    buffer.start(X86.table, 3, 0);
    buffer.alias(Label(2), Label(1));
    buffer.bind(Label(0));
    buffer.put_jump(Label(1));
    buffer.put_bytes(&[1, 2, 3]);
    buffer.bind(Label(1));
    let table = buffer.new_label();
    buffer.jump_table(table, &[Label(0), Label(2)]);
    buffer.finish(NO_DATA, &mut [], no_reloc).unwrap();
    assert_eq!(buffer.code_size(), 5);
    let start = buffer.label_offset(table);
    assert_eq!(start, 8, "aligned");
    let entry = |n: usize| {
        let at = start as usize + 4 * n;
        i32::from_le_bytes(buffer.data()[at..at + 4].try_into().unwrap())
    };
    assert_eq!((entry(0), entry(1)), (-8, -3));
}
