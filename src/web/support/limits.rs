//! Support sets another limit: the facts and the form, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::tenants::{TenantRow, crumbs};
use crate::actions::limits::{self, Raised, Shown, Until};
use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn, tenant_overviews};
use crate::domain::id::TenantId;
use crate::domain::limit_end::typed;
use crate::domain::limits::{HIGHEST, Input};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::grouped;
use crate::web::past_step::PastStep;
use crate::web::respond::{html, is_htmx, page, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;
use crate::web::step_up;
use crate::web::viewer_zone;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitForm {
    /// The limit that the form showed.
    shown: i64,
    /// The end of it that it showed.
    #[serde(default)]
    shown_end: String,
    /// The request that it showed.
    #[serde(default)]
    asked: String,
    #[serde(default)]
    limit: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

/// The form, with the facts that matter to the answer.
struct LimitQuestion {
    csrf: String,
    row: TenantRow,
    request: Option<LimitRequest>,
    asked_by: String,
    since: Option<Moment>,
    least: i64,
    /// What a limit with an end falls back to.
    falls_to: String,
    /// Words, the number that is filled in, and how it reads.
    presets: [(&'static str, i64, String); 3],
    form: LimitForm,
    errors: FieldErrors,
    banner: Option<String>,
    history: Vec<PastStep>,
}

impl LimitQuestion {
    fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Self> {
        let row = TenantRow::new(tenant_overviews::find(conn, tenant, now)?, now);
        let request = db::limit_requests::find_open(conn, tenant)?;
        let wanted = request.as_ref().map(|open| open.wanted.to_string());
        let history = limits::history(conn, tenant)?;
        let end = db::limit_ends::find(conn, tenant)?.and_then(|end| end.to_come());
        let asked_by = request.as_ref().map(|open| person(conn, &open.asked_by));
        Ok(Self {
            csrf: String::new(),
            asked_by: asked_by.transpose()?.unwrap_or_default(),
            presets: [("+5", 5), ("+10", 10), ("Double", row.limit)].map(|(label, more)| {
                let limit = row.limit.saturating_add(more).min(HIGHEST);
                (label, limit, grouped(limit))
            }),
            least: row.used.max(1),
            falls_to: grouped(end.map_or(row.limit, |end| end.then)),
            form: LimitForm {
                shown: row.limit,
                shown_end: limits::version_of_end(end),
                until: end
                    .map(|end| typed(end.at, viewer_zone::current()))
                    .unwrap_or_default(),
                asked: limits::version_of_request(request.as_ref()),
                limit: wanted.unwrap_or_default(),
                reason: String::new(),
            },
            since: request
                .as_ref()
                .map(|open| Moment::past(open.asked_at, now)),
            request,
            row,
            errors: FieldErrors::default(),
            banner: None,
            history: history
                .into_iter()
                .map(|past| PastStep::of_limit(past, now))
                .collect(),
        })
    }
}

/// "Alice Archer, alice@acme.test" of somebody who asked.
pub(super) fn person(conn: &mut Conn, email: &str) -> Result<String> {
    let known = db::users::find_by_email(conn, email)?;
    Ok(known.map_or_else(
        || email.to_owned(),
        |person| format!("{}, {email}", person.name),
    ))
}

/// A number to fill in, as a preset's link says it.
#[derive(Debug, Default, Deserialize)]
pub struct Preset {
    limit: Option<u32>,
}

#[derive(Template)]
#[template(path = "support/limit.html")]
struct LimitPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: LimitQuestion,
}

#[derive(Template)]
#[template(path = "support/_limit.html")]
struct LimitView {
    ask: LimitQuestion,
}

#[derive(Template)]
#[template(path = "support/_row.html")]
struct TenantRowView {
    row: TenantRow,
}

/// `GET /support/tenants/{id}/limit`.
///
/// # Errors
/// `NotFound`, also for anybody but staff.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
    preset: web::Query<Preset>,
) -> Answer<HttpResponse> {
    me.must(Right::ChangeLimits)?;
    let (tenant, now): (TenantId, _) = (id.parse()?, me.now());
    let mut ask = state
        .snapshot(move |conn| LimitQuestion::load(conn, tenant, now))
        .await?;
    if let Some(limit) = preset.limit {
        ask.form.limit = limit.to_string();
    }
    show(&request, me, ask, StatusCode::OK).await
}

async fn show(
    request: &HttpRequest,
    me: Staff,
    ask: LimitQuestion,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let csrf = me.shell.csrf.clone();
    let ask = LimitQuestion { csrf, ..ask };
    if is_htmx(request) {
        return page(status, LimitView { ask }).await;
    }
    page(
        status,
        LimitPage {
            shell: me.shell,
            crumbs: crumbs(Some(&ask.row.name)),
            ask,
        },
    )
    .await
}

/// `POST /support/tenants/{id}/limit`: when this answers, the tenant has the limit.
///
/// # Errors
/// `NotFound`, also for anybody but staff. What is wrong shows the form again with 422; a limit or a request that
/// somebody else changed meanwhile with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<LimitForm>,
) -> Answer<HttpResponse> {
    let tenant: TenantId = id.parse()?;
    let (by, zone) = (me.supporter(Right::ChangeLimits)?, me.shell.zone);
    let typed = form.clone();
    let raised = step_up::change(&request, &state, (&me.holder(), by), move |conn, by| {
        let input = Input {
            limit: &typed.limit,
            reason: &typed.reason,
        };
        let shown = Shown {
            limit: typed.shown,
            end: &typed.shown_end,
            asked: &typed.asked,
        };
        let until = Until {
            typed: &typed.until,
            zone,
        };
        limits::set(conn, by, tenant, shown, &input, until)
    })
    .await;
    match raised {
        Ok(Raised::Set(_)) => done(&request, &state, &session, &me, tenant).await,
        Ok(Raised::Meanwhile(limit)) => {
            let text = format!(
                "Somebody changed the limit meanwhile: it was {} and is {} now. Nothing was saved; look again.",
                grouped(form.shown),
                grouped(limit)
            );
            let mut ask = again(&state, &me, tenant, form, FieldErrors::default()).await?;
            ask.banner = Some(text);
            show(&request, me, ask, StatusCode::CONFLICT).await
        }
        Err(Error::Conflict(
            conflict @ (Conflict::LimitRequestChanged
            | Conflict::LimitRequestClosed
            | Conflict::ChangedMeanwhile),
        )) => {
            let mut ask = again(&state, &me, tenant, form, FieldErrors::default()).await?;
            ask.banner = Some(conflict.to_string());
            show(&request, me, ask, StatusCode::CONFLICT).await
        }
        Err(Error::Invalid(errors)) => {
            let ask = again(&state, &me, tenant, form, errors).await?;
            show(&request, me, ask, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The form with what was typed, beside the facts as they are now.
async fn again(
    state: &State,
    me: &Staff,
    tenant: TenantId,
    form: LimitForm,
    errors: FieldErrors,
) -> Result<LimitQuestion> {
    let now = me.now();
    let ask = state
        .snapshot(move |conn| LimitQuestion::load(conn, tenant, now))
        .await?;
    let form = LimitForm {
        shown: ask.form.shown,
        shown_end: ask.form.shown_end,
        asked: ask.form.asked,
        ..form
    };
    Ok(LimitQuestion {
        form,
        errors,
        ..ask
    })
}

/// What follows a decision: the tenant's row as it is now, and how many still wait.
pub(super) async fn decided(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &Staff,
    tenant: TenantId,
    text: impl Fn(&TenantRow) -> String,
) -> Answer<HttpResponse> {
    let now = me.now();
    let (row, waiting, requests) = state
        .snapshot(move |conn| {
            let overview = tenant_overviews::find(conn, tenant, now)?;
            let waiting = tenant_overviews::count_waiting(conn)?;
            Ok((
                overview,
                waiting,
                db::limit_requests::count_unanswered(conn)?,
            ))
        })
        .await?;
    let row = TenantRow::new(row, now).seen_by(&me.shell);
    let text = text(&row);
    if !is_htmx(request) {
        set_flash(session, &text);
        return Ok(see_other(request, "/support/tenants"));
    }
    let row = TenantRowView { row }.render().map_err(Error::internal)?;
    let beside = |count| match count {
        0 => String::new(),
        some => format!("{some}<span class=\"vh\"> waiting</span>"),
    };
    let (waiting_beside, requests_beside) = (beside(waiting), beside(requests));
    let count = format!(
        "<hx-partial hx-target=\"#waiting\">{waiting}</hx-partial>\
         <hx-partial hx-target=\"#side-waiting\">{waiting_beside}</hx-partial>\
         <hx-partial hx-target=\"#side-requests\">{requests_beside}</hx-partial>"
    );
    Ok(with_toast(html(StatusCode::OK, row + &count), &text))
}

async fn done(
    request: &HttpRequest,
    state: &State,
    session: &Session,
    me: &Staff,
    tenant: TenantId,
) -> Answer<HttpResponse> {
    decided(request, state, session, me, tenant, |row| {
        let end = row.end.as_ref().map(|end| format!(" {}", end.text));
        let end = end.unwrap_or_default();
        format!("{} may have {} keys now{end}.", row.name, row.limit_text)
    })
    .await
}
