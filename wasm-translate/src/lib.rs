//! Wasm to IR, over an environment that the embedder implements.
#![forbid(unsafe_code)]
