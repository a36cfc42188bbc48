//! Integration credentials in the database itself.

use diesel::prelude::*;
use keystead::config::secret_file::SecretFile;
use keystead::db::schema::{api_keys, integration_credentials, integrations};
use keystead::db::secret_checks::{self, Kind};
use keystead::db::{Db, master_keys, sealed_secrets};
use keystead::domain::envelope::Place;
use keystead::domain::environment::Environment;
use keystead::domain::id::{CredentialId, IntegrationId, KeyId, ProjectId, TenantId};
use keystead::domain::master_key::MasterKeys;
use keystead::domain::sealing::{Owner, Sealed};

/// The master keys of a file that are in use.
pub fn master_keys(db: &Db, file: &std::path::Path) -> MasterKeys {
    let text = std::fs::read_to_string(file).unwrap();
    let at_hand = SecretFile::parse(&text).unwrap().master_keys();
    let noted = db.read(|conn| secret_checks::list(conn, Kind::MasterKey));
    MasterKeys::of(&at_hand, &noted.unwrap())
}

/// Makes credentials of an integration, at one level; the secret of each is its name.
pub fn add(
    db: &Db,
    keys: &MasterKeys,
    (tenant, project): (TenantId, Option<ProjectId>),
    names: &[String],
) {
    let integration = IntegrationId::new();
    let now = chrono::Utc::now().naive_utc();
    db.write(|conn| {
        diesel::insert_into(integrations::table)
            .values((
                integrations::id.eq(integration),
                integrations::tenant_id.eq(tenant),
                integrations::project_id.eq(project),
                integrations::slug.eq("openai"),
                integrations::versions.eq(0),
            ))
            .execute(conn)?;
        for (version, name) in (1_i64..).zip(names) {
            let place = Place {
                tenant,
                project,
                integration: "openai",
                environment: Environment::Live,
                credential: CredentialId::new(),
            };
            let envelope = keys.seal(&place, name)?;
            diesel::insert_into(integration_credentials::table)
                .values((
                    (
                        integration_credentials::id.eq(place.credential),
                        integration_credentials::tenant_id.eq(tenant),
                        integration_credentials::integration_id.eq(integration),
                        integration_credentials::environment.eq(place.environment),
                        integration_credentials::version.eq(version),
                        integration_credentials::name.eq(name),
                        integration_credentials::last4.eq("0000"),
                        integration_credentials::created_by.eq("alice"),
                        integration_credentials::created_at.eq(now),
                    ),
                    (
                        integration_credentials::sealing_version.eq(envelope.sealing_version),
                        integration_credentials::master_key_version.eq(envelope.master_key_version),
                        integration_credentials::key_nonce.eq(envelope.key_nonce),
                        integration_credentials::sealed_key.eq(envelope.sealed_key),
                        integration_credentials::nonce.eq(envelope.nonce),
                        integration_credentials::ciphertext.eq(envelope.ciphertext),
                    ),
                ))
                .execute(conn)?;
        }
        Ok(())
    })
    .unwrap();
}

/// Every secret, sorted.
pub fn open_all(db: &Db, keys: &MasterKeys) -> Vec<String> {
    let rows = db.read(|conn| master_keys::list_wrapped(conn, i32::MAX, None, i64::MAX));
    let open = |row: master_keys::Wrapped| {
        let opened = keys.open(&row.place(), &row.envelope());
        opened.map_or_else(
            || format!("unreadable: {}", row.id),
            |text| text.to_string(),
        )
    };
    let mut opened: Vec<String> = rows.unwrap().into_iter().map(open).collect();
    opened.sort();
    opened
}

/// Keeps a sealed copy of a text for every key there is; the text of each is its id.
pub fn seal_keys(db: &Db, keys: &MasterKeys) {
    db.write(|conn| {
        let owners: Vec<(KeyId, TenantId)> = api_keys::table
            .select((api_keys::id, api_keys::tenant_id))
            .load(conn)?;
        for (key, tenant) in owners {
            let owner = Owner { tenant, key };
            sealed_secrets::put(conn, owner, keys.seal_copy(owner, &key.to_string())?)?;
        }
        Ok(())
    })
    .unwrap();
}

/// How many sealed copies open.
pub fn open_copies(db: &Db, keys: &MasterKeys) -> usize {
    let rows = db.read(|conn| master_keys::list_sealed(conn, i32::MAX, None, i64::MAX));
    let opens = |(owner, sealed): &(Owner, Sealed)| {
        let opened = keys.open_copy(*owner, sealed);
        opened.is_some_and(|text| *text == owner.key.to_string())
    };
    rows.unwrap().iter().filter(|row| opens(row)).count()
}
