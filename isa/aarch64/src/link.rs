//! Code that linking makes.

use windlass_core::machine::tables::{JumpCode, LinkCode};

pub(crate) const LINK: LinkCode = LinkCode {
    // `ldr x16, #8; br x16`, and the address: calls may change x16.
    jump: JumpCode {
        code: &[0x50, 0, 0, 0x58, 0, 2, 0x1f, 0xd6, 0, 0, 0, 0, 0, 0, 0, 0],
        address: 8,
    },
    // `ldr x16, #16; ldr x16, [x16]; br x16; nop`, and the address.
    indirect_jump: JumpCode {
        code: &[
            0x90, 0, 0, 0x58, 0x10, 2, 0x40, 0xf9, 0, 2, 0x1f, 0xd6, 0x1f, 0x20, 3, 0xd5, 0, 0, 0,
            0, 0, 0, 0, 0,
        ],
        address: 16,
    },
    handler_branch,
};

/// The number of the exception is in w1.
fn handler_branch(code: &mut Vec<u8>, number: Option<u32>, mut distance: i32) {
    let mut put = |word: u32| {
        code.extend_from_slice(&word.to_le_bytes());
        distance -= 4;
    };
    if let Some(number) = number {
        // `movz w16, #low; movk w16, #high, lsl #16; cmp w1, w16; b.ne #8`
        put(0x5280_0010 | (number & 0xffff) << 5);
        put(0x72a0_0010 | (number >> 16) << 5);
        put(0x6b10_003f);
        put(0x5400_0041);
    }
    // `b`
    let words = (distance >> 2) as u32 & 0x3ff_ffff;
    code.extend_from_slice(&(0x1400_0000 | words).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_go_from_their_beginning() {
        let words = |number| {
            let mut code = vec![0; 4];
            handler_branch(&mut code, number, 0x40);
            let words = code[4..].chunks_exact(4);
            words.map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(words(None), [0x1400_0010]);
        // `movz w16, #5; movk w16, #1, lsl #16; cmp w1, w16; b.ne #8; b #0x30`
        let test = [0x5280_00b0, 0x72a0_0030, 0x6b10_003f, 0x5400_0041, 0x1400_000c];
        assert_eq!(words(Some(0x1_0005)), test);
    }
}
