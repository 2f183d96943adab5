//! `.eh_frame` and `.debug_frame`: how the frames of functions are unwound.

use gimli::DwEhPe;
use gimli::write::{
    Address, CieId, CommonInformationEntry, DebugFrame, EhFrame, FrameDescriptionEntry, FrameTable,
};
use windlass_core::isa::unwind::{CommonUnwindInfo, SystemVUnwindInfo};

use crate::section::{Section, byte_order};

/// How addresses are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerForm {
    /// As they are: for code whose place is known.
    Absolute,
    /// As distances of 32 bits: for code that a linker places. A personality function is named by
    /// the place that holds its address.
    Relative,
}

impl PointerForm {
    pub(crate) fn code(self) -> DwEhPe {
        match self {
            PointerForm::Absolute => gimli::DW_EH_PE_absptr,
            PointerForm::Relative => DwEhPe(gimli::DW_EH_PE_pcrel.0 | gimli::DW_EH_PE_sdata4.0),
        }
    }

    pub(crate) fn indirect(self) -> DwEhPe {
        match self {
            PointerForm::Absolute => gimli::DW_EH_PE_absptr,
            PointerForm::Relative => DwEhPe(self.code().0 | gimli::DW_EH_PE_indirect.0),
        }
    }
}

/// The function that an unwinder asks what a frame does with an exception.
#[derive(Clone, Copy, Debug)]
pub struct Personality {
    /// Its address, or, with [`PointerForm::Relative`], that of a place that holds its address.
    pub address: Address,
}

/// The frame description of a function.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Where the function is.
    pub address: Address,
    /// Its size, with everything that belongs to it.
    pub len: u32,
    /// How its frames are unwound.
    pub info: &'a SystemVUnwindInfo,
    /// Where its exception table is, if it has one. It is read only with a personality.
    pub exceptions: Option<Address>,
}

/// The bytes of an `.eh_frame` section, without the zero length that may end it.
pub fn eh_frame<'a>(
    common: &CommonUnwindInfo,
    form: PointerForm,
    personality: Option<Personality>,
    frames: impl IntoIterator<Item = Frame<'a>>,
) -> gimli::write::Result<Section> {
    let mut table = FrameTable::default();
    // One entry for functions without exception table, one for those with.
    let mut entries: [Option<CieId>; 2] = [None; 2];
    for frame in frames {
        let personality = personality.filter(|_| frame.exceptions.is_some());
        let entry = *entries[personality.is_some() as usize]
            .get_or_insert_with(|| table.add_cie(common_entry(common, form, personality)));
        let mut description = description(&frame);
        description.lsda = frame.exceptions.filter(|_| personality.is_some());
        table.add_fde(entry, description);
    }
    let mut section = EhFrame(Section::new(byte_order(common.endianness)));
    table.write_eh_frame(&mut section)?;
    Ok(section.0)
}

/// The bytes of a `.debug_frame` section, for debuggers alone; exception tables are left out.
pub fn debug_frame<'a>(
    common: &CommonUnwindInfo,
    frames: impl IntoIterator<Item = Frame<'a>>,
) -> gimli::write::Result<Section> {
    let mut table = FrameTable::default();
    let entry = table.add_cie(common_entry(common, PointerForm::Absolute, None));
    for frame in frames {
        table.add_fde(entry, description(&frame));
    }
    let mut section = DebugFrame(Section::new(byte_order(common.endianness)));
    table.write_debug_frame(&mut section)?;
    Ok(section.0)
}

fn description(frame: &Frame<'_>) -> FrameDescriptionEntry {
    let mut description = FrameDescriptionEntry::new(frame.address, frame.len);
    for (at, op) in &frame.info.ops {
        description.add_instruction(*at, op.instruction());
    }
    description
}

fn common_entry(
    common: &CommonUnwindInfo,
    form: PointerForm,
    personality: Option<Personality>,
) -> CommonInformationEntry {
    let mut entry = common.to_cie();
    entry.fde_address_encoding = form.code();
    if let Some(personality) = personality {
        entry.personality = Some((form.indirect(), personality.address));
        entry.lsda_encoding = Some(form.code());
    }
    entry
}
