//! Symbols that linkers know by themselves.

use core::fmt;
use core::str::FromStr;

/// A symbol with a meaning of its own in an object format.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownSymbol {
    /// The global offset table of ELF, `_GLOBAL_OFFSET_TABLE_`.
    ElfGlobalOffsetTable,
    /// The index of the thread-local storage of a COFF module, `_tls_index`.
    CoffTlsIndex,
}

impl KnownSymbol {
    /// All known symbols.
    pub const ALL: [Self; 2] = [Self::ElfGlobalOffsetTable, Self::CoffTlsIndex];
}

impl fmt::Display for KnownSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FromStr for KnownSymbol {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|symbol| symbol.to_string() == word).ok_or(())
    }
}
