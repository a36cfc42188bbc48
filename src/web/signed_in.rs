//! A person with a session in a tenant.

use actix_session::SessionExt as _;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::body::arrived;
use super::change_budget::Lane;
use super::failure::Failure;
use super::respond::is_htmx;
use super::session::{self, Who};
use super::session_facts::SessionFacts;
use super::shell::{LookStrip, Shell, SuspensionStrip};
use super::state::State;
use super::suspended::must_not_change;
use super::{
    changing, client, factor_duty, masked_token, page_owner, refused_permissions, support_look,
    viewer_zone,
};
use crate::actions;
use crate::actions::accounts::Holder;
use crate::db;
use crate::db::members::Member;
use crate::domain::right::Right;
use crate::domain::role::{self, Actor, OwnSession, Steward};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

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
    is_looking: bool,
}

impl SignedIn {
    /// The person as one who may change the installation itself.
    ///
    /// # Errors
    /// `Hidden` for anybody but a super user: to others such pages do not exist.
    pub fn steward(&self) -> Result<Steward> {
        if !self.shell.may(Right::ChangeVerifiers) {
            return Err(Error::Hidden);
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

    /// Refuses who may not see something. Support staff that a tenant lets look sees it; what they look at can be changed
    /// by nobody without the right itself.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_see(&self, right: Right) -> Result<()> {
        if self.is_looking {
            return Ok(());
        }
        self.actor.must_hold(right)
    }

    /// The actor for actions.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// The person as the owner of their account.
    pub fn holder(&self) -> Holder {
        Holder::Member(self.actor())
    }

    /// Takes changes that only the body tells from the budget of this person.
    ///
    /// # Errors
    /// `Excess` when it is used up.
    pub fn take_changes(&self, state: &State, lane: Lane, changes: usize) -> Result<()> {
        if self.member.super_user {
            return Ok(());
        }
        state.changes.take(&self.actor, lane, changes)
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
            // To support staff the pages of tenants do not exist, unless one lets them look at it now.
            let looking = support_look::load(request).await?;
            return Ok(Self {
                member: looking.member,
                csrf: looking.shell.csrf.clone(),
                shell: looking.shell,
                actor: looking.actor,
                is_looking: true,
            });
        };
        let state = State::of(request)?;
        let now = state.now();
        let own = SessionFacts::of(&session)?.own(&state.site)?;
        let (sent, row) = (!request.method().is_safe(), own.row.clone());
        let (member, homes, looks) = state
            .read(move |conn| {
                // It was looked at when the head came, and the body takes its time.
                if sent {
                    actions::sessions::must_be_there(conn, &row)?;
                }
                let member = actions::sessions::member(conn, tenant, user)?;
                let looks = db::support_grants::list_live(conn, tenant, now)?;
                Ok((member, db::members::list_tenants(conn, user)?, looks))
            })
            .await?;
        viewer_zone::set(member.time_zone);
        let is_on = member.second_factor_at.is_some();
        factor_duty::check(request, &state.site, is_on, member.super_user)?;
        let actor = actor(request, &member, own, now);
        refused_permissions::asks(request, &actor);
        let mut shell = Shell::new(request, &member, homes, &csrf, page_owner::of(request));
        if member.suspended_at.is_none() {
            shell.looks = looks
                .into_iter()
                .map(|look| LookStrip::new(look, now))
                .collect();
        }
        shell.tell_of_disk(state.room());
        shell.suspension = SuspensionStrip::of(&member, actor.now);
        // Error pages of this request are drawn inside the shell.
        request.extensions_mut().insert(shell.clone());
        must_not_change(request, &member)?;
        changing::admit(request, state, (!member.super_user).then_some(&actor))?;
        // A fragment shows none, and must not take it from the page that does.
        if !is_htmx(request) {
            shell.flash = session::take_flash(&session);
        }
        Ok(Self {
            member,
            csrf,
            shell,
            actor,
            is_looking: false,
        })
    }
}

fn actor(request: &HttpRequest, member: &Member, own: OwnSession, now: Timestamp) -> Actor {
    Actor {
        who: role::Who::Person {
            id: member.user,
            email: member.email.clone(),
            role: member.role,
            session: Some(own),
        },
        tenant: member.tenant,
        now,
        address: client::address(request),
        request_id: client::request_id(request),
    }
}

impl FromRequest for SignedIn {
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
