//! `coupon ops credential create`.

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use super::tell_the_edge;
use crate::cli::issuer::{Issuer, Operator};
use crate::cli::{Context, Outcome};
use crate::operator::{TokenHash, token};

/// Make a token and print it, once: the issuer keeps its hash only.
#[derive(Args)]
#[command(after_help = "\
Example:
  (umask 077; coupon ops credential create prometheus > prometheus.token)")]
pub(crate) struct Create {
    /// What it is for: the name to revoke it by.
    #[arg(value_parser = label)]
    label: String,
}

fn label(text: &str) -> Result<String, String> {
    let is_label = (1..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
    is_label.then(|| text.to_owned()).ok_or_else(|| "1 to 64 visible ASCII characters".to_owned())
}

impl Create {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).context("the system gives no randomness")?;
        let token = token(&bytes);
        let operator = Operator {
            label: self.label.clone(),
            hash: TokenHash::of(&token),
            created: context.now,
        };
        let issuer = Issuer::open(&context.dir)?;
        issuer.edit_edge_secrets()?.admit(operator)?;
        let path = issuer.edge_secrets_path();
        // Not with the token, which goes into a file.
        eprintln!("The token is not shown again. {}", tell_the_edge(&path));
        let json = json!({ "label": self.label, "token": token, "edge_secrets": path });
        Ok(Outcome { text: token, json })
    }
}
