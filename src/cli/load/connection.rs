//! One keep-alive connection of a till: sends a request, gives back its answer, never blocks.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;

use mio::event::Source as _;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

/// A connection with at most one request under way.
pub(crate) struct Connection {
    stream: TcpStream,
    out: Vec<u8>,
    sent: usize,
    heard: Vec<u8>,
}

/// An answer, as far as a till of this kind looks at it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Retry-After` in seconds.
    pub(crate) retry_after: Option<u32>,
    /// `Connection: close`
    pub(crate) last: bool,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects; the first request may be given to it at once.
    pub(crate) fn open(port: u16, registry: &Registry, token: Token) -> io::Result<Self> {
        let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        stream.set_nodelay(true)?;
        stream.register(registry, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, out: Vec::new(), sent: 0, heard: Vec::with_capacity(1024) })
    }

    /// Sends a request, as much of it as goes now; the rest goes with [`Self::go_on`].
    pub(crate) fn send(&mut self, request: Vec<u8>) -> io::Result<()> {
        (self.out, self.sent) = (request, 0);
        self.heard.clear();
        self.write()
    }

    /// Writes and reads what can be; the answer once it is whole.
    pub(crate) fn go_on(&mut self) -> io::Result<Option<Answer>> {
        self.write()?;
        let mut buffer = [0; 16384];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.heard.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) => return Err(why),
            }
        }
        Answer::parse(&self.heard)
    }

    fn write(&mut self) -> io::Result<()> {
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(written) => self.sent += written,
                // Not connected yet is no failure either.
                Err(why)
                    if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
                {
                    break;
                }
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }
}

impl Answer {
    /// Reads an HTTP/1.1 response; `None` while it is not all there.
    fn parse(heard: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = heard.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let (head, rest) = heard.split_at(end);
        let broken = || io::Error::from(ErrorKind::InvalidData);
        let head = std::str::from_utf8(head).map_err(|_| broken())?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let header = |name: &str| {
            let mut headers = head.split("\r\n").filter_map(|line| line.split_once(": "));
            headers.find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let length: usize =
            header("content-length").and_then(|length| length.parse().ok()).ok_or_else(broken)?;
        let Some(body) = rest.get(4..4 + length) else {
            return Ok(None);
        };
        Ok(Some(Self {
            status: status.ok_or_else(broken)?,
            retry_after: header("retry-after").and_then(|seconds| seconds.parse().ok()),
            last: header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")),
            body: body.to_owned(),
        }))
    }
}
