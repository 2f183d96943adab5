//! The control plane. Cranelift's fuzzers pass one to the compiler, which then makes some of its
//! choices at random. This type is here because the functions that compile have it as a parameter;
//! it decides nothing, and every choice is the one that the compiler makes without it.

/// Passed to `Context::compile` and its like; `ControlPlane::default()` will do.
#[derive(Clone, Default, Debug)]
pub struct ControlPlane {
    _private: (),
}

impl ControlPlane {
    /// Limits how many choices are perturbed; none is.
    pub fn set_fuel(&mut self, _fuel: u8) {}

    /// Whether to deviate here: never.
    pub fn get_decision(&mut self) -> bool {
        false
    }

    /// A value of the plane's choice: the default.
    pub fn get_arbitrary<T: Default>(&mut self) -> T {
        T::default()
    }

    /// Leaves the order as it is.
    pub fn shuffle<T>(&mut self, _slice: &mut [T]) {}

    /// The same items in the same order.
    pub fn shuffled<T>(&mut self, iter: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        iter
    }
}
