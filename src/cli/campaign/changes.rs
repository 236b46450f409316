//! Changes that a campaign promises to coupons that are already out: later ends, more shops, tills
//! without a network.

use crate::cli::args::group_list;
use crate::policy::{CampaignDocument, Extension, Offline};

/// Adds an extension; says what is different.
pub(super) fn extend(policy: &mut CampaignDocument, mut extension: Extension) -> Vec<String> {
    if let Some(kids) = &mut extension.kids {
        kids.sort_unstable();
        kids.dedup();
    }
    let until = extension.until;
    let whose = match &extension.kids {
        Some(kids) => format!("Coupons of kids {kids:?}"),
        None => "All coupons".to_owned(),
    };
    let mut told = vec![format!("{whose} end at {} or later.", until.rfc3339())];

    // Of extensions for the same coupons the latest counts: the others only take up room.
    let same =
        |other: &&mut Extension| other.kids == extension.kids && other.serials == extension.serials;
    match policy.extensions.iter_mut().find(same) {
        Some(other) => other.until = other.until.max(until),
        None => policy.extensions.push(extension),
    }
    if until > policy.window.until {
        let before = policy.window.until.rfc3339();
        policy.window.until = until;
        told.push(format!("Moved the end of the campaign's window along with it, from {before}."));
    }
    told
}

/// Lets more groups redeem every coupon; says which do.
pub(super) fn widen(policy: &mut CampaignDocument, groups: u32) -> String {
    policy.widen_scope |= groups;
    let groups = group_list(policy.widen_scope);
    format!("Besides those of its own scope, groups {groups:?} may redeem every coupon.")
}

/// Takes sales of tills without a network, or takes them no more; says which.
pub(super) fn offline(policy: &mut CampaignDocument, offline: Option<Offline>) -> String {
    policy.offline = offline;
    match offline {
        None => "Sales of tills without a network are not taken.".to_owned(),
        Some(Offline { count, value, max_age_s }) => format!(
            "Sales of tills without a network are taken for {max_age_s} s. Of a shop and day {count} \
             of them, up to {} minor units, are at the issuer's risk.",
            value.minor_units()
        ),
    }
}
