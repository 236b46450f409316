//! The page.

use std::fs;

use super::*;

#[test]
fn a_page_has_its_charts_and_loads_nothing() {
    let mut desk = Desk::new(0);
    (1..=30).for_each(|n| desk.append(redemption(n, NOON + u64::from(n) * 60_000)));
    desk.append(reversal(4, NOON + 40 * 60_000));
    desk.ship(NOON + 41 * 60_000);
    desk.pull();
    desk.pull();
    desk.close("p", "");
    let counters = "coupon_refusals_total{code=\"already-redeemed\"} 12\n";
    fs::write(desk.path("metrics"), counters).unwrap();
    let (code, said) =
        desk.settle("report --db @db --period p --out @report.html --counters @metrics");
    assert_eq!((code, &said["entries"]), (0, &json!(31)), "{said}");
    let page = fs::read_to_string(desk.path("report.html")).unwrap();
    for words in [
        "Redemptions of p",
        "Entries from 2026-02-06 12:01 to 2026-02-06 12:41",
        "<td>Reversals</td><td>1</td><td>25.00</td>",
        "chain 7",
        "725.00",
        "already-redeemed",
        "newest entry",
        "<td>2026-02-06 13:00</td><td>31</td><td>20 min ago</td><td>19 min ago</td>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(page.matches("<svg").count(), 5);
    // The namespace of SVG is a name, and nothing is asked for there.
    let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!page.contains("http") && !page.contains("src="));
}
