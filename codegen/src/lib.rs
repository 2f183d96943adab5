//! The IR of Windlass, its text form, verifier, interpreter and the machine-independent half of every back end.
#![forbid(unsafe_code)]

pub mod data_value;
pub mod entity;
pub mod ir;
pub mod isa;
