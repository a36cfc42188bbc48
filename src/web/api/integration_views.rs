//! What the API sends and takes about integrations and their credentials.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::effective_credentials::{Kept, OfProject};
use crate::db;
use crate::domain::catalogue::entry::{Entry, Field, Kind};

use crate::domain::time::rfc3339;

/// A part of a credential.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialField {
    /// Its name in `fields`.
    #[schema(example = "api_key")]
    pub name: String,
    /// How pages name it.
    #[schema(example = "API key")]
    pub label: String,
    /// False for a part that is no secret, such as a region.
    pub secret: bool,
}

/// An integration of the catalogue, as the organisation uses it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Integration {
    /// Its name in addresses.
    #[schema(example = "openai")]
    pub slug: String,
    /// The name of the product.
    #[schema(example = "OpenAI")]
    pub name: String,
    /// `api_key`, or `oauth` where each person connects an own account and nothing can be shared.
    #[schema(example = "api_key")]
    pub kind: &'static str,
    /// True when there are credentials for tests beside those for real data.
    pub has_environments: bool,
    /// What a credential consists of.
    pub fields: Vec<CredentialField>,
    /// True when projects get the organisation's credential.
    pub enabled: bool,
    /// The organisation's credentials, oldest first, without their secrets.
    pub credentials: Vec<Credential>,
}

/// A credential, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Credential {
    /// Identifier (UUID).
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub id: String,
    /// Name, unique among those of the same integration, place and environment.
    #[schema(example = "Version 2")]
    pub name: String,
    /// `live` or `test`.
    #[schema(example = "live")]
    pub environment: &'static str,
    /// Its number among all that the integration was given at this place.
    pub version: i64,
    /// `current`: it applies. `standby`: it waits to be made current. `replaced`: one can go back to it for 24 hours.
    #[schema(example = "current")]
    pub status: &'static str,
    /// Last four characters of its secret, unless that is so short that they would tell much of it.
    #[schema(example = "k3Qz")]
    pub last4: Option<String>,
    /// When it was saved (RFC 3339, UTC).
    #[schema(format = "date-time")]
    pub created_at: String,
    /// Who saved it.
    #[schema(example = "maya@acme.example")]
    pub created_by: String,
    /// When it ends at the provider's, if that is known.
    #[schema(format = "date-time")]
    pub expires_at: Option<String>,
    /// When a system last reported that the provider refused it.
    #[schema(format = "date-time")]
    pub refused_at: Option<String>,
    /// The project of that system, by its name.
    #[schema(example = "Web shop")]
    pub refused_in: Option<String>,
}

/// Which credential a project gets of an integration, and why; without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectIntegration {
    /// Its name in addresses.
    #[schema(example = "openai")]
    pub slug: String,
    /// The name of the product.
    #[schema(example = "OpenAI")]
    pub name: String,
    /// `api_key`, or `oauth` where each person connects an own account and nothing can be shared.
    #[schema(example = "api_key")]
    pub kind: &'static str,
    /// True when the project takes the organisation's credential where it has none of its own.
    pub inherits: bool,
    /// What applies: one line for each environment of the integration, none where nothing can be shared.
    pub effective: Vec<EffectiveCredential>,
    /// The project's own credentials, oldest first, without their secrets.
    pub credentials: Vec<Credential>,
}

/// What applies in an environment.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveCredential {
    /// `live` or `test`.
    #[schema(example = "live")]
    pub environment: &'static str,
    /// Whose credential applies: `project` or `organization`; or why none does: `blocked` or `not_set`.
    #[schema(example = "organization")]
    pub source: &'static str,
    /// The credential, if one applies.
    pub credential: Option<Credential>,
}

/// The credential that applies, with its secret.
#[derive(Serialize, ToSchema)]
pub struct ResolvedCredential {
    /// The integration.
    #[schema(example = "openai")]
    pub integration: String,
    /// The project that gets it.
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub project_id: String,
    /// `live` or `test`.
    #[schema(example = "live")]
    pub environment: &'static str,
    /// Whose it is: `project` or `organization`.
    #[schema(example = "organization")]
    pub source: &'static str,
    /// Identifier (UUID).
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", format = "uuid")]
    pub credential_id: String,
    /// Its version; name it in a report when the provider refuses it.
    pub version: i64,
    /// When it ends at the provider's, if that is known.
    #[schema(format = "date-time")]
    pub expires_at: Option<String>,
    /// The value of each field.
    #[schema(value_type = BTreeMap<String, String>, example = json!({ "api_key": "sk-example" }))]
    pub fields: Box<serde_json::value::RawValue>,
}

/// Changes of the organisation's use of an integration; members that are left out stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IntegrationUpdate {
    /// Whether projects get the organisation's credential.
    #[schema(required = true)]
    pub enabled: Option<bool>,
    /// With `enabled` false: true destroys the organisation's credentials, too.
    pub destroy_credentials: Option<bool>,
}

/// Changes of a project's use of an integration.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectIntegrationUpdate {
    /// Whether the project takes the organisation's credential where it has none of its own.
    #[schema(required = true)]
    pub inherits: Option<bool>,
}

/// A credential to be kept.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewCredential {
    /// Name, at most 80 characters; without one it is named after its version.
    #[schema(example = "Rotated in March", max_length = 80)]
    pub name: Option<String>,
    /// `live` or `test`, where the integration makes a difference.
    #[schema(example = "live")]
    pub environment: Option<String>,
    /// The value of each field of the integration; no answer repeats it but that of the effective credential.
    #[schema(required = true, example = json!({ "api_key": "sk-example" }))]
    pub fields: BTreeMap<String, String>,
    /// When it ends at the provider's (RFC 3339), if that is known.
    #[schema(format = "date-time")]
    pub expires_at: Option<String>,
    /// False keeps it beside the current one, to be made current later.
    #[schema(default = true)]
    pub current: Option<bool>,
}

/// A provider refused a credential.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Refusal {
    /// Identifier of the credential that was refused, as it was given out.
    #[schema(required = true, format = "uuid")]
    pub credential_id: String,
}

impl From<&Field> for CredentialField {
    fn from(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            secret: field.secret,
        }
    }
}

impl Integration {
    /// The view of an entry, with what the organisation has of it.
    pub fn new(entry: &Entry, kept: &Kept) -> Self {
        Self {
            slug: entry.slug.clone(),
            name: entry.name.clone(),
            kind: entry.kind.as_str(),
            has_environments: entry.environments,
            fields: entry.fields.iter().map(CredentialField::from).collect(),
            enabled: kept.enabled,
            credentials: kept.credentials.iter().map(Credential::new).collect(),
        }
    }
}

impl Credential {
    /// The view of a stored credential.
    pub fn new(credential: &db::credentials::Credential) -> Self {
        Self {
            id: credential.id.to_string(),
            name: credential.name.clone(),
            environment: credential.environment.as_str(),
            version: credential.version,
            status: credential.standing().as_str(),
            last4: Some(credential.last4.clone()).filter(|last4| !last4.is_empty()),
            created_at: rfc3339(credential.created_at),
            created_by: credential.created_by.clone(),
            expires_at: credential.expires_at.map(rfc3339),
            refused_at: credential.refused_at.map(rfc3339),
            refused_in: credential.refused_in.clone(),
        }
    }
}

impl ProjectIntegration {
    /// The view of an entry, with what a project gets of it.
    pub fn new(entry: &Entry, of: &OfProject) -> Self {
        let environments = match entry.kind {
            Kind::OAuth => &[],
            Kind::ApiKey => entry.each_environment(),
        };
        let effective = environments.iter().map(|environment| {
            let effective = of.effective(*environment);
            EffectiveCredential {
                environment: environment.as_str(),
                source: effective.source(),
                credential: effective.credential().map(Credential::new),
            }
        });
        Self {
            slug: entry.slug.clone(),
            name: entry.name.clone(),
            kind: entry.kind.as_str(),
            inherits: !of.own.blocked,
            effective: effective.collect(),
            credentials: of.own.credentials.iter().map(Credential::new).collect(),
        }
    }
}
