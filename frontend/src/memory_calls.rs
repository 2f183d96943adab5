//! Calls of the C library's memory functions, and the same inline where the size is small.
//!
//! Small means at most [`MAX_INLINE`] accesses; each is as wide as the alignments allow, up to a
//! pointer's width.

use std::num::NonZeroU8;

use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::types::{self, Type};
use windlass_core::ir::{
    AbiParam, ExtFuncData, ExternalName, FuncRef, InstBuilder, LibCall, MemFlags, Signature, Value,
};
use windlass_core::isa::TargetFrontendConfig;

use crate::builder::FunctionBuilder;

/// The most loads or stores that stand for one call.
const MAX_INLINE: u64 = 4;

impl FunctionBuilder<'_> {
    fn library_function(
        &mut self,
        config: TargetFrontendConfig,
        call: LibCall,
        params: &[Type],
        result: Option<Type>,
    ) -> FuncRef {
        let mut signature = Signature::new(config.default_call_conv);
        signature.params.extend(params.iter().map(|&ty| AbiParam::new(ty)));
        signature.returns.extend(result.map(AbiParam::new));
        let signature = self.import_signature(signature);
        self.import_function(ExtFuncData {
            name: ExternalName::LibCall(call),
            signature,
            colocated: false,
        })
    }

    /// Calls `memcpy`: the areas must not overlap.
    pub fn call_memcpy(
        &mut self,
        config: TargetFrontendConfig,
        dest: Value,
        src: Value,
        size: Value,
    ) {
        let p = config.pointer_type();
        let callee = self.library_function(config, LibCall::Memcpy, &[p, p, p], Some(p));
        self.ins().call(callee, &[dest, src, size]);
    }

    /// Calls `memmove`: the areas may overlap.
    pub fn call_memmove(
        &mut self,
        config: TargetFrontendConfig,
        dest: Value,
        source: Value,
        size: Value,
    ) {
        let p = config.pointer_type();
        let callee = self.library_function(config, LibCall::Memmove, &[p, p, p], Some(p));
        self.ins().call(callee, &[dest, source, size]);
    }

    /// Calls `memset` with the low byte of `ch`.
    pub fn call_memset(
        &mut self,
        config: TargetFrontendConfig,
        buffer: Value,
        ch: Value,
        size: Value,
    ) {
        let p = config.pointer_type();
        let callee = self.library_function(config, LibCall::Memset, &[p, types::I32, p], Some(p));
        let width = self.func.dfg.value_type(ch).bits();
        let ch = match width {
            0..32 => self.ins().uextend(types::I32, ch),
            32 => ch,
            _ => self.ins().ireduce(types::I32, ch),
        };
        self.ins().call(callee, &[buffer, ch, size]);
    }

    /// Calls `memcmp`; the result is an i32 below, equal to or above zero.
    pub fn call_memcmp(
        &mut self,
        config: TargetFrontendConfig,
        left: Value,
        right: Value,
        size: Value,
    ) -> Value {
        let p = config.pointer_type();
        let result = Some(types::I32);
        let callee = self.library_function(config, LibCall::Memcmp, &[p, p, p], result);
        let call = self.ins().call(callee, &[left, right, size]);
        self.func.dfg.first_result(call)
    }

    /// Copies `size` bytes, inline if that is short.
    #[allow(clippy::too_many_arguments)]
    pub fn emit_small_memory_copy(
        &mut self,
        config: TargetFrontendConfig,
        dest: Value,
        src: Value,
        size: u64,
        dest_align: u8,
        src_align: u8,
        non_overlapping: bool,
        mut flags: MemFlags,
    ) {
        if size == 0 {
            return;
        }
        let Some((ty, count)) = accesses(config, size, dest_align.min(src_align)) else {
            let size = self.ins().iconst(config.pointer_type(), size as i64);
            if non_overlapping {
                self.call_memcpy(config, dest, src, size);
            } else {
                self.call_memmove(config, dest, src, size);
            }
            return;
        };
        flags.set_aligned();
        // All loads before all stores, so that overlap does no harm.
        let step = ty.bytes() as i32;
        let mut values = [None; MAX_INLINE as usize];
        for (value, n) in values.iter_mut().zip(0..count as i32) {
            *value = Some(self.ins().load(ty, flags, src, n * step));
        }
        for (n, value) in values.into_iter().flatten().enumerate() {
            self.ins().store(flags, value, dest, n as i32 * step);
        }
    }

    /// Fills `size` bytes with `ch`, inline if that is short.
    pub fn emit_small_memset(
        &mut self,
        config: TargetFrontendConfig,
        buffer: Value,
        ch: u8,
        size: u64,
        buffer_align: u8,
        mut flags: MemFlags,
    ) {
        if size == 0 {
            return;
        }
        let Some((ty, count)) = accesses(config, size, buffer_align) else {
            let ch = self.ins().iconst(types::I32, i64::from(ch));
            let size = self.ins().iconst(config.pointer_type(), size as i64);
            self.call_memset(config, buffer, ch, size);
            return;
        };
        flags.set_aligned();
        let pattern = u64::from(ch) * 0x0101_0101_0101_0101;
        let pattern = pattern >> (64 - ty.bits());
        let value = self.ins().iconst(ty, pattern as i64);
        for n in 0..count as i32 {
            self.ins().store(flags, value, buffer, n * ty.bytes() as i32);
        }
    }

    /// Compares `size` bytes by `cc` as `memcmp` orders them; inline if only equality is asked
    /// for, or an unsigned order, and one access on each side does it.
    #[allow(clippy::too_many_arguments)]
    pub fn emit_small_memory_compare(
        &mut self,
        config: TargetFrontendConfig,
        int_cc: IntCC,
        left: Value,
        right: Value,
        size: u64,
        left_align: NonZeroU8,
        right_align: NonZeroU8,
        flags: MemFlags,
    ) -> Value {
        if size == 0 {
            let holds = matches!(
                int_cc,
                IntCC::Equal
                    | IntCC::SignedGreaterThanOrEqual
                    | IntCC::SignedLessThanOrEqual
                    | IntCC::UnsignedGreaterThanOrEqual
                    | IntCC::UnsignedLessThanOrEqual
            );
            return self.ins().iconst(types::I8, i64::from(holds));
        }
        let align = left_align.min(right_align).get();
        let equality = matches!(int_cc, IntCC::Equal | IntCC::NotEqual);
        if let Some((ty, 1)) = accesses(config, size, align)
            && (equality || ty == types::I8)
        {
            let mut flags = flags;
            flags.set_aligned();
            let left = self.ins().load(ty, flags, left, 0);
            let right = self.ins().load(ty, flags, right, 0);
            return self.ins().icmp(int_cc.unsigned(), left, right);
        }
        let size = self.ins().iconst(config.pointer_type(), size as i64);
        let order = self.call_memcmp(config, left, right, size);
        let signed = match int_cc {
            IntCC::UnsignedLessThan => IntCC::SignedLessThan,
            IntCC::UnsignedLessThanOrEqual => IntCC::SignedLessThanOrEqual,
            IntCC::UnsignedGreaterThan => IntCC::SignedGreaterThan,
            IntCC::UnsignedGreaterThanOrEqual => IntCC::SignedGreaterThanOrEqual,
            other => other,
        };
        let zero = self.ins().iconst(types::I32, 0);
        self.ins().icmp(signed, order, zero)
    }
}

/// Type and number of the accesses for `size` bytes, if they are few.
fn accesses(config: TargetFrontendConfig, size: u64, align: u8) -> Option<(Type, u64)> {
    let widest = u64::from(config.pointer_bytes());
    let width = (1 << size.trailing_zeros()).min(u64::from(align)).min(widest);
    let count = size / width.max(1);
    if width == 0 || !width.is_power_of_two() || count > MAX_INLINE {
        return None;
    }
    let ty = match width {
        1 => types::I8,
        2 => types::I16,
        4 => types::I32,
        _ => types::I64,
    };
    Some((ty, count))
}
