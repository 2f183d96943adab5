//! What single opcodes ask of their immediates, flags and settings.

use super::{Verifier, VerifierErrors};
use crate::ir::entities::Inst;
use crate::ir::{InstructionData, Opcode};

impl Verifier<'_> {
    /// Rules of immediates, flags, settings and debug tags.
    pub(super) fn immediates(&self, inst: Inst, errors: &mut VerifierErrors) {
        let data = &self.func.dfg[inst];
        if let Some(message) = self.immediate_error(inst, data) {
            self.at(inst, message, errors);
        }
        let opcode = data.opcode;
        if !opcode.is_call()
            && opcode != Opcode::SequencePoint
            && !self.func.dfg.debug_tags(inst).is_empty()
        {
            let message = format!("{opcode} has debug tags: only calls and sequence_point can");
            self.at(inst, message, errors);
        }
    }

    fn immediate_error(&self, inst: Inst, data: &InstructionData) -> Option<String> {
        let dfg = &self.func.dfg;
        match data.opcode {
            Opcode::Iconst => {
                let width = data.ctrl_type.bits();
                (width < 64 && data.imm_bits() >> width != 0)
                    .then(|| format!("the number does not fit in {width} bits without sign"))
            }
            Opcode::Vconst | Opcode::F128const => {
                let ty = dfg.value_type(*dfg.inst_results(inst).first()?);
                let (found, size) = (dfg.constant_bytes(data.constant()).len(), ty.bytes());
                (found != size as usize)
                    .then(|| format!("the constant has {found} bytes: {ty} has {size}"))
            }
            Opcode::Shuffle => {
                let mask = dfg.immediates[data.immediate()].as_slice();
                if mask.len() != 16 {
                    return Some(format!("the mask has {} bytes: it must have 16", mask.len()));
                }
                let wrong = mask.iter().find(|&&byte| byte > 31)?;
                Some(format!("the mask names byte {wrong}: the last one is 31"))
            }
            Opcode::Insertlane | Opcode::Extractlane | Opcode::ExtractVector => {
                let lanes = data.ctrl_type.min_lane_count();
                (u32::from(data.lane()) >= lanes)
                    .then(|| format!("lane {} of a vector with {lanes}", data.lane()))
            }
            Opcode::Bitcast => self.bitcast_error(inst, data),
            Opcode::SymbolValue | Opcode::TlsValue => {
                let pointer = self.target.pointer_type?;
                let expected = &self.func.global_values[data.global_value()];
                let expected = expected.type_with_pointer(pointer);
                (expected != data.ctrl_type)
                    .then(|| format!("{} has type {expected}", data.global_value()))
            }
            Opcode::GetPinnedReg | Opcode::SetPinnedReg => {
                let target = self.target;
                let enabled = target.pointer_type.is_some() && target.flags.enable_pinned_reg();
                (!enabled).then(|| format!("{} needs a target with enable_pinned_reg", data.opcode))
            }
            Opcode::GetFramePointer | Opcode::GetReturnAddress => {
                let flags = self.target.flags;
                let kept = flags.preserve_frame_pointers();
                (!kept)
                    .then(|| format!("{} needs a target with preserve_frame_pointers", data.opcode))
            }
            Opcode::GetExceptionHandlerAddress => self.handler_error(data),
            opcode => {
                let stores = opcode.can_store() && !opcode.can_load();
                let readonly = data.memflags().is_some_and(|flags| flags.readonly());
                (stores && readonly).then(|| format!("{opcode} to memory that is readonly"))
            }
        }
    }

    fn bitcast_error(&self, inst: Inst, data: &InstructionData) -> Option<String> {
        let dfg = &self.func.dfg;
        let (from, to) = (dfg.value_type(*dfg.inst_args(inst).first()?), data.ctrl_type);
        let flags = data.mem_flags();
        let order = flags.explicit_endianness();
        let mut only_order = crate::ir::MemFlags::new();
        if let Some(order) = order {
            only_order.set_endianness(order);
        }
        if flags != only_order {
            return Some("bitcast has no flags but little and big".to_string());
        }
        (order.is_none() && from.min_lane_count() != to.min_lane_count())
            .then(|| format!("{from} and {to} have different lanes: say little or big"))
    }

    fn handler_error(&self, data: &InstructionData) -> Option<String> {
        let (block, index) = (data.handler_block(), data.edge_index());
        let last = self.func.layout.last_inst(block);
        let table = last.and_then(|inst| {
            let last = &self.func.dfg[inst];
            last.exception_table().filter(|&t| self.func.dfg.exception_tables.is_valid(t))
        });
        let Some(table) = table else {
            return Some(format!("{block} does not end in a try_call"));
        };
        let edges = self.func.dfg.exception_tables[table].all_branches().len().saturating_sub(1);
        let fits = usize::try_from(index).is_ok_and(|index| index < edges);
        (!fits).then(|| format!("edge {index} of a try_call with {edges} exceptional edges"))
    }
}
