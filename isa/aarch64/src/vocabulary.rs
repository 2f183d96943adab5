//! What rules can name.

use crate::insts::{Cc, NOTATION, Op, ROWS};
use crate::settings;
use windlass_core::machine::row::Size;
use windlass_core::machine::vocabulary::{RowFacts, Vocabulary};

/// The names of aarch64.
pub static VOCABULARY: Vocabulary = Vocabulary {
    rows: || ROWS.iter().map(|row| row.name).collect(),
    row: |name| {
        let row = Op::all().map(Op::row).find(|row| row.name == name)?;
        let sizes = Size::ALL.map(|size| row.has_size(size));
        Some(RowFacts { operands: row.operands(), sizes, sizeless: row.sizeless() })
    },
    notation: &NOTATION,
    condition: |word| {
        let cc = Cc::ALL.iter().find(|cc| Cc::name_of(**cc as u8) == word)?;
        Some(format!("Cc::{cc:?}"))
    },
    new_vector: "vec",
    settings: settings::builder,
};
