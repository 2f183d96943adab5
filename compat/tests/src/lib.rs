//! The clients of `compat/clients`, built with our crates, print what they print with the crates
//! that they were written for.
#![cfg(test)]

#[allow(clippy::all)]
#[path = "../../clients/src/jit.rs"]
mod jit;

#[test]
fn jit() {
    assert_eq!(jit::report(), include_str!("../../clients/expected/jit.txt"));
}

#[allow(clippy::all)]
#[path = "../../clients/src/surface.rs"]
mod surface;

#[test]
fn surface() {
    assert_eq!(surface::report(), include_str!("../../clients/expected/surface.txt"));
}

#[allow(clippy::all)]
#[path = "../../clients/src/object.rs"]
mod object;

/// Wants `cc` and `nm`, as the client does.
#[test]
fn object() {
    assert_eq!(object::report(), include_str!("../../clients/expected/object.txt"));
}
