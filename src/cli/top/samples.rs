//! Reads the OpenMetrics text of an edge: strictly, and no more of the format than an edge writes.
//! Values are whole numbers, and no label has a quote or a backslash in it.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};

/// One line of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    pub(super) labels: BTreeMap<&'a str, &'a str>,
    pub(super) value: u64,
}

/// The samples of the text.
pub(super) fn read(text: &str) -> anyhow::Result<Vec<Sample<'_>>> {
    let Some(body) = text.strip_suffix("# EOF\n") else { bail!("it does not end with # EOF") };
    let lines = body.lines().enumerate().filter(|(_, line)| !is_comment(line));
    lines.map(|(at, line)| sample(line).with_context(|| format!("line {}", at + 1))).collect()
}

fn is_comment(line: &str) -> bool {
    ["# TYPE ", "# HELP "].iter().any(|begin| line.starts_with(begin))
}

fn sample(line: &str) -> anyhow::Result<Sample<'_>> {
    let (name, rest) = line.split_once('{').context("no labels")?;
    let (labels, value) = rest.split_once("} ").context("no value")?;
    let is_name =
        |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    ensure!(is_name(name), "no name");
    let mut found = BTreeMap::new();
    for label in labels.split(',') {
        let (label, value) = label.split_once("=\"").context("no label")?;
        let value = value.strip_suffix('"').context("a label without its end")?;
        ensure!(is_name(label) && !value.contains(['"', '\\']), "no label");
        ensure!(found.insert(label, value).is_none(), "a label twice");
    }
    // A plus sign would be a second spelling.
    ensure!(value.bytes().all(|b| b.is_ascii_digit()), "no whole number");
    Ok(Sample { name, labels: found, value: value.parse()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_read_and_nothing_that_is_almost_one() {
        let text = "# TYPE a gauge\n# HELP a b\na_b{campaign=\"7\",c=\"x-y\"} 12\n# EOF\n";
        let samples = read(text).unwrap();
        let labels = BTreeMap::from([("campaign", "7"), ("c", "x-y")]);
        assert_eq!(samples, [Sample { name: "a_b", labels, value: 12 }]);
        for (from, to) in [
            ("# EOF\n", ""),
            ("# EOF", "# EOF\nx"),
            ("} 12", "}12"),
            ("} 12", "} +12"),
            ("} 12", "} 1.5"),
            ("} 12", "} 99999999999999999999"),
            ("} 12", "} "),
            ("a_b{", "{"),
            ("a_b{", "a b{"),
            ("\"7\"", "\"7"),
            ("\"7\"", "\"7\\\""),
            (",c=", ",campaign="),
            (",c=", ",="),
            ("# HELP", "# HELLO"),
            ("campaign=\"7\",c=\"x-y\"", ""),
        ] {
            let damaged = text.replace(from, to);
            assert!(read(&damaged).is_err(), "{damaged}");
        }
        assert!(read("<html></html>").is_err());
    }
}
