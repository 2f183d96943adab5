//! What rules can name.

use crate::amode::Cc;
use crate::insts::{NOTATION, Op, ROWS};
use crate::settings;
use windlass_core::machine::row::Size;
use windlass_core::machine::vocabulary::{RowFacts, Vocabulary};

/// The names of x86-64.
pub static VOCABULARY: Vocabulary = Vocabulary {
    rows: || ROWS.iter().map(|row| row.name).collect(),
    row: |name| {
        let row = Op::all().map(Op::row).find(|row| row.name == name)?;
        let sizes = Size::ALL.map(|size| row.encodings.has_size(size));
        let sizeless = row.encodings.sizeless();
        Some(RowFacts { operands: row.operands(), sizes, sizeless })
    },
    notation: &NOTATION,
    condition: |word| {
        let cc = Cc::ALL.iter().find(|cc| cc.name() == word)?;
        Some(format!("Cc::{cc:?}"))
    },
    new_vector: "xmm",
    settings: settings::builder,
};
