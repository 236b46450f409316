//! A proxy between tills and edge that does to messages what networks do: it cuts, delays, doubles
//! and reorders them. One request a connection; which mischief a request meets is drawn by lot.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::clock::Clock;

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

/// A request that reached the edge once more than its till knows.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    /// Its idempotency key.
    pub(super) key: String,
    /// When it was sent again.
    pub(super) began: u64,
}

/// The proxy.
pub(super) struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    edge: u16,
    mischief: Mutex<(Mischief, StdRng)>,
    extras: Mutex<Vec<Extra>>,
    injected: AtomicU64,
    open: AtomicUsize,
}

/// Longest request that a till of the run sends, and to spare.
const MAX_REQUEST: usize = 16 * 1024;

/// Nobody waits longer for the edge than this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Proxy {
    /// Listens on `port` for requests to the edge on `edge`.
    pub(super) fn start(port: u16, edge: u16) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("the proxy's port")?;
        let state = Arc::new(State {
            edge,
            mischief: Mutex::new((Mischief::default(), StdRng::seed_from_u64(0))),
            extras: Mutex::default(),
            injected: AtomicU64::new(0),
            open: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for till in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                state.open.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    // A connection that breaks is this proxy's trade.
                    let _ = state.serve(&till);
                    let _ = till.shutdown(Shutdown::Both);
                    state.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Ok(Self { port, state })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on this mischief.
    pub(super) fn set(&self, mischief: Mischief, seed: u64) {
        let mut place = self.state.mischief.lock().unwrap_or_else(PoisonError::into_inner);
        *place = (mischief, StdRng::seed_from_u64(seed));
    }

    /// How often mischief was done so far.
    pub(super) fn injected(&self) -> u64 {
        self.state.injected.load(Ordering::SeqCst)
    }

    /// Waits until nothing is under way any more; then what was sent more than once.
    pub(super) fn drain(&self) -> Vec<Extra> {
        while self.state.open.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(5));
        }
        let mut extras = self.state.extras.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *extras)
    }
}

/// What a request meets.
#[derive(Clone, Copy)]
enum Lot {
    Nothing,
    CutBefore,
    CutWithin,
    CutAfter,
    AnswerLate,
    Doubled,
    Held,
    Echoed,
}

impl State {
    fn serve(&self, till: &TcpStream) -> io::Result<()> {
        till.set_read_timeout(Some(PATIENCE))?;
        let Some(request) = read_request(till)? else { return Ok(()) };
        let (lot, pause) = self.draw();
        if !matches!(lot, Lot::Nothing) {
            self.injected.fetch_add(1, Ordering::SeqCst);
        }
        match lot {
            Lot::Nothing => self.pass(till, &request),
            Lot::CutBefore => Ok(()),
            Lot::CutWithin => {
                let (first, _) = request.split_at(request.len() / 2);
                self.to_edge(first)?.shutdown(Shutdown::Both)
            }
            Lot::CutAfter => self.to_edge(&request)?.read(&mut [0]).map(drop),
            Lot::AnswerLate => {
                let edge = self.to_edge(&request)?;
                thread::sleep(pause);
                back(&edge, till)
            }
            Lot::Doubled => thread::scope(|both| {
                both.spawn(|| self.extra(&request));
                self.pass(till, &request)
            }),
            Lot::Held => {
                thread::sleep(pause);
                self.pass(till, &request)
            }
            Lot::Echoed => {
                let passed = self.pass(till, &request);
                let _ = till.shutdown(Shutdown::Both);
                thread::sleep(pause);
                self.extra(&request);
                passed
            }
        }
    }

    fn draw(&self) -> (Lot, Duration) {
        let mut place = self.mischief.lock().unwrap_or_else(PoisonError::into_inner);
        let (mischief, lots) = &mut *place;
        let mut ticket = lots.random_range(0..1000);
        let pause = Duration::from_millis(lots.random_range(0..=mischief.longest_ms));
        let late = Duration::from_millis(mischief.longest_ms);
        let chances = [
            (mischief.cut_before, Lot::CutBefore),
            (mischief.cut_within, Lot::CutWithin),
            (mischief.cut_after, Lot::CutAfter),
            (mischief.answer_late, Lot::AnswerLate),
            (mischief.doubled, Lot::Doubled),
            (mischief.held, Lot::Held),
            (mischief.echoed, Lot::Echoed),
        ];
        for (chance, lot) in chances {
            if ticket < chance {
                return (lot, if matches!(lot, Lot::AnswerLate) { late } else { pause });
            }
            ticket -= chance;
        }
        (Lot::Nothing, Duration::ZERO)
    }

    fn pass(&self, till: &TcpStream, request: &[u8]) -> io::Result<()> {
        back(&self.to_edge(request)?, till)
    }

    /// Sends the request once more than its till knows.
    fn extra(&self, request: &[u8]) {
        if let Some(key) = header(request, "idempotency-key") {
            let extra = Extra { key, began: Clock::now() };
            self.extras.lock().unwrap_or_else(PoisonError::into_inner).push(extra);
        }
        // The edge may be down: then it was sent in vain.
        let _ = self.to_edge(request).and_then(|mut edge| edge.read_to_end(&mut Vec::new()));
    }

    fn to_edge(&self, bytes: &[u8]) -> io::Result<TcpStream> {
        let mut edge = TcpStream::connect((Ipv4Addr::LOCALHOST, self.edge))?;
        edge.set_read_timeout(Some(PATIENCE))?;
        edge.write_all(bytes)?;
        Ok(edge)
    }
}

/// Carries the answer back, to its end.
fn back(mut edge: &TcpStream, mut till: &TcpStream) -> io::Result<()> {
    io::copy(&mut edge, &mut till).map(drop)
}

/// A whole request, with `Connection: close`, so that its answer ends with the connection; `None`
/// when the till went away first.
fn read_request(mut till: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let end = request.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let length = header(&request, "content-length").and_then(|text| text.parse().ok());
            if request.len() >= end + 4 + length.unwrap_or(0) {
                request.splice(end..end, *b"\r\nConnection: close");
                return Ok(Some(request));
            }
        }
        let count = till.read(&mut part)?;
        if count == 0 || request.len() > MAX_REQUEST {
            return Ok(None);
        }
        request.extend(part.iter().take(count));
    }
}

/// The value of a header of a request that this program made.
fn header(request: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(request);
    let (head, _) = text.split_once("\r\n\r\n")?;
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
