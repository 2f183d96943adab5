//! What a program may take of the host by calls of WASI.

use std::net::{TcpListener, TcpStream};

use windlass_runtime::Trap;
use windlass_runtime::sys::fault::{Call, Injection};
use windlass_runtime::wasi::{OutputPipe, OutputStream, WasiCtxBuilder};

use crate::wasi::{Guest, TempDir, subscription};

const INVAL: i32 = 28;
const MFILE: i32 = 33;
const NAMETOOLONG: i32 = 37;
const NOMEM: i32 = 48;
const NOSPC: i32 = 51;

fn guest(set: impl FnOnce(&mut WasiCtxBuilder)) -> Guest {
    let dir = TempDir::new();
    let mut builder = WasiCtxBuilder::new();
    builder.preopened_dir(dir.sandbox(), "/data").expect("it was just made");
    set(&mut builder);
    Guest::new(builder.build(), Some(dir))
}

#[test]
fn descriptors_are_limited() {
    let mut guest = guest(|builder| {
        builder.max_descriptors(6);
    });
    // Beside three streams and the directory there is room for two.
    let first = guest.open("a", 1, u64::MAX).expect("there is room");
    guest.open("b", 1, u64::MAX).expect("there is room");
    assert_eq!(guest.open("c", 1, u64::MAX), Err(MFILE));
    assert!(!guest.path("c").exists(), "nothing was made");
    assert_eq!(guest.call("fd_close", &[first]), 0);
    assert_eq!(guest.open("c", 1, u64::MAX), Ok(first));
    // Renumbering frees one.
    assert_eq!(guest.call("fd_renumber", &[first, first + 1]), 0);
    assert_eq!(guest.open("a", 1, u64::MAX), Ok(first));
    assert_eq!(guest.open("d", 1, u64::MAX), Err(MFILE));
}

#[test]
fn connections_are_limited() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one");
    let mut builder = WasiCtxBuilder::new();
    builder.listener(listener).max_descriptors(5);
    let mut guest = Guest::new(builder.build(), None);
    let _clients = [(); 2].map(|()| TcpStream::connect(address).expect("it listens"));
    assert_eq!(guest.call("sock_accept", &[3, 0, 64]), 0);
    assert_eq!(guest.call("sock_accept", &[3, 0, 64]), MFILE);
    // The second connection still waits.
    assert_eq!(guest.call("fd_close", &[4]), 0);
    assert_eq!(guest.call("sock_accept", &[3, 0, 64]), 0);
}

#[test]
fn what_is_begun_with_is_not_limited() {
    let mut guest = guest(|builder| {
        builder.max_descriptors(0);
    });
    assert_eq!(guest.write(1, b"text"), Ok(4));
    assert_eq!(guest.open("a", 1, u64::MAX), Err(MFILE));
}

#[test]
fn listings_of_directories_are_limited() {
    let mut guest = guest(|builder| {
        builder.max_host_memory(100 * 80);
    });
    for dir in ["one", "two"] {
        std::fs::create_dir(guest.path(dir)).expect("the directory is writable");
        for n in 0..60 {
            let name = format!("{dir}/{n:040}");
            std::fs::write(guest.path(&name), "").expect("the directory is writable");
        }
    }
    let (one, two) = (guest.open("one", 2, !(1 << 6)), guest.open("two", 2, !(1 << 6)));
    let (one, two) = (one.expect("it is there"), two.expect("it is there"));
    let list = |guest: &mut Guest, fd| guest.call("fd_readdir", &[fd, 0x1_0000, 1000, 0, 64]);
    assert_eq!(list(&mut guest, one), 0);
    assert_eq!(list(&mut guest, two), NOMEM, "there is room for one");
    assert_eq!(list(&mut guest, one), 0, "a list of the same takes the place of the old one");
    assert_eq!(guest.call("fd_close", &[one]), 0);
    assert_eq!(list(&mut guest, two), 0);
}

#[test]
fn listing_a_directory_ends_at_the_deadline() {
    let mut guest = guest(|_| {});
    for n in 0..2500 {
        std::fs::write(guest.path(&n.to_string()), "").expect("the directory is writable");
    }
    let args = [3, 0x1_0000, 1000, 0, 64];
    for looks in 0..2 {
        let ended = guest.ended("fd_readdir", &args, looks);
        assert_eq!(ended, (Some(Trap::Interrupted), looks + 1));
    }
    assert_eq!(guest.ended("fd_readdir", &args, 2), (None, 2));
}

#[test]
fn subscriptions_are_limited() {
    let mut guest = guest(|builder| {
        builder.max_host_memory(4800);
    });
    let clock = subscription(1, 0, 1, 0, 0);
    let at = guest.put(clock.repeat(200));
    assert_eq!(guest.call("poll_oneoff", &[at, 0x8000, 200, 40]), NOMEM);
    assert_eq!(guest.call("poll_oneoff", &[at, 0x8000, 50, 40]), 0);
    assert_eq!(guest.u32(40), 50);
}

#[test]
fn buffers_and_paths_are_limited_before_they_are_looked_at() {
    let mut guest = guest(|_| {});
    assert_eq!(guest.call("fd_write", &[1, 0x1000, 1025, 40]), INVAL);
    assert_eq!(guest.call("fd_write", &[1, 0x1000, 1024, 40]), 0);
    let long = guest.put("a/".repeat(2048));
    assert_eq!(guest.call("path_create_directory", &[3, long, 4096]), NAMETOOLONG);
}

#[test]
fn captured_output_is_limited() {
    let pipe = OutputPipe::with_capacity(10);
    let mut guest = guest(|builder| {
        builder.stdout(OutputStream::Pipe(pipe.clone()));
    });
    assert_eq!(guest.write(1, b"1234567"), Ok(7));
    assert!(!pipe.is_cut());
    assert_eq!(guest.write(1, b"89abcd"), Ok(3), "as much as there is room for");
    assert!(pipe.is_cut());
    assert_eq!(guest.write(1, b"e"), Err(NOSPC));
    assert_eq!(guest.write(1, b""), Ok(0));
    assert_eq!(pipe.contents(), b"123456789a");
    // No memory is an error like no room.
    let injection = Injection::after(Call::File, 0);
    assert_eq!(guest.write(1, b"e"), Err(NOSPC), "nothing is asked of the system");
    assert_eq!(injection.seen(), 0);
}
