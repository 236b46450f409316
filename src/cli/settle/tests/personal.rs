//! Bill numbers that say who a customer is.

use super::*;

#[test]
fn shops_that_send_personal_data_are_named_and_the_data_is_not_shown() {
    let mut desk = Desk::new(0);
    let bills = [(1, "4711"), (1, "13800138000"), (2, "4712"), (3, "11010519491231002X")];
    for (n, (shop, bill)) in (1..).zip(bills) {
        let mut entry = redemption(n, NOON);
        entry.by.shop = shop;
        entry.order_ref = Some(bill.to_owned().try_into().unwrap());
        desk.append(entry);
    }
    let mut without = redemption(9, NOON);
    without.order_ref = None;
    desk.append(without);
    desk.ship(NOON + 1);
    desk.pull();
    let (code, said) = desk.settle("personal-data --db @db");
    let expected = json!({ "bills": 4, "shops": [
        { "shop": 1, "bills": 2, "found": { "mobile-number": 1 } },
        { "shop": 3, "bills": 1, "found": { "identity-number": 1 } },
    ] });
    assert_eq!((code, said), (1, expected));
}

#[test]
fn a_clean_journal_is_said_to_be_clean() {
    let desk = Desk::with_three_segments();
    desk.pull();
    let (code, said) = desk.settle("personal-data --db @db");
    assert_eq!((code, &said["shops"]), (0, &json!([])));
}
