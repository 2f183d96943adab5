//! Plans of the environment, asked for once for each function and entity.

use crate::env::Answer;

/// Plans by index of the entity. Starting a function costs nothing.
#[derive(Debug)]
pub(crate) struct Plans<T> {
    /// The function for which an entry was made, and the plan.
    entries: Vec<(u32, Option<T>)>,
    function: u32,
}

impl<T> Default for Plans<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), function: 0 }
    }
}

impl<T: Copy> Plans<T> {
    /// A new function begins, in a module with `len` such entities.
    pub fn begin(&mut self, len: usize) {
        self.function = self.function.wrapping_add(1);
        if self.entries.len() < len {
            self.entries.resize(len, (self.function.wrapping_sub(1), None));
        }
    }

    /// The plan for an entity; `make` asks the environment.
    #[inline]
    pub fn get(&mut self, index: usize, make: impl FnOnce() -> Answer<T>) -> Answer<T> {
        let function = self.function;
        match self.entries[index] {
            (made, Some(plan)) if made == function => Ok(plan),
            _ => {
                let plan = make()?;
                self.entries[index] = (function, Some(plan));
                Ok(plan)
            }
        }
    }
}
