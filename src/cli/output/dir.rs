//! A directory of many small files on its way.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};

use super::part::{Complete, Part, part_path};

/// A directory that is being filled.
#[derive(Debug)]
pub(crate) struct NewDir(Part);

impl NewDir {
    /// Starts the directory `path`, which must not exist yet, or be empty: there is no option to
    /// replace one, because that would remove files that nobody named.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let part = part_path(path);
        let why = || format!("cannot write the directory {}", part.display());
        DirBuilder::new().recursive(true).mode(0o700).create(&part).with_context(why)?;
        let lock = Part::lock(path, File::open(&part).with_context(why)?)?;
        if path.exists() && fs::read_dir(path).with_context(why)?.next().is_some() {
            bail!("{} is there and not empty: choose another directory", path.display());
        }
        // What a killed run left.
        for left in fs::read_dir(&part).with_context(why)? {
            fs::remove_file(left?.path()).with_context(why)?;
        }
        Ok(Self(lock))
    }

    /// Writes one file. Not synced one by one: for thousands of files that takes minutes, and
    /// what they show is in a file that is.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let path = self.0.path.join(name);
        OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(content))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Starts one file of any size. Not synced, as above.
    pub(crate) fn file(&self, name: &str) -> anyhow::Result<BufWriter<File>> {
        let path = self.0.path.join(name);
        let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(BufWriter::with_capacity(1 << 18, file))
    }

    /// Ends the directory.
    pub(crate) fn complete(self) -> Complete {
        Complete(self.0)
    }
}
