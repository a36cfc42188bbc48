//! `/api/v1/auth/whoami`: the presented key about itself.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::key_views;
use crate::db;
use crate::domain::key::expiry_warning;
use crate::web::failure::Answer;
use crate::web::state::State;

/// Who am I
///
/// The presented key about itself. Any valid key may ask.
#[utoipa::path(
    get,
    path = "/api/v1/auth/whoami",
    operation_id = "whoami",
    tag = "Keys",
    responses(
        (status = 200, description = "The key", body = key_views::Key),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn show(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let (tenant, id) = (caller.tenant_id, caller.key_id);
    let key = state
        .read(move |conn| db::keys::find(conn, tenant, id))
        .await?;
    let warning = expiry_warning(caller.expires_at, caller.now);
    Ok(HttpResponse::Ok().json(key_views::Key {
        warning,
        ..key_views::Key::new(key, None, caller.now)
    }))
}
