//! What a key is like at a moment, kept in the change log to explain the decisions of that time.

use diesel::prelude::*;

use super::schema::{api_keys as keys, authorization_groups as groups, projects, tenants};
use super::{Conn, key_rotations, rate_limits, rows};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{GroupId, KeyId, TenantId};
use crate::domain::key_snapshot::{FormerSecret, KeySnapshot};
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::{Result, key_text};

/// Former secrets that are kept in a snapshot.
const FORMERS: i64 = 5;

/// The columns of a snapshot.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Row {
    id: KeyId,
    tenant_id: TenantId,
    name: String,
    key_prefix: String,
    last4: String,
    ip_allowlist: AddressList,
    ip_allowlist_mode: AllowlistMode,
    group_id: GroupId,
    #[diesel(select_expression = groups::name)]
    group_name: String,
    #[diesel(select_expression = groups::scopes)]
    scopes: Scopes,
    #[diesel(select_expression = projects::name.nullable())]
    project: Option<String>,
    expires_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    #[diesel(select_expression = tenants::suspended_at)]
    suspended_at: Option<Timestamp>,
    #[diesel(embed)]
    rate_limit: rate_limits::Stored,
}

/// What a key is like now, for the change log: also one that left the list. Deliberately without a tenant: callers
/// come from a key or a record that they found by their tenant.
pub fn take(conn: &mut Conn, id: KeyId) -> Result<KeySnapshot> {
    let query = keys::table
        .inner_join(groups::table)
        .inner_join(tenants::table)
        .left_join(projects::table.on(keys::project_id.eq(projects::id.nullable())))
        .filter(keys::id.eq(id))
        .select(Row::as_select());
    let key: Row = rows::first(conn, query)?;
    let former_secrets = key_rotations::list(conn, key.tenant_id, key.id, FORMERS)?
        .into_iter()
        .map(|one| FormerSecret {
            last4: one.last4,
            ends_at: one.ends_at,
        })
        .collect();
    Ok(KeySnapshot {
        rate_limit: key.rate_limit.0.map(|limit| limit.to_string()),
        hint: key_text::hint(&key.key_prefix, &key.last4),
        name: key.name,
        authorization_group_id: Some(key.group_id.to_string()),
        authorization_group: key.group_name,
        scopes: key.scopes.text().to_owned(),
        project: key.project,
        ip_allowlist: key.ip_allowlist.entries(),
        ip_allowlist_since: None,
        former_secrets,
        ip_allowlist_observed: key.ip_allowlist_mode == AllowlistMode::Observe,
        expires_at: key.expires_at,
        disabled_at: key.disabled_at,
        revoked_at: key.revoked_at,
        tenant_suspended_at: key.suspended_at,
    })
}
