//! Builds functions of the Windlass IR: variables to SSA, switches.
#![forbid(unsafe_code)]
