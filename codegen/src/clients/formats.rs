//! Instructions by format, as clients match on them.
//!
//! An instruction is stored in one shape ([`crate::ir::InstructionData`]), which the compiler reads by
//! `dfg[inst]`. Clients read `dfg.insts[inst]`, an enum with a variant for each shape of operands.
//! The enum is made when a client asks for it, and kept so that a reference to it can be lent; the
//! compiler itself never asks. A kept enum is compared with the stored instruction before it is
//! lent again, so that `dfg.insts[inst]` is always what the instruction is at that time.

use core::ops::Index;
use std::sync::OnceLock;

use crate::entity::EntityRef;
use crate::ir::instructions::InstructionData as Stored;
use crate::ir::opcodes::{Control, OperandKind as Kind};
use crate::ir::{
    AtomicRmwOp, Block, BlockCall, Constant, DynamicStackSlot, ExceptionTable, ExceptionTables,
    FloatCC, FuncRef, GlobalValue, Ieee16, Ieee32, Ieee64, Imm64, Immediate, Inst, Insts, IntCC,
    JumpTable, JumpTables, MemFlags, Offset32, Opcode, SigRef, StackSlot, TrapCode, Uimm8, Value,
    ValueList, ValueListPool, types,
};

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty),* }),* $(,)?) => {
        /// An instruction without its results, by the shape of its operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the fields of all variants are named alike")]
        pub enum InstructionData {
            $($(#[$doc])* $name { opcode: Opcode, $($field: $ty),* }),*
        }

        /// The shape of an instruction's operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum InstructionFormat {
            $($(#[$doc])* $name),*
        }

        impl InstructionData {
            /// The operation.
            pub fn opcode(&self) -> Opcode {
                match *self {
                    $(Self::$name { opcode, .. } => opcode),*
                }
            }
        }

        impl From<&InstructionData> for InstructionFormat {
            fn from(data: &InstructionData) -> Self {
                match data {
                    $(InstructionData::$name { .. } => Self::$name),*
                }
            }
        }
    };
}

formats! {
    /// `atomic_cas`.
    AtomicCas { args: [Value; 3], flags: MemFlags },
    /// `atomic_rmw`.
    AtomicRmw { args: [Value; 2], flags: MemFlags, op: AtomicRmwOp },
    /// Two values.
    Binary { args: [Value; 2] },
    /// A value and an integer; no opcode has this shape now.
    BinaryImm64 { arg: Value, imm: Imm64 },
    /// A value and a lane.
    BinaryImm8 { arg: Value, imm: Uimm8 },
    /// `br_table`.
    BranchTable { arg: Value, table: JumpTable },
    /// `brif`.
    Brif { arg: Value, blocks: [BlockCall; 2] },
    /// A call of a declared function.
    Call { args: ValueList, func_ref: FuncRef },
    /// A call of an address, which is the first argument.
    CallIndirect { args: ValueList, sig_ref: SigRef },
    /// A trap under a condition.
    CondTrap { arg: Value, code: TrapCode },
    /// The address of a dynamic stack slot.
    DynamicStackLoad { dynamic_stack_slot: DynamicStackSlot },
    /// No opcode has this shape now.
    DynamicStackStore { arg: Value, dynamic_stack_slot: DynamicStackSlot },
    /// `get_exception_handler_address`.
    ExceptionHandlerAddress { block: Block, imm: Imm64 },
    /// `fcmp`.
    FloatCompare { args: [Value; 2], cond: FloatCC },
    /// `func_addr`.
    FuncAddr { func_ref: FuncRef },
    /// An addition that traps.
    IntAddTrap { args: [Value; 2], code: TrapCode },
    /// `icmp`.
    IntCompare { args: [Value; 2], cond: IntCC },
    /// No opcode has this shape now.
    IntCompareImm { arg: Value, cond: IntCC, imm: Imm64 },
    /// `jump`.
    Jump { destination: BlockCall },
    /// A load.
    Load { arg: Value, flags: MemFlags, offset: Offset32 },
    /// Memory flags and a value.
    LoadNoOffset { arg: Value, flags: MemFlags },
    /// Any number of values.
    MultiAry { args: ValueList },
    /// No operands.
    NullAry {},
    /// `shuffle`.
    Shuffle { args: [Value; 2], imm: Immediate },
    /// The address of a stack slot.
    StackLoad { stack_slot: StackSlot, offset: Offset32 },
    /// No opcode has this shape now.
    StackStore { arg: Value, stack_slot: StackSlot, offset: Offset32 },
    /// A store: the value, then the address.
    Store { args: [Value; 2], flags: MemFlags, offset: Offset32 },
    /// A store without offset: the value, then the address.
    StoreNoOffset { args: [Value; 2], flags: MemFlags },
    /// Three values.
    Ternary { args: [Value; 3] },
    /// Two values and a lane.
    TernaryImm8 { args: [Value; 2], imm: Uimm8 },
    /// `trap`.
    Trap { code: TrapCode },
    /// `try_call`.
    TryCall { args: ValueList, func_ref: FuncRef, exception: ExceptionTable },
    /// `try_call_indirect`; the address is the first argument.
    TryCallIndirect { args: ValueList, exception: ExceptionTable },
    /// One value.
    Unary { arg: Value },
    /// A constant of the pool.
    UnaryConst { constant_handle: Constant },
    /// A global value.
    UnaryGlobalValue { global_value: GlobalValue },
    /// The bits of an f16.
    UnaryIeee16 { imm: Ieee16 },
    /// The bits of an f32.
    UnaryIeee32 { imm: Ieee32 },
    /// The bits of an f64.
    UnaryIeee64 { imm: Ieee64 },
    /// An integer.
    UnaryImm { imm: Imm64 },
}

/// What a call instruction calls, with its arguments (without an indirect callee).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallInfo<'a> {
    /// Not a call.
    NotACall,
    /// A declared function.
    Direct(FuncRef, &'a [Value]),
    /// A declared function, called by this signature.
    DirectWithSig(FuncRef, SigRef, &'a [Value]),
    /// An address, called by this signature.
    Indirect(SigRef, &'a [Value]),
}

impl InstructionData {
    /// The value operands, without those of block calls; an indirect callee is the first.
    pub fn arguments<'a>(&'a self, pool: &'a ValueListPool) -> &'a [Value] {
        match self {
            Self::AtomicCas { args, .. } | Self::Ternary { args, .. } => args,
            Self::AtomicRmw { args, .. }
            | Self::Binary { args, .. }
            | Self::FloatCompare { args, .. }
            | Self::IntAddTrap { args, .. }
            | Self::IntCompare { args, .. }
            | Self::Shuffle { args, .. }
            | Self::Store { args, .. }
            | Self::StoreNoOffset { args, .. }
            | Self::TernaryImm8 { args, .. } => args,
            Self::BinaryImm64 { arg, .. }
            | Self::BinaryImm8 { arg, .. }
            | Self::BranchTable { arg, .. }
            | Self::Brif { arg, .. }
            | Self::CondTrap { arg, .. }
            | Self::DynamicStackStore { arg, .. }
            | Self::IntCompareImm { arg, .. }
            | Self::Load { arg, .. }
            | Self::LoadNoOffset { arg, .. }
            | Self::StackStore { arg, .. }
            | Self::Unary { arg, .. } => core::slice::from_ref(arg),
            Self::Call { args, .. }
            | Self::CallIndirect { args, .. }
            | Self::MultiAry { args, .. }
            | Self::TryCall { args, .. }
            | Self::TryCallIndirect { args, .. } => args.as_slice(pool),
            Self::DynamicStackLoad { .. }
            | Self::ExceptionHandlerAddress { .. }
            | Self::FuncAddr { .. }
            | Self::Jump { .. }
            | Self::NullAry { .. }
            | Self::StackLoad { .. }
            | Self::Trap { .. }
            | Self::UnaryConst { .. }
            | Self::UnaryGlobalValue { .. }
            | Self::UnaryIeee16 { .. }
            | Self::UnaryIeee32 { .. }
            | Self::UnaryIeee64 { .. }
            | Self::UnaryImm { .. } => &[],
        }
    }

    /// The value whose type is the controlling one, if an operand has it.
    pub fn typevar_operand(&self, pool: &ValueListPool) -> Option<Value> {
        match self.opcode().info().control {
            Control::Operand(n) => self.arguments(pool).get(n as usize).copied(),
            _ => None,
        }
    }

    /// The trap code, if there is one among the operands.
    pub fn trap_code(&self) -> Option<TrapCode> {
        match *self {
            Self::CondTrap { code, .. }
            | Self::IntAddTrap { code, .. }
            | Self::Trap { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The condition of an integer comparison.
    pub fn cond_code(&self) -> Option<IntCC> {
        match *self {
            Self::IntCompare { cond, .. } | Self::IntCompareImm { cond, .. } => Some(cond),
            _ => None,
        }
    }

    /// The condition of a float comparison.
    pub fn fp_cond_code(&self) -> Option<FloatCC> {
        match *self {
            Self::FloatCompare { cond, .. } => Some(cond),
            _ => None,
        }
    }

    /// The operation of an `atomic_rmw`.
    pub fn atomic_rmw_op(&self) -> Option<AtomicRmwOp> {
        match *self {
            Self::AtomicRmw { op, .. } => Some(op),
            _ => None,
        }
    }

    /// The offset of a load or store, or into a stack slot.
    pub fn load_store_offset(&self) -> Option<i32> {
        match *self {
            Self::Load { offset, .. }
            | Self::StackLoad { offset, .. }
            | Self::StackStore { offset, .. }
            | Self::Store { offset, .. } => Some(offset.into()),
            _ => None,
        }
    }

    /// The memory flags, if there are any.
    pub fn memflags(&self) -> Option<MemFlags> {
        match *self {
            Self::Load { flags, .. }
            | Self::LoadNoOffset { flags, .. }
            | Self::Store { flags, .. }
            | Self::StoreNoOffset { flags, .. }
            | Self::AtomicCas { flags, .. }
            | Self::AtomicRmw { flags, .. } => Some(flags),
            _ => None,
        }
    }

    /// The stack slot, if there is one.
    pub fn stack_slot(&self) -> Option<StackSlot> {
        match *self {
            Self::StackLoad { stack_slot, .. } | Self::StackStore { stack_slot, .. } => {
                Some(stack_slot)
            }
            _ => None,
        }
    }

    /// The exception table of a `try_call`.
    pub fn exception_table(&self) -> Option<ExceptionTable> {
        match *self {
            Self::TryCall { exception, .. } | Self::TryCallIndirect { exception, .. } => {
                Some(exception)
            }
            _ => None,
        }
    }

    /// The block calls of a branch: of a `br_table` the default first, of a `try_call` the normal
    /// target first.
    pub fn branch_destination<'a>(
        &'a self,
        jump_tables: &'a JumpTables,
        exception_tables: &'a ExceptionTables,
    ) -> &'a [BlockCall] {
        match self {
            Self::Jump { destination, .. } => core::slice::from_ref(destination),
            Self::Brif { blocks, .. } => blocks,
            Self::BranchTable { table, .. } => jump_tables[*table].all_branches(),
            Self::TryCall { exception, .. } | Self::TryCallIndirect { exception, .. } => {
                exception_tables[*exception].all_branches()
            }
            _ => &[],
        }
    }

    /// What the instruction calls.
    pub fn analyze_call<'a>(
        &'a self,
        pool: &'a ValueListPool,
        exception_tables: &ExceptionTables,
    ) -> CallInfo<'a> {
        match self {
            Self::Call { args, func_ref, .. } => CallInfo::Direct(*func_ref, args.as_slice(pool)),
            Self::CallIndirect { args, sig_ref, .. } => {
                CallInfo::Indirect(*sig_ref, args.as_slice(pool).get(1..).unwrap_or(&[]))
            }
            Self::TryCall { args, func_ref, exception, .. } => {
                let sig = exception_tables[*exception].signature();
                CallInfo::DirectWithSig(*func_ref, sig, args.as_slice(pool))
            }
            Self::TryCallIndirect { args, exception, .. } => {
                let sig = exception_tables[*exception].signature();
                CallInfo::Indirect(sig, args.as_slice(pool).get(1..).unwrap_or(&[]))
            }
            _ => CallInfo::NotACall,
        }
    }

    /// The enum of a stored instruction; `calls` has the block calls of branches.
    fn of(data: &Stored, calls: &[BlockCall]) -> Self {
        let (opcode, [x, y, z]) = (data.opcode, data.args);
        let call = |n: usize| calls[data.extra as usize + n];
        match opcode.info().operands() {
            [] => Self::NullAry { opcode },
            [Kind::Value(_)] => Self::Unary { opcode, arg: x },
            [Kind::Value(_), Kind::Value(_)] => Self::Binary { opcode, args: [x, y] },
            [Kind::Value(_), Kind::Value(_), Kind::Value(_)] => {
                Self::Ternary { opcode, args: [x, y, z] }
            }
            [Kind::Imm64] => Self::UnaryImm { opcode, imm: data.imm64() },
            [Kind::Ieee16] => Self::UnaryIeee16 { opcode, imm: data.ieee16() },
            [Kind::Ieee32] => Self::UnaryIeee32 { opcode, imm: data.ieee32() },
            [Kind::Ieee64] => Self::UnaryIeee64 { opcode, imm: data.ieee64() },
            [Kind::Constant] => Self::UnaryConst { opcode, constant_handle: data.constant() },
            [Kind::GlobalValue] => {
                Self::UnaryGlobalValue { opcode, global_value: data.global_value() }
            }
            [Kind::Value(_), Kind::Lane] => Self::BinaryImm8 { opcode, arg: x, imm: data.lane() },
            [Kind::Value(_), Kind::Value(_), Kind::Lane] => {
                Self::TernaryImm8 { opcode, args: [x, y], imm: data.lane() }
            }
            [Kind::Value(_), Kind::Value(_), Kind::Mask] => {
                Self::Shuffle { opcode, args: [x, y], imm: data.immediate() }
            }
            [Kind::IntCC, ..] => Self::IntCompare { opcode, args: [x, y], cond: data.cond() },
            [Kind::FloatCC, ..] => Self::FloatCompare { opcode, args: [x, y], cond: data.fcond() },
            [Kind::TrapCode] => Self::Trap { opcode, code: code(data) },
            [Kind::Value(_), Kind::TrapCode] => Self::CondTrap { opcode, arg: x, code: code(data) },
            [Kind::Value(_), Kind::Value(_), Kind::TrapCode] => {
                Self::IntAddTrap { opcode, args: [x, y], code: code(data) }
            }
            [Kind::MemFlags, Kind::Value(_), Kind::Offset] => {
                let (flags, offset) = (data.mem_flags(), Offset32::new(data.offset()));
                Self::Load { opcode, arg: x, flags, offset }
            }
            [Kind::MemFlags, Kind::Value(_), Kind::Value(_), Kind::Offset] => {
                let (flags, offset) = (data.mem_flags(), Offset32::new(data.offset()));
                Self::Store { opcode, args: [x, y], flags, offset }
            }
            [Kind::MemFlags, Kind::Value(_)] => {
                Self::LoadNoOffset { opcode, arg: x, flags: data.mem_flags() }
            }
            [Kind::MemFlags, Kind::Value(_), Kind::Value(_)] => {
                Self::StoreNoOffset { opcode, args: [x, y], flags: data.mem_flags() }
            }
            [Kind::MemFlags, Kind::Value(_), Kind::Value(_), Kind::Value(_)] => {
                Self::AtomicCas { opcode, args: [x, y, z], flags: data.mem_flags() }
            }
            [Kind::MemFlags, Kind::RmwOp, ..] => {
                let (flags, op) = (data.mem_flags(), data.atomic_op());
                Self::AtomicRmw { opcode, args: [x, y], flags, op }
            }
            [Kind::StackSlot, ..] => {
                let offset = Offset32::new(data.offset());
                Self::StackLoad { opcode, stack_slot: data.stack_slot(), offset }
            }
            [Kind::DynamicStackSlot] => {
                Self::DynamicStackLoad { opcode, dynamic_stack_slot: data.dynamic_stack_slot() }
            }
            [Kind::Block, ..] => {
                let imm = Imm64::new(i64::from(data.edge_index()));
                Self::ExceptionHandlerAddress { opcode, block: data.handler_block(), imm }
            }
            [Kind::BlockCall] => Self::Jump { opcode, destination: call(0) },
            [Kind::Value(_), Kind::BlockCall, ..] => {
                Self::Brif { opcode, arg: x, blocks: [call(0), call(1)] }
            }
            [Kind::Value(_), Kind::JumpTable] => {
                Self::BranchTable { opcode, arg: x, table: data.jump_table() }
            }
            [Kind::Values] => Self::MultiAry { opcode, args: data.value_list() },
            [Kind::FuncRef] => Self::FuncAddr { opcode, func_ref: data.func_ref() },
            [Kind::FuncRef, Kind::Values] => {
                Self::Call { opcode, args: data.value_list(), func_ref: data.func_ref() }
            }
            [Kind::SigRef, Kind::Values] => {
                Self::CallIndirect { opcode, args: data.value_list(), sig_ref: data.sig_ref() }
            }
            [Kind::FuncRef, Kind::Values, Kind::ExceptionTable] => {
                let (func_ref, exception) = (data.func_ref(), data.exception_table_ref());
                Self::TryCall { opcode, args: data.value_list(), func_ref, exception }
            }
            [Kind::Values, Kind::ExceptionTable] => {
                let (args, exception) = (data.value_list(), data.exception_table_ref());
                Self::TryCallIndirect { opcode, args, exception }
            }
            operands => unreachable!("{opcode} has a shape without a name: {operands:?}"),
        }
    }
}

impl Opcode {
    /// The shape of the operands.
    pub fn format(self) -> InstructionFormat {
        // The format depends on the opcode alone, so it is read off an instruction with arbitrary
        // operands. `aux` is where trap codes and conditions are stored, and 1 is a valid one of
        // each kind.
        let any = Stored { aux: 1, ..Stored::new(self, types::INVALID) };
        let call = BlockCall::new(Block::new(0), [], &mut ValueListPool::new());
        InstructionFormat::from(&InstructionData::of(&any, &[call; 2]))
    }
}

fn code(data: &Stored) -> TrapCode {
    data.trap_code().expect("the opcode has a trap code")
}

/// Enums that were lent for an instruction, the oldest first.
struct Lent {
    data: InstructionData,
    next: Next,
}

type Next = OnceLock<Box<Lent>>;

/// What was lent, by number of instruction: part `n` has 64 << n places, made when it is needed.
#[derive(Default)]
struct Views {
    parts: [OnceLock<Box<[Next]>>; 26],
}

impl Views {
    /// A reference to `data`, which `inst` is now.
    fn lend(&self, inst: Inst, data: InstructionData) -> &InstructionData {
        let at = inst.index() + 64;
        let part = at.ilog2() as usize - 6;
        let size = 64 << part;
        let places = self.parts[part].get_or_init(|| (0..size).map(|_| Next::new()).collect());
        let mut place = &places[at - size];
        loop {
            let lent = place.get_or_init(|| Box::new(Lent { data, next: Next::new() }));
            if lent.data == data {
                return &lent.data;
            }
            place = &lent.next;
        }
    }
}

impl Drop for Views {
    fn drop(&mut self) {
        // One after the other: a chain may be long.
        for place in self.parts.iter_mut().filter_map(OnceLock::get_mut).flatten() {
            let mut next = place.take();
            while let Some(mut lent) = next {
                next = lent.next.take();
            }
        }
    }
}

impl Index<Inst> for Insts {
    type Output = InstructionData;

    fn index(&self, inst: Inst) -> &InstructionData {
        let data = InstructionData::of(&self.stored[inst], &self.block_calls);
        let views = self.lent.get_or_init(|| Box::<Views>::default());
        views.downcast_ref::<Views>().expect("nothing else is lent").lend(inst, data)
    }
}
