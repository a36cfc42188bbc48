//! Who used a key lately, from the request log.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Conn;
use super::request_records::LOOKED_AT;
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::request_id::RequestId;

/// Requests that are looked through at most, newest first: a busy key has millions.
pub const LOOKED_THROUGH: i64 = 10_000;

/// Addresses from which a key was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Callers {
    /// Different addresses.
    #[diesel(sql_type = BigInt)]
    pub addresses: i64,
    /// Requests that were looked through: with [`LOOKED_THROUGH`] there may be more addresses.
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
}

/// Counts the callers of a tenant's key since an instant.
pub fn count(conn: &mut Conn, tenant: TenantId, key: KeyId, since: RequestId) -> Result<Callers> {
    Ok(diesel::sql_query(
        "SELECT COUNT(DISTINCT address) AS addresses, COUNT(*) AS requests FROM \
         (SELECT address FROM (SELECT id, address, code FROM request_records \
          WHERE key_id = $1 AND id >= $2 AND tenant_id = $3 ORDER BY id DESC LIMIT $5) AS looked_at \
          WHERE code = 'VALID' ORDER BY id DESC LIMIT $4) AS newest",
    )
    .bind::<Text, _>(key)
    .bind::<Text, _>(since)
    .bind::<Text, _>(tenant)
    .bind::<BigInt, _>(LOOKED_THROUGH)
    .bind::<BigInt, _>(LOOKED_AT)
    .get_result(conn)?)
}
