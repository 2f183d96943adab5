//! The control plane: a parameter that interfaces of compilers of this kind have. Ours decides
//! nothing: every choice is the one that the compiler would make anyway.

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
