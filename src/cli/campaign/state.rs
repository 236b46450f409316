//! A campaign's draft beside what is published of it.

use serde_json::{Value, json};

use crate::campaign::CampaignId;
use crate::cli::issuer::{Campaign, Issuer, NOT_PUBLISHED};
use crate::policy::{CampaignDocument, CampaignPolicy};
use crate::time::Timestamp;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Both, as they are now.
pub(super) struct State {
    pub(super) file: Campaign,
    pub(super) published: Option<CampaignDocument>,
    now: Timestamp,
}

impl State {
    pub(super) fn read(issuer: &Issuer, id: CampaignId, now: Timestamp) -> anyhow::Result<Self> {
        let file = issuer.campaign(id)?;
        let published = issuer.published(&CampaignPolicy::kv_key_of(id))?;
        Ok(Self { file, published, now })
    }

    /// Whether the draft differs from what is published.
    pub(super) fn differs(&self) -> bool {
        self.published.as_ref() != Some(&self.file.policy)
    }

    /// What somebody should do something about.
    pub(super) fn warnings(&self) -> Vec<String> {
        let Some(published) = &self.published else {
            return vec![NOT_PUBLISHED.to_owned()];
        };
        let mut warnings = Vec::new();
        if self.differs() {
            warnings.push("draft differs from what is published".to_owned());
        }
        let left = self.left(published);
        if left == 0 {
            warnings.push("the published policy is over: the edge redeems nothing".to_owned());
        } else if left < 7 * DAY_MS {
            let left = span(left);
            warnings.push(format!("the published policy is over in {left}: publish it again"));
        }
        warnings
    }

    /// For how long a document is good, in words.
    pub(super) fn left_in_words(&self, document: &CampaignDocument) -> String {
        match self.left(document) {
            0 => "over".to_owned(),
            left => format!("{} left", span(left)),
        }
    }

    /// The newest in short.
    pub(super) fn json(&self) -> Value {
        let published = self.published.as_ref();
        json!({
            "campaign": self.file.campaign,
            "shards": self.file.campaign.shards(),
            "kids": self.file.kids,
            "token_version": self.file.token_version,
            "draft": self.file.policy,
            "published": published,
            "differs": self.differs(),
            "valid_for_s": published.map(|published| self.left(published) / 1000),
            "warnings": self.warnings(),
        })
    }

    fn left(&self, document: &CampaignDocument) -> u64 {
        document.valid_until.millis_since(self.now)
    }
}

/// A span of time, roughly, rounded down.
fn span(millis: u64) -> String {
    let minutes = millis / 60_000;
    match (minutes / (24 * 60), minutes / 60) {
        (0 | 1, 0 | 1) => format!("{minutes} minutes"),
        (0 | 1, hours) => format!("{hours} hours"),
        (days, _) => format!("{days} days"),
    }
}
