//! `coupon campaign show`.

use clap::Args;
use serde_json::json;

use super::state::State;
use crate::campaign::CampaignId;
use crate::cli::args::{self, group_list};
use crate::cli::issuer::{Issued, Issuer};
use crate::cli::outcome::table;
use crate::cli::{Context, Outcome};
use crate::money::{Amount, Price};
use crate::policy::{CampaignDocument, Extension, Offline};

/// Show a campaign: its policy, draft and published, and what was issued.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign show 536870913
  coupon campaign show 536870913 --json")]
pub(crate) struct Show {
    /// The campaign's id.
    #[arg(value_name = "ID", value_parser = args::campaign)]
    campaign: CampaignId,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let state = State::read(&issuer, self.campaign, context.now)?;
        let issued = issuer.issued()?.remove(&self.campaign).unwrap_or_default();
        let mut text = human(&state, issued);
        for warning in state.warnings() {
            text.push_str(&format!("\nNote: {warning}."));
        }
        let mut json = state.json();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("issued".to_owned(), json!(issued));
        }
        Ok(Outcome { text, json })
    }
}

fn human(state: &State, issued: Issued) -> String {
    let (file, draft) = (&state.file, &state.file.policy);
    let kids: Vec<_> = file.kids.iter().map(u16::to_string).collect();
    let mut rows = vec![
        ("campaign", file.campaign.to_string()),
        ("shards", file.campaign.shards().to_string()),
        ("kids", kids.join(", ")),
        ("tokens", format!("version {}", u8::from(file.token_version))),
    ];
    match &state.published {
        None => rows.extend(policy_rows(draft)),
        // What is in force must never be hidden behind what is only drafted.
        Some(published) => {
            for ((name, drafted), (_, current)) in
                policy_rows(draft).into_iter().zip(policy_rows(published))
            {
                rows.push(match drafted == current {
                    true => (name, current),
                    false => (name, format!("{current}; in the draft {drafted}")),
                });
            }
        }
    }
    let published = state.published.as_ref().map(|published| {
        let until = published.valid_until.rfc3339();
        (published.epoch.to_string(), format!("{until} ({})", state.left_in_words(published)))
    });
    let (epoch, until) = published.unwrap_or(("none".to_owned(), "not published".to_owned()));
    rows.push(("epoch", format!("published {epoch}, draft {}", draft.epoch)));
    rows.push(("valid until", until));
    rows.push(("issued", format!("{} coupons", issued.count)));
    rows.push(("liability", money(draft, issued.liability)));
    table(&rows)
}

/// What a policy says, the same rows for each.
fn policy_rows(policy: &CampaignDocument) -> Vec<(&'static str, String)> {
    let extensions: Vec<_> = policy.extensions.iter().map(extension).collect();
    let revoked = &policy.revoked;
    vec![
        ("name", policy.name.clone()),
        ("currency", policy.currency.to_string()),
        ("from", policy.window.from.rfc3339()),
        ("until", format!("{} (exclusive)", policy.window.until.rfc3339())),
        ("extensions", or_none(extensions.join("; "))),
        ("widened to", or_none(groups(policy.widen_scope))),
        ("minimum spend", money(policy, policy.minimum_spend.minor_units())),
        ("reversal", format!("within {} s", policy.reversal_window_s)),
        ("paused", if policy.paused { "yes" } else { "no" }.to_owned()),
        (
            "revoked",
            format!(
                "{} kids, {} serials, {} ranges",
                revoked.kids.len(),
                revoked.serials.len(),
                revoked.ranges.len()
            ),
        ),
        ("location", or_none(policy.location_hint.map_or("", |hint| hint.as_str()).to_owned())),
        ("offline", or_none(policy.offline.map_or(String::new(), |it| offline(policy, &it)))),
    ]
}

fn extension(extension: &Extension) -> String {
    let kids = extension.kids.as_ref().map(|kids| format!(" for kids {kids:?}"));
    let serials =
        extension.serials.map(|range| format!(" for serials {} to {}", range.first, range.last));
    let until = extension.until.rfc3339();
    format!("{until}{}{}", kids.unwrap_or_default(), serials.unwrap_or_default())
}

fn offline(policy: &CampaignDocument, offline: &Offline) -> String {
    let Offline { count, value, max_age_s } = *offline;
    let value = money(policy, value.minor_units());
    format!("{count} a shop and day, up to {value}, told within {max_age_s} s")
}

fn groups(bits: u32) -> String {
    match group_list(bits) {
        list if list.is_empty() => String::new(),
        list => format!("groups {list:?}"),
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

/// Minor units, and as people write the amount.
fn money(policy: &CampaignDocument, minor_units: u64) -> String {
    let CampaignDocument { currency, currency_digits: digits, .. } = *policy;
    match Amount::try_from(minor_units) {
        Ok(amount) => format!("{minor_units} minor units ({})", Price { amount, currency, digits }),
        Err(_) => format!("{minor_units} minor units"),
    }
}
