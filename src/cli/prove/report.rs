//! The report: what was done to the edge, what it promised, what was seen.

use std::fmt::Write;
use std::time::Instant;

use serde_json::{Value, json};

use super::scenario::Scenario;
use super::tally::Tally;

/// A run's report.
pub(super) struct Report {
    long: bool,
    minutes: Option<u64>,
    seed: u64,
    tills: u32,
    began: Instant,
    parts: Vec<(&'static Scenario, Tally)>,
}

/// A tally in a line.
pub(super) fn line(tally: &Tally) -> String {
    let Tally { struck, calls, batched, unknown, redeemed, conflicts, coupons, .. } = tally;
    let found = tally.findings.len();
    let rate = tally.calls as f64 / tally.took.as_secs_f64().max(0.001);
    format!(
        "struck {struck}, {calls} calls ({rate:.0}/s), {batched} of them in batches, \
         {unknown} without an answer, {redeemed} redemptions, {conflicts} conflicts, \
         {coupons} coupons judged, {found} found"
    )
}

impl Report {
    /// Of a run that begins now.
    pub(super) fn begin(long: bool, minutes: Option<u64>, seed: u64, tills: u32) -> Self {
        Self { long, minutes, seed, tills, began: Instant::now(), parts: Vec::new() }
    }

    pub(super) fn add(&mut self, scenario: &'static Scenario, tally: Tally) {
        self.parts.push((scenario, tally));
    }

    /// How many things were found that must not be.
    pub(super) fn found(&self) -> usize {
        self.parts.iter().map(|(_, tally)| tally.findings.len()).sum()
    }

    fn total(&self) -> Tally {
        let mut total = Tally::default();
        for (_, tally) in &self.parts {
            total.add(tally.clone());
        }
        total
    }

    /// A few lines for a person.
    pub(super) fn text(&self) -> String {
        let total = line(&self.total());
        format!("{} scenarios, seed {}: {total}", self.parts.len(), self.seed)
    }

    /// For a program.
    pub(super) fn json(&self) -> Value {
        let parts = self.parts.iter().map(|(scenario, tally)| {
            let mut part = numbers(tally);
            if let Some(fields) = part.as_object_mut() {
                fields.insert("scenario".to_owned(), json!(scenario.name));
            }
            part
        });
        json!({
            "seed": self.seed,
            "tills": self.tills,
            "scenarios": parts.collect::<Vec<_>>(),
            "total": numbers(&self.total()),
        })
    }

    /// For the evidence.
    pub(super) fn markdown(&self) -> String {
        let total = self.total();
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_markdown(&total, &mut text);
        text
    }

    fn write_markdown(&self, total: &Tally, text: &mut String) -> std::fmt::Result {
        let length = if self.long { " --long" } else { "" };
        let minutes = self.began.elapsed().as_secs() / 60;
        writeln!(text, "# Races, cuts, kills: what was seen\n")?;
        let limit = self.minutes.map_or(String::new(), |limit| format!(" --minutes {limit}"));
        writeln!(text, "Command: `./scripts/prove{length}{limit} --seed {}`\n", self.seed)?;
        writeln!(
            text,
            "{} tills at a time, {} minutes, on {} cores. Written by the command itself.\n",
            self.tills,
            minutes,
            std::thread::available_parallelism().map_or(0, usize::from),
        )?;
        writeln!(text, "| | |\n|---|---:|")?;
        let rows = [
            ("redemptions acknowledged (201)", total.redeemed),
            ("conflicts recorded: goods given without a network (201)", total.conflicts),
            ("the same again (200)", total.replayed),
            ("reversals and voids acknowledged", total.undone),
            ("calls, each item of a batch counted as one", total.calls),
            ("of these items of batches", total.batched),
            ("calls without an answer that says what happened", total.unknown),
            ("requests that reached the edge once more than tills know", total.extras),
            ("times that trouble struck", total.struck),
            ("coupons whose history was judged", total.coupons),
            ("redemptions standing at the end of a round", total.standing),
            ("of these looked for again after a last SIGKILL", total.looked_again),
            (
                "entries that archive, statements and counters have in the end, each once",
                total.shipped,
            ),
            ("**found that must not be**", total.findings.len() as u64),
        ];
        for (name, count) in rows {
            writeln!(text, "| {name} | {} |", grouped(count))?;
        }
        writeln!(text, "\n## By scenario\n")?;
        writeln!(
            text,
            "| scenario | struck | calls | in batches | no answer | redemptions | conflicts | coupons judged | found |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---:|"
        )?;
        for (scenario, tally) in &self.parts {
            let counts = [
                tally.struck,
                tally.calls,
                tally.batched,
                tally.unknown,
                tally.redeemed,
                tally.conflicts,
                tally.coupons,
                tally.findings.len() as u64,
            ];
            writeln!(text, "| {} | {} |", scenario.name, counts.map(grouped).join(" | "))?;
        }
        for (scenario, tally) in &self.parts {
            writeln!(text, "\n### {}\n", scenario.name)?;
            writeln!(text, "What was done: {}.\n", scenario.what)?;
            writeln!(text, "What holds all the same: {}.\n", scenario.guarantee)?;
            let seen = tally.seen.iter().map(|(what, count)| format!("{what} {}", grouped(*count)));
            writeln!(text, "What was seen: {}.", seen.collect::<Vec<_>>().join(", "))?;
            for finding in tally.words() {
                writeln!(text, "\nFound: {}\n", finding.what)?;
                finding.shown.iter().try_for_each(|call| writeln!(text, "- {call}"))?;
            }
        }
        Ok(())
    }
}

fn numbers(tally: &Tally) -> Value {
    json!({
        "struck": tally.struck,
        "calls": tally.calls,
        "batched": tally.batched,
        "unknown": tally.unknown,
        "extras": tally.extras,
        "redeemed": tally.redeemed,
        "conflicts": tally.conflicts,
        "replayed": tally.replayed,
        "undone": tally.undone,
        "coupons": tally.coupons,
        "standing": tally.standing,
        "looked_again": tally.looked_again,
        "shipped": tally.shipped,
        "seconds": tally.took.as_secs(),
        "seen": tally.seen,
        "logged": tally.logged,
        "found": tally.findings.iter().map(|finding| &finding.what).collect::<Vec<_>>(),
    })
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
