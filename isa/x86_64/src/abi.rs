//! Where arguments and results are on x86-64, which registers survive a call, and which may be
//! allocated.
//!
//! `system_v` is the System V convention and `windows_fastcall` that of Windows, both as C compilers
//! have them: `module/object/tests/abi.rs` compares them with gcc's and clang's. The others are
//! variants of `system_v`. `tail` is the convention of Wasm functions: the callee pops its stack
//! arguments, eight integer and eight float registers carry results, and no register survives but
//! the frame pointer and the pinned register. With `winch` no register survives, and only the last
//! result is in a register. With `preserve_all` every register survives.

use crate::regs::*;
use regalloc2::{MachineEnv, PReg, PRegSet};
use windlass_core::ir::{AbiParam, ArgumentExtension, ArgumentPurpose, Signature, Type, types};
use windlass_core::isa::CallConv;
use windlass_core::machine::abi::{AbiArg, AbiLoc, AbiPart, SigBuilder};
use windlass_core::result::{CodegenError, CodegenResult};
use windlass_core::settings::Flags;

const SYSTEMV_ARGS: &[PReg] = &[RDI, RSI, RDX, RCX, R8, R9];
const FASTCALL_ARGS: &[PReg] = &[RCX, RDX, R8, R9];
const TAIL_RETS: &[PReg] = &[RAX, RCX, RDX, RSI, RDI, R8, R9, R10];
const SYSTEMV_RETS: &[PReg] = &[RAX, RDX];
const LLVM_RETS: &[PReg] = &[RAX, RDX, RCX];
/// The two words that an exception carries.
pub(crate) const PAYLOAD: &[PReg] = &[RAX, RDX];
/// Free at the entry and at a tail call: no argument is in it, and nobody expects it to survive.
pub(crate) const TAIL_TARGET: PReg = R10;
/// The same, for the return address that moves.
pub(crate) const TAIL_SCRATCH: PReg = R11;

/// The places that are left for arguments or results.
struct Places<'a> {
    ints: &'a [PReg],
    floats: usize,
    next_int: usize,
    next_float: usize,
    /// Registers go by position, whatever the class.
    by_position: bool,
    stack: u64,
}

impl Places<'_> {
    fn int(&mut self) -> Option<PReg> {
        let reg = *self.ints.get(self.next_int)?;
        self.next_int += 1;
        if self.by_position {
            self.next_float += 1;
        }
        Some(reg)
    }

    fn float(&mut self) -> Option<PReg> {
        if self.next_float >= self.floats {
            return None;
        }
        let reg = xmm(self.next_float as u8);
        self.next_float += 1;
        if self.by_position {
            self.next_int += 1;
        }
        Some(reg)
    }

    /// Room on the stack.
    fn room(&mut self, bytes: u32, align: u64) -> CodegenResult<i32> {
        room(&mut self.stack, bytes, align)
    }

    /// Room on the stack, naturally aligned and at least 8 bytes.
    fn memory(&mut self, bytes: u32) -> CodegenResult<AbiLoc> {
        let bytes = bytes.max(8);
        Ok(AbiLoc::Stack(self.room(bytes, bytes as u64)?))
    }

    /// A place for an address.
    fn word(&mut self) -> CodegenResult<AbiLoc> {
        Ok(self.part(types::I64, ArgumentExtension::None)?.loc)
    }

    fn part(&mut self, ty: Type, ext: ArgumentExtension) -> CodegenResult<AbiPart> {
        let reg = if ty.is_int() { self.int() } else { self.float() };
        let loc = match reg {
            Some(reg) => AbiLoc::Reg(reg),
            None => self.memory(ty.bytes())?,
        };
        Ok(AbiPart { loc, ty, ext })
    }
}

/// Room in an area that is filled up to `end`.
fn room(end: &mut u64, bytes: u32, align: u64) -> CodegenResult<i32> {
    let start = end.next_multiple_of(align);
    *end = start + bytes as u64;
    // Offsets in the area fit 32 bits, also relative to the other end of it.
    if *end > 1 << 30 {
        return Err(CodegenError::ImplLimitExceeded);
    }
    Ok(start as i32)
}

fn unsupported(what: &str, conv: CallConv) -> CodegenError {
    CodegenError::Unsupported(format!("{what} in the calling convention `{conv}` on x86_64"))
}

fn check(param: &AbiParam, conv: CallConv, flags: &Flags) -> CodegenResult<()> {
    let ty = param.value_type;
    if ty.is_dynamic_vector() || ty.bits() > 128 {
        return Err(unsupported(&format!("a value of type {ty}"), conv));
    }
    let llvm = flags.enable_llvm_abi_extensions();
    if ty == types::I128 && !llvm && conv != CallConv::Tail {
        return Err(unsupported("i128 (set enable_llvm_abi_extensions)", conv));
    }
    if conv == CallConv::WindowsFastcall && ty.bits() >= 128 && ty != types::I128 {
        return Err(unsupported(&format!("a value of type {ty}"), conv));
    }
    Ok(())
}

/// Places the parameters and results of a signature.
pub fn place(
    signature: &Signature,
    variadic: bool,
    flags: &Flags,
    out: &mut SigBuilder<'_>,
) -> CodegenResult<()> {
    let conv = signature.call_conv;
    let windows = conv == CallConv::WindowsFastcall;
    if matches!(conv, CallConv::AppleAarch64 | CallConv::Probestack) {
        return Err(CodegenError::Unsupported(format!(
            "the calling convention `{conv}` does not exist on x86_64"
        )));
    }
    // Results first: whether some are in memory decides where arguments begin.
    let mut rets = Vec::with_capacity(signature.returns.len());
    let in_memory = place_results(signature, flags, &mut rets)?;
    let mut args = Places {
        ints: if windows { FASTCALL_ARGS } else { SYSTEMV_ARGS },
        floats: if windows { 4 } else { 8 },
        next_int: 0,
        next_float: 0,
        by_position: windows,
        stack: if windows { 32 } else { 0 },
    };
    if in_memory != 0 {
        let part = args.part(types::I64, ArgumentExtension::None)?;
        out.sig.ret_area = Some(part.loc);
        out.sig.ret_size = in_memory;
    }
    // On Windows every argument has one slot, and copies of what goes by reference lie above them.
    let slots = signature.params.len() + usize::from(in_memory != 0);
    let mut copies = 8 * slots.max(4) as u64;
    for (n, param) in signature.params.iter().enumerate() {
        check(param, conv, flags)?;
        let ty = param.value_type;
        let arg = match param.purpose {
            ArgumentPurpose::StructArgument(size) if size % 8 != 0 => {
                return Err(unsupported("a struct whose size is no multiple of 8", conv));
            }
            ArgumentPurpose::StructArgument(8) if windows => match args.int() {
                Some(reg) => AbiArg::StructWord(reg, 8 * (args.next_int as i32 - 1)),
                None => AbiArg::Struct(args.room(8, 8)?, 8),
            },
            ArgumentPurpose::StructArgument(size) if windows => {
                let copy = room(&mut copies, size, 16)?;
                AbiArg::StructRef(args.word()?, copy, size)
            }
            ArgumentPurpose::StructArgument(size) => AbiArg::Struct(args.room(size, 8)?, size),
            _ if ty == types::I128 && windows => {
                let copy = room(&mut copies, 16, 16)?;
                AbiArg::TwoRef(args.word()?, copy)
            }
            _ if ty == types::I128 => place_i128(&mut args, conv)?,
            _ => match args.part(ty, param.extension)? {
                part @ AbiPart { loc: AbiLoc::Reg(_), .. }
                    if variadic && windows && ty.is_float() =>
                {
                    let n = args.next_int - 1;
                    AbiArg::Both(part, FASTCALL_ARGS[n], 8 * n as i32)
                }
                part => AbiArg::One(part),
            },
        };
        if param.purpose == ArgumentPurpose::StructReturn {
            if !signature.returns.is_empty() {
                return Err(unsupported("results beside an `sret` parameter", conv));
            }
            out.sig.returned_param = Some((n as u32, RAX));
        }
        out.arg(arg);
    }
    for ret in rets {
        out.ret(ret);
    }
    if variadic && !windows {
        // `al`: at most so many vector registers carry arguments.
        out.sig.constant = Some((args.next_float as u64, RAX));
    }
    let stack = if windows { copies } else { args.stack }.next_multiple_of(16);
    out.sig.arg_size = u32::try_from(stack).map_err(|_| CodegenError::ImplLimitExceeded)?;
    Ok(())
}

/// The halves of an `i128` argument. System V keeps them together: in two registers or, where two
/// are not left, in one slot; the next argument gets the register that is left.
fn place_i128(args: &mut Places<'_>, conv: CallConv) -> CodegenResult<AbiArg> {
    let half = types::I64;
    let none = ArgumentExtension::None;
    if conv == CallConv::SystemV && args.next_int + 2 > args.ints.len() {
        let at = args.room(16, 16)?;
        let half_at = |at| AbiPart::new(AbiLoc::Stack(at), half);
        return Ok(AbiArg::Two(half_at(at), half_at(at + 8)));
    }
    Ok(AbiArg::Two(args.part(half, none)?, args.part(half, none)?))
}

/// Places results; returns the size of those that are in memory.
fn place_results(
    signature: &Signature,
    flags: &Flags,
    rets: &mut Vec<AbiArg>,
) -> CodegenResult<u32> {
    let conv = signature.call_conv;
    let (ints, floats): (&[PReg], usize) = match conv {
        CallConv::Tail => (TAIL_RETS, 8),
        CallConv::Winch => (&[RAX], 1),
        CallConv::WindowsFastcall => (SYSTEMV_RETS, 1),
        _ if flags.enable_llvm_abi_extensions() => (LLVM_RETS, 2),
        _ => (SYSTEMV_RETS, 2),
    };
    let mut places =
        Places { ints, floats, next_int: 0, next_float: 0, by_position: false, stack: 0 };
    let last = signature.returns.len().saturating_sub(1);
    if conv == CallConv::Winch && last > 0 {
        return place_winch_results(signature, flags, rets);
    }
    for ret in &signature.returns {
        check(ret, conv, flags)?;
        let ty = ret.value_type;
        rets.push(if ty == types::I128 && conv == CallConv::WindowsFastcall {
            match places.float() {
                Some(reg) => AbiArg::Joined(reg, 0),
                None => {
                    let at = places.room(16, 16)?;
                    let half_at = |at| AbiPart::new(AbiLoc::Stack(at), types::I64);
                    AbiArg::Two(half_at(at), half_at(at + 8))
                }
            }
        } else if ty == types::I128 {
            // Both halves in registers, or both in memory.
            if places.next_int + 2 > ints.len() {
                places.next_int = ints.len();
                places.stack = places.stack.next_multiple_of(16);
            }
            let none = ArgumentExtension::None;
            AbiArg::Two(places.part(types::I64, none)?, places.part(types::I64, none)?)
        } else {
            AbiArg::One(places.part(ty, ret.extension)?)
        });
    }
    in_memory(places.stack, flags)
}

fn in_memory(stack: u64, flags: &Flags) -> CodegenResult<u32> {
    if stack != 0 && !flags.enable_multi_ret_implicit_sret() {
        return Err(CodegenError::Unsupported(
            "Too many return values to fit in registers; set enable_multi_ret_implicit_sret"
                .to_string(),
        ));
    }
    u32::try_from(stack).map_err(|_| CodegenError::ImplLimitExceeded)
}

/// `winch`: the last result in a register, the others packed in memory, the first one highest.
fn place_winch_results(
    signature: &Signature,
    flags: &Flags,
    rets: &mut Vec<AbiArg>,
) -> CodegenResult<u32> {
    let mut sizes = Vec::with_capacity(signature.returns.len());
    let padded = signature
        .returns
        .iter()
        .any(|r| r.extension != ArgumentExtension::None || r.value_type == types::F16);
    for ret in &signature.returns {
        check(ret, CallConv::Winch, flags)?;
        if ret.value_type == types::I128 {
            return Err(unsupported("an i128 among several results", CallConv::Winch));
        }
        sizes.push(if padded { ret.value_type.bytes().max(8) } else { ret.value_type.bytes() });
    }
    let total: u64 = sizes[..sizes.len() - 1].iter().map(|&s| s as u64).sum();
    let mut at = total;
    for (n, ret) in signature.returns.iter().enumerate() {
        let ty = ret.value_type;
        let loc = if n + 1 == signature.returns.len() {
            AbiLoc::Reg(if ty.is_int() { RAX } else { xmm(0) })
        } else {
            at -= sizes[n] as u64;
            AbiLoc::Stack(i32::try_from(at).map_err(|_| CodegenError::ImplLimitExceeded)?)
        };
        rets.push(AbiArg::One(AbiPart { loc, ty, ext: ret.extension }));
    }
    in_memory(total, flags)
}

const fn set(regs: &[PReg]) -> PRegSet {
    let mut set = PRegSet::empty();
    let mut n = 0;
    while n < regs.len() {
        set.add(regs[n]);
        n += 1;
    }
    set
}

const fn xmms(from: u8, to: u8) -> PRegSet {
    let mut set = PRegSet::empty();
    let mut n = from;
    while n < to {
        set.add(xmm(n));
        n += 1;
    }
    set
}

const ALL_INTS: &[PReg] = &[RAX, RCX, RDX, RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15];
const SYSTEMV_SAVED: &[PReg] = &[RBX, R12, R13, R14, R15];
const WINDOWS_SAVED: &[PReg] = &[RBX, RSI, RDI, R12, R13, R14, R15];

/// The registers that a function of this convention must preserve, but for the frame pointer.
pub fn callee_saved(conv: CallConv, flags: &Flags) -> PRegSet {
    let mut saved = match conv {
        CallConv::Tail | CallConv::Winch => PRegSet::empty(),
        CallConv::PreserveAll => set(ALL_INTS) | xmms(0, 16),
        CallConv::WindowsFastcall => set(WINDOWS_SAVED) | xmms(6, 16),
        _ => set(SYSTEMV_SAVED),
    };
    if flags.enable_pinned_reg() {
        saved.remove(PINNED);
    }
    saved
}

/// The registers that a callee of this convention may change.
pub fn call_clobbers(conv: CallConv, exception: bool) -> PRegSet {
    let all = set(ALL_INTS) | xmms(0, 16);
    let saved = match conv {
        CallConv::Tail | CallConv::Winch => PRegSet::empty(),
        // An exception leaves nothing.
        CallConv::PreserveAll if exception => PRegSet::empty(),
        CallConv::PreserveAll => all,
        CallConv::WindowsFastcall => set(WINDOWS_SAVED) | xmms(6, 16),
        _ => set(SYSTEMV_SAVED),
    };
    all & saved.invert()
}

/// The registers that may be allocated: with and without the pinned register, where registers
/// survive calls and where they do not.
#[derive(Clone, Debug)]
pub struct Envs {
    envs: [MachineEnv; 2],
}

impl Envs {
    /// For these settings.
    pub fn new(flags: &Flags) -> Self {
        let pinned = flags.enable_pinned_reg();
        // Where nothing has to be saved, those that need a prefix come second: shorter code.
        let high = &[R8, R9, R10, R11, R12, R13, R14, R15];
        Envs { envs: [env(SYSTEMV_SAVED, pinned), env(high, pinned)] }
    }

    /// For a convention.
    pub fn get(&self, conv: CallConv) -> &MachineEnv {
        match conv {
            CallConv::Tail | CallConv::Winch => &self.envs[1],
            _ => &self.envs[0],
        }
    }
}

/// Registers that a function would have to save come second, and so do those that need a prefix
/// where none has to be saved.
fn env(later: &[PReg], pinned: bool) -> MachineEnv {
    let mut first = PRegSet::empty();
    let mut second = PRegSet::empty();
    for &reg in ALL_INTS {
        if reg == PINNED && pinned {
            continue;
        }
        if later.contains(&reg) {
            second.add(reg);
        } else {
            first.add(reg);
        }
    }
    MachineEnv {
        preferred_regs_by_class: [first, xmms(0, 16), PRegSet::empty()],
        non_preferred_regs_by_class: [second, PRegSet::empty(), PRegSet::empty()],
        scratch_by_class: [None, None, None],
        fixed_stack_slots: Vec::new(),
    }
}
