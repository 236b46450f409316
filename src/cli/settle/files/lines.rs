//! The lines, one for each entry, in one file or in several.

use std::fs::File;
use std::io::BufWriter;

use anyhow::Context as _;

use super::super::line::Line;
use super::super::money::amount;
use crate::cli::output::NewDir;

/// What has a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    None,
    Chain,
    Shop,
}

/// Files of lines. Lines come sorted by chain and shop, so only one file is open at a time.
pub(super) struct Lines<'a> {
    out: &'a NewDir,
    split: Split,
    open: Option<(String, csv::Writer<BufWriter<File>>)>,
}

const COLUMNS: [&str; 17] = [
    "campaign",
    "id",
    "life",
    "kind",
    "redemption",
    "at",
    "offline_at",
    "chain",
    "shop",
    "till",
    "order_ref",
    "currency",
    "order_amount",
    "discount",
    "payable",
    "borne_by",
    "because",
];

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a NewDir, split: Split) -> Self {
        Self { out, split, open: None }
    }

    /// The file of conflicts; there also when there are none.
    pub(super) fn conflicts(out: &'a NewDir) -> anyhow::Result<Self> {
        let mut lines = Self::new(out, Split::None);
        lines.start("conflicts.csv".to_owned())?;
        Ok(lines)
    }

    pub(super) fn write(&mut self, line: &Line, currency: &str) -> anyhow::Result<()> {
        let is_open = match (&self.open, self.split) {
            (None, _) => false,
            (Some(_), Split::None) => true,
            (Some((name, _)), _) => *name == self.name(line),
        };
        if !is_open {
            self.complete()?;
            self.start(self.name(line))?;
        }
        let (_, csv) = self.open.as_mut().context("no file is open")?;
        let time = |at: Option<crate::time::Timestamp>| at.map(|at| at.rfc3339());
        let (by, why) = line.borne.as_ref().map_or(("", ""), |(by, why)| (by, why));
        csv.write_record([
            line.campaign.to_string().as_str(),
            &line.id()?,
            &line.incarnation.to_string(),
            line.kind.name(),
            &line.redemption()?.unwrap_or_default(),
            &line.at.rfc3339(),
            &time(line.offline_at).unwrap_or_default(),
            &line.chain.to_string(),
            &line.shop.to_string(),
            &line.till.to_string(),
            &harmless(line.order_ref.as_deref().unwrap_or_default()),
            currency,
            &amount(line.order_amount, currency),
            &amount(line.discount, currency),
            &amount(line.payable(), currency),
            by,
            why,
        ])?;
        Ok(())
    }

    /// Ends the file that is open.
    pub(super) fn complete(&mut self) -> anyhow::Result<()> {
        match self.open.take() {
            Some((name, mut csv)) => csv.flush().with_context(|| format!("cannot write {name}")),
            None => Ok(()),
        }
    }

    fn start(&mut self, name: String) -> anyhow::Result<()> {
        let mut csv = csv::Writer::from_writer(self.out.file(&name)?);
        csv.write_record(COLUMNS)?;
        self.open = Some((name, csv));
        Ok(())
    }

    fn name(&self, line: &Line) -> String {
        let Line { chain, shop, .. } = line;
        match self.split {
            Split::None => "lines.csv".to_owned(),
            Split::Chain => format!("lines-chain-{chain:05}.csv"),
            Split::Shop => format!("lines-chain-{chain:05}-shop-{shop:010}.csv"),
        }
    }
}

/// A bill number that a spreadsheet does not run as a formula.
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
