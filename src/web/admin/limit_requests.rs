//! A tenant asks for a higher limit, follows what becomes of it, and reads how it went before.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::limit_note::LimitNote;
use super::quota::Quota;
use crate::actions::limit_messages;
use crate::actions::limit_requests;
use crate::actions::limits;
use crate::actions::tenant_history::Past;
use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn};
use crate::domain::limits::{HIGHEST, Input, Step};
use crate::domain::role::Actor;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::limit_thread::LimitThread;
use crate::web::numbers::grouped;
use crate::web::past_step::PastStep;
use crate::web::respond::{is_htmx, page, part, placed, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The page.
const HERE: &str = "/tenant-api-keys/limit-request";

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestForm {
    limit: String,
    reason: String,
}

/// A request that waits for its answer.
struct Waiting {
    wanted: String,
    reason: String,
    by: String,
    since: Moment,
}

#[derive(Template)]
#[template(path = "limit_requests/new.html", blocks = ["state", "thread"])]
struct RequestPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    quota: Quota,
    waiting: Option<Waiting>,
    note: Option<LimitNote>,
    form: RequestForm,
    errors: FieldErrors,
    history: Vec<PastStep>,
    thread: Option<LimitThread>,
    /// An answer as typed.
    words: String,
}

/// How many messages a page shows that waits for news.
#[derive(Debug, Default, Deserialize)]
pub struct Seen {
    seen: Option<usize>,
}

/// `GET /tenant-api-keys/limit-request`. A page that waits asks again and again until there is an answer.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    seen: web::Query<Seen>,
) -> Answer<HttpResponse> {
    let view = load(&state, me, None, FieldErrors::default()).await?;
    if is_htmx(&request) && view.waiting.is_some() {
        let count = view.thread.as_ref().map(|thread| thread.messages.len());
        return match (seen.seen, count) {
            // What is being typed about the request stays as it is.
            (Some(seen), Some(count)) if seen < count => {
                let thread = part(StatusCode::OK, move || view.as_thread().render()).await?;
                Ok(placed(thread, "#limit-thread", "outerMorph"))
            }
            _ => Ok(HttpResponse::NoContent().finish()),
        };
    }
    show(&request, view, StatusCode::OK).await
}

async fn show(
    request: &HttpRequest,
    view: RequestPage,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return part(status, move || view.as_state().render()).await;
    }
    page(status, view).await
}

async fn load(
    state: &State,
    me: SignedIn,
    typed: Option<RequestForm>,
    errors: FieldErrors,
) -> Result<RequestPage> {
    let (by, now) = (me.actor(), me.now());
    let (quota, open, history, note, thread) = state.snapshot(move |conn| read(conn, &by)).await?;
    let kept = open.as_ref().map(|open| RequestForm {
        limit: open.wanted.to_string(),
        reason: open.reason.clone(),
    });
    Ok(RequestPage {
        crumbs: crumbs(Some("Higher limit")),
        shell: me.shell,
        quota,
        form: typed.or(kept).unwrap_or_default(),
        waiting: open.map(|open| Waiting {
            wanted: grouped(open.wanted),
            reason: open.reason,
            by: open.asked_by,
            since: Moment::past(open.asked_at, now),
        }),
        note,
        errors,
        history: history
            .into_iter()
            .map(|past| PastStep::of_limit(past, now))
            .collect(),
        thread,
        words: String::new(),
    })
}

type Loaded = (
    Quota,
    Option<LimitRequest>,
    Vec<Past<Step>>,
    Option<LimitNote>,
    Option<LimitThread>,
);

fn read(conn: &mut Conn, by: &Actor) -> Result<Loaded> {
    Ok((
        Quota::find(conn, by)?,
        db::limit_requests::find_open(conn, by.tenant)?,
        limits::history(conn, by.tenant)?,
        LimitNote::find(conn, by.tenant, by.now)?,
        LimitThread::find(conn, by.tenant, by.now)?,
    ))
}

/// `POST /tenant-api-keys/limit-request`: asks, or changes what was asked.
///
/// # Errors
/// `Forbidden` for viewers. What is wrong shows the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<RequestForm>,
) -> Answer<HttpResponse> {
    let (by, typed) = (me.actor(), form.clone());
    let asked = state
        .change(by, move |conn, by| {
            let input = Input {
                limit: &typed.limit,
                reason: &typed.reason,
            };
            limit_requests::ask(conn, by, &input)
        })
        .await;
    match asked {
        Ok(open) => {
            let text = format!(
                "{} keys are requested. Support sees it in its list.",
                grouped(open.wanted)
            );
            set_flash(&session, &text);
            Ok(see_other(&request, HERE))
        }
        Err(Error::Invalid(errors)) => {
            let view = load(&state, me, Some(form), errors).await?;
            show(&request, view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /tenant-api-keys/limit-request/withdrawal`.
///
/// # Errors
/// `Forbidden` for viewers; a conflict when the request was answered meanwhile.
pub async fn withdraw(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    state.change(by, limit_requests::withdraw).await?;
    set_flash(&session, "The request is withdrawn.");
    Ok(see_other(&request, HERE))
}

/// A message as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageForm {
    words: String,
}

/// `POST /tenant-api-keys/limit-request/messages`: answers what support asked.
///
/// # Errors
/// `Forbidden` for viewers; a conflict when the request is no longer open. What is wrong shows the form again with 422.
pub async fn answer(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<MessageForm>,
) -> Answer<HttpResponse> {
    let (by, typed) = (me.actor(), form.words.clone());
    let written = state
        .change(by, move |conn, by| limit_messages::answer(conn, by, &typed))
        .await;
    match written {
        Ok(()) => {
            set_flash(&session, "Support sees your message beside the request.");
            Ok(see_other(&request, HERE))
        }
        Err(Error::Invalid(errors)) => {
            let mut view = load(&state, me, None, errors).await?;
            view.words = form.words;
            show(&request, view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
