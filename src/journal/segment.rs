//! A segment of the archive: entries that follow on one another, as lines of text. Format: never
//! change it within version 1; `docs/archive.md` specifies it for strangers.
//!
//! 1. a JSON object, the [`Header`];
//! 2. one line for each entry, its columns separated by tabs;
//! 3. `sha256`, a tab, and the SHA-256 of all bytes before this line, as base64url.
//!
//! Every line ends with one line feed. The same entries have one spelling: a shard that cannot tell
//! whether it wrote a segment writes the same bytes again.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Incarnation, Origin, SegmentHash, Sums};
use crate::base64url;
use crate::ledger::Entry;
use crate::object::objects;

mod line;

/// Most entries of a segment.
pub const MAX_ENTRIES: usize = 2_000;

/// Most bytes of a segment: no entry's line is longer than half a kilobyte.
pub const MAX_BYTES: usize = 1 << 20;

/// What begins a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Header {
    v: u8,
    /// Whose entries.
    pub origin: Origin,
    /// Of which life of the shard.
    pub incarnation: Incarnation,
    /// The first entry's sequence number.
    pub first: u64,
    /// The last entry's.
    pub last: u64,
    /// How many there are: all from the first to the last.
    pub count: u64,
    /// What they come to.
    pub sums: Sums,
    /// The hash of the segment before; zeros in a shard's first.
    pub previous: SegmentHash,
}

objects!(Header);

/// The version of segments that this build writes and reads.
const VERSION: u8 = 1;

/// A segment that is whole. Only [`Segment::write`] and [`Segment::read`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    header: Header,
    entries: Vec<Entry>,
    hash: SegmentHash,
}

/// What is wrong with a text that should be a segment, in the order in which it is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It is longer than any.
    TooLong,
    /// It does not end with a line of its hash: its end is missing.
    Truncated,
    /// Its bytes do not have the hash that it ends with.
    Altered,
    /// Its first line is no header of this version.
    Header(String),
    /// A line, counted from 1 in the file, is no entry.
    Line(u64),
    /// The lines are not the entries that the header counts.
    Sequence,
    /// An entry is earlier than the one before it.
    Time(u64),
    /// The sums are not those of the entries.
    Sums,
}

impl Segment {
    /// Entries of one journal that follow on one another; `None` when there are none, too many, or
    /// when they do not.
    pub fn write(
        origin: Origin,
        incarnation: Incarnation,
        previous: SegmentHash,
        entries: Vec<Entry>,
    ) -> Option<(Self, String)> {
        let (first, last) = (entries.first()?.seq, entries.last()?.seq);
        let (count, sums) = (entries.len() as u64, entries.iter().cloned().collect());
        let header = Header { v: VERSION, origin, incarnation, first, last, count, sums, previous };
        check(&header, &entries).ok()?;
        let mut text = serde_json::to_string(&header).ok()?;
        text.push('\n');
        for entry in &entries {
            line::write(entry, &mut text);
        }
        let hash = SegmentHash::from_bytes(Sha256::digest(&text).into());
        text.push_str(&format!("{HASH}{hash}\n"));
        Some((Self { header, entries, hash }, text))
    }

    /// Reads a segment and checks all that it says of itself.
    ///
    /// # Errors
    /// See [`Damage`].
    pub fn read(text: &[u8]) -> Result<Self, Damage> {
        if text.len() > MAX_BYTES {
            return Err(Damage::TooLong);
        }
        let (body, hash) = split(text).ok_or(Damage::Truncated)?;
        if SegmentHash::from_bytes(Sha256::digest(body).into()) != hash {
            return Err(Damage::Altered);
        }
        // It says what its writer wrote; what is wrong from here on, the writer did.
        let mut lines = body.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let header: Header =
            serde_json::from_slice(first).map_err(|why| Damage::Header(why.to_string()))?;
        if header.v != VERSION {
            return Err(Damage::Header(format!("version {}", header.v)));
        }
        if serde_json::to_vec(&header).ok().as_deref() != Some(first) {
            return Err(Damage::Header("not as a shard writes it".to_owned()));
        }
        let mut entries = Vec::with_capacity(MAX_ENTRIES.min(usize_of(header.count)));
        for line in lines {
            // What follows the last line feed.
            if line.is_empty() {
                break;
            }
            let entry = std::str::from_utf8(line).ok().and_then(line::read);
            entries.push(entry.ok_or(Damage::Line(entries.len() as u64 + 2))?);
        }
        check(&header, &entries)?;
        Ok(Self { header, entries, hash })
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Its hash.
    pub fn hash(&self) -> SegmentHash {
        self.hash
    }

    /// Where the archive keeps it.
    pub fn key(&self) -> String {
        key(self.header.origin, self.header.incarnation, self.header.first)
    }
}

/// Where the archive keeps the segment that begins with this entry: in the order of the names, a
/// shard's segments follow on one another.
pub fn key(origin: Origin, incarnation: Incarnation, first: u64) -> String {
    format!("{}{incarnation:03}/{first:015}.tsv", folder(origin))
}

/// Where the archive keeps what is of a shard.
pub fn folder(origin: Origin) -> String {
    let shard = origin.shard;
    format!("journal/c{}/{:05}/", shard.campaign(), shard.index())
}

const HASH: &str = "sha256\t";

/// What is hashed, and the hash that the last line says.
fn split(text: &[u8]) -> Option<(&[u8], SegmentHash)> {
    let rest = text.strip_suffix(b"\n")?;
    let (body, hash) = rest.split_at_checked(rest.len().checked_sub(HASH.len() + 43)?)?;
    let hash = std::str::from_utf8(hash).ok()?.strip_prefix(HASH)?;
    body.ends_with(b"\n").then_some((body, SegmentHash::from_bytes(base64url::decode(hash)?)))
}

fn check(header: &Header, entries: &[Entry]) -> Result<(), Damage> {
    let count = entries.len();
    let follow = entries.iter().map(|entry| entry.seq).eq(header.first..=header.last);
    if !(1..=MAX_ENTRIES).contains(&count) || header.count != count as u64 || !follow {
        return Err(Damage::Sequence);
    }
    if header.first == 0 {
        return Err(Damage::Sequence);
    }
    let mut times = entries.iter().zip(entries.iter().skip(1));
    if let Some((_, late)) = times.find(|(one, next)| one.at > next.at) {
        return Err(Damage::Time(late.seq));
    }
    if entries.iter().cloned().collect::<Sums>() != header.sums {
        return Err(Damage::Sums);
    }
    Ok(())
}

fn usize_of(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than any segment"),
            Self::Truncated => write!(f, "cut off: the last line is not its hash"),
            Self::Altered => write!(f, "altered: its bytes do not have the hash that it ends with"),
            Self::Header(why) => write!(f, "the first line is no header: {why}"),
            Self::Line(line) => write!(f, "line {line} is no entry"),
            Self::Sequence => write!(f, "the lines are not the entries that the header counts"),
            Self::Time(seq) => write!(f, "entry {seq} is earlier than the one before it"),
            Self::Sums => write!(f, "the sums are not those of the entries"),
        }
    }
}

#[cfg(test)]
mod tests;
