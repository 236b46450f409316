//! Who may read statements, and in which time zone.

use super::*;

fn policy(edit: impl FnOnce(&mut ShopsDocument)) -> ShopsPolicy {
    let mut document = shops();
    edit(&mut document);
    document.try_into().unwrap()
}

fn chain_system(till: &mut Till) {
    (till.shop, till.till, till.chain) = (0, 12, 12);
}

#[test]
fn a_till_reads_its_own_shop_and_no_other() {
    let reader = policy(|_| {}).admit_reader(&authenticated(|it| it.chain = 12)).unwrap();
    for asked in [None, Some(7)] {
        let scope = reader.scope(asked).unwrap();
        assert_eq!((scope.shop(), scope.chain()), (7, None));
    }
    for other in [0, 8, u32::MAX] {
        assert_eq!(reader.scope(Some(other)), Err(ScopeRefusal::NotFound));
    }
}

#[test]
fn a_chains_own_system_reads_what_was_the_chains_and_redeems_nothing() {
    let till = authenticated(chain_system);
    let reader = policy(|_| {}).admit_reader(&till).unwrap();
    assert_eq!(reader.scope(None), Err(ScopeRefusal::WhichShop));
    let scope = reader.scope(Some(8)).unwrap();
    assert_eq!((scope.shop(), scope.chain()), (8, Some(12)));
    assert_eq!(policy(|_| {}).admit(&till), Err(AdmissionRefusal::ChainSystem));
}

#[test]
fn only_shop_0_with_the_chain_as_till_is_a_chains_own_system() {
    type Edit = fn(&mut Till);
    let others: [Edit; 3] = [
        |it| (it.shop, it.till, it.chain) = (0, 0, 0),
        |it| (it.shop, it.till, it.chain) = (0, 0, 12),
        |it| (it.shop, it.till, it.chain) = (7, 12, 12),
    ];
    for edit in others {
        let till = authenticated(edit);
        assert!(policy(|_| {}).admit(&till).is_ok());
        let reader = policy(|_| {}).admit_reader(&till).unwrap();
        assert_eq!(reader.scope(Some(8)), Err(ScopeRefusal::NotFound));
    }
}

#[test]
fn one_chain_is_shut_out_by_itself() {
    let policy = policy(|it| it.suspended_tills = vec![TillRef { shop: 0, till: 12 }]);
    let other = authenticated(|it| (it.shop, it.till, it.chain) = (0, 13, 13));
    assert!(policy.admit_reader(&other).is_ok());
}

#[test]
fn who_is_shut_out_reads_nothing() {
    type Edit = fn(&mut ShopsDocument);
    let refusals: [(AdmissionRefusal, Edit); 4] = [
        (AdmissionRefusal::Suspended, |it| it.suspended_shops = vec![0]),
        (AdmissionRefusal::Suspended, |it| {
            it.suspended_tills = vec![TillRef { shop: 0, till: 12 }];
        }),
        (AdmissionRefusal::CredentialReplaced, |it| it.retired_pos_roots = vec![0]),
        (AdmissionRefusal::CredentialReplaced, |it| {
            it.minimum_key_issues = vec![KeyMinimum { shop: 0, issue: 5 }];
        }),
    ];
    for (why, edit) in refusals {
        assert_eq!(policy(edit).admit_reader(&authenticated(chain_system)), Err(why));
        assert_eq!(policy(edit).admit(&authenticated(chain_system)), Err(why));
    }
}

#[test]
fn the_first_group_that_has_a_time_zone_says_it_then_the_policy() {
    let zone = |name: &str| TimeZone::try_from(name.to_owned()).unwrap();
    let of = |group, name| GroupTimeZone { group, time_zone: zone(name) };
    let zones = [of(31, "Asia/Tokyo"), of(0, "Europe/Berlin"), of(1, "Asia/Shanghai")];
    let told = |groups, all: Option<&str>, zones: &[GroupTimeZone]| {
        let policy = policy(|it| {
            it.time_zone = all.map(zone);
            it.group_time_zones = zones.to_vec();
        });
        let reader = policy.admit_reader(&authenticated(|it| it.groups = groups)).unwrap();
        policy.time_zone(&reader).map(|zone| zone.as_str().to_owned())
    };
    assert_eq!(told(0b1, None, &[]), None);
    assert_eq!(told(0b1, Some("Europe/Paris"), &[]).as_deref(), Some("Europe/Paris"));
    for (groups, name) in [
        (0, "Europe/Paris"),
        (0b1, "Europe/Berlin"),
        (0b10, "Asia/Shanghai"),
        (0b11, "Europe/Berlin"),
        (1 << 31 | 0b11, "Asia/Tokyo"),
        (0b100, "Europe/Paris"),
    ] {
        assert_eq!(told(groups, Some("Europe/Paris"), &zones).as_deref(), Some(name), "{groups:b}");
    }
}
