//! A segment of the archive: whatever is taken has one spelling, and says what its entries come to.

use coupon_edge::base64url;
use coupon_edge::journal::{Chain, Head, Segment};
use sha2::{Digest as _, Sha256};

/// The input is a segment; it is also tried with a last line that fits, as its writer could.
pub fn holds(data: &[u8]) {
    read(data);
    let end = data.strip_suffix(b"\n").unwrap_or(data);
    let body = match end.iter().rposition(|byte| *byte == b'\n') {
        Some(at) if end[at + 1..].starts_with(b"sha256\t") => &data[..=at],
        _ => data,
    };
    let hash = base64url::encode(&Sha256::digest(body));
    read(&[body, b"sha256\t", hash.as_bytes(), b"\n"].concat());
}

fn read(text: &[u8]) {
    let Ok(segment) = Segment::read(text) else { return };
    let header = *segment.header();
    let entries = segment.entries().to_vec();
    let again = Segment::write(header.origin, header.incarnation, header.previous, entries);
    let (same, written) = again.expect("what was read can be written");
    assert_eq!(written.as_bytes(), text, "one spelling");
    assert_eq!(same, segment);

    let mut before = Head::new(header.origin, header.incarnation);
    (before.hash, before.last) = (header.previous, header.first - 1);
    let mut chain = Chain::after(before);
    if chain.push(&segment).is_ok() {
        assert_eq!(chain.end().sums, header.sums);
        assert!(chain.push(&segment).is_err(), "the same segment twice");
    }
}
