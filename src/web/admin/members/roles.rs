//! Giving a member another role.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::list::LIST;
use crate::actions::members;
use crate::domain::id::UserId;
use crate::web::admin::password_question::password_question;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// The field as chosen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    role: String,
}

/// `POST /members/{id}/role`: when this answers, the person's sessions are over.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also for who is in another tenant; `Invalid`; a conflict about the last admin.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<RoleForm>,
) -> Answer<HttpResponse> {
    let (user, by): (UserId, _) = (id.parse()?, me.actor());
    let role = form.role.clone();
    let changed = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        members::set_role(conn, by, user, &form.role)
    })
    .await;
    let member = match changed {
        Ok(member) => member,
        Err(refused) => {
            return password_question(&request, &me, vec![("role", role)], LIST, refused).await;
        }
    };
    if !member.is(me.actor().person()) {
        let text = format!(
            "{} is {} now, and has to sign in again.",
            member.name,
            member.role.label()
        );
        set_flash(&session, &text);
    }
    Ok(see_other(&request, LIST))
}
