//! Finding a till's credential in a file of them.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

use crate::till::{Till, TillKey};

#[derive(Deserialize)]
struct Row {
    shop: u32,
    till: u16,
    keyid: String,
    secret: String,
}

/// The credential of this shop and till, or the first that fits.
pub(in crate::cli) fn find(
    path: &Path,
    shop: Option<u32>,
    till: Option<u16>,
) -> Result<(Till, TillKey)> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    for (line, row) in csv::Reader::from_reader(file).deserialize::<Row>().enumerate() {
        // The message of the CSV reader could quote the line, which holds a secret.
        let damaged = || anyhow!("{} is damaged at line {}", path.display(), line + 2);
        let row = row.map_err(|_| damaged())?;
        if shop.is_none_or(|shop| shop == row.shop) && till.is_none_or(|till| till == row.till) {
            let named = |till: &Till| (till.shop, till.till) == (row.shop, row.till);
            let till = Till::parse(&row.keyid).filter(named).ok_or_else(damaged)?;
            return Ok((till, TillKey::parse(&row.secret).ok_or_else(damaged)?));
        }
    }
    let who = match (shop, till) {
        (None, None) => "no till".to_owned(),
        (Some(shop), None) => format!("no shop {shop}"),
        (None, Some(till)) => format!("no till {till}"),
        (Some(shop), Some(till)) => format!("no till {till} of shop {shop}"),
    };
    bail!("{} has {who}: enrol it with `coupon shop enrol`", path.display())
}
