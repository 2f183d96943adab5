//! A program's memory as the functions of WASI see it: bytes, and checked places in them.
//!
//! What holds: nothing here allocates in proportion to a length that the program gives, and no
//! place outside of the memory is touched.

use super::errno::Errno;

/// The memory of a program for the time of one call.
pub struct GuestMemory<'a> {
    bytes: &'a mut [u8],
}

/// A range of the program's memory that was checked.
#[derive(Clone, Copy, Debug)]
pub struct GuestRange {
    start: usize,
    len: usize,
}

impl GuestRange {
    /// Its length.
    pub fn len(self) -> usize {
        self.len
    }

    /// A part of it.
    pub fn part(self, at: usize, len: usize) -> GuestRange {
        assert!(at + len <= self.len, "the part lies in the whole");
        GuestRange { start: self.start + at, len }
    }
}

/// The most bytes of a path, one less than the host's limit, in which it counts a zero byte.
const MAX_PATH: u32 = 4095;

/// The most ranges of one call, as on the host.
const MAX_VECTORS: u32 = 1024;

impl<'a> GuestMemory<'a> {
    /// Over the bytes of a memory.
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    /// Checks a range.
    pub fn range(&self, at: u32, len: u32) -> Result<GuestRange, Errno> {
        let (start, len) = (at as usize, len as usize);
        match start.checked_add(len) {
            Some(end) if end <= self.bytes.len() => Ok(GuestRange { start, len }),
            _ => Err(Errno::Fault),
        }
    }

    /// The bytes of a range.
    pub fn bytes(&self, range: GuestRange) -> &[u8] {
        &self.bytes[range.start..range.start + range.len]
    }

    /// The bytes of a range, to be written.
    pub fn bytes_mut(&mut self, range: GuestRange) -> &mut [u8] {
        &mut self.bytes[range.start..range.start + range.len]
    }

    /// The bytes at a place.
    pub fn slice(&self, at: u32, len: u32) -> Result<&[u8], Errno> {
        Ok(self.bytes(self.range(at, len)?))
    }

    /// The bytes at a place, to be written.
    pub fn slice_mut(&mut self, at: u32, len: u32) -> Result<&mut [u8], Errno> {
        let range = self.range(at, len)?;
        Ok(self.bytes_mut(range))
    }

    /// A path: text in UTF-8.
    pub fn path(&self, at: u32, len: u32) -> Result<&str, Errno> {
        let bytes = self.slice(at, len)?;
        if len > MAX_PATH {
            return Err(Errno::Nametoolong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Errno::Ilseq)?;
        if text.contains('\0') { Err(Errno::Inval) } else { Ok(text) }
    }

    fn array<const N: usize>(&self, at: u32) -> Result<[u8; N], Errno> {
        let bytes = self.slice(at, N as u32)?;
        Ok(bytes.try_into().expect("the slice has this length"))
    }

    /// Reads a byte.
    pub fn u8(&self, at: u32) -> Result<u8, Errno> {
        Ok(self.array::<1>(at)?[0])
    }

    /// Reads 16 bits.
    pub fn u16(&self, at: u32) -> Result<u16, Errno> {
        Ok(u16::from_le_bytes(self.array(at)?))
    }

    /// Reads 32 bits.
    pub fn u32(&self, at: u32) -> Result<u32, Errno> {
        Ok(u32::from_le_bytes(self.array(at)?))
    }

    /// Reads 64 bits.
    pub fn u64(&self, at: u32) -> Result<u64, Errno> {
        Ok(u64::from_le_bytes(self.array(at)?))
    }

    /// Writes bytes.
    pub fn put(&mut self, at: u32, bytes: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Overflow)?;
        self.slice_mut(at, len)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes 32 bits.
    pub fn put_u32(&mut self, at: u32, value: u32) -> Result<(), Errno> {
        self.put(at, &value.to_le_bytes())
    }

    /// Writes 64 bits.
    pub fn put_u64(&mut self, at: u32, value: u64) -> Result<(), Errno> {
        self.put(at, &value.to_le_bytes())
    }

    /// The ranges of a list of `count` pairs of address and length, at most `MAX_VECTORS`, all
    /// checked while going through; the list itself is checked at once.
    pub fn vectors(&self, at: u32, count: u32) -> Result<Vectors, Errno> {
        if count > MAX_VECTORS {
            return Err(Errno::Inval);
        }
        self.range(at, count * 8)?;
        let mut total = 0u32;
        for index in 0..count {
            let (_, len) = self.vector(at, index)?;
            total = total.checked_add(len).ok_or(Errno::Inval)?;
        }
        Ok(Vectors { at, count })
    }

    fn vector(&self, at: u32, index: u32) -> Result<(u32, u32), Errno> {
        let at = at + index * 8;
        let (start, len) = (self.u32(at)?, self.u32(at + 4)?);
        self.range(start, len)?;
        Ok((start, len))
    }

    /// One range of a list that was checked. The list may lie in a buffer that was written since,
    /// so it is checked again.
    pub fn nth(&self, vectors: Vectors, index: u32) -> Result<GuestRange, Errno> {
        let (start, len) = self.vector(vectors.at, index)?;
        self.range(start, len)
    }
}

/// A list of ranges that was checked.
#[derive(Clone, Copy, Debug)]
pub struct Vectors {
    at: u32,
    count: u32,
}

impl Vectors {
    /// How many ranges there are.
    pub fn count(self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_outside_are_faults() {
        let mut bytes = [0u8; 64];
        let mut memory = GuestMemory::new(&mut bytes);
        assert_eq!(memory.put_u32(60, 7), Ok(()));
        assert_eq!(memory.u32(60), Ok(7));
        for (at, len) in [(61, 4), (64, 1), (u32::MAX, 1), (1, u32::MAX), (0, 65)] {
            assert_eq!(memory.slice(at, len).err(), Some(Errno::Fault), "{at} {len}");
        }
        assert!(memory.slice(64, 0).is_ok());
        assert_eq!(memory.vectors(0, u32::MAX).err(), Some(Errno::Inval));
        assert_eq!(memory.vectors(0, MAX_VECTORS + 1).err(), Some(Errno::Inval));
        assert_eq!(memory.vectors(0, MAX_VECTORS).err(), Some(Errno::Fault));
        assert_eq!(memory.vectors(60, 1).err(), Some(Errno::Fault));
        memory.put_u32(0, 60).expect("in bounds");
        memory.put_u32(4, 5).expect("in bounds");
        assert_eq!(memory.vectors(0, 1).err(), Some(Errno::Fault));
    }

    #[test]
    fn paths_are_text() {
        let mut bytes = *b"ab\xff\0";
        let memory = GuestMemory::new(&mut bytes);
        assert_eq!(memory.path(0, 2), Ok("ab"));
        assert_eq!(memory.path(0, 3).err(), Some(Errno::Ilseq));
        assert_eq!(memory.path(3, 1).err(), Some(Errno::Inval));
        let mut long = [b'a'; MAX_PATH as usize + 1];
        let memory = GuestMemory::new(&mut long);
        assert_eq!(memory.path(0, MAX_PATH).map(str::len), Ok(MAX_PATH as usize));
        // The length is looked at before the text.
        assert_eq!(memory.path(0, MAX_PATH + 1).err(), Some(Errno::Nametoolong));
        assert_eq!(memory.path(1, MAX_PATH + 1).err(), Some(Errno::Fault));
    }
}
