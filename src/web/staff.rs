//! Who works in the support view: support staff, in no tenant, and super users. To everybody else it does not exist.

use actix_session::SessionExt as _;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::client;
use super::errors::Failure;
use super::extract::{Later, SignedIn, state_of};
use super::masked_token;
use super::session::{self, Who};
use super::shell::Shell;
use crate::actions;
use crate::domain::role::Supporter;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// Somebody in the support view, checked against the database on this very request.
#[derive(Debug, Clone)]
pub struct Staff {
    /// What pages show around their content.
    pub shell: Shell,
    supporter: Supporter,
}

impl Staff {
    /// The person for actions.
    pub fn supporter(&self) -> Supporter {
        self.supporter.clone()
    }

    /// The moment of the request.
    pub fn now(&self) -> Timestamp {
        self.supporter.now
    }

    async fn load(request: &HttpRequest) -> Result<Self> {
        let (user, tenant, _) = Who::read(&request.get_session())?;
        if tenant.is_none() {
            return Self::of_support(request).await;
        }
        let me = SignedIn::load(request).await?;
        if !me.member.super_user {
            return Err(Error::NotFound);
        }
        let by = me.actor();
        Ok(Self {
            supporter: Supporter {
                id: user,
                name: me.member.name,
                now: by.now,
                address: by.address,
                request_id: by.request_id,
            },
            shell: me.shell,
        })
    }

    /// The person behind a session without a tenant.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody of the support staff is behind it.
    pub(super) async fn of_support(request: &HttpRequest) -> Result<Self> {
        let session = request.get_session();
        let (user, _, csrf) = Who::read(&session)?;
        let csrf = masked_token::mask(&csrf)?;
        let state = state_of(request)?;
        let found = state
            .read(move |conn| actions::sessions::supporter(conn, user))
            .await?;
        let mut shell = Shell::of_support(request, &found.name, &csrf);
        // Error pages of this request are drawn inside the shell.
        request.extensions_mut().insert(shell.clone());
        shell.flash = session::take_flash(&session);
        Ok(Self {
            shell,
            supporter: Supporter {
                id: user,
                name: found.name,
                now: state.now(),
                address: client::address(request),
                request_id: client::request_id(request),
            },
        })
    }
}

impl FromRequest for Staff {
    type Error = Failure;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&request).await.map_err(Failure) })
    }
}

/// Whoever is signed in.
#[derive(Debug, Clone)]
pub enum Anybody {
    /// Somebody in a tenant.
    Member(Box<SignedIn>),
    /// Somebody of the support staff.
    Support(Box<Staff>),
}

impl FromRequest for Anybody {
    type Error = Failure;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match Who::read(&request.get_session()).map_err(Failure)? {
                (_, None, _) => Staff::of_support(&request)
                    .await
                    .map(Box::new)
                    .map(Self::Support),
                _ => SignedIn::load(&request)
                    .await
                    .map(Box::new)
                    .map(Self::Member),
            }
            .map_err(Failure)
        })
    }
}
