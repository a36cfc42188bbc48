//! From watching to enforcing: the observed callers become the list, and the list is enforced, each with one click.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::edit_form::EditPage;
use super::edits::{Saved, change};
use crate::actions::{key_updates, observed_callers};
use crate::db;
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::KeyId;
use crate::domain::key_updates::Update;
use crate::domain::right::Right;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::see_other;
use crate::web::session::set_flash;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Step {
    Adopt,
    Enforce,
}

/// The button that was pressed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    step: Step,
}

/// `POST /tenant-api-keys/{id}/allowlist`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; `Invalid` when the callers are too many for a list; conflicts as for an edit.
/// With 409 and the form when that would refuse somebody who called lately.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<StepForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    me.actor().must_hold(Right::ChangeKeys)?;
    let (update, told) = match form.step {
        Step::Adopt => (
            adopt(&state, &me, id).await?,
            "The observed callers are on the list. It is not enforced yet.",
        ),
        Step::Enforce => (
            Update {
                ip_allowlist_mode: Some(AllowlistMode::Enforce),
                ..Update::default()
            },
            "The IP allowlist is enforced from now on.",
        ),
    };
    match change(&state, &me, id, update, ("", "")).await? {
        Saved::Done(_) => {
            let proof = proof::told_of_key(&state, &me, id).await;
            set_flash(&session, &format!("{told}{proof}"));
            Ok(see_other(&request, &format!("/tenant-api-keys/{id}")))
        }
        Saved::Narrows(asks) => {
            let page = EditPage::load(&state, me, id, None).await?;
            page.enforcing()
                .asking(*asks)
                .respond_asking(&request)
                .await
        }
    }
}

/// The list with the observed callers of the last 30 days on it, still observed.
async fn adopt(state: &State, me: &SignedIn, id: KeyId) -> Result<Update> {
    let by = me.actor();
    state
        .snapshot(move |conn| {
            let key = db::keys::find(conn, by.tenant, id)?;
            // Somebody may have enforced it since this page was shown.
            if key.ip_allowlist_mode != AllowlistMode::Observe {
                return Err(Conflict::NotObserved.into());
            }
            let callers = observed_callers::list(conn, by.tenant, id, by.now)?;
            let list = &key.ip_allowlist;
            let new = callers.iter().map(|caller| &*caller.address);
            let new = new.filter(|address| {
                !address.is_empty() && (list.is_empty() || !list.allows_text(address))
            });
            let known = list.entries();
            let list = AddressList::parse(known.iter().map(String::as_str).chain(new))
                .map_err(|message| Error::invalid("ip_allowlist", message))?;
            Ok(Update {
                ip_allowlist: Some(list),
                ip_allowlist_mode: Some(AllowlistMode::Observe),
                shown: Some(key_updates::version(&key)),
                ..Update::default()
            })
        })
        .await
}
