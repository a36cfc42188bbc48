//! Who asks: a signed-in person, or a system with a key.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use actix_session::SessionExt as _;
use actix_web::dev::{Payload, RequestHead};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::client;
use super::edges::ext_authz;
use super::errors::Failure;
use super::masked_token;
use super::session::{self, Who};
use super::shell::Shell;
use super::staff::Staff;
use super::state::State;
use crate::actions;
use crate::db::members::Member;
use crate::domain::credential;
use crate::domain::role::{self, Actor, Steward};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

pub(super) type Later<T> = Pin<Box<dyn Future<Output = std::result::Result<T, Failure>>>>;

/// A person with a session, checked against the database on this very request.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person in the tenant of the session.
    pub member: Member,
    /// Token that the forms of this session carry.
    pub csrf: String,
    /// What pages show around their content.
    pub shell: Shell,
    actor: Actor,
}

impl SignedIn {
    /// The person as one who may change the installation itself.
    ///
    /// # Errors
    /// `NotFound` for anybody but a super user: to others such pages do not exist.
    pub fn steward(&self) -> Result<Steward> {
        if !self.member.super_user {
            return Err(Error::NotFound);
        }
        let Actor {
            who,
            now,
            address,
            request_id,
            ..
        } = self.actor();
        Ok(Steward {
            who,
            now,
            address,
            request_id,
        })
    }

    /// The actor for actions.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// The moment of the request.
    pub fn now(&self) -> Timestamp {
        self.actor.now
    }

    pub(super) async fn load(request: &HttpRequest) -> Result<Self> {
        let session = request.get_session();
        let (user, tenant, csrf) = Who::read(&session)?;
        let csrf = masked_token::mask(&csrf)?;
        let Some(tenant) = tenant else {
            // To support staff the pages of tenants do not exist; this one says so in their own frame.
            Staff::of_support(request).await?;
            return Err(Error::NotFound);
        };
        let state = state_of(request)?;
        let member = state
            .read(move |conn| actions::sessions::member(conn, tenant, user))
            .await?;
        let actor = Actor {
            who: role::Who::Person {
                id: user,
                email: member.email.clone(),
                role: member.role,
            },
            tenant,
            now: state.now(),
            address: client::address(request),
            request_id: client::request_id(request),
        };
        let mut shell = Shell::new(request, &member, &csrf);
        // Error pages of this request are drawn inside the shell.
        request.extensions_mut().insert(shell.clone());
        shell.flash = session::take_flash(&session);
        Ok(Self {
            member,
            csrf,
            shell,
            actor,
        })
    }
}

/// What handlers share.
pub(super) fn state_of(request: &HttpRequest) -> Result<&web::Data<State>> {
    request
        .app_data::<web::Data<State>>()
        .ok_or_else(|| Error::internal("no state"))
}

impl FromRequest for SignedIn {
    type Error = Failure;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&request).await.map_err(Failure) })
    }
}

/// Names under which people try to send a key in the query.
const QUERY_NAMES: [&str; 6] = [
    "api_key",
    "apikey",
    "api-key",
    "key",
    "access_token",
    "token",
];

/// Where a key stands when it is no bearer token.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key that a request presents, as text; `None` when it presents none.
///
/// # Errors
/// `BadRequest` when a credential comes twice, in two ways, or in the query (RFC 6750 section 2).
pub fn presented_key(head: &RequestHead) -> Result<Option<Cow<'_, str>>> {
    refuse_key_in_query(head)?;
    let values = |name: &HeaderName| head.headers().get_all(name).map(HeaderValue::as_bytes);
    credential::read(values(&header::AUTHORIZATION), values(&API_KEY))
}

/// Refuses a credential in the query, where logs keep it.
///
/// # Errors
/// `BadRequest`.
pub fn refuse_key_in_query(head: &RequestHead) -> Result<()> {
    let query = head.uri.query().unwrap_or_default();
    // Envoy passes on the query that its client sent to somebody else's API.
    if query.is_empty() || head.uri.path().starts_with(ext_authz::PREFIX) {
        return Ok(());
    }
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let carries_key = pairs.iter().any(|(name, value)| {
        QUERY_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
            || crate::domain::key_text::appears_in(value)
    });
    if carries_key {
        let text = "Send the key in the Authorization or X-API-Key header, never in the URL: URLs end up in logs. \
                    Treat a key that was sent in a URL as leaked.";
        return Err(Error::BadRequest(text.into()));
    }
    Ok(())
}
