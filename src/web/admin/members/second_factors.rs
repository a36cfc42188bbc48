//! Taking the second factor off a member who lost their phone: the question, then the deed.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::list::{LIST, crumbs};
use crate::actions::{members, second_factors};
use crate::domain::id::UserId;
use crate::domain::right::Right;
use crate::web::admin::confirmation::Confirmation;
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// `GET /members/{id}/second-factor`.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also for who is in another tenant.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let (user, by): (UserId, _) = (id.parse()?, me.actor());
    by.must_hold(Right::ChangeMembers)?;
    let member = state
        .read(move |conn| members::find(conn, &by, user))
        .await?;
    let text = format!(
        "For {}, who lost the phone and the recovery codes. From now on the password alone lets them in, until they set up \
         another second factor. Their sessions end. Make sure that it is {0} who asks you.",
        member.name
    );
    let ask = Confirmation {
        title: "Switch off second factor",
        text,
        csrf: me.csrf.clone(),
        action: format!("{LIST}/{user}/second-factor"),
        cancel: LIST.into(),
        target: "#modal-root".into(),
        swap: "innerHTML",
        verb: "Switch off second factor",
        icon: "trash-2",
        facts: vec![("Email".into(), member.email)],
        ..Confirmation::default()
    };
    ask.respond(&request, me.shell, crumbs(Some("Second factor")))
        .await
}

/// `POST /members/{id}/second-factor`.
///
/// # Errors
/// As [`new`]; a conflict for whoever runs Keystead, is in another tenant too, or has no second factor.
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (user, by): (UserId, _) = (id.parse()?, me.actor());
    let taken = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        second_factors::take_off_member(conn, by, user)
    })
    .await;
    let user = match taken {
        Ok(user) => user,
        Err(refused) => return password_question(&request, &me, Vec::new(), LIST, refused).await,
    };
    let text = format!("{} signs in without a second factor now.", user.name);
    set_flash(&session, &text);
    Ok(see_other(&request, LIST))
}
