//! WASI on what a program may have to wait for: pipes as standard streams, and sockets.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use windlass_runtime::wasi::{InputStream, OutputStream, WasiCtxBuilder};

use crate::wasi::{Guest, subscription};

const AGAIN: i32 = 6;
const BADF: i32 = 8;
const INVAL: i32 = 28;
const NOTCONN: i32 = 53;
const NOTSOCK: i32 = 57;
const NOTCAPABLE: i32 = 76;
const NONBLOCK: i64 = 4;
const MILLISECOND: u64 = 1_000_000;

/// A pipe: the end that is read, as a stream, and the end that is written.
fn pipe() -> (cap_std::fs::File, std::io::PipeReader, std::io::PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    let copy = reader.try_clone().expect("it can be duplicated");
    let file = std::fs::File::from(std::os::fd::OwnedFd::from(copy));
    (cap_std::fs::File::from_std(file), reader, writer)
}

/// Waits for subscriptions: user data, error, kind, bytes and flags of each event.
fn poll(guest: &mut Guest, list: &[[u8; 48]]) -> Vec<(u64, u8, u8, u64, u8)> {
    let at = guest.put(list.concat());
    assert_eq!(guest.call("poll_oneoff", &[at, 512, list.len() as i64, 80]), 0);
    let event = |n: u32| {
        let at = 512 + 32 * i64::from(n);
        let bytes = guest.bytes(at, 32);
        (guest.u64(at), bytes[8], bytes[10], guest.u64(at + 16), bytes[24])
    };
    (0..guest.u32(80)).map(event).collect()
}

#[test]
fn standard_input_from_a_pipe() {
    let (stdin, _reader, mut writer) = pipe();
    let mut builder = WasiCtxBuilder::new();
    builder.stdin(InputStream::File(stdin));
    let mut guest = Guest::new(builder.build(), None);
    // Nothing is there yet: only the clock has an event.
    let clock = subscription(1, 0, 1, MILLISECOND, 0);
    let input = subscription(2, 1, 0, 0, 0);
    assert_eq!(poll(&mut guest, &[input, clock]), [(1, 0, 0, 0, 0)]);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[0, NONBLOCK]), 0);
    assert_eq!(guest.read(0, 10), Err(AGAIN));
    writer.write_all(b"abcd").expect("there is room");
    assert_eq!(poll(&mut guest, &[input, clock]), [(2, 0, 1, 4, 0)]);
    // The first of the two buffers takes all there is; the second is not waited for.
    assert_eq!(guest.read(0, 4), Ok(b"abcd".to_vec()));
    writer.write_all(b"ef").expect("there is room");
    assert_eq!(guest.call("fd_fdstat_set_flags", &[0, 0]), 0);
    assert_eq!(guest.read(0, 4), Ok(b"ef".to_vec()));
    // The other side goes away.
    drop(writer);
    assert_eq!(poll(&mut guest, &[input, clock]), [(2, 0, 1, 0, 1)]);
    assert_eq!(guest.read(0, 10), Ok(Vec::new()));
}

#[test]
fn standard_output_into_a_full_pipe() {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    let file = std::fs::File::from(std::os::fd::OwnedFd::from(writer));
    let mut builder = WasiCtxBuilder::new();
    builder.stdout(OutputStream::File(cap_std::fs::File::from_std(file)));
    let mut guest = Guest::new(builder.build(), None);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[1, NONBLOCK]), 0);
    // A pipe takes whole pages while there is room for one.
    let mut written = 0;
    let refused = loop {
        match guest.write(1, &[b'x'; 4096]) {
            Ok(count) => written += count as usize,
            Err(errno) => break errno,
        }
        assert!(written <= 16 << 20, "the pipe never fills");
    };
    assert_eq!(refused, AGAIN);
    let clock = subscription(1, 0, 1, MILLISECOND, 0);
    let output = subscription(2, 2, 1, 0, 0);
    assert_eq!(poll(&mut guest, &[output, clock]), [(1, 0, 0, 0, 0)]);
    let mut found = vec![0; written];
    (&reader).read_exact(&mut found).expect("all of it is there");
    assert!(found.iter().all(|byte| *byte == b'x'));
    assert_eq!(poll(&mut guest, &[output, clock]), [(2, 0, 2, 1, 0)]);
}

/// A guest with a listening socket as descriptor 3, and where it listens.
fn server() -> (Guest, std::net::SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let mut builder = WasiCtxBuilder::new();
    builder.listener(listener);
    (Guest::new(builder.build(), None), address)
}

#[test]
fn connections_come_in_and_talk() {
    let (mut guest, address) = server();
    assert_eq!(guest.call("fd_fdstat_get", &[3, 64]), 0);
    assert_eq!(guest.bytes(64, 1), [6], "a stream socket");
    assert_eq!(guest.call("fd_fdstat_set_flags", &[3, NONBLOCK]), 0);
    assert_eq!(guest.call("sock_accept", &[3, 0, 16]), AGAIN);
    let clock = subscription(1, 0, 1, MILLISECOND, 0);
    assert_eq!(poll(&mut guest, &[subscription(7, 1, 3, 0, 0), clock]), [(1, 0, 0, 0, 0)]);

    let mut client = TcpStream::connect(address).expect("the guest listens");
    let events = poll(&mut guest, &[subscription(7, 1, 3, 0, 0)]);
    assert_eq!((events[0].0, events[0].1), (7, 0));
    assert_eq!(guest.call("sock_accept", &[3, NONBLOCK, 16]), 0);
    let fd = i64::from(guest.u32(16));
    assert_eq!(fd, 4);
    assert_eq!(guest.read(fd, 8), Err(AGAIN));
    client.write_all(b"question").expect("the connection is open");
    let incoming = subscription(9, 1, 4, 0, 0);
    assert_eq!(poll(&mut guest, &[incoming]), [(9, 0, 1, 8, 0)]);

    // Looked at, then received, in two buffers.
    let at = guest.put([0; 16]);
    let vectors = [at as u32, 3, at as u32 + 3, 13];
    let vectors = guest.put(vectors.map(u32::to_le_bytes).concat());
    assert_eq!(guest.call("sock_recv", &[fd, vectors, 2, 1, 40, 44]), 0);
    assert_eq!((guest.u32(40), guest.bytes(at, 3)), (3, b"que".to_vec()));
    assert_eq!(guest.call("sock_recv", &[fd, vectors, 2, 0, 40, 44]), 0);
    assert_eq!((guest.u32(40), guest.bytes(at, 8)), (8, b"question".to_vec()));
    assert_eq!(guest.bytes(44, 2), [0, 0]);

    let at = guest.put("answer");
    let vectors = guest.put([at as u32, 6].map(u32::to_le_bytes).concat());
    assert_eq!(guest.call("sock_send", &[fd, vectors, 1, 0, 40]), 0);
    assert_eq!(guest.u32(40), 6);
    assert_eq!(guest.write(fd, b", and more"), Ok(10));
    assert_eq!(guest.call("sock_shutdown", &[fd, 2]), 0);
    let mut found = String::new();
    client.read_to_string(&mut found).expect("the guest ended its side");
    assert_eq!(found, "answer, and more");
    drop(client);
    let events = poll(&mut guest, &[incoming]);
    assert_eq!((events[0].0, events[0].4), (9, 1), "the other side has gone");
    assert_eq!(guest.read(fd, 8), Ok(Vec::new()));
    assert_eq!(guest.call("fd_close", &[fd]), 0);
}

#[test]
fn what_is_no_socket_or_not_the_right_one() {
    let (mut guest, address) = server();
    let _client = TcpStream::connect(address).expect("the guest listens");
    assert_eq!(guest.call("sock_accept", &[3, 0, 16]), 0);
    for (name, args) in [
        ("sock_accept", &[0, 0, 16][..]),
        ("sock_recv", &[0, 0, 0, 0, 40, 44]),
        ("sock_send", &[0, 0, 0, 0, 40]),
        ("sock_shutdown", &[0, 1]),
    ] {
        assert_eq!(guest.call(name, args), NOTSOCK, "{name}");
        let none = [&[99], &args[1..]].concat();
        assert_eq!(guest.call(name, &none), BADF, "{name}");
    }
    assert_eq!(guest.call("sock_accept", &[4, 0, 16]), INVAL);
    assert_eq!(guest.call("sock_accept", &[3, 1, 16]), INVAL);
    assert_eq!(guest.call("sock_recv", &[3, 0, 0, 0, 40, 44]), NOTCONN);
    assert_eq!(guest.call("sock_recv", &[4, 0, 0, 4, 40, 44]), INVAL);
    assert_eq!(guest.call("sock_send", &[4, 0, 0, 1, 40]), INVAL);
    assert_eq!(guest.call("sock_shutdown", &[4, 0]), INVAL);
    assert_eq!(guest.read(3, 1), Err(BADF));
    assert_eq!(guest.call("fd_seek", &[4, 0, 0, 64]), 70);
    // A program can give its rights away.
    assert_eq!(guest.call("fd_fdstat_set_rights", &[4, 0, 0]), 0);
    assert_eq!(guest.read(4, 1), Err(NOTCAPABLE));
    assert_eq!(guest.call("sock_shutdown", &[4, 1]), NOTCAPABLE);
    let events = poll(&mut guest, &[subscription(1, 1, 4, 0, 0)]);
    assert_eq!(events, [(1, NOTCAPABLE as u8, 1, 0, 0)]);
}

/// A list of one buffer; its address.
fn vector(guest: &mut Guest, len: usize) -> i64 {
    let at = guest.put(vec![b'x'; len]);
    guest.put([at as u32, len as u32].map(u32::to_le_bytes).concat())
}

#[test]
fn the_deadline_ends_what_waits() {
    let (stdin, _reader, mut writer) = pipe();
    let (full, output) = std::io::pipe().expect("a pipe can be made");
    let output = std::fs::File::from(std::os::fd::OwnedFd::from(output));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let mut builder = WasiCtxBuilder::new();
    builder.stdin(InputStream::File(stdin));
    builder.stdout(OutputStream::File(cap_std::fs::File::from_std(output)));
    builder.listener(listener);
    let mut guest = Guest::new(builder.build(), None);
    let buffer = vector(&mut guest, 8);

    // Clocks that are far, alone and with descriptors.
    let far = subscription(1, 0, 1, u64::MAX, 0);
    let waits = [subscription(2, 1, 0, 0, 0), subscription(3, 1, 3, 0, 0), far];
    for list in [&[far][..], &waits, &waits[..2]] {
        let at = guest.put(list.concat());
        guest.interrupted("poll_oneoff", &[at, 512, list.len() as i64, 80]);
    }
    // Nothing to be read, nobody who connects, nobody who says something.
    guest.interrupted("fd_read", &[0, buffer, 1, 40]);
    guest.interrupted("sock_accept", &[3, 0, 16]);
    let mut client = TcpStream::connect(address).expect("the guest listens");
    assert_eq!(guest.in_time("sock_accept", &[3, 0, 16]), 0);
    guest.interrupted("sock_recv", &[4, buffer, 1, 0, 40, 44]);
    guest.interrupted("fd_read", &[4, buffer, 1, 40]);
    // Some of it comes, but not all.
    client.write_all(b"half").expect("the connection is open");
    guest.interrupted("sock_recv", &[4, buffer, 1, 2, 40, 44]);
    client.write_all(b"the whole").expect("the connection is open");
    assert_eq!(guest.in_time("sock_recv", &[4, buffer, 1, 2, 40, 44]), 0);
    assert_eq!(guest.u32(40), 8);
    writer.write_all(b"abc").expect("there is room");
    assert_eq!(guest.in_time("fd_read", &[0, buffer, 1, 40]), 0);
    assert_eq!(guest.u32(40), 3);
    // Until nobody takes any more.
    for (fd, name, args) in [
        (1, "fd_write", &[1, 0, 1, 40][..]),
        (4, "sock_send", &[4, 0, 1, 0, 40]),
        (4, "fd_write", &[4, 0, 1, 40]),
    ] {
        let large = vector(&mut guest, 0x4001);
        let mut args = args.to_vec();
        args[1] = large;
        assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, NONBLOCK]), 0);
        while guest.call(name, &args) == 0 {}
        assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 0]), 0);
        guest.interrupted(name, &args);
    }
    drop((full, client));
}

#[test]
fn the_deadline_ends_the_wait_for_the_other_side_of_a_named_pipe() {
    let mut guest = Guest::with_directory();
    let made = std::process::Command::new("mkfifo").arg(guest.path("pipe")).status();
    assert!(made.expect("mkfifo is there").success());
    let name = guest.put("pipe");
    let buffer = vector(&mut guest, 8);
    let (read, write) = (1 << 1, 1 << 6);
    guest.interrupted("path_open", &[3, 0, name, 4, 0, write, 0, 0, 16]);
    assert_eq!(guest.in_time("path_open", &[3, 0, name, 4, 0, read, 0, 0, 16]), 0);
    guest.interrupted("fd_read", &[4, buffer, 1, 40]);
    // Now somebody reads.
    assert_eq!(guest.in_time("path_open", &[3, 0, name, 4, 0, write, 0, 0, 16]), 0);
    assert_eq!(guest.in_time("fd_write", &[5, buffer, 1, 40]), 0);
    assert_eq!(guest.u32(40), 8);
    assert_eq!(guest.in_time("fd_read", &[4, buffer, 1, 40]), 0);
    assert_eq!(guest.u32(40), 8);
}
