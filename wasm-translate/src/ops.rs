//! Operators in code that can be reached: a match that sends each to where it is translated.

use wasmparser::Operator;
use windlass_core::ir::condcodes::{FloatCC, IntCC};
use windlass_core::ir::immediates::{Ieee32, Ieee64};
use windlass_core::ir::types::{F32, F64, I8, I16, I32, I64};
use windlass_core::ir::{InstBuilder, MemFlags, Opcode, Type, Value, types};

use crate::env::FuncEnvironment;
use crate::error::{WasmResult, unsupported};
use crate::func::{Stop, Translation};
use crate::module::ref_type;
use crate::trap;
use crate::types::{DataIndex, ElemIndex, MemoryIndex, TableIndex, ValType};

/// A builder method for one operand.
macro_rules! unary {
    ($self:ident.$method:ident($($ty:expr),*)) => {{
        let x = $self.pop();
        let value = $self.builder.ins().$method($($ty,)* x);
        $self.push(value);
    }};
}

/// A builder method for two operands.
macro_rules! binary {
    ($self:ident.$method:ident($($cc:expr),*)) => {{
        let (x, y) = $self.pop2();
        let value = $self.builder.ins().$method($($cc,)* x, y);
        $self.push(value);
    }};
}

impl<E: FuncEnvironment> Translation<'_, E> {
    #[allow(clippy::too_many_lines)]
    pub(crate) fn operator(&mut self, operator: &Operator<'_>) -> Result<(), Stop> {
        use Operator as Op;
        match operator {
            Op::Nop => {}
            Op::Unreachable => self.trap(trap::UNREACHABLE),
            Op::Block { blockty } => self.translate_block(*blockty)?,
            Op::Loop { blockty } => self.translate_loop(*blockty)?,
            Op::If { blockty } => self.translate_if(*blockty)?,
            Op::Else => self.translate_else(),
            Op::End => return self.translate_end(),
            Op::Br { relative_depth } => self.translate_br(*relative_depth),
            Op::BrIf { relative_depth } => self.translate_br_if(*relative_depth),
            Op::BrTable { targets } => return self.translate_br_table(targets),
            Op::Return => self.translate_return(),
            Op::Call { function_index } => self.call(*function_index),
            Op::CallIndirect { type_index, table_index } => {
                self.call_indirect(*type_index, *table_index);
            }
            Op::ReturnCall { function_index } => self.return_call(*function_index),
            Op::ReturnCallIndirect { type_index, table_index } => {
                self.return_call_indirect(*type_index, *table_index);
            }
            Op::Drop => {
                self.pop_condition();
            }
            Op::Select | Op::TypedSelect { .. } => {
                let condition = self.pop_condition();
                let (x, y) = self.pop2();
                let value = self.builder.ins().select(condition, x, y);
                if let Op::TypedSelect { ty } = operator {
                    let ty = crate::module::val_type(*ty, self.offset)?;
                    self.mark_reference(ty, value);
                }
                self.push(value);
            }
            Op::LocalGet { local_index } => {
                let value = self.get_local(*local_index);
                self.push(value);
            }
            Op::LocalSet { local_index } => {
                let value = self.pop();
                self.set_local(*local_index, value);
            }
            Op::LocalTee { local_index } => {
                let value = self.pop();
                self.set_local(*local_index, value);
                self.push(value);
            }
            Op::GlobalGet { global_index } => self.global_get(*global_index),
            Op::GlobalSet { global_index } => self.global_set(*global_index),

            Op::I32Load { memarg } => self.load(memarg, I32),
            Op::I64Load { memarg } => self.load(memarg, I64),
            Op::F32Load { memarg } => self.load(memarg, F32),
            Op::F64Load { memarg } => self.load(memarg, F64),
            Op::I32Load8S { memarg } => self.load_extend(memarg, Opcode::Sload8, I32),
            Op::I32Load8U { memarg } => self.load_extend(memarg, Opcode::Uload8, I32),
            Op::I32Load16S { memarg } => self.load_extend(memarg, Opcode::Sload16, I32),
            Op::I32Load16U { memarg } => self.load_extend(memarg, Opcode::Uload16, I32),
            Op::I64Load8S { memarg } => self.load_extend(memarg, Opcode::Sload8, I64),
            Op::I64Load8U { memarg } => self.load_extend(memarg, Opcode::Uload8, I64),
            Op::I64Load16S { memarg } => self.load_extend(memarg, Opcode::Sload16, I64),
            Op::I64Load16U { memarg } => self.load_extend(memarg, Opcode::Uload16, I64),
            Op::I64Load32S { memarg } => self.load_extend(memarg, Opcode::Sload32, I64),
            Op::I64Load32U { memarg } => self.load_extend(memarg, Opcode::Uload32, I64),
            Op::I32Store { memarg } | Op::F32Store { memarg } | Op::I64Store32 { memarg } => {
                self.store(memarg, 4);
            }
            Op::I64Store { memarg } | Op::F64Store { memarg } => self.store(memarg, 8),
            Op::I32Store8 { memarg } | Op::I64Store8 { memarg } => self.store(memarg, 1),
            Op::I32Store16 { memarg } | Op::I64Store16 { memarg } => self.store(memarg, 2),

            Op::I32Const { value } => {
                let value = self.iconst(I32, i64::from(*value));
                self.push(value);
            }
            Op::I64Const { value } => {
                let value = self.iconst(I64, *value);
                self.push(value);
            }
            Op::F32Const { value } => {
                let value = self.builder.ins().f32const(Ieee32::with_bits(value.bits()));
                self.push(value);
            }
            Op::F64Const { value } => {
                let value = self.builder.ins().f64const(Ieee64::with_bits(value.bits()));
                self.push(value);
            }

            Op::I32Eqz => self.is_zero(I32),
            Op::I64Eqz => self.is_zero(I64),
            Op::I32Eq | Op::I64Eq => binary!(self.icmp(IntCC::Equal)),
            Op::I32Ne | Op::I64Ne => binary!(self.icmp(IntCC::NotEqual)),
            Op::I32LtS | Op::I64LtS => binary!(self.icmp(IntCC::SignedLessThan)),
            Op::I32LtU | Op::I64LtU => binary!(self.icmp(IntCC::UnsignedLessThan)),
            Op::I32GtS | Op::I64GtS => binary!(self.icmp(IntCC::SignedGreaterThan)),
            Op::I32GtU | Op::I64GtU => binary!(self.icmp(IntCC::UnsignedGreaterThan)),
            Op::I32LeS | Op::I64LeS => binary!(self.icmp(IntCC::SignedLessThanOrEqual)),
            Op::I32LeU | Op::I64LeU => binary!(self.icmp(IntCC::UnsignedLessThanOrEqual)),
            Op::I32GeS | Op::I64GeS => binary!(self.icmp(IntCC::SignedGreaterThanOrEqual)),
            Op::I32GeU | Op::I64GeU => binary!(self.icmp(IntCC::UnsignedGreaterThanOrEqual)),
            Op::F32Eq | Op::F64Eq => binary!(self.fcmp(FloatCC::Equal)),
            Op::F32Ne | Op::F64Ne => binary!(self.fcmp(FloatCC::NotEqual)),
            Op::F32Lt | Op::F64Lt => binary!(self.fcmp(FloatCC::LessThan)),
            Op::F32Gt | Op::F64Gt => binary!(self.fcmp(FloatCC::GreaterThan)),
            Op::F32Le | Op::F64Le => binary!(self.fcmp(FloatCC::LessThanOrEqual)),
            Op::F32Ge | Op::F64Ge => binary!(self.fcmp(FloatCC::GreaterThanOrEqual)),

            Op::I32Clz | Op::I64Clz => unary!(self.clz()),
            Op::I32Ctz | Op::I64Ctz => unary!(self.ctz()),
            Op::I32Popcnt | Op::I64Popcnt => unary!(self.popcnt()),
            Op::I32Add | Op::I64Add => binary!(self.iadd()),
            Op::I32Sub | Op::I64Sub => binary!(self.isub()),
            Op::I32Mul | Op::I64Mul => binary!(self.imul()),
            Op::I32DivS | Op::I64DivS => binary!(self.sdiv()),
            Op::I32DivU | Op::I64DivU => binary!(self.udiv()),
            Op::I32RemS | Op::I64RemS => binary!(self.srem()),
            Op::I32RemU | Op::I64RemU => binary!(self.urem()),
            Op::I32And | Op::I64And => binary!(self.band()),
            Op::I32Or | Op::I64Or => binary!(self.bor()),
            Op::I32Xor | Op::I64Xor => binary!(self.bxor()),
            Op::I32Shl | Op::I64Shl => binary!(self.ishl()),
            Op::I32ShrS | Op::I64ShrS => binary!(self.sshr()),
            Op::I32ShrU | Op::I64ShrU => binary!(self.ushr()),
            Op::I32Rotl | Op::I64Rotl => binary!(self.rotl()),
            Op::I32Rotr | Op::I64Rotr => binary!(self.rotr()),

            Op::F32Abs | Op::F64Abs => unary!(self.fabs()),
            Op::F32Neg | Op::F64Neg => unary!(self.fneg()),
            Op::F32Ceil | Op::F64Ceil => unary!(self.ceil()),
            Op::F32Floor | Op::F64Floor => unary!(self.floor()),
            Op::F32Trunc | Op::F64Trunc => unary!(self.trunc()),
            Op::F32Nearest | Op::F64Nearest => unary!(self.nearest()),
            Op::F32Sqrt | Op::F64Sqrt => unary!(self.sqrt()),
            Op::F32Add | Op::F64Add => binary!(self.fadd()),
            Op::F32Sub | Op::F64Sub => binary!(self.fsub()),
            Op::F32Mul | Op::F64Mul => binary!(self.fmul()),
            Op::F32Div | Op::F64Div => binary!(self.fdiv()),
            Op::F32Min | Op::F64Min => binary!(self.fmin()),
            Op::F32Max | Op::F64Max => binary!(self.fmax()),
            Op::F32Copysign | Op::F64Copysign => binary!(self.fcopysign()),

            Op::I32WrapI64 => unary!(self.ireduce(I32)),
            Op::I64ExtendI32S => unary!(self.sextend(I64)),
            Op::I64ExtendI32U => unary!(self.uextend(I64)),
            Op::I32TruncF32S | Op::I32TruncF64S => unary!(self.fcvt_to_sint(I32)),
            Op::I32TruncF32U | Op::I32TruncF64U => unary!(self.fcvt_to_uint(I32)),
            Op::I64TruncF32S | Op::I64TruncF64S => unary!(self.fcvt_to_sint(I64)),
            Op::I64TruncF32U | Op::I64TruncF64U => unary!(self.fcvt_to_uint(I64)),
            Op::I32TruncSatF32S | Op::I32TruncSatF64S => unary!(self.fcvt_to_sint_sat(I32)),
            Op::I32TruncSatF32U | Op::I32TruncSatF64U => unary!(self.fcvt_to_uint_sat(I32)),
            Op::I64TruncSatF32S | Op::I64TruncSatF64S => unary!(self.fcvt_to_sint_sat(I64)),
            Op::I64TruncSatF32U | Op::I64TruncSatF64U => unary!(self.fcvt_to_uint_sat(I64)),
            Op::F32ConvertI32S | Op::F32ConvertI64S => unary!(self.fcvt_from_sint(F32)),
            Op::F32ConvertI32U | Op::F32ConvertI64U => unary!(self.fcvt_from_uint(F32)),
            Op::F64ConvertI32S | Op::F64ConvertI64S => unary!(self.fcvt_from_sint(F64)),
            Op::F64ConvertI32U | Op::F64ConvertI64U => unary!(self.fcvt_from_uint(F64)),
            Op::F32DemoteF64 => unary!(self.fdemote(F32)),
            Op::F64PromoteF32 => unary!(self.fpromote(F64)),
            Op::I32ReinterpretF32 => unary!(self.bitcast(I32, MemFlags::new())),
            Op::I64ReinterpretF64 => unary!(self.bitcast(I64, MemFlags::new())),
            Op::F32ReinterpretI32 => unary!(self.bitcast(F32, MemFlags::new())),
            Op::F64ReinterpretI64 => unary!(self.bitcast(F64, MemFlags::new())),
            Op::I32Extend8S => self.extend_low(I8, I32),
            Op::I32Extend16S => self.extend_low(I16, I32),
            Op::I64Extend8S => self.extend_low(I8, I64),
            Op::I64Extend16S => self.extend_low(I16, I64),
            Op::I64Extend32S => self.extend_low(I32, I64),

            Op::RefNull { hty } => {
                let ty = wasmparser::RefType::new(true, *hty).expect("the type is nullable");
                let ty = ref_type(ty, self.offset)?;
                self.ref_null(ty);
            }
            Op::RefIsNull => {
                let Some(ValType::Ref(ty)) = self.operand else {
                    return Ok(unsupported("ref.is_null of a value of unknown type", self.offset)?);
                };
                self.ref_is_null(ty);
            }
            Op::RefFunc { function_index } => self.ref_func(*function_index),
            Op::TableGet { table } => self.table_get(*table),
            Op::TableSet { table } => self.table_set(*table),
            Op::TableSize { table } => self.table_size(*table),
            Op::TableGrow { table } => self.table_grow(*table),
            Op::MemorySize { mem } => self.memory_size(*mem),
            Op::MemoryGrow { mem } => self.memory_grow(*mem),
            Op::MemoryFill { mem } => self.memory_fill(*mem),
            Op::MemoryCopy { dst_mem, src_mem } => self.memory_copy(*dst_mem, *src_mem),
            _ => self.bulk_operator(operator)?,
        }
        Ok(())
    }

    /// Operators that the environment translates.
    fn bulk_operator(&mut self, operator: &Operator<'_>) -> WasmResult<()> {
        use Operator as Op;
        match *operator {
            Op::MemoryInit { data_index, mem } => {
                let (target, source, length) = self.pop3();
                let (mem, data) = (MemoryIndex(mem), DataIndex(data_index));
                let done =
                    self.env.memory_init(&mut self.builder, mem, data, target, source, length);
                self.answer(done, |_| ());
            }
            Op::DataDrop { data_index } => {
                let done = self.env.data_drop(&mut self.builder, DataIndex(data_index));
                self.answer(done, |_| ());
            }
            Op::TableFill { table } => {
                let (start, value, length) = self.pop3();
                let table = TableIndex(table);
                let done = self.env.table_fill(&mut self.builder, table, start, value, length);
                self.answer(done, |_| ());
            }
            Op::TableCopy { dst_table, src_table } => {
                let (target, source, length) = self.pop3();
                let tables = (TableIndex(dst_table), TableIndex(src_table));
                let done = self.env.table_copy(&mut self.builder, tables, target, source, length);
                self.answer(done, |_| ());
            }
            Op::TableInit { elem_index, table } => {
                let (target, source, length) = self.pop3();
                let (table, elem) = (TableIndex(table), ElemIndex(elem_index));
                let done =
                    self.env.table_init(&mut self.builder, table, elem, target, source, length);
                self.answer(done, |_| ());
            }
            Op::ElemDrop { elem_index } => {
                let done = self.env.elem_drop(&mut self.builder, ElemIndex(elem_index));
                self.answer(done, |_| ());
            }
            ref other => {
                let name = format!("{other:?}");
                let name = name.split([' ', '{']).next().unwrap_or_default().to_string();
                return unsupported(format!("the instruction {name}"), self.offset);
            }
        }
        self.after_call();
        Ok(())
    }

    /// `eqz`; of a comparison, its opposite.
    fn is_zero(&mut self, ty: Type) {
        let x = self.pop_condition();
        let value = if self.value_type(x) == types::I8 {
            self.opposite(x)
        } else {
            let zero = self.iconst(ty, 0);
            self.builder.ins().icmp(IntCC::Equal, x, zero)
        };
        self.push(value);
    }

    fn opposite(&mut self, condition: Value) -> Value {
        let dfg = &self.builder.func.dfg;
        if let Some(inst) = dfg.value_def(condition).inst() {
            let data = dfg[inst];
            let (x, y) = (data.args[0], data.args[1]);
            match data.opcode {
                Opcode::Icmp => return self.builder.ins().icmp(data.cond().complement(), x, y),
                Opcode::Fcmp => return self.builder.ins().fcmp(data.fcond().complement(), x, y),
                _ => {}
            }
        }
        let zero = self.iconst(types::I8, 0);
        self.builder.ins().icmp(IntCC::Equal, condition, zero)
    }

    /// Sign-extends the low part of the operand.
    fn extend_low(&mut self, low: Type, ty: Type) {
        let x = self.pop();
        let x = self.builder.ins().ireduce(low, x);
        let value = self.builder.ins().sextend(ty, x);
        self.push(value);
    }
}
