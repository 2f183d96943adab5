//! Code that is written as bytes, for the machines that modules are compiled for.

use target_lexicon::Architecture;

use crate::layout::BUILTINS;

/// Jumps to the function whose address is at this offset in the table of builtins. The context is
/// in the pinned register; no other register that passes something changes.
pub fn jump_to_builtin(machine: Architecture, offset: i32) -> Option<Vec<u8>> {
    match machine {
        Architecture::X86_64 => {
            // mov r11, [r15 + BUILTINS]
            let mut stub = vec![0x4d, 0x8b, 0x5f, BUILTINS as u8];
            // jmp [r11 + offset]
            stub.extend_from_slice(&[0x41, 0xff, 0xa3]);
            stub.extend_from_slice(&offset.to_le_bytes());
            Some(stub)
        }
        _ => None,
    }
}
