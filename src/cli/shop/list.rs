//! The list of shops: CSV that people made, so each row is judged by itself and named by its line.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail};
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde::Serialize;

use crate::cli::args::groups;

const MAX_BYTES: u64 = 64 << 20;
const MAX_ROWS: usize = 1_000_000;
const MAX_NAME_CHARS: usize = 200;
const COLUMNS: [&str; 4] = ["id", "chain", "groups", "name"];

/// What the list says of one shop.
#[derive(Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its number.
    pub id: u32,
    /// The chain it belongs to; 0 means none.
    pub chain: u16,
    /// Bit set of the groups it belongs to.
    pub groups: u32,
    /// What people call it, 1 to 200 characters.
    pub name: String,
}

/// A row that is no shop.
#[derive(Debug, Serialize)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// A list, read to its end.
#[derive(Debug, Default)]
pub struct ShopList {
    /// The shops, each id once.
    pub shops: Vec<Shop>,
    /// The rows that are left out.
    pub bad: Vec<BadRow>,
}

impl ShopList {
    /// Reads a file of shops. Fails when it is not such a list at all; bad rows are in the result.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .with_context(|| format!("cannot read {name}"))?;
        if bytes.len() as u64 > MAX_BYTES {
            bail!("{name} is larger than 64 MiB: split it");
        }
        Self::parse(&bytes).with_context(|| format!("{name} is no list of shops"))
    }

    /// Reads a list of shops.
    ///
    /// # Errors
    /// When it is not such a list at all; bad rows are in the result.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
        let columns = Columns::find(&mut reader)?;
        let mut list = Self::default();
        let mut lines_of = HashMap::new();
        let mut lines = Lines { rest: text, offset: 0, line: 1 };
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            let line = lines.line_at(record.position().map_or(0, csv::Position::byte));
            if list.shops.len() + list.bad.len() == MAX_ROWS {
                bail!("more than {MAX_ROWS} rows: split it");
            }
            // A quote that is not closed swallows the rows behind it. That is not one bad row
            // which --skip-bad may leave out.
            if record.iter().any(runs_over_a_line_end) {
                bail!("line {line}: a quoted field runs over the end of the line: close the quote");
            }
            // Only now: a line end at the edge of a field would be trimmed away.
            record.trim();
            let shop =
                columns.shop(&record).and_then(|shop| match lines_of.insert(shop.id, line) {
                    Some(first) => Err(format!("id {} is on line {first} already", shop.id)),
                    None => Ok(shop),
                });
            match shop {
                Ok(shop) => list.shops.push(shop),
                Err(reason) => list.bad.push(BadRow { line, reason }),
            }
        }
        Ok(list)
    }
}

/// Where in a row each column is.
struct Columns([usize; 4]);

impl Columns {
    fn find(reader: &mut Reader<&[u8]>) -> anyhow::Result<Self> {
        let header = reader.byte_headers()?;
        let is_one_line = !header.iter().any(runs_over_a_line_end);
        let place =
            |name: &str| header.iter().position(|field| field.trim_ascii() == name.as_bytes());
        match COLUMNS.map(place) {
            [Some(id), Some(chain), Some(groups), Some(name)]
                if header.len() == COLUMNS.len() && is_one_line =>
            {
                Ok(Self([id, chain, groups, name]))
            }
            _ => bail!("its first line must name exactly the columns {}", COLUMNS.join(", ")),
        }
    }

    fn shop(&self, record: &ByteRecord) -> Result<Shop, String> {
        if record.len() != COLUMNS.len() {
            return Err(format!("{} columns instead of {}", record.len(), COLUMNS.len()));
        }
        let field = |place: usize| {
            std::str::from_utf8(record.get(place).unwrap_or_default()).map_err(|_| "not UTF-8")
        };
        let [id, chain, groups_at, name] = self.0;
        let shop = Shop {
            id: number(field(id)?).ok_or("id is not a number of 32 bits")?,
            chain: number(field(chain)?).ok_or("chain is not a number of 16 bits")?,
            groups: groups(field(groups_at)?)?,
            name: shop_name(field(name)?)?.to_owned(),
        };
        match (shop.id, shop.chain) {
            (0, 1..) => Err("id 0 with a chain is the chain's own credential: see --chains".into()),
            _ => Ok(shop),
        }
    }
}

fn runs_over_a_line_end(field: &[u8]) -> bool {
    field.contains(&b'\n') || field.contains(&b'\r')
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    // FromStr takes a plus sign as well, which would be a second spelling.
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)?.parse().ok()
}

fn shop_name(name: &str) -> Result<&str, &'static str> {
    // Spreadsheets take the full-width signs for the same.
    if name.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        return Err("name begins with = + - or @, which a spreadsheet runs as a formula");
    }
    if name.chars().any(char::is_control) {
        return Err("name has a control character");
    }
    match name.chars().count() {
        0 => Err("name is empty"),
        1..=MAX_NAME_CHARS => Ok(name),
        _ => Err("name is longer than 200 characters"),
    }
}

/// Finds the line that a record begins on. The reader's own count is of where it began to look:
/// before blank lines, and inside a CRLF.
struct Lines<'a> {
    rest: &'a [u8],
    offset: u64,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that the reader began to look for at `offset`, which only grows.
    fn line_at(&mut self, offset: u64) -> u64 {
        let ahead = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
        let searched = self.rest.iter().enumerate();
        let line_end = |byte: u8| matches!(byte, b'\r' | b'\n');
        let passed = searched.take_while(|&(at, &byte)| at < ahead || line_end(byte)).count();
        let (before, rest) = self.rest.split_at_checked(passed).unwrap_or((self.rest, &[]));
        // A CR alone ends a line as well, for the reader and in an editor.
        let ends = before.iter().filter(|&&byte| line_end(byte)).count();
        let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
        self.line += (ends - pairs) as u64;
        self.offset += passed as u64;
        self.rest = rest;
        self.line
    }
}
