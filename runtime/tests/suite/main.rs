//! Tests of the runtime through its public interface; one file per concern.

mod api;
mod bulk;
mod cache;
mod deadline;
mod faults;
mod instances;
mod limits;
mod odd;
mod pieces;
mod precompiled;
mod settings;
mod traps;
mod wasi;
mod wasi_limits;
mod wasi_waiting;
