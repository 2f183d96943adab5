//! An exception without an unwinder, for tests of calls with handlers: the function that tests know
//! as `%__cranelift_throw`.
//!
//! What holds: the frames that are searched have frame pointers, and a return address is looked up
//! among the call sites of code that is still mapped. Frames that are left are those of compiled
//! code alone: there is nothing in them to drop.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use windlass_core::{CodeBuffer, FinalizedMachExceptionHandler};

/// The name under which functions refer to [`throw`].
pub(crate) const NAME: &str = "__cranelift_throw";

/// A call with handlers.
struct Site {
    /// From the stack pointer at the call to the frame pointer.
    frame_offset: usize,
    /// The tag, or all, and the address of the handler.
    handlers: Vec<(Option<u32>, usize)>,
}

/// By return address.
static SITES: RwLock<Option<HashMap<usize, Site>>> = RwLock::new(None);

/// Call sites that [`throw`] knows, until the value is dropped.
pub(crate) struct SiteRegistration(Vec<usize>);

/// The calls with handlers of one function, by offsets.
pub(crate) type FunctionSites = Vec<(u32, u32, Vec<(Option<u32>, u32)>)>;

/// The calls with handlers in compiled code.
pub(crate) fn sites(buffer: &CodeBuffer) -> FunctionSites {
    let with_handlers = buffer.call_sites().filter(|site| !site.exception_handlers.is_empty());
    with_handlers
        .map(|site| {
            let handlers = site.exception_handlers.iter().filter_map(|handler| match *handler {
                FinalizedMachExceptionHandler::Tag(tag, at) => Some((Some(tag.as_u32()), at)),
                FinalizedMachExceptionHandler::Default(at) => Some((None, at)),
                FinalizedMachExceptionHandler::Context(_) => None,
            });
            let frame = site.frame_offset.expect("a function with calls has a frame");
            (site.ret_addr, frame, handlers.collect())
        })
        .collect()
}

impl SiteRegistration {
    /// Registers the call sites of functions at their addresses.
    pub(crate) fn new<'a>(
        functions: impl IntoIterator<Item = (usize, &'a FunctionSites)>,
    ) -> SiteRegistration {
        let mut all = SITES.write().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        let mut own = Vec::new();
        for (address, sites) in functions {
            for (ret_addr, frame_offset, handlers) in sites {
                let handlers = handlers.iter().map(|&(tag, at)| (tag, address + at as usize));
                let frame_offset = *frame_offset as usize;
                own.push(address + *ret_addr as usize);
                all.insert(
                    address + *ret_addr as usize,
                    Site { frame_offset, handlers: handlers.collect() },
                );
            }
        }
        SiteRegistration(own)
    }
}

impl Drop for SiteRegistration {
    fn drop(&mut self) {
        let mut all = SITES.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = all.as_mut() {
            self.0.iter().for_each(|site| drop(all.remove(site)));
        }
    }
}

/// The handler for a tag of the call that returns to an address: where it is, and the stack pointer
/// there.
fn find(ret_addr: usize, fp: usize, tag: u32) -> Option<(usize, usize)> {
    let sites = SITES.read().unwrap_or_else(PoisonError::into_inner);
    let site = sites.as_ref()?.get(&ret_addr)?;
    let fits = |&&(own, _): &&(Option<u32>, usize)| own.is_none_or(|own| own == tag);
    let &(_, handler) = site.handlers.iter().find(fits)?;
    Some((handler, fp - site.frame_offset))
}

/// Goes on at the first handler for a tag, from the frame `(exit_pc, exit_fp)` outwards, up to and
/// without the frame `entry_fp`. The process ends where there is none.
///
/// # Safety
///
/// `exit_fp` is the frame pointer of a frame of compiled code that is being executed, from which a
/// chain of frame pointers leads to `entry_fp`.
pub(crate) unsafe extern "C" fn throw(
    entry_fp: usize,
    exit_fp: usize,
    exit_pc: usize,
    tag: u32,
    payload1: u64,
    payload2: u64,
) -> ! {
    let (mut fp, mut pc) = (exit_fp, exit_pc);
    while fp != entry_fp && fp != 0 {
        if let Some((handler, sp)) = find(pc, fp, tag) {
            // SAFETY: the frame is being executed and is at the call whose handler this is; the
            // stack pointer is the one that it has there.
            unsafe { resume(sp, fp, handler, payload1, payload2) };
        }
        // SAFETY: the caller vouches for the chain: at the frame pointer lies that of the caller's
        // frame, and above it the return address.
        (fp, pc) = unsafe { (*(fp as *const usize), *(fp as *const usize).add(1)) };
    }
    eprintln!("no frame has a handler for the exception with tag {tag}");
    std::process::abort();
}

/// Goes on at an address with these registers.
#[unsafe(naked)]
unsafe extern "C" fn resume(sp: usize, fp: usize, pc: usize, first: u64, second: u64) -> ! {
    std::arch::naked_asm!(
        "mov r10, rdx",
        "mov rsp, rdi",
        "mov rbp, rsi",
        "mov rax, rcx",
        "mov rdx, r8",
        "jmp r10",
    )
}
