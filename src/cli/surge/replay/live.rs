//! What is shown while a replay runs: on a terminal a view that changes, elsewhere a line now and
//! then.

use std::fmt::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::plan::{Plan, clock};
use super::record::{Record, Second};

/// Seconds between two lines where no person watches.
const LINE_S: usize = 15;

/// The view.
pub(super) struct Live {
    bar: ProgressBar,
}

impl Live {
    pub(super) fn new(plan: &Plan) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} s\n{msg}");
        let bar = ProgressBar::new(plan.seconds().ceil() as u64);
        Self { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())) }
    }

    /// A second is over.
    pub(super) fn show(&self, plan: &Plan, record: &Record, elapsed: Duration) {
        let Some(second) = record.seconds.last() else { return };
        if self.bar.is_hidden() {
            if record.seconds.len().is_multiple_of(LINE_S) {
                eprintln!("{}", line(plan, record, second, elapsed));
            }
            return;
        }
        self.bar.set_position(elapsed.as_secs().min(plan.seconds().ceil() as u64));
        self.bar.set_message(view(plan, record, second, elapsed));
    }

    /// The run is over.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn line(plan: &Plan, record: &Record, second: &Second, elapsed: Duration) -> String {
    format!(
        "{} of the day: {:.0}/s asked, {}/s answered, p50 {:.0} ms, p99 {:.0} ms, {} waiting, \
         {} given up, {} wrong",
        clock(second.clock),
        plan.rate(elapsed.as_secs_f64()),
        second.answered,
        second.p50_ms,
        second.p99_ms,
        second.backlog,
        record.given_up,
        record.wrong
    )
}

fn view(plan: &Plan, record: &Record, second: &Second, elapsed: Duration) -> String {
    let all = plan.rate_of_all(elapsed.as_secs_f64());
    let mut text = format!(
        "day's clock   {} of {}, all instances together {all:.0} customers/s\n\
         asked         {}/s, answered {}/s, retries {}/s, waiting {}\n\
         last second   p50 {:.1} ms, p99 {:.1} ms; a core: edge {:.0} %, generator {:.0} %\n\
         so far        {} asked, {} accepted, {} given up, {} wrong\n\
         refused      ",
        clock(second.clock),
        clock(plan.until),
        second.asked,
        second.answered,
        second.retries,
        second.backlog,
        second.p50_ms,
        second.p99_ms,
        second.edge_share * 100.0,
        second.own_share * 100.0,
        record.asked,
        record.accepted,
        record.given_up,
        record.wrong,
    );
    for (code, count) in &record.refused {
        let _ = write!(text, " {code} {count}");
    }
    text += "\ncame again   ";
    for (why, count) in &record.came_again {
        let _ = write!(text, " {why} {count}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::plan;
    use super::*;

    #[test]
    fn both_views_say_where_the_day_is_and_what_goes_wrong() {
        let plan = plan();
        let mut record = Record::default();
        record.ask();
        record.note_wrong("x".to_owned(), 1.0, false);
        record.refuse("token-forged", 2.0, false);
        record.come_again("busy");
        record.close(1800.0, 3, [0.5, 0.25]);
        let (second, elapsed) = (&record.seconds[0], Duration::from_secs(30));
        assert_eq!(
            line(&plan, &record, second, elapsed),
            "0:30 of the day: 5/s asked, 2/s answered, p50 2 ms, p99 2 ms, 3 waiting, \
             0 given up, 1 wrong"
        );
        let view = view(&plan, &record, second, elapsed);
        for part in [
            "0:30 of 1:00, all instances together 10 customers/s",
            "asked         1/s, answered 2/s, retries 0/s, waiting 3",
            "edge 50 %, generator 25 %",
            "refused       token-forged 1",
            "came again    busy 1",
        ] {
            assert!(view.contains(part), "{part} in:\n{view}");
        }
    }
}
