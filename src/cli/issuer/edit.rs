//! Changing a file of the issuer's.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::output::{Complete, NewFile};

/// A file that is being changed. What replaces it was begun before the file was read, so that of
/// two processes the second is told to wait instead of undoing what the first did.
#[derive(Debug)]
pub(crate) struct Edit<T> {
    /// What the file says.
    pub(crate) value: T,
    /// Which file.
    pub(super) path: PathBuf,
    place: NewFile,
}

impl<T> Edit<T> {
    /// Begins to change the file that `read` reads.
    pub(super) fn begin(
        path: &Path,
        read: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<Self> {
        let place = NewFile::create(path, true)?;
        Ok(Self { value: read()?, path: path.to_owned(), place })
    }
}

impl<T: Serialize> Edit<T> {
    /// Writes what it says now, which is there once it is put in place.
    pub(super) fn complete(self) -> anyhow::Result<Complete> {
        complete_json(self.place, &self.value)
    }
}

/// Writes a value as people read and edit it.
pub(super) fn complete_json(
    mut place: NewFile,
    value: &impl Serialize,
) -> anyhow::Result<Complete> {
    serde_json::to_writer_pretty(&mut place, value)?;
    place.write_all(b"\n")?;
    place.complete()
}
