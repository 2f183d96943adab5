//! The uniform instruction: 20 bytes, whatever the opcode.
//!
//! Which of the fields an instruction uses follows from the operand column of its opcode; the
//! table is at [`InstructionData`]. Everything that does not fit (argument lists, block calls,
//! jump and exception tables) is kept in pools of the data-flow graph and named by index.

use super::entities::{
    Block, Constant, DynamicStackSlot, ExceptionTable, FuncRef, GlobalValue, Immediate, JumpTable,
    SigRef, StackSlot, Value,
};
use super::opcodes::OperandKind;
use super::types::Type;
use super::{
    AtomicRmwOp, FloatCC, Ieee16, Ieee32, Ieee64, Imm64, IntCC, MemFlags, Offset32, Opcode,
    TrapCode, Uimm8,
};
use crate::entity::{EntityList, EntityRef, ListPool};

/// A pool of value lists.
pub type ValueListPool = ListPool<Value>;
/// A list of values in a pool.
pub type ValueList = EntityList<Value>;

/// An instruction without its results.
///
/// | operand | field |
/// |---|---|
/// | fixed values | `args[0..n]` |
/// | lane, condition, trap code, `atomic_rmw` operation | `aux` |
/// | memory flags, pool constant, global, dynamic slot, shuffle mask | `extra` |
/// | list of values | `extra`: handle of the list |
/// | offset | `args[2]`, as bits |
/// | integer or float immediate | `args[1]` low half, `args[2]` high half, as bits |
/// | stack slot, block, exception table | `args[1]`, as bits |
/// | function, signature, edge number | `args[2]`, as bits |
/// | block calls of `jump`, `brif` | `extra`: index of the first in `dfg.insts.block_calls` |
/// | table of `br_table` | `extra` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstructionData {
    /// The operation.
    pub opcode: Opcode,
    /// A small immediate.
    pub aux: u8,
    /// The controlling type, `INVALID` where there is none.
    pub ctrl_type: Type,
    /// Value operands, then immediates.
    pub args: [Value; 3],
    /// Memory flags or an index.
    pub extra: u32,
}

/// An entity number that is no entity: fills unused fields, so that equal instructions are equal.
const UNUSED: u32 = 0;

#[inline]
fn word(value: Value) -> u32 {
    value.as_bits()
}

#[inline]
fn as_value(bits: u32) -> Value {
    Value::from_bits(bits)
}

impl InstructionData {
    /// An instruction whose operands are still to be filled in.
    #[inline]
    pub fn new(opcode: Opcode, ctrl_type: Type) -> Self {
        Self { opcode, aux: 0, ctrl_type, args: [as_value(UNUSED); 3], extra: UNUSED }
    }

    /// An integer constant of type `ty`; bits beyond the type are dropped.
    #[inline]
    pub fn iconst(ty: Type, bits: u64) -> Self {
        let mut data = Self::new(Opcode::Iconst, ty);
        let width = ty.bits();
        data.set_imm64(if width < 64 { bits & ((1 << width) - 1) } else { bits });
        data
    }

    /// A unary operation.
    #[inline]
    pub fn unary(opcode: Opcode, ctrl_type: Type, x: Value) -> Self {
        let mut data = Self::new(opcode, ctrl_type);
        data.args[0] = x;
        data
    }

    /// A binary operation.
    #[inline]
    pub fn binary(opcode: Opcode, ctrl_type: Type, x: Value, y: Value) -> Self {
        let mut data = Self::new(opcode, ctrl_type);
        data.args[0] = x;
        data.args[1] = y;
        data
    }

    /// A ternary operation.
    #[inline]
    pub fn ternary(opcode: Opcode, ctrl_type: Type, x: Value, y: Value, z: Value) -> Self {
        let mut data = Self::new(opcode, ctrl_type);
        data.args = [x, y, z];
        data
    }

    /// An integer comparison of values of type `ty`.
    #[inline]
    pub fn icmp(cond: IntCC, ty: Type, x: Value, y: Value) -> Self {
        let mut data = Self::binary(Opcode::Icmp, ty, x, y);
        data.aux = cond as u8;
        data
    }

    /// The operation.
    #[inline]
    pub fn opcode(&self) -> Opcode {
        self.opcode
    }

    /// The controlling type, where it is part of the instruction's meaning.
    #[inline]
    pub fn ctrl_typevar(&self) -> Type {
        self.ctrl_type
    }

    /// The value operands that stand in the instruction itself (not those of lists).
    #[inline]
    pub fn fixed_args(&self) -> &[Value] {
        &self.args[..self.opcode.info().fixed_values as usize]
    }

    /// As [`Self::fixed_args`], to write.
    #[inline]
    pub fn fixed_args_mut(&mut self) -> &mut [Value] {
        &mut self.args[..self.opcode.info().fixed_values as usize]
    }

    /// The list of values, empty for opcodes without one.
    #[inline]
    pub fn value_list(&self) -> ValueList {
        if self.opcode.info().has_list {
            ValueList::from_bits(self.extra)
        } else {
            ValueList::default()
        }
    }

    /// Sets the list of values.
    #[inline]
    pub fn set_value_list(&mut self, list: ValueList) {
        self.extra = list.as_bits();
    }

    /// The value operands: those in the instruction, or those of its list (an indirect callee is
    /// the first of its list).
    #[inline]
    pub fn arguments<'a>(&'a self, pool: &'a ValueListPool) -> &'a [Value] {
        let info = self.opcode.info();
        if info.has_list {
            ValueList::from_bits(self.extra).as_slice(pool)
        } else {
            &self.args[..info.fixed_values as usize]
        }
    }

    /// The bits of the integer or float immediate.
    #[inline]
    pub fn imm_bits(&self) -> u64 {
        u64::from(word(self.args[1])) | u64::from(word(self.args[2])) << 32
    }

    /// Sets the bits of the integer or float immediate.
    #[inline]
    pub fn set_imm64(&mut self, bits: u64) {
        self.args[1] = as_value(bits as u32);
        self.args[2] = as_value((bits >> 32) as u32);
    }

    /// The immediate of an `iconst`, zero-extended from its type.
    #[inline]
    pub fn imm64(&self) -> Imm64 {
        Imm64::new(self.imm_bits() as i64)
    }

    /// The immediate of an `iconst` as a signed number of its type.
    #[inline]
    pub fn signed_imm(&self) -> i64 {
        let unused = 64 - self.ctrl_type.bits().min(64);
        ((self.imm_bits() << unused) as i64) >> unused
    }

    /// The immediate of an `f16const`.
    #[inline]
    pub fn ieee16(&self) -> Ieee16 {
        Ieee16::with_bits(self.imm_bits() as u16)
    }

    /// The immediate of an `f32const`.
    #[inline]
    pub fn ieee32(&self) -> Ieee32 {
        Ieee32::with_bits(self.imm_bits() as u32)
    }

    /// The immediate of an `f64const`.
    #[inline]
    pub fn ieee64(&self) -> Ieee64 {
        Ieee64::with_bits(self.imm_bits())
    }

    /// The condition of an `icmp`.
    #[inline]
    pub fn cond(&self) -> IntCC {
        IntCC::ALL[self.aux as usize]
    }

    /// The condition of an `fcmp`.
    #[inline]
    pub fn fcond(&self) -> FloatCC {
        FloatCC::ALL[self.aux as usize]
    }

    /// The condition, if this is an `icmp`.
    #[inline]
    pub fn cond_code(&self) -> Option<IntCC> {
        (self.opcode == Opcode::Icmp).then(|| self.cond())
    }

    /// The condition, if this is an `fcmp`.
    #[inline]
    pub fn fp_cond_code(&self) -> Option<FloatCC> {
        (self.opcode == Opcode::Fcmp).then(|| self.fcond())
    }

    /// The operation of an `atomic_rmw`.
    #[inline]
    pub fn atomic_op(&self) -> AtomicRmwOp {
        AtomicRmwOp::ALL[self.aux as usize]
    }

    /// The lane number.
    #[inline]
    pub fn lane(&self) -> Uimm8 {
        self.aux
    }

    /// The trap code, if the opcode has one as operand.
    #[inline]
    pub fn trap_code(&self) -> Option<TrapCode> {
        let operands = self.opcode.info().operands();
        if operands.last() == Some(&OperandKind::TrapCode) {
            core::num::NonZeroU8::new(self.aux).map(TrapCode::from_raw)
        } else {
            None
        }
    }

    /// The memory flags (or those of a `bitcast`).
    #[inline]
    pub fn mem_flags(&self) -> MemFlags {
        MemFlags::from_bits(self.extra)
    }

    /// Sets the memory flags.
    #[inline]
    pub fn set_mem_flags(&mut self, flags: MemFlags) {
        self.extra = flags.to_bits();
    }

    /// The memory flags, if the opcode has them.
    #[inline]
    pub fn memflags(&self) -> Option<MemFlags> {
        let has = self.opcode.info().operands().first() == Some(&OperandKind::MemFlags);
        has.then(|| self.mem_flags())
    }

    /// The offset of a memory access or stack address, in bytes.
    #[inline]
    pub fn offset(&self) -> i32 {
        word(self.args[2]) as i32
    }

    /// Sets the offset.
    #[inline]
    pub fn set_offset(&mut self, offset: i32) {
        self.args[2] = as_value(offset as u32);
    }

    /// The address and offset of a load or store.
    pub fn load_store_offset(&self) -> Option<i32> {
        let has = self.opcode.info().operands().contains(&OperandKind::Offset);
        has.then(|| self.offset())
    }

    /// The stack slot of a `stack_addr`.
    #[inline]
    pub fn stack_slot(&self) -> StackSlot {
        StackSlot::new(word(self.args[1]) as usize)
    }

    /// The slot of a `dynamic_stack_addr`.
    #[inline]
    pub fn dynamic_stack_slot(&self) -> DynamicStackSlot {
        DynamicStackSlot::new(self.extra as usize)
    }

    /// The global of a `symbol_value` or `tls_value`.
    #[inline]
    pub fn global_value(&self) -> GlobalValue {
        GlobalValue::new(self.extra as usize)
    }

    /// The pool constant of a `vconst` or `f128const`.
    #[inline]
    pub fn constant(&self) -> Constant {
        Constant::new(self.extra as usize)
    }

    /// The mask of a `shuffle`.
    #[inline]
    pub fn immediate(&self) -> Immediate {
        Immediate::new(self.extra as usize)
    }

    /// The callee of a direct call or the function of a `func_addr`.
    #[inline]
    pub fn func_ref(&self) -> FuncRef {
        FuncRef::new(word(self.args[2]) as usize)
    }

    /// The signature of an indirect call.
    #[inline]
    pub fn sig_ref(&self) -> SigRef {
        SigRef::new(word(self.args[2]) as usize)
    }

    /// The table of a `br_table`.
    #[inline]
    pub fn jump_table(&self) -> JumpTable {
        JumpTable::new(self.extra as usize)
    }

    /// The exception table of a `try_call`.
    #[inline]
    pub fn exception_table_ref(&self) -> ExceptionTable {
        ExceptionTable::new(word(self.args[1]) as usize)
    }

    /// The exception table, if this is a `try_call`.
    #[inline]
    pub fn exception_table(&self) -> Option<ExceptionTable> {
        matches!(self.opcode, Opcode::TryCall | Opcode::TryCallIndirect)
            .then(|| self.exception_table_ref())
    }

    /// The block of a `get_exception_handler_address`.
    #[inline]
    pub fn handler_block(&self) -> Block {
        Block::new(word(self.args[1]) as usize)
    }

    /// The edge number of a `get_exception_handler_address`.
    #[inline]
    pub fn edge_index(&self) -> i32 {
        word(self.args[2]) as i32
    }

    /// Whether this is a load that may be moved, merged and removed like a pure operation:
    /// `load` with `readonly`, `notrap` and `can_move`.
    #[inline]
    pub fn is_pure_load(&self) -> bool {
        self.opcode == Opcode::Load && {
            let flags = self.mem_flags();
            flags.readonly() && flags.notrap() && flags.can_move()
        }
    }

    /// Whether the instruction may be dropped when its results are unused.
    #[inline]
    pub fn is_removable(&self) -> bool {
        use super::opcodes::effects::{BRANCH, CALL, OTHER, RET, STORE, TERM, TRAP};
        let effects = self.opcode.info().effects;
        if effects & (TERM | BRANCH | CALL | RET | STORE | TRAP | OTHER) != 0 {
            return self.opcode == Opcode::GetPinnedReg;
        }
        !self.opcode.can_load() || self.mem_flags().notrap()
    }

    /// The signature or function that a call needs.
    pub fn analyze_call(&self, pool: &ValueListPool) -> CallInfo<'_> {
        let _ = pool;
        match self.opcode {
            Opcode::Call | Opcode::ReturnCall => CallInfo::Direct(self.func_ref(), self),
            Opcode::CallIndirect | Opcode::ReturnCallIndirect => {
                CallInfo::Indirect(self.sig_ref(), self)
            }
            Opcode::TryCall => CallInfo::Direct(self.func_ref(), self),
            Opcode::TryCallIndirect => CallInfo::Try(self.exception_table_ref(), self),
            _ => CallInfo::NotACall,
        }
    }

    /// The pool entries of the immediates that the operand column names.
    pub(crate) fn put(&mut self, kind: OperandKind, bits: u32) {
        match kind {
            OperandKind::Lane
            | OperandKind::IntCC
            | OperandKind::FloatCC
            | OperandKind::TrapCode
            | OperandKind::RmwOp => self.aux = bits as u8,
            OperandKind::Offset
            | OperandKind::FuncRef
            | OperandKind::SigRef
            | OperandKind::EdgeIndex => self.args[2] = as_value(bits),
            OperandKind::StackSlot | OperandKind::Block | OperandKind::ExceptionTable => {
                self.args[1] = as_value(bits)
            }
            OperandKind::MemFlags
            | OperandKind::Constant
            | OperandKind::Mask
            | OperandKind::GlobalValue
            | OperandKind::DynamicStackSlot
            | OperandKind::Values
            | OperandKind::BlockCall
            | OperandKind::JumpTable => self.extra = bits,
            OperandKind::CtrlType
            | OperandKind::Value(_)
            | OperandKind::Imm64
            | OperandKind::Ieee16
            | OperandKind::Ieee32
            | OperandKind::Ieee64 => unreachable!("{kind:?} is not a 32-bit field"),
        }
    }

    /// Sets a one-word operand by its kind: the reader fills instructions from the operand column.
    pub fn set_operand(&mut self, kind: OperandKind, bits: u32) {
        self.put(kind, bits);
    }
}

/// What a call instruction calls.
#[derive(Clone, Copy, Debug)]
pub enum CallInfo<'a> {
    /// Not a call.
    NotACall,
    /// A declared function.
    Direct(FuncRef, &'a InstructionData),
    /// An address, with this signature; the address is the first value of the list.
    Indirect(SigRef, &'a InstructionData),
    /// An address, with the signature of this exception table.
    Try(ExceptionTable, &'a InstructionData),
}

/// A builder argument that knows its place in an instruction.
pub(crate) trait Operand {
    /// Stores the argument; `slot` is the number of the next value operand.
    fn store(self, data: &mut InstructionData, slot: &mut usize);
}

impl Operand for Value {
    #[inline]
    fn store(self, data: &mut InstructionData, slot: &mut usize) {
        data.args[*slot] = self;
        *slot += 1;
    }
}

impl Operand for ValueList {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        data.set_value_list(self);
    }
}

impl Operand for Type {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        data.ctrl_type = self;
    }
}

impl Operand for Imm64 {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        let width = data.ctrl_type.bits();
        let bits = self.bits() as u64;
        data.set_imm64(if width < 64 { bits & ((1 << width) - 1) } else { bits });
    }
}

impl Operand for Ieee16 {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        data.set_imm64(u64::from(self.bits()));
    }
}

impl Operand for Ieee32 {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        data.set_imm64(u64::from(self.bits()));
    }
}

impl Operand for Ieee64 {
    #[inline]
    fn store(self, data: &mut InstructionData, _slot: &mut usize) {
        data.set_imm64(self.bits());
    }
}

macro_rules! word_operands {
    ($($ty:ty, $self:ident => $kind:ident $bits:expr;)*) => { $(
        impl Operand for $ty {
            #[inline]
            fn store($self, data: &mut InstructionData, _slot: &mut usize) {
                data.put(OperandKind::$kind, $bits);
            }
        }
    )* };
}

word_operands! {
    IntCC, self => IntCC self as u32;
    FloatCC, self => FloatCC self as u32;
    AtomicRmwOp, self => RmwOp self as u32;
    TrapCode, self => TrapCode u32::from(self.as_raw().get());
    Uimm8, self => Lane u32::from(self);
    MemFlags, self => MemFlags self.to_bits();
    Offset32, self => Offset i32::from(self) as u32;
    StackSlot, self => StackSlot self.as_u32();
    DynamicStackSlot, self => DynamicStackSlot self.as_u32();
    GlobalValue, self => GlobalValue self.as_u32();
    Constant, self => Constant self.as_u32();
    Immediate, self => Mask self.as_u32();
    FuncRef, self => FuncRef self.as_u32();
    SigRef, self => SigRef self.as_u32();
    Block, self => Block self.as_u32();
    EdgeIndex, self => EdgeIndex self.0 as u32;
}

/// The number of an exceptional edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeIndex(pub i32);

impl From<i32> for EdgeIndex {
    fn from(n: i32) -> Self {
        EdgeIndex(n)
    }
}

impl From<Imm64> for EdgeIndex {
    fn from(n: Imm64) -> Self {
        EdgeIndex(n.bits().clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }
}

/// An argument of a block call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BlockArg {
    /// An SSA value.
    Value(Value),
    /// A return value of the `try_call` (only in its normal target).
    TryCallRet(u32),
    /// A payload word of the exception (only in its handlers).
    TryCallExn(u32),
}

const RET_TAG: u32 = 0x8000_0000;
const EXN_TAG: u32 = 0xc000_0000;
const TAG_MASK: u32 = 0xc000_0000;

impl BlockArg {
    /// Packs the argument into a value list.
    #[inline]
    pub(crate) fn encode(self) -> Value {
        match self {
            BlockArg::Value(v) => v,
            BlockArg::TryCallRet(n) => as_value(RET_TAG | n & !TAG_MASK),
            BlockArg::TryCallExn(n) => as_value(EXN_TAG | n & !TAG_MASK),
        }
    }

    /// Unpacks an argument from a value list.
    #[inline]
    pub(crate) fn decode(value: Value) -> Self {
        let bits = word(value);
        match bits & TAG_MASK {
            RET_TAG => BlockArg::TryCallRet(bits & !TAG_MASK),
            EXN_TAG => BlockArg::TryCallExn(bits & !TAG_MASK),
            _ => BlockArg::Value(value),
        }
    }

    /// The argument with its SSA value changed, if it is one.
    pub fn map_value<F: FnMut(Value) -> Value>(&self, mut change: F) -> Self {
        match *self {
            BlockArg::Value(v) => BlockArg::Value(change(v)),
            other => other,
        }
    }

    /// The SSA value, if it is one.
    #[inline]
    pub fn as_value(&self) -> Option<Value> {
        match *self {
            BlockArg::Value(v) => Some(v),
            _ => None,
        }
    }
}

impl From<Value> for BlockArg {
    #[inline]
    fn from(value: Value) -> Self {
        BlockArg::Value(value)
    }
}

impl core::fmt::Display for BlockArg {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BlockArg::Value(v) => write!(f, "{v}"),
            BlockArg::TryCallRet(n) => write!(f, "ret{n}"),
            BlockArg::TryCallExn(n) => write!(f, "exn{n}"),
        }
    }
}

/// A branch target with its arguments. The arguments live in the pool of value lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockCall {
    block: Block,
    list: ValueList,
}

impl BlockCall {
    /// A call of `block`.
    pub fn new(
        block: Block,
        args: impl IntoIterator<Item = BlockArg>,
        pool: &mut ValueListPool,
    ) -> Self {
        let mut list = ValueList::default();
        list.extend(args.into_iter().map(BlockArg::encode), pool);
        Self { block, list }
    }

    /// The target.
    #[inline]
    pub fn target(&self) -> Block {
        self.block
    }

    /// Changes the target.
    #[inline]
    pub fn set_target(&mut self, block: Block) {
        self.block = block;
    }

    /// The target. The pool is for callers who know calls that keep their block there.
    #[inline]
    pub fn block(&self, _pool: &ValueListPool) -> Block {
        self.block
    }

    /// Changes the target; the pool as with [`Self::block`].
    #[inline]
    pub fn set_block(&mut self, block: Block, _pool: &mut ValueListPool) {
        self.block = block;
    }

    /// The arguments.
    #[inline]
    pub fn args<'a>(
        &self,
        pool: &'a ValueListPool,
    ) -> impl ExactSizeIterator<Item = BlockArg> + DoubleEndedIterator<Item = BlockArg> + use<'a>
    {
        self.list.as_slice(pool).iter().map(|&v| BlockArg::decode(v))
    }

    /// The arguments as they are stored: plain values, but for those of a `try_call`'s targets.
    #[inline]
    pub fn raw_args<'a>(&self, pool: &'a ValueListPool) -> &'a [Value] {
        self.list.as_slice(pool)
    }

    /// As [`Self::raw_args`], to write.
    #[inline]
    pub fn raw_args_mut<'a>(&self, pool: &'a mut ValueListPool) -> &'a mut [Value] {
        self.list.as_mut_slice(pool)
    }

    /// The number of arguments.
    #[inline]
    pub fn len(&self, pool: &ValueListPool) -> usize {
        self.list.len(pool)
    }

    /// Whether there are no arguments.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds an argument.
    #[inline]
    pub fn append_argument(&mut self, arg: impl Into<BlockArg>, pool: &mut ValueListPool) {
        self.list.push(arg.into().encode(), pool);
    }

    /// Removes all arguments.
    #[inline]
    pub fn clear(&mut self, pool: &mut ValueListPool) {
        self.list.clear(pool);
    }

    /// Keeps the arguments for whose number `keep` holds, in order.
    pub fn retain_args(&mut self, pool: &mut ValueListPool, mut keep: impl FnMut(usize) -> bool) {
        let args = self.list.as_mut_slice(pool);
        let mut kept = 0;
        for n in 0..args.len() {
            if keep(n) {
                args[kept] = args[n];
                kept += 1;
            }
        }
        self.list.truncate(kept, pool);
    }

    /// Removes the argument at `index`, keeping the order of the others.
    pub fn remove(&mut self, index: usize, pool: &mut ValueListPool) {
        self.list.remove(index, pool);
    }

    /// Changes every SSA value among the arguments.
    pub fn map_values(&self, pool: &mut ValueListPool, mut change: impl FnMut(Value) -> Value) {
        for slot in self.list.as_mut_slice(pool) {
            if let BlockArg::Value(v) = BlockArg::decode(*slot) {
                *slot = change(v);
            }
        }
    }

    /// Changes every argument.
    pub fn update_args<F: FnMut(BlockArg) -> BlockArg>(
        &mut self,
        pool: &mut ValueListPool,
        mut change: F,
    ) {
        for slot in self.list.as_mut_slice(pool) {
            *slot = change(BlockArg::decode(*slot)).encode();
        }
    }

    /// Adds arguments.
    pub fn extend<I, T>(&mut self, args: I, pool: &mut ValueListPool)
    where
        I: IntoIterator<Item = T>,
        T: Into<BlockArg>,
    {
        self.list.extend(args.into_iter().map(|arg| arg.into().encode()), pool);
    }

    /// The same call with a list of its own.
    pub fn deep_clone(&self, pool: &mut ValueListPool) -> Self {
        Self { block: self.block, list: self.list.deep_clone(pool) }
    }

    /// The call as text.
    pub fn display<'a>(&self, pool: &'a ValueListPool) -> DisplayBlockCall<'a> {
        DisplayBlockCall { block: self.block, args: self.list.as_slice(pool) }
    }
}

/// A block call as text.
#[derive(Clone, Copy, Debug)]
pub struct DisplayBlockCall<'a> {
    block: Block,
    args: &'a [Value],
}

impl core::fmt::Display for DisplayBlockCall<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.block)?;
        for (n, &arg) in self.args.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "(" } else { ", " }, BlockArg::decode(arg))?;
        }
        f.write_str(if self.args.is_empty() { "" } else { ")" })
    }
}
