//! A closed circle of tills: each sends its next request when it has heard the answer to the last.

use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use mio::{Events, Poll, Token};

use super::cpu;
use super::sample::Sample;
use crate::cli::load::{Answer, Connection};

/// An answer that takes longer means that the peer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is asked, and what is right to answer.
pub(super) trait Work {
    /// The next request, signed at this Unix second, and its number; `None` when nothing is left.
    fn next(&mut self, created: u64) -> anyhow::Result<Option<(u64, Vec<u8>)>>;

    /// Coupons that each request is about.
    fn coupons(&self) -> u16;

    /// Whether this is the right answer to it.
    fn hear(&mut self, number: u64, answer: &Answer) -> bool;
}

/// Where the work goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer<'a> {
    pub(super) port: u16,
    /// Its processes, to look up what they cost.
    pub(super) processes: &'a [u32],
}

/// A till's connection, and what it waits for.
#[derive(Default)]
struct Place {
    connection: Option<Connection>,
    waits_for: Option<(u64, Instant)>,
}

/// Lets so many tills work for so long, or until nothing is left.
pub(super) fn drive(
    peer: Peer<'_>,
    tills: usize,
    time: Duration,
    work: &mut dyn Work,
) -> anyhow::Result<Sample> {
    let mut poll = Poll::new()?;
    let mut places: Vec<Place> = (0..tills).map(|_| Place::default()).collect();
    let mut events = Events::with_capacity(tills);
    let mut sample = Sample::of_coupons(work.coupons());
    let before = (cpu::of(peer.processes)?, cpu::of(&[std::process::id()])?);
    let start = Instant::now();
    let mut idle: Vec<usize> = (0..tills).collect();
    let mut ended = false;
    loop {
        if !ended && start.elapsed() >= time {
            ended = true;
            sample.end(start.elapsed(), peer.processes, before)?;
        }
        while let Some(index) = if ended { None } else { idle.pop() } {
            let created = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            let Some((number, request)) = work.next(created)? else {
                ended = true;
                sample.end(start.elapsed(), peer.processes, before)?;
                idle.push(index);
                break;
            };
            let place = places.get_mut(index).context("no such till")?;
            let mut connection = match place.connection.take() {
                Some(connection) => connection,
                None => Connection::open(peer.port, poll.registry(), Token(index))?,
            };
            match connection.send(request) {
                Ok(()) => {
                    place.connection = Some(connection);
                    place.waits_for = Some((number, Instant::now()));
                }
                // Not again at once: the time has to run out also where nobody listens any more.
                Err(_) => {
                    idle.push(index);
                    sample.broken += 1;
                    break;
                }
            }
        }
        if ended && places.iter().all(|place| place.waits_for.is_none()) {
            return Ok(sample);
        }
        match poll.poll(&mut events, Some(Duration::from_millis(100))) {
            Err(why) if why.kind() != io::ErrorKind::Interrupted => return Err(why.into()),
            _ => {}
        }
        ensure!(start.elapsed() < time + PATIENCE, "port {} does not answer", peer.port);
        for event in &events {
            let index = event.token().0;
            let Some(place) = places.get_mut(index) else { continue };
            let Some(connection) = &mut place.connection else { continue };
            let answer = match connection.go_on() {
                Ok(None) => continue,
                Ok(Some(answer)) => answer,
                // workerd reads some connections late when it is full, and closes those that it
                // takes for idle. A till would come again; here it is counted.
                Err(_) => {
                    place.connection = None;
                    if place.waits_for.take().is_some() {
                        idle.push(index);
                        sample.broken += 1;
                    }
                    continue;
                }
            };
            let Some((number, since)) = place.waits_for.take() else { continue };
            if answer.last {
                place.connection = None;
            }
            idle.push(index);
            let right = work.hear(number, &answer);
            sample.add(since.elapsed(), &answer, right, !ended);
        }
    }
}
