//! What members of a suspended tenant can still do: read all of it, and whatever concerns themselves.

use actix_web::HttpRequest;

use crate::db::members::Member;
use crate::domain::{Conflict, Result};

/// Forms that change nothing of the tenant: about the person, the session and the look of pages, questions that are
/// posted because secrets may stand in them, and what is done to the installation or to all tenants.
const STILL_OPEN: [&str; 11] = [
    "/logout",
    "/theme",
    "/jump",
    "/tenant",
    "/account",
    "/tenant-api-keys/lookup",
    "/tenant-api-keys/search",
    "/tenant-api-keys/validation",
    "/tenant-api-keys/edit-validation",
    "/support",
    "/verifiers",
];

/// Refuses a form by which a member of a suspended tenant would change something of it. Changes look again under their
/// lock, as the tenant may be suspended at this very moment.
///
/// # Errors
/// A conflict `tenant-suspended`.
pub fn must_not_change(request: &HttpRequest, member: &Member) -> Result<()> {
    if member.suspended_at.is_none() || request.method().is_safe() {
        return Ok(());
    }
    let below = |open: &str| {
        let rest = request.path().strip_prefix(open);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if STILL_OPEN.iter().any(|open| below(open)) {
        return Ok(());
    }
    Err(Conflict::TenantSuspended.into())
}
