//! A shard's segments in the order of their names, each checked by itself and against the one before.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::{Objects, Place, segment_key};
use crate::campaign::Shard;
use crate::cli::settle::finding::{Fault, Finding};
use crate::journal::segment::MAX_BYTES;
use crate::journal::{Chain, Head, Segment, SegmentHash};

/// A walk through a shard's segments. Each is given, or what is wrong with it.
///
/// After the first that is wrong the chain is not followed any more, because all that comes would be
/// wrong for the same reason; what is wrong with a file by itself is still found.
pub(in super::super) struct Walk<'a> {
    shard: Shard,
    files: Box<dyn Iterator<Item = (Place, &'a Path)> + 'a>,
    chain: Chain,
    whole: bool,
    seen: HashMap<SegmentHash, Place>,
}

impl<'a> Walk<'a> {
    /// The segments after those that `end` is the end of.
    pub(in super::super) fn new(shard: Shard, objects: &'a Objects, end: Head) -> Self {
        let files = Box::new(objects.after(&end));
        Self { shard, files, chain: Chain::after(end), whole: true, seen: HashMap::new() }
    }

    /// What a head of the segments so far would say.
    pub(in super::super) fn end(&self) -> &Head {
        self.chain.end()
    }

    /// Whether the segments, which were all right, end with this head.
    pub(in super::super) fn ends_with(&self, head: &Head) -> Option<Finding> {
        if !self.whole {
            return None;
        }
        let broken = self.chain.ends_with(head).err()?;
        Some(Finding::new(head.key(), Fault::Broken(broken)))
    }

    fn check(&mut self, place: Place, path: &Path) -> Result<Segment, Fault> {
        let text = read(path).map_err(|why| Fault::Unreadable(why.to_string()))?;
        let segment = Segment::read(&text).map_err(Fault::Damaged)?;
        if segment.header().origin.shard != self.shard {
            return Err(Fault::Foreign(segment.header().origin.shard.object_name()));
        }
        if let Some(first) = self.seen.insert(segment.hash(), place) {
            return Err(Fault::Duplicate(segment_key(self.shard, first)));
        }
        if segment.key() != segment_key(self.shard, place) {
            return Err(Fault::Misnamed(segment.key()));
        }
        if self.whole {
            self.chain.push(&segment).map_err(Fault::Broken)?;
        }
        Ok(segment)
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Segment, Finding>;

    fn next(&mut self) -> Option<Self::Item> {
        let (place, path) = self.files.next()?;
        let checked = self.check(place, path);
        self.whole &= checked.is_ok();
        Some(checked.map_err(|fault| Finding::new(segment_key(self.shard, place), fault)))
    }
}

/// The file, or so much of it that it is too long.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let size = fs::metadata(path)?.len().min(MAX_BYTES as u64);
    let mut text = Vec::with_capacity(usize::try_from(size).unwrap_or(MAX_BYTES) + 1);
    File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}
