//! The documents: what they may say, how they follow each other, how long they are used.

use ed25519_dalek::SigningKey;

use super::*;

#[test]
fn a_document_that_makes_no_sense_is_no_policy() {
    type Edit = fn(&mut CampaignDocument);
    let wrongs: [(&str, Edit); 5] = [
        ("1 to 100 characters", |it| it.name.clear()),
        ("at most 4 digits", |it| it.currency_digits = 5),
        ("window is empty", |it| it.window.until = it.window.from),
        ("after the campaign's window", |it| {
            it.extensions =
                vec![Extension { until: at(NOW + 11 * DAY), kids: None, serials: None }];
        }),
        ("more than 10000", |it| it.revoked.kids = vec![0; 10_001]),
    ];
    for (why, edit) in wrongs {
        let mut document = document();
        edit(&mut document);
        let rejected = CampaignPolicy::try_from(document).unwrap_err().to_string();
        assert!(rejected.contains(why), "{rejected}");
    }
    let mut long = shops();
    long.suspended_shops = (0..10_001).collect();
    assert!(ShopsPolicy::try_from(long).is_err());
}

#[test]
fn a_later_document_keeps_what_was_promised() {
    let held = policy(|_| {});
    assert_eq!(held.may_become(&policy(|_| {})), Ok(()), "the same document again");
    assert_eq!(held.may_become(&policy(|it| it.paused = true)), Err(Rejected::EpochReused));
    assert_eq!(held.may_become(&policy(|it| (it.epoch, it.paused) = (4, true))), Ok(()));
    assert_eq!(held.may_become(&policy(|it| it.epoch = 2)), Err(Rejected::Older));
    assert_eq!(
        held.may_become(&policy(|it| (it.epoch, it.currency) = (4, "JPY".parse().unwrap()))),
        Err(Rejected::Immutable("currency"))
    );
    assert_eq!(
        held.may_become(&policy(|it| (it.epoch, it.currency_digits) = (4, 0))),
        Err(Rejected::Immutable("currency_digits"))
    );
}

#[test]
fn freshness_follows_the_clock() {
    let mut held = Held::new(policy(|_| {}), at(NOW));
    let after = |seconds| at(NOW + seconds);
    assert_eq!(held.freshness(after(29)), Freshness::Fresh);
    assert_eq!(held.freshness(after(30)), Freshness::RefreshBehind);
    held.asking(after(30));
    assert_eq!(held.freshness(after(31)), Freshness::Fresh, "one request asks, not all");
    assert_eq!(held.freshness(after(35)), Freshness::RefreshBehind);
    assert_eq!(held.freshness(after(120)), Freshness::RefreshFirst);
    held.asking(after(120));
    assert_eq!(held.freshness(after(121)), Freshness::RefreshFirst, "not answered yet: wait");
    held.asked_in_vain();
    assert_eq!(held.freshness(after(121)), Freshness::Fresh, "KV is left alone for a moment");
    assert_eq!(held.freshness(after(125)), Freshness::RefreshFirst);

    assert!(held.in_force(at(NOW + DAY - 1)).is_some(), "however old the copy");
    assert!(held.in_force(at(NOW + DAY)).is_none());

    held.replace(policy(|_| {}), after(200)).unwrap();
    assert_eq!(held.freshness(after(229)), Freshness::Fresh);
    assert_eq!(held.replace(policy(|it| it.epoch = 2), after(300)), Err(Rejected::Older));
    assert_eq!(held.freshness(after(229)), Freshness::Fresh, "the last good one stays");
}

#[test]
fn a_document_is_opened_only_as_it_was_signed_and_where_it_belongs() {
    let issuer = SigningKey::from_bytes(&[3; 32]);
    let public = crate::base64url::encode(issuer.verifying_key().as_bytes());
    let keys = PolicyKeys::parse(&public).unwrap();
    let key = CampaignPolicy::kv_key_of(campaign());
    let json = serde_json::to_string(&document()).unwrap();
    let good = sign(&key, &json, &issuer);
    assert_eq!(open::<CampaignPolicy>(&key, &good, &keys).unwrap().epoch(), 3);

    let refused = |key: &str, text: &str| open::<CampaignPolicy>(key, text, &keys).unwrap_err();
    assert_eq!(refused(&key, &good.replace("tea", "Tea")), Rejected::NotSigned);
    assert_eq!(refused("policy/9", &good), Rejected::NotSigned, "moved to another key");
    assert_eq!(refused("policy/9", &sign("policy/9", &json, &issuer)), Rejected::Foreign);
    let stranger = sign(&key, &json, &SigningKey::from_bytes(&[4; 32]));
    assert_eq!(refused(&key, &stranger), Rejected::NotSigned);
    for text in ["", "P1 \n{}", "{}", &json, &good.replacen("P1", "P2", 1)] {
        assert_eq!(refused(&key, text), Rejected::NotSigned);
    }
    assert!(matches!(refused(&key, &sign(&key, "{}", &issuer)), Rejected::Document(_)));
    assert_eq!(refused(&key, &"x".repeat(MAX_BYTES + 1)), Rejected::TooLarge);

    // While the issuer rotates its key, both are taken.
    let next = SigningKey::from_bytes(&[4; 32]);
    let both = format!("{public}, {}", crate::base64url::encode(next.verifying_key().as_bytes()));
    let both = PolicyKeys::parse(&both).unwrap();
    assert!(open::<CampaignPolicy>(&key, &stranger, &both).is_ok());
    for wrong in ["", "AAAA", &format!("{public},")] {
        assert!(PolicyKeys::parse(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn the_documents_are_pinned() {
    assert_eq!(
        serde_json::to_string(&document()).unwrap(),
        r#"{"campaign":536870913,"epoch":3,"valid_until":"2026-02-07T04:00:00.000Z","name":"tea","currency":"CNY","currency_digits":2,"utc_offset_minutes":480,"window":{"from":"2026-01-27T04:00:00.000Z","until":"2026-02-16T04:00:00.000Z"},"reversal_window_s":3600,"minimum_spend":0,"paused":false,"extensions":[],"widen_scope":0,"revoked":{"kids":[],"serials":[],"ranges":[]}}"#
    );
    assert_eq!(
        serde_json::to_string(&shops()).unwrap(),
        r#"{"epoch":5,"valid_until":"2030-01-01T00:00:00.000Z","suspended_shops":[],"suspended_tills":[],"minimum_key_issues":[],"retired_pos_roots":[]}"#
    );
    assert!(serde_json::from_str::<ShopsDocument>(r#"{"epoch":5,"x":1}"#).is_err());
}

#[test]
fn an_array_is_no_object() {
    let json = serde_json::to_string(&document()).unwrap();
    assert!(CampaignPolicy::parse(&json).is_ok());
    for (object, array) in [
        (
            r#"{"from":"2026-01-27T04:00:00.000Z","until":"2026-02-16T04:00:00.000Z"}"#,
            r#"["2026-01-27T04:00:00.000Z","2026-02-16T04:00:00.000Z"]"#,
        ),
        (r#"{"kids":[],"serials":[],"ranges":[]}"#, "[[],[],[]]"),
        (r#""extensions":[]"#, r#""extensions":[["2026-02-08T00:00:00Z",null,null]]"#),
    ] {
        assert!(json.contains(object), "{json}");
        assert!(CampaignPolicy::parse(&json.replace(object, array)).is_err(), "{array}");
    }
    assert!(ShopsPolicy::parse(r#"{"epoch":5,"valid_until":"2030-01-01T00:00:00Z"}"#).is_ok());
    assert!(ShopsPolicy::parse(r#"[5,"2030-01-01T00:00:00Z",[],[],[],[]]"#).is_err());
}
