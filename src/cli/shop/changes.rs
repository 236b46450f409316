//! Changes to the shops' policy; each says what is different now.

use crate::calendar::TimeZone;
use crate::policy::{GroupTimeZone, KeyMinimum, ShopsDocument, TillRef};
use crate::till::KeyVersion;

/// A shop, or one of its tills.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    shop: u32,
    till: Option<u16>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.till {
            Some(till) => write!(f, "till {till} of shop {}", self.shop),
            None => write!(f, "shop {}", self.shop),
        }
    }
}

/// Reads `SHOP` or `SHOP/TILL`.
pub(super) fn place(text: &str) -> Result<Place, String> {
    let (shop, till) = match text.split_once('/') {
        Some((shop, till)) => (shop, Some(till)),
        None => (text, None),
    };
    let till = till.map(str::parse).transpose();
    let place = shop.parse().ok().zip(till.ok()).map(|(shop, till)| Place { shop, till });
    place.ok_or_else(|| "it is a shop's number, or shop/till, like 1001 or 1001/2".to_owned())
}

/// Reads `SHOP=ISSUE`.
pub(super) fn key_minimum(text: &str) -> Result<KeyMinimum, String> {
    let read = |(shop, issue): (&str, &str)| {
        let least = KeyMinimum { shop: shop.parse().ok()?, issue: issue.parse().ok()? };
        (least.issue <= KeyVersion::MAX_ISSUE).then_some(least)
    };
    let least = text.split_once('=').and_then(read);
    least.ok_or_else(|| "it is shop=issue, like 1001=2; an issue is at most 4095".to_owned())
}

pub(super) fn time_zone(name: &str) -> Result<TimeZone, &'static str> {
    name.to_owned().try_into()
}

/// Reads `GROUP=ZONE`.
pub(super) fn group_time_zone(text: &str) -> Result<GroupTimeZone, &'static str> {
    let read = |(group, zone): (&str, &str)| {
        let group = group.parse().ok().filter(|group| *group < 32)?;
        Some(GroupTimeZone { group, time_zone: time_zone(zone).ok()? })
    };
    let read = text.split_once('=').and_then(read);
    read.ok_or("it is group=zone, like 3=Asia/Urumqi; a group is 0 to 31")
}

pub(super) fn suspend(policy: &mut ShopsDocument, place: Place) -> String {
    let added = match place.till {
        None => add(&mut policy.suspended_shops, place.shop),
        Some(till) => add(&mut policy.suspended_tills, TillRef { shop: place.shop, till }),
    };
    match added {
        true => format!("Suspended {place}."),
        false => format!("Nothing to do: {place} was suspended already."),
    }
}

pub(super) fn restore(policy: &mut ShopsDocument, place: Place) -> Vec<String> {
    let Place { shop, till } = place;
    let removed = match till {
        None => remove(&mut policy.suspended_shops, shop),
        Some(till) => remove(&mut policy.suspended_tills, TillRef { shop, till }),
    };
    let mut told = vec![match removed {
        true => format!("Restored {place}."),
        false => format!("Nothing to do: {place} was not suspended."),
    }];
    // The other list may still shut out what somebody means to let in.
    if till.is_some() && policy.suspended_shops.contains(&shop) {
        told.push(format!("It stays shut out: shop {shop} is suspended."));
    }
    let tills = policy.suspended_tills.iter().filter(|other| other.shop == shop).count();
    if till.is_none() && tills > 0 {
        told.push(format!("{tills} of its tills stay suspended by themselves."));
    }
    told
}

pub(super) fn raise(policy: &mut ShopsDocument, least: KeyMinimum) -> String {
    let KeyMinimum { shop, issue } = least;
    let before = policy.minimum_key_issues.iter_mut().find(|other| other.shop == shop);
    match before {
        Some(before) if before.issue > issue => {
            let was = std::mem::replace(&mut before.issue, issue);
            format!("Shop {shop}: issues {issue} to {} are good AGAIN.", was - 1)
        }
        Some(before) => {
            before.issue = issue;
            format!("Shop {shop}: credentials below issue {issue} are refused.")
        }
        None => {
            policy.minimum_key_issues.push(least);
            format!("Shop {shop}: credentials below issue {issue} are refused.")
        }
    }
}

pub(super) fn retire(policy: &mut ShopsDocument, root: u8) -> String {
    match add(&mut policy.retired_pos_roots, root) {
        true => format!("Retired POS root {root}: its credentials are refused."),
        false => format!("Nothing to do: POS root {root} was retired already."),
    }
}

pub(super) fn place_all(policy: &mut ShopsDocument, zone: &TimeZone) -> String {
    policy.time_zone = Some(zone.clone());
    format!("Days begin as in {}.", zone.as_str())
}

pub(super) fn place_group(policy: &mut ShopsDocument, of: &GroupTimeZone) -> String {
    let zones = &mut policy.group_time_zones;
    match zones.iter_mut().find(|other| other.group == of.group) {
        Some(before) => before.time_zone = of.time_zone.clone(),
        None => zones.push(of.clone()),
    }
    format!("Days of group {} begin as in {}.", of.group, of.time_zone.as_str())
}

/// Whether it was not there yet.
fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> bool {
    let new = !list.contains(&item);
    if new {
        list.push(item);
    }
    new
}

/// Whether it was there.
fn remove<T: PartialEq>(list: &mut Vec<T>, item: T) -> bool {
    let before = list.len();
    list.retain(|other| *other != item);
    list.len() < before
}
