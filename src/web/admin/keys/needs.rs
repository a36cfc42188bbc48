//! "Needs attention", above the list of keys.

use super::choices::whole;
use super::query::LIST;
use crate::key_search::page::ListPage;
use crate::key_search::sieve::UNUSED_DAYS;
use crate::web::admin::quota::Quota;
use crate::web::numbers::counted;

/// A line of "Needs attention".
pub(super) struct NeedLine {
    pub(super) text: String,
    pub(super) href: String,
}

/// What somebody should look at.
pub(super) fn needs(found: &ListPage, quota: &Quota) -> Vec<NeedLine> {
    let mut needs = Vec::new();
    let (expiring, unused) = (found.attention.expiring, found.attention.unused);
    if expiring > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(expiring),
                "active key expires within 14 days",
                "active keys expire within 14 days",
            ),
            href: format!("{LIST}?status=active&expiration=expiring-soon&sort=expires"),
        });
    }
    if unused > 0 {
        let text = counted(whole(unused), "active key was", "active keys were");
        needs.push(NeedLine {
            text: format!("{text} not used for {UNUSED_DAYS} days"),
            href: format!("{LIST}?need=unused&sort=used"),
        });
    }
    let ownerless = found.attention.ownerless;
    if ownerless > 0 {
        let text = counted(whole(ownerless), "active key has", "active keys have");
        needs.push(NeedLine {
            text: format!("{text} no owner who is still a member"),
            href: format!("{LIST}?need=ownerless"),
        });
    }
    let rotating = found.attention.rotating;
    if rotating > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(rotating),
                "rotation is running",
                "rotations are running",
            ),
            href: format!("{LIST}?need=rotating"),
        });
    }
    if quota.full {
        needs.push(NeedLine {
            text: format!(
                "The limit of {} is reached",
                counted(quota.limit, "key", "keys")
            ),
            href: format!("{LIST}?expiration=valid&sort=used"),
        });
    }
    needs
}
