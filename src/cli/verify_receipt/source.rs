//! Where receipts and keys are read from, each no further than it can be of use.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use ureq::Agent;

/// Ten thousand receipts and more.
pub(super) const MAX_RECEIPTS_BYTES: u64 = 16 * 1024 * 1024;

/// Hundreds of keys.
pub(super) const MAX_JWKS_BYTES: u64 = 64 * 1024;

/// A file, stdin, or an address.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Stdin,
    File(PathBuf),
    Url(String),
}

/// A file, or `-`.
pub(super) fn file(text: &str) -> Result<Source, std::convert::Infallible> {
    Ok(if text == "-" { Source::Stdin } else { Source::File(text.into()) })
}

/// A file, or an address on the network.
pub(super) fn file_or_url(text: &str) -> Result<Source, std::convert::Infallible> {
    let is_url = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    if is_url { Ok(Source::Url(text.to_owned())) } else { file(text) }
}

impl Source {
    /// All that is there.
    pub(super) fn read(&self, limit: u64) -> Result<String> {
        let mut text = String::new();
        let mut reader: Box<dyn Read> = match self {
            Self::Stdin => Box::new(io::stdin().lock()),
            Self::File(path) => {
                Box::new(File::open(path).with_context(|| format!("cannot read {self}"))?)
            }
            Self::Url(url) => {
                // Who is asked is who was named: no redirect leads elsewhere.
                let agent: Agent = Agent::config_builder()
                    .timeout_global(Some(Duration::from_secs(10)))
                    .max_redirects(0)
                    .max_redirects_will_error(true)
                    .build()
                    .into();
                let answer = agent.get(url).call();
                Box::new(
                    answer
                        .with_context(|| format!("cannot read {self}"))?
                        .into_body()
                        .into_reader(),
                )
            }
        };
        reader
            .by_ref()
            .take(limit + 1)
            .read_to_string(&mut text)
            .with_context(|| format!("cannot read {self}"))?;
        let is_short = u64::try_from(text.len()).is_ok_and(|length| length <= limit);
        ensure!(is_short, "cannot read {self}: it has more than {limit} bytes");
        Ok(text)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("stdin"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}
