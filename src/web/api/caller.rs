//! Who calls the API: a key, presented in one of two headers, decided from memory like any other key.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use crate::domain::id::{KeyId, TenantId};
use crate::domain::request_id::RequestId;
use crate::domain::role::{Actor, Who};
use crate::domain::time::Timestamp;
use crate::domain::{self, Error};
use crate::verify::{Allowance, Code, Entry, Facts, Index, Question, Sought, Verdict, decision};
use crate::web::client::Incoming;
use crate::web::errors::{Failure, problem};
use crate::web::extract::presented_key;
use crate::web::rate_limit;

/// A system that presented a valid key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key.
    pub key_id: KeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// End of its life.
    pub expires_at: Option<Timestamp>,
    /// The moment of the request.
    pub now: Timestamp,
    actor: Actor,
}

impl Caller {
    /// The actor for actions.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

/// Why a caller was turned away: with the challenge that RFC 6750 section 3 asks for.
#[derive(Debug)]
pub enum Refused {
    /// No credential at all: a challenge without an error code.
    Missing,
    /// A credential that is not accepted; true when it is a genuine key past its expiry.
    Invalid(bool),
    /// A valid key that was used too often: never 401, or its holder would throw it away.
    Limited(Allowance),
    /// Anything else.
    Other(Failure),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing | Self::Invalid(_) => f.write_str(detail(self)),
            Self::Limited(allowance) => f.write_str(&rate_limit::sentence(*allowance)),
            Self::Other(failure) => failure.fmt(f),
        }
    }
}

/// The one sentence for every refusal, so that a caller learns nothing about keys that are not theirs; only the
/// holder of a genuine key is told that it expired.
fn detail(refused: &Refused) -> &'static str {
    if matches!(refused, Refused::Invalid(true)) {
        "API key expired"
    } else {
        "Invalid or missing API key"
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid(_) => StatusCode::UNAUTHORIZED,
            Self::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Other(failure) => failure.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let challenge = match self {
            Self::Missing => "Bearer realm=\"keystead\"",
            Self::Invalid(true) => {
                "Bearer realm=\"keystead\", error=\"invalid_token\", error_description=\"API key expired\""
            }
            Self::Invalid(false) => "Bearer realm=\"keystead\", error=\"invalid_token\"",
            Self::Limited(allowance) => return rate_limit::refusal(*allowance),
            Self::Other(failure) => return failure.error_response(),
        };
        HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .finish()
    }
}

impl Refused {
    /// The last part of the problem's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Limited(_) => "rate-limited",
            _ => "about:blank",
        }
    }

    /// The whole answer, for edges that no middleware completes.
    pub fn respond(&self, id: RequestId) -> HttpResponse {
        let bare = self.error_response();
        let text = match self {
            Self::Other(failure) => crate::web::errors::sentence(bare.status(), Some(failure)),
            refused => refused.to_string(),
        };
        let mut answer = problem(bare.status(), self.kind(), &text);
        for (name, value) in bare.headers() {
            if let Ok(value) = value.to_str() {
                answer = answer.header(name.clone(), value);
            }
        }
        answer.finish_with("instance", id.to_string())
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Other(Failure(error))
    }
}

/// True when a request presents a credential, whatever it is worth.
pub fn presents_key(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

/// A key that is accepted, save perhaps for the scope.
#[derive(Debug)]
pub struct Decided(Verdict);

impl Decided {
    /// The key: there always is one.
    pub fn entry(&self) -> Option<&Entry> {
        self.0.entry()
    }

    /// True when it has the scope that was asked for.
    pub fn has_scope(&self) -> bool {
        self.0.code == Code::Valid
    }

    /// What its rate limit has left, if it has one.
    pub fn allowance(&self) -> Option<Allowance> {
        self.0.allowance
    }
}

/// The key that a request presents, on its way to its entry; `None` when it presents none.
///
/// # Errors
/// `BadRequest` for more than one credential, or one in the query.
pub fn presented<'a>(head: &'a RequestHead, index: &Index) -> domain::Result<Option<Sought<'a>>> {
    Ok(presented_key(head)?.map(|text| index.seek(text)))
}

/// Decides about the key that was [`presented`]; `facts` are those of the operation it is presented for.
///
/// # Errors
/// `Missing`, `Invalid`, `Limited`, or 503 when the index is not certain. A missing scope is left to the caller.
pub fn decide(
    incoming: &Incoming<'_>,
    presented: domain::Result<Option<Sought<'_>>>,
    scope: Option<&str>,
    facts: Facts<'_>,
) -> Result<Decided, Refused> {
    let key = presented?.ok_or(Refused::Missing)?;
    let question = Question {
        key: &key,
        address: incoming.address(),
        scope,
        now: incoming.now,
        facts,
    };
    let verdict = decision::decide(incoming.state.index(), &question)
        .ok_or_else(|| Error::Unavailable("the index is not certain".into()))?;
    match (verdict.code, verdict.allowance) {
        (Code::Valid | Code::InsufficientScope, _) => Ok(Decided(verdict)),
        (Code::RateLimited, Some(allowance)) => Err(Refused::Limited(allowance)),
        (code, _) => Err(Refused::Invalid(code == Code::Expired)),
    }
}

impl FromRequest for Caller {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request))
    }
}

/// The key itself acts.
pub fn holder(entry: &Entry, incoming: &Incoming<'_>) -> Actor {
    Actor {
        who: Who::Key {
            id: entry.key_id,
            name: entry.name.to_string(),
            scopes: entry.group.scopes.clone(),
            is_former: entry.is_former(),
        },
        tenant: entry.tenant_id(),
        now: incoming.now,
        address: incoming.address(),
        request_id: incoming.id.to_string(),
    }
}

fn identify(request: &HttpRequest) -> Result<Caller, Refused> {
    let incoming = Incoming::of(request)?;
    let facts = incoming.facts(request.method().as_str(), request.path());
    let presented = presented(incoming.head, incoming.state.index());
    let decided = decide(&incoming, presented, None, facts)?;
    let entry = decided.entry().ok_or(Refused::Invalid(false))?;
    Ok(Caller {
        key_id: entry.key_id,
        tenant_id: entry.tenant_id(),
        expires_at: entry.expires_at(),
        now: incoming.now,
        actor: holder(entry, &incoming),
    })
}
