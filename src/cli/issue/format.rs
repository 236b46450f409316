//! The formats of an issued file.

use anyhow::Context;
use clap::ValueEnum;

use super::mint::Issued;
use super::terms::Terms;
use crate::base64url;

/// Characters of a serial: 12 bytes in base64url.
const SERIAL_CHARS: usize = 16;

/// How coupons are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// A token a line.
    Text,
    /// A table with a header.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// What the file begins with.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Csv => "token,serial,value,not_before,not_after\n",
            Self::Text | Self::Ndjson => "",
        }
    }

    /// A line for each coupon. No value needs a quote or an escape in any format: they are
    /// base64url, digits and RFC 3339.
    pub(super) fn lines(
        self,
        terms: &Terms,
        coupons: impl Iterator<Item = anyhow::Result<Issued>>,
    ) -> anyhow::Result<Vec<u8>> {
        let Parts { before, between, behind } = self.parts(terms);
        let longest =
            before.len() + terms.version().chars() + between.len() + SERIAL_CHARS + behind.len();
        let mut lines = Vec::with_capacity(coupons.size_hint().0 * longest);
        for coupon in coupons {
            let Issued { serial, token } = coupon?;
            lines.extend_from_slice(before.as_bytes());
            lines.extend_from_slice(token.as_bytes());
            if !between.is_empty() {
                let mut text = [0; SERIAL_CHARS];
                base64url::encode_into(serial.as_bytes(), &mut text).context("no serial")?;
                lines.extend_from_slice(between.as_bytes());
                lines.extend_from_slice(&text);
            }
            lines.extend_from_slice(behind.as_bytes());
        }
        Ok(lines)
    }

    /// What is the same in each line.
    fn parts(self, terms: &Terms) -> Parts {
        let value = terms.value();
        let (from, until) = (terms.not_before().rfc3339(), terms.not_after().rfc3339());
        let (before, between, behind) = match self {
            Self::Text => ("", "", "\n".to_owned()),
            Self::Csv => ("", ",", format!(",{value},{from},{until}\n")),
            Self::Ndjson => (
                "{\"token\":\"",
                "\",\"serial\":\"",
                format!(
                    "\",\"value\":{value},\"not_before\":\"{from}\",\"not_after\":\"{until}\"}}\n"
                ),
            ),
        };
        Parts { before, between, behind }
    }
}

/// What stands in a line before the token, between it and the serial, and behind that. There is no
/// serial where nothing stands between.
struct Parts {
    before: &'static str,
    between: &'static str,
    behind: String,
}
