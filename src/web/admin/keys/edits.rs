//! Editing a key: name, description, group, allowlist and rate limit. Its expiration is changed by rotating it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::Act;
use super::allowlist_field::{add_address, add_lines};
use super::edit_form::{EditForm, EditPage};
use super::field_names::of_form;
use crate::actions::{key_updates, observed_callers};
use crate::db::keys::Key;
use crate::db::{self, Conn};
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_updates::Update;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, refresh, see_other};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// `GET /tenant-api-keys/{id}/edit`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; a conflict for a revoked key.
pub async fn edit(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let page = EditPage::load(&state, me, id.parse()?, None).await?;
    if page.revoked {
        return Err(Conflict::KeyRevoked.into());
    }
    page.respond(&request, StatusCode::OK)
}

/// `POST /tenant-api-keys/{id}/edit`: when this answers, the change is true for the next verification.
///
/// # Errors
/// As [`edit`]. Field errors show the form again with 422. It comes back with 409 when the key was changed or revoked
/// meanwhile, or when the list would refuse somebody who called lately and nobody confirmed that.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(mut form): Form<EditForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let by = me.actor();
    by.must_hold("api-keys:write")?;
    if form.act != Act::Save {
        let address = by.address;
        let observed = state
            .read(move |conn| {
                db::keys::find(conn, by.tenant, id)?;
                observed_callers::list(conn, by.tenant, id, by.now)
            })
            .await?;
        let wrong = match form.act {
            Act::AddAddress => add_address(&mut form.ip_allowlist, address),
            _ => add_lines(
                &mut form.ip_allowlist,
                observed.iter().map(|caller| &*caller.address),
            ),
        };
        let mut page = EditPage::load(&state, me, id, Some(form)).await?;
        page.errors = wrong;
        page.list_changed = true;
        return page.respond(&request, StatusCode::OK);
    }
    match save(&state, &me, id, &form).await {
        Ok(Saved::Done(key)) => {
            set_flash(&session, &format!("\"{}\" was saved.", key.name));
            if is_htmx(&request) {
                return Ok(refresh());
            }
            Ok(see_other(&request, &format!("/tenant-api-keys/{id}")))
        }
        Ok(Saved::WouldRefuse(refused, confirmed)) => {
            form.confirmed = confirmed;
            let mut page = EditPage::load(&state, me, id, Some(form)).await?;
            page.refused = refused;
            page.respond(&request, StatusCode::CONFLICT)
        }
        Err(Error::Invalid(errors)) => {
            let mut page = EditPage::load(&state, me, id, Some(form)).await?;
            page.errors = errors;
            page.respond(&request, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::Conflict(conflict)) => {
            let page = EditPage::load(&state, me, id, Some(form)).await?;
            page.with_conflict(conflict.to_string())
                .respond(&request, StatusCode::CONFLICT)
        }
        Err(other) => Err(other.into()),
    }
}

/// What came of saving.
pub enum Saved {
    /// The key as it is now.
    Done(Box<Key>),
    /// Addresses that called lately and would be refused; and the word that confirms it for this very list.
    WouldRefuse(Vec<String>, String),
}

async fn save(state: &State, me: &SignedIn, id: KeyId, form: &EditForm) -> Result<Saved> {
    let update = form.check(me.now())?;
    let saved = change(state, me, id, update, &form.confirmed).await;
    saved.map_err(of_form)
}

/// Changes a key, unless that would refuse somebody who called lately: then it has to be confirmed first.
///
/// # Errors
/// As [`key_updates::update`].
pub async fn change(
    state: &State,
    me: &SignedIn,
    id: KeyId,
    update: Update,
    confirmed: &str,
) -> Result<Saved> {
    let (by, wanted) = (me.actor(), update.clone());
    let refused = state
        .snapshot(move |conn| would_refuse(conn, by.tenant, id, &wanted, by.now))
        .await?;
    if let Some((refused, word)) = refused.filter(|(_, word)| word != confirmed) {
        return Ok(Saved::WouldRefuse(refused, word));
    }
    let by = me.actor();
    let key = state
        .change(move |conn| key_updates::update(conn, &by, id, &update))
        .await?;
    Ok(Saved::Done(Box::new(key)))
}

/// Who called in the last 7 days, is let in now, and would not be any more.
fn would_refuse(
    conn: &mut Conn,
    tenant: TenantId,
    id: KeyId,
    update: &Update,
    now: Timestamp,
) -> Result<Option<(Vec<String>, String)>> {
    let key = db::keys::find(conn, tenant, id)?;
    let list = update.ip_allowlist.as_ref().unwrap_or(&key.ip_allowlist);
    let enforced = AllowlistMode::Enforce;
    if update.ip_allowlist_mode != Some(enforced) || key.revoked_at.is_some() {
        return Ok(None);
    }
    let mut refused = observed_callers::refused_by(conn, tenant, id, list, now)?;
    if key.ip_allowlist_mode == enforced {
        refused.retain(|address| key.ip_allowlist.allows_text(address));
    }
    let entries = list.entries().join("\n");
    let word = crate::actions::version_of(&[&entries]);
    Ok((!refused.is_empty()).then_some((refused, word)))
}
