//! The scenarios: what goes wrong, what is promised all the same, and how much of it a run takes.

mod disk;
mod network;
mod policy;
mod process;
mod upgrade;

use super::crowd::Manner;
use super::round::Trouble;
use super::till::Way;

/// What a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// A folder.
    Folder,
    /// A small disk of its own.
    Disk,
    /// Two builds.
    Builds,
    /// A build that dies when it is told to.
    Panics,
}

/// How much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) rounds: u64,
    /// Most coupons of a round.
    pub(super) coupons: u64,
    /// Most seconds of a round, without its last look.
    pub(super) seconds: u64,
    /// How many edges are tried side by side.
    pub(super) edges: u64,
}

/// For every change: the same everywhere.
const SHORT: Size = Size { rounds: 1, coupons: 4000, seconds: 8, edges: 1 };

impl Size {
    /// Some rounds of half a minute.
    const fn of_rounds(rounds: u64) -> Self {
        Self { rounds, coupons: 10_000, seconds: 30, edges: 1 }
    }
}

/// Something that goes wrong.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What is done to the edge.
    pub(super) what: &'static str,
    /// What holds all the same, beyond what holds always: no coupon has two live redemptions, what
    /// was acknowledged stays, word for word, and every answer fits.
    pub(super) guarantee: &'static str,
    pub(super) way: Way,
    pub(super) needs: Needs,
    pub(super) wrong_clocks: bool,
    /// Whether some tills had no network for a while, and tell later what they sold.
    pub(super) offline: bool,
    pub(super) manner: Manner,
    /// What tills may be told here beyond [`EVERYDAY`].
    pub(super) told: &'static [&'static str],
    pub(super) trouble: Trouble,
    pub(super) short: Size,
    pub(super) long: Size,
}

/// What tills may be told in every scenario. Whether it was right to tell it just then, the checker
/// says.
const EVERYDAY: [&str; 13] = [
    "no answer",
    "201",
    "200",
    "200 replayed",
    "201 conflict",
    "200 conflict",
    "409 already-redeemed",
    "409 redemption-reversed",
    "409 reversal-too-late",
    "422 idempotency-key-reused",
    "429 limit-reached",
    "404 not-found",
    "503 busy",
];

impl Scenario {
    /// Whether tills may be told this here: status and code.
    pub(super) fn may_tell(&self, what: &str) -> bool {
        EVERYDAY.contains(&what) || self.told.contains(&what)
    }
}

/// All of them.
pub(super) const ALL: [Scenario; 13] = [
    Scenario {
        name: "races",
        what: "nothing but many tills at the same few coupons",
        guarantee: "every call is answered",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: true,
        manner: Manner::Crowded,
        told: &[],
        trouble: process::nothing,
        short: SHORT,
        long: Size::of_rounds(4),
    },
    Scenario {
        name: "kill",
        what: "SIGKILL under load, and a start on the same storage",
        guarantee: "the edge is back as soon as it is started; calls that were under way may have \
                    happened or not, and the same key tells",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: true,
        manner: Manner::Crowded,
        told: &[],
        trouble: process::kill,
        short: SHORT,
        long: Size::of_rounds(9),
    },
    Scenario {
        name: "panic",
        what: "orders of which the Worker's instance dies, in itself, in the ledger's object, and \
               there after it wrote",
        guarantee: "who was under way is told at once that the same key tells, and the next \
                    request works",
        way: Way::Direct,
        needs: Needs::Panics,
        wrong_clocks: false,
        offline: true,
        manner: Manner::Deadly,
        told: &[],
        trouble: process::die,
        short: SHORT,
        long: Size::of_rounds(4),
    },
    Scenario {
        name: "freeze",
        what: "SIGSTOP for up to 3.5 s, then SIGCONT",
        guarantee: "tills that gave up learn by the same key what happened",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: process::freeze,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "cut",
        what: "connections cut before the request, within it, and after it was carried out",
        guarantee: "half a request does nothing; a request without an answer can be sent again",
        way: Way::Proxy,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: network::cut,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "late",
        what: "answers that come later than tills wait, so that they ask again",
        guarantee: "the second try gets the first answer",
        way: Way::Proxy,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: network::late,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "reorder",
        what: "requests doubled, overtaken by later ones, and sent once more when all is done",
        guarantee: "a request that comes again changes nothing, also after its reversal",
        way: Way::Proxy,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: true,
        manner: Manner::Crowded,
        told: &[],
        trouble: network::reorder,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "disk-full",
        what: "the disk full for a while, with and without a restart meanwhile",
        guarantee: "refused with 503 while it lasts, back to work by itself afterwards",
        way: Way::Direct,
        needs: Needs::Disk,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: disk::full,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "disk-read-only",
        what: "the edge started on a disk that takes no writes, later on one that does",
        guarantee: "refused with 503 while it lasts",
        way: Way::Direct,
        needs: Needs::Disk,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: disk::read_only,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "policy",
        what: "KV failing, slow, with an older policy, a tampered one, half of one",
        guarantee: "503 rather than a guess; no policy that was not signed is used, and no older \
                    one at a shard that has seen the newer",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: true,
        manner: Manner::Crowded,
        told: &["422 below-minimum-spend"],
        trouble: policy::unreliable,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "clocks",
        what: "every sixth till an hour ahead, every sixth an hour behind, two sixths 280 s off",
        guarantee: "an hour off is refused with the edge's time, 280 s are served; the ledger's \
                    times are the edge's alone",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: true,
        offline: false,
        manner: Manner::Crowded,
        told: &["401 signature-stale"],
        trouble: process::nothing,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "upgrade",
        what: "two builds, one schema apart, serve at the same time; the ledger is the old one's, \
               the new one's, the old one's again, the new one's",
        guarantee: "the new build takes over what the old one wrote; the old one answers 503 \
                    rather than touch the new schema",
        way: Way::Direct,
        needs: Needs::Builds,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Crowded,
        told: &[],
        trouble: upgrade::rolling,
        short: SHORT,
        long: Size::of_rounds(2),
    },
    Scenario {
        name: "volume",
        what: "one coupon after the other, as fast as it goes, with a SIGKILL now and then",
        guarantee: "the same in the long run",
        way: Way::Direct,
        needs: Needs::Folder,
        wrong_clocks: false,
        offline: false,
        manner: Manner::Orderly,
        told: &[],
        trouble: process::kill_now_and_then,
        short: SHORT,
        long: Size { rounds: 50, coupons: 10_000, seconds: 120, edges: 2 },
    },
];
