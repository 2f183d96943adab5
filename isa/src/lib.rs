//! Finds a back end by target triple and detects the host.
#![forbid(unsafe_code)]
