//! Usage: how often the tenant's keys were accepted and refused, and why.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::numbers::Numbers;
use crate::actions::usage_reports::{Range, Report};
use crate::db;
use crate::db::usage_series::Whose;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::web::admin::key_picker::{self, KeyChoice, Picked};
use crate::web::failure::Answer;
use crate::web::log_filter::KEY_IN_URL;
use crate::web::respond::{is_htmx, page, part, replacing_url};
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What somebody wants to see; empty values mean all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UsageQuery {
    range: String,
    key: String,
    environment: String,
}

/// What stands under the filters.
enum Shown {
    Numbers(Box<Numbers>),
    Question(Question),
}

/// Which key was meant.
struct Question {
    told: String,
    hint: &'static str,
    /// Keys to choose from, with their addresses.
    links: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "usage/index.html", blocks = ["usage"])]
struct UsagePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    asked: UsageQuery,
    /// What stands in the field for a key.
    picked: String,
    choices: Vec<KeyChoice>,
    shown: Shown,
}

/// `GET /usage`: the page, for htmx what stands under the filters. A text that means several keys asks which.
///
/// # Errors
/// `BadRequest` for a range or an environment that does not exist; `NotFound` for the id of a key that is not the
/// tenant's.
pub async fn index(
    request: HttpRequest,
    me: SignedIn,
    state: web::Data<State>,
    query: web::Query<UsageQuery>,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::SeeUsage)?;
    let mut asked = query.into_inner();
    let range = Range::parse(&asked.range)?;
    range.as_str().clone_into(&mut asked.range);
    let environment = environment(&asked.environment)?;
    let key = match key_picker::pick(&state, &me, &asked.key).await? {
        Picked::Any => None,
        Picked::One(id) => Some(id),
        other => {
            let question = Question::new(&other, &asked);
            if other == Picked::Secret {
                asked.key.clear();
            }
            let typed = asked.key.clone();
            return respond(
                &request,
                &state,
                me,
                asked,
                (typed, Shown::Question(question)),
            )
            .await;
        }
    };
    asked.key = key.map(|id| id.to_string()).unwrap_or_default();
    let (tenant, now) = (me.member.tenant, me.now());
    let (report, picked) = state
        .search(tenant, move |conn| {
            let chosen = key.map(|id| db::keys::find(conn, tenant, id)).transpose()?;
            let whose = Whose {
                tenant,
                key,
                environment,
            };
            let report = Report::load(conn, whose, range, now)?;
            Ok((report, chosen.as_ref().map(key_picker::text_of)))
        })
        .await?;
    let numbers = Shown::Numbers(Box::new(Numbers::new(&report, range, key, now)));
    let shown = (picked.unwrap_or_default(), numbers);
    respond(&request, &state, me, asked, shown).await
}

async fn respond(
    request: &HttpRequest,
    state: &State,
    me: SignedIn,
    asked: UsageQuery,
    (picked, shown): (String, Shown),
) -> Answer<HttpResponse> {
    let address = address(&asked);
    let answer = UsagePage {
        crumbs: vec![Crumb {
            label: "Usage".into(),
            href: None,
        }],
        asked,
        picked,
        choices: if is_htmx(request) {
            Vec::new()
        } else {
            key_picker::offer(state, &me, "").await?
        },
        shown,
        shell: me.shell,
    };
    if !is_htmx(request) {
        return page(StatusCode::OK, answer).await;
    }
    let part = part(StatusCode::OK, move || answer.as_usage().render()).await?;
    Ok(replacing_url(part, &address))
}

impl Question {
    fn new(picked: &Picked, asked: &UsageQuery) -> Self {
        let (told, hint) = match picked {
            Picked::Secret => ("This was an API key".to_owned(), KEY_IN_URL),
            Picked::Several(_) => (
                format!("Several keys match “{}”", asked.key.trim()),
                "Choose one, or type more of its name or its last four characters.",
            ),
            _ => (
                format!("No key matches “{}”", asked.key.trim()),
                "Type a part of its name, or its last four characters.",
            ),
        };
        let choices = match picked {
            Picked::Several(choices) => &choices[..],
            _ => &[],
        };
        let link = |choice: &KeyChoice| {
            let of_key = UsageQuery {
                key: choice.id.to_string(),
                ..asked.clone()
            };
            (choice.text.clone(), address(&of_key))
        };
        Self {
            told,
            hint,
            links: choices.iter().map(link).collect(),
        }
    }
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
