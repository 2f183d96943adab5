//! A thin WebAssembly and WASI runtime on the Windlass code generator.
