//! Many at once.

use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::support::{Answer, Edge};

/// Less than the edge asks for, so that the race stays one.
const BEFORE_THE_NEXT_TRY: Duration = Duration::from_millis(50);

#[test]
fn of_200_shops_that_race_for_a_coupon_one_redeems_it_50_times_over() {
    const SHOPS: u32 = 200;
    const ROUNDS: usize = 50;
    let edge = Edge::start();
    let coupons: Vec<_> = (0..ROUNDS).map(|_| edge.issuer.coupon()).collect();
    let line = Barrier::new(SHOPS as usize);
    let answers: Vec<Vec<_>> = thread::scope(|scope| {
        let shops: Vec<_> = (1..=SHOPS)
            .map(|shop| {
                let (edge, coupons, line) = (&edge, &coupons, &line);
                scope.spawn(move || {
                    let till = edge.till(shop, 1);
                    // A till that hears nothing, or that there is no room, asks again with the same
                    // key: workerd closes a connection that was idle for some seconds, maybe just
                    // when it is used, and not all have room at a shard at the same time. Nothing
                    // is judged here: whoever gave up would leave the others waiting.
                    let race = |coupon: &String| {
                        line.wait();
                        let ask = |_| {
                            let answer = till.redemption(coupon, "bill").try_send().ok();
                            let answer = answer.filter(|answer| answer.code() != "busy");
                            if answer.is_none() {
                                thread::sleep(BEFORE_THE_NEXT_TRY);
                            }
                            answer
                        };
                        (0..200).find_map(ask)
                    };
                    coupons.iter().map(race).collect::<Vec<_>>()
                })
            })
            .collect();
        shops.into_iter().map(|shop| shop.join().unwrap()).collect()
    });
    for round in 0..ROUNDS {
        let all: Vec<_> = answers.iter().map(|shop| shop[round].as_ref().unwrap()).collect();
        let winners: Vec<_> = all.iter().filter(|a| matches!(a.status, 200 | 201)).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        let losers: Vec<_> = all.iter().filter(|a| a.code() == "already-redeemed").collect();
        assert_eq!(losers.len(), SHOPS as usize - 1, "round {round}");
        for loser in losers {
            assert_eq!(loser.status, 409);
            assert_eq!(loser.body["redeemed_at"], winners[0].body["redeemed_at"]);
        }
    }
}

#[test]
fn the_same_request_sent_many_times_at_once_redeems_once_and_has_one_answer() {
    let edge = Edge::start();
    let token = edge.issuer.coupon();
    let line = Barrier::new(32);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let tries: Vec<_> = (0..32)
            .map(|_| {
                scope.spawn(|| {
                    let till = edge.till(7, 1);
                    line.wait();
                    till.redeem(&token, "bill")
                })
            })
            .collect();
        tries.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let texts: HashSet<_> = answers.iter().map(|answer| &answer.text).collect();
    assert_eq!(texts.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 31);
}

#[test]
fn reversal_cancel_and_redemption_race_and_the_history_makes_sense() {
    const ROUNDS: usize = 30;
    let edge = Edge::start();
    for round in 0..ROUNDS {
        let token = edge.issuer.coupon();
        let (here, there) = (edge.till(7, 1), edge.till(8, 1));
        let first = here.redeem(&token, "a");
        assert_eq!(first.status, 201);
        let line = Barrier::new(4);
        let race = |call: &(dyn Fn() -> Answer + Sync)| {
            line.wait();
            call()
        };
        let (reversed, cancelled, replayed, other) = thread::scope(|scope| {
            let reversed = scope.spawn(|| race(&|| here.reverse(&first.id(), "r")));
            let cancelled = scope.spawn(|| race(&|| here.cancel(&token, "a")));
            let replayed = scope.spawn(|| race(&|| here.redeem(&token, "a")));
            let other = scope.spawn(|| race(&|| there.redeem(&token, "b")));
            (
                reversed.join().unwrap(),
                cancelled.join().unwrap(),
                replayed.join().unwrap(),
                other.join().unwrap(),
            )
        });

        // Exactly one of the two undid it; both say when, and the same.
        let mut undone = [reversed.status, cancelled.status];
        undone.sort_unstable();
        assert_eq!(undone, [200, 201], "round {round}");
        assert_eq!(reversed.body["reversed_at"], cancelled.body["redemption"]["reversed_at"]);
        // The retry came before that or after it.
        match replayed.code().as_str() {
            "200" => assert_eq!(replayed.text, first.text),
            code => assert_eq!(code, "redemption-reversed"),
        }
        // The other shop came too early, or got it.
        match other.code().as_str() {
            "201" => assert_eq!(there.check(&token).code(), "already-redeemed"),
            code => {
                assert_eq!(code, "already-redeemed");
                assert_eq!(other.body["redeemed_at"], first.body["redeemed_at"]);
                assert_eq!(there.check(&token).status, 200);
            }
        }
        assert_eq!(here.redeem(&token, "a").code(), "redemption-reversed");
    }
}

#[test]
fn a_cancel_races_its_own_redemption_and_nothing_stays_redeemed() {
    let edge = Edge::start();
    for _ in 0..30 {
        let token = edge.issuer.coupon();
        let till = edge.till(7, 1);
        let line = Barrier::new(2);
        let (redeemed, cancelled) = thread::scope(|scope| {
            let redeemed = scope.spawn(|| {
                line.wait();
                till.redeem(&token, "a")
            });
            line.wait();
            let cancelled = till.cancel(&token, "a");
            (redeemed.join().unwrap(), cancelled)
        });
        assert_eq!(cancelled.status, 201);
        match cancelled.body["outcome"].as_str() {
            Some("reversed") => assert_eq!(redeemed.status, 201),
            Some("voided") => assert_eq!(redeemed.code(), "redemption-reversed"),
            other => panic!("{other:?}"),
        }
        assert_eq!(edge.till(8, 1).check(&token).status, 200, "the coupon is free");
    }
}
