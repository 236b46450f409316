//! Who reads what: a till its shop, a chain's credential its shops, and that does nothing else.

use super::*;

fn of_chain(edge: &Edge, chain: u16) -> Till<'_> {
    let mut attributes = edge.issuer.credential(0, chain);
    attributes.chain = chain;
    Till::new(edge, attributes)
}

#[test]
fn another_shops_statement_is_not_found_with_the_bytes_of_any_unknown_path() {
    let edge = Edge::start();
    let till = edge.till(SHOP, 1);
    let nowhere = till.call("GET", "/v1/nowhere").send();
    for shop in [0, SHOP + 1, u32::MAX] {
        let foreign = ask(&till, &format!("&shop={shop}"));
        assert_eq!((foreign.status, &foreign.text), (404, &nowhere.text));
    }
    assert_eq!(ask(&till, "&shop=7").status, 200);
}

#[test]
fn a_chains_credential_reads_what_its_shops_redeemed_while_they_were_its_own() {
    let edge = edge();
    let sold = Entry { chain: 13, ..entry(2, Kind::Redemption) };
    let entries = vec![entry(1, Kind::Redemption), sold];
    bring(&edge, &parcel(edge.issuer.campaign.campaign, 0, 0, entries));
    for (chain, expected) in [(12, vec!["01"]), (13, vec!["02"]), (14, vec![])] {
        let answer = ask(&of_chain(&edge, chain), "&shop=7");
        assert_eq!(
            (answer.status, seqs(&answer)),
            (200, expected.iter().map(|it| (*it).to_owned()).collect())
        );
    }
    assert_eq!(seqs(&ask(&edge.till(SHOP, 1), "")), ["01", "02"]);
    let which = ask(&of_chain(&edge, 12), "");
    assert_eq!(which.body["detail"], "a chain's own system says which shop: shop=N");
    // Shop 0 that is no chain's is a shop like any other.
    assert_eq!(ask(&of_chain(&edge, 0), "&shop=7").code(), "not-found");
}

#[test]
fn a_chains_credential_redeems_nothing_and_spends_no_key() {
    let edge = Edge::start();
    let chain = of_chain(&edge, 12);
    let token = edge.issuer.coupon();
    let find = "R1.EAAAAQAAAAAAAAAE";
    let refused = [
        chain.redeem(&token, "a"),
        chain.cancel(&token, "a"),
        chain.reverse(find, "a"),
        chain.batch(&[crate::support::item(&token, "a")]).send(),
        chain.check(&token),
        chain.find(find),
    ];
    for answer in refused {
        assert_eq!((answer.status, answer.code().as_str()), (401, "signature-invalid"));
        assert_eq!(answer.body["detail"], "a chain's credential is good for statements only");
    }
    assert_eq!(edge.till(SHOP, 1).redeem(&token, "a").status, 201);
}

#[test]
fn who_is_suspended_reads_nothing() {
    let mut issuer = Issuer::new();
    issuer.shops.suspended_shops = vec![0, SHOP];
    let edge = Edge::start_with(issuer);
    assert_eq!(ask(&edge.till(SHOP, 1), "").code(), "shop-suspended");
    assert_eq!(ask(&of_chain(&edge, 12), "&shop=8").code(), "shop-suspended");
    assert_eq!(ask(&edge.till(SHOP + 1, 1), "").status, 200);
}
