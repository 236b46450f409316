//! The SQLite file of a shard: where workerd keeps it, and how large it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use rusqlite::Connection;

/// How large a shard's file is, as SQLite counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// The newest entry's number; none is ever deleted, so also how many there are.
    pub(super) rows: u64,
    /// Pages by their size.
    pub(super) bytes: u64,
}

/// The file of the one shard in a folder of workerd's.
pub(super) fn of_the_shard(storage: &Path) -> anyhow::Result<PathBuf> {
    let mut folders = vec![storage.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // An object's file is named by its id, 64 hexadecimal digits.
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let ending = path.extension().is_some_and(|ending| ending == "sqlite");
            match path.is_dir() {
                true => folders.push(path),
                false if ending && stem.len() == 64 => found.push(path),
                false => {}
            }
        }
    }
    ensure!(found.len() == 1, "{} shards in {}", found.len(), storage.display());
    found.pop().context("no shard")
}

/// How large it is now. Nobody may have it open.
pub(super) fn size(path: &Path) -> anyhow::Result<Size> {
    let connection = Connection::open(path)?;
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let pages = number("PRAGMA page_count")?;
    let bytes = pages * number("PRAGMA page_size")?;
    let rows = number("SELECT coalesce(max(seq), 0) FROM entry")?;
    Ok(Size { rows: rows.try_into()?, bytes: bytes.try_into()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_shards_are_not_one_and_none_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let name = |letter: &str| folder.path().join(format!("{}.sqlite", letter.repeat(64)));
        assert!(of_the_shard(folder.path()).is_err());
        // What workerd keeps beside the objects.
        fs::write(folder.path().join("metadata.sqlite"), "").unwrap();
        fs::write(name("a"), "").unwrap();
        assert_eq!(of_the_shard(folder.path()).unwrap(), name("a"));
        fs::write(name("b"), "").unwrap();
        assert!(of_the_shard(folder.path()).is_err());
    }

    #[test]
    fn a_file_is_as_large_as_its_pages() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard.sqlite");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE entry (seq INTEGER PRIMARY KEY)").unwrap();
        drop(connection);
        let Size { rows, bytes } = size(&path).unwrap();
        assert_eq!((rows, bytes), (0, fs::metadata(&path).unwrap().len()));
    }
}
