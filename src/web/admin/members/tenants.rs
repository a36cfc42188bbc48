//! Going over to another of one's tenants.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::actions::sessions;
use crate::domain::Error;
use crate::domain::id::TenantId;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::see_other;
use crate::web::session::Who;
use crate::web::session_facts::SessionFacts;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The tenant as chosen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantForm {
    tenant: String,
}

/// `POST /tenant`: the session goes on in the other tenant, under a key of its own.
///
/// # Errors
/// `NotFound` for a tenant in which the person is not, as for one that does not exist.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<TenantForm>,
) -> Answer<HttpResponse> {
    let (tenant, user): (TenantId, _) = (form.tenant.parse()?, me.member.user);
    if tenant == me.member.tenant {
        return Ok(see_other(&request, "/tenant-api-keys"));
    }
    let there = state
        .read(move |conn| sessions::member(conn, tenant, user))
        .await;
    match there {
        Ok(member) => {
            let facts = SessionFacts::of(&session)?;
            Who::start(&session, member.user, Some(member.tenant), &facts)?;
        }
        Err(Error::Unauthenticated) => return Err(Error::NotFound.into()),
        Err(other) => return Err(other.into()),
    }
    Ok(see_other(&request, "/tenant-api-keys"))
}
