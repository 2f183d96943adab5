//! How instructions are written: one function walks the operands of a row, whether registers are
//! virtual, allocated, or read from bytes; the machine's syntax says how each is spelled.

use super::{Amode, Arg, Decoded, Kind, Notation, OperandSpec, Register, Role, Shape, Size, form};
use crate::machine::MInst;
use core::fmt::Write;
use regalloc2::{Allocation, AllocationKind, Operand, OperandConstraint, PReg, RegClass, VReg};

/// A register as it is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// No register.
    None,
    /// A real one.
    Real(PReg),
    /// A spill slot in its place.
    Spill(usize),
    /// A virtual one, perhaps bound to a real one.
    Virtual(VReg, Option<PReg>),
}

impl Register for Shown {
    const NONE: Shown = Shown::None;
}

impl Shown {
    fn of(operands: &[Operand], allocs: &[Allocation], n: usize) -> Shown {
        if let Some(alloc) = allocs.get(n) {
            return match (alloc.kind(), alloc.as_reg()) {
                (AllocationKind::Stack, _) => Shown::Spill(alloc.index()),
                (_, Some(reg)) => Shown::Real(reg),
                _ => Shown::None,
            };
        }
        let Some(operand) = operands.get(n) else { return Shown::None };
        if let Some(reg) = operand.as_fixed_nonallocatable() {
            return Shown::Real(reg);
        }
        let fixed = match operand.constraint() {
            OperandConstraint::FixedReg(reg) => Some(reg),
            _ => None,
        };
        Shown::Virtual(operand.vreg(), fixed)
    }

    fn write(self, out: &mut String, name: impl Fn(PReg) -> &'static str) {
        let _ = match self {
            Shown::None => out.write_char('_'),
            Shown::Real(reg) => out.write_str(name(reg)),
            Shown::Spill(n) => write!(out, "[spill {n}]"),
            Shown::Virtual(reg, fixed) => {
                let class = if reg.class() == RegClass::Int { "" } else { "f" };
                let _ = write!(out, "%{class}v{}", reg.vreg());
                fixed.map_or(Ok(()), |reg| write!(out, "({})", name(reg)))
            }
        };
    }
}

/// An address, its registers already written.
#[derive(Debug)]
pub struct AddressText {
    /// The base, a frame area, or the program counter.
    pub base: String,
    /// A label or symbol that is added, or empty.
    pub label: String,
    /// The index, or empty.
    pub index: String,
    /// The logarithm of its scale.
    pub scale_log2: u8,
    /// The displacement.
    pub disp: i32,
    /// What the machine adds.
    pub extra: u8,
}

/// How a machine's instructions are spelled.
#[derive(Debug)]
pub struct Syntax {
    /// The notation of its rows.
    pub notation: &'static Notation,
    /// The name of a register at a width, in the place of an operand.
    pub register: fn(&OperandSpec, PReg, u16) -> &'static str,
    /// The name of the base of an address, or of its index with what the machine adds.
    pub address_register: fn(PReg, Option<u8>) -> &'static str,
    /// The name of a condition.
    pub condition: fn(u8) -> &'static str,
    /// Writes an immediate.
    pub immediate: fn(&mut String, i64),
    /// Writes an address.
    pub memory: fn(&mut String, &OperandSpec, Size, &AddressText),
    /// Where a decoded branch or address goes: the instruction, its address, the operand and the
    /// distance in it.
    pub target: fn(&Decoded, u64, &OperandSpec, i32) -> u64,
    /// The name of the program counter, if addresses relative to it are written with it.
    pub pc: Option<&'static str>,
}

/// Writes an instruction of the table. `allocs` is empty before register allocation; a tied
/// register is then written as what is written, with what is read behind `<-`, and operands are
/// written that the machine's syntax leaves out.
pub fn print_inst(
    syntax: &Syntax,
    out: &mut String,
    shape: &Shape,
    inst: &MInst,
    operands: &[Operand],
    allocs: &[Allocation],
) {
    let address_form = form::of_ctl(inst.ctl);
    let has_memory = address_form != form::NONE;
    let moves = if has_memory { shape.moves_by(form::REGISTERS[address_form as usize]) } else { 0 };
    let mut args = Vec::with_capacity(shape.operands().len());
    for (i, spec) in shape.operands().iter().enumerate() {
        let moves = if shape.behind_memory(i) { moves } else { 0 };
        let n = (shape.position(i) as isize + moves) as usize;
        let shown = |n| Shown::of(operands, allocs, n);
        args.push(match spec.kind {
            Kind::Imm => Arg::Imm(spec.immediate(inst)),
            Kind::Cond => Arg::Cond((inst.ctl >> 4) as u8 & 15),
            Kind::Label => Arg::Label(inst.payload as u32),
            Kind::Target => Arg::Target(inst.payload as u32),
            _ if has_memory && shape.memory as usize == i => {
                let mut a = Amode {
                    ctl: inst.ctl,
                    disp: inst.low(),
                    base: Shown::None,
                    index: Shown::None,
                };
                let mut n = n;
                if matches!(address_form, form::BASE | form::BASE_INDEX) {
                    a.base = shown(n);
                    n += 1;
                }
                if form::REGISTERS[address_form as usize] as usize > 0 && address_form != form::BASE
                {
                    a.index = shown(n);
                }
                Arg::Mem(a)
            }
            _ if spec.role == Role::Mod && allocs.is_empty() => Arg::Mod(shown(n), shown(n + 1)),
            _ => Arg::Reg(shown(n)),
        });
    }
    let all = allocs.is_empty() || shape.custom();
    let label = |out: &mut String, _: &OperandSpec, n: u32, is_label: bool| {
        let _ = match (is_label, n >> 31) {
            // Labels of the constant pool have the high bit set.
            (true, 1) => write!(out, "const{}", n & 0x7fff_ffff),
            (true, _) => write!(out, "label{n}"),
            (false, 1) => write!(out, "symbol{}@got", n & !Amode::GOT),
            (false, _) => write!(out, "symbol{n}"),
        };
    };
    let size = Size::of_ctl(inst.ctl);
    Writer { syntax, shape, size, decoded: false, label: &label }.write(out, &args, all);
}

/// The listing of code, and behind its first `code_size` bytes of constants, as data.
pub fn listing(
    code: &[u8],
    code_size: u32,
    disassemble: impl FnOnce(&mut String, &[u8]),
) -> String {
    let mut out = String::new();
    let split = (code_size as usize).min(code.len());
    disassemble(&mut out, &code[..split]);
    for (n, chunk) in code[split..].chunks(16).enumerate() {
        let _ = write!(out, "{:6x}: .byte", split + 16 * n);
        for byte in chunk {
            let _ = write!(out, " {byte:02x}");
        }
        out.push('\n');
    }
    out
}

/// Writes code as one line for each instruction: offset, bytes, text. Bytes that are no instruction
/// of the table are written as data, `unit` at a time.
pub fn disassemble(
    out: &mut String,
    code: &[u8],
    unit: usize,
    decode: impl Fn(&[u8]) -> Option<Decoded>,
    print: impl Fn(&mut String, &Decoded, u64),
) {
    let mut at = 0;
    while at < code.len() {
        let decoded = decode(&code[at..]);
        let len = decoded.as_ref().map_or(unit.min(code.len() - at), |d| d.len);
        let mut bytes = String::new();
        for byte in &code[at..at + len] {
            let _ = write!(bytes, "{byte:02x} ");
        }
        let width = if unit == 1 { 32 } else { 14 };
        let _ = write!(out, "{at:6x}: {bytes:<width$}");
        match decoded {
            Some(d) => print(out, &d, at as u64),
            None => {
                let data: Vec<String> =
                    code[at..at + len].iter().map(|byte| format!("{byte:#04x}")).collect();
                let _ = write!(out, ".byte {}", data.join(", "));
            }
        }
        out.push('\n');
        at += len;
    }
}

/// Writes a decoded instruction that stands at `address`.
pub fn print_decoded(syntax: &Syntax, out: &mut String, shape: &Shape, d: &Decoded, address: u64) {
    let args: Vec<Arg<Shown>> = d.operands().iter().map(|arg| arg.map(Shown::Real)).collect();
    let label = |out: &mut String, spec: &OperandSpec, n: u32, _: bool| {
        let _ = write!(out, "{:#x}", (syntax.target)(d, address, spec, n as i32));
    };
    Writer { syntax, shape, size: d.size, decoded: true, label: &label }.write(out, &args, false);
}

impl<R: Register> Arg<R> {
    /// The same with other registers.
    fn map<Q: Register>(self, f: impl Fn(R) -> Q) -> Arg<Q> {
        let of = |r: R| if r == R::NONE { Q::NONE } else { f(r) };
        match self {
            Arg::Reg(r) => Arg::Reg(of(r)),
            Arg::Mod(from, to) => Arg::Mod(of(from), of(to)),
            Arg::Fixed(r) => Arg::Fixed(r),
            Arg::Mem(Amode { ctl, disp, base, index }) => {
                Arg::Mem(Amode { ctl, disp, base: of(base), index: of(index) })
            }
            Arg::Imm(x) => Arg::Imm(x),
            Arg::Cond(cc) => Arg::Cond(cc),
            Arg::Label(n) => Arg::Label(n),
            Arg::Target(n) => Arg::Target(n),
        }
    }
}

/// Writes a label or a symbol by its number.
type WriteLabel<'a> = &'a dyn Fn(&mut String, &OperandSpec, u32, bool);

/// What is the same for all operands of an instruction.
struct Writer<'a> {
    syntax: &'a Syntax,
    shape: &'a Shape,
    size: Size,
    decoded: bool,
    label: WriteLabel<'a>,
}

impl Writer<'_> {
    /// Writes mnemonic and operands; `all` those too that the syntax leaves out.
    fn write(&self, out: &mut String, args: &[Arg<Shown>], all: bool) {
        let Writer { syntax, shape, size, decoded, label } = *self;
        let (stem, suffix) = shape.mnemonic(size);
        let in_mnemonic = stem.strip_suffix("cc");
        let condition = args.iter().find_map(|arg| match arg {
            Arg::Cond(cc) => Some((syntax.condition)(*cc)),
            _ => None,
        });
        out.push_str(in_mnemonic.unwrap_or(stem));
        out.push_str(if in_mnemonic.is_some() { condition.unwrap_or_default() } else { suffix });
        let mut items = shape
            .operands()
            .iter()
            .zip(args)
            .filter(|(spec, _)| spec.printed || all)
            .filter(|(spec, _)| spec.kind != Kind::Cond || in_mnemonic.is_none());
        let write = |out: &mut String, spec: &OperandSpec, arg: &Arg<Shown>| match *arg {
            Arg::Reg(reg) => {
                reg.write(out, |r| (syntax.register)(spec, r, spec.reg_width_at(size)))
            }
            Arg::Mod(from, to) => {
                let name = |r| (syntax.register)(spec, r, spec.reg_width_at(size));
                to.write(out, name);
                out.push_str("<-");
                from.write(out, name);
            }
            Arg::Fixed(reg) => out.push_str((syntax.register)(spec, reg, spec.reg_width_at(size))),
            Arg::Mem(a) => {
                (syntax.memory)(out, spec, size, &address(syntax, spec, &a, decoded, label))
            }
            Arg::Imm(x) => match words(syntax.notation, spec).get(x as usize) {
                Some(word) => out.push_str(word),
                None => (syntax.immediate)(out, x),
            },
            Arg::Cond(cc) => out.push_str((syntax.condition)(cc)),
            Arg::Label(n) => label(out, spec, n, true),
            Arg::Target(n) => label(out, spec, n, false),
        };
        let mut comma = " ";
        if let Some(template) = shape.template() {
            out.push(' ');
            comma = ", ";
            for (n, part) in template.split('?').enumerate() {
                let start = out.len();
                let mut nothing = n % 2 == 1;
                for (m, text) in part.split("{}").enumerate() {
                    if m > 0
                        && let Some((spec, arg)) = items.next()
                    {
                        nothing &= *arg == Arg::Imm(0);
                        write(out, spec, arg);
                    }
                    out.push_str(text);
                }
                if nothing {
                    out.truncate(start);
                }
            }
        }
        for (spec, arg) in items {
            out.push_str(comma);
            comma = ", ";
            write(out, spec, arg);
        }
    }
}

/// How the values of an immediate are written, if not as numbers.
fn words(notation: &Notation, spec: &OperandSpec) -> &'static [&'static str] {
    notation.codings.get(spec.coding as usize).map_or(&[], |coding| coding.words)
}

fn address(
    syntax: &Syntax,
    spec: &OperandSpec,
    a: &Amode<Shown>,
    decoded: bool,
    label: WriteLabel<'_>,
) -> AddressText {
    let mut text = AddressText {
        base: String::new(),
        label: String::new(),
        index: String::new(),
        scale_log2: a.scale_log2(),
        disp: a.disp,
        extra: a.extra(),
    };
    let pinned = PReg::new(syntax.notation.pinned as usize & 63, RegClass::Int);
    let n = a.disp as u32;
    match a.form() {
        form::BASE | form::BASE_INDEX => {
            a.base.write(&mut text.base, |r| (syntax.address_register)(r, None));
        }
        form::PINNED | form::PINNED_INDEX => text.base += (syntax.address_register)(pinned, None),
        form::SLOT | form::SLOT_INDEX => text.base += "slots",
        form::INCOMING => text.base += "incoming",
        form::OUTGOING => text.base += "outgoing",
        form @ (form::LABEL | form::SYMBOL) => {
            text.base += syntax.pc.unwrap_or_default();
            if syntax.pc.is_none() || !decoded {
                text.disp = 0;
                label(&mut text.label, spec, n, form == form::LABEL);
            }
        }
        _ => {}
    }
    if a.index != Shown::None {
        a.index.write(&mut text.index, |r| (syntax.address_register)(r, Some(text.extra)));
    }
    text
}
