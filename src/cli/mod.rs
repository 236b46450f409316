//! The `coupon` command: what an issuer and an operator do from a terminal.
//!
//! In scope: the command line, the issuer's directory, files, terminals, the clock and randomness.
//! What a token, a credential or a policy *is*, the core decides.
//!
//! One file per command. Each is a struct of arguments with `run(&self, &Context)`, which gives an
//! `Outcome` to print or an error; where the exit code says more than "failed", the error is a
//! `Failure`.

mod api;
mod args;
mod campaign;
mod dev;
mod init;
mod inspect;
mod interrupt;
mod issue;
mod issuer;
mod keys;
mod load;
pub mod local;
mod offline_loss;
mod ops;
mod outcome;
mod output;
mod overload;
pub mod pos;
mod prove;
mod published;
mod settle;
mod shell;
mod shop;
mod surge;
mod till;
mod top;
mod verify_receipt;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};

use crate::time::Timestamp;
use outcome::Outcome;

// For the fuzz target that reads it.
pub use shop::list as shop_list;

/// Signs coupons, enrols shops, and talks to the edge that redeems them.
#[derive(Parser)]
#[command(name = "coupon", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    /// The issuer's directory: keys, campaigns, and a record of what was issued.
    #[arg(long, global = true, env = "COUPON_DIR", default_value = "./issuer")]
    dir: PathBuf,

    /// Print one JSON document; errors too, on stderr, as {"error": "..."}.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0    done
  1    failed: stderr says why, and what to do
  2    wrong usage
  3    refused by the edge, or it would be; not genuine
  4    outcome unknown: run it again with the same key
  130  interrupted: nothing was done

Example:
  coupon init
  coupon issue --help";

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    #[command(subcommand)]
    Campaign(campaign::Campaign),
    #[command(subcommand)]
    Shop(shop::Shop),
    #[command(subcommand)]
    Keys(keys::Keys),
    #[command(subcommand)]
    Ops(ops::Ops),
    Issue(issue::Issue),
    Inspect(inspect::Inspect),
    Check(pos::Check),
    Redeem(pos::Redeem),
    Reverse(pos::Reverse),
    Cancel(pos::Cancel),
    Receipt(pos::Receipt),
    #[command(subcommand)]
    Till(till::Till),
    VerifyReceipt(verify_receipt::VerifyReceipt),
    Statement(pos::Statement),
    Top(top::Top),
    Dev(dev::Dev),
    Prove(prove::Prove),
    Overload(overload::Overload),
    #[command(subcommand)]
    Surge(surge::Surge),
    #[command(subcommand)]
    Settle(settle::Settle),
    OfflineLoss(offline_loss::OfflineLoss),
    Api(api::Api),
}

/// What every command is told.
struct Context {
    /// The issuer's directory.
    dir: PathBuf,
    /// Whether a program reads the answer.
    json: bool,
    /// When the command was started.
    now: Timestamp,
}

/// Runs the command that this process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { dir: cli.dir, json: cli.json, now: now() };
    let result = match &cli.command {
        Command::Init(init) => init.run(&context),
        Command::Campaign(campaign) => campaign.run(&context),
        Command::Shop(shop) => shop.run(&context),
        Command::Keys(keys) => keys.run(&context),
        Command::Ops(ops) => ops.run(&context),
        Command::Issue(issue) => issue.run(&context),
        Command::Inspect(inspect) => inspect.run(&context),
        Command::Check(check) => check.run(),
        Command::Redeem(redeem) => redeem.run(),
        Command::Reverse(reverse) => reverse.run(),
        Command::Cancel(cancel) => cancel.run(),
        Command::Receipt(receipt) => receipt.run(),
        Command::Till(till) => till.run(&context),
        Command::VerifyReceipt(verify) => verify.run(),
        Command::Statement(statement) => statement.run(),
        Command::Top(top) => top.run(&context),
        Command::Dev(dev) => dev.run(&context),
        Command::Prove(prove) => prove.run(&context),
        Command::Overload(overload) => overload.run(),
        Command::Surge(surge) => surge.run(),
        Command::Settle(settle) => settle.run(&context),
        Command::OfflineLoss(loss) => Ok(loss.run()),
        Command::Api(api) => api.run(&context),
    };
    outcome::report(result, context.json)
}

fn now() -> Timestamp {
    // A clock before 1970 is broken; it reads as 1970, and whatever is signed then has expired.
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}
