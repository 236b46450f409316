//! Files and directories that are there whole or not at all.
//!
//! Each is written under `<name>.part`, locked against a second process, and renamed when it is
//! complete and on disk. A run that fails or is interrupted takes its `.part` away; one that is
//! killed leaves it, and the next run writes it anew.
//!
//! What this command writes is keys, credentials and coupons: all of it is only for its owner to
//! read, from the moment it is created.
//!
//! Unix only: it relies on modes, inode numbers and renaming over an open file.

mod dir;
mod file;
mod part;

pub(crate) use dir::NewDir;
pub(crate) use file::NewFile;
pub(crate) use part::{Complete, append_line};
