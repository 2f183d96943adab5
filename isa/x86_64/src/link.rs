//! Code that linking makes.

use windlass_core::machine::tables::{JumpCode, LinkCode};

pub(crate) const LINK: LinkCode = LinkCode {
    // `jmp [rip + 0]`, and the address.
    jump: JumpCode { code: &[0xff, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], address: 6 },
    // `movabs r11, address; jmp [r11]`: no convention passes anything in r11.
    indirect_jump: JumpCode {
        code: &[0x49, 0xbb, 0, 0, 0, 0, 0, 0, 0, 0, 0x41, 0xff, 0x23],
        address: 2,
    },
    handler_branch,
};

/// The number of the exception is in edx.
fn handler_branch(code: &mut Vec<u8>, number: Option<u32>, distance: i32) {
    let size = match number {
        Some(number) => {
            // `cmp edx, number; je`
            code.extend_from_slice(&[0x81, 0xfa]);
            code.extend_from_slice(&number.to_le_bytes());
            code.extend_from_slice(&[0x0f, 0x84]);
            12
        }
        None => {
            // `jmp`
            code.push(0xe9);
            5
        }
    };
    code.extend_from_slice(&(distance - size).to_le_bytes());
}
