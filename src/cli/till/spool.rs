//! A file of records that is only appended to, and loses none that it said it had.
//!
//! A line is the first 16 hexadecimal digits of the SHA-256 of a JSON document, a space, the document.
//! What is appended is on disk when [`Spool::append`] returns. A crash in between leaves a last line
//! without its end: nobody was told of it, and it is cut off. Any other line that is not what its
//! checksum says is damage, and is named.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// A file of records that this process alone writes.
#[derive(Debug)]
pub(super) struct Spool<T> {
    path: PathBuf,
    // Held open for the lock on it, too.
    file: File,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    /// Opens the file, or makes it, and gives what is in it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<T>)> {
        let why = || format!("cannot open {}", path.display());
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .with_context(why)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another process has {}: let it end first", path.display())
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(why),
        }
        sync_folder(path).with_context(why)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(why)?;
        let whole = whole(&bytes);
        let records = records(path, whole)?;
        if whole.len() < bytes.len() {
            file.set_len(whole.len() as u64).and_then(|()| file.sync_all()).with_context(why)?;
        }
        Ok((Self { path: path.to_owned(), file, of: PhantomData }, records))
    }

    /// Appends a record. It is on disk when this returns; after an error it may be or not.
    pub(super) fn append(&mut self, record: &T) -> Result<()> {
        let json = serde_json::to_string(record)?;
        let line = format!("{} {json}\n", checksum(&json));
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_all())
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// What is in the file, which another process may be writing to.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    match std::fs::read(path) {
        Ok(bytes) => records(path, whole(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// All but a last line without its end.
fn whole(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

/// The records of these lines; if any is damaged, an error with all that are.
fn records<T: DeserializeOwned>(path: &Path, lines: &[u8]) -> Result<Vec<T>> {
    let (mut records, mut damaged) = (Vec::new(), Vec::new());
    for (number, line) in (1_usize..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
        match record(line) {
            Some(record) => records.push(record),
            None => damaged.push(number.to_string()),
        }
    }
    if !damaged.is_empty() {
        bail!(
            "{} is damaged in line {}: keep a copy, find out what was there, and take the line out",
            path.display(),
            damaged.join(", ")
        );
    }
    Ok(records)
}

fn record<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (sum, json) = line.split_once(' ')?;
    if sum != checksum(json) {
        return None;
    }
    serde_json::from_str(json).ok()
}

fn checksum(json: &str) -> String {
    Sha256::digest(json).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Makes the file's name durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn spool(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool");
        fs::write(&path, content).unwrap();
        (dir, path)
    }

    fn line(text: &str) -> String {
        let json = serde_json::to_string(text).unwrap();
        format!("{} {json}\n", checksum(&json))
    }

    #[test]
    fn a_line_is_pinned() {
        assert_eq!(line("a"), "ac8d8342bbb2362d \"a\"\n");
    }

    #[test]
    fn a_last_line_without_its_end_is_cut_wherever_it_broke_off() {
        let (one, two) = (line("one"), line("two"));
        for cut in 0..two.len() {
            let (_dir, path) = spool(format!("{one}{}", &two[..cut]).as_bytes());
            assert_eq!(read::<String>(&path).unwrap(), ["one"]);
            let (mut opened, records) = Spool::<String>::open(&path).unwrap();
            assert_eq!(records, ["one"]);
            opened.append(&"three".to_owned()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{one}{}", line("three")));
        }
    }

    #[test]
    fn damaged_lines_are_named() {
        let good = line("good");
        let content = format!("{good}{}{good}\0\n{good}", good.replace("good", "gold"));
        let (_dir, path) = spool(content.as_bytes());
        for why in [
            read::<String>(&path).unwrap_err().to_string(),
            Spool::<String>::open(&path).unwrap_err().to_string(),
        ] {
            assert!(why.contains("is damaged in line 2, 4:"), "{why}");
        }
        assert_eq!(fs::read(&path).unwrap(), content.as_bytes(), "left as it was");
    }

    #[test]
    fn one_process_has_it() {
        let (_dir, path) = spool(b"");
        let held = Spool::<String>::open(&path).unwrap();
        let why = Spool::<String>::open(&path).unwrap_err().to_string();
        assert!(why.contains("another process has"), "{why}");
        drop(held);
        Spool::<String>::open(&path).unwrap();
    }
}
