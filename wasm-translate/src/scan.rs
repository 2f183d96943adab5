//! One look ahead over a body: what each loop assigns and calls.
//!
//! The translator needs this at the header of a loop, before it has seen the loop. The scan
//! decodes no more than lengths, validates nothing, and stops at bytes that it does not know:
//! translation fails there, or else [`Scan::is_complete`] says that the two disagree. Its time is
//! linear in the body; the lists it makes are bounded by a budget. A function that exceeds the
//! budget has no lists: every local that it assigns lives in a stack slot.

use crate::func::Homes;

/// What is known of one loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopInfo {
    /// Where its opcode stands in the body.
    at: usize,
    assigned_start: u32,
    assigned_end: u32,
    /// Branches to the header.
    pub back_edges: u32,
    /// Loads and stores, of any memory.
    pub accesses: u32,
    /// Whether anything is called, or a memory or table grown.
    pub has_call: bool,
}

/// The locals that a loop assigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assigned<'a> {
    /// Each once. Values of these must not be used beyond the header of the loop.
    Listed(&'a [u32]),
    /// There are no lists in this function: every local that is assigned anywhere in it must live
    /// in memory.
    InMemory,
}

/// An open block, loop or if.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Index of the loop, or [`NOT_A_LOOP`].
    loop_index: u32,
    /// For a loop: where its assigned locals start among those of the loops around.
    pending: u32,
    /// Branches to its label.
    branches: u32,
    calls_before: u32,
    accesses_before: u32,
}

const NOT_A_LOOP: u32 = u32::MAX;

/// The result of a scan, and memory for it that is used again.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Loops in order of their headers.
    loops: Vec<LoopInfo>,
    assigned: Vec<u32>,
    /// For each local, whether it is assigned anywhere.
    pub is_assigned: Vec<bool>,
    /// Whether there are no lists.
    gave_up: bool,
    /// Whether the scan came to the end of the body.
    complete: bool,
    /// Number of calls.
    pub calls: u32,
    /// Number of loads and stores.
    pub accesses: u32,
    pending: Vec<u32>,
    /// For each local where it stands in `pending` at the latest.
    position: Vec<u32>,
    /// For each local the last loop in whose list it was counted.
    counted: Vec<u32>,
    open: Vec<Open>,
    /// For each open loop where its assigned locals start in `pending`.
    loop_starts: Vec<u32>,
}

/// Parameters of loop headers that any function may have, beside one for each `BYTES_PER_PARAM`.
const FREE_PARAMS: usize = 16_384;
const BYTES_PER_PARAM: usize = 4;

impl Scan {
    /// The loop with this number, if its opcode stands where the translator found it.
    pub fn loop_at(&self, index: usize, at: usize) -> Option<LoopInfo> {
        self.loops.get(index).copied().filter(|info| info.at == at)
    }

    /// Whether the scan came to the end of the body, having found this number of loops.
    pub fn is_complete(&self, loops: usize) -> bool {
        self.complete && self.loops.len() == loops
    }

    /// Whether every local that is assigned must live in memory, because there are no lists.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The locals that a loop assigns.
    pub fn assigned(&self, info: &LoopInfo) -> Assigned<'_> {
        if self.gave_up {
            return Assigned::InMemory;
        }
        let range = info.assigned_start as usize..info.assigned_end as usize;
        Assigned::Listed(&self.assigned[range])
    }

    /// Scans the operators of a body; `locals` is the number of locals and parameters, which need no
    /// lists if they live in memory.
    pub fn run(&mut self, code: &[u8], locals: usize, homes: Homes) {
        self.loops.clear();
        self.assigned.clear();
        self.pending.clear();
        self.open.clear();
        self.loop_starts.clear();
        self.is_assigned.clear();
        self.is_assigned.resize(locals, false);
        self.position.clear();
        self.position.resize(locals, 0);
        self.counted.clear();
        self.counted.resize(locals, NOT_A_LOOP);
        self.gave_up = homes == Homes::Memory;
        self.calls = 0;
        self.accesses = 0;
        let mut walk = Walk { scan: self, code, at: 0, innermost: 0 };
        let ended = walk.run().is_some();
        self.complete = ended && walk.at == code.len();
    }
}

struct Walk<'a> {
    scan: &'a mut Scan,
    code: &'a [u8],
    at: usize,
    /// Where the innermost loop's assigned locals start.
    innermost: u32,
}

impl Walk<'_> {
    /// To the end of the outermost block; `None` where the bytes make no sense.
    fn run(&mut self) -> Option<()> {
        self.open(NOT_A_LOOP);
        loop {
            let start = self.at;
            let opcode = self.byte()?;
            match opcode {
                0x02 => {
                    self.skip_leb()?;
                    self.open(NOT_A_LOOP);
                }
                0x04 => {
                    self.skip_leb()?;
                    self.open(NOT_A_LOOP);
                }
                0x03 => {
                    self.skip_leb()?;
                    let index = self.scan.loops.len() as u32;
                    self.scan.loops.push(LoopInfo {
                        at: start,
                        assigned_start: 0,
                        assigned_end: 0,
                        back_edges: 0,
                        accesses: 0,
                        has_call: true,
                    });
                    self.open(index);
                }
                0x0b => {
                    self.close()?;
                    if self.scan.open.is_empty() {
                        return Some(());
                    }
                }
                0x0c | 0x0d => {
                    let depth = self.leb()?;
                    self.branch(depth)?;
                }
                0x0e => {
                    for _ in 0..=self.leb()? {
                        let depth = self.leb()?;
                        self.branch(depth)?;
                    }
                }
                0x10 | 0x12 => {
                    self.skip_leb()?;
                    self.scan.calls += 1;
                }
                0x11 | 0x13 => {
                    self.skip_leb()?;
                    self.skip_leb()?;
                    self.scan.calls += 1;
                }
                0x1c => {
                    for _ in 0..self.leb()? {
                        self.skip_leb()?;
                    }
                }
                0x21 | 0x22 => {
                    let local = self.leb()?;
                    self.set(local)?;
                }
                0x28..=0x3e => {
                    if self.leb()? & 0x40 != 0 {
                        self.skip_leb()?;
                    }
                    self.skip_leb()?;
                    self.scan.accesses += 1;
                }
                0x40 => {
                    self.skip_leb()?;
                    self.scan.calls += 1;
                }
                0x20 | 0x23..=0x26 | 0x3f | 0x41 | 0x42 | 0xd0 | 0xd2 => self.skip_leb()?,
                0x43 => self.at += 4,
                0x44 => self.at += 8,
                0x00 | 0x01 | 0x05 | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
                0xfc => {
                    let sub = self.leb()?;
                    let immediates = match sub {
                        0..=7 => 0,
                        9 | 11 | 13 | 15..=17 => 1,
                        8 | 10 | 12 | 14 => 2,
                        _ => return None,
                    };
                    for _ in 0..immediates {
                        self.skip_leb()?;
                    }
                    if sub > 7 {
                        self.scan.calls += 1;
                    }
                }
                _ => return None,
            }
        }
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.code.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn skip_leb(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }

    #[inline]
    fn leb(&mut self) -> Option<u32> {
        let first = self.byte()?;
        if first & 0x80 == 0 {
            return Some(u32::from(first));
        }
        let mut result = u32::from(first & 0x7f);
        let mut shift = 7;
        loop {
            let byte = self.byte()?;
            if shift < 32 {
                result |= u32::from(byte & 0x7f) << shift;
            }
            if byte & 0x80 == 0 {
                return Some(result);
            }
            shift += 7;
        }
    }

    fn open(&mut self, loop_index: u32) {
        let pending = self.scan.pending.len() as u32;
        if loop_index != NOT_A_LOOP {
            self.innermost = pending;
            self.scan.loop_starts.push(pending);
        }
        self.scan.open.push(Open {
            loop_index,
            pending,
            branches: 0,
            calls_before: self.scan.calls,
            accesses_before: self.scan.accesses,
        });
    }

    fn close(&mut self) -> Option<()> {
        let open = self.scan.open.pop()?;
        if open.loop_index == NOT_A_LOOP {
            return Some(());
        }
        // The distinct locals of this loop go to its list, and stay in front as those of the loop
        // around it.
        let scan = &mut *self.scan;
        let start = scan.assigned.len() as u32;
        let mut kept = open.pending as usize;
        for at in open.pending as usize..scan.pending.len() {
            let local = scan.pending[at];
            if scan.counted[local as usize] != open.loop_index {
                scan.counted[local as usize] = open.loop_index;
                scan.assigned.push(local);
                scan.pending[kept] = local;
                scan.position[local as usize] = kept as u32;
                kept += 1;
            }
        }
        scan.pending.truncate(kept);
        let info = &mut scan.loops[open.loop_index as usize];
        info.assigned_start = start;
        info.assigned_end = scan.assigned.len() as u32;
        info.back_edges = open.branches;
        info.has_call = scan.calls != open.calls_before;
        info.accesses = scan.accesses - open.accesses_before;
        scan.loop_starts.pop();
        self.innermost = scan.loop_starts.last().copied().unwrap_or(0);
        if self.scan.assigned.len() > FREE_PARAMS + self.code.len() / BYTES_PER_PARAM {
            self.give_up();
        }
        Some(())
    }

    /// Assigned locals will live in memory: no more lists.
    fn give_up(&mut self) {
        if std::mem::replace(&mut self.scan.gave_up, true) {
            return;
        }
        self.scan.pending.clear();
        self.scan.assigned.clear();
        for open in &mut self.scan.open {
            open.pending = 0;
        }
        self.scan.loop_starts.iter_mut().for_each(|start| *start = 0);
        self.innermost = 0;
    }

    fn branch(&mut self, depth: u32) -> Option<()> {
        let index = self.scan.open.len().checked_sub(1 + depth as usize)?;
        self.scan.open[index].branches += 1;
        Some(())
    }

    fn set(&mut self, local: u32) -> Option<()> {
        *self.scan.is_assigned.get_mut(local as usize)? = true;
        if self.scan.gave_up || self.scan.loop_starts.is_empty() {
            return Some(());
        }
        let position = self.scan.position[local as usize];
        let listed =
            position >= self.innermost && self.scan.pending.get(position as usize) == Some(&local);
        if !listed {
            self.scan.position[local as usize] = self.scan.pending.len() as u32;
            self.scan.pending.push(local);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(code: &[u8], locals: usize) -> Scan {
        let mut scan = Scan::default();
        scan.run(code, locals, Homes::Scanned);
        scan
    }

    #[test]
    fn nested_loops_pass_their_locals_outwards() {
        // loop; set 0; loop; set 1; set 0; br 0; end; set 2; end; set 3; end
        let code = [
            0x03, 0x40, 0x21, 0, 0x03, 0x40, 0x21, 1, 0x21, 0, 0x0c, 0, 0x0b, 0x21, 2, 0x0b, 0x21,
            3, 0x0b,
        ];
        let scan = scan(&code, 5);
        let sorted = |index: usize| {
            let Assigned::Listed(list) = scan.assigned(&scan.loops[index]) else {
                panic!("the scan gave up");
            };
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(0), [0, 1, 2]);
        assert_eq!(sorted(1), [0, 1]);
        assert_eq!(scan.loops[1].back_edges, 1);
        assert_eq!(scan.is_assigned, [true, true, true, true, false]);
        assert!(scan.is_complete(2));
        let found = [(0, 0), (1, 4), (1, 5), (2, 4)].map(|(n, at)| scan.loop_at(n, at).is_some());
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn deep_nests_with_many_locals_give_up() {
        let mut code = Vec::new();
        for _ in 0..2_000 {
            code.extend([0x03, 0x40]);
        }
        for local in 0..200_u32 {
            code.extend([0x21, 0x80 | (local & 0x7f) as u8, (local >> 7) as u8]);
        }
        code.extend(std::iter::repeat_n(0x0b, 2_001));
        let scan = scan(&code, 200);
        assert!(scan.is_complete(2_000));
        assert_eq!(scan.assigned(&scan.loops[0]), Assigned::InMemory);
        assert!(scan.assigned.len() <= FREE_PARAMS + code.len() + 200);
    }

    #[test]
    fn unknown_bytes_end_the_scan() {
        let scan = scan(&[0x03, 0x40, 0xff, 0x21, 0], 1);
        assert_eq!(scan.loops.len(), 1);
        assert_eq!(scan.is_assigned, [false]);
        // What is not known of the loop is taken for the worst, and nobody may rely on the scan.
        assert!(scan.loops[0].has_call);
        assert!(!scan.is_complete(1));
    }
}
