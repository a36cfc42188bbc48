//! A link for a member who forgot the password. The answer to this request alone shows it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{LIST, crumbs};
use crate::actions::accounts;
use crate::domain::id::UserId;
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

#[derive(Template)]
#[template(path = "members/reset_link.html")]
struct ResetLinkPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    name: String,
    expires: Moment,
    link: String,
    /// Where the link is sent as well, when mail is.
    mailed_to: Option<String>,
}

/// `POST /members/{id}/reset-link`.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also for who is in another tenant; a conflict for whoever runs Keystead, or is in
/// another tenant too. Asks for the password when it was last given too long ago.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (user, by): (UserId, _) = (id.parse()?, me.actor());
    let inside = state.clone();
    let made = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        let peppers = inside.index().peppers();
        accounts::reset_link_of_member(conn, by, user, peppers.newest()?)
    })
    .await;
    let (user, link) = match made {
        Ok(made) => made,
        Err(refused) => return password_question(&request, &me, Vec::new(), LIST, refused).await,
    };
    let view = ResetLinkPage {
        shell: me.shell,
        mailed_to: state.sends_mail().then_some(user.email),
        crumbs: crumbs(Some("Reset password")),
        name: user.name,
        expires: Moment::day(link.expires_at),
        link: format!("{}{}", state.site.base_url, link.path()),
    };
    page(StatusCode::CREATED, view).await
}
