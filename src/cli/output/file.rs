//! A file on its way.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};

use super::part::{Complete, Part, part_path};

/// A file that is being written: bytes go to its `.part`.
#[derive(Debug)]
pub(crate) struct NewFile {
    writer: BufWriter<File>,
    part: Part,
}

impl NewFile {
    /// Starts the file `path`; one that exists is only replaced with `force`.
    pub(crate) fn create(path: &Path, force: bool) -> anyhow::Result<Self> {
        let part = part_path(path);
        // Not truncated: until the lock is ours, the bytes may be another process's.
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&part)
            .with_context(|| format!("cannot write {}", part.display()))?;
        let part = Part::lock(path, file.try_clone()?)?;
        // Looked at under the lock, so that of two processes the second sees the first's file.
        if !force && path.exists() {
            bail!("{} exists: choose another name, or replace it with --force", path.display());
        }
        // A .part that was left by something else may have any mode.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.set_len(0)?;
        Ok(Self { writer: BufWriter::with_capacity(1 << 18, file), part })
    }

    /// Ends the file: all of it is on disk.
    pub(crate) fn complete(mut self) -> anyhow::Result<Complete> {
        self.writer
            .flush()
            .and_then(|()| self.writer.get_ref().sync_all())
            .with_context(|| format!("cannot write {}", self.part.path.display()))?;
        Ok(Complete(self.part))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
