//! A check of what lowering has put: that flags are read where they are what the reader wants.
//! Lowering makes it wherever debug assertions are on.

use super::inst::MInst;
use super::labels::LabelKind;
use super::tables::row_flag;
use super::vcode::{Condition, pseudo};
use core::ops::Range;

/// What is wrong with the flags in the instructions that were put for one of the IR: nobody has set
/// those that are read; or a constant that was made between, one of `remade`, has changed them; or
/// an instruction sets flags alone, and they are changed or left before anyone reads them.
pub(super) fn check(
    row_flags: &[u8],
    kinds: &[LabelKind],
    insts: &[MInst],
    remade: &[Range<usize>],
) -> Result<(), &'static str> {
    let mut writer = None;
    let mut unread = false;
    for (n, inst) in insts.iter().enumerate() {
        let flags = match inst.row {
            pseudo::COND | pseudo::TRAP_IF => {
                let kind = &kinds[Condition::of(inst).kind as usize];
                if kind.reads_flags { row_flag::READS_FLAGS } else { 0 }
            }
            pseudo::CALL => row_flag::WRITES_FLAGS,
            row => row_flags.get(row as usize).copied().unwrap_or(0),
        };
        if flags & row_flag::READS_FLAGS != 0 {
            let Some(writer) = writer else { return Err("flags are read that nobody has set") };
            if remade.iter().any(|range| range.contains(&writer)) {
                return Err("a constant is made between what sets flags and what reads them");
            }
            unread = false;
        }
        if flags & row_flag::WRITES_FLAGS != 0 {
            if unread {
                return Err("flags are changed before anyone has read them");
            }
            writer = (inst.row != pseudo::CALL).then_some(n);
            unread = flags & row_flag::ONLY_FLAGS != 0;
        }
    }
    if unread { Err("nobody reads the flags") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPARE: u16 = 0;
    const ADD: u16 = 1;
    const SET: u16 = 2;
    const MOVE: u16 = 3;
    const ON_FLAGS: Condition = Condition { kind: 0, word: 0, second: super::super::Cond2::None };
    const ON_REGISTER: Condition = Condition { kind: 1, ..ON_FLAGS };

    const ROWS: [u8; 4] = [
        row_flag::WRITES_FLAGS | row_flag::ONLY_FLAGS,
        row_flag::WRITES_FLAGS,
        row_flag::READS_FLAGS,
        0,
    ];
    const KINDS: [LabelKind; 2] =
        [LabelKind { reads_flags: true, ..LabelKind::NONE }, LabelKind::NONE];

    fn verdict(rows: &[u16], last: Option<Condition>, remade: Range<usize>) -> &'static str {
        let mut insts: Vec<MInst> = rows.iter().map(|&row| MInst::new(row, 0, 0)).collect();
        insts.extend(last.map(|condition| condition.inst(pseudo::COND)));
        check(&ROWS, &KINDS, &insts, &[remade]).err().unwrap_or("right")
    }

    #[test]
    fn flags_are_read_from_what_sets_them() {
        assert_eq!(verdict(&[COMPARE, MOVE, SET], None, 1..2), "right");
        assert_eq!(verdict(&[ADD, COMPARE, SET, ADD], None, 0..1), "right");
        assert_eq!(verdict(&[COMPARE], Some(ON_FLAGS), 0..0), "right");
        assert_eq!(verdict(&[MOVE], Some(ON_REGISTER), 0..0), "right");
        assert_eq!(verdict(&[ADD, SET, SET, ADD, SET], None, 9..9), "right");
    }

    #[test]
    fn flags_that_are_lost_are_found() {
        let unset = "flags are read that nobody has set";
        assert_eq!(verdict(&[MOVE], Some(ON_FLAGS), 0..0), unset);
        assert_eq!(verdict(&[ADD, pseudo::CALL, SET], None, 0..0), unset);
        let made = "a constant is made between what sets flags and what reads them";
        assert_eq!(verdict(&[ADD, ADD, SET], None, 1..2), made);
        let changed = "flags are changed before anyone has read them";
        assert_eq!(verdict(&[COMPARE, ADD], Some(ON_FLAGS), 0..0), changed);
        assert_eq!(verdict(&[COMPARE], Some(ON_REGISTER), 0..0), "nobody reads the flags");
    }
}
