//! The opcode table: the only place that says what an opcode of the IR is.
//!
//! A row has a line of documentation, the names, the operands with their types, the results, the
//! operand that fixes the controlling type, the type sets, the effects and the meaning over a
//! domain of values, or `opaque`. From it follow the enum, the builder methods (`builder.rs`), what
//! the reader accepts and the printer writes, the type rules of the verifier, the interpreter and
//! constant folding. Rows whose operands are block calls or argument lists stand in the section
//! `special`: their builder methods are written by hand in `builder.rs`.
//!
//! Columns of a row:
//! `Variant method (name: kind [type], …) -> [result types] by CONTROL, T SET [, U SET] ; EFFECTS`
//! `[; WEIGHT] => |domain, parameters, [values]| results;`
//! where `ty: ty` as first operand stands for a type suffix that must be written. Kinds are those
//! of [`OperandKind`], types those of [`TypeExpr`], sets those of [`TypeSet`], effects and facts
//! those of [`effects`]. The weight, 4 where none is given, is what rewrites of the IR make smaller.
//! Meanings are expanded in `semantics/eval.rs`, once for every domain, and call what is in
//! `semantics/derive.rs`.

use super::types::{self, Type};
use core::cmp::Ordering;

/// What an operand of an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// The controlling type, written as a suffix of the opcode.
    CtrlType,
    /// An SSA value of the given type.
    Value(TypeExpr),
    /// A list of SSA values: call arguments or return values.
    Values,
    /// A block with arguments.
    BlockCall,
    /// A default block call and a bracketed list of further ones.
    JumpTable,
    /// The signature, normal target and handlers of a `try_call`.
    ExceptionTable,
    /// A 64-bit integer immediate.
    Imm64,
    /// The bits of an f16.
    Ieee16,
    /// The bits of an f32.
    Ieee32,
    /// The bits of an f64.
    Ieee64,
    /// A constant of the pool.
    Constant,
    /// A 16-byte shuffle mask.
    Mask,
    /// A lane number.
    Lane,
    /// An integer condition.
    IntCC,
    /// A float condition.
    FloatCC,
    /// A trap code.
    TrapCode,
    /// The operation of an `atomic_rmw`.
    RmwOp,
    /// Memory flags.
    MemFlags,
    /// A signed 32-bit offset, added to the operand before it.
    Offset,
    /// A stack slot.
    StackSlot,
    /// A dynamic stack slot.
    DynamicStackSlot,
    /// A global value.
    GlobalValue,
    /// A declared function.
    FuncRef,
    /// A declared signature.
    SigRef,
    /// A block without arguments.
    Block,
    /// The number of an exceptional edge.
    EdgeIndex,
}

/// The type of an operand or result, as a function of the controlling type `T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeExpr {
    /// The controlling type.
    T,
    /// A free type of the set `U`.
    U,
    /// An address: i32 or i64.
    A,
    /// The type of a lane of `T`.
    Lane,
    /// The scalar of half the width of `T`.
    Half,
    /// The scalar of twice the width of `T`.
    Double,
    /// Lanes of half the width, twice as many.
    Split,
    /// Lanes of twice the width, half as many.
    Merge,
    /// The result type of a comparison of `T`s.
    Bool,
    /// The fixed vector with the minimum lane count of the dynamic vector `T`.
    Fixed,
    /// This type, whatever `T` is.
    Is(Type),
}

impl TypeExpr {
    /// The type for the controlling type `t`, or `None` where it is free or cannot be formed.
    #[inline]
    pub fn eval(self, t: Type) -> Option<Type> {
        match self {
            TypeExpr::T => Some(t),
            TypeExpr::U | TypeExpr::A => None,
            TypeExpr::Lane => Some(t.lane_type()),
            TypeExpr::Half => t.half_width(),
            TypeExpr::Double => t.double_width(),
            TypeExpr::Split => t.split_lanes(),
            TypeExpr::Merge => t.merge_lanes(),
            TypeExpr::Bool => Some(t.as_truthy()),
            TypeExpr::Fixed => t.dynamic_to_vector(),
            TypeExpr::Is(ty) => Some(ty),
        }
    }
}

/// A set of types: scalars by width and kind, and which vectors.
///
/// Bits: 0–4 the integer lanes i8 to i128, 5–8 the float lanes f16 to f128, then the shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeSet(u32);

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        impl TypeSet { $($(#[$doc])* pub const $name: TypeSet = TypeSet($value);)* }
    };
}

const INT_LANES: u32 = 0x1f;
const FLOAT_LANES: u32 = 0x1e0;
const SCALAR: u32 = 1 << 9;
/// Fixed vectors of any lane count.
const FIXED: u32 = 1 << 10;
/// Dynamic vectors of any lane count.
const DYNAMIC: u32 = 1 << 11;
/// Only vectors of 64 and 128 and 256 bits with 4 or 8 lanes (fixed-point arithmetic).
const COUNT_4_8: u32 = 1 << 12;
/// Only vectors of 2, 4 or 8 lanes.
const COUNT_2_8: u32 = 1 << 13;
/// Only vectors of 2 to 16 lanes.
const COUNT_2_16: u32 = 1 << 14;

sets! {
    /// No type: the opcode has no such type variable.
    NONE = 0;
    /// i8 to i128.
    INT_S = INT_LANES | SCALAR;
    /// i8 to i64.
    NARROW_INT = 0x0f | SCALAR;
    /// i16 to i128.
    WIDE_INT = 0x1e | SCALAR;
    /// i16 to i64.
    EXT8 = 0x0e | SCALAR;
    /// i32 and i64.
    ADDR = 0x0c | SCALAR;
    /// i32 alone.
    I32 = 0x04 | SCALAR;
    /// i64 alone.
    I64 = 0x08 | SCALAR;
    /// f16 to f128.
    FLT_S = FLOAT_LANES | SCALAR;
    /// Fixed vectors with integer lanes.
    INT_V = INT_LANES | FIXED;
    /// Scalar integers and fixed vectors of them.
    INT_F = INT_LANES | SCALAR | FIXED;
    /// Scalar integers, fixed and dynamic vectors of them.
    INT = INT_LANES | SCALAR | FIXED | DYNAMIC;
    /// Scalar floats and fixed vectors of them.
    FLT_F = FLOAT_LANES | SCALAR | FIXED;
    /// Scalar floats, fixed and dynamic vectors of them.
    FLT = FLOAT_LANES | SCALAR | FIXED | DYNAMIC;
    /// All fixed vectors.
    VEC_F = INT_LANES | FLOAT_LANES | FIXED;
    /// All dynamic vectors.
    DYN_V = INT_LANES | FLOAT_LANES | DYNAMIC;
    /// All vectors.
    VEC_D = INT_LANES | FLOAT_LANES | FIXED | DYNAMIC;
    /// Every scalar and every fixed vector.
    ANY_F = INT_LANES | FLOAT_LANES | SCALAR | FIXED;
    /// Every scalar and every vector.
    MEM = INT_LANES | FLOAT_LANES | SCALAR | FIXED | DYNAMIC;
    /// i16x4, i16x8, i32x4, i32x8: fixed-point arithmetic.
    Q = 0x06 | FIXED | COUNT_4_8;
    /// Vectors whose lanes can be narrowed.
    NARROWABLE = 0x0e | FIXED | DYNAMIC | COUNT_2_8;
    /// Vectors whose lanes can be widened.
    WIDENABLE = 0x07 | FIXED | DYNAMIC | COUNT_2_16;
}

impl TypeSet {
    /// Whether the set holds `ty`.
    #[inline]
    pub fn contains(self, ty: Type) -> bool {
        let lane = match ty.lane_type() {
            types::I8 => 0,
            types::I16 => 1,
            types::I32 => 2,
            types::I64 => 3,
            types::I128 => 4,
            types::F16 => 5,
            types::F32 => 6,
            types::F64 => 7,
            types::F128 => 8,
            _ => return false,
        };
        if self.0 & (1 << lane) == 0 {
            return false;
        }
        if !ty.is_vector() && !ty.is_dynamic_vector() {
            return self.0 & SCALAR != 0;
        }
        let (shape, count) = if ty.is_dynamic_vector() {
            (DYNAMIC, ty.min_lane_count())
        } else {
            (FIXED, ty.lane_count())
        };
        self.0 & shape != 0
            && (self.0 & COUNT_4_8 == 0 || matches!(count, 4 | 8))
            && (self.0 & COUNT_2_8 == 0 || matches!(count, 2 | 4 | 8))
            && (self.0 & COUNT_2_16 == 0 || matches!(count, 2 | 4 | 8 | 16))
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Which operand fixes the controlling type of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// There is none: the opcode is not polymorphic.
    None,
    /// The written suffix alone.
    Suffix,
    /// The value operand of this number (counting values only, from 0).
    Operand(u8),
}

/// Effects and algebraic facts of an opcode, as bits.
pub mod effects {
    /// No effect.
    pub const PURE: u16 = 0;
    /// Ends its block.
    pub const TERM: u16 = 1;
    /// Branches to blocks of this function.
    pub const BRANCH: u16 = 2;
    /// Calls a function.
    pub const CALL: u16 = 4;
    /// Returns from this function.
    pub const RET: u16 = 8;
    /// Can read memory.
    pub const LOAD: u16 = 16;
    /// Can write memory.
    pub const STORE: u16 = 32;
    /// Can trap.
    pub const TRAP: u16 = 64;
    /// Another side effect.
    pub const OTHER: u16 = 128;
    /// A second execution with the same operands, dominated by a first, has no effect.
    pub const IDEM: u16 = 256;
    /// The two first value operands may be swapped.
    pub const COMM: u16 = 512;
    /// Computes: where the result is a NaN, its bits are the machine's choice.
    pub const NANS: u16 = 1024;
    /// `U` is narrower than `T`.
    pub const WIDENS: u16 = 2048;
    /// `U` is wider than `T`.
    pub const NARROWS: u16 = 4096;
    /// `U` is as wide as `T`.
    pub const KEEPS: u16 = 8192;
    /// What is no effect: an opcode with nothing else is pure.
    pub const FACTS: u16 = COMM | NANS | WIDENS | NARROWS | KEEPS;
}
use effects::*;

/// A row of the opcode table.
#[derive(Debug)]
pub struct OpcodeInfo {
    /// The name in the text language.
    pub name: &'static str,
    /// A line of documentation.
    pub doc: &'static str,
    /// All operands in the order of the text, the required type suffix first where there is one.
    pub all_operands: &'static [OperandKind],
    /// The names of the operands, parallel to `all_operands`.
    pub operand_names: &'static [&'static str],
    /// The types of the results (of calls: none, they come from the signature).
    pub results: &'static [TypeExpr],
    /// Where the controlling type comes from.
    pub control: Control,
    /// The set of the controlling type.
    pub t: TypeSet,
    /// The set of the free type.
    pub u: TypeSet,
    /// Effects and facts, bits of [`effects`].
    pub effects: u16,
    /// What an instruction weighs where rewrites are compared.
    pub weight: u8,
    /// How many value operands stand in the instruction itself.
    pub fixed_values: u8,
    /// Whether the value operands stand in a list of the pool.
    pub has_list: bool,
}

impl OpcodeInfo {
    /// The operands without the type suffix, in the order of the text.
    #[inline]
    pub fn operands(&self) -> &'static [OperandKind] {
        match self.all_operands.first() {
            Some(OperandKind::CtrlType) => &self.all_operands[1..],
            _ => self.all_operands,
        }
    }

    /// Whether a type suffix must be written.
    #[inline]
    pub fn suffix_required(&self) -> bool {
        self.control == Control::Suffix
    }

    /// Whether the opcode has a controlling type.
    #[inline]
    pub fn is_polymorphic(&self) -> bool {
        self.control != Control::None
    }

    /// Whether it has no effect, does not read memory and cannot trap.
    #[inline]
    pub fn is_pure(&self) -> bool {
        self.effects & !FACTS == PURE
    }

    /// How wide the free type must be, compared with the controlling type, if that is said.
    pub fn width_of_u(&self) -> Option<Ordering> {
        match self.effects & (WIDENS | NARROWS | KEEPS) {
            WIDENS => Some(Ordering::Less),
            NARROWS => Some(Ordering::Greater),
            KEEPS => Some(Ordering::Equal),
            _ => None,
        }
    }

    /// Whether the free type can be `u` where the controlling type is `t`.
    pub fn takes(&self, t: Type, u: Type) -> bool {
        let size = |ty: Type| (ty.bits(), ty.min_bits());
        let fits = |width| size(u).cmp(&size(t)) == width;
        self.u.contains(u) && self.width_of_u().is_none_or(fits)
    }
}

/// The `///` line comes in as ` text`; the table keeps it without the blank.
const fn trim_doc(doc: &'static str) -> &'static str {
    doc.trim_ascii()
}

/// The name in the text language: the method's name without the `_` that avoids a keyword.
const fn text_name(method: &'static str) -> &'static str {
    let bytes = method.as_bytes();
    if bytes[bytes.len() - 1] == b'_' { method.split_at(bytes.len() - 1).0 } else { method }
}

const fn count_fixed(operands: &[OperandKind]) -> u8 {
    let (mut n, mut i) = (0, 0);
    while i < operands.len() {
        if matches!(operands[i], OperandKind::Value(_)) {
            n += 1;
        }
        i += 1;
    }
    n
}

const fn has_list(operands: &[OperandKind]) -> bool {
    let mut i = 0;
    while i < operands.len() {
        if matches!(operands[i], OperandKind::Values) {
            return true;
        }
        i += 1;
    }
    false
}

macro_rules! kind {
    (ty) => { OperandKind::CtrlType };
    (v $($t:tt)+) => { OperandKind::Value(type_expr!($($t)+)) };
    (list) => { OperandKind::Values };
    (dest) => { OperandKind::BlockCall };
    (table) => { OperandKind::JumpTable };
    (handlers) => { OperandKind::ExceptionTable };
    (imm) => { OperandKind::Imm64 };
    (f16) => { OperandKind::Ieee16 };
    (f32) => { OperandKind::Ieee32 };
    (f64) => { OperandKind::Ieee64 };
    (constant) => { OperandKind::Constant };
    (mask) => { OperandKind::Mask };
    (lane) => { OperandKind::Lane };
    (cc) => { OperandKind::IntCC };
    (fcc) => { OperandKind::FloatCC };
    (code) => { OperandKind::TrapCode };
    (rmw) => { OperandKind::RmwOp };
    (flags) => { OperandKind::MemFlags };
    (off) => { OperandKind::Offset };
    (ss) => { OperandKind::StackSlot };
    (dss) => { OperandKind::DynamicStackSlot };
    (gv) => { OperandKind::GlobalValue };
    (func) => { OperandKind::FuncRef };
    (sig) => { OperandKind::SigRef };
    (block) => { OperandKind::Block };
    (edge) => { OperandKind::EdgeIndex };
}

macro_rules! type_expr {
    (i8) => {
        TypeExpr::Is(types::I8)
    };
    (i32) => {
        TypeExpr::Is(types::I32)
    };
    (i64) => {
        TypeExpr::Is(types::I64)
    };
    (f16) => {
        TypeExpr::Is(types::F16)
    };
    (f32) => {
        TypeExpr::Is(types::F32)
    };
    (f64) => {
        TypeExpr::Is(types::F64)
    };
    (f128) => {
        TypeExpr::Is(types::F128)
    };
    (i8x16) => {
        TypeExpr::Is(types::I8X16)
    };
    (i16x8) => {
        TypeExpr::Is(types::I16X8)
    };
    (i32x4) => {
        TypeExpr::Is(types::I32X4)
    };
    (i64x2) => {
        TypeExpr::Is(types::I64X2)
    };
    (f32x4) => {
        TypeExpr::Is(types::F32X4)
    };
    (f64x2) => {
        TypeExpr::Is(types::F64X2)
    };
    ($t:ident) => {
        TypeExpr::$t
    };
}

/// Calls the macro `$then` with all rows.
macro_rules! opcode_table { ($then:ident) => { $then! {
special {
    /// Continues at the block, with the arguments as its parameters.
    Jump jump (target: dest) -> [] by None, T NONE; TERM | BRANCH
        => opaque;
    /// Continues at the first block if `c` is not zero, else at the second.
    Brif brif (c: v T, then: dest, otherwise: dest) -> [] by Operand(0), T INT_S; TERM | BRANCH
        => opaque;
    /// Continues at entry `x` of the table, or at the default block if there is none.
    BrTable br_table (x: v i32, targets: table) -> [] by None, T NONE; TERM | BRANCH
        => opaque;
    /// Returns the values to the caller.
    Return return_ (values: list) -> [] by None, T NONE; TERM | RET
        => opaque;
    /// Calls a declared function.
    Call call (callee: func, args: list) -> [] by None, T NONE; CALL
        => opaque;
    /// Calls the function at an address with a declared signature.
    CallIndirect call_indirect (sig: sig, args: list) -> [] by Operand(0), T ADDR; CALL
        => opaque;
    /// Leaves this frame and continues in a declared function, whose results become ours.
    ReturnCall return_call (callee: func, args: list) -> [] by None, T NONE; TERM | CALL | RET
        => opaque;
    /// Leaves this frame and continues in the function at an address.
    ReturnCallIndirect return_call_indirect (sig: sig, args: list) -> [] by Operand(0), T ADDR; TERM | CALL | RET
        => opaque;
    /// Calls a declared function; continues at the normal target or at an exception handler.
    TryCall try_call (callee: func, args: list, targets: handlers) -> [] by None, T NONE; TERM | BRANCH | CALL
        => opaque;
    /// Calls the function at an address; continues at the normal target or at a handler.
    TryCallIndirect try_call_indirect (args: list, targets: handlers) -> [] by Operand(0), T ADDR; TERM | BRANCH | CALL
        => opaque;
}
derived {
    /// Traps with the code.
    Trap trap (code: code) -> [] by None, T NONE; TERM | TRAP
        => |d, c, []| { d.trap_if(d.ones(1), c.trap())?; none() };
    /// Traps with the code if `c` is zero.
    Trapz trapz (c: v T, code: code) -> [] by Operand(0), T INT_S; TRAP | IDEM
        => |d, c, [x]| { d.trap_if(d.is_zero(x), c.trap())?; none() };
    /// Traps with the code if `c` is not zero.
    Trapnz trapnz (c: v T, code: code) -> [] by Operand(0), T INT_S; TRAP | IDEM
        => |d, c, [x]| { d.trap_if(d.is_nonzero(x), c.trap())?; none() };
    /// Stops in a debugger; execution may go on afterwards.
    Debugtrap debugtrap () -> [] by None, T NONE; LOAD | STORE | OTHER
        => opaque;
    /// Does nothing.
    Nop nop () -> [] by None, T NONE; PURE
        => |_, _, []| none();
    /// Keeps side effects on their side of it; makes no code.
    SequencePoint sequence_point () -> [] by None, T NONE; OTHER
        => opaque;
    /// The address of a declared function.
    FuncAddr func_addr (ty: ty, callee: func) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// The address of the handler of an exceptional edge of the `try_call` that ends the block.
    GetExceptionHandlerAddress get_exception_handler_address (ty: ty, block: block, edge: edge) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// Suspends this stack at the first context and resumes the one at the second.
    StackSwitch stack_switch (store_context: v T, load_context: v T, payload: v T) -> [T] by Operand(1), T ADDR; CALL | LOAD | STORE | OTHER
        => opaque;

    /// An integer constant.
    Iconst iconst (ty: ty, value: imm) -> [T] by Suffix, T NARROW_INT; PURE; 0
        => |d, c, []| one(d.constant(c.width, c.imm.into()));
    /// An f16 constant, by its bits.
    F16const f16const (value: f16) -> [f16] by None, T NONE; PURE
        => |d, c, []| one(d.constant(16, c.imm.into()));
    /// An f32 constant, by its bits.
    F32const f32const (value: f32) -> [f32] by None, T NONE; PURE; 0
        => |d, c, []| one(d.constant(32, c.imm.into()));
    /// An f64 constant, by its bits.
    F64const f64const (value: f64) -> [f64] by None, T NONE; PURE; 0
        => |d, c, []| one(d.constant(64, c.imm.into()));
    /// An f128 constant of the pool.
    F128const f128const (value: constant) -> [f128] by None, T NONE; PURE
        => opaque;
    /// A vector constant of the pool.
    Vconst vconst (ty: ty, value: constant) -> [T] by Suffix, T VEC_F; PURE
        => opaque;

    /// Reads a value from memory.
    Load load (ty: ty, flags: flags, p: v A, offset: off) -> [T] by Suffix, T MEM; LOAD
        => opaque;
    /// Writes a value to memory.
    Store store (flags: flags, x: v T, p: v A, offset: off) -> [] by Operand(0), T MEM; STORE
        => opaque;
    /// Reads 8 bits and extends them with zeros.
    Uload8 uload8 (ty: ty, flags: flags, p: v A, offset: off) -> [T] by Suffix, T EXT8; LOAD
        => opaque;
    /// Reads 8 bits and extends their sign.
    Sload8 sload8 (ty: ty, flags: flags, p: v A, offset: off) -> [T] by Suffix, T EXT8; LOAD
        => opaque;
    /// Writes the low 8 bits.
    Istore8 istore8 (flags: flags, x: v T, p: v A, offset: off) -> [] by Operand(0), T EXT8; STORE
        => opaque;
    /// Reads 16 bits and extends them with zeros.
    Uload16 uload16 (ty: ty, flags: flags, p: v A, offset: off) -> [T] by Suffix, T ADDR; LOAD
        => opaque;
    /// Reads 16 bits and extends their sign.
    Sload16 sload16 (ty: ty, flags: flags, p: v A, offset: off) -> [T] by Suffix, T ADDR; LOAD
        => opaque;
    /// Writes the low 16 bits.
    Istore16 istore16 (flags: flags, x: v T, p: v A, offset: off) -> [] by Operand(0), T ADDR; STORE
        => opaque;
    /// Reads 32 bits and extends them with zeros to i64.
    Uload32 uload32 (flags: flags, p: v T, offset: off) -> [i64] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 32 bits and extends their sign to i64.
    Sload32 sload32 (flags: flags, p: v T, offset: off) -> [i64] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Writes the low 32 bits.
    Istore32 istore32 (flags: flags, x: v T, p: v A, offset: off) -> [] by Operand(0), T I64; STORE
        => opaque;
    /// Reads 8 lanes of 8 bits and extends each with zeros.
    Uload8x8 uload8x8 (flags: flags, p: v T, offset: off) -> [i16x8] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 8 lanes of 8 bits and extends the sign of each.
    Sload8x8 sload8x8 (flags: flags, p: v T, offset: off) -> [i16x8] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 4 lanes of 16 bits and extends each with zeros.
    Uload16x4 uload16x4 (flags: flags, p: v T, offset: off) -> [i32x4] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 4 lanes of 16 bits and extends the sign of each.
    Sload16x4 sload16x4 (flags: flags, p: v T, offset: off) -> [i32x4] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 2 lanes of 32 bits and extends each with zeros.
    Uload32x2 uload32x2 (flags: flags, p: v T, offset: off) -> [i64x2] by Operand(0), T ADDR; LOAD
        => opaque;
    /// Reads 2 lanes of 32 bits and extends the sign of each.
    Sload32x2 sload32x2 (flags: flags, p: v T, offset: off) -> [i64x2] by Operand(0), T ADDR; LOAD
        => opaque;
    /// The address of a stack slot plus an offset.
    StackAddr stack_addr (ty: ty, slot: ss, offset: off) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// The address of a dynamic stack slot.
    DynamicStackAddr dynamic_stack_addr (ty: ty, slot: dss) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// The value of a global.
    SymbolValue symbol_value (ty: ty, global: gv) -> [T] by Suffix, T MEM; PURE
        => opaque;
    /// The address of a thread-local symbol.
    TlsValue tls_value (ty: ty, global: gv) -> [T] by Suffix, T MEM; PURE
        => opaque;

    /// Replaces the memory by `old OP x` atomically; the result is `old`.
    AtomicRmw atomic_rmw (ty: ty, flags: flags, op: rmw, p: v A, x: v T) -> [T] by Suffix, T INT_S; LOAD | STORE | OTHER
        => opaque;
    /// Stores `x` atomically if the memory equals `e`; the result is the old content.
    AtomicCas atomic_cas (flags: flags, p: v A, e: v T, x: v T) -> [T] by Operand(2), T INT_S; LOAD | STORE | OTHER
        => opaque;
    /// Reads atomically.
    AtomicLoad atomic_load (ty: ty, flags: flags, p: v A) -> [T] by Suffix, T INT_S; LOAD | OTHER
        => opaque;
    /// Writes atomically.
    AtomicStore atomic_store (flags: flags, x: v T, p: v A) -> [] by Operand(0), T INT_S; STORE | OTHER
        => opaque;
    /// Orders all accesses before it with all after it.
    Fence fence () -> [] by None, T NONE; OTHER
        => opaque;

    /// Reads the pinned register.
    GetPinnedReg get_pinned_reg (ty: ty) -> [T] by Suffix, T ADDR; OTHER
        => opaque;
    /// Writes the pinned register.
    SetPinnedReg set_pinned_reg (x: v T) -> [] by Operand(0), T ADDR; OTHER
        => opaque;
    /// The frame pointer of this function.
    GetFramePointer get_frame_pointer (ty: ty) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// The stack pointer.
    GetStackPointer get_stack_pointer (ty: ty) -> [T] by Suffix, T ADDR; PURE
        => opaque;
    /// The return address of this function.
    GetReturnAddress get_return_address (ty: ty) -> [T] by Suffix, T ADDR; PURE
        => opaque;

    /// Sum.
    Iadd iadd (x: v T, y: v T) -> [T] by Operand(0), T INT; COMM
        => |d, _, [x, y]| one(d.add(x, y));
    /// Difference.
    Isub isub (x: v T, y: v T) -> [T] by Operand(0), T INT; PURE; 5
        => |d, _, [x, y]| one(d.sub(x, y));
    /// Negation.
    Ineg ineg (x: v T) -> [T] by Operand(0), T INT; PURE; 3
        => |d, _, [x]| one(d.neg(x));
    /// Absolute value; the minimum stays itself.
    Iabs iabs (x: v T) -> [T] by Operand(0), T INT; PURE
        => |d, _, [x]| one(iabs(d, x));
    /// Low half of the product.
    Imul imul (x: v T, y: v T) -> [T] by Operand(0), T INT; COMM; 8
        => |d, _, [x, y]| one(d.mul(x, y));
    /// High half of the unsigned product.
    Umulhi umulhi (x: v T, y: v T) -> [T] by Operand(0), T INT; COMM; 8
        => |d, _, [x, y]| one(d.umulhi(x, y));
    /// High half of the signed product.
    Smulhi smulhi (x: v T, y: v T) -> [T] by Operand(0), T INT; COMM; 8
        => |d, _, [x, y]| one(smulhi(d, x, y));
    /// Unsigned quotient; traps on zero.
    Udiv udiv (x: v T, y: v T) -> [T] by Operand(0), T INT_S; TRAP | IDEM; 20
        => |d, _, [x, y]| {
            d.trap_if(d.is_zero(y), TrapCode::INTEGER_DIVISION_BY_ZERO)?;
            one(d.udiv(x, y))
        };
    /// Signed quotient; traps on zero and on overflow.
    Sdiv sdiv (x: v T, y: v T) -> [T] by Operand(0), T INT_S; TRAP | IDEM; 20
        => |d, _, [x, y]| {
            d.trap_if(d.is_zero(y), TrapCode::INTEGER_DIVISION_BY_ZERO)?;
            d.trap_if(sdiv_overflows(d, x, y), TrapCode::INTEGER_OVERFLOW)?;
            one(sdiv(d, x, y))
        };
    /// Unsigned remainder; traps on zero.
    Urem urem (x: v T, y: v T) -> [T] by Operand(0), T INT_S; TRAP | IDEM; 20
        => |d, _, [x, y]| {
            d.trap_if(d.is_zero(y), TrapCode::INTEGER_DIVISION_BY_ZERO)?;
            one(d.urem(x, y))
        };
    /// Signed remainder with the sign of `x`; traps on zero.
    Srem srem (x: v T, y: v T) -> [T] by Operand(0), T INT_S; TRAP | IDEM; 20
        => |d, _, [x, y]| {
            d.trap_if(d.is_zero(y), TrapCode::INTEGER_DIVISION_BY_ZERO)?;
            one(srem(d, x, y))
        };
    /// Signed minimum.
    Smin smin (x: v T, y: v T) -> [T] by Operand(0), T INT_F; COMM
        => |d, _, [x, y]| one(d.ite(d.slt(x, y), x, y));
    /// Unsigned minimum.
    Umin umin (x: v T, y: v T) -> [T] by Operand(0), T INT_F; COMM
        => |d, _, [x, y]| one(d.ite(d.ult(x, y), x, y));
    /// Signed maximum.
    Smax smax (x: v T, y: v T) -> [T] by Operand(0), T INT_F; COMM
        => |d, _, [x, y]| one(d.ite(d.slt(x, y), y, x));
    /// Unsigned maximum.
    Umax umax (x: v T, y: v T) -> [T] by Operand(0), T INT_F; COMM
        => |d, _, [x, y]| one(d.ite(d.ult(x, y), y, x));
    /// Sum, and whether the unsigned sum did not fit.
    UaddOverflow uadd_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T INT_S; COMM
        => |d, _, [x, y]| { let s = d.add(x, y); with_flag(d, s, d.ult(s, x)) };
    /// Sum, and whether the signed sum did not fit.
    SaddOverflow sadd_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T INT_S; COMM
        => |d, _, [x, y]| { let s = d.add(x, y); with_flag(d, s, sadd_overflows(d, x, y, s)) };
    /// Difference, and whether it borrowed.
    UsubOverflow usub_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T INT_S; PURE
        => |d, _, [x, y]| with_flag(d, d.sub(x, y), d.ult(x, y));
    /// Difference, and whether the signed one did not fit.
    SsubOverflow ssub_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T INT_S; PURE
        => |d, _, [x, y]| { let s = d.sub(x, y); with_flag(d, s, ssub_overflows(d, x, y, s)) };
    /// Product, and whether the unsigned one did not fit.
    UmulOverflow umul_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T NARROW_INT; COMM
        => |d, _, [x, y]| with_flag(d, d.mul(x, y), d.is_nonzero(d.umulhi(x, y)));
    /// Product, and whether the signed one did not fit.
    SmulOverflow smul_overflow (x: v T, y: v T) -> [T i8] by Operand(0), T NARROW_INT; COMM
        => |d, _, [x, y]| {
            let p = d.mul(x, y);
            with_flag(d, p, d.not(d.eq(smulhi(d, x, y), sign_fill(d, p))))
        };
    /// Sum with carry in, and carry out.
    UaddOverflowCin uadd_overflow_cin (x: v T, y: v T, c: v i8) -> [T i8] by Operand(1), T INT_S; COMM
        => |d, _, [x, y, c]| { let (s, carry) = add_carry(d, x, y, c); with_flag(d, s, carry) };
    /// Sum with carry in, and signed overflow.
    SaddOverflowCin sadd_overflow_cin (x: v T, y: v T, c: v i8) -> [T i8] by Operand(1), T INT_S; COMM
        => |d, _, [x, y, c]| {
            let (s, _) = add_carry(d, x, y, c);
            with_flag(d, s, sadd_overflows(d, x, y, s))
        };
    /// Difference with borrow in, and borrow out.
    UsubOverflowBin usub_overflow_bin (x: v T, y: v T, b: v i8) -> [T i8] by Operand(1), T INT_S; PURE
        => |d, _, [x, y, c]| {
            let (s, borrow) = sub_borrow(d, x, y, c);
            with_flag(d, s, borrow)
        };
    /// Difference with borrow in, and signed overflow.
    SsubOverflowBin ssub_overflow_bin (x: v T, y: v T, b: v i8) -> [T i8] by Operand(1), T INT_S; PURE
        => |d, _, [x, y, c]| {
            let (s, _) = sub_borrow(d, x, y, c);
            with_flag(d, s, ssub_overflows(d, x, y, s))
        };
    /// Unsigned sum; traps with the code if it does not fit.
    UaddOverflowTrap uadd_overflow_trap (x: v T, y: v T, code: code) -> [T] by Operand(0), T ADDR; TRAP | IDEM | COMM
        => |d, c, [x, y]| { let s = d.add(x, y); d.trap_if(d.ult(s, x), c.trap())?; one(s) };
    /// Unsigned sum, clamped.
    UaddSat uadd_sat (x: v T, y: v T) -> [T] by Operand(0), T INT_V; COMM
        => |d, c, [x, y]| { let s = d.add(x, y); one(d.ite(d.ult(s, x), d.ones(c.width), s)) };
    /// Signed sum, clamped.
    SaddSat sadd_sat (x: v T, y: v T) -> [T] by Operand(0), T INT_V; COMM
        => |d, _, [x, y]| one(sadd_sat(d, x, y));
    /// Unsigned difference, clamped at zero.
    UsubSat usub_sat (x: v T, y: v T) -> [T] by Operand(0), T INT_V; PURE
        => |d, c, [x, y]| one(d.ite(d.ult(x, y), d.zero(c.width), d.sub(x, y)));
    /// Signed difference, clamped.
    SsubSat ssub_sat (x: v T, y: v T) -> [T] by Operand(0), T INT_V; PURE
        => |d, _, [x, y]| one(ssub_sat(d, x, y));
    /// Unsigned average, rounded up.
    AvgRound avg_round (x: v T, y: v T) -> [T] by Operand(0), T INT_V; COMM
        => |d, _, [x, y]| one(d.sub(d.or(x, y), d.lshr(d.xor(x, y), d.small(x, 1))));
    /// Fixed-point product, rounded and clamped.
    SqmulRoundSat sqmul_round_sat (x: v T, y: v T) -> [T] by Operand(0), T Q; COMM
        => |d, c, [x, y]| {
            let min = smin_value(d, c.width);
            one(d.ite(d.and(d.eq(x, min), d.eq(y, min)), d.not(min), fixed_mul(d, x, y)))
        };

    /// Bitwise and.
    Band band (x: v T, y: v T) -> [T] by Operand(0), T ANY_F; COMM
        => |d, _, [x, y]| one(d.and(x, y));
    /// Bitwise or.
    Bor bor (x: v T, y: v T) -> [T] by Operand(0), T ANY_F; COMM
        => |d, _, [x, y]| one(d.or(x, y));
    /// Bitwise exclusive or.
    Bxor bxor (x: v T, y: v T) -> [T] by Operand(0), T ANY_F; COMM
        => |d, _, [x, y]| one(d.xor(x, y));
    /// Bitwise complement.
    Bnot bnot (x: v T) -> [T] by Operand(0), T ANY_F; PURE; 3
        => |d, _, [x]| one(d.not(x));
    /// Rotation to the left by the amount modulo the lane width.
    Rotl rotl (x: v T, n: v U) -> [T] by Operand(0), T INT, U INT_S; PURE
        => |d, _, [x, n]| one(rotl(d, x, n));
    /// Rotation to the right by the amount modulo the lane width.
    Rotr rotr (x: v T, n: v U) -> [T] by Operand(0), T INT, U INT_S; PURE; 5
        => |d, _, [x, n]| one(rotr(d, x, n));
    /// Shift to the left by the amount modulo the lane width.
    Ishl ishl (x: v T, n: v U) -> [T] by Operand(0), T INT, U INT_S; PURE
        => |d, _, [x, n]| one(d.shl(x, amount(d, x, n)));
    /// Shift to the right with zeros by the amount modulo the lane width.
    Ushr ushr (x: v T, n: v U) -> [T] by Operand(0), T INT, U INT_S; PURE
        => |d, _, [x, n]| one(d.lshr(x, amount(d, x, n)));
    /// Shift to the right with the sign by the amount modulo the lane width.
    Sshr sshr (x: v T, n: v U) -> [T] by Operand(0), T INT, U INT_S; PURE
        => |d, _, [x, n]| one(d.ashr(x, amount(d, x, n)));
    /// The bits in reverse order.
    Bitrev bitrev (x: v T) -> [T] by Operand(0), T INT_S; PURE
        => |d, _, [x]| one(bitrev(d, x));
    /// Number of leading zeros.
    Clz clz (x: v T) -> [T] by Operand(0), T INT_S; PURE
        => |d, _, [x]| one(clz(d, x));
    /// Number of bits below the sign that equal it.
    Cls cls (x: v T) -> [T] by Operand(0), T INT_S; PURE
        => |d, _, [x]| one(cls(d, x));
    /// Number of trailing zeros.
    Ctz ctz (x: v T) -> [T] by Operand(0), T INT_S; PURE
        => |d, _, [x]| one(ctz(d, x));
    /// The bytes in reverse order.
    Bswap bswap (x: v T) -> [T] by Operand(0), T WIDE_INT; PURE
        => |d, _, [x]| one(bswap(d, x));
    /// Number of ones.
    Popcnt popcnt (x: v T) -> [T] by Operand(0), T INT; PURE
        => |d, _, [x]| one(popcnt(d, x));
    /// All ones if `x` is not zero, else zero.
    Bmask bmask (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U INT_S; PURE
        => |d, c, [x]| one(d.ite(d.is_zero(x), d.zero(c.width), d.ones(c.width)));

    /// Compares integers.
    Icmp icmp (cond: cc, x: v T, y: v T) -> [Bool] by Operand(0), T INT; PURE
        => |d, c, [x, y]| one(c.truth(d, icmp(d, c.cond(), x, y)));
    /// Compares floats.
    Fcmp fcmp (cond: fcc, x: v T, y: v T) -> [Bool] by Operand(0), T FLT; PURE
        => |d, c, [x, y]| one(c.truth(d, fcmp(d, c.fcond(), x, y)));
    /// `x` if `c` is not zero, else `y`.
    Select select (c: v U, x: v T, y: v T) -> [T] by Operand(1), T ANY_F, U INT_S; PURE; 6
        => |d, _, [c, x, y]| one(d.ite(d.is_zero(c), y, x));
    /// As `select`, but never lowered to a branch.
    SelectSpectreGuard select_spectre_guard (c: v U, x: v T, y: v T) -> [T] by Operand(1), T ANY_F, U INT_S; PURE
        => |d, _, [c, x, y]| one(d.ite(d.is_zero(c), y, x));
    /// Takes each bit from `x` where `c` has a one, else from `y`.
    Bitselect bitselect (c: v T, x: v T, y: v T) -> [T] by Operand(0), T ANY_F; PURE
        => |d, _, [c, x, y]| one(d.or(d.and(c, x), d.and(d.not(c), y)));
    /// Takes each lane from `x` where the top bit of `c`'s lane is set, else from `y`.
    Blendv blendv (c: v T, x: v T, y: v T) -> [T] by Operand(0), T ANY_F; PURE
        => |d, _, [c, x, y]| one(d.ite(d.sign(c), x, y));

    /// Extends with zeros to a wider type.
    Uextend uextend (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U INT_S; WIDENS; 2
        => |d, c, [x]| one(d.zext(x, c.width));
    /// Extends the sign to a wider type.
    Sextend sextend (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U INT_S; WIDENS; 2
        => |d, c, [x]| one(d.sext(x, c.width));
    /// Keeps the low bits.
    Ireduce ireduce (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U INT_S; NARROWS; 2
        => |d, c, [x]| one(d.trunc(x, c.width));
    /// Low and high half.
    Isplit isplit (x: v T) -> [Half Half] by Operand(0), T WIDE_INT; PURE
        => |d, c, [x]| { let h = c.width / 2; two(d.trunc(x, h), d.extract(x, h, h)) };
    /// Joins a low and a high half.
    Iconcat iconcat (lo: v T, hi: v T) -> [Double] by Operand(0), T NARROW_INT; PURE
        => |d, _, [lo, hi]| one(d.concat(hi, lo));
    /// The same bits as another type.
    Bitcast bitcast (ty: ty, flags: flags, x: v U) -> [T] by Suffix, T MEM, U MEM; KEEPS
        => |_, _, [x]| one(x);

    /// IEEE sum.
    Fadd fadd (x: v T, y: v T) -> [T] by Operand(0), T FLT; COMM | NANS
        => |d, c, [x, y]| one(d.float(FloatOp::Add, c.width, &[x, y])?);
    /// IEEE difference.
    Fsub fsub (x: v T, y: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x, y]| one(d.float(FloatOp::Sub, c.width, &[x, y])?);
    /// IEEE product.
    Fmul fmul (x: v T, y: v T) -> [T] by Operand(0), T FLT; COMM | NANS
        => |d, c, [x, y]| one(d.float(FloatOp::Mul, c.width, &[x, y])?);
    /// IEEE quotient.
    Fdiv fdiv (x: v T, y: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x, y]| one(d.float(FloatOp::Div, c.width, &[x, y])?);
    /// IEEE square root.
    Sqrt sqrt (x: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x]| one(d.float(FloatOp::Sqrt, c.width, &[x])?);
    /// `x * y + z`, rounded once.
    Fma fma (x: v T, y: v T, z: v T) -> [T] by Operand(1), T FLT; NANS
        => |d, c, [x, y, z]| one(d.float(FloatOp::Fma, c.width, &[x, y, z])?);
    /// The sign bit flipped.
    Fneg fneg (x: v T) -> [T] by Operand(0), T FLT; PURE
        => |d, c, [x]| one(d.xor(x, smin_value(d, c.width)));
    /// The sign bit cleared.
    Fabs fabs (x: v T) -> [T] by Operand(0), T FLT; PURE
        => |d, _, [x]| one(fabs(d, x));
    /// `x` with the sign of `y`.
    Fcopysign fcopysign (x: v T, y: v T) -> [T] by Operand(0), T FLT; PURE
        => |d, _, [x, y]| one(fcopysign(d, x, y));
    /// IEEE 754-2019 minimum: a NaN wins, -0 is below +0.
    Fmin fmin (x: v T, y: v T) -> [T] by Operand(0), T FLT; COMM | NANS
        => |d, _, [x, y]| one(fmin(d, x, y)?);
    /// IEEE 754-2019 maximum: a NaN wins, +0 is above -0.
    Fmax fmax (x: v T, y: v T) -> [T] by Operand(0), T FLT; COMM | NANS
        => |d, _, [x, y]| one(fmax(d, x, y)?);
    /// Rounds to integral, upwards.
    Ceil ceil (x: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x]| one(d.float(FloatOp::Ceil, c.width, &[x])?);
    /// Rounds to integral, downwards.
    Floor floor (x: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x]| one(d.float(FloatOp::Floor, c.width, &[x])?);
    /// Rounds to integral, towards zero.
    Trunc trunc (x: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x]| one(d.float(FloatOp::Trunc, c.width, &[x])?);
    /// Rounds to integral, ties to even.
    Nearest nearest (x: v T) -> [T] by Operand(0), T FLT; NANS
        => |d, c, [x]| one(d.float(FloatOp::Nearest, c.width, &[x])?);

    /// Converts to a wider float.
    Fpromote fpromote (ty: ty, x: v U) -> [T] by Suffix, T FLT_S, U FLT_S; NANS | WIDENS
        => |d, c, [x]| one(d.float(FloatOp::Convert, c.width, &[x])?);
    /// Converts to a narrower float.
    Fdemote fdemote (ty: ty, x: v U) -> [T] by Suffix, T FLT_S, U FLT_S; NANS | NARROWS
        => |d, c, [x]| one(d.float(FloatOp::Convert, c.width, &[x])?);
    /// Truncates to an unsigned integer; traps if it does not fit.
    FcvtToUint fcvt_to_uint (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U FLT_S; TRAP | IDEM
        => |d, c, [x]| one(float_to_int(d, c, false, x)?);
    /// Truncates to a signed integer; traps if it does not fit.
    FcvtToSint fcvt_to_sint (ty: ty, x: v U) -> [T] by Suffix, T INT_S, U FLT_S; TRAP | IDEM
        => |d, c, [x]| one(float_to_int(d, c, true, x)?);
    /// Truncates to an unsigned integer, clamped; a NaN gives zero.
    FcvtToUintSat fcvt_to_uint_sat (ty: ty, x: v U) -> [T] by Suffix, T INT_F, U FLT; PURE
        => |d, c, [x]| one(d.float(FloatOp::ToUintSat, c.width, &[x])?);
    /// Truncates to a signed integer, clamped; a NaN gives zero.
    FcvtToSintSat fcvt_to_sint_sat (ty: ty, x: v U) -> [T] by Suffix, T INT_F, U FLT; PURE
        => |d, c, [x]| one(d.float(FloatOp::ToSintSat, c.width, &[x])?);
    /// Converts an unsigned integer to a float.
    FcvtFromUint fcvt_from_uint (ty: ty, x: v U) -> [T] by Suffix, T FLT_F, U INT_F; PURE
        => |d, c, [x]| one(d.float(FloatOp::FromUint, c.width, &[x])?);
    /// Converts a signed integer to a float.
    FcvtFromSint fcvt_from_sint (ty: ty, x: v U) -> [T] by Suffix, T FLT_F, U INT_F; PURE
        => |d, c, [x]| one(d.float(FloatOp::FromSint, c.width, &[x])?);
    /// Promotes lanes 0 and 1.
    FvpromoteLow fvpromote_low (x: v f32x4) -> [f64x2] by None, T NONE; NANS
        => opaque;
    /// Demotes both lanes into lanes 0 and 1; the others are zero.
    Fvdemote fvdemote (x: v f64x2) -> [f32x4] by None, T NONE; NANS
        => opaque;

    /// The scalar in every lane.
    Splat splat (ty: ty, x: v Lane) -> [T] by Suffix, T VEC_D; PURE
        => opaque;
    /// The scalar in lane 0, zero in the others.
    ScalarToVector scalar_to_vector (ty: ty, x: v Lane) -> [T] by Suffix, T VEC_F; PURE
        => opaque;
    /// Replaces a lane.
    Insertlane insertlane (x: v T, y: v Lane, lane: lane) -> [T] by Operand(0), T VEC_D; PURE
        => opaque;
    /// Reads a lane.
    Extractlane extractlane (x: v T, lane: lane) -> [Lane] by Operand(0), T VEC_D; PURE
        => opaque;
    /// A part of a dynamic vector.
    ExtractVector extract_vector (x: v T, part: lane) -> [Fixed] by Operand(0), T DYN_V; PURE
        => opaque;
    /// Lane `i` is lane `s[i]` of `x`, or zero where there is none.
    Swizzle swizzle (x: v i8x16, s: v i8x16) -> [i8x16] by None, T NONE; PURE
        => opaque;
    /// Bytes of both vectors, chosen by a constant mask.
    Shuffle shuffle (x: v i8x16, y: v i8x16, mask: mask) -> [i8x16] by None, T NONE; PURE
        => opaque;
    /// Whether any bit is set.
    VanyTrue vany_true (x: v T) -> [i8] by Operand(0), T VEC_F; PURE
        => opaque;
    /// Whether every lane has a bit set.
    VallTrue vall_true (x: v T) -> [i8] by Operand(0), T VEC_F; PURE
        => opaque;
    /// The top bits of all lanes.
    VhighBits vhigh_bits (ty: ty, x: v U) -> [T] by Suffix, T NARROW_INT, U VEC_F; PURE
        => opaque;
    /// Signed lanes clamped to the signed half width, `x` below `y`.
    Snarrow snarrow (x: v T, y: v T) -> [Split] by Operand(0), T NARROWABLE; PURE
        => opaque;
    /// Signed lanes clamped to the unsigned half width, `x` below `y`.
    Unarrow unarrow (x: v T, y: v T) -> [Split] by Operand(0), T NARROWABLE; PURE
        => opaque;
    /// Unsigned lanes clamped to the unsigned half width, `x` below `y`.
    Uunarrow uunarrow (x: v T, y: v T) -> [Split] by Operand(0), T NARROWABLE; PURE
        => opaque;
    /// Extends the sign of the low half of the lanes.
    SwidenLow swiden_low (x: v T) -> [Merge] by Operand(0), T WIDENABLE; PURE
        => opaque;
    /// Extends the sign of the high half of the lanes.
    SwidenHigh swiden_high (x: v T) -> [Merge] by Operand(0), T WIDENABLE; PURE
        => opaque;
    /// Extends the low half of the lanes with zeros.
    UwidenLow uwiden_low (x: v T) -> [Merge] by Operand(0), T WIDENABLE; PURE
        => opaque;
    /// Extends the high half of the lanes with zeros.
    UwidenHigh uwiden_high (x: v T) -> [Merge] by Operand(0), T WIDENABLE; PURE
        => opaque;
    /// Sums of neighbouring lanes, those of `x` below those of `y`.
    IaddPairwise iadd_pairwise (x: v T, y: v T) -> [T] by Operand(0), T WIDENABLE; PURE
        => opaque;

    /// Lane `i` is zero if `s[i]` has its top bit set, else lane `s[i] & 15` of `x`.
    X86Pshufb x86_pshufb (x: v i8x16, s: v i8x16) -> [i8x16] by None, T NONE; PURE
        => opaque;
    /// Fixed-point product, rounded, wrapping for the two minima.
    X86Pmulhrsw x86_pmulhrsw (x: v T, y: v T) -> [T] by Operand(0), T Q; PURE
        => |d, _, [x, y]| one(fixed_mul(d, x, y));
    /// Clamped sums of neighbouring products of signed `x` and unsigned `y`.
    X86Pmaddubsw x86_pmaddubsw (x: v i8x16, y: v i8x16) -> [i16x8] by None, T NONE; PURE
        => opaque;
    /// Truncates; what does not fit gives the minimum.
    X86Cvtt2dq x86_cvtt2dq (ty: ty, x: v U) -> [T] by Suffix, T INT_F, U FLT; PURE
        => |d, c, [x]| one(float_to_int_or_min(d, c, x)?);
}
} } }
pub(crate) use opcode_table;

macro_rules! define_opcodes {
    ($($section:ident { $(#[doc = $doc:literal] $variant:ident $method:ident
        ($($name:ident : $kind:ident $($ty:ident)?),*) -> [$($result:ident)*]
        by $control:ident $(($operand:literal))?, T $t:ident $(, U $u:ident)?;
        $effects:expr $(; $weight:literal)?
        => $meaning:expr;)* })*) => {
        /// An operation of the IR.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Opcode { $($(#[doc = $doc] $variant,)*)* }

        impl Opcode {
            /// All opcodes, in the order of the table.
            pub const ALL: &'static [Opcode] = &[$($(Opcode::$variant,)*)*];
        }

        static INFO: &[OpcodeInfo] = &[$($({
            const OPERANDS: &[OperandKind] = &[$(kind!($kind $($ty)?)),*];
            OpcodeInfo {
                name: text_name(stringify!($method)),
                doc: trim_doc($doc),
                all_operands: OPERANDS,
                operand_names: &[$(stringify!($name)),*],
                results: &[$(type_expr!($result)),*],
                control: Control::$control $(($operand))?,
                t: TypeSet::$t,
                u: { #[allow(unused_mut, unused_assignments)] { let mut u = TypeSet::NONE; $(u = TypeSet::$u;)? u } },
                effects: $effects,
                weight: {
                    #[allow(unused_mut, unused_assignments)]
                    {
                        let mut weight = 4;
                        $(weight = $weight;)?
                        weight
                    }
                },
                fixed_values: count_fixed(OPERANDS),
                has_list: has_list(OPERANDS),
            }
        },)*)*];
    };
}
opcode_table!(define_opcodes);

impl Opcode {
    /// The row of the table.
    #[inline]
    pub fn info(self) -> &'static OpcodeInfo {
        &INFO[self as usize]
    }

    /// The opcode of this name in the text language.
    pub fn from_name(name: &str) -> Option<Opcode> {
        Self::ALL.iter().copied().find(|op| op.info().name == name)
    }

    /// All opcodes.
    pub fn all() -> &'static [Opcode] {
        Self::ALL
    }

    /// Whether a collector may run there: calls that return.
    pub fn is_safepoint(self) -> bool {
        self.is_call() && !self.is_return()
    }

    #[inline]
    fn has(self, effect: u16) -> bool {
        self.info().effects & effect != 0
    }

    /// Whether it ends its block.
    #[inline]
    pub fn is_terminator(self) -> bool {
        self.has(TERM)
    }

    /// Whether it branches to blocks of its function.
    #[inline]
    pub fn is_branch(self) -> bool {
        self.has(BRANCH)
    }

    /// Whether it calls a function.
    #[inline]
    pub fn is_call(self) -> bool {
        self.has(CALL)
    }

    /// Whether it leaves the function.
    #[inline]
    pub fn is_return(self) -> bool {
        self.has(RET)
    }

    /// Whether it can read memory.
    #[inline]
    pub fn can_load(self) -> bool {
        self.has(LOAD)
    }

    /// Whether it can write memory.
    #[inline]
    pub fn can_store(self) -> bool {
        self.has(STORE)
    }

    /// Whether it can trap; whether a load or store can depends on its memory flags.
    #[inline]
    pub fn can_trap(self) -> bool {
        self.has(TRAP)
    }

    /// Whether it has an effect that no other predicate names.
    #[inline]
    pub fn other_side_effects(self) -> bool {
        self.has(OTHER)
    }

    /// Whether a second identical execution, dominated by a first, has no effect.
    #[inline]
    pub fn side_effects_idempotent(self) -> bool {
        self.has(IDEM)
    }

    /// Whether the two first value operands may be swapped.
    #[inline]
    pub fn is_commutative(self) -> bool {
        self.has(COMM)
    }

    /// Whether it computes a float: the bits of a NaN among its results are the machine's choice.
    #[inline]
    pub fn makes_nans(self) -> bool {
        self.has(NANS)
    }

    /// Whether it has any effect: an instruction without one may go when its results are unused.
    /// Loads count as effects here; see [`InstructionData::is_pure_load`].
    ///
    /// [`InstructionData::is_pure_load`]: super::InstructionData::is_pure_load
    #[inline]
    pub fn has_side_effects(self) -> bool {
        self.has(TERM | BRANCH | CALL | RET | LOAD | STORE | TRAP | OTHER)
    }

    /// Whether its controlling type is written or derived from an operand.
    #[inline]
    pub fn is_polymorphic(self) -> bool {
        self.info().is_polymorphic()
    }
}

impl core::fmt::Display for Opcode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.info().name)
    }
}

impl core::str::FromStr for Opcode {
    type Err = &'static str;

    fn from_str(s: &str) -> Result<Opcode, &'static str> {
        Opcode::from_name(s).ok_or("Unknown opcode")
    }
}
