//! Unwind information of code in memory, registered with the process's unwinder.

use crate::image::ImageError;
use windlass_core::isa::unwind::{CommonUnwindInfo, SystemVUnwindInfo};
use windlass_dwarf::{
    Address, ExceptionTable, Frame, Personality, PointerForm, Section, debug_frame, eh_frame,
};

unsafe extern "C" {
    fn __register_frame(frames: *const u8);
    fn __deregister_frame(frames: *const u8);
}

/// A function whose frames are described.
#[derive(Clone, Copy)]
pub struct DescribedFunction<'a> {
    /// Where its code is.
    pub address: usize,
    /// The size of its code.
    pub len: u32,
    /// How its frames are unwound.
    pub info: &'a SystemVUnwindInfo,
    /// Where exceptions go on.
    pub exceptions: Option<&'a ExceptionTable>,
}

/// Frame descriptions that the unwinder of this process knows, until the value is dropped.
pub struct FrameRegistration {
    /// The bytes of an `.eh_frame` section, ending in a zero length. They never move.
    bytes: Box<[u8]>,
    /// The exception tables, which never move either.
    _tables: Vec<Box<[u64]>>,
}

impl FrameRegistration {
    /// Registers the descriptions of functions at their addresses. `None` if there is none.
    ///
    /// # Safety
    ///
    /// The unwinder believes the descriptions of whatever it finds at these addresses: the code of
    /// each function is there for as long as the registration lives, and its frames are as
    /// described.
    ///
    /// # Errors
    ///
    /// If a description cannot be expressed.
    pub unsafe fn new<'a>(
        common: &CommonUnwindInfo,
        functions: impl IntoIterator<Item = (usize, &'a SystemVUnwindInfo)>,
    ) -> Result<Option<Self>, ImageError> {
        let functions = functions.into_iter().map(|(address, info)| DescribedFunction {
            address,
            len: info.len,
            info,
            exceptions: None,
        });
        // SAFETY: the caller's promise.
        unsafe { Self::with_exceptions(common, None, functions, |_| 0) }
    }

    /// As [`FrameRegistration::new`], with exception tables: `personality` is the address of the
    /// function that reads them, `type_address` that of a type by its number.
    ///
    /// # Safety
    ///
    /// As for [`FrameRegistration::new`]; and the personality reads tables of this form, with types
    /// of this kind.
    pub(crate) unsafe fn with_exceptions<'a>(
        common: &CommonUnwindInfo,
        personality: Option<usize>,
        functions: impl IntoIterator<Item = DescribedFunction<'a>>,
        mut type_address: impl FnMut(usize) -> u64,
    ) -> Result<Option<Self>, ImageError> {
        let mut tables = Vec::new();
        let frames: Vec<_> = functions
            .into_iter()
            .map(|function| {
                let table = function.exceptions.filter(|_| personality.is_some());
                let exceptions = table.map(|table| {
                    let words = exception_words(table, &mut type_address);
                    let address = Address::Constant(words.as_ptr() as u64);
                    tables.push(words);
                    address
                });
                frame(&function, exceptions)
            })
            .collect();
        if frames.is_empty() {
            return Ok(None);
        }
        let personality =
            personality.map(|at| Personality { address: Address::Constant(at as u64) });
        let section = eh_frame(common, PointerForm::Absolute, personality, frames)?;
        Ok(Some(Self::register(ended(section), tables)))
    }

    /// Registers a section that ends in a zero length.
    fn register(section: Vec<u8>, tables: Vec<Box<[u64]>>) -> Self {
        let bytes = section.into_boxed_slice();
        // SAFETY: the bytes are a well-formed section that lives, unmoved on the heap, until it is
        // withdrawn by `drop`, and so do the tables that it refers to.
        unsafe { __register_frame(bytes.as_ptr()) };
        Self { bytes, _tables: tables }
    }
}

/// The bytes of a section, and the zero length that ends it.
fn ended(section: Section) -> Vec<u8> {
    let mut bytes = section.into_bytes();
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

fn frame<'a>(function: &DescribedFunction<'a>, exceptions: Option<Address>) -> Frame<'a> {
    let address = Address::Constant(function.address as u64);
    Frame { address, len: function.len, info: function.info, exceptions }
}

/// The frames of functions as debuggers read them.
pub(crate) fn debug_frames<'a>(
    common: &CommonUnwindInfo,
    functions: impl IntoIterator<Item = DescribedFunction<'a>>,
) -> Result<Section, ImageError> {
    let frames = functions.into_iter().map(|function| frame(&function, None));
    Ok(debug_frame(common, frames)?)
}

/// The bytes of an exception table, with the addresses of types in it, where words are aligned.
fn exception_words(table: &ExceptionTable, mut address: impl FnMut(usize) -> u64) -> Box<[u64]> {
    let (mut bytes, types) = table.write(PointerForm::Absolute);
    for (at, number) in types {
        let at = at as usize;
        bytes[at..at + 8].copy_from_slice(&address(number).to_ne_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let words = bytes.chunks_exact(8);
    words.map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
}

impl Drop for FrameRegistration {
    fn drop(&mut self) {
        // SAFETY: exactly this address was registered, once.
        unsafe { __deregister_frame(self.bytes.as_ptr()) };
    }
}
