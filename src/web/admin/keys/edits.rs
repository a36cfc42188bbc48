//! Editing a key: name, description, group, allowlist and rate limit. Its expiration is changed by rotating it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::Act;
use super::allowlist_field::{add_address, add_lines};
use super::edit_form::{EditForm, EditPage};
use super::field_names::of_form;
use super::in_question::key_in_question;
use super::narrowing::{self, Narrowing};
use super::overtaken::{overtaken, page_of, revoked_before};
use crate::actions::{key_updates, observed_callers};
use crate::db;
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::key_updates::Update;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::{is_htmx, refresh, see_other};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// `GET /tenant-api-keys/{id}/edit`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn edit(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let key = key_in_question(&state, &me, id).await?;
    if let Some(text) = revoked_before(&key) {
        let to = page_of(&key);
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let page = EditPage::load(&state, me, id, None).await?;
    page.respond(&request, StatusCode::OK).await
}

/// `POST /tenant-api-keys/{id}/edit`: when this answers, the change is true for the next verification.
///
/// # Errors
/// As [`edit`]. Field errors show the form again with 422. It comes back with 409 when the key was changed or revoked
/// meanwhile, or when the change takes something away from a key in use and nobody confirmed that.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<EditForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let by = me.actor();
    by.must_hold(Right::ChangeKeys)?;
    if form.act != Act::Save {
        let page = with_addresses(&state, me, id, form).await?;
        return page.respond(&request, StatusCode::OK).await;
    }
    match save(&state, &me, id, &form).await {
        Ok(Saved::Done(key)) => {
            let proof = proof::told_of_key(&state, &me, id).await;
            set_flash(&session, &format!("\"{}\" was saved.{proof}", key.name));
            if is_htmx(&request) {
                return Ok(refresh());
            }
            Ok(see_other(&request, &format!("/tenant-api-keys/{id}")))
        }
        Ok(Saved::Narrows(asks)) => {
            let page = EditPage::load(&state, me, id, Some(form)).await?;
            page.asking(*asks).respond_asking(&request).await
        }
        Err(Error::Invalid(errors)) => {
            let mut page = EditPage::load(&state, me, id, Some(form)).await?;
            page.errors = errors;
            page.respond(&request, StatusCode::UNPROCESSABLE_ENTITY)
                .await
        }
        Err(Error::Conflict(conflict)) => {
            let page = EditPage::load(&state, me, id, Some(form)).await?;
            page.with_conflict(conflict.to_string())
                .respond(&request, StatusCode::CONFLICT)
                .await
        }
        Err(other) => Err(other.into()),
    }
}

/// The form with more addresses on its list, which saves nothing.
async fn with_addresses(
    state: &State,
    me: SignedIn,
    id: KeyId,
    mut form: EditForm,
) -> Result<EditPage> {
    let by = me.actor();
    let address = by.address;
    // A thousand callers and a thousand lines take milliseconds, so they are put together beside the workers.
    let (form, wrong) = state
        .read(move |conn| {
            db::keys::find(conn, by.tenant, id)?;
            let list = &mut form.ip_allowlist;
            let wrong = if form.act == Act::AddAddress {
                add_address(list, address)
            } else {
                let observed = observed_callers::list(conn, by.tenant, id, by.now)?;
                add_lines(list, observed.iter().map(|caller| &*caller.address))
            };
            Ok((form, wrong))
        })
        .await?;
    let mut page = EditPage::load(state, me, id, Some(form)).await?;
    page.errors = wrong;
    page.list_changed = true;
    Ok(page)
}

/// What came of saving.
pub enum Saved {
    /// The key as it is now.
    Done(Box<Key>),
    /// Nothing was saved: the change takes something away from a key in use.
    Narrows(Box<Narrowing>),
}

async fn save(state: &State, me: &SignedIn, id: KeyId, form: &EditForm) -> Result<Saved> {
    let update = form.check(me.now()).map_err(of_form)?;
    let answer = (form.confirmed.as_str(), form.last4.as_str());
    let saved = change(state, me, id, update, answer).await;
    saved.map_err(of_form)
}

/// Changes a key, unless that takes something away from a key in use: then it has to be confirmed first. `answer` is
/// what was confirmed, and the last four characters.
///
/// # Errors
/// As [`key_updates::update`].
pub async fn change(
    state: &State,
    me: &SignedIn,
    id: KeyId,
    update: Update,
    answer: (&str, &str),
) -> Result<Saved> {
    if let Some(asks) = narrowing::ask(state, me, id, &update, answer).await? {
        return Ok(Saved::Narrows(Box::new(asks)));
    }
    let by = me.actor();
    let key = state
        .change(by, move |conn, by| {
            key_updates::update(conn, by, id, &update)
        })
        .await?;
    Ok(Saved::Done(Box::new(key)))
}
