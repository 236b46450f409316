//! Faults: the edge does not know the answer.

use super::Code;

/// Why there is no answer. Whoever asked tries again with the same key; the reason is for the log
/// and never leaves the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It will pass: no policy in force, KV or a shard out of reach.
    Busy(String),
    /// It has more to do than it can. Refused before the ledger was asked.
    Overloaded {
        /// What there is no more room for.
        what: &'static str,
        /// Seconds until the caller may come back.
        retry_after_s: u8,
    },
    /// It should not happen: the edge is set up wrongly or has a bug.
    Internal(String),
}

impl Fault {
    /// Its name for good.
    pub fn code(&self) -> Code {
        match self {
            Self::Busy(_) | Self::Overloaded { .. } => Code::Busy,
            Self::Internal(_) => Code::Fault,
        }
    }

    /// The reason, for the log.
    pub fn reason(&self) -> &str {
        match self {
            Self::Busy(reason) | Self::Internal(reason) => reason,
            Self::Overloaded { what, .. } => what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gets_the_reason() {
        assert_eq!(Fault::Busy("KV is down".to_owned()).reason(), "KV is down");
        assert_eq!(Fault::Internal("a bug".to_owned()).reason(), "a bug");
    }
}
