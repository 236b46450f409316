//! What is wrong with an archive, and where.

use serde_json::{Value, json};

use super::head::HeadFault;
use crate::journal::chain::Break;
use crate::journal::segment::Damage;
use crate::jws::Rejected;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The object's name in the archive, or the folder's.
    pub(super) object: String,
    pub(super) fault: Fault,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its name is none that the archive gives.
    Stray,
    /// It cannot be read.
    Unreadable(String),
    /// The segment is not whole.
    Damaged(Damage),
    /// The segment is of another shard or campaign than the folder it is in.
    Foreign(String),
    /// The segment belongs under another name.
    Misnamed(String),
    /// The same segment is there under another name.
    Duplicate(String),
    /// Segments, and the head, are not one chain.
    Broken(Break),
    /// There are segments without a head.
    NoHead,
    /// The head cannot be believed.
    Head(HeadFault),
    /// The head counts less than was loaded from the archive before.
    Rollback {
        /// The last entry that was loaded.
        loaded: u64,
        /// The last that the head counts.
        head: u64,
    },
}

impl Finding {
    pub(super) fn new(object: impl Into<String>, fault: Fault) -> Self {
        Self { object: object.into(), fault }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "object": self.object,
            "fault": self.fault.name(),
            "says": self.fault.to_string(),
        })
    }
}

impl Fault {
    /// Its name, for a program.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Stray => "stray",
            Self::Unreadable(_) => "unreadable",
            Self::Damaged(Damage::Truncated) => "truncated",
            Self::Damaged(Damage::Altered) => "altered",
            Self::Damaged(_) => "damaged",
            Self::Foreign(_) | Self::Broken(Break::Foreign) => "foreign",
            Self::Misnamed(_) => "misnamed",
            Self::Duplicate(_) | Self::Broken(Break::Duplicate) => "duplicate",
            Self::Broken(Break::Gap { .. }) => "gap",
            Self::Broken(Break::Fork { .. }) => "fork",
            Self::Broken(Break::MissingTail { .. }) => "missing-tail",
            Self::Broken(Break::BeyondHead { .. }) => "beyond-head",
            Self::Broken(Break::OtherHead) => "other-head",
            Self::NoHead => "missing-head",
            Self::Head(HeadFault::Rejected(Rejected::UnknownKey)) => "unknown-key",
            Self::Head(_) => "bad-head",
            Self::Rollback { .. } => "rollback",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stray => write!(f, "nothing in an archive has such a name"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Damaged(damage) => damage.fmt(f),
            Self::Foreign(of) => write!(f, "of another archive: it says that it is of {of}"),
            Self::Misnamed(key) => write!(f, "misnamed: its name is {key}"),
            Self::Duplicate(key) => write!(f, "there twice: it is also {key}"),
            Self::Broken(fault) => fault.fmt(f),
            Self::NoHead => write!(f, "the head is missing: nothing says how far the journal goes"),
            Self::Head(fault) => fault.fmt(f),
            Self::Rollback { loaded, head } => write!(
                f,
                "rolled back: the head counts entries up to {head}, and those up to {loaded} were \
                 loaded before. It is an old copy, or the journal's end was cut off"
            ),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.object, self.fault)
    }
}

/// All of them, one a line.
pub(super) fn list(findings: &[Finding]) -> String {
    let lines: Vec<_> = findings.iter().map(|finding| format!("  {finding}")).collect();
    format!("{} wrong:\n{}", findings.len(), lines.join("\n"))
}
