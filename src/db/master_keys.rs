//! What is encrypted under which master key, and its move to a newer one.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::{
    integration_credentials as credentials, integrations, sealed_secrets as secrets,
};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::envelope::{Envelope, Place};
use crate::domain::environment::Environment;
use crate::domain::id::{CredentialId, IntegrationId, KeyId, ProjectId, TenantId};
use crate::domain::sealing::{Owner, Sealed};

/// What needs a master key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InNeed {
    /// Integration credentials.
    pub credentials: i64,
    /// Secrets of keys that may be shown again.
    pub secrets: i64,
    /// Second factors of people.
    pub second_factors: i64,
}

impl InNeed {
    /// All together.
    pub fn all(self) -> i64 {
        self.credentials + self.secrets + self.second_factors
    }
}

impl std::fmt::Display for InNeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |count: i64| if count == 1 { "" } else { "s" };
        write!(
            f,
            "{} integration credential{}, {} recoverable key{} and {} second factor{}",
            self.credentials,
            plural(self.credentials),
            self.secrets,
            plural(self.secrets),
            self.second_factors,
            plural(self.second_factors)
        )
    }
}

/// What needs each version.
pub fn count_in_need(conn: &mut Conn) -> Result<BTreeMap<i32, InNeed>> {
    let wrapped: Vec<(i32, i64)> = credentials::table
        .group_by(credentials::master_key_version)
        .select((credentials::master_key_version, diesel::dsl::count_star()))
        .load(conn)?;
    let sealed: Vec<(i32, i64)> = secrets::table
        .group_by(secrets::master_key_version)
        .select((secrets::master_key_version, diesel::dsl::count_star()))
        .load(conn)?;
    let mut counts: BTreeMap<i32, InNeed> = BTreeMap::new();
    for (version, count) in wrapped {
        counts.entry(version).or_default().credentials = count;
    }
    for (version, count) in sealed {
        counts.entry(version).or_default().secrets = count;
    }
    for (version, count) in super::second_factors::count_by_master_key(conn)? {
        counts.entry(version).or_default().second_factors = count;
    }
    Ok(counts)
}

/// An integration credential as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = credentials)]
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub struct Wrapped {
    pub id: CredentialId,
    pub tenant_id: TenantId,
    pub integration_id: IntegrationId,
    #[diesel(select_expression = integrations::project_id)]
    pub project_id: Option<ProjectId>,
    #[diesel(select_expression = integrations::slug)]
    pub slug: String,
    pub environment: Environment,
    #[diesel(embed)]
    sealed: super::credentials::Sealed,
}

impl Wrapped {
    /// Where it belongs.
    pub fn place(&self) -> Place<'_> {
        Place {
            tenant: self.tenant_id,
            project: self.project_id,
            integration: &self.slug,
            environment: self.environment,
            credential: self.id,
        }
    }

    /// The sealed secret.
    pub fn envelope(&self) -> Envelope {
        self.sealed.clone().into()
    }
}

/// Credentials under older master keys than `newest`, in order of id, after `after`.
pub fn list_wrapped(
    conn: &mut Conn,
    newest: i32,
    after: Option<CredentialId>,
    limit: i64,
) -> Result<Vec<Wrapped>> {
    let query = credentials::table
        .inner_join(integrations::table)
        .filter(credentials::master_key_version.lt(newest))
        .filter(credentials::id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .order(credentials::id)
        .limit(limit)
        .select(Wrapped::as_select());
    rows::load(conn, query)
}

/// Gives a credential its newly wrapped data key, unless it was sealed or wrapped anew meanwhile; false then.
pub fn set_wrapped(
    conn: &mut Conn,
    id: CredentialId,
    was: &Envelope,
    new: &Envelope,
) -> Result<bool> {
    let changed = diesel::update(credentials::table.find(id))
        .filter(credentials::master_key_version.eq(was.master_key_version))
        .filter(credentials::key_nonce.eq(&was.key_nonce))
        .set((
            credentials::master_key_version.eq(new.master_key_version),
            credentials::key_nonce.eq(&new.key_nonce),
            credentials::sealed_key.eq(&new.sealed_key),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The secret of a key as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = secrets)]
struct SealedRow {
    key_id: KeyId,
    tenant_id: TenantId,
    version: i32,
    master_key_version: i32,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

/// Secrets of keys under older master keys than `newest`, in order of the key's id, after `after`.
pub fn list_sealed(
    conn: &mut Conn,
    newest: i32,
    after: Option<KeyId>,
    limit: i64,
) -> Result<Vec<(Owner, Sealed)>> {
    let query = secrets::table
        .filter(secrets::master_key_version.lt(newest))
        .filter(secrets::key_id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .order(secrets::key_id)
        .limit(limit)
        .select(SealedRow::as_select());
    let rows: Vec<SealedRow> = rows::load(conn, query)?;
    let of = |row: SealedRow| {
        let owner = Owner {
            tenant: row.tenant_id,
            key: row.key_id,
        };
        let sealed = Sealed {
            version: row.version,
            master_key_version: row.master_key_version,
            nonce: row.nonce,
            ciphertext: row.ciphertext,
        };
        (owner, sealed)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Gives a key its newly sealed secret, unless it got another one meanwhile; false then.
pub fn set_sealed(conn: &mut Conn, owner: Owner, was: &Sealed, new: &Sealed) -> Result<bool> {
    let changed = diesel::update(secrets::table.find(owner.key))
        .filter(secrets::tenant_id.eq(owner.tenant))
        .filter(secrets::master_key_version.eq(was.master_key_version))
        .filter(secrets::nonce.eq(&was.nonce))
        .set((
            secrets::version.eq(new.version),
            secrets::master_key_version.eq(new.master_key_version),
            secrets::nonce.eq(&new.nonce),
            secrets::ciphertext.eq(&new.ciphertext),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
