//! HTTP/1.1 by hand, for what an HTTP library would not send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{Answer, Call, Edge};

/// A request, byte for byte.
#[derive(Clone, Debug)]
pub struct Wire {
    pub method: String,
    pub target: String,
    pub host: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
    /// Sends the body in chunks instead of with its length.
    pub chunked: bool,
}

impl Wire {
    /// A request without a body and with no header but `Host`.
    pub fn new(edge: &Edge, method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            host: format!("127.0.0.1:{}", edge.port),
            headers: Vec::new(),
            body: None,
            chunked: false,
        }
    }

    pub fn send(self, edge: &Edge) -> Answer {
        let bytes = self.bytes();
        self.send_part(edge, bytes.len()).answer()
    }

    /// Sends the first bytes of the request and leaves it there.
    pub fn send_part(self, edge: &Edge, length: usize) -> Sent {
        let mut stream = TcpStream::connect(("127.0.0.1", edge.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // The edge may answer and hang up before it has read everything.
        let _ = stream.write_all(&self.bytes()[..length]);
        Sent { stream, head_only: self.method == "HEAD" }
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let Self { method, target, host, .. } = self;
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        match &self.body {
            None => bytes.extend(b"\r\n"),
            Some(body) if self.chunked => {
                bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(4096) {
                    bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                    bytes.extend([chunk, b"\r\n"].concat());
                }
                bytes.extend(b"0\r\n\r\n");
            }
            Some(body) => {
                bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
                bytes.extend(body);
            }
        }
        bytes
    }
}

/// A request that is sent, as far as it is. Who drops it hangs up.
pub struct Sent {
    stream: TcpStream,
    head_only: bool,
}

impl Sent {
    pub fn answer(mut self) -> Answer {
        read_answer(&mut self.stream, self.head_only)
    }
}

impl Call<'_> {
    /// The call as bytes, so that a test can change what an HTTP library would not.
    pub fn wire(self) -> Wire {
        let edge = self.till.edge();
        let mut wire = Wire::new(edge, &self.method, &self.path);
        let headers = self.sent_headers(&edge.url);
        wire.headers =
            headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        wire.body = self.sent_body.or(self.body);
        wire
    }
}

/// Reads one answer; the connection stays open.
pub fn read_answer(stream: &mut TcpStream, head_only: bool) -> Answer {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut rest = bytes.split_off(end + 4);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut answer = Answer { status, headers, text: String::new(), body: serde_json::Value::Null };

    if head_only || status == 204 {
        // A body that must not be there would be on its way by now.
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut byte = [0];
        let silent = !matches!(stream.read(&mut byte), Ok(1..));
        assert!(rest.is_empty() && silent, "{status} came with a body");
        return answer;
    }
    let body = if answer.header("transfer-encoding") == Some("chunked") {
        dechunked(stream, rest)
    } else {
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        while rest.len() < length {
            more(stream, &mut rest);
        }
        rest
    };
    answer.text = String::from_utf8(body).unwrap();
    answer.body = serde_json::from_str(&answer.text).unwrap_or_default();
    answer
}

fn dechunked(stream: &mut TcpStream, mut rest: Vec<u8>) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else {
            more(stream, &mut rest);
            continue;
        };
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        while rest.len() < end + 2 + size + 2 {
            more(stream, &mut rest);
        }
        if size == 0 {
            return body;
        }
        body.extend(&rest[end + 2..end + 2 + size]);
        rest.drain(..end + 2 + size + 2);
    }
}

fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) {
    let mut buffer = [0; 65_536];
    let read = stream.read(&mut buffer).unwrap();
    assert!(read > 0, "the edge hung up after {:?}", String::from_utf8_lossy(bytes));
    bytes.extend(&buffer[..read]);
}
