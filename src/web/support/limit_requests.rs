//! The queue of requests for a higher limit, and one of them as a thread: support asks back without deciding.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use super::tenants::{EndNote, crumbs};
use crate::actions::limit_messages::{self, LONGEST};
use crate::db::limit_ends::{self, NearEnd};
use crate::db::limit_requests::{self, Queued};
use crate::db::{self, Conn};
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::limit_thread::{LimitThread, open_state};
use crate::web::numbers::grouped;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The queue.
const QUEUE: &str = "/support/requests";
/// Requests that are listed at once; those behind come up as these are answered.
const MOST: i64 = 200;
/// Hours before its end, and days after it, in which a limit is listed.
const SOON_HOURS: i64 = 24;
const SINCE_DAYS: i64 = 7;

/// A request in the queue.
struct QueueRow {
    id: String,
    tenant: String,
    limit: String,
    wanted: String,
    reason: String,
    since: Moment,
    tone: &'static str,
    state: &'static str,
}

impl QueueRow {
    fn new(queued: Queued, now: Timestamp) -> Self {
        let (tone, state) = open_state(queued.awaits_tenant);
        Self {
            id: queued.tenant_id.to_string(),
            tenant: queued.tenant,
            limit: grouped(queued.limit),
            wanted: grouped(queued.wanted),
            reason: queued.reason,
            since: Moment::past(queued.asked_at, now),
            tone,
            state,
        }
    }
}

/// A limit that ends soon, or did.
struct EndRow {
    id: String,
    tenant: String,
    limit: String,
    text: String,
}

impl EndRow {
    fn new(near: NearEnd, now: Timestamp) -> Option<Self> {
        let note = EndNote::of(&near.end, now)?;
        Some(Self {
            id: near.tenant_id.to_string(),
            tenant: near.tenant,
            limit: grouped(near.limit),
            text: note.text,
        })
    }
}

#[derive(Template)]
#[template(path = "support/requests.html")]
struct QueuePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<QueueRow>,
    is_cut: bool,
    ends: Vec<EndRow>,
}

/// `GET /support/requests`: the oldest first.
///
/// # Errors
/// `NotFound` for anybody but staff.
pub async fn index(state: web::Data<State>, me: Staff) -> Answer<HttpResponse> {
    let now = me.now();
    let (queued, ends) = state.snapshot(move |conn| load(conn, now)).await?;
    page(
        StatusCode::OK,
        QueuePage {
            shell: me.shell,
            crumbs: trail(("Support", QUEUE), ("Limit requests", QUEUE), None),
            is_cut: i64::try_from(queued.len()).is_ok_and(|count| count == MOST),
            rows: queued
                .into_iter()
                .map(|one| QueueRow::new(one, now))
                .collect(),
            ends: ends
                .into_iter()
                .filter_map(|one| EndRow::new(one, now))
                .collect(),
        },
    )
    .await
}

fn load(conn: &mut Conn, now: Timestamp) -> Result<(Vec<Queued>, Vec<NearEnd>)> {
    let soon = now + TimeDelta::hours(SOON_HOURS);
    let since = now - TimeDelta::days(SINCE_DAYS);
    Ok((
        limit_requests::list_open(conn, MOST)?,
        limit_ends::list_near(conn, soon, since)?,
    ))
}

/// A message as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageForm {
    words: String,
}

#[derive(Template)]
#[template(path = "support/request.html")]
struct ThreadPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    tenant: String,
    limit: String,
    thread: LimitThread,
    words: String,
    errors: FieldErrors,
}

/// `GET /support/tenants/{id}/limit-request`: the newest one, open or not.
///
/// # Errors
/// `NotFound`, also for anybody but staff and when the tenant never asked.
pub async fn show(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.must(Right::ChangeLimits)?;
    let none = (String::new(), FieldErrors::default());
    respond(&state, me, id.parse()?, none, StatusCode::OK).await
}

async fn respond(
    state: &State,
    me: Staff,
    id: TenantId,
    (words, errors): (String, FieldErrors),
    status: StatusCode,
) -> Answer<HttpResponse> {
    let now = me.now();
    let (tenant, thread) = state
        .snapshot(move |conn| {
            let thread = LimitThread::find(conn, id, now)?.ok_or(Error::NotFound)?;
            Ok((db::tenants::find(conn, id)?, thread))
        })
        .await?;
    page(
        status,
        ThreadPage {
            shell: me.shell,
            crumbs: crumbs(Some(&tenant.name)),
            id: id.to_string(),
            limit: grouped(tenant.key_limit),
            tenant: tenant.name,
            thread,
            words,
            errors,
        },
    )
    .await
}

/// `POST /support/tenants/{id}/limit-request`: asks back.
///
/// # Errors
/// `NotFound`, also for anybody but staff; a conflict when the request was answered or withdrawn meanwhile. What is
/// wrong shows the form again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<MessageForm>,
) -> Answer<HttpResponse> {
    let (by, tenant, typed) = (
        me.supporter(Right::ChangeLimits)?,
        id.parse()?,
        form.words.clone(),
    );
    let asked = state
        .change(by, move |conn, by| {
            limit_messages::ask_back(conn, by, tenant, &typed)
        })
        .await;
    match asked {
        Ok(()) => {
            set_flash(
                &session,
                "The tenant sees it beside its request. Until it answers, its request waits there.",
            );
            let there = format!("/support/tenants/{tenant}/limit-request");
            Ok(see_other(&request, &there))
        }
        Err(Error::Invalid(errors)) => {
            let typed = (form.words, errors);
            respond(&state, me, tenant, typed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
