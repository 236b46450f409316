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
}

#[test]
fn a_shops_document_that_makes_no_sense_is_no_policy() {
    type Edit = fn(&mut ShopsDocument);
    let minimum = |shop, issue| KeyMinimum { shop, issue };
    assert!(ShopsPolicy::try_from(shops()).is_ok());
    let at_its_limits = ShopsDocument {
        minimum_key_issues: vec![minimum(7, 4095), minimum(8, 0)],
        retired_pos_roots: vec![15],
        group_time_zones: vec![GroupTimeZone { group: 31, time_zone: TimeZone::utc() }],
        ..shops()
    };
    assert!(ShopsPolicy::try_from(at_its_limits).is_ok());
    let wrongs: [(&str, Edit); 5] = [
        ("at most 4095", |it| it.minimum_key_issues = vec![KeyMinimum { shop: 7, issue: 4096 }]),
        ("at most 15", |it| it.retired_pos_roots = vec![16]),
        ("at most 31", |it| {
            it.group_time_zones = vec![GroupTimeZone { group: 32, time_zone: TimeZone::utc() }]
        }),
        ("two minimum", |it| it.minimum_key_issues = vec![KeyMinimum { shop: 7, issue: 1 }; 2]),
        ("more than 10000", |it| it.suspended_shops = (0..10_001).collect()),
    ];
    for (why, edit) in wrongs {
        let mut document = shops();
        edit(&mut document);
        let rejected = ShopsPolicy::try_from(document).unwrap_err().to_string();
        assert!(rejected.contains(why), "{rejected}");
    }
}

#[test]
fn the_limit_of_entries_is_on_all_lists_together() {
    // 10,000 in all the lists, and one more in the last.
    let campaign = |more: usize| {
        let (serial, until) = (Serial::from_bytes([5; 12]), at(NOW));
        policy_of(|it| {
            it.revoked.kids = vec![0; 2500];
            it.revoked.serials = vec![serial; 2500];
            it.revoked.ranges = vec![SerialRange { first: serial, last: serial }; 2500];
            it.extensions = vec![Extension { until, kids: None, serials: None }; 2500 + more];
        })
    };
    assert!(campaign(0).is_ok());
    assert!(campaign(1).is_err());
    let shops = |more: usize| {
        ShopsPolicy::try_from(ShopsDocument {
            suspended_shops: vec![7; 2499],
            group_time_zones: vec![GroupTimeZone { group: 0, time_zone: TimeZone::utc() }],
            suspended_tills: vec![TillRef { shop: 7, till: 1 }; 2500],
            minimum_key_issues: (0..2500).map(|shop| KeyMinimum { shop, issue: 1 }).collect(),
            retired_pos_roots: vec![0; 2500 + more],
            ..shops()
        })
    };
    assert!(shops(0).is_ok());
    assert!(shops(1).is_err());
}

#[test]
fn a_campaign_document_may_go_up_to_its_limits() {
    type Edit = fn(&mut CampaignDocument);
    let fine: [Edit; 3] = [
        |it| it.name = "茶".repeat(100),
        |it| it.currency_digits = 4,
        |it| {
            let until = it.window.until;
            it.extensions = vec![Extension { until, kids: None, serials: None }];
        },
    ];
    for edit in fine {
        assert!(policy_of(edit).is_ok());
    }
}

#[test]
fn a_location_hint_is_the_platforms_word_in_the_document_and_in_the_call() {
    for hint in ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] {
        let read: LocationHint = serde_json::from_str(&format!("\"{hint}\"")).unwrap();
        assert_eq!(read.as_str(), hint);
    }
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
    assert_eq!(refused(&key, &"x".repeat(MAX_BYTES)), Rejected::NotSigned, "not too large");

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
fn the_kv_keys_and_the_signature_are_pinned() {
    let issuer = SigningKey::from_bytes(&[3; 32]);
    let keys = crate::base64url::encode(issuer.verifying_key().as_bytes());
    let keys = PolicyKeys::parse(&keys).unwrap();
    assert_eq!(CampaignPolicy::kv_key_of(campaign()), "policy/536870913");
    let json = serde_json::to_string(&shops()).unwrap();
    let published = sign("policy/shops", &json, &issuer);
    // The signature is by Node's crypto, over `coupon-edge/policy/v1`, the key and the document.
    assert_eq!(
        published.lines().next(),
        Some(
            "P1 WCpDy-h4BYdK3fa5tUGnk6BJN4xAcjswpG-7r9mDxrM7a9OlvvjtzBoIfc_83aMzyIAdiX4JDEQVvO_ShuXdAQ"
        )
    );
    let opened: ShopsPolicy = open("policy/shops", &published, &keys).unwrap();
    assert_eq!(
        (opened.epoch(), opened.valid_until().rfc3339()),
        (5, "2030-01-01T00:00:00.000Z".to_owned())
    );
    let elsewhere = sign("policy/536870913", &json, &issuer);
    assert_eq!(open::<ShopsPolicy>("policy/536870913", &elsewhere, &keys), Err(Rejected::Foreign));
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
    let zones = r#"{"epoch":5,"valid_until":"2030-01-01T00:00:00.000Z","suspended_shops":[],"suspended_tills":[],"minimum_key_issues":[],"retired_pos_roots":[],"time_zone":"Asia/Shanghai","group_time_zones":[{"group":3,"time_zone":"Asia/Urumqi"}]}"#;
    let read: ShopsDocument = serde_json::from_str(zones).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), zones);
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
