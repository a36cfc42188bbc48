//! What the OAuth edges take and send.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verify::{Entry, Grants};

/// A question about a token (RFC 7662 section 2.1).
#[derive(Deserialize, ToSchema)]
pub struct TokenQuestion {
    /// The token that somebody presented.
    #[schema(example = "ks_live_…")]
    pub token: String,
    /// Read and not needed: there is one kind of token.
    #[schema(example = "access_token")]
    pub token_type_hint: Option<String>,
    /// The address from which it was presented, for keys with an IP allowlist.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// A `revision` from the answer to a change: the answer goes by that change, or is 503 while this server lacks it.
    #[schema(value_type = Option<i64>, example = 1, minimum = 0)]
    pub at_least: Option<String>,
}

/// A token that shall not work any longer (RFC 7009 section 2.1).
#[derive(Deserialize, ToSchema)]
pub struct TokenToRevoke {
    /// The key.
    #[schema(example = "ks_live_…")]
    pub token: String,
    /// Read and not needed: there is one kind of token.
    #[schema(example = "access_token")]
    pub token_type_hint: Option<String>,
}

/// What is known of a token (RFC 7662 section 2.2); of one that does not work now, only that.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Introspection {
    /// True when the token is a key that works now.
    #[schema(example = true)]
    pub active: bool,
    /// What the key may do, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "*:read")]
    pub scope: Option<String>,
    /// Identifier of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")]
    pub client_id: Option<String>,
    /// Name of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ERP integration")]
    pub username: Option<String>,
    /// How the token is presented.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bearer")]
    pub token_type: Option<&'static str>,
    /// Second since 1970 from which on it no longer works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_803_168_000)]
    pub exp: Option<i64>,
    /// Second since 1970 in which it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_176_000)]
    pub iat: Option<i64>,
    /// Whom it speaks for: the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")]
    pub sub: Option<String>,
    /// Address of this installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://keys.example.com")]
    pub iss: Option<String>,
    /// Identifier of the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0198a1b2-0001-7e4f-8a5b-6c7d8e9f0a1b")]
    pub tenant_id: Option<String>,
    /// Identifier of the project that the key belongs to, unless it is the whole tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// `live` or `test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "live")]
    pub environment: Option<&'static str>,
    /// Name of the authorization group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Read only")]
    pub authorization_group: Option<String>,
    /// Id of this request, to find it again in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "01a1fa86bc1fafaddf5900000000000d")]
    pub request_id: Option<String>,
}

impl Introspection {
    /// What is known of a key that works.
    pub fn of((entry, grants): (&Entry, &Grants), issuer: &str, request_id: String) -> Self {
        let id = entry.key_id.to_string();
        Self {
            active: true,
            scope: Some(grants.scopes.text().to_owned()),
            client_id: Some(id.clone()),
            username: Some(entry.name.to_string()),
            token_type: Some("Bearer"),
            exp: entry.expires_at().map(|end| end.timestamp()),
            iat: Some(entry.issued.into()),
            sub: Some(id),
            iss: Some(issuer.to_owned()),
            tenant_id: Some(entry.tenant_id().to_string()),
            project_id: entry.group.project_id.map(|id| id.to_string()),
            environment: Some(entry.environment.as_str()),
            authorization_group: Some(grants.name.clone()),
            request_id: Some(request_id),
        }
    }
}

/// An error in the words of OAuth (RFC 6749 section 5.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct OauthError {
    /// `invalid_request`, `invalid_client`, `unsupported_token_type`, `temporarily_unavailable` or `server_error`.
    #[schema(example = "invalid_request")]
    pub error: &'static str,
    /// What went wrong, for people.
    #[schema(example = "token is missing.")]
    pub error_description: String,
}
