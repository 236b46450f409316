//! The two policy documents, as the issuer's signature covers them.

use coupon_edge::policy::{
    CampaignDocument, CampaignPolicy, MAX_ENTRIES, Policy, ShopsDocument, ShopsPolicy,
};

use super::json;

/// The input is a document.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(policy) = CampaignPolicy::parse(text) {
        assert_possible(policy.document());
        let written = serde_json::to_string(policy.document()).expect("it can be written");
        assert_reads_the_same(text, &policy, &written);
    }
    if let Ok(policy) = ShopsPolicy::parse(text) {
        let document: ShopsDocument = serde_json::from_str(text).expect("read before");
        assert!(document.minimum_key_issues.iter().all(|least| least.issue < 4096));
        assert!(document.retired_pos_roots.iter().all(|root| *root < 16));
        let written = serde_json::to_string(&document).expect("it can be written");
        assert_reads_the_same(text, &policy, &written);
    }
}

fn assert_possible(document: &CampaignDocument) {
    assert!((1..=100).contains(&document.name.chars().count()));
    assert!(document.currency_digits <= 4);
    assert!(document.window.from < document.window.until);
    assert!(document.extensions.iter().all(|it| it.until <= document.window.until));
    let revoked = &document.revoked;
    let entries = revoked.kids.len() + revoked.serials.len() + revoked.ranges.len();
    assert!(entries + document.extensions.len() <= MAX_ENTRIES);
    assert!(revoked.serials.is_sorted(), "they are searched by halves");
}

fn assert_reads_the_same<P: Policy + std::fmt::Debug>(text: &str, policy: &P, written: &str) {
    json::accepted(text.as_bytes());
    let again = P::parse(written).expect("what was written is read");
    assert_eq!(&again, policy);
    assert_eq!(policy.may_become(&again), Ok(()), "the same document again");
    let reads = |data: &[u8]| std::str::from_utf8(data).is_ok_and(|text| P::parse(text).is_ok());
    json::assert_strict(&json::accepted(written.as_bytes()), reads);
}
