//! The tills at work: one thread, many connections, customers by the clock.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mio::{Events, Poll};

use super::arrivals::{Arrival, Arrivals};
use super::customer::Visit;
use super::edge::Edge;
use super::errand::Errand;
use super::judge::{Step, Verdict, judge};
use super::live::Live;
use super::plan::Plan;
use super::reading::Reading;
use super::record::Record;
use super::retry;
use super::tally::Tally;
use crate::cli::load::places::{self, Came, Places};
use crate::cli::load::{Answer, Tills};

/// After the last customer was due, tills try this long; then what is left has been given up.
const AFTERWARDS: Duration = Duration::from_secs(20);

/// How often somebody looks who waits for too long.
const LOOK: Duration = Duration::from_millis(100);

/// Half of the time around the peak whose waits are counted apart, in seconds of the run.
const AROUND_PEAK_S: f64 = 30.0;

/// A run under way.
pub(super) struct Drive<'a> {
    plan: &'a Plan,
    edge: &'a Edge,
    tills: &'a Tills,
    start: Instant,
    peak: f64,
    poll: Poll,
    places: Places<Errand>,
    arrivals: Peekable<Arrivals<'a>>,
    /// Due, and waiting for a connection.
    ready: VecDeque<Errand>,
    /// Whether some of these waited for one that was free: then it is not this process that is late.
    crowded: bool,
    /// Due later, by when; the number only keeps two of the same moment apart.
    later: BTreeMap<(Instant, u64), Errand>,
    count: u64,
    pub(super) record: Record,
    pub(super) tally: Tally,
}

impl<'a> Drive<'a> {
    /// Ready to start; the run's clock begins now.
    pub(super) fn new(
        plan: &'a Plan,
        arrivals: Arrivals<'a>,
        edge: &'a Edge,
        tills: &'a Tills,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            plan,
            edge,
            tills,
            start: Instant::now(),
            peak: plan.peak(),
            poll: Poll::new()?,
            places: Places::new(edge.port, places::CONNECTIONS),
            arrivals: arrivals.peekable(),
            ready: VecDeque::new(),
            crowded: false,
            later: BTreeMap::new(),
            count: 0,
            record: Record::default(),
            tally: Tally::default(),
        })
    }

    /// Works until all customers came and each request has come to its end.
    pub(super) fn run(&mut self, live: &Live) -> anyhow::Result<()> {
        let mut events = Events::with_capacity(places::CONNECTIONS);
        let last = Duration::from_secs_f64(self.plan.seconds()) + AFTERWARDS;
        let mut looked = self.start;
        let mut second = Reading::now(self.edge, self.start)?;
        loop {
            let now = Instant::now();
            self.arrive(now);
            self.come_back(now);
            self.send_ready(now)?;
            if now - looked >= LOOK {
                looked = now;
                for errand in self.places.hang_up(now, retry::ANSWER) {
                    self.again(errand, "no-answer", None, now);
                }
            }
            if now - second.at >= Duration::from_secs(1) {
                second = self.close(&second, now)?;
                live.show(self.plan, &self.record, now - self.start);
            }
            let nothing_left = self.arrivals.peek().is_none()
                && self.ready.is_empty()
                && self.later.is_empty()
                && self.places.busy() == 0;
            if nothing_left || now - self.start > last {
                break;
            }
            let time = self.until_next(now).min(LOOK);
            places::wait(&mut self.poll, &mut events, time)?;
            let now = Instant::now();
            for event in &events {
                match self.places.go_on(event.token().0) {
                    Some(Came::Answer(errand, answer)) => self.hear(errand, &answer, now),
                    Some(Came::Nothing(errand)) => self.again(errand, "broken", None, now),
                    None => {}
                }
            }
        }
        self.end();
        self.close(&second, Instant::now())?;
        Ok(())
    }

    /// Nobody waits any more. What was to be asked later, and never was, does not count.
    fn end(&mut self) {
        let later = std::mem::take(&mut self.later).into_values();
        let mut left: Vec<_> = later.filter(|errand| errand.tries > 0).collect();
        left.extend(self.ready.drain(..));
        left.extend(self.places.hang_up(Instant::now(), Duration::ZERO));
        left.iter().for_each(|errand| self.give_up(errand));
    }

    /// How long until somebody is due.
    fn until_next(&mut self, now: Instant) -> Duration {
        let start = self.start;
        let arrival = self.arrivals.peek().map(|it| start + Duration::from_secs_f64(it.at));
        let later = self.later.first_key_value().map(|((at, _), _)| *at);
        let next = arrival.into_iter().chain(later).min();
        next.map_or(LOOK, |at| at.saturating_duration_since(now))
    }

    /// Customers whose time has come.
    fn arrive(&mut self, now: Instant) {
        let elapsed = (now - self.start).as_secs_f64();
        while let Some(Arrival { n, at, customer }) = self.arrivals.next_if(|it| it.at <= elapsed) {
            self.record.customers += 1;
            self.tally.issue(customer.visit == Visit::Forged);
            let due = self.start + Duration::from_secs_f64(at);
            let (one, other) = Errand::of(n, customer, due);
            for errand in [Some(one), other].into_iter().flatten() {
                self.record.ask();
                self.ready.push_back(errand);
            }
        }
    }

    /// Those who were to come later, and whose time has come.
    fn come_back(&mut self, now: Instant) {
        while let Some(first) = self.later.first_entry()
            && first.key().0 <= now
        {
            let errand = first.remove();
            if errand.tries == 0 {
                self.record.ask();
            }
            self.ready.push_back(errand);
        }
    }

    fn send_ready(&mut self, now: Instant) -> anyhow::Result<()> {
        let created = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        while self.places.have_room() {
            let Some(mut errand) = self.ready.pop_front() else { break };
            if now.saturating_duration_since(errand.due) > retry::PATIENCE {
                self.give_up(&errand);
                continue;
            }
            let request = errand.request(self.tills, created)?;
            let own = if self.crowded { 0.0 } else { millis(errand.due.elapsed()) };
            let late = (errand.tries == 0).then_some(own);
            errand.tries += 1;
            self.record.send(late);
            if let Err(errand) = self.places.send(errand, request, &self.poll) {
                self.again(errand, "broken", None, now);
            }
        }
        self.crowded = !self.ready.is_empty();
        Ok(())
    }

    fn hear(&mut self, errand: Errand, answer: &Answer, now: Instant) {
        let wait = millis(now.saturating_duration_since(errand.due));
        let second = (now - self.start).as_secs_f64();
        let peak = (second - self.peak).abs() <= AROUND_PEAK_S;
        let verdict = judge(&errand.step, errand.tries, answer);
        // What an answer claims counts, right or wrong.
        if matches!(answer.status, 200 | 201) {
            match errand.step {
                Step::Reverse { .. } => self.tally.reversed(errand.n),
                _ if errand.redeems() => self.tally.redeemed(errand.n),
                _ => {}
            }
        }
        match verdict {
            Verdict::Accepted(id) => {
                self.record.accept(wait, peak);
                if let Some(next) = errand.next(id, now) {
                    self.later(next.due, next);
                }
            }
            Verdict::Refused(code) => self.record.refuse(code, wait, peak),
            Verdict::Wrong(what) => self.record.note_wrong(what, wait, peak),
            Verdict::ComeAgain(code) => self.again(errand, code, answer.retry_after, now),
        }
    }

    /// No answer that says how it is: the same request again, unless nobody waits any more.
    fn again(&mut self, errand: Errand, why: &'static str, after: Option<u32>, now: Instant) {
        self.record.come_again(why);
        let at = now + retry::pause(errand.tries, after, errand.lot());
        if at > errand.due + retry::PATIENCE {
            self.give_up(&errand);
        } else {
            self.later(at, errand);
        }
    }

    fn give_up(&mut self, errand: &Errand) {
        self.record.given_up += 1;
        if errand.redeems() {
            self.tally.given_up(errand.n);
        }
    }

    fn later(&mut self, at: Instant, errand: Errand) {
        self.count += 1;
        self.later.insert((at, self.count), errand);
    }

    /// Notes the second that is over.
    fn close(&mut self, before: &Reading, now: Instant) -> anyhow::Result<Reading> {
        let reading = Reading::now(self.edge, now)?;
        let clock = self.plan.clock_at((now - self.start).as_secs_f64());
        let again = self.later.values().filter(|errand| errand.tries > 0).count();
        let backlog = self.ready.len() + again + self.places.busy();
        self.record.close(clock, backlog, reading.shares_since(before));
        Ok(reading)
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
