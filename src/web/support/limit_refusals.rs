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
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::errors::Answer;
use crate::web::form::Form;
use crate::web::numbers::grouped;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The field as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalForm {
    #[serde(default)]
    reason: String,
}

/// The question.
struct Ask {
    csrf: String,
    id: String,
    name: String,
    wanted: String,
    asked_by: String,
    form: RefusalForm,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "support/refusal.html")]
struct RefusalPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Ask,
}

#[derive(Template)]
#[template(path = "support/_refusal.html")]
struct RefusalView {
    ask: Ask,
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
    let typed = (RefusalForm::default(), FieldErrors::default());
    show(&request, &state, me, id.parse()?, typed, StatusCode::OK).await
}

async fn show(
    request: &HttpRequest,
    state: &State,
    me: Staff,
    tenant: TenantId,
    (form, errors): (RefusalForm, FieldErrors),
    status: StatusCode,
) -> Answer<HttpResponse> {
    let csrf = me.shell.csrf.clone();
    let ask = state
        .snapshot(move |conn| load(conn, tenant, csrf, form, errors))
        .await?;
    if is_htmx(request) {
        return page(status, &RefusalView { ask });
    }
    page(
        status,
        &RefusalPage {
            shell: me.shell,
            crumbs: crumbs(Some(&ask.name)),
            ask,
        },
    )
}

fn load(
    conn: &mut Conn,
    tenant: TenantId,
    csrf: String,
    form: RefusalForm,
    errors: FieldErrors,
) -> Result<Ask> {
    let open = db::limit_requests::find_open(conn, tenant)?.ok_or(Error::NotFound)?;
    let tenant = db::tenants::find(conn, tenant)?;
    Ok(Ask {
        csrf,
        id: tenant.id,
        name: tenant.name,
        wanted: grouped(open.wanted),
        asked_by: open.asked_by,
        form,
        errors,
    })
}

/// `POST /support/tenants/{id}/limit-refusal`.
///
/// # Errors
/// `NotFound`, also for anybody but staff; a conflict when the request was answered meanwhile. Without a reason the
/// form is shown again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<RefusalForm>,
) -> Answer<HttpResponse> {
    let tenant: TenantId = id.parse()?;
    let (by, reason) = (me.supporter(), form.reason.clone());
    let declined = state
        .change(move |conn| limits::decline(conn, &by, tenant, &reason))
        .await;
    match declined {
        Ok(()) => {
            decided(&request, &state, &session, &me, tenant, |row| {
                format!("The request of {} is declined.", row.name)
            })
            .await
        }
        Err(Error::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(&request, &state, me, tenant, (form, errors), status).await
        }
        Err(other) => Err(other.into()),
    }
}
