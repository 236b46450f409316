//! Many commands in one call are carried out as if each had come by itself.

use proptest::prelude::*;

use super::*;
use crate::ledger::command::MAX_COMMANDS;

/// Commands about few coupons under few keys, so that they meet.
fn command() -> impl Strategy<Value = Command> {
    let (coupon, who, key, amount) = (0..4u8, 0..2u32, 0..3u8, 0..2u32);
    (0..12, coupon, who, key, amount).prop_map(|(what, coupon, shop, key, amount)| {
        let by = by(7 + shop, 1, key);
        match what {
            0 => recall(coupon, by, 3000 + amount),
            1 => cancel(coupon, by),
            2 => look(coupon),
            3 => find(u64::from(coupon) + 1, by.shop),
            4 => Command::Reverse(Reverse {
                seq: u64::from(coupon) + 1,
                by,
                fingerprint: Fingerprint::from_bytes([0xee; 16]),
            }),
            _ => redeem(coupon, by, 3000 + amount),
        }
    })
}

/// The same of tills of which some have no network, without calls that name a place in the shard.
fn command_with_offline() -> impl Strategy<Value = Command> {
    (0..8, 0..4u8, 0..2u32, 0..3u8).prop_map(|(what, coupon, shop, key)| {
        let by = by(7 + shop, 1, key);
        match what {
            0 => cancel(coupon, by),
            1 => look(coupon),
            2..=4 => redeem_offline(coupon, by, 3000),
            _ => redeem(coupon, by, 3000),
        }
    })
}

/// Every row as a text.
fn rows(ledger: &Ledger) -> Vec<String> {
    rows_of(ledger, "SELECT * FROM entry ORDER BY seq")
}

fn rows_of(ledger: &Ledger, sql: &str) -> Vec<String> {
    let connection = &ledger.shard.database().0;
    let mut all = connection.prepare(sql).unwrap();
    let columns = all.column_count();
    let rows = all.query_map([], |row| {
        let cells = (0..columns).map(|index| format!("{:?}", row.get_ref(index).unwrap()));
        Ok(cells.collect())
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

proptest! {
    #[test]
    fn p01_together_as_one_after_the_other(
        calls in prop::collection::vec(prop::collection::vec(command(), 1..20), 1..8)
    ) {
        let (mut together, mut apart) = (Ledger::new(), Ledger::new());
        for commands in calls {
            let outcomes = together.calls(commands.clone());
            let each = commands.into_iter().map(|command| {
                apart.now = together.now - 1;
                apart.call(command)
            });
            prop_assert_eq!(outcomes, each.collect::<Vec<_>>());
        }
        prop_assert_eq!(rows(&together), rows(&apart));
    }

    /// Conflicts are recorded after the redemptions of other coupons that went into the statement
    /// with them. No coupon can tell.
    #[test]
    fn conflicts_together_as_one_after_the_other_but_for_their_place(
        calls in prop::collection::vec(prop::collection::vec(command_with_offline(), 1..20), 1..8)
    ) {
        let (mut together, mut apart) = (Ledger::new(), Ledger::new());
        for commands in calls {
            let outcomes = together.calls(commands.clone());
            let each = commands.into_iter().map(|command| {
                apart.now = together.now - 1;
                apart.call(command)
            });
            let kinds = |outcomes: &[Outcome]| outcomes.iter().map(what).collect::<Vec<_>>();
            prop_assert_eq!(kinds(&outcomes), kinds(&each.collect::<Vec<_>>()));
        }
        let sql = "SELECT serial, n, kind, at, shop, till, key, fingerprint, discount, chain, \
                   offline_at, reversible_until FROM entry ORDER BY serial, n";
        prop_assert_eq!(rows_of(&together, sql), rows_of(&apart, sql));
    }
}

/// What was answered, but for the place in the shard.
fn what(outcome: &Outcome) -> String {
    let place = |text: String| {
        let mut parts = text.split("seq: ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once(',').map_or(part, |(_, rest)| rest))
    };
    place(format!("{outcome:?}"))
}

#[test]
fn p01_a_coupon_that_comes_up_again_in_a_call_is_used() {
    let (one, other) = (by(7, 1, 1), by(7, 1, 2));
    let outcomes = Ledger::new().calls(vec![
        redeem(1, one, 3000),
        redeem(1, other, 3000),
        redeem(1, one, 3000),
        redeem(1, one, 4000),
    ]);
    let [Outcome::Redeemed { entry, replayed: false }, used, again, reused] = &outcomes[..] else {
        panic!("{outcomes:?}")
    };
    let refusal = LedgerRefusal::AlreadyRedeemed { at: entry.at, shop: 7, till: 1 };
    assert_eq!(*used, Outcome::Refused(refusal));
    assert_eq!(*again, Outcome::Redeemed { entry: entry.clone(), replayed: true });
    assert_eq!(*reused, Outcome::Refused(LedgerRefusal::IdempotencyKeyReused));
}

#[test]
fn a_call_has_one_to_500_commands() {
    let call = |count| Call::new(origin(), EPOCHS, vec![look(1); count]);
    assert!(call(0).is_none() && call(MAX_COMMANDS + 1).is_none());
    let json = serde_json::to_string(&call(MAX_COMMANDS).unwrap()).unwrap();
    assert!(Call::parse(json.as_bytes()).is_some());
    let command = serde_json::to_string(&look(1)).unwrap();
    let longer = json.replacen(&command, &format!("{command},{command}"), 1);
    assert!(Call::parse(longer.as_bytes()).is_none());
    let none = r#"{"v":2,"epochs":{"campaign":1,"shops":1},"commands":[]}"#;
    assert!(Call::parse(none.as_bytes()).is_none());
}
