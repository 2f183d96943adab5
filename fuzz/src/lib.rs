//! Generators and oracles for fuzzing, and seeded runs as ordinary tests.
#![forbid(unsafe_code)]
