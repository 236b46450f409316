//! Property 1, from the other side: which statements a call runs, and in which order.

use super::*;
use crate::ledger::database::{Database, Executed, Value};
use crate::ledger::statement;

/// Writes down every statement that it runs.
#[derive(Debug)]
struct Recorder {
    database: Sqlite,
    statements: Vec<String>,
}

impl Database for Recorder {
    type Error = rusqlite::Error;

    fn run(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> rusqlite::Result<Executed> {
        self.statements.push(sql.to_owned());
        self.database.run(sql, parameters)
    }
}

/// A new shard that writes down what it runs from now on.
fn recorded() -> LedgerShard<Recorder> {
    let database = Recorder { database: Sqlite::in_memory(), statements: Vec::new() };
    let mut shard = LedgerShard::open(database).unwrap();
    shard.database_mut().statements.clear();
    shard
}

/// What these calls run on a new shard, one list for each.
fn statements(commands: impl IntoIterator<Item = Command>) -> Vec<Vec<String>> {
    let mut shard = recorded();
    let calls = commands.into_iter().map(|command| {
        shard.database_mut().statements.clear();
        shard.handle(call(EPOCHS, command), Timestamp::from_millis(1)).unwrap();
        shard.database().statements.clone()
    });
    calls.collect()
}

/// No test from outside could tell: the object awaits nothing between two statements.
#[test]
fn p01_the_statement_that_decides_runs_first_and_alone_writes() {
    let (one, other) = (by(7, 1, 1), by(8, 1, 1));
    let reverse = |seq| {
        let fingerprint = Fingerprint::from_bytes([0xee; 16]);
        Command::Reverse(Reverse { seq, by: one, fingerprint })
    };
    let calls = [
        (redeem(1, one, 3000), statement::REDEEM),
        (redeem(1, one, 3000), statement::REDEEM), // a replay
        (redeem(1, other, 3000), statement::REDEEM), // already redeemed
        (reverse(1), statement::REVERSE),
        (reverse(1), statement::REVERSE), // a second reversal
        (reverse(9), statement::REVERSE), // of nothing
        (cancel(2, one), statement::CANCEL),
        (cancel(2, one), statement::CANCEL),
    ];
    let ran = statements(calls.iter().map(|(command, _)| command.clone()));
    for (ran, (command, decides)) in ran.iter().zip(&calls) {
        assert_eq!(ran[0], *decides, "{command:?}");
        for reads in &ran[1..] {
            assert!(reads.starts_with("SELECT"), "{command:?} also runs {reads}");
        }
    }
    assert_eq!(ran[0], [statement::REDEEM], "a redemption is this statement and nothing else");
    // A sale without a network is a redemption like any other, and a conflict only after that.
    let ran = statements([redeem_offline(1, one, 3000), redeem_offline(1, other, 3000)]);
    assert_eq!(ran[0], [statement::REDEEM]);
    assert_eq!(ran[1], [statement::REDEEM, statement::CHAIN, statement::CONFLICT]);
    // What only looks never writes.
    for ran in statements([recall(1, one, 3000), find(1, 7), look(1)]).concat() {
        assert!(ran.starts_with("SELECT"), "{ran}");
    }
}

#[test]
fn p01_many_coupons_in_one_call_are_one_statement() {
    let mut shard = recorded();
    let many = (0..=255).map(|coupon| redeem(coupon, by(7, 1, 1), 3000)).collect();
    shard.handle(Call::new(origin(), EPOCHS, many).unwrap(), Timestamp::from_millis(1)).unwrap();
    assert_eq!(shard.database().statements, [statement::REDEEM]);
}
