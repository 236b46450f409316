//! The formats of an issued file.

use std::fmt::Write;

use clap::ValueEnum;

use super::mint::Issued;
use super::terms::Terms;

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
    pub(super) fn lines(self, terms: &Terms, coupons: &[Issued]) -> String {
        let value = terms.value();
        let (from, until) = (terms.not_before().rfc3339(), terms.not_after().rfc3339());
        let mut lines = String::new();
        for Issued { serial, token } in coupons {
            // Writing to a String cannot fail.
            let _ = match self {
                Self::Text => writeln!(lines, "{token}"),
                Self::Csv => writeln!(lines, "{token},{serial},{value},{from},{until}"),
                Self::Ndjson => writeln!(
                    lines,
                    r#"{{"token":"{token}","serial":"{serial}","value":{value},"not_before":"{from}","not_after":"{until}"}}"#
                ),
            };
        }
        lines
    }
}
