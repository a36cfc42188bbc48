//! Who works in the support view: support staff, in no tenant, and super users. To everybody else it does not exist.

use actix_session::SessionExt as _;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::body::arrived;
use super::failure::Failure;
use super::session::Who;
use super::shell::Shell;
use super::signed_in::SignedIn;
use super::state::State;
use super::supporter;
use crate::actions::accounts::Holder;
use crate::db;
use crate::db::audit_lists::Reach;
use crate::domain::right::Right;
use crate::domain::role::{AnyRole, Overseer, Supporter};
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
    /// Refuses who has not this right.
    ///
    /// # Errors
    /// `Hidden`: to those without it such pages do not exist.
    pub fn must(&self, right: Right) -> Result<()> {
        if self.shell.may(right) {
            return Ok(());
        }
        Err(Error::Hidden)
    }

    /// The person for actions that need this right.
    ///
    /// # Errors
    /// As [`Self::must`].
    pub fn supporter(&self, right: Right) -> Result<Supporter> {
        self.must(right)?;
        Ok(self.supporter.clone())
    }

    /// The person as the owner of their account.
    pub fn holder(&self) -> Holder {
        Holder::Support(self.supporter.clone())
    }

    /// The person as one who decides over tenants.
    ///
    /// # Errors
    /// `Hidden` for support staff: to them such pages do not exist.
    pub fn overseer(&self) -> Result<Overseer> {
        self.supporter(Right::OverseeTenants)
            .map(Overseer::SuperUser)
    }

    /// What of the audit log this person reads.
    pub fn reach(&self) -> Reach {
        if self.shell.may(Right::ReadInstallationLog) {
            Reach::Installation
        } else {
            Reach::Staff
        }
    }

    /// The moment of the request.
    pub fn now(&self) -> Timestamp {
        self.supporter.now
    }

    /// The person behind a session without a tenant.
    async fn of_support(request: &HttpRequest) -> Result<Self> {
        let (shell, supporter) = supporter::load(request).await?;
        Ok(Self { shell, supporter })
    }

    async fn load(request: &HttpRequest) -> Result<Self> {
        let mut me = Self::identify(request).await?;
        let state = State::of(request)?;
        (me.shell.waiting, me.shell.requests) = state
            .read(|conn| {
                let waiting = db::tenant_overviews::count_waiting(conn)?;
                Ok((waiting, db::limit_requests::count_unanswered(conn)?))
            })
            .await?;
        Ok(me)
    }

    async fn identify(request: &HttpRequest) -> Result<Self> {
        let (user, tenant, _) = Who::read(&request.get_session())?;
        if tenant.is_none() {
            return Self::of_support(request).await;
        }
        let me = SignedIn::load(request).await?;
        if !me.shell.may(Right::SeeTenants) {
            return Err(Error::Hidden);
        }
        let by = me.actor();
        let session = by.session().cloned();
        Ok(Self {
            supporter: Supporter {
                id: user,
                name: me.member.name,
                role: AnyRole::SuperUser,
                session,
                now: by.now,
                address: by.address,
                request_id: by.request_id,
            },
            shell: me.shell,
        })
    }
}

impl FromRequest for Staff {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (body, request) = (arrived(request, payload), request.clone());
        Box::pin(async move {
            body.await;
            Self::load(&request).await.map_err(Failure)
        })
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

impl Anybody {
    /// The person for actions on their own account.
    pub fn holder(&self) -> Holder {
        match self {
            Self::Member(me) => me.holder(),
            Self::Support(me) => me.holder(),
        }
    }

    /// What pages show around their content.
    pub fn shell(self) -> Shell {
        match self {
            Self::Member(me) => me.shell,
            Self::Support(me) => me.shell,
        }
    }
}

impl FromRequest for Anybody {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (body, request) = (arrived(request, payload), request.clone());
        Box::pin(async move {
            body.await;
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
