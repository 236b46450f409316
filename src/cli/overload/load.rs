//! The tills at work: one thread, many connections, arrivals by the clock or by answers.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mio::{Events, Poll, Token};
use sha2::{Digest, Sha256};

use super::edge::Edge;
use super::record::{Record, Second};
use crate::cli::load::{Answer, Arrivals, Ask, Connection, Tills};

/// A till gives up then: there is a queue.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most connections at once: those of tills that wait.
const CONNECTIONS: usize = 4000;

/// A redemption that some till wants.
struct Wish {
    n: u64,
    since: Instant,
    request: Vec<u8>,
}

/// A place for a connection.
#[derive(Default)]
struct Place {
    connection: Option<Connection>,
    /// What is under way, since when.
    under_way: Option<(Wish, Instant)>,
}

/// Tills, their connections, and what they were told.
pub(super) struct Load<'a> {
    tills: &'a Tills,
    /// Which redemptions are wanted, in this order.
    numbers: Box<dyn Iterator<Item = u64> + 'a>,
    poll: Poll,
    places: Vec<Place>,
    free: Vec<usize>,
    /// Those told to come back, by when.
    later: BTreeMap<(Instant, u64), Wish>,
    /// What was accepted: the number, and the digest of the answer's body.
    pub(super) accepted: BTreeMap<u64, [u8; 32]>,
}

impl<'a> Load<'a> {
    /// Tills that want these redemptions.
    pub(super) fn new(
        tills: &'a Tills,
        numbers: impl Iterator<Item = u64> + 'a,
    ) -> io::Result<Self> {
        Ok(Self {
            tills,
            numbers: Box::new(numbers),
            poll: Poll::new()?,
            places: (0..CONNECTIONS).map(|_| Place::default()).collect(),
            free: (0..CONNECTIONS).rev().collect(),
            later: BTreeMap::new(),
            accepted: BTreeMap::new(),
        })
    }

    /// Works for so many seconds, or until nothing more is wanted, and records them. What is under
    /// way at the end stays so.
    pub(super) fn work(
        &mut self,
        edge: &Edge<'_>,
        arrivals: Arrivals,
        seconds: u64,
    ) -> anyhow::Result<Record> {
        let mut record = Record::of_seconds(seconds);
        let mut events = Events::with_capacity(CONNECTIONS);
        let start = Instant::now();
        let (mut sent, mut noted) = (0.0, 0);
        while start.elapsed() < Duration::from_secs(seconds) {
            let elapsed = start.elapsed();
            let mut wanted = true;
            while wanted && self.is_due(arrivals, elapsed, sent) {
                match self.due_or_new()? {
                    Some(wish) => self.send(edge.port(), wish, record.at(elapsed)),
                    None => wanted = false,
                }
                sent += 1.0;
            }
            if !wanted && self.later.is_empty() && self.free.len() == CONNECTIONS {
                break;
            }
            match self.poll.poll(&mut events, Some(Duration::from_millis(1))) {
                Err(why) if why.kind() != io::ErrorKind::Interrupted => return Err(why.into()),
                _ => {}
            }
            for event in &events {
                self.go_on(event.token().0, record.at(start.elapsed()));
            }
            if elapsed.as_secs() > noted {
                record.at(Duration::from_secs(noted)).resident = edge.resident_bytes()?;
                noted = elapsed.as_secs();
                self.give_up(record.at(elapsed));
            }
        }
        record.at(Duration::from_secs(seconds)).resident = edge.resident_bytes()?;
        Ok(record)
    }

    /// Nobody comes any more; those who wait for an answer wait for it, as long as a till does.
    pub(super) fn settle(&mut self, edge: &Edge<'_>) -> anyhow::Result<()> {
        self.later.clear();
        let numbers = std::mem::replace(&mut self.numbers, Box::new(std::iter::empty()));
        self.work(edge, Arrivals::Closed(CONNECTIONS), PATIENCE.as_secs() + 2)?;
        self.numbers = numbers;
        Ok(())
    }

    fn is_due(&self, arrivals: Arrivals, elapsed: Duration, sent: f64) -> bool {
        match arrivals {
            Arrivals::Open(rate) => sent < elapsed.as_secs_f64() * rate,
            // A till that was told to come back is one of them until it has come.
            Arrivals::Closed(tills) => CONNECTIONS - self.free.len() + self.waiting() < tills,
        }
    }

    /// Those told to come back whose time has not come.
    fn waiting(&self) -> usize {
        let first_due = self.later.first_key_value().is_some_and(|(at, _)| at.0 <= Instant::now());
        self.later.len() - usize::from(first_due)
    }

    /// A till that was told to come back goes first.
    fn due_or_new(&mut self) -> anyhow::Result<Option<Wish>> {
        let now = Instant::now();
        if let Some(first) = self.later.first_entry()
            && first.key().0 <= now
        {
            return Ok(Some(first.remove()));
        }
        let Some(n) = self.numbers.next() else { return Ok(None) };
        let created = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        Ok(Some(Wish { n, since: now, request: self.tills.request(Ask::Redeem(n), created)? }))
    }

    fn send(&mut self, port: u16, wish: Wish, second: &mut Second) {
        second.offered += 1;
        let Some(index) = self.free.pop() else {
            second.no_answer += 1;
            return;
        };
        let Some(place) = self.places.get_mut(index) else { return };
        let request = wish.request.clone();
        place.under_way = Some((wish, Instant::now()));
        let opened = match place.connection.take() {
            Some(connection) => Ok(connection),
            None => Connection::open(port, self.poll.registry(), Token(index)),
        };
        match opened.and_then(|mut open| open.send(request).map(|()| open)) {
            Ok(connection) => place.connection = Some(connection),
            Err(_) => self.lose(index, second),
        }
    }

    fn go_on(&mut self, index: usize, second: &mut Second) {
        let Some(place) = self.places.get_mut(index) else { return };
        let Some(connection) = &mut place.connection else { return };
        match connection.go_on() {
            Ok(None) => {}
            Ok(Some(answer)) => {
                let under_way = place.under_way.take();
                if answer.last {
                    place.connection = None;
                }
                if let Some((wish, sent)) = under_way {
                    self.free.push(index);
                    self.take(wish, sent, &answer, second);
                }
            }
            Err(_) => self.lose(index, second),
        }
    }

    /// The connection is of no more use; whoever waited on it has no answer.
    fn lose(&mut self, index: usize, second: &mut Second) {
        let Some(place) = self.places.get_mut(index) else { return };
        place.connection = None;
        if place.under_way.take().is_some() {
            second.no_answer += 1;
            self.free.push(index);
        }
    }

    fn take(&mut self, wish: Wish, sent: Instant, answer: &Answer, second: &mut Second) {
        match answer.status {
            200 | 201 => {
                second.accepted += 1;
                second.waits.push(sent.elapsed().as_secs_f64() * 1000.0);
                self.accepted.insert(wish.n, Sha256::digest(&answer.body).into());
            }
            503 => {
                second.shed += 1;
                let pause = Duration::from_secs(answer.retry_after.unwrap_or(1).into());
                let again = Instant::now() + pause;
                // Nobody waits longer than that; until then the till tries again.
                if again < wish.since + PATIENCE {
                    self.later.insert((again, wish.n), wish);
                }
            }
            _ => second.other += 1,
        }
    }

    /// Ends what took too long.
    fn give_up(&mut self, second: &mut Second) {
        for index in 0..self.places.len() {
            let under_way = self.places.get(index).and_then(|place| place.under_way.as_ref());
            if under_way.is_some_and(|(_, sent)| sent.elapsed() > PATIENCE) {
                self.lose(index, second);
            }
        }
        let now = Instant::now();
        self.later.retain(|_, wish| now < wish.since + PATIENCE);
    }
}
