//! Generators and oracles for fuzzing, and seeded runs as ordinary tests.
//!
//! Everything is decided by a seed: the same seed gives the same functions, arguments and mutations
//! on every machine.
#![deny(unsafe_code)]

pub mod generate;
pub mod hostile;
pub mod machine_code;
pub mod mutate;
pub mod native;
pub mod oracle;
pub mod rng;
pub mod shrink;
