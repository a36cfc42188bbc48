//! What a tenant's admins decide for the whole tenant.

use serde_json::json;

use super::limits::object;
use super::{record, rollouts};
use crate::db::change_log::{self, Item};
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::rollout::{Access, Feature};
use crate::domain::{Conflict, Result};

/// What an admin chose.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// As in [`allow_recoverable_keys`].
    pub recoverable_keys: bool,
    /// Whether each read of a credential leaves an audit row.
    pub audit_credential_reads: bool,
    /// Whether support staff sees addresses and paths when it explains a request.
    pub support_sees_addresses: bool,
}

/// Takes over all settings, from somebody who has read that `confirmed` copies are destroyed; gives their number.
///
/// # Errors
/// `Forbidden` for viewers; a conflict `copies-kept` when it would destroy another number of copies; nothing changes then.
pub fn save(conn: &mut Conn, by: &Actor, wanted: Settings, confirmed: usize) -> Result<usize> {
    by.must_hold(Right::ChangeSettings)?;
    // Before the tenant's row, as everybody who changes both: else two could wait for each other.
    change_log::hold(conn)?;
    audit_credential_reads(conn, by, wanted.audit_credential_reads)?;
    show_addresses_to_support(conn, by, wanted.support_sees_addresses)?;
    let destroyed = allow_recoverable_keys(conn, by, wanted.recoverable_keys)?;
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
    by.must_hold(Right::ChangeSettings)?;
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

/// Has support staff see addresses and paths, or not. What is so already leaves no trace.
fn show_addresses_to_support(conn: &mut Conn, by: &Actor, wanted: bool) -> Result<()> {
    if !db::tenants::set_support_sees_addresses(conn, by.tenant, wanted)? {
        return Ok(());
    }
    let tenant = db::tenants::find(conn, by.tenant)?;
    let detail = json!({
        "before": { "support_sees_addresses": !wanted },
        "after": { "support_sees_addresses": wanted },
    });
    record(conn, by, &Event::SettingsChanged(detail), object(&tenant))
}

/// Has each read of an integration credential leave an audit row, or not. What is so already leaves no trace, and a
/// tenant without integrations keeps what it had.
fn audit_credential_reads(conn: &mut Conn, by: &Actor, wanted: bool) -> Result<()> {
    let tenant = db::tenants::find(conn, by.tenant)?;
    let access = rollouts::access(conn, by.tenant, Feature::Integrations)?;
    if access != Access::Available || tenant.audit_credential_reads == wanted {
        return Ok(());
    }
    change_log::append(conn, Item::Rollout(Feature::Integrations))?;
    db::tenants::set_audit_credential_reads(conn, by.tenant, wanted)?;
    let detail = json!({
        "before": { "audit_credential_reads": !wanted },
        "after": { "audit_credential_reads": wanted },
    });
    record(conn, by, &Event::SettingsChanged(detail), object(&tenant))
}
