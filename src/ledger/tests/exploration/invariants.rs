//! What must hold in every world.

use super::shard::Shard;
use super::world::{Did, Line, State, World};

/// What is wrong in this world, if anything.
pub(super) fn broken(world: &World, shard: &mut Shard) -> Option<&'static str> {
    ledger(world).or_else(|| books(world)).or_else(|| retries(world, shard))
}

/// Till and bill of the coupon's redemption that is not undone.
fn live(world: &World, coupon: u8) -> Option<(u8, u8)> {
    let last = live_line(&world.ledger, coupon)?;
    Some((last.request.till, last.request.bill))
}

fn live_line(ledger: &[Line], coupon: u8) -> Option<&Line> {
    let last = ledger.iter().rfind(|line| line.request.coupon == coupon)?;
    (last.did == Did::Redeem).then_some(last)
}

/// A key redeems once and never after it was cancelled; one redemption of a coupon is live.
fn ledger(world: &World) -> Option<&'static str> {
    let line = world.ledger.last()?;
    let before = &world.ledger[..world.ledger.len() - 1];
    let key = (line.request.till, line.request.bill);
    let live = live_line(before, line.request.coupon);
    let earlier =
        |did| before.iter().any(|it| it.did == did && (it.request.till, it.request.bill) == key);
    match line.did {
        Did::Redeem if live.is_some() => Some("two live redemptions of one coupon"),
        Did::Redeem if earlier(Did::Void) => Some("a cancelled key redeems"),
        Did::Redeem if earlier(Did::Redeem) => Some("a key redeems twice"),
        Did::Undo if live.is_none_or(|it| (it.request.till, it.request.bill) != key) => {
            Some("a bill undoes another's redemption")
        }
        _ => None,
    }
}

/// What the tills took off their bills is what the ledger has as redeemed.
fn books(world: &World) -> Option<&'static str> {
    for (till, it) in world.tills.iter().enumerate() {
        for (number, bill) in it.bills.iter().enumerate() {
            let live = live(world, bill.coupon) == Some((till as u8, number as u8));
            match bill.state {
                State::Discounted(_) | State::Kept if !live => {
                    return Some("a redemption that was told is gone");
                }
                State::Off if live => return Some("redeemed, and the till was told it is undone"),
                State::Refused if live => return Some("redeemed, and the till was told no"),
                _ => {}
            }
        }
    }
    None
}

/// A till whose messages get through is told what it waits for at its next try.
fn retries(world: &World, shard: &mut Shard) -> Option<&'static str> {
    for (till, it) in world.tills.iter().enumerate() {
        let Some(request) = it.asks(till as u8) else { continue };
        match shard.effect(&world.ledger, world.clock, request) {
            Err(wrong) => return Some(wrong),
            Ok((told, _)) => {
                let mut it = it.clone();
                it.coming = Some(told);
                if it.hear().is_none() || it.asks(till as u8).is_some() {
                    return Some("a till that asks again is not told");
                }
            }
        }
    }
    None
}
