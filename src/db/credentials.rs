//! Integration credentials: third parties' secrets, sealed. Every query of a tenant's takes the tenant.

use diesel::prelude::*;

use super::integrations::Integration;
use super::schema::{integration_credentials as credentials, integrations};
use super::types::{At, MaybeAt};
use super::{Conn, errors, rows};
use crate::domain::envelope::Envelope;
use crate::domain::environment::Environment;
use crate::domain::id::{CredentialId, IntegrationId, TenantId};
use crate::domain::integration::{Level, Standing, Warning};
use crate::domain::key::expires_soon;
use crate::domain::text_form::name_key;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// A credential as stored, without its secret.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials)]
pub struct Credential {
    /// Identifier.
    pub id: CredentialId,
    /// Owner.
    pub tenant_id: TenantId,
    /// The integration and level that it is for.
    pub integration_id: IntegrationId,
    /// What it works with; live when the provider makes no difference.
    pub environment: Environment,
    /// Its number among all that the integration was ever given at this level.
    pub version: i64,
    /// Name, unique among those of the same integration, level and environment.
    pub name: String,
    /// Last characters of its secret; empty when they would tell too much.
    pub last4: String,
    /// Who saved it: an e-mail address, or the name of a key.
    pub created_by: String,
    /// When.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// When it ends at the provider's, if that is known.
    #[diesel(serialize_as = MaybeAt)]
    pub expires_at: Option<Timestamp>,
    /// Since when it applies, if it does or did.
    #[diesel(serialize_as = MaybeAt)]
    pub current_since: Option<Timestamp>,
    /// When another took its place.
    #[diesel(serialize_as = MaybeAt)]
    pub replaced_at: Option<Timestamp>,
    /// When a system last reported that the provider refused it.
    #[diesel(serialize_as = MaybeAt)]
    pub refused_at: Option<Timestamp>,
    /// What the project of that system was called then.
    pub refused_in: Option<String>,
    /// Since when its secret can't be opened.
    #[diesel(serialize_as = MaybeAt)]
    pub damaged_at: Option<Timestamp>,
}

impl Credential {
    /// Where it stands among the others.
    pub fn standing(&self) -> Standing {
        Standing::of(self.current_since, self.replaced_at)
    }

    /// What somebody has to see to.
    pub fn warning(&self, now: Timestamp) -> Option<Warning> {
        if self.damaged_at.is_some() {
            return Some(Warning::Damaged);
        }
        if let Some(at) = self.refused_at {
            let project = self.refused_in.clone().unwrap_or_default();
            return Some(Warning::Refused { at, project });
        }
        let end = self.expires_at?;
        if end <= now {
            return Some(Warning::Expired(end));
        }
        expires_soon(end, now).then_some(Warning::ExpiresSoon(end))
    }
}

/// The sealed secret of a credential, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials)]
pub struct Sealed {
    sealing_version: i32,
    master_key_version: i32,
    key_nonce: Vec<u8>,
    sealed_key: Vec<u8>,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl From<Envelope> for Sealed {
    fn from(envelope: Envelope) -> Self {
        Self {
            sealing_version: envelope.sealing_version,
            master_key_version: envelope.master_key_version,
            key_nonce: envelope.key_nonce,
            sealed_key: envelope.sealed_key,
            nonce: envelope.nonce,
            ciphertext: envelope.ciphertext,
        }
    }
}

impl From<Sealed> for Envelope {
    fn from(sealed: Sealed) -> Self {
        Self {
            sealing_version: sealed.sealing_version,
            master_key_version: sealed.master_key_version,
            key_nonce: sealed.key_nonce,
            sealed_key: sealed.sealed_key,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
        }
    }
}

/// A credential that applies, with its sealed secret, for the index.
#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct IndexRow {
    #[diesel(embed)]
    credential: Credential,
    #[diesel(embed)]
    sealed: Sealed,
}

/// Keeps a credential with its sealed secret.
///
/// # Errors
/// `Invalid` at `name` when there is one with this name.
pub fn insert(conn: &mut Conn, credential: Credential, envelope: Envelope) -> Result<()> {
    let text = "There is a credential with this name. Choose another name.";
    let taken = || Error::invalid("name", text);
    let key = name_key(&credential.name);
    let is_same = |other: &Credential| {
        other.environment == credential.environment && name_key(&other.name) == key
    };
    let others = list(conn, credential.tenant_id, credential.integration_id)?;
    if others.iter().any(is_same) {
        return Err(taken());
    }
    let done = diesel::insert_into(credentials::table)
        .values((credential, Sealed::from(envelope)))
        .execute(conn);
    done.map(|_| ()).map_err(|cause| {
        if errors::is_duplicate(&cause) {
            taken()
        } else {
            cause.into()
        }
    })
}

/// The credentials of an integration at one level, oldest first.
pub fn list(
    conn: &mut Conn,
    tenant: TenantId,
    integration: IntegrationId,
) -> Result<Vec<Credential>> {
    let query = credentials::table
        .filter(credentials::tenant_id.eq(tenant))
        .filter(credentials::integration_id.eq(integration))
        .order(credentials::version)
        .select(Credential::as_select());
    rows::load(conn, query)
}

/// A credential of the tenant, and what it is for.
///
/// # Errors
/// `NotFound`.
pub fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: CredentialId,
) -> Result<(Credential, Integration)> {
    let query = credentials::table
        .filter(credentials::id.eq(id))
        .filter(credentials::tenant_id.eq(tenant))
        .select(Credential::as_select());
    let credential: Credential = rows::first(conn, query)?;
    let of = [credential.integration_id];
    let integration = super::integrations::find_for_index(conn, &of)?.pop();
    Ok((credential, integration.ok_or(Error::NotFound)?))
}

/// Every credential of a level, oldest first.
pub fn list_of_level(conn: &mut Conn, tenant: TenantId, level: Level) -> Result<Vec<Credential>> {
    let all = credentials::table
        .inner_join(integrations::table)
        .filter(credentials::tenant_id.eq(tenant))
        .filter(integrations::tenant_id.eq(tenant))
        .order(credentials::version)
        .select(Credential::as_select())
        .into_boxed();
    match level {
        Level::Organization => rows::load(conn, all.filter(integrations::project_id.is_null())),
        Level::Project(id) => rows::load(conn, all.filter(integrations::project_id.eq(id))),
    }
}

/// A credential, and what it is for.
#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct OfIntegration {
    #[diesel(embed)]
    credential: Credential,
    #[diesel(embed)]
    integration: Integration,
}

/// The credentials of a tenant that apply and may need somebody's attention: damaged, refused, or with an end. Each
/// comes with what it is for.
pub fn list_remarkable(
    conn: &mut Conn,
    tenant: TenantId,
) -> Result<Vec<(Credential, Integration)>> {
    // The words of the index on these rows.
    let is_remarkable = (credentials::damaged_at.is_not_null())
        .or(credentials::refused_at.is_not_null())
        .or(credentials::expires_at.is_not_null());
    let query = credentials::table
        .inner_join(integrations::table)
        .filter(credentials::tenant_id.eq(tenant))
        .filter(is_remarkable)
        .filter(credentials::current_since.is_not_null())
        .filter(credentials::replaced_at.is_null())
        .select(OfIntegration::as_select());
    let rows: Vec<OfIntegration> = rows::load(conn, query)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.credential, row.integration))
        .collect())
}

/// Notes that a credential applies from now on, that it waits, or that another took its place.
pub fn set_standing(
    conn: &mut Conn,
    id: CredentialId,
    current_since: Option<Timestamp>,
    replaced_at: Option<Timestamp>,
) -> Result<()> {
    diesel::update(credentials::table.find(id))
        .set((
            credentials::current_since.eq(current_since.map(|at| at.naive_utc())),
            credentials::replaced_at.eq(replaced_at.map(|at| at.naive_utc())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the provider refused a credential.
pub fn set_refused(conn: &mut Conn, id: CredentialId, at: Timestamp, project: &str) -> Result<()> {
    diesel::update(credentials::table.find(id))
        .set((
            credentials::refused_at.eq(at.naive_utc()),
            credentials::refused_in.eq(project),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the secret of a credential can't be opened; false when that was known.
pub fn set_damaged(conn: &mut Conn, id: CredentialId, at: Timestamp) -> Result<bool> {
    let found = diesel::update(credentials::table.find(id))
        .filter(credentials::damaged_at.is_null())
        .set(credentials::damaged_at.eq(at.naive_utc()))
        .execute(conn)?;
    Ok(found == 1)
}

/// Destroys a credential of the tenant with its secret.
pub fn delete(conn: &mut Conn, tenant: TenantId, id: CredentialId) -> Result<()> {
    diesel::delete(credentials::table.find(id))
        .filter(credentials::tenant_id.eq(tenant))
        .execute(conn)?;
    Ok(())
}

/// Destroys what was replaced before an instant, of all tenants; says how many there were.
pub fn delete_replaced_before(conn: &mut Conn, instant: Timestamp) -> Result<usize> {
    let gone = credentials::table.filter(credentials::replaced_at.lt(instant.naive_utc()));
    Ok(diesel::delete(gone).execute(conn)?)
}

/// The sealed secret of a credential.
///
/// # Errors
/// `NotFound`.
pub fn envelope(conn: &mut Conn, tenant: TenantId, id: CredentialId) -> Result<Envelope> {
    let query = credentials::table
        .filter(credentials::id.eq(id))
        .filter(credentials::tenant_id.eq(tenant))
        .select(IndexRow::as_select());
    rows::first(conn, query).map(|row: IndexRow| row.sealed.into())
}

/// The credentials of some integrations that apply, each with its sealed secret.
pub fn list_for_index(
    conn: &mut Conn,
    integrations: &[IntegrationId],
) -> Result<Vec<(Credential, Envelope)>> {
    let query = credentials::table
        .filter(credentials::integration_id.eq_any(integrations))
        .filter(credentials::current_since.is_not_null())
        .filter(credentials::replaced_at.is_null())
        .select(IndexRow::as_select());
    let rows: Vec<IndexRow> = rows::load(conn, query)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.credential, row.sealed.into()))
        .collect())
}
