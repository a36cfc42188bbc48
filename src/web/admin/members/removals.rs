//! Taking somebody out of the tenant: the question, then the deed.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::list::{LIST, crumbs};
use crate::actions::members;
use crate::db;
use crate::db::key_owners::{self, Owned};
use crate::db::members::Member;
use crate::domain::id::UserId;
use crate::domain::right::Right;
use crate::web::admin::confirmation::{Choice, Confirmation};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Names of keys that the question shows.
const NAMED: usize = 5;

/// Who looks after the person's keys from now on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalForm {
    #[serde(default)]
    owner: String,
}

/// `GET /members/{id}/removal`.
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
    let (member, others, keys) = state
        .snapshot(move |conn| {
            let member = members::find(conn, &by, user)?;
            let others = db::members::list(conn, by.tenant)?;
            Ok((member, others, key_owners::keys_of(conn, by.tenant, user)?))
        })
        .await?;
    let text = format!(
        "{} loses access to {} with the next click, also where they are signed in now. Their keys go on working. You can \
         invite them again.",
        member.name, member.tenant_name
    );
    let ask = Confirmation {
        title: "Remove member",
        text,
        csrf: me.csrf.clone(),
        action: format!("{LIST}/{user}/removal"),
        cancel: LIST.into(),
        target: "#modal-root".into(),
        swap: "innerHTML",
        verb: "Remove member",
        icon: "trash-2",
        facts: facts(&member, &keys),
        choice: (!keys.is_empty()).then(|| heirs(&others, user)),
        ..Confirmation::default()
    };
    ask.respond(&request, me.shell, crumbs(Some("Remove")))
        .await
}

fn facts(member: &Member, keys: &[Owned]) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Email".into(), member.email.clone()),
        ("Role".into(), member.role.label().into()),
    ];
    if !keys.is_empty() {
        let named: Vec<&str> = keys.iter().take(NAMED).map(|key| &*key.name).collect();
        let more = keys.len().saturating_sub(NAMED);
        let mut text = named.join(", ");
        if more > 0 {
            text = format!("{text} and {more} more");
        }
        facts.push(("Keys they look after".into(), text));
    }
    facts
}

/// The other members, and nobody.
fn heirs(members: &[Member], leaving: UserId) -> Choice {
    let others = members.iter().filter(|member| member.user != leaving);
    let mut options: Vec<(String, String)> = others
        .map(|member| (member.email.clone(), member.name.clone()))
        .collect();
    options.push((
        String::new(),
        "Nobody yet: they stand under Needs attention".into(),
    ));
    Choice {
        name: "owner",
        label: "Who looks after these keys from now on",
        chosen: options
            .first()
            .map(|(email, _)| email.clone())
            .unwrap_or_default(),
        options,
    }
}

/// `POST /members/{id}/removal`: when this answers, the person is out.
///
/// # Errors
/// As [`new`]; `Invalid` at `owner`; a conflict for the last admin and for whoever runs Keystead.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<RemovalForm>,
) -> Answer<HttpResponse> {
    let (user, by): (UserId, _) = (id.parse()?, me.actor());
    let member = state
        .change(by, move |conn, by| {
            members::remove(conn, by, user, &form.owner)
        })
        .await?;
    if !member.is(me.actor().person()) {
        set_flash(&session, &format!("{} was removed.", member.name));
    }
    Ok(see_other(&request, LIST))
}
