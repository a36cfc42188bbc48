//! Usage: how often the tenant's keys were accepted and refused, and why.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::numbers::Numbers;
use crate::actions::usage_reports::{Range, Report};
use crate::db::usage_series::Whose;
use crate::db::{self, key_labels};
use crate::domain::id::KeyId;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Keys to choose from; a longer list helps nobody.
const CHOICES: i64 = 1_000;

/// What somebody wants to see; empty values mean all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UsageQuery {
    range: String,
    key: String,
    environment: String,
}

#[derive(Template)]
#[template(path = "usage/index.html")]
struct UsagePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    asked: UsageQuery,
    keys: Vec<(String, String)>,
    numbers: Numbers,
}

#[derive(Template)]
#[template(path = "usage/_numbers.html")]
struct NumbersView {
    numbers: Numbers,
}

/// `GET /usage`.
///
/// # Errors
/// `BadRequest` for a range or an environment that does not exist; `NotFound` for a key that is not the tenant's.
pub async fn index(
    request: HttpRequest,
    me: SignedIn,
    state: web::Data<State>,
    query: web::Query<UsageQuery>,
) -> Answer<HttpResponse> {
    me.actor().must_hold("usage:read")?;
    let asked = query.into_inner();
    let range = Range::parse(&asked.range)?;
    let key = some(&asked.key).map(str::parse::<KeyId>).transpose()?;
    let environment = environment(&asked.environment)?;
    let (tenant, now) = (me.member.tenant, me.now());
    let (report, mut keys) = state
        .snapshot(move |conn| {
            let chosen = key.map(|id| db::keys::find(conn, tenant, id)).transpose()?;
            let whose = Whose {
                tenant,
                key,
                environment,
            };
            let report = Report::load(conn, whose, range, now)?;
            let mut keys = key_labels::list(conn, tenant, CHOICES)?;
            if let Some(chosen) = chosen.filter(|one| !keys.iter().any(|key| key.id == one.id)) {
                keys.extend(key_labels::find(conn, tenant, &[chosen.id])?);
            }
            Ok((report, keys))
        })
        .await?;
    let numbers = Numbers::new(&report, range, key, now);
    if is_htmx(&request) {
        let mut answer = page(StatusCode::OK, &NumbersView { numbers })?;
        let address = HeaderValue::from_str(&address(&asked)).map_err(Error::internal)?;
        answer
            .headers_mut()
            .insert(HeaderName::from_static("hx-replace-url"), address);
        return Ok(answer);
    }
    keys.retain(|key| key.deleted_at.is_none());
    let keys = keys.into_iter();
    let keys = keys.map(|key| (key.choice(), key.id.to_string())).collect();
    page(
        StatusCode::OK,
        &UsagePage {
            shell: me.shell,
            crumbs: vec![Crumb {
                label: "Usage".into(),
                href: None,
            }],
            asked: UsageQuery {
                range: range.as_str().into(),
                ..asked
            },
            keys,
            numbers,
        },
    )
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn environment(word: &str) -> Result<&'static str> {
    match word {
        "" => Ok(""),
        "live" => Ok("live"),
        "test" => Ok("test"),
        _ => Err(Error::BadRequest("Choose live or test.".into())),
    }
}

/// The address of what is asked for, without what is empty.
fn address(asked: &UsageQuery) -> String {
    let parts = [
        ("range", &asked.range),
        ("key", &asked.key),
        ("environment", &asked.environment),
    ];
    let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let query = serde_urlencoded::to_string(given.collect::<Vec<_>>()).unwrap_or_default();
    if query.is_empty() {
        "/usage".into()
    } else {
        format!("/usage?{query}")
    }
}
