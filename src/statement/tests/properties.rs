//! Random journals over a network that repeats, reorders and loses, to an object that restarts,
//! breaks off and loses its storage: in the end the statement is what the entries come to, and
//! at each moment it has all that it says it has.

use proptest::prelude::*;

use super::*;
use crate::journal::Received;
use crate::statement::Count;

const SHOPS: u32 = 3;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    /// A shard appends an entry.
    Append { shard: usize, shop: u32, kind: u8, discount: u32 },
    /// A shard sends what it thinks is missing, at most so much; it learns the answer or not.
    Send { shard: usize, most: u64, heard: bool },
    /// What was sent before arrives again.
    Again { which: prop::sample::Index },
    /// The object starts anew on its storage,
    Restart,
    /// or on none.
    Wipe,
}

fn step() -> impl Strategy<Value = Step> {
    let shard = || 0..2_usize;
    prop_oneof![
        6 => (shard(), 1..=SHOPS, 1..=4_u8, 1..5_000_u32)
            .prop_map(|(shard, shop, kind, discount)| Step::Append { shard, shop, kind, discount }),
        5 => (shard(), 0..4_u64, any::<bool>())
            .prop_map(|(shard, most, heard)| Step::Send { shard, most, heard }),
        3 => any::<prop::sample::Index>().prop_map(|which| Step::Again { which }),
        1 => Just(Step::Restart),
        1 => Just(Step::Wipe),
    ]
}

#[derive(Default)]
struct Sender {
    journal: Vec<Entry>,
    /// Up to where the object is known to have it.
    sent: u64,
}

impl Sender {
    fn parcel(&self, shard: usize, most: u64, now: u64) -> Parcel {
        let until = (self.sent + most).min(self.journal.len() as u64);
        let next = self.journal.get(until as usize);
        let complete = next.map_or(now, |next| next.at.millis()) - 1;
        // The last shop's are another object's.
        let ours = self.journal.iter().filter(|it| it.by.shop < SHOPS);
        let ours = ours.filter(|it| it.seq > self.sent && it.seq <= until).cloned();
        let (origin, range) = (origin(shard as u32), (self.sent, until));
        Parcel::new(origin, 1, range, at(complete), ours.collect())
    }

    fn hear(&mut self, parcel: &Parcel, received: Received) {
        self.sent = match received {
            Received::Taken => self.sent.max(parcel.until),
            Received::Behind { has } => has,
        };
    }
}

struct World {
    book: Book<Sqlite>,
    senders: [Sender; 2],
    underway: Vec<Parcel>,
    now: u64,
}

impl World {
    fn new() -> Self {
        let senders = Default::default();
        Self { book: book(), senders, underway: Vec::new(), now: 1 }
    }

    fn take(&mut self, step: Step) {
        self.now += 1;
        match step {
            Step::Append { shard, shop, kind, discount } => {
                let sender = &mut self.senders[shard];
                let kind = Kind::from_number(kind.into()).unwrap();
                let seq = sender.journal.len() as u64 + 1;
                let mut entry = Entry { at: at(self.now), ..entry(seq, kind) };
                (entry.by.shop, entry.discount) = (shop, Amount::from(discount));
                sender.journal.push(entry);
            }
            Step::Send { shard, most, heard } => {
                let parcel = self.senders[shard].parcel(shard, most, self.now);
                let received = self.book.receive(&parcel).unwrap();
                if heard {
                    self.senders[shard].hear(&parcel, received);
                }
                self.underway.push(parcel);
            }
            Step::Again { which } => {
                if !self.underway.is_empty() {
                    self.book.receive(which.get(&self.underway)).unwrap();
                }
            }
            Step::Restart => {
                let book = std::mem::replace(&mut self.book, book());
                self.book = Book::open(book.into_database()).unwrap();
            }
            Step::Wipe => self.book = book(),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.senders.iter().flat_map(|sender| &sender.journal)
    }

    fn report(&mut self, shop_number: u32) -> Report {
        self.book.ask(&asked(shop(shop_number), EVER, 500, vec![campaign()])).unwrap()
    }

    /// All that happened until then is there.
    fn is_honest(&mut self) {
        for shop in 1..SHOPS {
            let report = self.report(shop);
            let Some(until) = report.complete_until else { continue };
            let told = report.lines.iter().filter(|line| line.at <= until).count();
            let of_shop = self.entries().filter(|entry| entry.by.shop == shop);
            assert_eq!(told, of_shop.filter(|entry| entry.at <= until).count());
        }
    }

    /// The network is well again.
    fn ship_all(&mut self) {
        for shard in [0, 1] {
            // Behind once, then all of it; and once more for the shard that has nothing.
            for _ in 0..3 {
                self.take(Step::Send { shard, most: u64::MAX >> 1, heard: true });
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_network_does_each_entry_is_there_once(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.is_honest();
        }
        world.ship_all();
        world.is_honest();
        for shop in 1..SHOPS {
            let report = world.report(shop);
            prop_assert!(report.complete_until.is_some());
            let of_shop: Vec<_> = world.entries().filter(|entry| entry.by.shop == shop).collect();
            prop_assert_eq!(report.lines.len(), of_shop.len());
            let expected = |kind| {
                let of_kind = of_shop.iter().filter(|entry| entry.kind == kind);
                of_kind.fold(Count::default(), |sum, entry| Count {
                    count: sum.count + 1,
                    discount: sum.discount + entry.discount.minor_units(),
                    order_amount: sum.order_amount + entry.order_amount.minor_units(),
                })
            };
            for kind in [Kind::Redemption, Kind::Reversal, Kind::Conflict] {
                let told = report.campaigns.first().cloned();
                let told = told.and_then(|mut total| total.of(kind).copied()).unwrap_or_default();
                prop_assert_eq!(told, expected(kind));
            }
        }
    }
}
