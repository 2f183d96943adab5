//! Tests of the runtime through its public interface; one file per concern.

mod api;
mod cache;
mod faults;
mod precompiled;
mod traps;
mod wasi;
