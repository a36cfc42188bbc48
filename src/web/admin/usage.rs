//! Usage: how often the tenant's keys were accepted and refused, and why.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::actions::usage_reports::{Hole, Range, Report, refusals};
use crate::db::usage::{Bucket, HOUR, Whose};
use crate::db::{self, usage_gaps};
use crate::domain::id::KeyId;
use crate::domain::time::{self, Timestamp, from_micros};
use crate::domain::{Error, Result};
use crate::verify::Code;
use crate::web::errors::Answer;
use crate::web::extract::SignedIn;
use crate::web::numbers::{change, grouped, share};
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::state::State;

/// Keys to choose from; a longer list helps nobody.
const CHOICES: i64 = 1_000;
/// Holes that are told one by one.
const HOLES: usize = 5;

/// What somebody wants to see; empty values mean all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UsageQuery {
    range: String,
    key: String,
    environment: String,
}

/// A number with what it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tile {
    label: &'static str,
    number: String,
    beside: String,
    change: String,
}

/// One line of the table of refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Words.
    pub label: &'static str,
    /// The code in answers.
    pub code: &'static str,
    /// How often.
    pub count: i64,
    /// "1,200".
    pub number: String,
    /// Part of all refusals.
    pub share: String,
}

/// One line of the table under the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    iso: String,
    text: String,
    accepted: String,
    refused: String,
}

/// Everything under the filters.
#[derive(Debug, Clone)]
struct Numbers {
    tiles: [Tile; 3],
    chart: String,
    chart_label: String,
    is_empty: bool,
    by_hour: bool,
    lines: Vec<Line>,
    refused: i64,
    reasons: Vec<Reason>,
    holes: Vec<String>,
    more_holes: usize,
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
    let (report, mut keys, chosen) = state
        .snapshot(move |conn| {
            let chosen = key.map(|id| db::keys::find(conn, tenant, id)).transpose()?;
            let whose = Whose {
                tenant,
                key,
                environment,
            };
            let report = Report::load(conn, whose, range, now)?;
            Ok((report, db::key_names::list(conn, tenant, CHOICES)?, chosen))
        })
        .await?;
    let numbers = Numbers::new(&report, range, now);
    if is_htmx(&request) {
        let mut answer = page(StatusCode::OK, &NumbersView { numbers })?;
        let address = HeaderValue::from_str(&address(&asked)).map_err(Error::internal)?;
        answer
            .headers_mut()
            .insert(HeaderName::from_static("hx-replace-url"), address);
        return Ok(answer);
    }
    if let Some(chosen) = chosen.filter(|chosen| !keys.iter().any(|(id, _)| *id == chosen.id)) {
        keys.push((chosen.id, chosen.name));
    }
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

impl Numbers {
    fn new(report: &Report, range: Range, now: Timestamp) -> Self {
        let all = |of: &Bucket| of.valid + of.refused();
        let (sum, before) = (&report.sum, &report.before);
        let (total, refused) = (all(sum), sum.refused());
        let time_before = format!("the {} before", range.label());
        let tile = |label, count, past, beside: String| Tile {
            label,
            number: grouped(count),
            beside,
            change: format!("{} {time_before}", change(count, past)),
        };
        let by_hour = range.step() == HOUR;
        let each = if by_hour { "hour" } else { "day" };
        let refusals_before = before.refused();
        Self {
            tiles: [
                tile("Requests", total, all(before), String::new()),
                tile(
                    "Refused",
                    refused,
                    refusals_before,
                    format!("{} of requests", share(refused, total)),
                ),
                tile(
                    "Keys in use",
                    report.keys,
                    report.keys_before,
                    String::new(),
                ),
            ],
            chart: chart(report, range),
            chart_label: format!(
                "Requests by {each}: {} accepted and {} refused in {}. The table below has the same numbers.",
                grouped(sum.valid),
                grouped(refused),
                range.label(),
            ),
            is_empty: total == 0,
            by_hour,
            lines: report
                .spans
                .iter()
                .rev()
                .map(|span| line(span, by_hour))
                .collect(),
            refused,
            reasons: reasons(sum),
            holes: report
                .holes
                .iter()
                .take(HOLES)
                .map(|hole| tell(hole, now))
                .collect(),
            more_holes: report.holes.len().saturating_sub(HOLES),
        }
    }
}

/// What the script draws.
fn chart(report: &Report, range: Range) -> String {
    let of = |value: fn(&Bucket) -> i64| report.spans.iter().map(value).collect::<Vec<i64>>();
    json!({
        "step": range.step(),
        "at": of(|span| span.start),
        "accepted": of(|span| span.valid),
        "refused": of(Bucket::refused),
    })
    .to_string()
}

fn line(span: &Bucket, by_hour: bool) -> Line {
    let at = from_micros(span.start * 1_000_000);
    Line {
        iso: time::rfc3339(at),
        text: if by_hour {
            at.format("%-d %b, %H:%M").to_string()
        } else {
            time::day(at)
        },
        accepted: grouped(span.valid),
        refused: grouped(span.refused()),
    }
}

/// The reasons of refusals as lines of a table.
pub fn reasons(of: &Bucket) -> Vec<Reason> {
    let all = of.refused();
    let reason = |(code, count): (Code, i64)| Reason {
        label: code.label(),
        code: code.as_str(),
        count,
        number: grouped(count),
        share: share(count, all),
    };
    refusals(of).into_iter().map(reason).collect()
}

/// A hole in words. How much is missing is known for all tenants together only, so nobody is told.
fn tell(hole: &Hole, now: Timestamp) -> String {
    let day = |at: Timestamp| match at.date_naive() == now.date_naive() {
        true => String::new(),
        false => at.format("%-d %b, ").to_string(),
    };
    let minute = |at: Timestamp| format!("{}{}", day(at), at.format("%H:%M"));
    // The minutes around it: the end counts up, so that a second does not end where it starts.
    let end = hole.to + chrono::TimeDelta::seconds(59);
    let (from, to) = (minute(hole.from), minute(end));
    if hole.cause == usage_gaps::FULL {
        format!(
            "Between {from} and {to} more requests came than this server records singly; the totals here count them all."
        )
    } else {
        format!(
            "Between {from} and {to} the server ended without notice; up to 1.5 seconds of usage before that may be missing."
        )
    }
}
