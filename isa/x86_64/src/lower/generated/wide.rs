//! Generated from `isa/x86_64/rules/wide.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:14 and_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_and(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:43 bitcast_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I128 { if wide_copy(cx, inst, x) { return true; } }
    // wide.rules:44 bitcast_f128_to_int
    if ty == I128 && let x = d.args[0] && cx.ty(x) == F128 { if wide_from_f128(cx, inst, x) { return true; } }
    // wide.rules:45 bitcast_int_to_f128
    if ty == F128 && let x = d.args[0] && cx.ty(x) == I128 { if wide_to_f128(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:24 bitrev_128
    if ty == I128 && let x = d.args[0] { if wide_bitrev(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:18 bitselect_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { if wide_bitselect(cx, inst, c, x, y) { return true; } }
    false
}

pub(super) fn op_bmask(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:30 bmask_to_128
    if ty == I128 && let x = d.args[0] { if wide_bmask(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bnot(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:17 not_128
    if ty == I128 && let x = d.args[0] { if wide_not(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:15 or_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_or(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_bswap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:25 bswap_128
    if ty == I128 && let x = d.args[0] { if wide_bswap(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bxor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:16 xor_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_xor(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:28 cls_128
    if ty == I128 && let x = d.args[0] { if wide_cls(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:26 clz_128
    if ty == I128 && let x = d.args[0] { if wide_clz(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:27 ctz_128
    if ty == I128 && let x = d.args[0] { if wide_ctz(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_iabs(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:12 abs_128
    if ty == I128 && let x = d.args[0] { if wide_abs(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_iadd(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:9 add_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_add(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:32 icmp_128_value
    if ty == I128 { if compare(cx, inst) { return true; } }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:8 iconcat
    if ty == I64 && let lo = d.args[0] && let hi = d.args[1] { if iconcat(cx, inst, lo, hi) { return true; } }
    false
}

pub(super) fn op_imul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:13 mul_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_mul(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_ineg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:11 neg_128
    if ty == I128 && let x = d.args[0] { if wide_neg(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_ishl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:19 shl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { if wide_shl(cx, inst, x, n) { return true; } }
    false
}

pub(super) fn op_isplit(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:7 isplit
    if ty == I128 && let x = d.args[0] { if isplit(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_isub(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:10 sub_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_sub(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_load(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:3 load_128
    if ty == I128 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] { if wide_load(cx, inst, flags, p, off) { return true; } }
    false
}

pub(super) fn op_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:29 popcnt_128
    if ty == I128 && let x = d.args[0] { if wide_popcnt(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_rotl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:22 rotl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { if wide_rotl(cx, inst, x, n) { return true; } }
    false
}

pub(super) fn op_rotr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:23 rotr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { if wide_rotr(cx, inst, x, n) { return true; } }
    false
}

pub(super) fn op_sadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:36 sadd_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_sadd_overflow(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_sadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:40 sadd_cin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { if wide_sadd_cin(cx, inst, x, y, c) { return true; } }
    false
}

pub(super) fn op_select(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:33 select_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { if select_wide(cx, inst, c, x, y) { return true; } }
    false
}

pub(super) fn op_select_spectre_guard(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:34 select_guard_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { if select_wide(cx, inst, c, x, y) { return true; } }
    false
}

pub(super) fn op_sextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:6 sext_128
    if ty == I128 && let x = d.args[0] { if wide_sextend(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_sshr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:21 sar_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { if wide_sshr(cx, inst, x, n) { return true; } }
    false
}

pub(super) fn op_ssub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:38 ssub_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_ssub_overflow(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_ssub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:42 ssub_bin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { if wide_ssub_bin(cx, inst, x, y, c) { return true; } }
    false
}

pub(super) fn op_store(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:4 store_128
    if ty == I128 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] { if wide_store(cx, inst, flags, x, p, off) { return true; } }
    false
}

pub(super) fn op_uadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:35 uadd_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_uadd_overflow(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_uadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:39 uadd_cin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { if wide_uadd_cin(cx, inst, x, y, c) { return true; } }
    false
}

pub(super) fn op_uextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:5 zext_128
    if ty == I128 && let x = d.args[0] { if wide_uextend(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_ushr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:20 shr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { if wide_ushr(cx, inst, x, n) { return true; } }
    false
}

pub(super) fn op_usub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:37 usub_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if wide_usub_overflow(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_usub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // wide.rules:41 usub_bin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { if wide_usub_bin(cx, inst, x, y, c) { return true; } }
    false
}

pub(super) fn cond_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    // wide.rules:31 icmp_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] { return wide_compare(cx, inst, cc, x, y); }
    None
}
