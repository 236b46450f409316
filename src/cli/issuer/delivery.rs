//! What the commands that publish a policy have in common: for how long, and bringing it to KV.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::publish::{Draft, Published};
use super::{Edit, Issuer};
use crate::cli::output::NewFile;
use crate::cli::shell::quoted;
use crate::cli::{Context, Outcome};

#[derive(Args)]
pub(crate) struct Delivery {
    /// For how long edges may use the policy, like 30d or 12h. Publish again before it ends.
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration)]
    valid_for: u32,

    /// Write the signed policy to this file as well.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replace the --out file if it exists.
    #[arg(long, requires = "out")]
    force: bool,

    /// Upload the policy with wrangler, from the directory of wrangler.toml.
    #[arg(long)]
    wrangler: bool,
}

impl Delivery {
    /// Publishes a draft. `changes` are told with it.
    pub(crate) fn publish<F: Serialize, D: Draft>(
        &self,
        context: &Context,
        issuer: &Issuer,
        kv_key: &str,
        file: Edit<F>,
        draft: fn(&mut F) -> &mut D,
        changes: &[String],
    ) -> anyhow::Result<Outcome> {
        let out = match &self.out {
            Some(path) => Some(NewFile::create(path, self.force)?),
            None => None,
        };
        let valid_until = context.now.plus_seconds(self.valid_for);
        let published = issuer.publish(kv_key, file, draft, valid_until)?;
        if let Some(mut out) = out {
            out.write_all(published.text.as_bytes())?;
            out.complete()?.put_in_place()?;
        }
        if self.wrangler {
            upload(&published)?;
        }
        Ok(self.outcome(&published, changes, issuer.policy_public_key()))
    }

    fn outcome(&self, published: &Published, changes: &[String], policy_key: String) -> Outcome {
        let Published { kv_key, epoch, valid_until, file, text: _ } = published;
        let command = command_line(published);
        let valid_until = valid_until.rfc3339();
        let mut lines = changes.to_vec();
        lines.push(format!("Signed {kv_key} in {}:", file.display()));
        lines.push(format!("epoch {epoch}, good until {valid_until}."));
        lines.push(match self.wrangler {
            true => "Uploaded: every edge has it within a few minutes.".to_owned(),
            false => format!("Upload it:\n  {command}"),
        });
        let json: Value = json!({
            "kv_key": kv_key, "epoch": epoch, "valid_until": valid_until, "file": file,
            "policy_key": policy_key, "uploaded": self.wrangler, "command": command,
            "changes": changes,
        });
        Outcome { text: lines.join("\n"), json }
    }
}

/// Runs wrangler; what it says goes to stderr, because stdout is for the outcome.
fn upload(published: &Published) -> anyhow::Result<()> {
    let not_uploaded = || {
        format!(
            "epoch {} is signed in {} and was not uploaded: run `{}`",
            published.epoch,
            published.file.display(),
            command_line(published)
        )
    };
    let stderr = io::stderr().as_fd().try_clone_to_owned().with_context(not_uploaded)?;
    let status = Command::new("npx")
        .args(arguments(published))
        .arg(&published.file)
        .stdout(Stdio::from(stderr))
        .status()
        .context("cannot run npx")
        .with_context(not_uploaded)?;
    if !status.success() {
        bail!("wrangler failed: {}", not_uploaded());
    }
    Ok(())
}

fn arguments(published: &Published) -> [&str; 9] {
    let kv_key = published.kv_key.as_str();
    ["wrangler", "kv", "key", "put", "--remote", "--binding", "POLICY", kv_key, "--path"]
}

fn command_line(published: &Published) -> String {
    format!("npx {} {}", arguments(published).join(" "), quoted(&published.file))
}

fn duration(text: &str) -> Result<u32, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    match u32::try_from(duration.as_secs()) {
        Ok(seconds @ 1..) if duration.subsec_nanos() == 0 => Ok(seconds),
        _ => Err("a duration is in whole seconds, from 1s to 100 years".to_owned()),
    }
}
