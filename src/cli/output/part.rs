//! The `.part`: its lock, its end, and its way to the final name.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A `.part` that this process holds the lock of. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    target: PathBuf,
    // Held open for the lock on it.
    _lock: File,
    keep: bool,
}

/// The name under which `target` is being written.
pub(super) fn part_path(target: &Path) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(".part");
    name.into()
}

impl Part {
    /// Locks the `.part` of `target`, which `handle` has open.
    pub(super) fn lock(target: &Path, handle: File) -> anyhow::Result<Self> {
        let path = part_path(target);
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "{} is being written by another process: wait for it, or stop it",
                path.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        // Between opening and locking, another process may have renamed or removed it: then the
        // lock is on what is by now the other's finished file, which must not be touched. A
        // symbolic link is seen here too.
        let (ours, named) = (handle.metadata()?, fs::symlink_metadata(&path));
        if !named.is_ok_and(|named| (named.dev(), named.ino()) == (ours.dev(), ours.ino())) {
            bail!("another process was just writing {}: run this again", target.display());
        }
        Ok(Self { path, target: target.to_owned(), _lock: handle, keep: false })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        // Best effort: what stays is a .part, which the next run writes anew.
        let _ = match self.path.is_dir() {
            true => fs::remove_dir_all(&self.path),
            false => fs::remove_file(&self.path),
        };
    }
}

/// A file or directory that is all written, and waits for its final name.
#[must_use = "it is removed again unless it is put in place"]
#[derive(Debug)]
pub(crate) struct Complete(pub(super) Part);

impl Complete {
    /// Gives it its final name. From here on the `.part` is not removed: should this fail, it
    /// is all there is.
    pub(crate) fn put_in_place(mut self) -> anyhow::Result<()> {
        let part = &mut self.0;
        part.keep = true;
        fs::rename(&part.path, &part.target).and_then(|()| sync_parent(&part.target)).with_context(
            || format!("cannot rename {} to {}", part.path.display(), part.target.display()),
        )
    }
}

/// Makes the names in the directory of `path` durable.
fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Adds one line to a journal, durably; processes take turns.
pub(crate) fn append_line(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.lock()?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()?;
    sync_parent(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_finished_in_between_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("file");
        let opened = File::create(part_path(&target)).unwrap();
        // Another process held the lock until now, and finishes.
        fs::rename(part_path(&target), &target).unwrap();
        let error = Part::lock(&target, opened).unwrap_err().to_string();
        assert!(error.contains("another process was just writing"), "{error}");
        assert!(target.exists());
    }

    #[test]
    fn a_link_to_another_file_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (target, other) = (dir.path().join("file"), dir.path().join("other"));
        fs::write(&other, "precious").unwrap();
        std::os::unix::fs::symlink(&other, part_path(&target)).unwrap();
        assert!(super::super::NewFile::create(&target, false).is_err());
        assert_eq!(fs::read(other).unwrap(), b"precious");
    }
}
