//! The control plane: a parameter that interfaces of compilers of this kind have. Ours decides
//! nothing.

/// Passed to `Context::compile` and its like; `ControlPlane::default()` will do.
#[derive(Clone, Copy, Default, Debug)]
pub struct ControlPlane;
