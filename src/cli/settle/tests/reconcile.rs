//! A shop's own list beside ours.

use std::fs;

use super::*;
use crate::base64url;

/// Shop 1001 redeemed the coupons 1 to 5 and undid the fourth and the fifth.
fn books() -> Desk {
    let mut desk = Desk::new(0);
    (1..=5).for_each(|n| desk.append(redemption(n, NOON + u64::from(n))));
    desk.append(reversal(4, NOON + 6));
    desk.append(reversal(5, NOON + 7));
    let mut other = redemption(6, NOON + 8);
    other.by.shop = 2001;
    desk.append(other);
    desk.ship(NOON + 9);
    desk.pull();
    desk.close("p", "");
    desk
}

fn id(seq: u8) -> String {
    format!("R1.{}", base64url::encode(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, seq]))
}

/// The differences with this list, without the header.
fn compare(list: impl AsRef<[u8]>, more: &str) -> (Value, Vec<String>) {
    let desk = books();
    fs::write(desk.path("list.csv"), list).unwrap();
    let command = format!("reconcile @list.csv --db @db --period p --out @diff.csv {more}");
    let (code, said) = desk.settle(command.trim());
    if code == 1 {
        return (said, Vec::new());
    }
    let diff = fs::read_to_string(desk.path("diff.csv")).unwrap();
    let mut lines: Vec<_> = diff.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    (said, lines)
}

#[test]
fn each_difference_is_named() {
    let [one, two, three, four, foreign] = [1, 2, 3, 4, 8].map(id);
    let list = format!(
        "id,amount,time\n{one},25.00,12:00\n{two},24.00,12:01\n{one},25.00,12:02\n\
         {four},25,12:03\n{four},-25,12:04\n{foreign},25.00,12:05\nR1.AAAAAQAAAAAAAABj,25.00,12:06\n\
         ,25.00,\n{three},lots,\n"
    );
    let (said, lines) = compare(list, "--shop 1001");
    let five = id(5);
    let expected = vec![
        format!("amount-differs,{two},3,24.00,25.00,12:01"),
        format!("cancelled-out,{five},,,-25.00,"),
        format!("cancelled-out,{five},,,25.00,"),
        format!("duplicate,{one},4,25.00,,12:02"),
        "missing-here,R1.AAAAAQAAAAAAAABj,8,25.00,,12:06; not in the books".to_owned(),
        format!("missing-here,{foreign},7,25.00,,\"12:05; of shop 2001, in period p\""),
        format!("missing-there,{three},,,25.00,"),
        "unreadable,,9,,,no id and no bill number".to_owned(),
        "unreadable,,10,,,no amount".to_owned(),
    ];
    let sorted = |lines: Vec<String>| {
        let mut lines: Vec<_> = lines.iter().map(|line| line.replace('"', "")).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(lines), sorted(expected));
    assert_eq!(said["outcomes"]["matched"], json!({"rows": 3, "theirs": 2500, "ours": 2500}));
    assert_eq!((&said["rows"], &said["unreadable"]), (&json!(7), &json!(2)));
}

#[test]
fn bill_numbers_are_of_a_shop() {
    let list = "bill;amount\r\nbill-1;2500\r\n\r\nbill-2;2500\r\nbill-3;2500\r\nbill-x;1\r\n";
    let (said, _) = compare(list, "--minor-units");
    assert!(said["error"].as_str().unwrap().contains("say --shop"), "{said}");
    let (said, lines) = compare(list, "--minor-units --shop 1001");
    assert_eq!(said["outcomes"]["matched"]["rows"], 3, "{said}");
    // The blank line counts as one.
    assert!(lines.contains(&"missing-here,bill-x,6,0.01,,".to_owned()), "{lines:?}");
}

#[test]
fn lists_are_read_as_shops_write_them() {
    let text = format!("单号\t金额\t备注\r\n{}\t25.00\t奶茶\r\n", id(1));
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let gb18030 = encoding_rs::GB18030.encode(&text).0.into_owned();
    for list in [text.clone().into_bytes(), utf16, gb18030] {
        let (said, _) = compare(list, "--id-column 单号 --amount-column 金额 --shop 1001");
        assert_eq!(said["outcomes"]["matched"]["rows"], 1, "{said}");
    }
    let broken = [text.as_bytes(), id(2).as_bytes(), b"\t25\t\xff\xff\n"].concat();
    let more = "--id-column 单号 --amount-column 金额 --encoding utf-8";
    let (said, lines) = compare(broken, more);
    assert_eq!((&said["unreadable"], &said["rows"]), (&json!(1), &json!(1)));
    assert!(lines.contains(&"unreadable,,3,,,a character that cannot be read".to_owned()));
    for (list, says) in [
        ("x", "say --separator"),
        ("a,b\n", "which column is the amount?"),
        ("amount,b\n", "--id-column"),
    ] {
        let (said, _) = compare(list, "");
        assert!(said["error"].as_str().unwrap().contains(says), "{said}");
    }
}
