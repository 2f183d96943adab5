//! Every diagram of every row, with random fields, against an independent disassembler, and through
//! our decoder and back.

use capstone::arch::BuildsCapstone;
use capstone::{Capstone, arch};
use regalloc2::PReg;
use windlass_core::machine::row::{Arg, CodeSink, Decoded, Diagram, FrameAreas, Numbers, row_bits};
use windlass_isa_aarch64::insts::{Op, decode, encode, print_decoded};

/// Where the instruction stands, so that distances are not from 0.
const ADDRESS: u64 = 0x40_0000;

#[derive(Default)]
struct Code(Vec<u8>);

impl CodeSink for Code {
    fn offset(&self) -> u32 {
        self.0.len() as u32
    }

    fn put_inst(&mut self, bytes: &[u8; 16], len: usize) {
        self.0.extend_from_slice(&bytes[..len]);
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn use_label_at_offset(&mut self, _: u32, _: u32, _: u8) {}

    fn add_reloc_at_offset(&mut self, _: u32, _: u8, _: u32, _: i64) {}
}

/// The distance in a decoded instruction.
fn distance(d: &Decoded) -> Option<i64> {
    d.operands().iter().find_map(|arg| match arg {
        Arg::Label(x) | Arg::Target(x) => Some(*x as i32 as i64),
        Arg::Mem(a) if a.is_symbolic() => Some(a.disp as i64),
        _ => None,
    })
}

/// A decoded instruction, encoded again.
fn again(d: &Decoded) -> Option<u32> {
    let row = Op(d.row).row();
    let args: Vec<Arg<PReg>> = d.operands().to_vec();
    let a = windlass_core::machine::row::assemble(d.row, row, d.size, &args);
    let mut code = Code::default();
    if !encode(&a.inst, a.allocs(), &FrameAreas::default(), &mut code) {
        return None;
    }
    let word = u32::from_le_bytes(code.0.try_into().ok()?);
    let taken = |diagram: &&Diagram| word as u64 & diagram.mask == diagram.bits;
    match distance(d) {
        None => Some(word),
        Some(x) => {
            let diagram = row.diagrams().iter().find(taken)?;
            diagram.with_distance(row, word as u64, x).map(|word| word as u32)
        }
    }
}

fn text(d: &Decoded) -> String {
    let mut text = String::new();
    print_decoded(&mut text, d, ADDRESS);
    text
}

/// What the other one makes of a word.
fn theirs(other: &Capstone, word: u32) -> Option<String> {
    let all = other.disasm_count(&word.to_le_bytes(), ADDRESS, 1).ok()?;
    let inst = all.iter().next()?;
    let (mnemonic, operands) = (inst.mnemonic()?, inst.op_str()?);
    Some(format!("{mnemonic} {operands}").trim().to_string())
}

/// Words that are not to be used: two results in one register, or a base that is changed and loaded
/// or stored.
fn unpredictable(d: &Decoded) -> bool {
    let regs: Vec<PReg> = d
        .operands()
        .iter()
        .filter_map(|arg| match arg {
            Arg::Reg(reg) => Some(*reg),
            _ => None,
        })
        .collect();
    (1..regs.len()).any(|n| regs[..n].iter().any(|reg| reg.hw_enc() == regs[n].hw_enc()))
}

#[test]
fn every_diagram_with_random_fields() {
    let mode = arch::arm64::ArchMode::Arm;
    let other = Capstone::new().arm64().mode(mode).build().expect("it knows aarch64");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut errors: Vec<String> = Vec::new();
    for op in Op::all().filter(|op| !op.row().has(row_bits::ALIAS)) {
        let row = op.row();
        for (n, diagram) in row.diagrams().iter().enumerate() {
            let (mut known, mut own) = (0, 0);
            for _ in 0..2000 {
                let word = numbers.instruction(diagram) as u32;
                let Some(d) = decode(&word.to_le_bytes()) else { continue };
                known += 1;
                own += (d.row == op.0) as usize;
                let them = theirs(&other, word);
                let ours = text(&d);
                let line = format!("{op:?} {n} {word:08x} {:?}: {ours} / {them:?}", Op(d.row));
                // Of several encodings the first is taken.
                let again = again(&d);
                let first = again.and_then(|word| decode(&word.to_le_bytes()));
                let shorter = n > 0 && first.is_some_and(|d| plain(&text(&d)) == plain(&ours));
                if again != Some(word) && !shorter {
                    errors.push(format!("again {again:x?} {line}"));
                    break;
                }
                let same = match &them {
                    Some(them) => plain(them) == plain(&ours),
                    None => unpredictable(&d),
                };
                if !same {
                    errors.push(format!("{line} {} {:?}", plain(&ours), them.map(|t| plain(&t))));
                    break;
                }
            }
            if known < 10 || own == 0 {
                errors.push(format!("{op:?} {n}: {known} known, {own} of them this row's"));
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// The value of a number, in hexadecimal or decimal.
fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let n = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((n as i64).wrapping_mul(sign))
}

/// One text for what has several: the names that the manual prefers for some operands of an
/// instruction are replaced by those of the instruction itself, and numbers are decimal.
fn plain(text: &str) -> String {
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    let bracket = operands.replace('[', "[ ").replace(']', " ]");
    let mut o: Vec<String> = bracket
        .split(", ")
        .map(|operand| {
            let words = operand.split_whitespace().map(|word| {
                let word = word.trim_start_matches('#');
                number(word).map_or(word.to_string(), |n| n.to_string())
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    let wide = operands.starts_with('x') || operands.starts_with("sp");
    let (bits, zero) = if wide { (64, "xzr") } else { (32, "wzr") };
    let int = |o: &[String], n: usize| o.get(n).and_then(|text| number(text));
    let opposite = |cc: &str| {
        const PAIRS: [&str; 14] =
            ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];
        let n = PAIRS.iter().position(|name| *name == cc).expect("a condition");
        PAIRS[n ^ 1].to_string()
    };
    let mut m = mnemonic.to_string();
    // A displacement that is not scaled has a name of its own.
    for (long, short) in [("ldur", "ldr"), ("stur", "str")] {
        if let Some(rest) = m.strip_prefix(long) {
            m = format!("{short}{rest}");
        }
    }
    let field = |lsb: i64, width: i64, from: bool| match from {
        true => [lsb, lsb + width - 1],
        false => [(bits - lsb) % bits, width - 1],
    };
    // What shifts by 12.
    if let (Some(value), Some("lsl 12")) =
        (int(&o, o.len().wrapping_sub(2)), o.last().map(|s| &s[..]))
    {
        o.truncate(o.len() - 2);
        o.push((value << 12).to_string());
    }
    match (m.as_str(), o.len()) {
        // An operand that is the zero register.
        ("ngc" | "ngcs" | "neg" | "negs" | "mvn", _) => {
            o.insert(1, zero.to_string());
            m = match m.as_str() {
                "ngc" => "sbc",
                "ngcs" => "sbcs",
                "neg" => "sub",
                "negs" => "subs",
                _ => "orn",
            }
            .to_string();
        }
        ("cmn", _) => {
            o.insert(0, zero.to_string());
            m = "adds".to_string();
        }
        ("smnegl" | "umnegl", _) => {
            o.push("xzr".to_string());
            m = m.replace("negl", "subl");
        }
        // A copy, where one is the stack pointer.
        ("add", 3) if o[2] == "0" => {
            o.pop();
            m = "mov".to_string();
        }
        // Constants.
        ("movz" | "movn", _) => {
            let shift =
                o.get(2).map_or(0, |s| s.trim_start_matches("lsl ").parse().expect("a shift"));
            let value = int(&o, 1).expect("a number") << shift;
            let value = if m == "movn" { !value } else { value };
            o.truncate(1);
            o.push(value.to_string());
            m = "mov".to_string();
        }
        ("orr", 3) if o[1] == zero && int(&o, 2).is_some() => {
            o.remove(1);
            m = "mov".to_string();
        }
        // Fields.
        ("ubfx" | "sbfx" | "bfxil" | "ubfiz" | "sbfiz" | "bfi", 4) => {
            let from = matches!(m.as_str(), "ubfx" | "sbfx" | "bfxil");
            let of = field(int(&o, 2).expect("a bit"), int(&o, 3).expect("a width"), from);
            o.truncate(2);
            o.extend(of.map(|n| n.to_string()));
            m = match m.as_bytes()[0] {
                b'u' => "ubfm",
                b's' => "sbfm",
                _ => "bfm",
            }
            .to_string();
        }
        ("bfc", 3) => {
            let of = field(int(&o, 1).expect("a bit"), int(&o, 2).expect("a width"), false);
            o.truncate(1);
            o.push(zero.to_string());
            o.extend(of.map(|n| n.to_string()));
            m = "bfm".to_string();
        }
        ("ror", 3) if int(&o, 2).is_some() => {
            o.insert(1, o[1].clone());
            m = "extr".to_string();
        }
        // The opposite condition.
        ("cinc" | "cinv" | "cneg", 3) => {
            o.insert(1, o[1].clone());
            o[3] = opposite(&o[3]);
            m = format!("cs{}", &m[1..]);
        }
        ("cset" | "csetm", 2) => {
            let cc = opposite(&o[1]);
            o.truncate(1);
            o.extend([zero.to_string(), zero.to_string(), cc]);
            m = if m == "cset" { "csinc" } else { "csinv" }.to_string();
        }
        _ => {}
    }
    // An extension of nothing.
    let last = o.last().cloned().unwrap_or_default();
    let of_sp = o.iter().any(|operand| operand == "wsp");
    match last.strip_prefix("uxtw") {
        // Beside the stack pointer it is written as a shift.
        Some(shift) if of_sp => {
            o.pop();
            o.extend((!shift.is_empty()).then(|| format!("lsl{shift}")));
        }
        _ if last == "uxtx" => o.truncate(o.len() - 1),
        _ => {}
    }
    for operand in &mut o {
        if let (Some(n), false) = (number(operand), wide) {
            *operand = (n as i32).to_string();
        }
    }
    format!("{m} {}", o.join(", "))
}
