//! How far a shard's journal has come here.

use crate::journal::{Incarnation, Parcel, Received};
use crate::time::Timestamp;

/// What is here of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The life of the shard that it is of.
    pub incarnation: Incarnation,
    /// Everything up to this entry is here.
    pub has: u64,
    /// Everything until then is here.
    pub complete_until: Timestamp,
    /// What the database says: after a restart it goes on from there.
    pub noted: Noted,
}

/// How much of it is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Everything up to this entry.
    pub has: u64,
    /// Everything until then.
    pub complete_until: Timestamp,
}

/// How many entries a shard may go ahead of what is noted of it, while none concerns these shops. A
/// note is a row; without one a restart makes the shard send so many again.
const MAX_AHEAD: u64 = 1_000;

/// How far the time may go ahead of what is noted, in milliseconds. The platform takes an object that is
/// idle out of memory within seconds; a statement of a quiet day must not forget with it that it is
/// complete. Idle shards report once a minute, so that each report is a row.
const MAX_AHEAD_MS: u64 = 30_000;

/// What a parcel is to whoever gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It goes on from what is here, which it then brings to this.
    Next(Progress),
    /// There is nothing to do but to answer.
    Answer(Received),
}

impl Progress {
    /// What a parcel is, to whoever has this of its shard.
    ///
    /// - Nothing known: the shard begins at its beginning, whichever of its lives that is.
    /// - A later life than known: it goes on from where it says that its backup ends.
    /// - An earlier one: late on its way. What it had is here, or was lost with the shard.
    pub fn find(known: Option<Self>, parcel: &Parcel) -> Finding {
        let begins = Self {
            incarnation: parcel.incarnation,
            has: 0,
            complete_until: Timestamp::from_millis(0),
            noted: Noted { has: 0, complete_until: Timestamp::from_millis(0) },
        };
        let before = match known {
            None => begins,
            Some(known) if parcel.incarnation > known.incarnation => {
                Self { has: parcel.after, ..begins }
            }
            Some(known) if parcel.incarnation < known.incarnation => {
                return Finding::Answer(Received::Taken);
            }
            Some(known) => known,
        };
        if parcel.after > before.has {
            return Finding::Answer(Received::Behind { has: before.has });
        }
        Finding::Next(Self {
            has: before.has.max(parcel.until),
            complete_until: before.complete_until.max(parcel.complete_until),
            ..before
        })
    }

    /// Whether it must be noted, given what was known and whether entries came.
    pub fn is_news(&self, known: Option<Self>, entries: usize) -> bool {
        let another_life = known.is_some_and(|known| known.incarnation != self.incarnation);
        let went_on = self.has > known.map_or(0, |known| known.has);
        let ahead = self.has.saturating_sub(self.noted.has) >= MAX_AHEAD
            || self.complete_until.millis_since(self.noted.complete_until) >= MAX_AHEAD_MS;
        another_life || (entries > 0 && went_on) || ahead
    }

    /// It is in the database now.
    #[must_use]
    pub fn is_noted(self) -> Self {
        let Self { has, complete_until, .. } = self;
        Self { noted: Noted { has, complete_until }, ..self }
    }
}
