//! Breadth first through every world that can come about, so that what is found first has the
//! shortest way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use super::invariants::broken;
use super::shard::{Shard, Source};
use super::world::{Event, Told, World};

/// How much is explored.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) coupons: u8,
    /// Of each till.
    pub(super) bills: [usize; 2],
    /// How often a reversal window passes.
    pub(super) waits: u8,
    /// Whether a copy of a request may reach the ledger although the till was told no.
    pub(super) copies_after_a_refusal: bool,
}

#[derive(Debug, Default)]
pub(super) struct Explored {
    pub(super) worlds: usize,
    pub(super) transitions: usize,
    /// What is wrong, and the shortest way there.
    pub(super) wrong: Option<(&'static str, Vec<Event>)>,
}

pub(super) fn explore(bounds: Bounds, source: Source, judged: bool) -> Explored {
    let mut shard = Shard::new(source, judged);
    let mut explored = Explored::default();
    let first = Rc::new(World::default());
    // Each world with the one before it and what happened.
    let mut worlds = vec![(Rc::clone(&first), 0, Event::Wait)];
    let mut seen = HashMap::from([(first, ())]);
    let mut place = 0;
    while place < worlds.len() {
        let world = Rc::clone(&worlds[place].0);
        for event in events(&world, bounds) {
            explored.transitions += 1;
            let next = next(&world, event, bounds, &mut shard);
            let wrong = match &next {
                Ok(next) => broken(next, &mut shard),
                Err(wrong) => Some(*wrong),
            };
            if let Some(wrong) = wrong {
                let mut way = vec![event];
                while place > 0 {
                    way.push(worlds[place].2);
                    place = worlds[place].1;
                }
                way.reverse();
                explored.worlds = worlds.len();
                explored.wrong = Some((wrong, way));
                return explored;
            }
            if let Entry::Vacant(new) = seen.entry(Rc::new(next.unwrap())) {
                worlds.push((Rc::clone(new.key()), place, event));
                new.insert(());
            }
        }
        place += 1;
        if place % 1_000_000 == 0 {
            eprintln!("{place} worlds explored, {} found", worlds.len());
        }
    }
    explored.worlds = worlds.len();
    explored
}

fn events(world: &World, bounds: Bounds) -> Vec<Event> {
    let mut events = Vec::new();
    for till in 0..2 {
        events.extend(world.begins(till, bounds.bills[usize::from(till)], bounds.coupons));
    }
    for request in &world.sent {
        events.push(Event::Deliver(*request));
        let till = &world.tills[usize::from(request.till)];
        if till.coming.is_none() && till.asks(request.till) == Some(*request) {
            events.push(Event::Answer(*request));
        }
    }
    if world.clock < bounds.waits {
        events.push(Event::Wait);
    }
    events
}

fn next(
    world: &World,
    event: Event,
    bounds: Bounds,
    shard: &mut Shard,
) -> Result<World, &'static str> {
    let mut next = world.clone();
    match event {
        Event::Wait => next.clock += 1,
        Event::Begin(till, _) | Event::GiveUp(till) | Event::Return(till) | Event::Crash(till) => {
            next.act(till, event);
        }
        Event::Hear(till) => {
            let heard = next.tills[usize::from(till)].hear();
            heard.ok_or("a till is told what it did not ask for")?;
        }
        Event::Deliver(request) | Event::Answer(request) => {
            let (told, line) = shard.effect(&world.ledger, world.clock, request)?;
            next.ledger.extend(line);
            if event == Event::Answer(request) {
                next.tills[usize::from(request.till)].coming = Some(told);
                if told == Told::Refused && !bounds.copies_after_a_refusal {
                    let of_bill = (request.till, request.bill);
                    next.sent.retain(|other| (other.till, other.bill) != of_bill);
                }
            }
        }
    }
    Ok(next)
}
