//! Where the arguments and results of a signature are: one walk over it, by the record of its
//! convention.

use super::convention::{Convention, Pairs, Variadic, WORD};
use super::vcode::Span;
use super::{Place, reg_class};
use crate::ir::CallConv;
use crate::ir::{AbiParam, ArgumentExtension, ArgumentPurpose, Signature, Type, types};
use crate::result::{CodegenError, CodegenResult};
use crate::settings::Flags;
use regalloc2::{PReg, RegClass};

/// Areas of arguments and of results are at most this large.
const MAX_AREA: u64 = 128 << 20;

/// Where a part of an argument or result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AbiLoc {
    /// In a register, which may be an integer register although the part is a float.
    Reg(PReg),
    /// In the area of stack arguments, or of results in memory, at this offset.
    Stack(i32),
}

/// A part of an argument or result: all of it, or one half of an `i128`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbiPart {
    /// Where it is.
    pub loc: AbiLoc,
    /// Its type.
    pub ty: Type,
    /// How it is extended to a register or slot: an argument by the caller, a result by the callee.
    pub ext: ArgumentExtension,
}

impl AbiPart {
    /// A whole word.
    pub const fn word(loc: AbiLoc) -> Self {
        Self { loc, ty: types::I64, ext: ArgumentExtension::None }
    }

    /// Whether it is a float in an integer register.
    pub fn is_recast(self) -> bool {
        matches!(self.loc, AbiLoc::Reg(reg) if reg.class() != reg_class(self.ty))
    }

    /// The type with which it is stored: that of the whole slot where it has been extended, and for
    /// arguments, so that a wider load of the slot need not wait.
    pub fn stored_type(self, convention: &Convention, place: Place) -> Type {
        let whole = self.ext != ArgumentExtension::None
            || matches!(place, Place::Outgoing(_)) && !convention.at_end_of_slot;
        if whole && self.ty.is_int() && convention.slot >= WORD { types::I64 } else { self.ty }
    }
}

/// An argument or result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AbiArg {
    /// One part.
    One(AbiPart),
    /// The halves of an `i128`, low first.
    Two(AbiPart, AbiPart),
    /// A struct by value, in the area of stack arguments: offset and size.
    Struct(i32, u32),
    /// The words of a struct, with room for one in the area of stack arguments if there is an
    /// offset.
    StructWords([Option<AbiPart>; 2], Option<i32>),
    /// The address of a struct, which the caller copies to this offset in the area of stack
    /// arguments; its size.
    StructRef(AbiLoc, i32, u32),
    /// The address of an `i128`, which the caller stores at this offset in the area of stack
    /// arguments.
    TwoRef(AbiLoc, i32),
    /// An argument in a float register and, with the same bits, in an integer register; it has room
    /// in the area of stack arguments.
    Both(AbiPart, PReg, i32),
    /// A result of type `i128` in one vector register. There is room for it in the area of stack
    /// arguments, which belongs to the callee.
    Joined(PReg, i32),
}

impl AbiArg {
    /// The parts of a value that is passed as it is: in registers, or in memory.
    pub fn parts(self) -> impl Iterator<Item = AbiPart> {
        let parts = match self {
            AbiArg::One(part) => [Some(part), None],
            AbiArg::Two(low, high) => [Some(low), Some(high)],
            _ => [None, None],
        };
        parts.into_iter().flatten()
    }
}

/// A signature with all places.
#[derive(Clone, Copy, Debug)]
pub struct AbiSig {
    /// The convention.
    pub conv: CallConv,
    /// Its record.
    pub convention: &'static Convention,
    /// Arguments, in [`AbiSigs`].
    pub args: Span,
    /// Results.
    pub rets: Span,
    /// Size of the stack arguments, a multiple of the alignment of the stack pointer.
    pub arg_size: u32,
    /// Size of the results in memory, 0 where all are in registers.
    pub ret_size: u32,
    /// Where the address of the results in memory is passed, if there are any.
    pub ret_area: Option<AbiLoc>,
    /// The explicit parameter whose value is also returned, and in which register.
    pub returned_param: Option<(u32, PReg)>,
    /// A constant that the callee expects in a register beside the arguments.
    pub constant: Option<(u64, PReg)>,
}

/// A signature that has been placed.
pub type SigId = u32;

/// The signatures of a function, placed when first needed.
#[derive(Default)]
pub struct AbiSigs {
    sigs: Vec<AbiSig>,
    places: Vec<AbiArg>,
    pub(super) by_ref: Vec<u32>,
}

impl AbiSigs {
    /// Forgets all, for a function that declares so many signatures.
    pub fn clear(&mut self, refs: usize) {
        self.sigs.clear();
        self.places.clear();
        self.by_ref.clear();
        self.by_ref.resize(refs, u32::MAX);
    }

    /// A signature.
    pub fn get(&self, id: SigId) -> AbiSig {
        self.sigs[id as usize]
    }

    /// Argument or result `n` of all.
    pub fn place(&self, n: u32) -> AbiArg {
        self.places[n as usize]
    }

    /// Places the arguments and results of a signature by the record of its convention on this
    /// machine. `fixed` is the number of parameters before the `...`, if it has one.
    pub fn add(
        &mut self,
        signature: &Signature,
        fixed: Option<usize>,
        rules: &'static Convention,
        machine: &str,
        flags: &Flags,
    ) -> CodegenResult<SigId> {
        let conv = signature.call_conv;
        let start = self.places.len() as u32;
        // Results first: whether some are in memory decides where arguments begin.
        let walk = Walk { conv, rules, machine, flags };
        let ret_size = walk.results(signature, &mut self.places)?;
        let rets = Span { start, end: self.places.len() as u32 };
        let empty = Span { start: rets.end, end: rets.end };
        let mut sig = AbiSig {
            conv,
            convention: rules,
            args: empty,
            rets,
            arg_size: 0,
            ret_size,
            ret_area: None,
            returned_param: None,
            constant: None,
        };
        walk.args(signature, fixed, &mut self.places, &mut sig)?;
        sig.args.end = self.places.len() as u32;
        self.sigs.push(sig);
        Ok(self.sigs.len() as u32 - 1)
    }
}

/// The places that are left for arguments or results.
struct Places {
    rules: &'static Convention,
    ints: &'static [PReg],
    floats: &'static [PReg],
    next_int: usize,
    next_float: usize,
    by_position: bool,
    floats_in_ints: bool,
    /// Size and alignment of a slot.
    slot: u32,
    /// Where the next one in memory begins.
    stack: u64,
}

impl Places {
    fn int(&mut self) -> Option<PReg> {
        let reg = *self.ints.get(self.next_int)?;
        self.next_int += 1;
        self.next_float += usize::from(self.by_position);
        Some(reg)
    }

    fn float(&mut self) -> Option<PReg> {
        let Some(&reg) = self.floats.get(self.next_float) else {
            return if self.floats_in_ints { self.int() } else { None };
        };
        self.next_float += 1;
        self.next_int += usize::from(self.by_position);
        Some(reg)
    }

    /// A part in a register or, naturally aligned, in memory.
    fn part(&mut self, ty: Type, ext: ArgumentExtension) -> CodegenResult<AbiPart> {
        let signed = self.rules.words_are_signed && ty == types::I32;
        let ext = match ext {
            ArgumentExtension::Uext if signed => ArgumentExtension::Sext,
            ext => ext,
        };
        let reg = if reg_class(ty) == RegClass::Int { self.int() } else { self.float() };
        let loc = match reg {
            Some(reg) => AbiLoc::Reg(reg),
            None => {
                let bytes = ty.bytes().max(self.slot);
                let at = room(&mut self.stack, bytes, bytes.min(self.rules.max_align))?;
                let at_end = self.rules.at_end_of_slot && ext == ArgumentExtension::None;
                AbiLoc::Stack(if at_end { at + (bytes - ty.bytes()) as i32 } else { at })
            }
        };
        Ok(AbiPart { loc, ty, ext })
    }

    fn word(&mut self) -> CodegenResult<AbiPart> {
        self.part(types::I64, ArgumentExtension::None)
    }

    fn words(&mut self) -> CodegenResult<AbiArg> {
        Ok(AbiArg::Two(self.word()?, self.word()?))
    }

    fn pair(&mut self, how: Pairs) -> CodegenResult<AbiArg> {
        match how {
            Pairs::Apart => return self.words(),
            Pairs::Together { even, closes } => {
                if even {
                    self.next_int = self.next_int.next_multiple_of(2);
                }
                if self.next_int + 2 <= self.ints.len() {
                    return self.words();
                }
                if closes {
                    self.next_int = self.ints.len();
                }
            }
            Pairs::Straddling if self.next_int < self.ints.len() => return self.words(),
            Pairs::Vector => {
                if let Some(reg) = self.float() {
                    return Ok(AbiArg::Joined(reg, 0));
                }
            }
            Pairs::Straddling | Pairs::Address | Pairs::Memory => {}
        }
        let at = room(&mut self.stack, 2 * WORD, 2 * WORD)?;
        let half = |at| AbiPart::word(AbiLoc::Stack(at));
        Ok(AbiArg::Two(half(at), half(at + WORD as i32)))
    }

    /// A struct of one word or two that may be in registers.
    fn small_struct(&mut self, size: u32) -> CodegenResult<AbiArg> {
        let (wanted, left) = (size / WORD, self.ints.len().saturating_sub(self.next_int));
        let straddles = self.rules.arg_pairs == Pairs::Straddling && left != 0;
        if wanted as usize <= left || straddles {
            // By position, there is a slot for each argument.
            let home = self.by_position.then_some((WORD as usize * self.next_int) as i32);
            let first = Some(self.word()?);
            let second = if wanted == 2 { Some(self.word()?) } else { None };
            return Ok(AbiArg::StructWords([first, second], home));
        }
        if let Pairs::Together { closes: true, .. } = self.rules.arg_pairs {
            self.next_int = self.ints.len();
        }
        Ok(AbiArg::Struct(room(&mut self.stack, size, WORD)?, size))
    }

    /// What follows the fixed parameters of a variadic signature comes next.
    fn variable(&mut self) {
        match self.rules.variadic {
            Variadic::InMemory => {
                (self.next_int, self.next_float) = (self.ints.len(), self.floats.len());
                self.slot = WORD;
                self.stack = self.stack.next_multiple_of(u64::from(WORD));
            }
            Variadic::InIntegers => self.next_float = self.floats.len(),
            Variadic::Same | Variadic::CountFloats(_) | Variadic::FloatsTwice => {}
        }
    }
}

/// Room in an area that is filled up to `end`.
fn room(end: &mut u64, bytes: u32, align: u32) -> CodegenResult<i32> {
    let start = end.next_multiple_of(u64::from(align));
    *end = start + u64::from(bytes);
    if *end > MAX_AREA {
        return Err(CodegenError::ImplLimitExceeded);
    }
    Ok(start as i32)
}

/// A signature's walk.
struct Walk<'a> {
    conv: CallConv,
    rules: &'static Convention,
    machine: &'a str,
    flags: &'a Flags,
}

impl Walk<'_> {
    fn unsupported(&self, what: &str) -> CodegenError {
        let (conv, machine) = (self.conv, self.machine);
        CodegenError::Unsupported(format!("{what} in the calling convention `{conv}` on {machine}"))
    }

    fn check(&self, param: &AbiParam) -> CodegenResult<()> {
        let ty = param.value_type;
        let extensions = self.flags.enable_llvm_abi_extensions();
        if ty == types::I128 {
            if self.rules.pairs_are_extension && !extensions {
                return Err(self.unsupported("i128 (set enable_llvm_abi_extensions)"));
            }
        } else if ty.is_dynamic_vector()
            || ty.bits() > 128
            || ty.bits() == 128 && !self.rules.vectors
        {
            return Err(self.unsupported(&format!("a value of type {ty}")));
        }
        Ok(())
    }

    /// Places arguments.
    fn args(
        &self,
        signature: &Signature,
        fixed: Option<usize>,
        out: &mut Vec<AbiArg>,
        sig: &mut AbiSig,
    ) -> CodegenResult<()> {
        let rules = self.rules;
        let mut places = Places {
            rules,
            ints: rules.arg_ints,
            floats: rules.arg_floats,
            next_int: 0,
            next_float: 0,
            by_position: rules.by_position,
            floats_in_ints: rules.floats_in_ints,
            slot: rules.slot,
            stack: u64::from(rules.home_size),
        };
        if sig.ret_size != 0 {
            sig.ret_area = Some(match rules.ret_area {
                Some(reg) => AbiLoc::Reg(reg),
                None => places.word()?.loc,
            });
        }
        // What is passed as an address is copied behind the stack arguments.
        let mut copies = 0;
        for (n, param) in signature.params.iter().enumerate() {
            if fixed == Some(n) {
                places.variable();
            }
            self.check(param)?;
            let ty = param.value_type;
            let arg = match param.purpose {
                ArgumentPurpose::StructArgument(size) if size % WORD != 0 => {
                    return Err(self.unsupported("a struct whose size is no multiple of 8"));
                }
                ArgumentPurpose::StructArgument(size)
                    if (1..=rules.struct_words).contains(&(size / WORD)) =>
                {
                    places.small_struct(size)?
                }
                ArgumentPurpose::StructArgument(size) if rules.structs_by_address => {
                    let copy = room(&mut copies, size, 16)?;
                    AbiArg::StructRef(places.word()?.loc, copy, size)
                }
                ArgumentPurpose::StructArgument(size) => {
                    AbiArg::Struct(room(&mut places.stack, size, WORD)?, size)
                }
                ArgumentPurpose::StructReturn => {
                    if !signature.returns.is_empty() {
                        return Err(self.unsupported("results beside an `sret` parameter"));
                    }
                    sig.returned_param = rules.sret_returned.map(|reg| (n as u32, reg));
                    AbiArg::One(match rules.ret_area {
                        Some(reg) => AbiPart::word(AbiLoc::Reg(reg)),
                        None => places.part(ty, param.extension)?,
                    })
                }
                _ if ty == types::I128 && rules.arg_pairs == Pairs::Address => {
                    let copy = room(&mut copies, 2 * WORD, 16)?;
                    AbiArg::TwoRef(places.word()?.loc, copy)
                }
                _ if ty == types::I128 => {
                    if rules.variadic == Variadic::InIntegers && fixed.is_some_and(|f| n >= f) {
                        places.next_int = places.next_int.next_multiple_of(2);
                    }
                    places.pair(rules.arg_pairs)?
                }
                _ => {
                    let n = places.next_int;
                    let part = places.part(ty, param.extension)?;
                    let twice = rules.variadic == Variadic::FloatsTwice && fixed.is_some();
                    match part.loc {
                        AbiLoc::Reg(_) if twice && ty.is_float() => {
                            AbiArg::Both(part, rules.arg_ints[n], (WORD as usize * n) as i32)
                        }
                        _ => AbiArg::One(part),
                    }
                }
            };
            out.push(arg);
        }
        if let (Variadic::CountFloats(reg), true) = (rules.variadic, fixed.is_some()) {
            sig.constant = Some((places.next_float as u64, reg));
        }
        if copies != 0 {
            let base = room(&mut places.stack, 0, 16)?;
            room(&mut places.stack, copies as u32, 16)?;
            for arg in &mut out[sig.args.start as usize..] {
                if let AbiArg::StructRef(_, copy, _) | AbiArg::TwoRef(_, copy) = arg {
                    *copy += base;
                }
            }
        }
        sig.arg_size = room(&mut places.stack, 0, rules.frame.align)? as u32;
        Ok(())
    }

    /// Places results; returns the size of those that are in memory.
    fn results(&self, signature: &Signature, out: &mut Vec<AbiArg>) -> CodegenResult<u32> {
        let rules = self.rules;
        let extensions = self.flags.enable_llvm_abi_extensions();
        let ints = if extensions { rules.ret_ints.len() } else { rules.standard_ret_ints };
        let mut places = Places {
            rules,
            ints: &rules.ret_ints[..ints],
            floats: rules.ret_floats,
            next_int: 0,
            next_float: 0,
            by_position: false,
            floats_in_ints: false,
            slot: WORD,
            stack: 0,
        };
        if rules.last_result_in_register && signature.returns.len() > 1 {
            self.packed_results(signature, &mut places, out)?;
        } else {
            for ret in &signature.returns {
                self.check(ret)?;
                out.push(if ret.value_type == types::I128 {
                    places.pair(rules.ret_pairs)?
                } else {
                    AbiArg::One(places.part(ret.value_type, ret.extension)?)
                });
            }
        }
        if places.stack != 0 && !self.flags.enable_multi_ret_implicit_sret() {
            return Err(CodegenError::Unsupported(
                "Too many return values to fit in registers; set enable_multi_ret_implicit_sret"
                    .to_string(),
            ));
        }
        Ok(places.stack as u32)
    }

    /// The last result in a register, the others packed in memory, the first one highest.
    fn packed_results(
        &self,
        signature: &Signature,
        places: &mut Places,
        out: &mut Vec<AbiArg>,
    ) -> CodegenResult<()> {
        let (first, returns) = (out.len(), &signature.returns);
        let is_padded =
            |r: &AbiParam| r.extension != ArgumentExtension::None || r.value_type == types::F16;
        let slot = if returns.iter().any(is_padded) { WORD } else { 1 };
        for (n, ret) in returns.iter().enumerate().rev() {
            self.check(ret)?;
            let (ty, ext) = (ret.value_type, ret.extension);
            if ty == types::I128 {
                return Err(self.unsupported("an i128 among several results"));
            }
            out.push(AbiArg::One(if n + 1 == returns.len() {
                places.part(ty, ext)?
            } else {
                let at = room(&mut places.stack, ty.bytes().max(slot), 1)?;
                AbiPart { loc: AbiLoc::Stack(at), ty, ext }
            }));
        }
        out[first..].reverse();
        Ok(())
    }
}
