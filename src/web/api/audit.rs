//! `GET /api/v1/audit`: the audit log of the tenant, for systems that collect logs.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use crate::actions::audit_log;
use crate::domain::Error;
use crate::web::audit_rows::AuditRow;
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;

/// Most rows in one answer.
const MOST: i64 = 1_000;

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only rows with a higher number: that of the last row which was read before; without it, from the first row that is kept.
    #[serde(default)]
    #[param(minimum = 0, required = false)]
    after: i64,
    /// Rows in the answer, 1 to 1,000; default 1,000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// Read the audit log
///
/// What happened in the tenant, oldest first. Ask again with `after` set to the `seq` of the last row: no row is left out and none comes twice. An empty list says that there is nothing newer yet.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "listAuditRows",
    tag = "Audit log",
    params(AuditQuery),
    responses(
        (status = 200, description = "The rows", body = Vec<AuditRow>),
        (status = 400, description = "A number or limit that makes no sense", body = Problem),
        (status = 403, description = "The key lacks audit:read, or belongs to a project", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(
    request: HttpRequest,
    caller: Caller,
    state: web::Data<State>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    audit_log::must_read(&by)?;
    let query = web::Query::<AuditQuery>::from_query(request.query_string()).map_err(|_| {
        let text = "Only after (a number) and limit (1 to 1000) are understood here, each once.";
        Error::BadRequest(text.into())
    })?;
    if query.after < 0 {
        return Err(Error::BadRequest("after: use 0 or the seq of a row.".into()).into());
    }
    let (after, limit) = match query.limit.unwrap_or(MOST) {
        limit @ 1..=MOST => (query.after, limit),
        _ => return Err(Error::BadRequest(format!("limit: use 1 to {MOST}.")).into()),
    };
    let rows = state
        .search(by.tenant, move |conn| {
            let rows = audit_log::after(conn, &by, after, limit)?.into_iter();
            JsonText::of(&rows.map(AuditRow::from).collect::<Vec<_>>())
        })
        .await?;
    Ok(rows.send(HttpResponse::Ok()))
}
