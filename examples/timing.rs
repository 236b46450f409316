//! Does a tag take longer to refuse the more of it is right? `./scripts/timing` runs this;
//! docs/threat-model.md has the figures.
//!
//! The method is that of dudect (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?",
//! 2017): inputs of a few classes that differ only in which part of the tag is wrong, timed in random
//! order, and Welch's t-test between the classes. |t| over 4.5 is a difference. The last subject is a
//! comparison that stops at the first wrong byte: if the method does not see that one, it sees
//! nothing.
//!
//! With `count <subject> <class>` it only runs one class 1,000 times, inside [`judge`], so that
//! callgrind can count the instructions of that.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a measurement")]
#![allow(clippy::print_stdout, reason = "it reports to a terminal")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::hint::black_box;
use std::time::Instant;

use coupon_edge::base64url;
use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::signature::{
    Component, SignatureHeaders, SignedRequest, Verifier, content_digest, sign,
};
use coupon_edge::till::{KeyVersion, PosRoots, Till, TillKey};
use coupon_edge::time::Timestamp;
use coupon_edge::token::{Coupon, CouponFields, CouponKey, KeyId, Keyring, UnverifiedToken};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

const CLASSES: [&str; 4] = ["first byte wrong", "last byte wrong", "all wrong", "another's"];
const ITEMS: usize = 64;
const NOW: u32 = 1_770_350_400;

/// The tags of the four classes: nearly right, and right for something else.
fn spoiled(item: usize, right: &[u8], others: &[u8]) -> [Vec<u8>; 4] {
    let flipped = |from: usize, to: usize| {
        let bytes = right.iter().enumerate();
        bytes.map(|(i, byte)| if (from..to).contains(&i) { byte ^ 0x55 } else { *byte }).collect()
    };
    let length = right.len();
    let mut tags =
        [flipped(0, 1), flipped(length - 1, length), flipped(0, length), others.to_vec()];
    tags.rotate_right(place(0, item));
    tags
}

/// Where a class stands among the four of an item: each at each place equally often, so that no
/// class is better placed in memory.
fn place(class: usize, item: usize) -> usize {
    (class + item) % 4
}

/// Judges an item of a class.
type Subject = (&'static str, Box<dyn Fn(usize, usize) -> bool>);

/// A function of its own, so that a profiler can tell it from what surrounds it.
#[inline(never)]
fn judge(subject: &Subject, class: usize, item: usize) -> bool {
    subject.1(black_box(class), black_box(item))
}

fn token() -> Subject {
    let campaign = CampaignId::new(4, 1).unwrap();
    let key = CouponKey::derive(&Root::from_bytes([1; 32]), KeyId { campaign, kid: 1 });
    let tokens: Vec<Vec<u8>> = (0..=ITEMS)
        .map(|item| {
            let fields = CouponFields {
                campaign,
                serial: Serial::from_bytes([u8::try_from(item).unwrap(); 12]),
                value: 2500,
                not_before: 0,
                not_after: NOW,
                scope: 0,
                flags: 0,
            };
            let token = Coupon::new(fields).unwrap().mint(&key).unwrap();
            base64url::decode::<51>(&token[3..]).unwrap().to_vec()
        })
        .collect();
    let parsed = |(item, pair): (usize, &[Vec<u8>])| {
        let (fields, right) = pair[0].split_at(35);
        spoiled(item, right, &pair[1][35..]).map(|tag| {
            let bytes = [fields, &tag].concat();
            UnverifiedToken::parse(&format!("C1.{}", base64url::encode(&bytes))).unwrap()
        })
    };
    let items: Vec<_> = tokens.windows(2).enumerate().map(parsed).collect();
    let keyring: Keyring = [key].into_iter().collect();
    (
        "a coupon's token",
        Box::new(move |class, item| items[item][place(class, item)].verify(&keyring).is_ok()),
    )
}

fn till() -> Till {
    let key_version = KeyVersion::new(0, 1).unwrap();
    Till { shop: 7, till: 1, chain: 0, groups: 1, key_version, not_after: NOW + 86_400 }
}

fn till_key() -> TillKey {
    TillKey::derive(&Root::from_bytes([2; 32]), &till())
}

fn signed_request<'a>(body: &'a str, digest: &'a str) -> SignedRequest<'a> {
    SignedRequest {
        method: "POST",
        authority: "coupons.example",
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(digest),
        idempotency_key: Some("bill-1"),
        body: body.as_bytes(),
    }
}

fn request() -> Subject {
    let required = Component::required(true, true);
    let bodies: Vec<_> = (0..=ITEMS).map(|item| format!("{{\"n\":{item:02}}}")).collect();
    let digests: Vec<_> = bodies.iter().map(|body| content_digest(body.as_bytes())).collect();
    let signed: Vec<_> = (bodies.iter().zip(&digests))
        .map(|(body, digest)| signed_request(body, digest))
        .map(|request| sign(&request, required, &till(), &till_key(), NOW.into()))
        .collect();
    let tag = |headers: &SignatureHeaders| {
        let text = headers.signature.trim_start_matches("sig=:").trim_end_matches("=:");
        base64url::decode::<32>(&text.replace('+', "-").replace('/', "_")).unwrap()
    };
    let header = |tag: Vec<u8>| {
        let text = base64url::encode(&tag).replace('-', "+").replace('_', "/");
        format!("sig=:{text}=:")
    };
    let items: Vec<_> = signed
        .windows(2)
        .enumerate()
        .map(|(item, pair)| spoiled(item, &tag(&pair[0]), &tag(&pair[1])).map(header))
        .collect();
    let mut roots = PosRoots::default();
    roots.insert(0, Root::from_bytes([2; 32])).unwrap();
    let verifier = Verifier::new(roots, vec!["coupons.example".to_owned()]);
    let judged = move |class: usize, item: usize| {
        let input = signed[item].signature_input.as_str();
        let headers = (Some(input), Some(items[item][place(class, item)].as_str()));
        let request = signed_request(&bodies[item], &digests[item]);
        verifier.verify(&request, headers, required, Timestamp::from_seconds(NOW)).is_ok()
    };
    ("a request's signature, all of it", Box::new(judged))
}

/// The tags of 64 signature bases, as the till's key makes them, and each spoiled.
fn bases() -> Vec<(Vec<u8>, [[u8; 32]; 4])> {
    let key = till_key();
    let base = |item: usize| format!("{item:0400}").into_bytes();
    let tags = |item| {
        let spoiled = spoiled(item, &key.sign(&base(item)), &key.sign(&base(item + 1)));
        (base(item), spoiled.map(|tag| tag.try_into().unwrap()))
    };
    (0..ITEMS).map(tags).collect()
}

fn tag() -> Subject {
    let (key, items) = (till_key(), bases());
    let judged = move |class: usize, item: usize| {
        key.signed(&items[item].0, &items[item].1[place(class, item)])
    };
    ("a request's signature, the tag alone", Box::new(judged))
}

fn early_exit() -> Subject {
    let (key, items) = (till_key(), bases());
    let judged = move |class: usize, item: usize| {
        let tag = &items[item].1[place(class, item)];
        key.sign(&items[item].0).iter().zip(tag).all(|(right, given)| black_box(right) == given)
    };
    ("CONTROL: stops at the first wrong byte", Box::new(judged))
}

/// Mean, variance and number of some times in nanoseconds.
fn moments(times: &[u32]) -> (f64, f64, f64) {
    let count = times.len() as f64;
    let mean = times.iter().map(|time| f64::from(*time)).sum::<f64>() / count;
    let squares = times.iter().map(|time| (f64::from(*time) - mean).powi(2)).sum::<f64>();
    (mean, squares / (count - 1.0), count)
}

/// Welch's t.
fn welch(one: &[u32], two: &[u32]) -> f64 {
    let ((mean_1, variance_1, count_1), (mean_2, variance_2, count_2)) =
        (moments(one), moments(two));
    (mean_1 - mean_2) / (variance_1 / count_1 + variance_2 / count_2).sqrt()
}

fn measure(subject: &Subject, samples: usize) -> f64 {
    let mut random = SmallRng::seed_from_u64(1);
    let mut times: [Vec<u32>; 4] = Default::default();
    for _ in 0..samples {
        let (class, item) = (random.random_range(0..4), random.random_range(0..ITEMS));
        let started = Instant::now();
        let taken = judge(subject, class, item);
        let elapsed = started.elapsed().as_nanos();
        assert!(!taken, "a wrong tag was taken");
        times[class].push(u32::try_from(elapsed).unwrap_or(u32::MAX));
    }
    // The slowest tenth was interrupted by something else.
    let mut all: Vec<_> = times.iter().flatten().copied().collect();
    all.sort_unstable();
    let limit = all[all.len() * 9 / 10];
    for class in &mut times {
        class.retain(|time| *time <= limit);
        class.sort_unstable();
    }
    println!("\n{}", subject.0);
    let mut worst = 0.0_f64;
    for (name, class) in CLASSES.iter().zip(&times) {
        let t = welch(&times[0], class);
        let (mean, _, count) = moments(class);
        println!(
            "  {name:<18} n {count:>8}  median {:>5} ns  mean {mean:>8.2} ns  t {t:>8.2}",
            class[class.len() / 2]
        );
        worst = worst.max(t.abs());
    }
    worst
}

fn main() {
    let subjects = [token(), request(), tag(), early_exit()];
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["count", subject, class] => {
            let (subject, class): (usize, usize) =
                (subject.parse().unwrap(), class.parse().unwrap());
            for item in 0..1000 {
                assert!(!judge(&subjects[subject], class, item % ITEMS), "a wrong tag was taken");
            }
            println!("{:<40} {}", subjects[subject].0, CLASSES[class]);
        }
        _ => {
            let samples = arguments.first().map_or(1_000_000, |text| text.parse().unwrap());
            let worst = subjects.each_ref().map(|subject| measure(subject, samples));
            println!(
                "\n|t| at most {:.2}; of the control {:.2}",
                worst[..3].iter().fold(0.0_f64, |a, b| a.max(*b)),
                worst[3]
            );
            assert!(worst[3] > 4.5, "the method does not see the control: nothing is shown");
        }
    }
}
