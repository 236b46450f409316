//! `coupon campaign public-key`.

use anyhow::bail;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::campaign::CampaignId;
use crate::cli::issuer::Issuer;
use crate::cli::{Context, Outcome, args};

/// Show a campaign's public keys: what verifies its coupons without a network.
///
/// One for each kid, as CAMPAIGN/KID=KEY. They are no secret. A campaign whose tokens are of
/// version 1 has none.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign public-key 536870913
  coupon inspect C2.AAEgAAAB... --public-key \"$(coupon campaign public-key 536870913 | head -n 1)\"")]
pub(crate) struct PublicKey {
    /// The campaign's id.
    #[arg(value_name = "ID", value_parser = args::campaign)]
    campaign: CampaignId,
}

impl PublicKey {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let keys = issuer.public_keys(&issuer.campaign(self.campaign)?);
        if keys.is_empty() {
            bail!(
                "campaign {} has no public key: its tokens are of version 1, and what verifies \
                 them can also mint",
                self.campaign
            );
        }
        let lines: Vec<_> = keys.iter().map(|(id, key)| format!("{id}={key}")).collect();
        let keys = keys.iter().map(|(id, key)| (id.to_string(), Value::from(key.to_string())));
        let json = json!({
            "campaign": self.campaign, "public_keys": keys.collect::<Map<_, _>>(),
        });
        Ok(Outcome { text: lines.join("\n"), json })
    }
}
