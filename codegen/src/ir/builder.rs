//! Builder methods for every opcode, derived from the table, and the helpers that emit more than
//! one instruction.
//!
//! A builder is anything that implements [`InstBuilderBase`]: it stores an instruction somewhere
//! and makes its results.

use super::entities::{
    Block, Constant, DynamicStackSlot, ExceptionTable, FuncRef, GlobalValue, Immediate, Inst,
    JumpTable, SigRef, StackSlot, Value,
};
use super::instructions::{BlockArg, BlockCall, EdgeIndex, Operand, ValueList};
use super::opcodes::{OperandKind, opcode_table};
use super::types::{self, Type};
use super::{
    AtomicRmwOp, DataFlowGraph, FloatCC, Function, GlobalValueData, Ieee16, Ieee32, Ieee64, Imm64,
    InstructionData, IntCC, MemFlags, Offset32, Opcode, TrapCode, Uimm8,
};

/// What a place to build instructions at must offer.
pub trait InstBuilderBase<'f>: Sized {
    /// The graph.
    fn data_flow_graph(&self) -> &DataFlowGraph;

    /// The graph, to write.
    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph;

    /// Stores the instruction and makes its results.
    fn build(self, data: InstructionData, ctrl_type: Type) -> (Inst, &'f mut DataFlowGraph);

    /// Stores an instruction with one result and returns the result. A builder that simplifies
    /// may return another value, equal to it.
    #[inline]
    fn build_value(self, data: InstructionData, ctrl_type: Type) -> Value {
        let (inst, dfg) = self.build(data, ctrl_type);
        dfg.first_result(inst)
    }
}

/// A place to insert instructions at: a cursor, or the end of a block.
pub trait InstInserterBase<'f>: Sized {
    /// The graph.
    fn data_flow_graph(&self) -> &DataFlowGraph;

    /// The graph, to write.
    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph;

    /// Puts a made instruction at the place.
    fn insert_built_inst(self, inst: Inst) -> &'f mut DataFlowGraph;
}

/// A builder that inserts at a place.
#[derive(Debug)]
pub struct InsertBuilder<'f, I: InstInserterBase<'f>> {
    inserter: I,
    unused: core::marker::PhantomData<&'f u32>,
}

impl<'f, I: InstInserterBase<'f>> InsertBuilder<'f, I> {
    /// Inserts at this place.
    #[inline]
    pub fn new(inserter: I) -> Self {
        Self { inserter, unused: core::marker::PhantomData }
    }

    /// As this builder, but the first results are these values where there are any: values that
    /// are detached from where they came from.
    pub fn with_results<Array: AsRef<[Option<Value>]>>(
        self,
        reuse: Array,
    ) -> InsertReuseBuilder<'f, I, Array> {
        InsertReuseBuilder { inserter: self.inserter, reuse, unused: core::marker::PhantomData }
    }

    /// As [`Self::with_results`], for one result.
    pub fn with_result(self, v: Value) -> InsertReuseBuilder<'f, I, [Option<Value>; 1]> {
        self.with_results([Some(v)])
    }

    pub(crate) fn inserter(&self) -> &I {
        &self.inserter
    }

    pub(crate) fn inserter_mut(&mut self) -> &mut I {
        &mut self.inserter
    }
}

impl<'f, I: InstInserterBase<'f>> InstBuilderBase<'f> for InsertBuilder<'f, I> {
    #[inline]
    fn data_flow_graph(&self) -> &DataFlowGraph {
        self.inserter.data_flow_graph()
    }

    #[inline]
    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph {
        self.inserter.data_flow_graph_mut()
    }

    #[inline]
    fn build(mut self, data: InstructionData, ctrl_type: Type) -> (Inst, &'f mut DataFlowGraph) {
        let dfg = self.inserter.data_flow_graph_mut();
        let inst = dfg.make_inst(data);
        dfg.make_inst_results(inst, ctrl_type);
        (inst, self.inserter.insert_built_inst(inst))
    }
}

/// A builder that inserts at a place and gives detached values a new definition.
#[derive(Debug)]
pub struct InsertReuseBuilder<'f, I: InstInserterBase<'f>, Array: AsRef<[Option<Value>]>> {
    inserter: I,
    reuse: Array,
    unused: core::marker::PhantomData<&'f u32>,
}

impl<'f, I, Array> InstBuilderBase<'f> for InsertReuseBuilder<'f, I, Array>
where
    I: InstInserterBase<'f>,
    Array: AsRef<[Option<Value>]>,
{
    fn data_flow_graph(&self) -> &DataFlowGraph {
        self.inserter.data_flow_graph()
    }

    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph {
        self.inserter.data_flow_graph_mut()
    }

    fn build(mut self, data: InstructionData, ctrl_type: Type) -> (Inst, &'f mut DataFlowGraph) {
        let dfg = self.inserter.data_flow_graph_mut();
        let inst = dfg.make_inst(data);
        dfg.make_inst_results_reusing(inst, ctrl_type, self.reuse.as_ref().iter().copied());
        (inst, self.inserter.insert_built_inst(inst))
    }
}

/// Replaces an instruction in place. Its results stay where the new instruction has as many.
#[derive(Debug)]
pub struct ReplaceBuilder<'f> {
    dfg: &'f mut DataFlowGraph,
    inst: Inst,
}

impl<'f> ReplaceBuilder<'f> {
    /// Replaces `inst`.
    pub fn new(dfg: &'f mut DataFlowGraph, inst: Inst) -> Self {
        Self { dfg, inst }
    }
}

impl<'f> InstBuilderBase<'f> for ReplaceBuilder<'f> {
    fn data_flow_graph(&self) -> &DataFlowGraph {
        self.dfg
    }

    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph {
        self.dfg
    }

    fn build(self, data: InstructionData, ctrl_type: Type) -> (Inst, &'f mut DataFlowGraph) {
        self.dfg[self.inst] = data;
        if !self.dfg.has_results(self.inst) {
            self.dfg.make_inst_results(self.inst, ctrl_type);
        }
        (self.inst, self.dfg)
    }
}

macro_rules! arg_type {
    (ty) => { Type };
    (v) => { Value };
    (imm) => { impl Into<Imm64> };
    (f16) => { impl Into<Ieee16> };
    (f32) => { impl Into<Ieee32> };
    (f64) => { impl Into<Ieee64> };
    (constant) => { impl Into<Constant> };
    (mask) => { impl Into<Immediate> };
    (lane) => { impl Into<Uimm8> };
    (cc) => { impl Into<IntCC> };
    (fcc) => { impl Into<FloatCC> };
    (code) => { impl Into<TrapCode> };
    (rmw) => { impl Into<AtomicRmwOp> };
    (flags) => { impl Into<MemFlags> };
    (off) => { impl Into<Offset32> };
    (ss) => { StackSlot };
    (dss) => { DynamicStackSlot };
    (gv) => { GlobalValue };
    (func) => { FuncRef };
    (block) => { Block };
    (edge) => { impl Into<EdgeIndex> };
}

macro_rules! arg_value {
    (imm $x:ident) => {
        Into::<Imm64>::into($x)
    };
    (f16 $x:ident) => {
        Into::<Ieee16>::into($x)
    };
    (f32 $x:ident) => {
        Into::<Ieee32>::into($x)
    };
    (f64 $x:ident) => {
        Into::<Ieee64>::into($x)
    };
    (constant $x:ident) => {
        Into::<Constant>::into($x)
    };
    (mask $x:ident) => {
        Into::<Immediate>::into($x)
    };
    (lane $x:ident) => {
        Into::<Uimm8>::into($x)
    };
    (cc $x:ident) => {
        Into::<IntCC>::into($x)
    };
    (fcc $x:ident) => {
        Into::<FloatCC>::into($x)
    };
    (code $x:ident) => {
        Into::<TrapCode>::into($x)
    };
    (rmw $x:ident) => {
        Into::<AtomicRmwOp>::into($x)
    };
    (flags $x:ident) => {
        Into::<MemFlags>::into($x)
    };
    (off $x:ident) => {
        Into::<Offset32>::into($x)
    };
    (edge $x:ident) => {
        Into::<EdgeIndex>::into($x)
    };
    ($kind:ident $x:ident) => {
        $x
    };
}

macro_rules! result_type {
    () => {
        Inst
    };
    ($a:ident) => {
        Value
    };
    ($a:ident $b:ident) => {
        (Value, Value)
    };
}

macro_rules! finish {
    ($builder:ident $data:ident $ctrl:ident;) => {
        $builder.build($data, $ctrl).0
    };
    ($builder:ident $data:ident $ctrl:ident; $a:ident) => {
        $builder.build_value($data, $ctrl)
    };
    ($builder:ident $data:ident $ctrl:ident; $a:ident $b:ident) => {{
        let (inst, dfg) = $builder.build($data, $ctrl);
        let results = dfg.inst_results(inst);
        (results[0], results[1])
    }};
}

macro_rules! control {
    ($builder:ident $data:ident None) => {
        types::INVALID
    };
    ($builder:ident $data:ident Suffix) => {
        $data.ctrl_type
    };
    ($builder:ident $data:ident Operand $n:literal) => {
        $builder.data_flow_graph().value_type($data.args[$n])
    };
}

macro_rules! define_builder {
    (special { $($special:tt)* } derived { $(#[doc = $doc:literal] $variant:ident $method:ident
        ($($name:ident : $kind:ident $($ty:ident)?),*) -> [$($result:ident)*]
        by $control:ident $(($operand:literal))?, T $t:ident $(, U $u:ident)?; $effects:expr $(; $weight:literal)?
        => $meaning:expr;)* }) => {
        /// Makes instructions: a method for every opcode, named as in the text language.
        pub trait InstBuilder<'f>: InstBuilderBase<'f> {
            $(
                #[doc = $doc]
                #[inline]
                #[allow(unused_mut, unused_variables)]
                fn $method(self $(, $name: arg_type!($kind))*) -> result_type!($($result)*) {
                    let mut data = InstructionData::new(Opcode::$variant, types::INVALID);
                    let mut slot = 0;
                    $(arg_value!($kind $name).store(&mut data, &mut slot);)*
                    let ctrl = control!(self data $control $($operand)?);
                    data.ctrl_type = ctrl;
                    finish!(self data ctrl; $($result)*)
                }
            )*

            /// Continues at the block, with the arguments as its parameters.
            fn jump<'a>(self, block: Block, args: impl IntoIterator<Item = &'a BlockArg>) -> Inst {
                control_flow::jump(self, block, args)
            }

            /// Continues at the first block if `c` is not zero, else at the second.
            fn brif<'a>(
                self,
                c: Value,
                block_then: Block,
                args_then: impl IntoIterator<Item = &'a BlockArg>,
                block_else: Block,
                args_else: impl IntoIterator<Item = &'a BlockArg>,
            ) -> Inst {
                control_flow::brif(self, c, (block_then, args_then), (block_else, args_else))
            }

            /// Continues at entry `x` of the table, or at the default block if there is none.
            fn br_table(self, x: Value, table: JumpTable) -> Inst {
                control_flow::br_table(self, x, table)
            }

            /// Returns the values to the caller.
            fn return_(self, values: &[Value]) -> Inst {
                control_flow::list(self, Opcode::Return, types::INVALID, None, values)
            }

            /// Calls a declared function.
            fn call(self, callee: FuncRef, args: &[Value]) -> Inst {
                let callee = Some((OperandKind::FuncRef, callee.as_u32()));
                control_flow::list(self, Opcode::Call, types::INVALID, callee, args)
            }

            /// Leaves this frame and continues in a declared function.
            fn return_call(self, callee: FuncRef, args: &[Value]) -> Inst {
                let callee = Some((OperandKind::FuncRef, callee.as_u32()));
                control_flow::list(self, Opcode::ReturnCall, types::INVALID, callee, args)
            }

            /// Calls the function at an address with a declared signature.
            fn call_indirect(self, sig: SigRef, callee: Value, args: &[Value]) -> Inst {
                control_flow::indirect(self, Opcode::CallIndirect, sig, callee, args)
            }

            /// Leaves this frame and continues in the function at an address.
            fn return_call_indirect(self, sig: SigRef, callee: Value, args: &[Value]) -> Inst {
                control_flow::indirect(self, Opcode::ReturnCallIndirect, sig, callee, args)
            }

            /// Calls a declared function; continues at the normal target or at a handler.
            fn try_call(self, callee: FuncRef, args: &[Value], table: ExceptionTable) -> Inst {
                control_flow::try_call(self, callee, args, table)
            }

            /// Calls the function at an address; continues at the normal target or at a handler.
            fn try_call_indirect(
                self,
                callee: Value,
                args: &[Value],
                table: ExceptionTable,
            ) -> Inst {
                control_flow::try_call_indirect(self, callee, args, table)
            }

            helpers!();

            by_format! {
                AtomicCas(flags: MemFlags, x: Value, y: Value, z: Value);
                AtomicRmw(flags: MemFlags, op: AtomicRmwOp, x: Value, y: Value);
                Binary(x: Value, y: Value);
                BinaryImm8(imm: Uimm8, x: Value);
                CallIndirect(sig_ref: SigRef, args: ValueList);
                Call(func_ref: FuncRef, args: ValueList);
                CondTrap(code: TrapCode, x: Value);
                DynamicStackLoad(slot: DynamicStackSlot);
                FloatCompare(cond: FloatCC, x: Value, y: Value);
                FuncAddr(func_ref: FuncRef);
                IntAddTrap(code: TrapCode, x: Value, y: Value);
                IntCompare(cond: IntCC, x: Value, y: Value);
                Load(flags: MemFlags, offset: Offset32, x: Value);
                LoadNoOffset(flags: MemFlags, x: Value);
                MultiAry(args: ValueList);
                NullAry();
                Shuffle(mask: Immediate, x: Value, y: Value);
                StackLoad(slot: StackSlot, offset: Offset32);
                Store(flags: MemFlags, offset: Offset32, x: Value, y: Value);
                StoreNoOffset(flags: MemFlags, x: Value, y: Value);
                Ternary(x: Value, y: Value, z: Value);
                TernaryImm8(imm: Uimm8, x: Value, y: Value);
                Trap(code: TrapCode);
                Unary(x: Value);
                UnaryConst(constant: Constant);
                UnaryGlobalValue(global: GlobalValue);
                UnaryIeee16(imm: Ieee16);
                UnaryIeee32(imm: Ieee32);
                UnaryIeee64(imm: Ieee64);
                UnaryImm(imm: Imm64);
            }

            /// Makes a jump.
            #[allow(non_snake_case, reason = "the format has this name")]
            fn Jump(
                mut self,
                opcode: Opcode,
                ctrl_typevar: Type,
                destination: BlockCall,
            ) -> (Inst, &'f mut DataFlowGraph) {
                let mut data = InstructionData::new(opcode, ctrl_typevar);
                data.extra = self.data_flow_graph_mut().push_block_calls(&[destination]);
                self.build(data, ctrl_typevar)
            }

            /// Makes a branch on a value.
            #[allow(non_snake_case, reason = "the format has this name")]
            fn Brif(
                mut self,
                opcode: Opcode,
                ctrl_typevar: Type,
                block_then: BlockCall,
                block_else: BlockCall,
                x: Value,
            ) -> (Inst, &'f mut DataFlowGraph) {
                let mut data = InstructionData::unary(opcode, ctrl_typevar, x);
                let calls = [block_then, block_else];
                data.extra = self.data_flow_graph_mut().push_block_calls(&calls);
                self.build(data, ctrl_typevar)
            }
        }
    };
}

/// Methods that make an instruction of any opcode with operands of one shape.
macro_rules! by_format {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => { $(
        #[doc = concat!("Makes an instruction of the format `", stringify!($name), "`.")]
        #[allow(non_snake_case, reason = "the format has this name")]
        #[allow(unused_mut, unused_variables, reason = "one format has no operands")]
        fn $name(
            self,
            opcode: Opcode,
            ctrl_typevar: Type,
            $($arg: $ty),*
        ) -> (Inst, &'f mut DataFlowGraph) {
            let mut data = InstructionData::new(opcode, ctrl_typevar);
            let mut slot = 0;
            $($arg.store(&mut data, &mut slot);)*
            self.build(data, ctrl_typevar)
        }
    )* };
}

macro_rules! with_constant {
    ($($method:ident $whole:ident $signed:literal $doc:literal;)*) => { $(
        #[doc = $doc]
        fn $method(self, x: Value, imm: impl Into<Imm64>) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            helpers::with_constant(self, Opcode::$whole, x, imm.into(), $signed)
        }
    )* };
}

macro_rules! with_inverse {
    ($($method:ident $whole:ident $doc:literal;)*) => { $(
        #[doc = $doc]
        fn $method(mut self, x: Value, y: Value) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            let ty = self.data_flow_graph().value_type(y);
            let inverse = self.build_before(InstructionData::unary(Opcode::Bnot, ty, y), ty);
            self.$whole(x, inverse)
        }
    )* };
}

/// The methods of `InstBuilder` that make more than one instruction.
macro_rules! helpers {
    () => {
        with_constant! {
            iadd_imm Iadd true "The sum of `x` and a constant.";
            imul_imm Imul true "The product of `x` and a constant.";
            udiv_imm Udiv false "The quotient of `x` and a constant, unsigned.";
            sdiv_imm Sdiv true "The quotient of `x` and a constant, signed.";
            urem_imm Urem false "The remainder of `x` by a constant, unsigned.";
            srem_imm Srem true "The remainder of `x` by a constant, signed.";
            irsub_imm Isub true "A constant minus `x`.";
            band_imm Band false "The bits that `x` and a constant have both.";
            bor_imm Bor false "The bits that `x` or a constant has.";
            bxor_imm Bxor false "The bits that differ between `x` and a constant.";
            rotl_imm Rotl false "`x` rotated left by a constant.";
            rotr_imm Rotr false "`x` rotated right by a constant.";
            ishl_imm Ishl false "`x` shifted left by a constant.";
            ushr_imm Ushr false "`x` shifted right by a constant, with zeros.";
            sshr_imm Sshr false "`x` shifted right by a constant, with its sign.";
        }

        with_inverse! {
            band_not band "The bits of `x` that `y` has not.";
            bor_not bor "The bits that `x` has or `y` has not.";
            bxor_not bxor "The bits in which `x` and `y` agree.";
        }

        /// Compares `x` with a constant.
        fn icmp_imm(self, cond: impl Into<IntCC>, x: Value, imm: impl Into<Imm64>) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            helpers::icmp_imm(self, cond.into(), x, imm.into())
        }

        /// Reads from a stack slot.
        fn stack_load(self, ty: Type, slot: StackSlot, offset: impl Into<Offset32>) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            helpers::stack_load(self, ty, slot, offset.into())
        }

        /// Writes to a stack slot.
        fn stack_store(self, x: Value, slot: StackSlot, offset: impl Into<Offset32>) -> Inst
        where
            Self: BuildInFunction<'f>,
        {
            helpers::stack_store(self, x, slot, offset.into())
        }

        /// Reads from a stack slot of a dynamic type.
        fn dynamic_stack_load(self, ty: Type, slot: DynamicStackSlot) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            helpers::dynamic_stack_load(self, ty, slot)
        }

        /// Writes to a stack slot of a dynamic type.
        fn dynamic_stack_store(self, x: Value, slot: DynamicStackSlot) -> Inst
        where
            Self: BuildInFunction<'f>,
        {
            helpers::dynamic_stack_store(self, x, slot)
        }

        /// The value of a global, thread-local or not.
        fn global_value(self, ty: Type, global: GlobalValue) -> Value
        where
            Self: BuildInFunction<'f>,
        {
            let data = self.function().global_values.get(global);
            if matches!(data, Some(GlobalValueData::Symbol { tls: true, .. })) {
                self.tls_value(ty, global)
            } else {
                self.symbol_value(ty, global)
            }
        }

        /// Lanes of `x` where the sign of the lane of `c` is set, else of `y`.
        fn x86_blendv(self, c: Value, x: Value, y: Value) -> Value {
            self.blendv(c, x, y)
        }

        /// Calls a declared function; the call may be overwritten while the code runs.
        fn patchable_call(mut self, callee: FuncRef, args: &[Value]) -> Inst {
            self.data_flow_graph_mut().patchable_funcs.insert(callee);
            self.call(callee, args)
        }
    };
}
opcode_table!(define_builder);

/// A builder that knows its function and can put an instruction in front of the one it makes.
pub trait BuildInFunction<'f>: InstBuilderBase<'f> {
    /// The function.
    fn function(&self) -> &Function;

    /// Inserts an instruction with one result in front of the one to come.
    fn build_before(&mut self, data: InstructionData, ctrl_type: Type) -> Value;
}

/// What the methods that make more than one instruction do.
mod helpers {
    use super::*;

    /// A constant of the type; those of `i128` are extended.
    fn constant<'f, B: BuildInFunction<'f>>(
        b: &mut B,
        ty: Type,
        imm: Imm64,
        signed: bool,
    ) -> Value {
        let narrow = if ty == types::I128 { types::I64 } else { ty };
        let mut data = InstructionData::new(Opcode::Iconst, narrow);
        let mut slot = 0;
        imm.mask_to_width(narrow.bits()).store(&mut data, &mut slot);
        let value = b.build_before(data, narrow);
        if ty != types::I128 {
            return value;
        }
        let extend = if signed { Opcode::Sextend } else { Opcode::Uextend };
        b.build_before(InstructionData::unary(extend, ty, value), ty)
    }

    pub(super) fn with_constant<'f, B: BuildInFunction<'f>>(
        mut b: B,
        opcode: Opcode,
        x: Value,
        imm: Imm64,
        signed: bool,
    ) -> Value {
        let ty = b.data_flow_graph().value_type(x);
        let shifts = matches!(
            opcode,
            Opcode::Rotl | Opcode::Rotr | Opcode::Ishl | Opcode::Ushr | Opcode::Sshr
        );
        // Amounts count modulo the width of a lane, which 32 bits hold.
        let of = if shifts { types::I32 } else { ty };
        let y = constant(&mut b, of, imm, signed);
        let (x, y) = if opcode == Opcode::Isub { (y, x) } else { (x, y) };
        let mut data = InstructionData::unary(opcode, ty, x);
        data.args[1] = y;
        b.build_value(data, ty)
    }

    pub(super) fn icmp_imm<'f, B: BuildInFunction<'f>>(
        mut b: B,
        cond: IntCC,
        x: Value,
        imm: Imm64,
    ) -> Value {
        let ty = b.data_flow_graph().value_type(x);
        let y = constant(&mut b, ty, imm, true);
        b.icmp(cond, x, y)
    }

    fn slot_address<'f, B: BuildInFunction<'f>>(b: &mut B, slot: StackSlot, at: Offset32) -> Value {
        let mut data = InstructionData::new(Opcode::StackAddr, types::I64);
        let mut place = 0;
        slot.store(&mut data, &mut place);
        at.store(&mut data, &mut place);
        b.build_before(data, types::I64)
    }

    fn dynamic_address<'f, B: BuildInFunction<'f>>(b: &mut B, slot: DynamicStackSlot) -> Value {
        let mut data = InstructionData::new(Opcode::DynamicStackAddr, types::I64);
        slot.store(&mut data, &mut 0);
        b.build_before(data, types::I64)
    }

    pub(super) fn stack_load<'f, B: BuildInFunction<'f>>(
        mut b: B,
        ty: Type,
        slot: StackSlot,
        at: Offset32,
    ) -> Value {
        let address = slot_address(&mut b, slot, at);
        b.load(ty, MemFlags::new().with_notrap(), address, 0)
    }

    pub(super) fn stack_store<'f, B: BuildInFunction<'f>>(
        mut b: B,
        x: Value,
        slot: StackSlot,
        at: Offset32,
    ) -> Inst {
        let address = slot_address(&mut b, slot, at);
        b.store(MemFlags::new().with_notrap(), x, address, 0)
    }

    pub(super) fn dynamic_stack_load<'f, B: BuildInFunction<'f>>(
        mut b: B,
        ty: Type,
        slot: DynamicStackSlot,
    ) -> Value {
        let address = dynamic_address(&mut b, slot);
        b.load(ty, MemFlags::new().with_notrap(), address, 0)
    }

    pub(super) fn dynamic_stack_store<'f, B: BuildInFunction<'f>>(
        mut b: B,
        x: Value,
        slot: DynamicStackSlot,
    ) -> Inst {
        let address = dynamic_address(&mut b, slot);
        b.store(MemFlags::new().with_notrap(), x, address, 0)
    }
}

impl<'f, T: InstBuilderBase<'f>> InstBuilder<'f> for T {}

/// The instructions of the table's section `special`.
mod control_flow {
    use super::*;

    pub(super) fn jump<'f, 'a, B: InstBuilderBase<'f>>(
        mut builder: B,
        block: Block,
        args: impl IntoIterator<Item = &'a BlockArg>,
    ) -> Inst {
        let dfg = builder.data_flow_graph_mut();
        let call = dfg.block_call(block, args);
        let mut data = InstructionData::new(Opcode::Jump, types::INVALID);
        data.extra = dfg.push_block_calls(&[call]);
        builder.build(data, types::INVALID).0
    }

    pub(super) fn brif<'f, 'a, B: InstBuilderBase<'f>>(
        mut builder: B,
        c: Value,
        (block_then, args_then): (Block, impl IntoIterator<Item = &'a BlockArg>),
        (block_else, args_else): (Block, impl IntoIterator<Item = &'a BlockArg>),
    ) -> Inst {
        let dfg = builder.data_flow_graph_mut();
        let calls = [dfg.block_call(block_then, args_then), dfg.block_call(block_else, args_else)];
        let ctrl = dfg.value_type(c);
        let mut data = InstructionData::unary(Opcode::Brif, ctrl, c);
        data.extra = dfg.push_block_calls(&calls);
        builder.build(data, ctrl).0
    }

    pub(super) fn br_table<'f, B: InstBuilderBase<'f>>(
        builder: B,
        x: Value,
        table: JumpTable,
    ) -> Inst {
        let mut data = InstructionData::unary(Opcode::BrTable, types::INVALID, x);
        data.extra = table.as_u32();
        builder.build(data, types::INVALID).0
    }

    pub(super) fn list<'f, B: InstBuilderBase<'f>>(
        mut builder: B,
        opcode: Opcode,
        ctrl: Type,
        callee: Option<(OperandKind, u32)>,
        args: &[Value],
    ) -> Inst {
        let mut data = InstructionData::new(opcode, ctrl);
        let pool = &mut builder.data_flow_graph_mut().value_lists;
        data.set_value_list(ValueList::from_slice(args, pool));
        if let Some((kind, bits)) = callee {
            data.put(kind, bits);
        }
        builder.build(data, ctrl).0
    }

    pub(super) fn indirect<'f, B: InstBuilderBase<'f>>(
        mut builder: B,
        opcode: Opcode,
        sig: SigRef,
        callee: Value,
        args: &[Value],
    ) -> Inst {
        let ctrl = builder.data_flow_graph().value_type(callee);
        let mut data = InstructionData::new(opcode, ctrl);
        data.set_value_list(callee_list(&mut builder, callee, args));
        data.put(OperandKind::SigRef, sig.as_u32());
        builder.build(data, ctrl).0
    }

    fn callee_list<'f, B: InstBuilderBase<'f>>(
        builder: &mut B,
        callee: Value,
        args: &[Value],
    ) -> ValueList {
        let pool = &mut builder.data_flow_graph_mut().value_lists;
        let mut list = ValueList::default();
        list.push(callee, pool);
        list.extend(args.iter().copied(), pool);
        list
    }

    pub(super) fn try_call<'f, B: InstBuilderBase<'f>>(
        mut builder: B,
        callee: FuncRef,
        args: &[Value],
        table: ExceptionTable,
    ) -> Inst {
        let mut data = InstructionData::new(Opcode::TryCall, types::INVALID);
        let pool = &mut builder.data_flow_graph_mut().value_lists;
        data.set_value_list(ValueList::from_slice(args, pool));
        data.put(OperandKind::FuncRef, callee.as_u32());
        data.put(OperandKind::ExceptionTable, table.as_u32());
        builder.build(data, types::INVALID).0
    }

    pub(super) fn try_call_indirect<'f, B: InstBuilderBase<'f>>(
        mut builder: B,
        callee: Value,
        args: &[Value],
        table: ExceptionTable,
    ) -> Inst {
        let ctrl = builder.data_flow_graph().value_type(callee);
        let mut data = InstructionData::new(Opcode::TryCallIndirect, ctrl);
        data.set_value_list(callee_list(&mut builder, callee, args));
        data.put(OperandKind::ExceptionTable, table.as_u32());
        builder.build(data, ctrl).0
    }
}
