//! In place of Workers KV: answers `GET /<key>` as workerd's KV binding asks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Response, Server};

/// What KV says to a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KvAnswer {
    /// The value.
    Value(String),
    /// There is none.
    Absent,
    /// KV fails.
    Fails,
}

/// A server on 127.0.0.1 that lives as long as this value.
pub struct KvServer {
    address: SocketAddr,
    server: Arc<Server>,
}

/// How many reads are answered at the same time: a slow one must not hold up the others.
const THREADS: usize = 4;

impl KvServer {
    /// Starts a server that answers reads with `answer`.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(answer: impl Fn(&str) -> KvAnswer + Send + Sync + 'static) -> Result<Self> {
        let server = Server::http("127.0.0.1:0").map_err(|why| anyhow!("{why}"))?;
        let address = server.server_addr().to_ip().context("the KV server has no address")?;
        let server = Arc::new(server);
        let answer = Arc::new(answer);
        for _ in 0..THREADS {
            let (server, answer) = (Arc::clone(&server), Arc::clone(&answer));
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let (status, body) = match answer(&key_of(request.url())) {
                        KvAnswer::Value(value) => (200, value),
                        KvAnswer::Absent => (404, String::new()),
                        KvAnswer::Fails => (500, String::new()),
                    };
                    // A reader that went away needs no answer.
                    let _ = request.respond(Response::from_string(body).with_status_code(status));
                }
            });
        }
        Ok(Self { address, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for KvServer {
    fn drop(&mut self) {
        for _ in 0..THREADS {
            self.server.unblock();
        }
    }
}

/// The key of `/policy%2F1?urlencoded=true`. Our keys have no other character to decode.
fn key_of(url: &str) -> String {
    let path = url.split_once('?').map_or(url, |(path, _)| path);
    path.trim_start_matches('/').replace("%2F", "/").replace("%2f", "/")
}
