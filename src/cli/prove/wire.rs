//! Whole requests and answers, as the bytes that they are.

use std::io::{self, Read};
use std::net::TcpStream;

/// Longest request that a till of the run sends, and to spare.
const MAX_REQUEST: usize = 16 * 1024;

/// Carries the answer back, to its end.
pub(super) fn carry_back(mut edge: &TcpStream, mut till: &TcpStream) -> io::Result<()> {
    io::copy(&mut edge, &mut till).map(drop)
}

/// A whole request, with `Connection: close`, so that its answer ends with the connection; `None`
/// when the till went away first.
pub(super) fn read_request(mut till: &TcpStream) -> io::Result<Option<Vec<u8>>> {
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
pub(super) fn header(request: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(request);
    let (head, _) = text.split_once("\r\n\r\n")?;
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
