//! A stand-in for the ledger that a test can make wait.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::PATIENCE;

/// What the stand-in does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shards {
    /// Says that the coupon is used.
    Answer,
    /// Keeps the call until it is told to answer.
    Hold,
    /// Is what the platform calls overloaded.
    Overloaded,
    /// So is the first shard that was ever called, and no other.
    FirstOverloaded,
}

struct State {
    does: Shards,
    held: usize,
    /// How many calls came.
    calls: usize,
    /// The first shard that was called.
    first: Option<String>,
}

/// Shared with a thread for each connection.
type Shared = Arc<(Mutex<State>, Condvar)>;

pub struct StandIn {
    pub address: SocketAddr,
    shared: Shared,
}

impl StandIn {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { does: Shards::Answer, held: 0, calls: 0, first: None };
        let shared: Shared = Arc::new((Mutex::new(state), Condvar::new()));
        let ours = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&ours);
                thread::spawn(move || while serve(&stream, &shared).is_some() {});
            }
        });
        Self { address, shared }
    }

    /// From now on; calls that are held are answered.
    pub fn does(&self, does: Shards) {
        self.shared.0.lock().unwrap().does = does;
        self.shared.1.notify_all();
    }

    /// How many calls came so far.
    pub fn calls(&self) -> usize {
        self.shared.0.lock().unwrap().calls
    }

    /// Waits until so many calls are held.
    #[track_caller]
    pub fn await_held(&self, count: usize) {
        let (lock, changed) = &*self.shared;
        let state = lock.lock().unwrap();
        let waited = changed.wait_timeout_while(state, PATIENCE, |it| it.held != count);
        let held = waited.unwrap().0.held;
        assert_eq!(held, count, "calls that wait");
    }
}

/// One call on a connection; `None` when there are no more.
fn serve(stream: &TcpStream, (lock, changed): &(Mutex<State>, Condvar)) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut target) = (0, String::new());
    reader.read_line(&mut target).ok()?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut call = vec![0; length];
    reader.read_exact(&mut call).ok()?;
    let call: Value = serde_json::from_slice(&call).ok()?;
    let commands = call["commands"].as_array()?.len();

    let mut state = lock.lock().unwrap();
    state.calls += 1;
    let is_first = *state.first.get_or_insert_with(|| target.clone()) == target;
    state.held += 1;
    changed.notify_all();
    let mut state = changed.wait_while(state, |state| state.does == Shards::Hold).unwrap();
    state.held -= 1;
    changed.notify_all();
    let is_overloaded = match state.does {
        Shards::Overloaded => true,
        Shards::FirstOverloaded => is_first,
        Shards::Answer | Shards::Hold => false,
    };
    let mark = if is_overloaded { "Overloaded: yes\r\n" } else { "" };
    drop(state);
    let outcome = json!({ "refused": { "already-redeemed": { "at": 5, "shop": 7, "till": 2 } } });
    let reply = json!({ "outcomes": vec![outcome; commands], "rows_written": 0 }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\n{mark}Content-Length: {}\r\n\r\n", reply.len());
    let mut stream = stream;
    stream.write_all(format!("{head}{reply}").as_bytes()).ok()
}
