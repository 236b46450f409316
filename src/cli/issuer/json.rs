//! Reading the directory's JSON files, and saying what is wrong with one.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, anyhow};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Reads a file of secrets; `None` when there is none. Says where it is wrong, never what it says.
pub(super) fn read_secret<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let Some(text) = read_text(path)?.map(Zeroizing::new) else { return Ok(None) };
    let value = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow!("{} is damaged at line {line}, column {column}", path.display())
    })?;
    Ok(Some(value))
}

/// Reads a file that people edit; `None` when there is none. Says which field is wrong, and why.
pub(super) fn read_draft<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let Some(text) = read_text(path)? else { return Ok(None) };
    let value = serde_json::from_str(&text).map_err(|error| {
        let path = path.display();
        match wrong_field(&text, &error) {
            Some(field) => anyhow!("{path} cannot be read: `{field}`: {error}"),
            None => anyhow!("{path} cannot be read: {error}"),
        }
    })?;
    Ok(Some(value))
}

/// Reads a text; `None` when there is no such file.
pub(super) fn read_text(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The field whose value is wrong, where the error does not name one itself: the last that begins
/// before the error.
fn wrong_field<'a>(text: &'a str, error: &serde_json::Error) -> Option<&'a str> {
    let why = error.to_string();
    if !error.is_data() || why.contains(" field `") {
        return None;
    }
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let end = lines.map(str::len).sum::<usize>() + error.column();
    let before = text.get(..end)?;
    before.rmatch_indices(':').find_map(|(colon, _)| {
        let key = before.get(..colon)?.trim_end().strip_suffix('"')?;
        let (_, name) = key.rsplit_once('"')?;
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then_some(name)
    })
}
