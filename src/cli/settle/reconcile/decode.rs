//! A shop's file as UTF-8 with plain line ends, whatever it was written in.

use std::io::{self, Read};

use anyhow::Context as _;
use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at once; the first so many also say what the file is written in.
const TOGETHER: usize = 1 << 16;

/// A file being decoded. What cannot be is U+FFFD.
pub(super) struct Decoded<R> {
    from: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    last: u8,
    ended: bool,
}

/// A file whose beginning was looked at.
type Begun<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

/// The beginning of a file, decoded, and all of it.
pub(super) fn decode<R: Read>(
    mut from: R,
    label: Option<&str>,
) -> anyhow::Result<(String, Decoded<Begun<R>>)> {
    let mut start = Vec::new();
    from.by_ref().take(TOGETHER as u64).read_to_end(&mut start)?;
    let encoding = match label {
        Some(label) => {
            let known = Encoding::for_label(label.as_bytes());
            known.with_context(|| format!("no encoding is called {label}"))?
        }
        None => guess(&start),
    };
    let text = encoding.decode(&start).0.into_owned();
    let from = io::Cursor::new(start).chain(from);
    let decoder = encoding.new_decoder();
    let (raw, text_bytes) = (vec![0; TOGETHER], Vec::new());
    let decoded =
        Decoded { from, decoder, raw, text: text_bytes, at: 0, last: b'\n', ended: false };
    Ok((text, decoded))
}

/// What begins like this is written in.
fn guess(start: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return encoding;
    }
    // Digits and separators in UTF-16 are a byte and a zero.
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let many = start.len() / 8;
    match (zeros(0), zeros(1)) {
        (_, odd) if odd > many => UTF_16LE,
        (even, _) if even > many => UTF_16BE,
        _ => match std::str::from_utf8(start) {
            Ok(_) => UTF_8,
            // Cut off in the middle of a character.
            Err(error) if error.error_len().is_none() && start.len() == TOGETHER => UTF_8,
            Err(_) => GB18030,
        },
    }
}

impl<R: Read> Decoded<R> {
    /// Decodes the next bytes, with one line feed for each line end, also for the last line's.
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.ended {
            let read = self.from.read(&mut self.raw)?;
            self.ended = read == 0;
            let raw = self.raw.get(..read).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(TOGETHER * 4);
            let mut decoded = vec![0; room];
            let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut decoded, self.ended);
            for byte in decoded.into_iter().take(written) {
                match (self.last, byte) {
                    (b'\r', b'\n') => {}
                    (_, b'\r') => self.text.push(b'\n'),
                    _ => self.text.push(byte),
                }
                self.last = byte;
            }
        }
        if self.ended && !matches!(self.last, b'\n' | b'\r') {
            self.text.push(b'\n');
            self.last = b'\n';
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        let mut rest = self.text.get(self.at..).unwrap_or_default();
        let read = rest.read(to)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut text = String::new();
        decode(bytes, None).unwrap().1.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_it_is_written_in_is_found_out() {
        let table = "单号,金额\r\nR1.x,25.00\r\n";
        let plain = table.replace("\r\n", "\n");
        let utf16 = |big: bool| -> Vec<u8> {
            let pair = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            table.encode_utf16().flat_map(pair).collect()
        };
        assert_eq!(text(table.as_bytes()), plain);
        assert_eq!(text(&[b"\xef\xbb\xbf", table.as_bytes()].concat()), plain);
        assert_eq!(text(&GB18030.encode(table).0), plain);
        assert_eq!(text(&[&[0xff, 0xfe], utf16(false).as_slice()].concat()), plain);
        assert_eq!(text(&utf16(false)), plain);
        assert_eq!(text(&utf16(true)), plain);
        assert!(decode(table.as_bytes(), Some("klingon")).is_err());
    }

    #[test]
    fn every_line_has_one_end() {
        assert_eq!(text(b"a\rb\r\nc\n\nd"), "a\nb\nc\n\nd\n");
        assert_eq!(text(b""), "");
        // A line end and a character over the edge of what is read at once.
        let long = format!("{}\r\n茶\r\n", "x".repeat(TOGETHER - 1));
        assert_eq!(text(long.as_bytes()), long.replace("\r\n", "\n"));
    }
}
