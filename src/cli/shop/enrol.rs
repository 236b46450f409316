//! `coupon shop enrol`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use super::list::{BadRow, Shop, ShopList};
use crate::cli::args::seconds;
use crate::cli::issuer::Issuer;
use crate::cli::output::NewFile;
use crate::cli::{Context, Outcome};
use crate::secret::Root;
use crate::till::{KeyVersion, Till, TillKey};
use crate::time::Timestamp;

/// How long a credential is good unless something else is said.
const VALID_SECONDS: u32 = 400 * 24 * 60 * 60;

/// How many bad rows are shown.
const SHOWN: usize = 20;

/// Make credentials for a list of shops.
///
/// Reads CSV in UTF-8 with the columns id, chain, groups, name in any order, and writes CSV with
/// the columns shop, till, chain, groups, name, keyid, secret: for each shop till 0, which is its
/// own system, and as many tills as --tills says. At most 1000000 shops and 64 MiB.
///
/// Nothing is written while a row is bad, unless --skip-bad. A name that begins with = + - or @ is
/// bad: spreadsheets run it as a formula.
///
/// The result is for programs. A spreadsheet mangles secrets that begin with -; load it as text.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon shop enrol shops.csv --out credentials.csv --tills 2

where shops.csv is
  id,chain,groups,name
  1001,7,0x5,\"Tea House, Station Square\"")]
pub(crate) struct Enrol {
    /// The shops: CSV with the columns id, chain, groups, name.
    shops: PathBuf,

    /// Where to write the credentials. They are secrets: only you can read the file.
    #[arg(long, value_name = "CREDENTIALS.csv")]
    out: PathBuf,

    /// When the credentials end, RFC 3339 [default: 400 days from now].
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    valid_until: Option<u32>,

    /// Tills per shop, besides the shop's own system.
    #[arg(long, value_name = "N", default_value_t = 0)]
    tills: u16,

    /// For each chain in the list also a credential of its own (shop 0, the chain as till). It reads the
    /// statements of the chain's shops and does nothing else.
    #[arg(long)]
    chains: bool,

    /// Number of the POS root to derive from.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=15))]
    root: u8,

    /// Which issue of the credentials this is; a policy can refuse those below a minimum.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(0..=i64::from(KeyVersion::MAX_ISSUE)))]
    issue: u16,

    /// Leave bad rows out instead of writing nothing.
    #[arg(long)]
    skip_bad: bool,

    /// Replace the credentials file if it exists.
    #[arg(long)]
    force: bool,
}

impl Enrol {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let root = issuer.pos_root(self.root)?;
        let key_version = KeyVersion::new(self.root, self.issue).context("no such key version")?;
        let not_after = self.not_after(context.now)?;
        let list = ShopList::read(&self.shops)?;
        if !list.bad.is_empty() && !self.skip_bad {
            bail!(
                "{} bad rows in {}:\n{}\nnothing was written: correct them, or say --skip-bad",
                list.bad.len(),
                self.shops.display(),
                describe(&list.bad)
            );
        }
        if list.shops.is_empty() {
            bail!("no good row in {}: nothing was written", self.shops.display());
        }

        let chains = self.chains_of(&list);
        let mut out = csv::Writer::from_writer(NewFile::create(&self.out, self.force)?);
        out.write_record(["shop", "till", "chain", "groups", "name", "keyid", "secret"])?;
        for shop in &list.shops {
            for till in 0..=self.tills {
                let Shop { id, chain, groups, name: _ } = *shop;
                let till = Till { shop: id, till, chain, groups, key_version, not_after };
                write(&mut out, &root, &till, &shop.name)?;
            }
        }
        for &chain in &chains {
            let till = Till { shop: 0, till: chain, chain, groups: 0, key_version, not_after };
            write(&mut out, &root, &till, "")?;
        }
        let out = out.into_inner().context("cannot write the credentials")?;
        out.complete()?.put_in_place()?;
        Ok(self.outcome(&list, chains.len() as u64, not_after))
    }

    /// The chains that get a credential of their own. 0 is none.
    fn chains_of(&self, list: &ShopList) -> BTreeSet<u16> {
        let chains = list.shops.iter().map(|shop| shop.chain);
        chains.filter(|chain| self.chains && *chain != 0).collect()
    }

    fn not_after(&self, now: Timestamp) -> anyhow::Result<u32> {
        let not_after = match self.valid_until {
            Some(seconds) => seconds,
            None => u32::try_from(now.plus_seconds(VALID_SECONDS).seconds())
                .context("400 days from now are beyond the format's end: say --valid-until")?,
        };
        if u64::from(not_after) <= now.seconds() {
            bail!("--valid-until is over: say a time to come");
        }
        Ok(not_after)
    }

    fn outcome(&self, list: &ShopList, chains: u64, not_after: u32) -> Outcome {
        let (shops, skipped) = (list.shops.len(), list.bad.len());
        let credentials = shops as u64 * (u64::from(self.tills) + 1) + chains;
        let valid_until = Timestamp::from_seconds(not_after).rfc3339();
        let and_chains = if self.chains { format!(" and {chains} chains") } else { String::new() };
        let mut text = format!(
            "Enrolled {shops} shops{and_chains}: {credentials} credentials in {}, good until {valid_until}.\n\
             They are secrets: send each shop its own, and no other.",
            self.out.display()
        );
        if skipped > 0 {
            text.push_str(&format!("\nLeft out {skipped} bad rows:\n{}", describe(&list.bad)));
        }
        let bad: Vec<_> = list.bad.iter().take(SHOWN).collect();
        let json = json!({
            "file": self.out, "shops": shops, "chains": chains, "credentials": credentials,
            "valid_until": valid_until, "skipped": skipped, "bad": bad,
        });
        Outcome { text, json }
    }
}

fn write(
    out: &mut csv::Writer<NewFile>,
    root: &Root,
    till: &Till,
    name: &str,
) -> anyhow::Result<()> {
    let secret = Zeroizing::new(TillKey::derive(root, till).reveal());
    let numbers = [till.shop, till.till.into(), till.chain.into(), till.groups];
    for number in numbers {
        out.write_field(number.to_string())?;
    }
    out.write_record([name, &till.keyid(), &secret])?;
    Ok(())
}

fn describe(bad: &[BadRow]) -> String {
    let mut lines: Vec<_> = bad.iter().take(SHOWN).map(BadRow::to_string).collect();
    if bad.len() > SHOWN {
        lines.push(format!("and {} more", bad.len() - SHOWN));
    }
    lines.join("\n")
}
