//! Generating a key: the one answer that shows its secret.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::Act;
use super::allowlist_field::add_address;
use super::field_names::of_form;
use super::form::{KeyForm, NewKeyPage};
use super::secrets::{Secret, show_replayed, show_secret};
use crate::actions::disclosures;
use crate::actions::keys::{self, Issued, Issuing};
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result, random};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, see_other};
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::step_up;

/// `POST /tenant-api-keys`: the answer to this request alone shows the secret, so there is no address at which a
/// reload or the history could show it again.
///
/// # Errors
/// `Forbidden` for viewers. Field errors show the form again with 422, a full tenant with 409.
pub async fn create(
    request: HttpRequest,
    session: Session,
    state: web::Data<State>,
    me: SignedIn,
    Form(mut form): Form<KeyForm>,
) -> Answer<HttpResponse> {
    if form.act == Act::AddAddress {
        me.actor().must_hold(Right::ChangeKeys)?;
        let errors = add_address(&mut form.ip_allowlist, me.actor().address);
        let view = NewKeyPage::load(&state, me, form, errors, None).await?;
        return view.with_list(&request).await;
    }
    match issue(&request, &state, &me, &form).await {
        Ok(Issued::New(key, secret)) => {
            let kept = !form.recoverable.is_empty();
            let secret = Secret::new(&key, Some(&secret), &state.site, kept);
            show_secret(&request, me, "New API key", secret, StatusCode::CREATED).await
        }
        Ok(Issued::Replayed(key)) if is_htmx(&request) => {
            let text = format!(
                "\"{}\" was made already, and its secret was shown then. If you did not keep it, rotate the key.",
                key.name
            );
            set_flash(&session, &text);
            let list = format!("/tenant-api-keys?highlight={}", key.id);
            Ok(see_other(&request, &list))
        }
        Ok(Issued::Replayed(key)) => show_replayed(me, &key, &state.site).await,
        Err(Error::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            NewKeyPage::load(&state, me, form, errors, None)
                .await?
                .respond(&request, status)
                .await
        }
        Err(Error::Conflict(conflict)) => {
            let mut banner = conflict.to_string();
            if conflict == Conflict::IdempotencyKeyReused {
                form.idempotency_key = random::token()?;
                banner = "This form already made a key, with other values. Check these, then generate again.".into();
            }
            let page =
                NewKeyPage::load(&state, me, form, FieldErrors::default(), Some(banner)).await?;
            page.respond(&request, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn issue(
    request: &HttpRequest,
    state: &web::Data<State>,
    me: &SignedIn,
    form: &KeyForm,
) -> Result<Issued> {
    let by = me.actor();
    let proven = step_up::look(request, state, &me.holder()).await?;
    let draft = form.check(by.now)?;
    let (group, project) = (form.group.clone(), form.project.clone());
    let idempotency_key = form.idempotency_key.clone();
    let recoverable = !form.recoverable.is_empty();
    let state_inside = state.clone();
    let issued = proven
        .change(state, by, move |conn, by| {
            let peppers = state_inside.index().peppers();
            let issuing = Issuing {
                brand: &state_inside.site.brand,
                pepper: peppers.newest()?,
                group: Some(&group),
                project: Some(&*project).filter(|id| !id.is_empty()),
                idempotency_key: Some(&idempotency_key)
                    .filter(|it| !it.is_empty())
                    .map(String::as_str),
            };
            if recoverable {
                return disclosures::issue(conn, by, &draft, issuing, &state_inside.master_keys);
            }
            keys::issue(conn, by, &draft, issuing)
        })
        .await;
    issued.map_err(of_form)
}
