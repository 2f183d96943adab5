//! The emission buffer: bytes, and everything that points into them.
//!
//! Branches to labels, of the kinds in `labels`, are written in their longest form and remembered.
//! `CodeBuffer::finish` decides which of them fit a shorter form, by distances that can only
//! shrink, moves the code together in one pass, and carries every recorded offset along. Then come
//! constants and jump tables, and all uses of labels are patched. Each step is linear in the number
//! of labels, branches and bytes.
//!
//! A branch that may turn out not to reach its label even in its longest form waits. Before the
//! first of those that wait is out of reach, an island is put: a jump for each, and one around all.
//! What nobody needs in the end is a form without bytes, so that islands shrink as branches do.
//!
//! A loop that fits one line of code (`LabelTable::line`) gets padding in front, if it would lie
//! in two: processors fetch a line a cycle, and a loop of a few instructions whose line ends in the
//! middle takes twice its time. A function with branches that may want veneers gets none: padding
//! makes distances longer.

use super::labels::{Form, LabelKind, LabelTable};
use super::reloc::{Addend, CodeOffset, Reloc};
use super::row::CodeSink;
use super::vcode::{CONST_LABEL, PoolConst, Span};
use crate::ir::{
    DebugTag, ExceptionTag, ExternalName, FunctionParameters, SourceLoc, TrapCode, UserStackMap,
};
use crate::result::{CodegenError, CodegenResult};
use std::collections::VecDeque;

/// A place in the code that is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Label(pub u32);

const UNBOUND: u32 = u32::MAX;

/// A branch to a label, or another use of one that may have a shorter form. It is emitted in its
/// longest form and keeps its place in that code until the end.
#[derive(Clone, Copy, Debug)]
struct Branch {
    at: u32,
    label: u32,
    word: u32,
    kind: u8,
    /// The form that is chosen so far; `GONE` if there is no need of it.
    form: u8,
    /// The length as emitted.
    long: u8,
    /// The length in the chosen form.
    len: u8,
}

/// The form of a veneer, or of a jump over an island, that nobody needs.
const GONE: u8 = u8::MAX;

/// A jump in an island, for a branch that may not reach its label.
#[derive(Clone, Copy, Debug)]
struct Veneer {
    /// The branch it is for.
    user: u32,
    /// The jump, among the branches.
    branch: u32,
    /// Where the jump is.
    label: u32,
    /// Whether the branch goes through it.
    is_used: bool,
}

/// Padding in front of a loop.
#[derive(Clone, Copy, Debug)]
struct Pad {
    /// Where it is inserted, in the code as emitted.
    at: u32,
    /// Where the loop ends, in the code as emitted.
    end: u32,
    /// Its size; the largest that it can have until that is decided.
    len: u32,
}

/// What a relocation refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FinalizedRelocTarget {
    /// A symbol.
    ExternalName(ExternalName),
    /// An offset in the function itself.
    Func(CodeOffset),
}

impl FinalizedRelocTarget {
    /// The target for printing.
    pub fn display(&self, params: Option<&FunctionParameters>) -> String {
        match self {
            Self::ExternalName(name) => name.display(params).to_string(),
            Self::Func(offset) => format!("func+{offset}"),
        }
    }
}

/// A relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalizedMachReloc {
    /// Where the field is.
    pub offset: CodeOffset,
    /// How it is written.
    pub kind: Reloc,
    /// What it refers to.
    pub target: FinalizedRelocTarget,
    /// Added to the address.
    pub addend: Addend,
}

/// An instruction that may trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachTrap {
    /// Its offset.
    pub offset: CodeOffset,
    /// The reason.
    pub code: TrapCode,
}

/// A range of code that comes from one place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachSrcLoc {
    /// First byte.
    pub start: CodeOffset,
    /// One past the last byte.
    pub end: CodeOffset,
    /// The place in the source.
    pub loc: SourceLoc,
}

/// An entry of a call site's exception table, in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalizedMachExceptionHandler {
    /// Exceptions with this tag go to this offset.
    Tag(ExceptionTag, CodeOffset),
    /// All exceptions go to this offset.
    Default(CodeOffset),
    /// The context of the entries that follow is here.
    Context(ExceptionContextLoc),
}

/// Where the context of exception handlers is during a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionContextLoc {
    /// In memory, at this offset from the stack pointer.
    SPOffset(u32),
    /// In the register with this number. The compiler here always keeps it in memory.
    GPR(u8),
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachCallSite {
    /// Offset of the instruction after the call.
    pub ret_addr: CodeOffset,
    /// Distance from the stack pointer at the call to the frame pointer.
    pub frame_offset: Option<u32>,
    /// Its entries in `CodeBuffer::handlers`.
    pub handlers: Span,
}

/// A place where debug tags are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachDebugTags {
    /// The offset.
    pub offset: CodeOffset,
    /// The tags.
    pub tags: Vec<DebugTag>,
}

/// Bytes with everything that points into them. Offsets are final only after `finish`.
#[derive(Default, Clone, Debug)]
pub struct CodeBuffer {
    data: Vec<u8>,
    table: &'static LabelTable,
    /// Alignment that the function needs.
    pub alignment: u32,
    relocs: Vec<FinalizedMachReloc>,
    traps: Vec<MachTrap>,
    srclocs: Vec<MachSrcLoc>,
    call_sites: Vec<MachCallSite>,
    handlers: Vec<FinalizedMachExceptionHandler>,
    user_stack_maps: Vec<(CodeOffset, u32, UserStackMap)>,
    debug_tags: Vec<MachDebugTags>,
    patchable_calls: Vec<(CodeOffset, u32)>,
    frame_size: u32,
    /// Where code ends and constants begin.
    code_size: u32,
    labels: Vec<u32>,
    /// Labels in the order in which they were bound.
    bound: Vec<u32>,
    fixups: Vec<(u32, u32, u8)>,
    pending_relocs: Vec<(u32, u8, u32, i64)>,
    branches: Vec<Branch>,
    islands: Islands,
    const_labels: Vec<u32>,
    tables: Vec<(Label, Span)>,
    table_labels: Vec<Label>,
    aliases: Vec<(Label, Label)>,
    /// Loops that may get padding, and those that do.
    pads: Vec<Pad>,
    scratch: Vec<u32>,
}

/// Branches that may want veneers, and the islands that were made for them.
#[derive(Default, Clone, Debug)]
struct Islands {
    /// The branches that wait for their label to be bound, in the order of the code.
    waiting: VecDeque<u32>,
    /// An instruction that begins behind this offset might end where an island is too late.
    due: u32,
    /// Bytes of a veneer, and how far the branches that may want one reach.
    limits: Option<(u32, u32)>,
    /// In the order of the branches that they are for, and in that of the code.
    veneers: Vec<Veneer>,
    /// The jumps around islands, among the branches.
    around: Vec<u32>,
    /// Whether there is a branch that may want a veneer.
    any_limited: bool,
}

// ---------------------------------------------------------------------------------------------
// The result.

impl CodeBuffer {
    /// The bytes: code, then constants and jump tables.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes, to change (when a relocation is applied in place).
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The size of all bytes.
    pub fn total_size(&self) -> CodeOffset {
        self.data.len() as CodeOffset
    }

    /// The size of the instructions, without constants and jump tables.
    pub fn code_size(&self) -> CodeOffset {
        self.code_size
    }

    /// The relocations, by ascending offset.
    pub fn relocs(&self) -> &[FinalizedMachReloc] {
        &self.relocs
    }

    /// The instructions that may trap, by ascending offset.
    pub fn traps(&self) -> &[MachTrap] {
        &self.traps
    }

    /// The calls, by ascending offset.
    pub fn call_sites(&self) -> impl ExactSizeIterator<Item = FinalizedMachCallSite<'_>> + '_ {
        self.call_sites.iter().map(|site| FinalizedMachCallSite {
            ret_addr: site.ret_addr,
            frame_offset: site.frame_offset,
            exception_handlers: &self.handlers[site.handlers.range()],
        })
    }

    /// The ranges of code with a known place in the source, ascending and without overlap.
    pub fn get_srclocs_sorted(&self) -> &[MachSrcLoc] {
        &self.srclocs
    }

    /// Stack maps: offset of the return address, size of the frame, map.
    pub fn user_stack_maps(&self) -> &[(CodeOffset, u32, UserStackMap)] {
        &self.user_stack_maps
    }

    /// Debug tags by offset.
    pub fn debug_tags(&self) -> &[MachDebugTags] {
        &self.debug_tags
    }

    /// Calls that may be overwritten: offset and length.
    pub fn patchable_call_sites(&self) -> &[(CodeOffset, u32)] {
        &self.patchable_calls
    }

    /// Bytes between the return address and the lowest address of the frame.
    pub fn frame_size(&self) -> u32 {
        self.frame_size
    }
}

/// A call, with its exception table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalizedMachCallSite<'a> {
    /// Offset of the instruction after the call.
    pub ret_addr: CodeOffset,
    /// Distance from the stack pointer at the call to the frame pointer, where there is a frame.
    pub frame_offset: Option<u32>,
    /// The handlers in the order written.
    pub exception_handlers: &'a [FinalizedMachExceptionHandler],
}

// ---------------------------------------------------------------------------------------------
// While code is emitted.

impl CodeBuffer {
    /// Forgets everything but the memory, and makes labels `0..labels`.
    pub fn start(&mut self, table: &'static LabelTable, labels: usize, consts: usize) {
        self.table = table;
        self.data.clear();
        self.relocs.clear();
        self.traps.clear();
        self.srclocs.clear();
        self.call_sites.clear();
        self.handlers.clear();
        self.user_stack_maps.clear();
        self.debug_tags.clear();
        self.patchable_calls.clear();
        self.frame_size = 0;
        self.code_size = 0;
        self.alignment = 1;
        self.labels.clear();
        self.labels.resize(labels, UNBOUND);
        self.bound.clear();
        self.fixups.clear();
        self.pending_relocs.clear();
        self.branches.clear();
        self.islands.start(table);
        self.const_labels.clear();
        self.const_labels.resize(consts, UNBOUND);
        self.tables.clear();
        self.table_labels.clear();
        self.aliases.clear();
        self.pads.clear();
    }

    /// The offset of the next byte, in code that may still shrink.
    #[inline]
    pub fn cur_offset(&self) -> u32 {
        self.data.len() as u32
    }

    /// A new label.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label to the next byte.
    pub fn bind(&mut self, label: Label) {
        assert_eq!(self.labels[label.0 as usize], UNBOUND, "label {} is bound twice", label.0);
        self.labels[label.0 as usize] = self.data.len() as u32;
        self.bound.push(label.0);
    }

    /// Whether a label is bound.
    #[inline]
    pub fn is_bound(&self, label: Label) -> bool {
        self.labels[label.0 as usize] != UNBOUND
    }

    /// Makes `label` the same place as `target`. Branches must name the target itself.
    pub fn alias(&mut self, label: Label, target: Label) {
        self.aliases.push((label, target));
    }

    /// Puts a branch, or another use of a label, in its longest form. `word` is what it does, as its
    /// kind says.
    #[inline]
    pub fn put_branch(&mut self, label: Label, kind: u8, word: u32) {
        let row = &self.table.kinds[kind as usize];
        if row.veneer.is_some() {
            self.limit_reach(label, row.long());
        }
        self.push_branch(label.0, row, kind, word);
    }

    /// Puts a jump.
    #[inline]
    pub fn put_jump(&mut self, label: Label) {
        let (kind, word) = self.table.jump;
        self.put_branch(label, kind, word);
    }

    #[inline]
    fn push_branch(&mut self, label: u32, row: &LabelKind, kind: u8, word: u32) {
        let at = self.data.len() as u32;
        let (form, long) = (row.forms.len() as u8 - 1, row.long());
        self.branches.push(Branch { at, label, word, kind, form, long, len: long });
        self.data.extend_from_slice(&[0; 16][..long as usize]);
    }

    /// Whether the machine has branches that may want veneers. Else `make_room` does nothing.
    #[inline]
    pub fn has_veneers(&self) -> bool {
        self.islands.limits.is_some()
    }

    /// Puts an island, if one must not come much later. Between any two instructions.
    #[inline]
    pub fn make_room(&mut self) {
        if self.data.len() as u32 > self.islands.due {
            self.settle(0, true);
        }
    }

    /// No code runs into what comes next. An island that is due soon comes here.
    #[inline]
    pub fn gap(&mut self) {
        if self.islands.due != u32::MAX {
            let (_, reach) = self.islands.limits.unwrap_or_default();
            self.settle(reach / 2, false);
        }
    }

    /// Notes that the branch that comes next, of `long` bytes, may want a veneer.
    #[cold]
    fn limit_reach(&mut self, label: Label, long: u8) {
        self.islands.any_limited = true;
        let (veneer, reach) = self.islands.limits.expect("the table has a kind with veneers");
        let at = self.data.len() as u32;
        if self.is_bound(label) && at + u32::from(long) - self.labels[label.0 as usize] <= reach {
            return;
        }
        // With this branch there is one veneer more, and the island may come later than now.
        let more = u32::from(long) + veneer;
        if at + more > self.islands.due {
            self.settle(more, true);
        }
        self.islands.waiting.push_back(self.branches.len() as u32);
        self.islands.due = self.due();
    }

    /// The most bytes from where an island must be begun to where its last veneer begins, with room
    /// for an instruction before it.
    fn overhead(&self, veneers: u32) -> u32 {
        let (veneer, _) = self.islands.limits.unwrap_or_default();
        let around = self.table.kinds[self.table.jump.0 as usize].long();
        self.table.stretch + u32::from(around) + veneers * veneer
    }

    /// The last offset at which an instruction may begin before there is an island.
    fn due(&self) -> u32 {
        let Some(&first) = self.islands.waiting.front() else { return u32::MAX };
        let (_, reach) = self.islands.limits.unwrap_or_default();
        let last = match self.branches.get(first as usize) {
            Some(branch) => branch.at,
            None => self.data.len() as u32,
        };
        (last + reach).saturating_sub(self.overhead(self.islands.waiting.len() as u32))
    }

    /// Whether the label of a branch that waits was bound since.
    fn has_met(&self, branch: u32) -> bool {
        let Branch { at, label, .. } = self.branches[branch as usize];
        let place = self.labels[label as usize];
        place != UNBOUND && place > at
    }

    /// Lets go of branches that have met their label. If that does not leave room for `more` bytes,
    /// puts an island for all others, with a jump `around` it.
    #[cold]
    fn settle(&mut self, more: u32, around: bool) {
        while let Some(&first) = self.islands.waiting.front()
            && self.has_met(first)
        {
            self.islands.waiting.pop_front();
        }
        self.islands.due = self.due();
        if self.data.len() as u32 + more <= self.islands.due {
            return;
        }
        let mut waiting = core::mem::take(&mut self.islands.waiting);
        let over = self.new_label();
        let kinds = self.table.kinds;
        if around {
            let (jump, word) = self.table.jump;
            self.islands.around.push(self.branches.len() as u32);
            self.push_branch(over.0, &kinds[jump as usize], jump, word);
        }
        for user in waiting.drain(..) {
            if self.has_met(user) {
                continue;
            }
            let Branch { label, kind, .. } = self.branches[user as usize];
            let (kind, word) = kinds[kind as usize].veneer.expect("what waits may want a veneer");
            let here = self.new_label();
            self.bind(here);
            let branch = self.branches.len() as u32;
            self.islands.veneers.push(Veneer { user, branch, label: here.0, is_used: true });
            self.push_branch(label, &kinds[kind as usize], kind, word);
        }
        self.bind(over);
        self.islands.waiting = waiting;
        self.islands.due = u32::MAX;
    }

    /// The code from a label, which is bound, to here is a loop.
    pub fn loop_ends(&mut self, header: Label) {
        let (at, end) = (self.labels[header.0 as usize], self.data.len() as u32);
        // Branches in it may shrink.
        let may_fit = end - at <= 2 * MAX_LINE;
        // The address behind a call is where the call returns to, and nothing comes between.
        let behind_call = self.call_sites.iter().rev().map(|call| call.ret_addr);
        if may_fit && !behind_call.take_while(|addr| *addr >= at).any(|addr| addr == at) {
            self.pads.push(Pad { at, end, len: 0 });
        }
    }

    /// The next instruction may trap.
    #[inline]
    pub fn trap_here(&mut self, code: TrapCode) {
        let offset = self.data.len() as u32;
        self.traps.push(MachTrap { offset, code });
    }

    /// The code from `start` on comes from `loc`.
    #[inline]
    pub fn srcloc_range(&mut self, start: u32, loc: SourceLoc) {
        let end = self.data.len() as u32;
        if start == end || loc.is_default() {
            return;
        }
        if let Some(last) = self.srclocs.last_mut()
            && last.end == start
            && last.loc == loc
        {
            last.end = end;
            return;
        }
        self.srclocs.push(MachSrcLoc { start, end, loc });
    }

    /// A call ends here.
    pub fn call_site(&mut self, frame_offset: Option<u32>) {
        let ret_addr = self.data.len() as u32;
        let at = self.handlers.len() as u32;
        let handlers = Span { start: at, end: at };
        self.call_sites.push(MachCallSite { ret_addr, frame_offset, handlers });
    }

    /// A handler of the last call: a tag (or all), and where it goes.
    pub fn handler(&mut self, tag: Option<ExceptionTag>, label: Label) {
        self.handlers.push(match tag {
            Some(tag) => FinalizedMachExceptionHandler::Tag(tag, label.0),
            None => FinalizedMachExceptionHandler::Default(label.0),
        });
        self.grow_handlers();
    }

    /// A context of the last call's handlers that follow.
    pub fn handler_context(&mut self, offset: u32) {
        self.handlers
            .push(FinalizedMachExceptionHandler::Context(ExceptionContextLoc::SPOffset(offset)));
        self.grow_handlers();
    }

    fn grow_handlers(&mut self) {
        let end = self.handlers.len() as u32;
        self.call_sites.last_mut().expect("a call has handlers").handlers.end = end;
    }

    /// The stack map of the call that ends here.
    pub fn stack_map(&mut self, frame_size: u32, map: UserStackMap) {
        self.user_stack_maps.push((self.data.len() as u32, frame_size, map));
    }

    /// The debug tags of this place.
    pub fn tags(&mut self, tags: &[DebugTag]) {
        let offset = self.data.len() as u32;
        self.debug_tags.push(MachDebugTags { offset, tags: tags.to_vec() });
    }

    /// The last `len` bytes are a call that may be overwritten.
    pub fn patchable_call(&mut self, len: u32) {
        self.patchable_calls.push((self.data.len() as u32 - len, len));
    }

    /// A table of distances from `label`, where the table will be, to `targets`.
    pub fn jump_table(&mut self, label: Label, targets: &[Label]) {
        let start = self.table_labels.len() as u32;
        self.table_labels.extend_from_slice(targets);
        let end = self.table_labels.len() as u32;
        self.tables.push((label, Span { start, end }));
    }

    /// Sets the size of the frame.
    pub fn set_frame_size(&mut self, size: u32) {
        self.frame_size = size;
    }
}

impl Islands {
    fn start(&mut self, table: &LabelTable) {
        self.waiting.clear();
        self.due = u32::MAX;
        self.limits = table.veneers();
        self.veneers.clear();
        self.around.clear();
        self.any_limited = false;
    }
}

impl CodeSink for CodeBuffer {
    #[inline]
    fn offset(&self) -> u32 {
        self.data.len() as u32
    }

    #[inline]
    fn put_inst(&mut self, bytes: &[u8; 16], len: usize) {
        // Sixteen bytes at once, then back to the length.
        let end = self.data.len() + len;
        self.data.extend_from_slice(bytes);
        self.data.truncate(end);
    }

    #[inline]
    fn put_bytes(&mut self, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
    }

    #[inline]
    fn use_label_at_offset(&mut self, offset: u32, label: u32, kind: u8) {
        self.fixups.push((offset, label, kind));
    }

    #[inline]
    fn add_reloc_at_offset(&mut self, offset: u32, kind: u8, symbol: u32, addend: i64) {
        self.pending_relocs.push((offset, kind, symbol, addend));
    }
}

// ---------------------------------------------------------------------------------------------
// The end.

/// The largest line of any machine.
const MAX_LINE: u32 = 64;

/// Carries ascending offsets to where they are after branches have been shortened and padding has
/// been inserted.
struct Shift<'a> {
    branches: &'a [Branch],
    pads: &'a [Pad],
    removed: u32,
    added: u32,
}

impl<'a> Shift<'a> {
    fn new(branches: &'a [Branch], pads: &'a [Pad]) -> Self {
        Shift { branches, pads, removed: 0, added: 0 }
    }

    #[inline]
    fn map(&mut self, offset: u32) -> u32 {
        // The bytes that go are the last ones of a branch: what follows it moves.
        while let Some(branch) = self.branches.first()
            && branch.at + branch.long as u32 <= offset
        {
            self.removed += (branch.long - branch.len) as u32;
            self.branches = &self.branches[1..];
        }
        // What is at the place of padding stands behind it.
        while let Some(pad) = self.pads.first()
            && pad.at <= offset
        {
            self.added += pad.len;
            self.pads = &self.pads[1..];
        }
        offset + self.added - self.removed
    }
}

/// Code of more bytes might exceed what a distance of 32 bits reaches.
const MAX_CODE: usize = 1 << 30;

/// The alignment of jump tables.
const TABLE_ALIGN: u32 = 4;

/// The place of a label, or of a constant.
#[inline]
fn place_of(labels: &[u32], const_labels: &[u32], label: u32) -> u32 {
    let place = match label & CONST_LABEL {
        0 => labels[label as usize],
        _ => const_labels[(label & !CONST_LABEL) as usize],
    };
    assert_ne!(place, UNBOUND, "label {label} is bound");
    place
}

/// Where constants and jump tables lie behind code that ends at `end`; `align` is how a place is
/// aligned.
fn place_data(
    mut end: u32,
    align: impl Fn(u32, u32) -> u32,
    (consts, _): Pool<'_>,
    tables: &[(Label, Span)],
    labels: &mut [u32],
    const_labels: &mut [u32],
) {
    for (constant, label) in consts.iter().zip(const_labels) {
        *label = align(end, constant.align);
        end = *label + constant.bytes.len() as u32;
    }
    for &(label, targets) in tables {
        let start = align(end, TABLE_ALIGN);
        labels[label.0 as usize] = start;
        end = start + 4 * targets.len() as u32;
    }
}

/// The size of a loop of at most a few lines, with branches as they are.
fn size_of(branches: &[Branch], pad: &Pad) -> u32 {
    let first = branches.partition_point(|branch| branch.at < pad.at);
    let inside = branches[first..].iter().take_while(|branch| branch.at < pad.end);
    pad.end - pad.at - inside.map(|b| (b.long - b.len) as u32).sum::<u32>()
}

/// The constants of a function: place of the bytes and alignment of each, and all bytes.
pub type Pool<'a> = (&'a [PoolConst], &'a [u8]);

impl CodeBuffer {
    /// Chooses the forms of branches, appends constants and jump tables, patches all labels, and
    /// makes offsets final. `offsets` are further ascending lists of offsets to carry along;
    /// `reloc` turns the backend's relocations into public ones.
    ///
    /// # Errors
    /// If a label is out of reach.
    pub fn finish(
        &mut self,
        pool: Pool<'_>,
        offsets: &mut [&mut Vec<u32>],
        mut reloc: impl FnMut(u8, u32, i64) -> (Reloc, ExternalName, i64),
    ) -> CodegenResult<()> {
        if self.data.len() > MAX_CODE {
            return Err(CodegenError::CodeTooLarge);
        }
        // Branches backwards may still wait.
        self.settle(u32::MAX >> 1, false);
        self.relax(pool);
        if !self.pads.is_empty() && !self.islands.any_limited {
            self.place_loops(pool);
        } else {
            self.pads.clear();
        }
        self.move_together(pool, offsets)?;
        self.code_size = self.data.len() as u32;
        self.append_data(pool);
        for &(at, label, kind) in &self.fixups {
            let target = place_of(&self.labels, &self.const_labels, label);
            self.table.patch(&mut self.data, kind, at, target)?;
        }
        for &(offset, kind, symbol, addend) in &self.pending_relocs {
            let (kind, name, addend) = reloc(kind, symbol, addend);
            self.relocs.push(FinalizedMachReloc {
                offset,
                kind,
                target: FinalizedRelocTarget::ExternalName(name),
                addend,
            });
        }
        for handler in &mut self.handlers {
            match handler {
                FinalizedMachExceptionHandler::Tag(_, offset)
                | FinalizedMachExceptionHandler::Default(offset) => {
                    *offset = self.labels[*offset as usize];
                }
                FinalizedMachExceptionHandler::Context(_) => {}
            }
        }
        Ok(())
    }

    /// Decides which forms branches have. A first round measures distances as emitted; a second one
    /// in the code that the first has shortened. Both are safe: distances only shrink, and padding
    /// is counted with the most that it can be.
    fn relax(&mut self, pool: Pool<'_>) {
        if self.branches.is_empty() {
            return;
        }
        let CodeBuffer { branches, labels, bound, scratch, pads, table, .. } = self;
        for round in 0..2 {
            // Where labels are now.
            let mut shift = Shift::new(if round == 0 { &[] } else { branches }, pads);
            if round == 0 && pads.is_empty() {
                scratch.clone_from(labels);
            } else {
                scratch.resize(labels.len(), UNBOUND);
                for &label in bound.iter() {
                    scratch[label as usize] = shift.map(labels[label as usize]);
                }
            }
            if table.data_in_forms {
                // Code that shrinks may leave more of a gap before each piece of data.
                let end = shift.map(self.data.len() as u32);
                let gap = |at: u32, align: u32| at + align - 1;
                place_data(end, gap, pool, &self.tables, scratch, &mut self.const_labels);
            }
            let mut removed = 0;
            let mut added = 0;
            let mut next_pads = &pads[..];
            let Islands { veneers, around, .. } = &mut self.islands;
            let (mut users, mut jumps, mut around) = (0, 0, &around[..]);
            for (n, branch) in branches.iter_mut().enumerate() {
                while let Some(pad) = next_pads.first()
                    && pad.at <= branch.at
                {
                    added += pad.len;
                    next_pads = &next_pads[1..];
                }
                let at = branch.at + added - removed;
                // What this round gains is not in its own measure.
                let now = branch.len;
                removed += (branch.long - now) as u32;
                if branch.form == GONE || branch.form == 0 && veneers.is_empty() {
                    continue;
                }
                let user = veneers.get_mut(users).filter(|veneer| veneer.user == n as u32);
                // What may want a veneer may not reach its label in the form that it has.
                let forms = branch.form as usize + user.is_some() as usize;
                let forms = &table.kinds[branch.kind as usize].forms[..forms];
                let target = place_of(scratch, &self.const_labels, branch.label);
                let reaches = |form: &Form, target| form.reaches(at, now, target);
                let mut form = forms.iter().position(|form| reaches(form, target));
                if let Some(veneer) = user {
                    veneer.is_used = form.is_none();
                    if form.is_none() {
                        let veneer = scratch[veneer.label as usize];
                        form = forms.iter().position(|form| reaches(form, veneer));
                    }
                    users += 1;
                }
                if let Some(form) = form {
                    branch.form = form as u8;
                    branch.len = forms[form].len;
                }
                if veneers.is_empty() {
                    continue;
                }
                while veneers.get(jumps).is_some_and(|veneer| veneer.branch < n as u32) {
                    jumps += 1;
                }
                let veneer = veneers.get(jumps).filter(|veneer| veneer.branch == n as u32);
                let mut is_gone = veneer.is_some_and(|veneer| !veneer.is_used);
                if let Some((&first, rest)) = around.split_first()
                    && first == n as u32
                {
                    is_gone = target == at + u32::from(now);
                    around = rest;
                }
                if is_gone {
                    branch.form = GONE;
                    branch.len = 0;
                }
            }
        }
    }

    /// Chooses the loops that are kept within a line, and their padding: with branches as they are,
    /// those that fit one, without those in them. Then branches are chosen again, with the padding
    /// in their way.
    fn place_loops(&mut self, pool: Pool<'_>) {
        let line = self.table.line;
        debug_assert!(line.is_power_of_two() && line <= MAX_LINE);
        // A loop before those in it.
        self.pads.sort_unstable_by_key(|pad| (pad.at, u32::MAX - pad.end));
        let branches = &self.branches;
        let mut end = 0;
        self.pads.retain_mut(|pad| {
            let keeps = pad.at >= end && size_of(branches, pad) <= line;
            if keeps {
                end = pad.end;
                pad.len = line - 1;
            }
            keeps
        });
        if self.pads.is_empty() {
            return;
        }
        for branch in &mut self.branches {
            branch.form = self.table.kinds[branch.kind as usize].forms.len() as u8 - 1;
            branch.len = branch.long;
        }
        self.relax(pool);
        let mut shift = Shift::new(&self.branches, &[]);
        let mut added = 0;
        for pad in &mut self.pads {
            let before = (shift.map(pad.at) + added) % line;
            let size = size_of(&self.branches, pad);
            pad.len = if size <= line && before + size > line { line - before } else { 0 };
            added += pad.len;
        }
        self.alignment = self.alignment.max(line);
    }

    /// Moves the code together over the bytes that short branches do not need, and apart for
    /// padding.
    fn move_together(
        &mut self,
        pool: Pool<'_>,
        offsets: &mut [&mut Vec<u32>],
    ) -> CodegenResult<()> {
        let mut shift = Shift::new(&self.branches, &self.pads);
        for &label in &self.bound {
            self.labels[label as usize] = shift.map(self.labels[label as usize]);
        }
        for &(label, target) in &self.aliases {
            self.labels[label.0 as usize] = self.labels[target.0 as usize];
        }
        let end = shift.map(self.data.len() as u32);
        let (labels, const_labels) = (&mut self.labels, &mut self.const_labels);
        place_data(end, u32::next_multiple_of, pool, &self.tables, labels, const_labels);
        // With room for all padding in front, bytes only ever move down.
        let room = self.pads.iter().map(|pad| pad.len as usize).sum::<usize>();
        if room != 0 {
            let len = self.data.len();
            self.data.resize(len + room, 0);
            self.data.copy_within(..len, room);
        }
        let mut from = room;
        let mut to = 0;
        let data = &mut self.data;
        let copy = |data: &mut Vec<u8>, from: &mut usize, to: &mut usize, end: usize| {
            if from != to {
                data.copy_within(*from..end, *to);
            }
            *to += end - *from;
            *from = end;
        };
        let table = self.table;
        let mut veneers = &self.islands.veneers[..];
        let mut pads = &self.pads[..];
        let mut pad_to = |data: &mut Vec<u8>, from: &mut usize, to: &mut usize, limit: u32| {
            while let Some((pad, rest)) = pads.split_first()
                && pad.at <= limit
            {
                copy(data, from, to, pad.at as usize + room);
                let end = *to + pad.len as usize;
                table.write_nops(&mut data[*to..end]);
                *to = end;
                pads = rest;
            }
        };
        for (n, branch) in self.branches.iter().enumerate() {
            pad_to(data, &mut from, &mut to, branch.at);
            copy(data, &mut from, &mut to, branch.at as usize + room);
            let mut label = branch.label;
            if let Some((veneer, rest)) = veneers.split_first()
                && veneer.user == n as u32
            {
                label = if veneer.is_used { veneer.label } else { label };
                veneers = rest;
            }
            if branch.form != GONE {
                let kind = &table.kinds[branch.kind as usize];
                let form = &kind.forms[branch.form as usize];
                let target = place_of(&self.labels, &self.const_labels, label);
                let out = &mut data[to..to + form.len as usize];
                table.write(out, kind, form, branch.word, to as u32, target)?;
                to += form.len as usize;
            }
            from += branch.long as usize;
        }
        pad_to(data, &mut from, &mut to, u32::MAX);
        let end = data.len();
        copy(data, &mut from, &mut to, end);
        data.truncate(to);
        if self.branches.iter().all(|b| b.len == b.long) && room == 0 {
            return Ok(());
        }
        let (branches, pads) = (&self.branches[..], &self.pads[..]);
        let shift = || Shift::new(branches, pads);
        let mut s = shift();
        self.traps.iter_mut().for_each(|t| t.offset = s.map(t.offset));
        let mut s = shift();
        self.fixups.iter_mut().for_each(|f| f.0 = s.map(f.0));
        let mut s = shift();
        self.pending_relocs.iter_mut().for_each(|r| r.0 = s.map(r.0));
        let mut s = shift();
        for range in &mut self.srclocs {
            range.start = s.map(range.start);
            range.end = s.map(range.end);
        }
        let mut s = shift();
        self.call_sites.iter_mut().for_each(|c| c.ret_addr = s.map(c.ret_addr));
        let mut s = shift();
        self.user_stack_maps.iter_mut().for_each(|m| m.0 = s.map(m.0));
        let mut s = shift();
        self.debug_tags.iter_mut().for_each(|t| t.offset = s.map(t.offset));
        let mut s = shift();
        self.patchable_calls.iter_mut().for_each(|c| c.0 = s.map(c.0));
        for list in offsets {
            let mut s = shift();
            list.iter_mut().for_each(|offset| *offset = s.map(*offset));
        }
        Ok(())
    }

    fn append_data(&mut self, (consts, bytes): Pool<'_>) {
        for (n, constant) in consts.iter().enumerate() {
            self.align(constant.align);
            debug_assert_eq!(self.const_labels[n] as usize, self.data.len());
            self.data.extend_from_slice(&bytes[constant.bytes.range()]);
        }
        if !self.tables.is_empty() {
            self.align(TABLE_ALIGN);
        }
        for &(label, targets) in &self.tables {
            let start = self.labels[label.0 as usize];
            for target in &self.table_labels[targets.range()] {
                let distance = self.labels[target.0 as usize].wrapping_sub(start);
                self.data.extend_from_slice(&match self.table.big_endian {
                    true => distance.to_be_bytes(),
                    false => distance.to_le_bytes(),
                });
            }
        }
    }

    fn align(&mut self, align: u32) {
        self.alignment = self.alignment.max(align);
        let len = self.data.len().next_multiple_of(align as usize);
        self.data.resize(len, self.table.filler);
    }

    /// Where a label is; after `finish`.
    pub fn label_offset(&self, label: Label) -> CodeOffset {
        self.labels[label.0 as usize]
    }
}
