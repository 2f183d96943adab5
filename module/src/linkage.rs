//! Who sees a function or data object, and who may define it.

/// Where a function or data object is defined and who sees it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Defined elsewhere.
    Import,
    /// Defined here, seen here alone.
    Local,
    /// Defined here unless something else that is loaded defines it first.
    Preemptible,
    /// Defined here, seen by what is linked into the same file.
    Hidden,
    /// Defined here, seen by everybody.
    Export,
}

impl Linkage {
    /// The linkage of something that is declared with both: the one that more see. Two linkages of
    /// definitions never make an import.
    pub(crate) fn merge(self, other: Self) -> Self {
        let rank = |linkage: Self| match linkage {
            Self::Import => 0,
            Self::Local => 1,
            Self::Hidden => 2,
            Self::Preemptible => 3,
            Self::Export => 4,
        };
        if rank(self) >= rank(other) { self } else { other }
    }

    /// Whether a module may define it.
    pub fn is_definable(self) -> bool {
        self != Self::Import
    }

    /// Whether its definition is certainly the one of this module, so that it may be reached
    /// directly.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Local | Self::Hidden | Self::Export)
    }

    /// Whether the module must define it.
    pub fn requires_definition(self) -> bool {
        self.is_final()
    }
}

#[cfg(test)]
mod tests {
    use super::Linkage::*;

    #[test]
    fn the_wider_linkage_wins() {
        let ascending = [Import, Local, Hidden, Preemptible, Export];
        for (i, a) in ascending.into_iter().enumerate() {
            for (j, b) in ascending.into_iter().enumerate() {
                assert_eq!(a.merge(b), ascending[i.max(j)], "{a:?} and {b:?}");
            }
        }
        assert!(!Import.is_definable() && Preemptible.is_definable());
        assert!(!Preemptible.is_final() && Hidden.is_final() && !Import.requires_definition());
    }
}
