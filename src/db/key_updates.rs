//! Changes of a key that exists.

use diesel::prelude::*;

use super::schema::api_keys as keys;
use super::types::MaybeAt;
use super::{Conn, key_owners, rate_limits};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{GroupId, KeyId, ProjectId, TenantId};
use crate::domain::{Error, Result};

/// What an update writes; `None` leaves a column as it is.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = keys)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct KeyUpdate {
    pub name: Option<String>,
    pub description: Option<String>,
    pub group_id: Option<GroupId>,
    /// `Some(None)`: the whole tenant's.
    pub project_id: Option<Option<ProjectId>>,
    pub ip_allowlist: Option<AddressList>,
    pub ip_allowlist_mode: Option<AllowlistMode>,
    pub expires_at: Option<MaybeAt>,
    #[diesel(embed)]
    pub rate_limit: Option<rate_limits::Columns>,
    #[diesel(embed)]
    pub owner: Option<key_owners::Columns>,
}

/// Changes columns of a key that is not revoked.
///
/// # Errors
/// `NotFound` when there is no such key, or when it was revoked.
pub fn set(conn: &mut Conn, tenant: TenantId, id: KeyId, update: KeyUpdate) -> Result<()> {
    let changed = diesel::update(keys::table)
        .filter(keys::id.eq(id))
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::revoked_at.is_null())
        .set(update)
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
