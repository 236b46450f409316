//! `operators.json`: who may read the edge's counters.

use std::path::PathBuf;

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::Issuer;
use super::edge_secrets::{EdgeSecrets, OPS_KEYS};
use super::edit::Edit;
use super::json::read_draft;
use crate::operator::{Operators, TokenHash};
use crate::time::{Timestamp, as_rfc3339};

/// Somebody with a token, which is not here.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operator {
    /// What the token is for.
    pub(crate) label: String,
    /// What the edge knows it by.
    pub(crate) hash: TokenHash,
    /// When it was made.
    #[serde(with = "as_rfc3339")]
    pub(crate) created: Timestamp,
}

impl Issuer {
    /// All of them, in the order in which they came.
    pub(crate) fn operators(&self) -> anyhow::Result<Vec<Operator>> {
        Ok(read_draft(&self.operators_path())?.unwrap_or_default())
    }

    /// As the edge reads them.
    pub(super) fn revealed_operators(&self) -> anyhow::Result<String> {
        Ok(revealed(&self.operators()?))
    }

    fn operators_path(&self) -> PathBuf {
        self.dir.join("operators.json")
    }
}

fn revealed(operators: &[Operator]) -> String {
    Operators::new(operators.iter().map(|it| it.hash)).reveal()
}

impl EdgeSecrets {
    /// Adds one, and writes the secrets with it.
    pub(crate) fn admit(self, operator: Operator) -> anyhow::Result<()> {
        self.change(|operators| {
            let label = &operator.label;
            let is_new = operators.iter().all(|it| it.label != *label);
            ensure!(is_new, "there is a token for {label}: revoke it, or choose another label");
            operators.push(operator);
            Ok(())
        })
    }

    /// Takes one away, and writes the secrets without it.
    pub(crate) fn dismiss(self, label: &str) -> anyhow::Result<()> {
        self.change(|operators| {
            let before = operators.len();
            operators.retain(|it| it.label != label);
            ensure!(operators.len() < before, "there is no token for {label}");
            Ok(())
        })
    }

    fn change(
        self,
        change: impl FnOnce(&mut Vec<Operator>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut file = Edit::begin(&self.issuer.operators_path(), || self.issuer.operators())?;
        change(&mut file.value)?;
        self.issuer.must_fit(OPS_KEYS, &revealed(&file.value))?;
        file.complete()?.put_in_place()?;
        self.save()
    }
}
