//! What a tenant's admins decide for the whole tenant.

use serde_json::json;

use super::limits::object;
use super::record;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::role::Actor;
use crate::domain::{Conflict, Result};

/// As [`allow_recoverable_keys`], for somebody who has read that `confirmed` copies are destroyed.
///
/// # Errors
/// A conflict `copies-kept` when it would destroy another number of them; nothing changes then.
pub fn save(conn: &mut Conn, by: &Actor, allowed: bool, confirmed: usize) -> Result<usize> {
    let destroyed = allow_recoverable_keys(conn, by, allowed)?;
    if destroyed > 0 && destroyed != confirmed {
        return Err(Conflict::CopiesKept.into());
    }
    Ok(destroyed)
}

/// Allows or forbids keys whose secret can be shown again. Forbidding destroys the sealed copies there are; gives
/// their number. What is so already leaves no trace.
///
/// # Errors
/// `Forbidden` for viewers.
pub fn allow_recoverable_keys(conn: &mut Conn, by: &Actor, allowed: bool) -> Result<usize> {
    by.must_hold("tenant:write")?;
    if !db::tenants::set_recoverable_keys(conn, by.tenant, allowed)? {
        return Ok(0);
    }
    let destroyed = if allowed {
        0
    } else {
        db::sealed_secrets::delete_all(conn, by.tenant)?
    };
    let tenant = db::tenants::find(conn, by.tenant)?;
    let detail = json!({
        "before": { "recoverable_keys": !allowed },
        "after": { "recoverable_keys": allowed },
        "destroyed_copies": destroyed,
    });
    record(conn, by, &Event::SettingsChanged(detail), object(&tenant))?;
    Ok(destroyed)
}
