//! Places taken and given back, by a clock that the test moves.

use super::*;
use crate::campaign::CampaignId;

const NOW: Timestamp = Timestamp::from_seconds(1_770_000_000);

fn shard(index: u32) -> Shard {
    Shard::new(CampaignId::new(4, 1).unwrap(), index).unwrap()
}

fn later(ms: u64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + ms)
}

fn crowd(admission: &mut Admission, now: Timestamp) -> Vec<Place> {
    std::iter::from_fn(|| admission.enter(now)).take(2 * ROOM + BODIES).collect()
}

/// As many calls to one shard as there is room for.
fn calls(admission: &mut Admission) -> Vec<CallPlace> {
    std::iter::from_fn(|| admission.call(shard(0), NOW)).take(2 * ROOM).collect()
}

#[test]
fn whoever_is_let_in_has_room_to_work() {
    let mut admission = Admission::default();
    let entered = crowd(&mut admission, NOW);
    assert_eq!(entered.len(), ROOM);
    let working = entered.into_iter().map(|place| admission.begin(place, NOW).unwrap());
    let mut working: Vec<_> = working.collect();
    assert!(admission.enter(NOW).is_none());
    admission.leave(working.pop().unwrap());
    let place = admission.enter(NOW).unwrap();
    assert!(admission.enter(NOW).is_none());
    admission.begin(place, NOW).unwrap();
}

#[test]
fn bodies_that_dawdle_take_no_room_from_work() {
    let mut admission = Admission::default();
    let mut slow = crowd(&mut admission, NOW);
    let at = later(PROMPT_MS);
    slow.extend(crowd(&mut admission, at));
    assert_eq!(slow.len(), BODIES);
    let at = later(2 * PROMPT_MS);
    assert!(admission.enter(at).is_none(), "no more bodies");
    // One comes at last, and finds room; and so do others in its place among the bodies.
    let worker = admission.begin(slow.pop().unwrap(), at).unwrap();
    assert!(admission.enter(at).is_some());
    admission.leave(worker);
    assert_eq!(crowd(&mut admission, later(PROMPT_MS + PATIENCE_MS + MARGIN_MS)).len(), ROOM);
}

#[test]
fn a_body_that_dawdled_finds_no_room_when_there_is_none() {
    let mut admission = Admission::default();
    let slow = admission.enter(NOW).unwrap();
    let at = later(PROMPT_MS);
    let working: Vec<_> = crowd(&mut admission, at)
        .into_iter()
        .map(|place| admission.begin(place, at).unwrap())
        .collect();
    assert_eq!(working.len(), ROOM);
    assert!(admission.begin(slow, at).is_none());
    assert_eq!(admission.reading.live(at), 0);
}

#[test]
fn a_shard_that_hangs_leaves_half_of_the_room_to_the_others() {
    let mut admission = Admission::default();
    let calls = calls(&mut admission);
    assert_eq!(calls.len(), ROOM / 2);
    assert!(admission.call(shard(1), NOW).is_some());
}

#[test]
fn many_late_refusals_shut_the_door_for_a_moment() {
    let mut admission = Admission::default();
    // All that there is room for, and not one more: that would be a refusal.
    let _hanging: Vec<_> =
        std::iter::from_fn(|| admission.call(shard(0), NOW)).take(WIDEST).collect();
    for _ in 1..LATE_REFUSALS {
        assert!(admission.call(shard(0), NOW).is_none());
    }
    let place = admission.enter(NOW).unwrap();
    assert!(admission.call(shard(0), NOW).is_none());
    assert!(admission.enter(NOW).is_none());
    // Whoever is in goes on, and the others come in soon.
    assert!(admission.begin(place, NOW).is_some());
    assert!(admission.call(shard(1), NOW).is_some());
    assert!(admission.enter(later(PERIOD_MS)).is_some());
}

#[test]
fn a_call_whose_end_nobody_tells_gives_its_place_back() {
    let mut admission = Admission::default();
    let _lost = calls(&mut admission);
    assert!(admission.call(shard(0), later(PATIENCE_MS + MARGIN_MS - 1)).is_none());
    assert!(admission.call(shard(0), later(PATIENCE_MS + MARGIN_MS)).is_some());
}

#[test]
fn a_late_shard_gets_less() {
    let mut admission = Admission::default();
    let call = admission.call(shard(0), NOW).unwrap();
    admission.call_ended(call, Some(Ended::Lost), NOW);
    let calls = calls(&mut admission);
    assert_eq!(calls.len(), WIDEST / 2);
}

#[test]
fn batches_have_places_of_their_own() {
    let mut admission = Admission::default();
    let mut places: Vec<_> =
        std::iter::from_fn(|| admission.batch(NOW)).take(2 * BATCHES).collect();
    assert_eq!(places.len(), BATCHES);
    assert!(admission.enter(NOW).is_some());
    admission.leave(places.pop().unwrap());
    assert!(admission.batch(NOW).is_some());
    assert!(admission.batch(NOW).is_none());
    assert!(admission.batch(later(PATIENCE_MS + WORK_MS + MARGIN_MS)).is_some());
}

#[test]
fn nothing_is_kept_of_shards_that_do_well() {
    let mut admission = Admission::default();
    for index in 0..16 {
        let call = admission.call(shard(index), NOW).unwrap();
        admission.call_ended(call, Some(Ended::After(5)), later(5));
    }
    assert!(admission.shards.is_empty());
}
