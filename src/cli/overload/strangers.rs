//! Connections that only cost: slow ones, silent ones, and some that never read.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Of each kind.
pub(super) const OF_EACH_KIND: usize = 100;

/// What a stranger does.
#[derive(Clone, Copy)]
enum Kind {
    /// Connects and says nothing.
    Silent,
    /// Sends a head that never ends, a byte a second.
    SlowHead,
    /// Announces a body and sends it a byte a second.
    SlowBody,
    /// Asks for the largest document again and again and reads none of it.
    Deaf,
}

const KINDS: [Kind; 4] = [Kind::Silent, Kind::SlowHead, Kind::SlowBody, Kind::Deaf];

/// How often a deaf one asks.
const ASKS: usize = 50;

/// Strangers at work, until they are told to go.
pub(super) struct Strangers {
    done: Arc<AtomicBool>,
    cut_off: Arc<AtomicU32>,
    thread: JoinHandle<()>,
}

impl Strangers {
    /// Sends them to the edge at this port. Who is cut off comes again.
    pub(super) fn come(port: u16) -> Self {
        let (done, cut_off) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (stop, count) = (Arc::clone(&done), Arc::clone(&cut_off));
        let thread = thread::spawn(move || {
            let kinds = KINDS.iter().flat_map(|kind| std::iter::repeat_n(*kind, OF_EACH_KIND));
            let mut strangers: Vec<_> = kinds.map(|kind| (kind, None)).collect();
            while !stop.load(Ordering::Relaxed) {
                for (kind, stream) in &mut strangers {
                    let goes_on = stream.take().map(|stream| drip(*kind, stream));
                    if let Some(None) = goes_on {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    *stream = goes_on.flatten().or_else(|| connect(*kind, port));
                }
                thread::sleep(Duration::from_secs(1));
            }
        });
        Self { done, cut_off, thread }
    }

    /// Sends them away; how often one was cut off.
    pub(super) fn go(self) -> u32 {
        self.done.store(true, Ordering::Relaxed);
        // It ends by itself; it does not panic.
        let _ = self.thread.join();
        self.cut_off.load(Ordering::Relaxed)
    }
}

fn connect(kind: Kind, port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_nonblocking(true).ok()?;
    let head = "POST /v1/redemptions HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    let first = match kind {
        Kind::Silent => String::new(),
        Kind::SlowHead => head.to_owned(),
        Kind::SlowBody => {
            format!("{head}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{")
        }
        Kind::Deaf => "GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(ASKS),
    };
    stream.write_all(first.as_bytes()).ok()?;
    Some(stream)
}

/// One more byte; `None` when the edge has answered or hung up.
fn drip(kind: Kind, mut stream: TcpStream) -> Option<TcpStream> {
    match kind {
        Kind::SlowHead | Kind::SlowBody => stream.write_all(b"x").ok()?,
        Kind::Deaf => return Some(stream),
        Kind::Silent => {}
    }
    match stream.read(&mut [0; 512]) {
        Err(why) if why.kind() == ErrorKind::WouldBlock => Some(stream),
        _ => None,
    }
}
