//! Code in memory: mapping, relocation, unwind registration, calls.
