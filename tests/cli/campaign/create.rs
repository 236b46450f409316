//! Making a campaign, its keys and the edge's secrets.

use super::*;

#[test]
fn a_rotated_key_signs_and_the_edge_is_told_of_both() {
    let desk = desk();
    let issue = ["issue", "--campaign", ID, "--value", "1", "--count", "1", "--out"];
    assert_eq!(desk.coupon(&[issue.as_slice(), &["old"]].concat()).0, 0);
    let (code, stdout, _) = desk.coupon(&["campaign", "rotate", ID]);
    assert_eq!(code, 0);
    assert!(stdout.contains("npx wrangler secret bulk ./issuer/edge-secrets.json"), "{stdout}");
    assert_eq!(desk.coupon(&[issue.as_slice(), &["new"]].concat()).0, 0);

    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let keyring = Keyring::parse(secrets["COUPON_KEYS"].as_str().unwrap()).unwrap();
    let campaign = CampaignId::try_from(536_870_913).unwrap();
    for (file, kid) in [("old", 1), ("new", 2)] {
        let token = text(&desk, file);
        let verified = UnverifiedToken::parse(token.trim()).unwrap().verify(&keyring).unwrap();
        assert_eq!(verified.key(), KeyId { campaign, kid });
    }
    assert!(PosRoots::parse(secrets["POS_ROOTS"].as_str().unwrap()).is_some());
    // Publishing does not forget a key, nor creating another campaign the first one's.
    published(&desk, &[]);
    assert_eq!(parsed(&desk, DRAFT)["kids"], json!([1, 2]));
    assert_eq!(create(&desk, &[]).0, 0);
    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let keys: Value = serde_json::from_str(secrets["COUPON_KEYS"].as_str().unwrap()).unwrap();
    let names: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["536870913/1", "536870913/2", "536870914/1"]);
}

#[test]
fn secrets_are_in_files_of_their_owner_and_not_told() {
    let desk = Desk::new();
    let mut said = desk.coupon(&["init"]).1;
    for args in [&CREATE[..], &["campaign", "publish", ID], &["campaign", "rotate", ID]] {
        for json in [&[][..], &["--json"]] {
            let (_, stdout, stderr) = desk.coupon(&[args, json].concat());
            said.push_str(&(stdout + &stderr));
        }
    }
    said.push_str(&desk.coupon(&["campaign", "show", ID, "--json"]).1);
    let path = desk.path("issuer/edge-secrets.json");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let mut seen = 0;
    for name in ["COUPON_KEYS", "POS_ROOTS"] {
        let secrets: Value = serde_json::from_str(secrets[name].as_str().unwrap()).unwrap();
        for secret in secrets.as_object().unwrap().values() {
            assert!(!said.contains(secret.as_str().unwrap()));
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
    let policy_seed = parsed(&desk, "issuer/keys.json")["policy_key"].clone();
    assert!(!said.contains(policy_seed.as_str().unwrap()));
}

#[test]
fn keys_that_the_edge_has_no_room_for_are_refused() {
    let desk = desk();
    let mut rotated = 0;
    let said = loop {
        let (code, _, stderr) = desk.coupon(&["campaign", "rotate", ID]);
        if code != 0 {
            break stderr;
        }
        rotated += 1;
        assert!(rotated < 100);
    };
    assert!(said.contains("COUPON_KEYS") && said.contains("retire an ended campaign"), "{said}");
    assert!(rotated > 60, "{rotated}");
    assert_eq!(parsed(&desk, DRAFT)["kids"].as_array().unwrap().len(), rotated + 1);
    let (code, _, stderr) = create(&desk, &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("retire an ended campaign"), "{stderr}");
    assert!(!desk.path("issuer/campaigns/536870914.json").exists());
}

#[test]
fn a_number_is_never_used_twice() {
    let desk = desk();
    let (code, _, stderr) = create(&desk, &["--number", "1", "--shards", "64"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("number 1 is or was a campaign's"), "{stderr}");
    // Retired after it was published, or after coupons were issued.
    published(&desk, &[]);
    fs::remove_file(desk.path(DRAFT)).unwrap();
    assert_eq!(create(&desk, &["--shards", "1"]).0, 0);
    let draft = desk.path("issuer/campaigns/2.json");
    let issue = ["issue", "--campaign", "2", "--value", "1", "--count", "1", "--out", "x"];
    assert_eq!(desk.coupon(&issue).0, 0);
    fs::remove_file(draft).unwrap();
    let (code, stdout, _) = create(&desk, &["--shards", "65536", "--json"]);
    assert_eq!(code, 0);
    let made: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&made["campaign"], &made["shards"]), (&2_147_483_651_u32.into(), &65_536.into()));
    assert_eq!(create(&desk, &["--number", "134217728"]).0, 2);
}

#[test]
fn impossible_campaigns_are_refused() {
    let desk = desk();
    let refused = |options: &[&str], why: &str| {
        // The later of two values counts only where clap lets it, so these replace the first.
        let mut args: Vec<_> = CREATE.to_vec();
        for pair in options.chunks(2) {
            match args.iter().position(|arg| *arg == pair[0]) {
                Some(at) => args[at + 1] = pair[1],
                None => args.extend(pair),
            }
        }
        let (code, stdout, stderr) = desk.coupon(&args);
        assert_ne!(code, 0, "{options:?}\n{stdout}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
    };
    refused(&["--currency", "ABC"], "ISO 4217 has no such currency");
    refused(&["--currency", "cny"], "three capital letters");
    refused(&["--currency", "XAU"], "no minor units");
    refused(&["--shards", "17"], "20,000/s wants at least 64");
    refused(&["--shards", "131072"], "a power of two, at most 65536");
    refused(&["--shards", "0"], "a power of two");
    refused(&["--until", "2036-02-06T00:00:00Z"], "the window is empty");
    refused(&["--name", ""], "a name has 1 to 100 characters");
    refused(&["--utc-offset", "-721"], "-720 to 840");
    refused(&["--location-hint", "mars"], "unknown variant `mars`");
    assert_eq!(fs::read_dir(desk.path("issuer/campaigns")).unwrap().count(), 1);
}

#[test]
fn currencies_have_their_own_digits() {
    let desk = Desk::new();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    for (code, digits) in [("JPY", 0), ("CNY", 2), ("KWD", 3)] {
        let args = CREATE.map(|arg| if arg == "CNY" { code } else { arg });
        let options = ["--location-hint", "apac", "--utc-offset", "-300", "--json"];
        let (status, stdout, stderr) = desk.coupon(&[args.as_slice(), &options].concat());
        assert_eq!(status, 0, "{stderr}");
        let made: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(made["policy"]["currency_digits"], digits);
        assert_eq!(made["policy"]["location_hint"], "apac");
        assert_eq!(made["policy"]["utc_offset_minutes"], -300);
    }
}

#[test]
fn init_makes_what_an_edge_needs_and_heals_it() {
    let desk = desk();
    let shops = "issuer/published/policy/shops";
    let keys = PolicyKeys::parse(&policy_key(&desk)).unwrap();
    let first = text(&desk, shops);
    assert!(open::<ShopsPolicy>(ShopsPolicy::KV_KEY, &first, &keys).is_ok());
    assert_eq!(parsed(&desk, "issuer/shops.json")["epoch"], 1);
    let secrets = text(&desk, "issuer/edge-secrets.json");

    assert_eq!(desk.coupon(&["shop", "publish", "--suspend", "1001"]).0, 0);
    let suspended = text(&desk, "issuer/shops.json");
    fs::remove_file(desk.path("issuer/shops.json")).unwrap();
    fs::remove_file(desk.path("issuer/edge-secrets.json")).unwrap();
    let keys_before = text(&desk, "issuer/keys.json");
    let (code, stdout, _) = desk.coupon(&["init", "--json"]);
    assert_eq!(code, 0);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(told["made"], json!(["./issuer/shops.json", "./issuer/edge-secrets.json"]));
    assert_eq!(text(&desk, "issuer/shops.json"), suspended);
    assert_eq!(text(&desk, "issuer/edge-secrets.json"), secrets);
    assert_eq!(text(&desk, "issuer/keys.json"), keys_before);

    fs::remove_file(desk.path(shops)).unwrap();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    assert_eq!(parsed(&desk, "issuer/shops.json")["epoch"], 3);
    assert_eq!(parsed(&desk, "issuer/shops.json")["suspended_shops"], json!([1001]));
}
