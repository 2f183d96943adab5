//! The functions that compiled code may call where the machine has no instruction.

use windlass_core::ir::LibCall;
use windlass_core::isa::{CallConv, TargetIsa};

extern "C" fn ceil_f32(x: f32) -> f32 {
    x.ceil()
}

extern "C" fn ceil_f64(x: f64) -> f64 {
    x.ceil()
}

extern "C" fn floor_f32(x: f32) -> f32 {
    x.floor()
}

extern "C" fn floor_f64(x: f64) -> f64 {
    x.floor()
}

extern "C" fn trunc_f32(x: f32) -> f32 {
    x.trunc()
}

extern "C" fn trunc_f64(x: f64) -> f64 {
    x.trunc()
}

extern "C" fn nearest_f32(x: f32) -> f32 {
    x.round_ties_even()
}

extern "C" fn nearest_f64(x: f64) -> f64 {
    x.round_ties_even()
}

extern "C" fn fma_f32(x: f32, y: f32, z: f32) -> f32 {
    x.mul_add(y, z)
}

extern "C" fn fma_f64(x: f64, y: f64, z: f64) -> f64 {
    x.mul_add(y, z)
}

unsafe extern "C" {
    fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
    fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8;
    fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
    fn memcmp(x: *const u8, y: *const u8, len: usize) -> i32;
}

/// What is wrong if code of a machine calls functions of a process of that machine by another
/// convention than theirs.
pub fn wrong_convention(isa: &dyn TargetIsa) -> Option<String> {
    let own = CallConv::triple_default(isa.triple());
    let convention = CallConv::for_libcall(isa.flags(), own);
    (convention != own && convention != CallConv::Fast).then(|| {
        format!(
            "the setting libcall_call_conv makes {convention} the convention of library calls, and \
             in the process it is {own}"
        )
    })
}

/// The address of a library call in this process; `None` for those that code in memory cannot use.
pub fn address(call: LibCall) -> Option<usize> {
    pointer(call).map(|pointer| pointer as usize)
}

/// As [`address`], for tables of constants.
pub const fn pointer(call: LibCall) -> Option<*const ()> {
    Some(match call {
        LibCall::CeilF32 => ceil_f32 as *const (),
        LibCall::CeilF64 => ceil_f64 as *const (),
        LibCall::FloorF32 => floor_f32 as *const (),
        LibCall::FloorF64 => floor_f64 as *const (),
        LibCall::TruncF32 => trunc_f32 as *const (),
        LibCall::TruncF64 => trunc_f64 as *const (),
        LibCall::NearestF32 => nearest_f32 as *const (),
        LibCall::NearestF64 => nearest_f64 as *const (),
        LibCall::FmaF32 => fma_f32 as *const (),
        LibCall::FmaF64 => fma_f64 as *const (),
        LibCall::Memcpy => memcpy as *const (),
        LibCall::Memset => memset as *const (),
        LibCall::Memmove => memmove as *const (),
        LibCall::Memcmp => memcmp as *const (),
        _ => return None,
    })
}

/// The address of a symbol of this process, or of a library that it has loaded.
pub fn in_process(name: &str) -> Option<*const u8> {
    let name = std::ffi::CString::new(name).ok()?;
    // SAFETY: the name is a string that ends in a zero byte.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address as *const u8)
}
