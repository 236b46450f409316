//! Values drawn from the input's bytes.

/// The next `N` bytes; zeros where the input has ended.
pub fn bytes<const N: usize>(data: &mut &[u8]) -> [u8; N] {
    let (head, rest) = data.split_at(N.min(data.len()));
    *data = rest;
    let mut drawn = [0; N];
    drawn[..head.len()].copy_from_slice(head);
    drawn
}

/// The next 32 bits.
pub fn u32(data: &mut &[u8]) -> u32 {
    u32::from_be_bytes(bytes(data))
}

/// The next 16 bits.
pub fn u16(data: &mut &[u8]) -> u16 {
    u16::from_be_bytes(bytes(data))
}
