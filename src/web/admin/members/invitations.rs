//! Inviting somebody: the link, which an admin hands over in whatever way they like.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{self, InvitationForm, LIST, crumbs};
use crate::actions::invitations;
use crate::db;
use crate::db::invitations::Invitation;
use crate::domain::id::InvitationId;
use crate::domain::invitation::{Draft, Link};
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "invitations/show.html")]
struct InvitationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: InvitationId,
    email: String,
    role: &'static str,
    expires: Moment,
    /// The link, while it works.
    link: Option<String>,
}

impl InvitationPage {
    fn new(state: &State, me: SignedIn, invitation: Invitation) -> Result<Self> {
        let is_open = invitation.expires_at > me.now();
        let link = is_open.then(|| link_of(state, &invitation)).transpose()?;
        Ok(Self {
            crumbs: crumbs(Some("Invitation")),
            shell: me.shell,
            id: invitation.id,
            email: invitation.email,
            role: invitation.role.label(),
            expires: Moment::day(invitation.expires_at),
            link,
        })
    }
}

fn link_of(state: &State, invitation: &Invitation) -> Result<String> {
    let peppers = state.index().peppers();
    let link = Link::new(invitation.id, invitation.expires_at, peppers.newest()?);
    Ok(format!("{}{}", state.site.base_url, link.path()))
}

/// `POST /members/invitations`.
///
/// # Errors
/// `Forbidden` for viewers. Field errors show the list again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<InvitationForm>,
) -> Answer<HttpResponse> {
    let (by, inviter) = (me.actor(), me.member.name.clone());
    by.must_hold(Right::ChangeMembers)?;
    let made = match Draft::check(&form.email, &form.role) {
        Ok(draft) => {
            state
                .change(by, move |conn, by| {
                    invitations::create(conn, by, &draft, &inviter)
                })
                .await
        }
        Err(wrong) => Err(wrong),
    };
    match made {
        Ok(invitation) => {
            let also = if state.sends_mail() {
                " The link is also sent there."
            } else {
                ""
            };
            let text = format!("{} is invited.{also}", invitation.email);
            set_flash(&session, &text);
            Ok(see_other(&request, &place(invitation.id)))
        }
        Err(Error::Invalid(errors)) => {
            let view = list::load(&state, me, form, errors).await?;
            page(StatusCode::UNPROCESSABLE_ENTITY, view).await
        }
        Err(other) => Err(other.into()),
    }
}

fn place(id: InvitationId) -> String {
    format!("{LIST}/invitations/{id}")
}

/// `GET /members/invitations/{id}`: the link, as often as it is needed.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also for another tenant's invitation.
pub async fn show(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let (id, by): (InvitationId, _) = (id.parse()?, me.actor());
    by.must_hold(Right::ChangeMembers)?;
    let invitation = state
        .read(move |conn| db::invitations::find(conn, by.tenant, id))
        .await?;
    page(StatusCode::OK, InvitationPage::new(&state, me, invitation)?).await
}

/// `POST /members/invitations/{id}/renewal`.
///
/// # Errors
/// As [`show`].
pub async fn renew(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (id, by): (InvitationId, _) = (id.parse()?, me.actor());
    state
        .change(by, move |conn, by| invitations::renew(conn, by, id))
        .await?;
    let text = if state.sends_mail() {
        "The invitation works for another seven days. Its link is a new one, which is also sent."
    } else {
        "The invitation works for another seven days. Its link is a new one."
    };
    set_flash(&session, text);
    Ok(see_other(&request, &place(id)))
}

/// `POST /members/invitations/{id}/withdrawal`.
///
/// # Errors
/// As [`show`].
pub async fn withdraw(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (id, by): (InvitationId, _) = (id.parse()?, me.actor());
    let gone = state
        .change(by, move |conn, by| invitations::withdraw(conn, by, id))
        .await?;
    let text = format!(
        "The invitation of {} was withdrawn. Its link opens nothing any more.",
        gone.email
    );
    set_flash(&session, &text);
    Ok(see_other(&request, LIST))
}
