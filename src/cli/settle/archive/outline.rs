//! How far a signed head proves what is there, before any of it is believed.
//!
//! A segment names the hash of the one before it, and the head the hash of the last. So when the
//! hashes that the files claim lead to the head's, each file is proven as soon as its bytes have the
//! hash that it claims: a journal of any length is loaded in pieces, and no piece is ever loaded that
//! somebody without the key put there.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::Objects;
use crate::base64url;
use crate::journal::segment::Header;
use crate::journal::{Head, SegmentHash};

/// More than a header has.
const HEADER_BYTES: usize = 1024;

/// The last line of a segment: `sha256`, a tab, the hash, a line feed.
const LAST_LINE: usize = 7 + 43 + 1;

/// How many of the segments after `end` the head proves; `None` when they do not lead to it.
pub(in super::super) fn proven(objects: &Objects, end: &Head, head: &Head) -> Option<usize> {
    let mut hash = end.hash;
    let mut count = 0;
    let mut segments = objects.after(end);
    while hash != head.hash {
        let (previous, own) = claims(segments.next()?.1)?;
        if previous != hash {
            return None;
        }
        hash = own;
        count += 1;
    }
    Some(count)
}

/// The hashes that a file claims: of the segment before it, and its own.
fn claims(path: &Path) -> Option<(SegmentHash, SegmentHash)> {
    let mut file = File::open(path).ok()?;
    let mut start = Vec::with_capacity(HEADER_BYTES);
    file.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut start).ok()?;
    let header: Header = serde_json::from_slice(start.split(|byte| *byte == b'\n').next()?).ok()?;
    let mut end = [0; LAST_LINE];
    file.seek(SeekFrom::End(-(LAST_LINE as i64))).ok()?;
    file.read_exact(&mut end).ok()?;
    let own = std::str::from_utf8(&end).ok()?.strip_prefix("sha256\t")?.strip_suffix('\n')?;
    Some((header.previous, SegmentHash::from_bytes(base64url::decode(own)?)))
}
