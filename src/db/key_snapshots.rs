//! What a key is like at a moment, kept in the change log to explain the decisions of that time.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{api_keys as keys, authorization_groups as groups, tenants};
use super::{Conn, key_rotations, rate_limits};
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_snapshot::{FormerSecret, KeySnapshot};
use crate::domain::key_text;
use crate::domain::{Error, Result};

/// Former secrets that are kept in a snapshot.
const FORMERS: i64 = 5;

/// What a key is like now, for the change log: also one that left the list. Deliberately without a tenant: callers
/// come from a key or a record that they found by their tenant.
pub fn take(conn: &mut Conn, id: KeyId) -> Result<KeySnapshot> {
    type Times = (
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
    );
    let (tenant, name, prefix, last4, addresses, mode, group_id, group, scopes, times, limit): (
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        Times,
        rate_limits::Row,
    ) = keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .filter(keys::id.eq(id.to_string()))
        .select((
            keys::tenant_id,
            keys::name,
            keys::key_prefix,
            keys::last4,
            keys::ip_allowlist,
            keys::ip_allowlist_mode,
            groups::id,
            groups::name,
            groups::scopes,
            (
                keys::expires_at,
                keys::disabled_at,
                keys::revoked_at,
                tenants::suspended_at,
            ),
            rate_limits::COLUMNS,
        ))
        .first(conn)?;
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let tenant: TenantId = tenant.parse()?;
    let former_secrets = key_rotations::list(conn, tenant, id, FORMERS)?
        .into_iter()
        .map(|one| FormerSecret {
            last4: one.last4,
            ends_at: utc(one.ends_at),
        })
        .collect();
    let limit = rate_limits::Stored::try_from(limit).map_err(Error::Internal)?;
    Ok(KeySnapshot {
        rate_limit: limit.0.map(|limit| limit.to_string()),
        hint: key_text::hint(&prefix, &last4),
        name,
        authorization_group_id: Some(group_id),
        authorization_group: group,
        scopes,
        ip_allowlist: addresses.lines().map(str::to_owned).collect(),
        former_secrets,
        ip_allowlist_observed: mode == AllowlistMode::Observe.as_str(),
        expires_at: utc(times.0),
        disabled_at: utc(times.1),
        revoked_at: utc(times.2),
        tenant_suspended_at: utc(times.3),
    })
}
