//! `/api/v1/auth/whoami`: the presented key about itself.

use actix_web::{HttpResponse, web};

use super::caller::Caller;
use super::views;
use crate::db;
use crate::domain::key::expiry_warning;
use crate::web::errors::Answer;
use crate::web::state::State;

/// The presented key about itself; any valid key may ask.
///
/// # Errors
/// `Unavailable` when the database is away.
#[utoipa::path(get, path = "/api/v1/auth/whoami", operation_id = "whoami", summary = "Who am I",
    description = "The presented key about itself. Any valid key may ask.", tag = "Keys",
    responses((status = 200, description = "The key", body = views::Key), (status = 400, description = "Two credentials, or one in the query", body = views::Problem), (status = 401, description = "No valid key", body = views::Problem), (status = 503, description = "This node can't be sure now: try again after Retry-After seconds", body = views::Problem)),
    security(("bearer" = []), ("apiKey" = [])))]
pub async fn show(caller: Caller, state: web::Data<State>) -> Answer<HttpResponse> {
    let (tenant, id) = (caller.tenant_id, caller.key_id);
    let key = state
        .read(move |conn| db::keys::find(conn, tenant, id))
        .await?;
    let warning = expiry_warning(caller.expires_at, caller.now);
    Ok(HttpResponse::Ok().json(views::Key {
        warning,
        ..views::Key::new(key, None, caller.now)
    }))
}
