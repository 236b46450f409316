//! `coupon top`.

mod reading;
mod samples;
mod view;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ureq::Agent;
use zeroize::Zeroizing;

use super::interrupt::Interrupt;
use super::outcome::Failure;
use super::pos::edge_address;
use super::{Context, Outcome};
use reading::Reading;
use view::View;

/// Show the counters of an edge, live.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon top --edge https://coupons.example.com --token-file top.token
  coupon top --edge http://127.0.0.1:8787 --token-file top.token --once

`coupon ops credential create top > top.token` makes a token. Where no person watches, each look is
a line for each campaign. Ctrl-C ends it.")]
pub(super) struct Top {
    /// Address of the edge, like https://coupons.example.com.
    #[arg(long, env = "COUPON_URL", value_parser = edge_address)]
    edge: String,

    /// File with an operator's token.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,

    /// Time between two looks.
    #[arg(long, default_value = "2s", value_parser = humantime::parse_duration)]
    every: Duration,

    /// Show what has been counted so far, and end.
    #[arg(long)]
    once: bool,
}

/// How long the edge has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Top {
    pub(super) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        ensure!(!self.every.is_zero(), "--every is longer than nothing");
        let token = fs::read_to_string(&self.token_file)
            .map(Zeroizing::new)
            .with_context(|| format!("cannot read {}", self.token_file.display()))?;
        let watched = Watched::new(&self.edge, token.trim());
        if self.once {
            let reading = watched.look()??;
            let view = View::new(&reading, None);
            return Ok(Outcome { text: view.table(), json: view.json() });
        }
        self.watch(&watched, context.json)
    }

    /// Looks again and again. An edge that does not answer may come back; one that answers something
    /// else does not change its mind.
    fn watch(&self, watched: &Watched, json: bool) -> anyhow::Result<Outcome> {
        let interrupt = Interrupt::watch()?;
        let screen = Screen::new(json);
        let mut last: Option<(Reading, Instant)> = None;
        while !interrupt.asked() {
            let began = Instant::now();
            match watched.look()? {
                Ok(reading) => {
                    let before = last.as_ref().map(|(it, at)| (it, (began - *at).as_secs_f64()));
                    screen.show(&View::new(&reading, before));
                    last = Some((reading, began));
                }
                Err(why) => screen.say(&format!("{why:#}: trying again")),
            }
            while began.elapsed() < self.every && !interrupt.asked() {
                thread::sleep(Duration::from_millis(50).min(self.every));
            }
        }
        screen.end();
        Ok(Outcome { text: String::new(), json: serde_json::Value::Null })
    }
}

/// The edge that is looked at.
struct Watched {
    url: String,
    authorization: Zeroizing<String>,
    agent: Agent,
}

impl Watched {
    fn new(edge: &str, token: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0);
        Self {
            url: format!("{}/v1/ops/metrics", edge.trim_end_matches('/')),
            authorization: Zeroizing::new(format!("Bearer {token}")),
            agent: config.build().into(),
        }
    }

    /// What it says; the inner error when there is no answer now.
    fn look(&self) -> anyhow::Result<anyhow::Result<Reading>> {
        let no_answer = || format!("no answer from {}", self.url);
        let sent = self.agent.get(&self.url).header("Authorization", self.authorization.as_str());
        let mut answer = match sent.call().with_context(no_answer) {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        let text = match answer.body_mut().read_to_string().with_context(no_answer) {
            Ok(text) => text,
            Err(why) => return Ok(Err(why)),
        };
        match answer.status().as_u16() {
            200 => {}
            401 => {
                let detail = format!("{} does not take the token", self.url);
                return Err(Failure::Refused { code: "signature-invalid", detail }.into());
            }
            status @ 500.. => return Ok(Err(anyhow::anyhow!("{} answered {status}", self.url))),
            status => bail!("{} answered {status}: is it an edge?", self.url),
        }
        let samples = samples::read(&text)
            .with_context(|| format!("{} answered something else than counters", self.url))?;
        Ok(Ok(Reading::of(&samples)))
    }
}

/// Where it is shown.
enum Screen {
    /// A view that changes.
    Live(ProgressBar),
    Lines,
    Json,
}

impl Screen {
    fn new(json: bool) -> Self {
        let style = ProgressStyle::with_template("{msg}");
        let bar = ProgressBar::new_spinner();
        match (json, bar.is_hidden()) {
            (true, _) => Self::Json,
            (false, true) => Self::Lines,
            (false, false) => {
                Self::Live(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
            }
        }
    }

    fn show(&self, view: &View<'_>) {
        match self {
            Self::Live(bar) => bar.set_message(view.table()),
            Self::Lines => println!("{}", view.lines()),
            Self::Json => println!("{}", view.json()),
        }
    }

    fn say(&self, what: &str) {
        match self {
            Self::Live(bar) => bar.set_message(what.to_owned()),
            Self::Lines | Self::Json => eprintln!("{what}"),
        }
    }

    fn end(&self) {
        if let Self::Live(bar) = self {
            bar.finish();
        }
    }
}
