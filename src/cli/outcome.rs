//! What a command came to, how it is printed, and the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// What a command that succeeded has to say, to a person and to a program.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Lines for a person, without the last line's end; empty when everything is said.
    pub(crate) text: String,
    /// The document for a program.
    pub(crate) json: Value,
}

/// An error whose exit code tells a script more than "failed".
#[derive(Debug)]
pub(crate) enum Failure {
    /// The edge refuses it, or would: exit code 3.
    Refused {
        /// The refusal's stable code.
        code: &'static str,
        /// What is wrong, in a line.
        detail: String,
    },
    /// The edge answered, and not with yes; what it said is printed as any other outcome is.
    Answered {
        /// What it said.
        outcome: Outcome,
        /// 3 refused, 4 unknown.
        exit: u8,
    },
    /// Stopped by Ctrl-C or a termination signal: exit code 130. Says what was not done.
    Interrupted(String),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 3,
            Self::Answered { exit, .. } => *exit,
            Self::Interrupted(_) => 130,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { code, detail } => write!(f, "{code}: {detail}"),
            Self::Answered { outcome, .. } => f.write_str(&outcome.text),
            Self::Interrupted(what) => write!(f, "interrupted: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Prints the result where it belongs and gives the exit code.
pub(crate) fn report(result: anyhow::Result<Outcome>, json: bool) -> ExitCode {
    let error = match result.and_then(|outcome| Ok(print(&outcome, json)?)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    if let Some(Failure::Answered { outcome, exit }) = error.downcast_ref() {
        let printed = print(outcome, json);
        return if printed.is_ok() { (*exit).into() } else { ExitCode::FAILURE };
    }
    // A closed stderr is nobody's fault that could be told of.
    let _ = match json {
        true => writeln!(io::stderr(), "{}", json!({ "error": format!("{error:#}") })),
        false => writeln!(io::stderr(), "coupon: {error:#}"),
    };
    error.downcast_ref::<Failure>().map_or(ExitCode::FAILURE, |it| it.exit_code().into())
}

fn print(outcome: &Outcome, json: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match json {
        true => writeln!(stdout, "{}", outcome.json)?,
        false if outcome.text.is_empty() => {}
        false => writeln!(stdout, "{}", outcome.text)?,
    }
    stdout.flush()
}

/// Names and values, the values one under the other.
pub(crate) fn table(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<_> =
        rows.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
    lines.join("\n")
}
