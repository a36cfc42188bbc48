//! Usage > Request log > Explain: why a request was let through or refused.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::lines::KeyName;
use super::list::crumbs;
use crate::actions::explain::{self, Explanation, Known};
use crate::db::key_labels::{self, KeyLabel};
use crate::domain::request_id::RequestId;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, key_text};
use crate::web::explained::{StrangerView, request_id, summary};
use crate::web::failure::Answer;
use crate::web::log_filter::KEY_IN_URL;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::verdicts::{Verdict, verdict};

/// Which request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExplanationQuery {
    request: String,
}

/// What the page says of a request.
enum Said {
    /// Nothing was asked.
    Nothing,
    /// A decision about a key.
    Known(Box<KnownView>),
    /// The presented text was no key of ours.
    Stranger(StrangerView),
}

struct KnownView {
    known: Known,
    at: Moment,
    verdict: Verdict,
    key: KeyName,
    summary: &'static str,
}

#[derive(Template)]
#[template(path = "requests/explanation.html")]
struct ExplanationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    typed: String,
    errors: FieldErrors,
    said: Said,
}

/// `GET /usage/explanation`.
///
/// # Errors
/// None of its own: what is wrong with the request id is said at the field.
pub async fn show(
    me: SignedIn,
    state: web::Data<State>,
    wanted: web::Query<ExplanationQuery>,
) -> Answer<HttpResponse> {
    let typed = wanted.into_inner().request.trim().to_owned();
    let mut answer = ExplanationPage {
        shell: me.shell.clone(),
        crumbs: crumbs(Some("Explain")),
        typed,
        errors: FieldErrors::default(),
        said: Said::Nothing,
    };
    let status = match read(&answer.typed) {
        Ok(None) => StatusCode::OK,
        Ok(Some(id)) => match find(&me, &state, id).await {
            Ok(said) => {
                answer.said = said;
                StatusCode::OK
            }
            Err(Error::NotFound) => {
                answer.errors.add("request", UNKNOWN);
                StatusCode::NOT_FOUND
            }
            Err(other) => return Err(other.into()),
        },
        Err(message) => {
            if message == KEY_IN_URL {
                answer.typed.clear();
            }
            answer.errors.add("request", message);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    page(status, answer).await
}

/// Said of requests that are not there, or not this tenant's.
const UNKNOWN: &str = "No request with this id is known. It takes about a second until a request is listed, and \
                       requests are kept for a limited time.";

fn read(typed: &str) -> Result<Option<RequestId>, &'static str> {
    if key_text::appears_in(typed) {
        return Err(KEY_IN_URL);
    }
    if typed.is_empty() {
        return Ok(None);
    }
    request_id(typed).map(Some)
}

async fn find(me: &SignedIn, state: &web::Data<State>, id: RequestId) -> Result<Said, Error> {
    let (by, inside, zone) = (me.actor(), state.clone(), me.shell.zone);
    state
        .read(
            move |conn| match explain::explain(conn, inside.index(), &by, id, zone)? {
                Explanation::Stranger(code) => Ok(Said::Stranger(StrangerView::new(id, code))),
                Explanation::Known(known) => {
                    let ids = [known.record.key_id];
                    let key = key_labels::find(conn, by.tenant, &ids)?.pop();
                    Ok(Said::Known(Box::new(view(*known, key.as_ref()))))
                }
            },
        )
        .await
}

fn view(known: Known, key: Option<&KeyLabel>) -> KnownView {
    KnownView {
        at: Moment::to_the_second(known.record.at),
        verdict: verdict(known.record.code),
        key: KeyName::new(key),
        summary: summary(known.record.code),
        known,
    }
}
