//! Faults of the host go to the handler that was installed before the runtime's: a process of its
//! own, because handlers belong to processes.

use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_runtime::{Engine, Linker, Module, Store, Trap};

static PAGE: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

const PAGE_SIZE: usize = 4096;

/// Makes the page accessible, so that the instruction succeeds when it runs again.
extern "C" fn handler(_: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    let page = PAGE.load(Ordering::Relaxed);
    // SAFETY: the kernel passes the information of a fault; the page is a mapping of this test.
    unsafe {
        if (*info).si_addr() as usize != page {
            libc::abort();
        }
        libc::mprotect(page as *mut libc::c_void, PAGE_SIZE, libc::PROT_READ);
    }
}

#[test]
fn a_fault_in_a_host_function_is_no_trap() {
    // SAFETY: a new mapping, and a handler of the signature that the flags say.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(std::ptr::null_mut(), PAGE_SIZE, libc::PROT_NONE, flags, -1, 0);
        assert_ne!(page, libc::MAP_FAILED);
        PAGE.store(page as usize, Ordering::Relaxed);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        assert_eq!(libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut()), 0);
    }
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (import "host" "touch" (func $touch (result i32))) (memory 1)
            (func (export "touch") (result i32) (call $touch))
            (func (export "load") (result i32) (i32.load (i32.const 65536))))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::<()>::new(&engine);
    let touch = || {
        let page = PAGE.load(Ordering::Relaxed) as *const i32;
        // SAFETY: the first access faults, and the handler makes the page readable.
        unsafe { page.read_volatile() }
    };
    linker.func_wrap("host", "touch", touch).expect("a new name");
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
    let load = instance.get_typed_func::<(), i32>(&mut store, "load").expect("exported");
    let error = load.call(&mut store, ()).expect_err("out of bounds");
    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
    assert_eq!(CALLS.load(Ordering::Relaxed), 0, "a trap is not the other handler's");
    let touch = instance.get_typed_func::<(), i32>(&mut store, "touch").expect("exported");
    assert_eq!(touch.call(&mut store, ()).expect("the handler has seen to it"), 0);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    load.call(&mut store, ()).expect_err("traps go on as before");
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}
