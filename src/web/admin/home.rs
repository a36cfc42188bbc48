//! `/`: sends people on to the page they came for.

use actix_web::{HttpRequest, HttpResponse};

use crate::web::respond::see_other;

/// `GET /`.
pub async fn index(request: HttpRequest) -> HttpResponse {
    see_other(&request, "/tenant-api-keys")
}
