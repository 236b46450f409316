//! One request on a connection of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context as _;

/// Longer means that nobody is there.
const PATIENCE: Duration = Duration::from_secs(20);

/// The status of the answer, as soon as it is there.
pub(super) fn first_status(port: u16, request: &[u8]) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut line = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut line).context("no answer")?;
    let line = std::str::from_utf8(&line)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|status| status.parse().ok());
    status.with_context(|| format!("no answer: {line}"))
}
