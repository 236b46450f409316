//! A proxy between tills and edge that does to messages what networks do: it cuts, delays, doubles
//! and reorders them. One request a connection; which mischief a request meets is drawn by lot.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::clock::Clock;
use super::mischief::{Lot, Mischief};
use super::wire::{carry_back, header, read_request};

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

impl State {
    fn serve(&self, till: &TcpStream) -> io::Result<()> {
        till.set_read_timeout(Some(PATIENCE))?;
        let Some(request) = read_request(till)? else { return Ok(()) };
        let (lot, pause) = {
            let mut place = self.mischief.lock().unwrap_or_else(PoisonError::into_inner);
            let (mischief, lots) = &mut *place;
            mischief.draw(lots)
        };
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
                carry_back(&edge, till)
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

    fn pass(&self, till: &TcpStream, request: &[u8]) -> io::Result<()> {
        carry_back(&self.to_edge(request)?, till)
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;
    use crate::cli::local::free_port;

    const REQUEST: &str = "POST / HTTP/1.1\r\nIdempotency-Key: a\r\nContent-Length: 4\r\n\r\nbody";

    /// An edge that says what it got, and what a till hears that calls it through the proxy.
    fn call(mischief: Mischief) -> (Vec<Vec<u8>>, Vec<u8>, Vec<Extra>) {
        let edge = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = edge.local_addr().unwrap().port();
        let (sender, got) = mpsc::channel();
        thread::spawn(move || {
            for mut stream in edge.incoming().flatten() {
                let mut bytes = Vec::new();
                let mut part = [0; 1024];
                // Whole requests end with their body, others with the connection.
                while !bytes.ends_with(b"body") {
                    match stream.read(&mut part) {
                        Ok(count @ 1..) => bytes.extend(&part[..count]),
                        _ => break,
                    }
                }
                sender.send(bytes).unwrap();
                let _ = stream.write_all(b"answer");
            }
        });
        let proxy = Proxy::start(free_port().unwrap(), port).unwrap();
        proxy.set(mischief, 1);
        let mut till = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        till.write_all(REQUEST.as_bytes()).unwrap();
        let mut heard = Vec::new();
        let _ = till.read_to_end(&mut heard);
        let extras = proxy.drain();
        (got.try_iter().collect(), heard, extras)
    }

    fn whole(bytes: &[u8]) -> bool {
        bytes == REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes()
    }

    #[test]
    fn without_mischief_it_only_carries() {
        let (got, heard, extras) = call(Mischief::default());
        assert!(got.len() == 1 && whole(&got[0]));
        assert_eq!((heard.as_slice(), extras.len()), (&b"answer"[..], 0));
    }

    #[test]
    fn it_cuts_before_within_and_after() {
        let (got, heard, _) = call(Mischief { cut_before: 1000, ..Mischief::default() });
        assert!(got.is_empty() && heard.is_empty());
        let (_, heard, _) = call(Mischief { cut_within: 1000, ..Mischief::default() });
        assert!(heard.is_empty());
        let (got, heard, _) = call(Mischief { cut_after: 1000, ..Mischief::default() });
        assert!(got.len() == 1 && whole(&got[0]) && heard.is_empty());
    }

    #[test]
    fn it_tells_what_it_sent_twice() {
        for mischief in [
            Mischief { doubled: 1000, ..Mischief::default() },
            Mischief { echoed: 1000, ..Mischief::default() },
        ] {
            let (got, heard, extras) = call(mischief);
            assert!(got.len() == 2 && got.iter().all(|bytes| whole(bytes)));
            assert_eq!((heard.as_slice(), extras.len()), (&b"answer"[..], 1));
            assert_eq!(extras[0].key, "a");
        }
    }

    #[test]
    fn it_holds_answers_back() {
        let began = Instant::now();
        let late = Mischief { answer_late: 1000, longest_ms: 120, ..Mischief::default() };
        assert_eq!(call(late).1, b"answer");
        assert!(began.elapsed() >= Duration::from_millis(120));
    }
}
