//! `coupon settle generate`.

mod day;
mod journal;

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use self::day::Day;
pub(super) use self::journal::Journals;
use crate::base64url;
use crate::campaign::CampaignId;
use crate::cli::Context;
use crate::cli::outcome::Outcome;
use crate::cli::output::NewFile;
use crate::cli::surge::replay::curve::Curve;
use crate::cli::surge::replay::plan::Plan;
use crate::cli::surge::replay::points;
use crate::journal::segment::MAX_ENTRIES;
use crate::jws::SigningKeys;
use crate::time::Timestamp;

/// Make an archive as a large campaign would leave it, to try and to measure with.
///
/// The time of entries follows the published orders of 6 February 2026, few chains have most shops,
/// some redemptions are undone, some were made without a network. The same seed gives the same
/// archive, byte for byte. The key that signs the heads is made from the seed too, so it proves
/// nothing: an archive like this is for tests.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon settle generate --out mirror --entries 1000000
  coupon settle verify --archive mirror --jwks mirror/keys.json")]
pub(in crate::cli) struct Generate {
    /// A folder; it gets `journal` and `keys.json`.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    /// Entries, about: redemptions, and what undoes some of them.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    entries: u64,

    /// Ledger shards, a power of two.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    shards: u32,

    /// What lots are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Of a hundred redemptions, how many are undone.
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0)]
    reversals: f64,

    /// The campaign's number, from 0 to 134217727.
    #[arg(long, value_name = "N", default_value_t = 1)]
    number: u32,

    /// The published points of the day.
    #[arg(long, value_name = "FILE", default_value = "bench/surge/2026-02-06.csv")]
    curve: PathBuf,
}

/// The morning of 6 February 2026 in China, 10:00.
const START: Timestamp = Timestamp::from_millis(1_770_343_200_000);

/// Between the last entry and what the heads say is complete.
const QUIET_S: u32 = 60;

impl Generate {
    pub(in crate::cli) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        if !self.shards.is_power_of_two() {
            bail!("shards are a power of two");
        }
        if !(0.0..=100.0).contains(&self.reversals) {
            bail!("--reversals is from 0 to 100");
        }
        let campaign =
            CampaignId::new(self.shards.ilog2(), self.number).context("no such campaign")?;
        if self.out.join("journal").exists() {
            bail!("{} has an archive already: choose another folder", self.out.display());
        }
        let plan =
            Plan::new(Curve::through(&points::read(&self.curve)?)?, 1.0, 1, 1.0, (None, None))?;
        let reversals = self.reversals / 100.0;
        let customers = (self.entries as f64 / (1.0 + reversals)).round() as u64;
        let day = Day::new(plan, START, self.seed, customers, reversals);
        let currency = "CNY".parse().map_err(anyhow::Error::msg)?;
        let mut journals = Journals::new(&self.out, campaign, currency)?;
        let bar = if context.json { ProgressBar::hidden() } else { ProgressBar::new(self.entries) };

        let (sender, parts) = sync_channel::<Vec<_>>(8);
        let mut last = START;
        let mut count = 0;
        thread::scope(|scope| {
            // One thread draws, this one writes.
            let drawing = scope.spawn(move || {
                let mut day = day;
                loop {
                    let part: Vec<_> = day.by_ref().take(MAX_ENTRIES).collect();
                    if part.is_empty() || sender.send(part).is_err() {
                        return;
                    }
                }
            });
            for entry in parts.iter().flatten() {
                last = entry.at;
                journals.append(entry)?;
                count += 1;
                if count % 100_000 == 0 {
                    bar.set_position(count);
                }
            }
            drawing.join().map_err(|_| anyhow!("cannot draw the day"))
        })?;
        let seed = base64url::encode(&Sha256::digest(self.seed.to_be_bytes()));
        let key = SigningKeys::parse(&seed).context("32 bytes are a seed")?;
        journals.ship(last.plus_seconds(QUIET_S), &key)?;
        let mut keys = NewFile::create(&self.out.join("keys.json"), true)?;
        std::io::Write::write_all(&mut keys, key.public().jwks().as_bytes())?;
        keys.complete()?.put_in_place()?;
        bar.finish_and_clear();

        let (out, bytes) = (self.out.display(), journals.bytes);
        let text = format!(
            "{count} entries of campaign {campaign} in {} shards, {bytes} bytes, in {out}/journal.",
            self.shards
        );
        let json = json!({ "campaign": campaign, "entries": count, "bytes": bytes, "until": last });
        Ok(Outcome { text, json })
    }
}
