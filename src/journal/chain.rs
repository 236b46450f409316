//! Whether segments are one journal, from its first entry to its head.

use super::{Head, Segment, SegmentHash};

/// The segments of a shard so far, each following on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// What a head of exactly these segments would say, but for the time.
    end: Head,
}

/// Why a segment, or a head, is not of the chain, in the order in which it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// It is of another shard, another campaign or another currency.
    Foreign,
    /// It was there already, the very same.
    Duplicate,
    /// Entries are missing before it.
    Gap {
        /// The first that is missing.
        from: u64,
        /// The last.
        until: u64,
    },
    /// It follows on another segment than the one that is there: of one journal there are two
    /// versions.
    Fork {
        /// Where they part.
        at: u64,
    },
    /// The head counts entries that no segment has.
    MissingTail {
        /// The first that is missing.
        from: u64,
        /// The last.
        until: u64,
    },
    /// There are more entries than the head counts: it is an old one, or they were added to.
    BeyondHead {
        /// The first that it does not count.
        from: u64,
    },
    /// The head's hash, sums or number of segments are not those of the segments.
    OtherHead,
}

impl Chain {
    /// The chain after a state that was checked before: a new journal's is a head of nothing.
    pub fn after(end: Head) -> Self {
        Self { end }
    }

    /// What a head of exactly these segments would say, but for the time.
    pub fn end(&self) -> &Head {
        &self.end
    }

    /// Takes the next segment.
    ///
    /// # Errors
    /// See [`Break`]; the chain is then as it was.
    pub fn push(&mut self, segment: &Segment) -> Result<(), Break> {
        let (header, end) = (segment.header(), &self.end);
        if header.origin != end.origin {
            return Err(Break::Foreign);
        }
        if segment.hash() == end.hash {
            return Err(Break::Duplicate);
        }
        // A shard that goes on from a backup goes back in its numbers, and only then.
        let next = end.last + 1;
        let restored = header.incarnation > end.incarnation;
        if header.first > next {
            return Err(Break::Gap { from: next, until: header.first - 1 });
        }
        let follows = header.incarnation == end.incarnation && header.first == next;
        if header.previous != end.hash || !(follows || restored) {
            return Err(Break::Fork { at: header.first });
        }
        self.end.incarnation = header.incarnation;
        self.end.segments += 1;
        self.end.last = header.last;
        self.end.hash = segment.hash();
        self.end.sums.merge(&header.sums);
        Ok(())
    }

    /// Whether the head is that of exactly these segments.
    ///
    /// # Errors
    /// See [`Break`].
    pub fn ends_with(&self, head: &Head) -> Result<(), Break> {
        let end = self.end.complete(head.complete_until);
        if head.origin != end.origin {
            return Err(Break::Foreign);
        }
        if head.is_after(&end) {
            return Err(Break::MissingTail { from: end.last + 1, until: head.last });
        }
        if end.is_after(head) {
            return Err(Break::BeyondHead { from: head.last + 1 });
        }
        if *head != end { Err(Break::OtherHead) } else { Ok(()) }
    }

    /// The hash that the next segment names.
    pub fn hash(&self) -> SegmentHash {
        self.end.hash
    }
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Foreign => write!(f, "of another shard, campaign or currency"),
            Self::Duplicate => write!(f, "there twice"),
            Self::Gap { from, until } => {
                write!(f, "entries {from} to {until} are missing before it")
            }
            Self::Fork { at } => {
                write!(f, "a fork: from entry {at} on there are two versions of the journal")
            }
            Self::MissingTail { from, until } => {
                write!(f, "the tail is missing: entries {from} to {until}, which the head counts")
            }
            Self::BeyondHead { from } => write!(
                f,
                "entries from {from} on are not counted by the head: it is an old one, or they \
                 were added to the archive"
            ),
            Self::OtherHead => write!(f, "the head is not that of these segments"),
        }
    }
}
