//! `…/integrations/{slug}/credential`: the credential that applies, with its secret, answered from memory.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::caller::Caller;
use super::credential_reads::put_on_record;
use super::integration_views::{Refusal, ResolvedCredential};
use crate::actions::credential_reads::Read;
use crate::actions::credential_reports;
use crate::actions::integrations::Target;
use crate::domain::catalogue::entry::Entry;
use crate::domain::environment::Environment;
use crate::domain::id::{CredentialId, ProjectId, TenantId};
use crate::domain::integration::{Effective, Level, environment};
use crate::domain::right::Right;
use crate::domain::rollout::Feature;
use crate::domain::time::rfc3339;
use crate::domain::{Conflict, Error, Result};
use crate::resolve::Current;
use crate::web::failure::Answer;
use crate::web::problem::Problem;
use crate::web::read_records::Row;
use crate::web::state::State;
use crate::web::strict_json::StrictJson;

/// Begins the sentence about a key that asks for another project's.
const ASKS: &str = "A key can't get credentials";

/// For what somebody asks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    environment: String,
}

/// Get the effective credential
///
/// The project's own, else the organisation's, with its secret. Ask when you need it and don't keep it: a change is in
/// force for the next answer. Without `environment` it is that of the key that asks; a key for tests gets none of the
/// live ones, where the integration makes a difference. A tenant may want each read in its audit log; while that can't be
/// written, the answer is 503 and has no secret. Reads beyond the change budget of the key wait up to five seconds for it.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/integrations/{slug}/credential",
    operation_id = "resolveCredential",
    tag = "Integrations",
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
        ("environment" = Option<String>, Query, description = "`live` or `test`, where the integration makes a difference"),
    ),
    responses(
        (status = 200, description = "The credential that applies", body = ResolvedCredential),
        (
            status = 403,
            description = "The key lacks integrations:resolve, belongs to another project, or is a test key that asks for a \
                           live credential",
            body = Problem,
        ),
        (
            status = 404,
            description = "No such project or integration in this tenant; or none applies: credential-not-set, \
                           credential-blocked",
            body = Problem,
        ),
        (status = 409, description = "project-archived", body = Problem),
        (
            status = 422,
            description = "The environment is none of this integration's, or nothing of it can be shared",
            body = Problem,
        ),
        (status = 500, description = "The credential that applies can't be opened; another is never used in its place", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    wanted: web::Query<Wanted>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ResolveCredentials)?;
    let (project, slug) = path.into_inner();
    let project: ProjectId = project.parse()?;
    by.must_reach(Some(project), ASKS)?;
    let entry = state.catalogue.find(&slug).ok_or(Error::NotFound)?;
    // The same check as for a change: nothing is shared that belongs to a person.
    let target = Target::new(entry, Level::Project(project))?;
    let environment = chosen(&caller, entry, &wanted.environment)?;
    let (effective, audited) = effective(&caller, &state, project, (entry, environment))?;
    let source = effective.source();
    let current = match effective {
        Effective::Project(current) | Effective::Organization(current) => current,
        Effective::Blocked => return Err(Conflict::CredentialBlocked.into()),
        Effective::NotSet => return Err(Conflict::CredentialNotSet.into()),
    };
    let fields = open(&state, caller.tenant_id, entry, &current)?;
    if audited {
        let read = Read {
            credential: current.id,
            version: current.version,
            environment,
            source,
        };
        put_on_record(&state, caller.key_id, Row { by, target, read }).await?;
    }
    let given = (current.id, project);
    state.credentials().reads().add(given, caller.tenant_id, 1);
    Ok(HttpResponse::Ok().json(ResolvedCredential {
        integration: slug,
        project_id: project.to_string(),
        environment: environment.as_str(),
        source,
        credential_id: current.id.to_string(),
        version: current.version,
        expires_at: current.expires_at.map(rfc3339),
        fields,
    }))
}

/// The fields of a credential, for this one answer.
fn open(
    state: &State,
    tenant: TenantId,
    entry: &Entry,
    current: &Current,
) -> Result<Box<RawValue>> {
    if state.master_keys.lacks(current.envelope.master_key_version) {
        return Err(Error::Unavailable("a master key is missing here".into()));
    }
    let place = current.place(tenant, &entry.slug);
    let opened = state.master_keys.open(&place, &current.envelope);
    let fields = opened.and_then(|text| serde_json::from_str(&text).ok());
    fields.ok_or_else(|| {
        state.credentials().damage().note(current.id, tenant);
        tracing::error!(credential = %current.id, "an integration credential can't be opened: it was changed in the database");
        Error::internal("the credential that applies can't be opened")
    })
}

/// Report a credential that the provider refused
///
/// People see it beside the credential and among what needs attention, with the time and the project. No answer changes.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/integrations/{slug}/report",
    operation_id = "reportCredential",
    tag = "Integrations",
    request_body = Refusal,
    params(
        ("project" = String, Path, description = "Identifier of the project"),
        ("slug" = String, Path, description = "The integration's name in addresses", example = "openai"),
    ),
    responses(
        (status = 204, description = "It is noted"),
        (status = 403, description = "The key lacks integrations:resolve, or belongs to another project", body = Problem),
        (
            status = 422,
            description = "A member is unknown or wrong, or the credential is none that this project gets",
            body = Problem,
        ),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn report(
    caller: Caller,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    StrictJson(refusal): StrictJson<Refusal>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::ResolveCredentials)?;
    let (project, slug) = path.into_inner();
    let project: ProjectId = project.parse()?;
    by.must_reach(Some(project), ASKS)?;
    let entry = state.catalogue.find(&slug).ok_or(Error::NotFound)?;
    let target = Target::new(entry, Level::Project(project))?;
    let credential: CredentialId = refusal
        .credential_id
        .parse()
        .map_err(|_| credential_reports::unknown())?;
    state
        .change(by, move |conn, by| {
            credential_reports::create(conn, by, &target, credential)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What applies now, and whether reading it goes on record, if memory is certain of that.
fn effective(
    caller: &Caller,
    state: &State,
    project: ProjectId,
    (entry, environment): (&Entry, Environment),
) -> Result<(Effective<Arc<Current>>, bool)> {
    let unsure = || Error::Unavailable("the index is not certain".into());
    let certain = state.index().certainty().ok_or_else(unsure)?;
    let (credentials, tenant) = (state.credentials(), caller.tenant_id);
    let refusal = credentials.access(tenant).refusal(Feature::Integrations);
    let known = credentials.project(tenant, project);
    let effective = credentials.effective(tenant, project, &entry.slug, environment);
    let audited = credentials.audits_reads(tenant);
    // Else all was loaded anew meanwhile, and what was looked for may not have arrived yet.
    if !state.index().still(certain) {
        return Err(unsure());
    }
    if let Some(why) = refusal {
        return Err(Error::Forbidden(why));
    }
    if known.ok_or(Error::NotFound)?.archived {
        return Err(Conflict::ProjectArchived.into());
    }
    Ok((effective, audited))
}

/// The environment that somebody asks for, or else that of the key.
fn chosen(caller: &Caller, entry: &Entry, word: &str) -> Result<Environment> {
    let invalid = |text| Error::invalid("environment", text);
    let asked = environment(word, entry.environments).map_err(invalid)?;
    match (entry.environments, word, caller.environment) {
        (false, _, _) => Ok(Environment::Live),
        (true, "", own) => Ok(own),
        (true, _, Environment::Test) if asked == Environment::Live => Err(Error::Forbidden(
            "A test key gets no live credentials. Ask with a live key.".into(),
        )),
        _ => Ok(asked),
    }
}
