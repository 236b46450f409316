//! Connections of tills: each has at most one request under way.

use std::io;
use std::time::{Duration, Instant};

use mio::{Poll, Token};

use super::{Answer, Connection};

/// The most connections at once where requests are due by the clock. At 1,000 requests a second it
/// takes waits of two seconds to need them all; what is due then waits for one, and its wait is
/// counted.
pub(crate) const CONNECTIONS: usize = 2048;

/// The connections, of which some are free, and on the others an errand each.
pub(crate) struct Places<E> {
    port: u16,
    places: Vec<Place<E>>,
    // The last one freed is the next one used: few are kept busy, and the others may be closed.
    free: Vec<usize>,
}

struct Place<E> {
    connection: Option<Connection>,
    under_way: Option<(E, Instant)>,
}

/// What came of a request under way.
pub(crate) enum Came<E> {
    /// An answer.
    Answer(E, Answer),
    /// None, and none will: the connection is gone.
    Nothing(E),
}

impl<E> Places<E> {
    /// So many, to this port; each is connected when it is needed.
    pub(crate) fn new(port: u16, count: usize) -> Self {
        let places = (0..count).map(|_| Place { connection: None, under_way: None }).collect();
        Self { port, places, free: (0..count).rev().collect() }
    }

    /// Whether a request could be sent.
    pub(crate) fn have_room(&self) -> bool {
        !self.free.is_empty()
    }

    /// How many requests are under way.
    pub(crate) fn busy(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Sends a request; gives the errand back when the connection failed at once.
    pub(crate) fn send(&mut self, errand: E, request: Vec<u8>, poll: &Poll) -> Result<(), E> {
        let Some(index) = self.free.pop() else { return Err(errand) };
        let Some(place) = self.places.get_mut(index) else { return Err(errand) };
        let opened = match place.connection.take() {
            Some(connection) => Ok(connection),
            None => Connection::open(self.port, poll.registry(), Token(index)),
        };
        match opened.and_then(|mut open| open.send(request).map(|()| open)) {
            Ok(connection) => {
                place.connection = Some(connection);
                place.under_way = Some((errand, Instant::now()));
                Ok(())
            }
            Err(_) => {
                self.free.push(index);
                Err(errand)
            }
        }
    }

    /// Something can be read or written on a connection.
    pub(crate) fn go_on(&mut self, index: usize) -> Option<Came<E>> {
        let place = self.places.get_mut(index)?;
        match place.connection.as_mut()?.go_on() {
            Ok(None) => None,
            Ok(Some(answer)) => {
                if answer.last {
                    place.connection = None;
                }
                let (errand, _) = place.under_way.take()?;
                self.free.push(index);
                Some(Came::Answer(errand, answer))
            }
            Err(_) => self.lose(index).map(Came::Nothing),
        }
    }

    /// Hangs up on those whose answer takes longer than this.
    pub(crate) fn hang_up(&mut self, now: Instant, patience: Duration) -> Vec<E> {
        let late = |place: &Place<E>| {
            let since = place.under_way.as_ref().map(|(_, sent)| *sent);
            since.is_some_and(|sent| now.saturating_duration_since(sent) >= patience)
        };
        let all = self.places.iter().enumerate();
        let late: Vec<_> = all.filter(|(_, place)| late(place)).map(|(index, _)| index).collect();
        late.into_iter().filter_map(|index| self.lose(index)).collect()
    }

    /// The connection is of no more use.
    fn lose(&mut self, index: usize) -> Option<E> {
        let place = self.places.get_mut(index)?;
        place.connection = None;
        let (errand, _) = place.under_way.take()?;
        self.free.push(index);
        Some(errand)
    }
}

/// Waits for something to happen on a connection, or for so long.
pub(crate) fn wait(poll: &mut Poll, events: &mut mio::Events, time: Duration) -> io::Result<()> {
    match poll.poll(events, Some(time)) {
        Err(why) if why.kind() != io::ErrorKind::Interrupted => Err(why),
        _ => Ok(()),
    }
}
