//! Code and lines in the format that `perf inject --jit` reads.

use std::fs::File;

use windlass_jit::HOST_MACHINE;

use super::Symbol;
use crate::Error;
use crate::sys::code::Marker;
use crate::sys::file;

/// The file, to which functions are appended.
pub struct Dump {
    file: File,
    /// `perf record` notes this mapping, and so finds the file.
    _marker: Marker,
    functions: u64,
}

const LOAD: u32 = 0;
const LINES: u32 = 2;

/// The clock of `perf record -k mono`.
fn timestamp() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

impl Dump {
    pub fn new(file: File) -> Result<Self, Error> {
        let mut header = Vec::new();
        // "JiTD", version 1, length of the header, machine, nothing, process, time, no flags.
        for n in [0x4a69_5444, 1, 40, u32::from(HOST_MACHINE), 0, std::process::id()] {
            header.extend_from_slice(&n.to_le_bytes());
        }
        header.extend_from_slice(&timestamp().to_le_bytes());
        header.extend_from_slice(&0u64.to_le_bytes());
        file::write_ambient(&file, &header)?;
        let marker = Marker::new(&file)?;
        Ok(Self { file, _marker: marker, functions: 0 })
    }

    fn record(kind: u32, body: &[u8]) -> Vec<u8> {
        let mut record = Vec::with_capacity(16 + body.len());
        record.extend_from_slice(&kind.to_le_bytes());
        record.extend_from_slice(&(16 + body.len() as u32).to_le_bytes());
        record.extend_from_slice(&timestamp().to_le_bytes());
        record.extend_from_slice(body);
        record
    }

    pub fn function(
        &mut self,
        code: &[u8],
        files: &[String],
        symbol: &Symbol,
    ) -> std::io::Result<()> {
        let address = symbol.address as u64;
        let mut records = Vec::new();
        if !symbol.lines.is_empty() {
            let mut body = address.to_le_bytes().to_vec();
            body.extend_from_slice(&(symbol.lines.len() as u64).to_le_bytes());
            for &(offset, place) in &symbol.lines {
                body.extend_from_slice(&(address + u64::from(offset)).to_le_bytes());
                body.extend_from_slice(&place.line.to_le_bytes());
                body.extend_from_slice(&0u32.to_le_bytes());
                body.extend(files[place.file as usize].bytes().filter(|byte| *byte != 0));
                body.push(0);
            }
            records.extend(Self::record(LINES, &body));
        }
        let thread = rustix::thread::gettid().as_raw_nonzero().get() as u32;
        let mut body = Vec::new();
        for n in [std::process::id(), thread] {
            body.extend_from_slice(&n.to_le_bytes());
        }
        for n in [address, address, code.len() as u64, self.functions] {
            body.extend_from_slice(&n.to_le_bytes());
        }
        body.extend(symbol.name.bytes().filter(|byte| *byte != 0));
        body.push(0);
        body.extend_from_slice(code);
        records.extend(Self::record(LOAD, &body));
        self.functions += 1;
        file::write_ambient(&self.file, &records)
    }
}
