//! The list of shops that an operator gives to `coupon shop enrol`.

use std::collections::HashSet;

use coupon_edge::cli::shop_list::{Shop, ShopList};

/// The input is the list.
pub fn holds(data: &[u8]) {
    let Ok(list) = ShopList::parse(data) else { return };
    let mut ids = HashSet::new();
    for shop in &list.shops {
        assert!(ids.insert(shop.id), "{} twice", shop.id);
        assert!((1..=200).contains(&shop.name.chars().count()), "{shop:?}");
        assert!(!shop.name.chars().any(char::is_control), "{shop:?}");
        assert!(!shop.name.starts_with(['=', '+', '-', '@']), "{shop:?}: a formula");
    }

    let lines = data.split(|byte| matches!(byte, b'\r' | b'\n'));
    let rows = lines.filter(|line| !line.is_empty()).count() - 1;
    assert_eq!(list.shops.len() + list.bad.len(), rows, "a row is lost");

    let again = ShopList::parse(&written(&list.shops)).expect("what was written is read");
    assert!(again.bad.is_empty(), "{:?}", again.bad);
    assert_eq!(again.shops, list.shops);

    bad_rows_are_named_by_their_lines(data, &list);
}

fn written(shops: &[Shop]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["id", "chain", "groups", "name"]).expect("to memory");
    for Shop { id, chain, groups, name } in shops {
        let row = [id.to_string(), chain.to_string(), format!("{groups:#x}"), name.clone()];
        out.write_record(row).expect("to memory");
    }
    out.into_inner().expect("to memory")
}

/// Without the lines that were named, nothing is bad and every shop is still there.
fn bad_rows_are_named_by_their_lines(data: &[u8], list: &ShopList) {
    assert!(list.bad.is_sorted_by(|a, b| a.line < b.line), "{:?}", list.bad);
    let bad: HashSet<_> = list.bad.iter().map(|row| row.line).collect();
    let mut line = 1;
    let mut kept = Vec::new();
    for (at, byte) in data.iter().enumerate() {
        if !bad.contains(&line) {
            kept.push(*byte);
        }
        let in_crlf = *byte == b'\r' && data.get(at + 1) == Some(&b'\n');
        line += u64::from(matches!(byte, b'\r' | b'\n') && !in_crlf);
    }
    let rest = ShopList::parse(&kept).expect("a list still");
    assert!(rest.bad.is_empty(), "{:?}", rest.bad);
    assert_eq!(rest.shops, list.shops);
}
