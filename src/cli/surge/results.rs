//! Figures for a program and for a page, as files.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::outcome::Outcome;

/// Writes `<name>.json` and `<name>.md` into a folder.
pub(super) fn write(folder: &Path, name: &str, outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome { text, json } = outcome;
    for (ending, text) in [("json", format!("{json:#}\n")), ("md", format!("{text}\n"))] {
        let path = folder.join(format!("{name}.{ending}"));
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Three decimals say more than the noise lets them.
pub(super) fn rounded(value: f64) -> Value {
    json!((value * 1000.0).round() / 1000.0)
}
