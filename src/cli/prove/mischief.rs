//! What networks do to messages, and how often.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

/// How many of a thousand requests meet what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mischief {
    /// The connection is cut before anything reaches the edge.
    pub(super) cut_before: u32,
    /// Half of the request reaches the edge.
    pub(super) cut_within: u32,
    /// The edge has answered; the till does not hear it.
    pub(super) cut_after: u32,
    /// The answer comes later than the till waits.
    pub(super) answer_late: u32,
    /// The request reaches the edge twice at the same time.
    pub(super) doubled: u32,
    /// The request is held, so that later ones overtake it, and then sent.
    pub(super) held: u32,
    /// The request reaches the edge once more, a while after its answer.
    pub(super) echoed: u32,
    /// Longest time that something is held, in milliseconds.
    pub(super) longest_ms: u64,
}

/// What a request meets.
#[derive(Clone, Copy)]
pub(super) enum Lot {
    Nothing,
    CutBefore,
    CutWithin,
    CutAfter,
    AnswerLate,
    Doubled,
    Held,
    Echoed,
}

impl Mischief {
    /// What the next request meets, and for how long it is held.
    pub(super) fn draw(&self, lots: &mut StdRng) -> (Lot, Duration) {
        let mut ticket = lots.random_range(0..1000);
        let pause = Duration::from_millis(lots.random_range(0..=self.longest_ms));
        let late = Duration::from_millis(self.longest_ms);
        let chances = [
            (self.cut_before, Lot::CutBefore),
            (self.cut_within, Lot::CutWithin),
            (self.cut_after, Lot::CutAfter),
            (self.answer_late, Lot::AnswerLate),
            (self.doubled, Lot::Doubled),
            (self.held, Lot::Held),
            (self.echoed, Lot::Echoed),
        ];
        for (chance, lot) in chances {
            if ticket < chance {
                return (lot, if matches!(lot, Lot::AnswerLate) { late } else { pause });
            }
            ticket -= chance;
        }
        (Lot::Nothing, Duration::ZERO)
    }
}
