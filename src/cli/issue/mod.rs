//! `coupon issue`.

mod format;
mod mint;
mod pictures;
mod qr;
mod sheet;
mod terms;

use std::io::Write;
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::interrupt::Interrupt;
use super::issuer::{Batch, Issuer, NOT_PUBLISHED};
use super::output::NewFile;
use super::{Context, Outcome, args};
use crate::campaign::CampaignId;
use crate::policy::CampaignPolicy;
use format::Format;
use mint::Issued;
use pictures::Pictures;
use terms::Terms;

/// What did not happen when the command was interrupted.
const NOTHING_ISSUED: &str = "nothing was issued and no file was written";

/// Issue coupons: sign them and write them to a file.
///
/// Each has a random 96-bit serial. The coupons are money: only you can read the file. It appears
/// when it is complete, and the issuer's batches.ndjson then has a line about it.
///
/// With --format csv and ndjson the fields are token, serial, value, not_before, not_after. A
/// spreadsheet mangles serials that begin with -; load them as text.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon issue --campaign 536870913 --count 1000000 --value 2500 --out coupons.txt
  coupon issue --campaign 536870913 --count 60 --value 2500 --out coupons.csv --format csv \\
      --qr png --qr-dir codes --sheet coupons.html")]
pub(crate) struct Issue {
    /// The campaign's id.
    #[arg(long, value_name = "ID", value_parser = args::campaign)]
    campaign: CampaignId,

    /// How many coupons.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    count: u64,

    /// Face value of each in minor units of the campaign's currency: 2500 is CNY 25.00.
    #[arg(long, value_name = "MINOR_UNITS")]
    value: NonZeroU32,

    /// From when they may be used, RFC 3339 [default: the campaign's window].
    #[arg(long, value_name = "TIME", value_parser = args::seconds)]
    from: Option<u32>,

    /// Until when, exclusive, they may be used, RFC 3339 [default: the campaign's window].
    #[arg(long, value_name = "TIME", value_parser = args::seconds)]
    until: Option<u32>,

    /// Bit set of the shop groups that may redeem them, like 0x5; 0 is every group.
    #[arg(long, value_name = "BITS", default_value = "0", value_parser = args::groups)]
    scope: u32,

    /// Which of the campaign's keys signs [default: the newest].
    #[arg(long)]
    kid: Option<u16>,

    /// How the file is written: a token a line, a table, or an object a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Where to write the coupons.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    pictures: pictures::PictureArgs,

    /// Replace files that exist; never the directory of QR codes.
    #[arg(long)]
    force: bool,
}

impl Issue {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        // 1. Everything that can be refused is, before a coupon exists.
        let issuer = Issuer::open(&context.dir)?;
        let campaign = issuer.campaign(self.campaign)?;
        let terms = Terms::settle(self, &issuer, &campaign)?;
        let interrupt = Interrupt::watch()?;
        let mut out = NewFile::create(&self.out, self.force)?;
        let pictures = Pictures::create(&self.pictures, self.count, self.force)?;

        // 2. Sign and write.
        let progress = progress_bar(self.count, context.json);
        out.write_all(self.format.header().as_bytes())?;
        let mut pictured = Vec::new();
        mint::in_order(
            &terms,
            self.count,
            |coupons| {
                let (count, mut kept) = (coupons.len(), Vec::new());
                let keep = |coupon: &anyhow::Result<Issued>| match coupon {
                    Ok(coupon) if pictures.is_some() => kept.push(*coupon),
                    _ => {}
                };
                Ok((self.format.lines(&terms, coupons.inspect(keep))?, count, kept))
            },
            |(lines, count, kept)| {
                interrupt.check(NOTHING_ISSUED)?;
                out.write_all(&lines)
                    .with_context(|| format!("cannot write {}.part", self.out.display()))?;
                progress.inc(count as u64);
                pictured.extend(kept);
                Ok(())
            },
        )?;
        let mut complete = vec![out.complete()?];
        if let Some(pictures) = pictures {
            complete.extend(pictures.draw(&pictured, &terms, &campaign.policy, &interrupt)?);
        }
        progress.finish_and_clear();
        interrupt.check(NOTHING_ISSUED)?;

        // 3. Recorded first and put in place then: a crash between the two leaves a batch too many
        //    on record, never coupons that nobody knows of.
        let batch = self.batch(context, &terms)?;
        issuer.record(&batch)?;
        for output in complete {
            output.put_in_place()?;
        }
        let published = issuer.has_published(&CampaignPolicy::kv_key_of(self.campaign));
        Ok(self.outcome(&batch, published))
    }

    fn batch(&self, context: &Context, terms: &Terms) -> anyhow::Result<Batch> {
        let mut id = [0; 8];
        getrandom::fill(&mut id).context("the system gives no randomness")?;
        Ok(Batch {
            batch: format!("{:016x}", u64::from_be_bytes(id)),
            campaign: self.campaign,
            kid: terms.kid(),
            token_version: terms.version(),
            count: self.count,
            value: self.value.get(),
            not_before: terms.not_before(),
            not_after: terms.not_after(),
            scope: self.scope,
            file: self.out.display().to_string(),
            created: context.now,
        })
    }

    fn outcome(&self, batch: &Batch, published: bool) -> Outcome {
        let mut text = format!(
            "Issued {} coupons of campaign {} (kid {}) in {}: {} minor units each, {} in all.\n\
             Valid from {} until {}, batch {}.",
            batch.count,
            batch.campaign,
            batch.kid,
            batch.file,
            batch.value,
            u128::from(batch.count) * u128::from(batch.value),
            batch.not_before.rfc3339(),
            batch.not_after.rfc3339(),
            batch.batch,
        );
        let mut json = json!(batch);
        let warnings: &[_] = if published { &[] } else { &[NOT_PUBLISHED] };
        if let Some(fields) = json.as_object_mut() {
            fields.insert("warnings".to_owned(), json!(warnings));
        }
        if !published {
            let id = batch.campaign;
            text.push_str(&format!(
                "\nNote: campaign {id} is {NOT_PUBLISHED}. Next:\n  coupon campaign publish {id}"
            ));
        }
        Outcome { text, json }
    }
}

/// A bar on stderr while a person watches; indicatif hides it when that is no terminal.
fn progress_bar(count: u64, json: bool) -> ProgressBar {
    if json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len}, {eta} left");
    ProgressBar::new(count).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
