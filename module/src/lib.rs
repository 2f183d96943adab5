//! Functions and data that belong together.
#![forbid(unsafe_code)]
