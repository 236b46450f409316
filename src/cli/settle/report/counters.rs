//! Refusals by their reason, from the operator's counters (OpenMetrics text).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// The counter that is read; all others are passed over.
const NAME: &str = "coupon_refusals_total{";

/// Reads refusals by their code, most first.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<(String, f64)>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let codes = parse(&text);
    if codes.is_empty() {
        bail!("{} has no line that begins with {NAME}", path.display());
    }
    Ok(codes)
}

fn parse(text: &str) -> Vec<(String, f64)> {
    let mut codes = BTreeMap::<_, f64>::new();
    for line in text.lines().filter_map(|line| line.strip_prefix(NAME)) {
        let Some((labels, value)) = line.split_once("} ") else { continue };
        // No code has a comma or a quote in it.
        let code =
            labels.split(',').find_map(|label| label.strip_prefix("code=\"")?.strip_suffix('"'));
        let value = value.split(' ').next().and_then(|value| value.parse::<f64>().ok());
        if let (Some(code), Some(value)) = (code, value.filter(|value| value.is_finite())) {
            *codes.entry(code.to_owned()).or_default() += value;
        }
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by(|one, other| other.1.total_cmp(&one.1));
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_summed_by_their_code() {
        let text = "# TYPE coupon_refusals counter\n\
            coupon_refusals_total{campaign=\"1\",chain=\"7\",code=\"expired\"} 2\n\
            coupon_refusals_total{campaign=\"1\",chain=\"8\",code=\"expired\"} 3 1770350400\n\
            coupon_refusals_total{campaign=\"1\",chain=\"8\",code=\"already-redeemed\"} 90\n\
            coupon_redemptions_total{campaign=\"1\"} 5\n# EOF\n";
        let codes = [("already-redeemed", 90.0), ("expired", 5.0)];
        assert_eq!(parse(text), codes.map(|(code, count)| (code.to_owned(), count)));
    }
}
