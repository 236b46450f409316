//! Tills at work: each sends its next request when it has heard the answer to the last, or requests
//! come by the clock, whatever is answered.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::ensure;
use mio::{Events, Poll};

use super::cpu;
use super::sample::Sample;
use super::schedule::Schedule;
use crate::cli::load::places::{self, Came, Places};
use crate::cli::load::{Answer, Arrivals};

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

/// Lets requests come so for so long, or until nothing is left.
///
/// By the clock, waits are counted from the moment at which a request was due, so that what stands in
/// a queue is not left out (no coordinated omission), and to the answer, however late that is.
pub(super) fn drive(
    peer: Peer<'_>,
    arrivals: Arrivals,
    time: Duration,
    work: &mut dyn Work,
) -> anyhow::Result<Sample> {
    let (tills, open) = match arrivals {
        Arrivals::Closed(tills) => (tills, false),
        Arrivals::Open(_) => (places::CONNECTIONS, true),
    };
    // A request without an answer is not left out either: nobody waits longer than that.
    let lost = open.then_some(PATIENCE);
    let mut poll = Poll::new()?;
    let mut places = Places::new(peer.port, tills);
    let mut events = Events::with_capacity(tills);
    let mut sample = Sample::of_coupons(work.coupons());
    let before = (cpu::of(peer.processes)?, cpu::of(&[std::process::id()])?);
    let start = Instant::now();
    let mut schedule = Schedule::new(arrivals, start, time);
    let mut ended = false;
    loop {
        while places.have_room() && schedule.is_due(Instant::now()) {
            let created = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            let Some((number, request)) = work.next(created)? else {
                schedule.end = Instant::now();
                break;
            };
            let since = schedule.take(Instant::now());
            if places.send((number, since), request, &poll).is_err() {
                sample.lose(lost);
                // Not again at once: the time has to run out also where nobody listens any more.
                break;
            }
        }
        let now = Instant::now();
        if !ended && now >= schedule.end {
            ended = true;
            sample.end(now - start, peer.processes, before)?;
        }
        if ended && schedule.is_over(now) && places.busy() == 0 {
            return Ok(sample);
        }
        places::wait(&mut poll, &mut events, schedule.pause(now))?;
        ensure!(start.elapsed() < time + PATIENCE, "port {} does not answer", peer.port);
        for event in &events {
            match places.go_on(event.token().0) {
                Some(Came::Answer((number, since), answer)) => {
                    let right = work.hear(number, &answer);
                    sample.add(since.elapsed(), &answer, right, open || !ended);
                }
                // workerd reads some connections late when it is full, and closes those that it
                // takes for idle. A till would come again; here it is counted.
                Some(Came::Nothing(_)) => sample.lose(lost),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    const TIME: Duration = Duration::from_millis(200);
    const RATE: Arrivals = Arrivals::Open(200.0);
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Asks for anything; the generator itself takes this long over the first request.
    struct Asks {
        dawdles: Duration,
    }

    impl Work for Asks {
        fn next(&mut self, _: u64) -> anyhow::Result<Option<(u64, Vec<u8>)>> {
            thread::sleep(std::mem::take(&mut self.dawdles));
            Ok(Some((0, b"GET / HTTP/1.1\r\n\r\n".to_vec())))
        }

        fn coupons(&self) -> u16 {
            1
        }

        fn hear(&mut self, _: u64, answer: &Answer) -> bool {
            answer.body == b"ok"
        }
    }

    /// A server that does this with each connection, for as many requests as come on it.
    fn serve(each: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let each = Arc::new(each);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, each) = (stream.unwrap(), Arc::clone(&each));
                thread::spawn(move || {
                    while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                        each(&mut stream);
                    }
                });
            }
        });
        port
    }

    fn ask(port: u16, dawdles: Duration) -> Sample {
        let peer = Peer { port, processes: &[] };
        drive(peer, RATE, TIME, &mut Asks { dawdles }).unwrap()
    }

    /// How many requests are due in the time.
    fn due() -> usize {
        let now = Instant::now();
        let mut schedule = Schedule::new(RATE, now, TIME);
        std::iter::from_fn(|| schedule.is_due(now + TIME).then(|| schedule.take(now))).count()
    }

    #[test]
    fn by_the_clock_all_come_whatever_is_answered_and_the_last_answers_count() {
        // Nobody is answered before all have come, and then not before the time is over.
        let all = Barrier::new(due());
        let port = serve(move |stream| {
            all.wait();
            thread::sleep(TIME);
            stream.write_all(OK).unwrap();
        });
        let sample = ask(port, Duration::ZERO);
        sample.check("all").unwrap();
        assert_eq!(sample.wait_count(), due());
        assert!(sample.wait(0) >= 200.0, "{}", sample.wait(0));
    }

    #[test]
    fn by_the_clock_who_is_sent_late_has_waited_since_he_was_due() {
        let port = serve(|stream| stream.write_all(OK).unwrap());
        let sample = ask(port, 2 * TIME);
        // Those due in the last moment of the time waited as long again.
        assert!(sample.wait(0) >= 200.0, "{}", sample.wait(0));
        assert_eq!(sample.wait_count(), due());
    }

    #[test]
    fn by_the_clock_who_gets_no_answer_has_waited_for_long() {
        let port = serve(|stream| stream.shutdown(std::net::Shutdown::Both).unwrap());
        let sample = ask(port, Duration::ZERO);
        assert_eq!((sample.wait_count(), sample.wait(0)), (due(), 20_000.0));
        assert_eq!(sample.broken_percent(), 100.0);
        assert!(sample.check("all").is_err());
    }
}
