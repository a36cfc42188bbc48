//! What systems say of the credentials they were given: the provider refused one. And what Keystead itself finds out:
//! one can't be opened.

use serde_json::json;

use super::integrations::Target;
use super::{record, rollouts};
use crate::db::credentials::Credential;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::{CredentialId, TenantId};
use crate::domain::integration::Level;
use crate::domain::role::{Actor, Who};
use crate::domain::rollout::Feature;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// Notes that the provider refused a credential which the project of `target` has, or gets from the organisation.
///
/// # Errors
/// `Invalid` at `credential_id` when it is none of these; `NotFound` without such a project.
pub fn create(conn: &mut Conn, by: &Actor, target: &Target, id: CredentialId) -> Result<()> {
    change_log::hold(conn)?;
    rollouts::must_have(conn, by.tenant, Feature::Integrations)?;
    let project = target.level.project().ok_or(Error::NotFound)?;
    let project = db::projects::find(conn, by.tenant, project)?;
    for level in [target.level, Level::Organization] {
        let Some(integration) = db::integrations::find(conn, by.tenant, level, &target.slug)?
        else {
            continue;
        };
        let kept = db::credentials::list(conn, by.tenant, integration.id)?;
        if let Some(credential) = kept.iter().find(|one| one.id == id) {
            db::credentials::set_refused(conn, id, by.now, &project.name)?;
            // One row tells when it began; a system that goes on trying must not fill the log.
            if credential.refused_at.is_none() {
                let detail = json!({ "credential": id, "version": credential.version, "project": project.id });
                record(conn, by, &Event::CredentialRefused(detail), target.object())?;
            }
            return Ok(());
        }
    }
    Err(unknown())
}

/// The error of a credential that the project never got.
pub fn unknown() -> Error {
    Error::invalid(
        "credential_id",
        "Name a credential that this project got for this integration.",
    )
}

/// Notes that a credential can't be opened, for those who have to save it again; once.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn note_damaged(
    conn: &mut Conn,
    tenant: TenantId,
    id: CredentialId,
    now: Timestamp,
) -> Result<()> {
    if !db::credentials::set_damaged(conn, id, now)? {
        return Ok(());
    }
    let by = Actor {
        who: Who::Keystead,
        tenant,
        now,
        address: None,
        request_id: String::new(),
    };
    let (credential, integration): (Credential, _) = db::credentials::find(conn, tenant, id)?;
    let object = super::Object {
        kind: "integration",
        id: integration.slug.clone(),
        name: &integration.slug,
    };
    let detail = json!({ "credential": id, "version": credential.version, "project": integration.project_id });
    record(conn, &by, &Event::CredentialDamaged(detail), object)
}
