//! Support declines a request for a higher limit, and says why.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::limits::decided;
use super::tenants::crumbs;
use crate::actions::limits;
use crate::db::{self, Conn};
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::grouped;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalForm {
    /// The request that the form showed.
    #[serde(default)]
    asked: String,
    #[serde(default)]
    reason: String,
}

/// The question.
struct RefusalQuestion {
    csrf: String,
    id: String,
    name: String,
    wanted: String,
    asked_by: String,
    their_reason: String,
    form: RefusalForm,
    errors: FieldErrors,
    banner: Option<String>,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    form: RefusalForm,
    errors: FieldErrors,
    banner: Option<String>,
}

#[derive(Template)]
#[template(path = "support/refusal.html")]
struct RefusalPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: RefusalQuestion,
}

#[derive(Template)]
#[template(path = "support/_refusal.html")]
struct RefusalView {
    ask: RefusalQuestion,
}

/// `GET /support/tenants/{id}/limit-refusal`.
///
/// # Errors
/// `NotFound`, also for anybody but staff and when nothing is asked for.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.must(Right::ChangeLimits)?;
    let typed = Typed::default();
    show(&request, &state, me, id.parse()?, typed, StatusCode::OK).await
}

async fn show(
    request: &HttpRequest,
    state: &State,
    me: Staff,
    tenant: TenantId,
    typed: Typed,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let csrf = me.shell.csrf.clone();
    let ask = state
        .snapshot(move |conn| load(conn, tenant, csrf, typed))
        .await?;
    if is_htmx(request) {
        return page(status, RefusalView { ask }).await;
    }
    page(
        status,
        RefusalPage {
            shell: me.shell,
            crumbs: crumbs(Some(&ask.name)),
            ask,
        },
    )
    .await
}

fn load(conn: &mut Conn, tenant: TenantId, csrf: String, typed: Typed) -> Result<RefusalQuestion> {
    let open = db::limit_requests::find_open(conn, tenant)?.ok_or(Error::NotFound)?;
    let tenant = db::tenants::find(conn, tenant)?;
    Ok(RefusalQuestion {
        csrf,
        id: tenant.id.to_string(),
        name: tenant.name,
        wanted: grouped(open.wanted),
        form: RefusalForm {
            asked: limits::version_of_request(Some(&open)),
            ..typed.form
        },
        asked_by: super::limits::person(conn, &open.asked_by)?,
        their_reason: open.reason,
        errors: typed.errors,
        banner: typed.banner,
    })
}

/// `POST /support/tenants/{id}/limit-refusal`.
///
/// # Errors
/// `NotFound`, also for anybody but staff; a conflict when the request was answered meanwhile. Without a reason the
/// form is shown again with 422, and with 409 when the tenant asks for something else now.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<RefusalForm>,
) -> Answer<HttpResponse> {
    let tenant: TenantId = id.parse()?;
    let (by, typed) = (me.supporter(Right::ChangeLimits)?, form.clone());
    let declined = state
        .change(by, move |conn, by| {
            limits::decline(conn, by, tenant, &typed.asked, &typed.reason)
        })
        .await;
    match declined {
        Ok(()) => {
            decided(&request, &state, &session, &me, tenant, |row| {
                format!("The request of {} is declined.", row.name)
            })
            .await
        }
        Err(Error::Invalid(errors)) => {
            let banner = None;
            let typed = Typed {
                form,
                errors,
                banner,
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(&request, &state, me, tenant, typed, status).await
        }
        Err(Error::Conflict(conflict @ Conflict::LimitRequestChanged)) => {
            let (banner, errors) = (Some(conflict.to_string()), FieldErrors::default());
            let typed = Typed {
                form,
                errors,
                banner,
            };
            show(&request, &state, me, tenant, typed, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other.into()),
    }
}
