//! `GET /api/v1/auth/api-keys`: the tenant's keys, filtered and page by page.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::key_views;
use crate::domain::Error;
use crate::domain::right::Right;
use crate::key_search::filter::{KeyFilter, Mark, Sort, parse_project};
use crate::key_search::lists::ListRequest;
use crate::web::failure::Answer;
use crate::web::json_text::JsonText;
use crate::web::problem::Problem;
use crate::web::state::State;

/// Most keys in one answer.
const MOST: usize = 1_000;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only keys with this status: `active`, `disabled`, `expired` or `revoked`; empty: with any.
    #[serde(default)]
    #[param(required = false)]
    status: String,
    /// Only keys that have not ended (`valid`), those of them that end within 14 days (`expiring-soon`), or keys whose
    /// date has come (`expired`); empty: all. A revoked key is neither of the first two.
    #[serde(default)]
    #[param(required = false)]
    expiration: String,
    /// Words that all occur in name, description, group, prefix or last four characters, in upper or lower case; or the
    /// id of a key. At most 200 characters, never a whole key.
    #[serde(default)]
    #[param(max_length = 200, required = false)]
    q: String,
    /// Only keys of this project, by its id; empty: all.
    #[serde(default)]
    #[param(required = false)]
    project: String,
    /// Keys in the answer, 1 to 1,000; default 1,000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Mark from the `Link` header of the answer before.
    cursor: Option<String>,
}

/// List keys
///
/// Newest first, up to 1,000 unless `limit` says less; filters combine. A `Link` header with `rel=next` leads to older ones and carries the filters.
#[utoipa::path(
    get,
    path = "/api/v1/auth/api-keys",
    operation_id = "listKeys",
    tag = "Keys",
    params(ListQuery),
    responses(
        (status = 200, description = "The keys", body = Vec<key_views::Key>),
        (
            status = 400,
            description = "A filter, limit or cursor that makes no sense, or a key in the query",
            body = Problem,
        ),
        (status = 403, description = "The key lacks api-keys:read", body = Problem),
    ),
    security(("bearer" = []), ("apiKey" = [])),
)]
pub async fn index(
    request: HttpRequest,
    caller: Caller,
    state: web::Data<State>,
) -> Answer<HttpResponse> {
    let by = caller.actor();
    by.must_hold(Right::SeeKeys)?;
    let query = web::Query::<ListQuery>::from_query(request.query_string()).map_err(|_| {
        let text = "Only status, expiration, q, project, limit (1 to 1000) and cursor are understood here, each once.";
        Error::BadRequest(text.into())
    })?;
    let sort = Sort::default();
    let mut filter = KeyFilter::parse(&query.q, &query.status, &query.expiration)?;
    filter.project = parse_project(&query.project)?;
    let wanted = ListRequest {
        filter: filter.clone(),
        sort,
        after: match &query.cursor {
            Some(text) => Some(Mark::parse(text, sort.column)?),
            None => None,
        },
        limit: match query.limit.unwrap_or(MOST) {
            limit @ 1..=MOST => limit,
            _ => return Err(Error::BadRequest(format!("limit: use 1 to {MOST}.")).into()),
        },
    };
    let project = filter.project.map(|id| id.to_string()).unwrap_or_default();
    let limit = wanted.limit.to_string();
    let now = by.now;
    let (next, keys) = state
        .key_list(by.tenant, wanted, now, move |_, found, keys| {
            let keys = keys.into_iter();
            let keys = keys.map(|row| key_views::Key::new(row, None, now));
            Ok((found.next, JsonText::of(&keys.collect::<Vec<_>>())?))
        })
        .await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let next = next.to_text();
        let mut pairs = vec![
            ("q", filter.words.as_str()),
            ("status", filter.status_word()),
            ("expiration", filter.expiration.as_str()),
            ("project", &project),
            ("limit", &limit),
            ("cursor", &next),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        let query = serde_urlencoded::to_string(pairs).map_err(Error::internal)?;
        let base = &state.site.base_url;
        response.insert_header((
            header::LINK,
            format!("<{base}/api/v1/auth/api-keys?{query}>; rel=\"next\""),
        ));
    }
    Ok(keys.send(response))
}
