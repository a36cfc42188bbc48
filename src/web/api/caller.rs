//! Who calls the API: a key, presented in one of two headers, decided from memory like any other key.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{Either, LocalBoxFuture, Ready, ready};

use super::scopes;
use crate::domain::environment::Environment;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::pepper::SecretDigests;
use crate::domain::role::Actor;
use crate::domain::time::Timestamp;
use crate::web::body::arrived;
use crate::web::changing;
use crate::web::client::Incoming;
use crate::web::decide::{decide, holder};
use crate::web::presented::presented;
use crate::web::questions::is_of_credential;
use crate::web::refused::Refused;
use crate::web::refused_permissions;

/// A system that presented a valid key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key.
    pub key_id: KeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// What it is for.
    pub environment: Environment,
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

impl FromRequest for Caller {
    type Error = Refused;
    type Future =
        Either<Ready<Result<Self, Refused>>, LocalBoxFuture<'static, Result<Self, Refused>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if matches!(payload, Payload::None) {
            return Either::Left(ready(identify(request)));
        }
        let (body, request) = (arrived(request, payload), request.clone());
        Either::Right(Box::pin(async move {
            body.await;
            identify(&request)
        }))
    }
}

fn identify(request: &HttpRequest) -> Result<Caller, Refused> {
    let incoming = Incoming::of(request)?;
    let facts = incoming.facts(request.method().as_str(), request.path());
    let index = incoming.state.index();
    let presented = presented(incoming.head, index);
    // Looked at again under the lock of a change; reading costs no digests.
    let secret = match &presented {
        Ok(Some(lookup)) if !request.method().is_safe() => lookup.digests(&index.peppers()),
        _ => SecretDigests::default(),
    };
    let scope = scopes::needed(request.method(), request.path());
    let decided = decide(&incoming, presented, scope, facts)?;
    let key = decided.key().ok_or(Refused::Invalid(false))?;
    let (entry, _) = key;
    let actor = holder(key, secret, &incoming);
    // Credentials are asked for all the time: keeping who asks would cost each of them.
    if !is_of_credential(request.path()) {
        refused_permissions::asks(request, &actor);
        // What a key may not do anyway leaves its tenant's budget as it is.
        if decided.has_scope() && !entry.is_former() {
            changing::admit(request, incoming.state, Some(&actor))?;
        }
    }
    Ok(Caller {
        key_id: entry.key_id,
        tenant_id: entry.tenant_id(),
        environment: entry.environment,
        expires_at: entry.expires_at(),
        now: incoming.now,
        actor,
    })
}
