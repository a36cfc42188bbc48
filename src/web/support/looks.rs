//! Staff asks a tenant to look at its pages for half an hour, opens them, and ends that.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::tenants::crumbs;
use crate::actions::support_grants::{self, MINUTES};
use crate::db;
use crate::db::support_grants::Grant;
use crate::domain::Error;
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::web::failure::Answer;
use crate::web::form::{Form, Nothing};
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell, hour};
use crate::web::staff::Staff;
use crate::web::state::State;

/// Why, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookForm {
    reason: String,
}

/// What became of the last question.
enum Standing {
    Nothing,
    Asked(Moment),
    Granted(String),
    Declined(Moment),
}

impl Standing {
    fn of(last: Option<&Grant>, now: Timestamp) -> Self {
        let Some(last) = last else {
            return Self::Nothing;
        };
        match (last.until(now), last.ended_at) {
            (Some(until), _) => Self::Granted(hour(until)),
            (None, None) if last.is_asked(now) => Self::Asked(Moment::past(last.asked_at, now)),
            (None, Some(at)) if last.ends_at.is_none() => Self::Declined(Moment::past(at, now)),
            _ => Self::Nothing,
        }
    }
}

#[derive(Template)]
#[template(path = "support/look.html")]
struct LookPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    tenant: String,
    standing: Standing,
    reason: String,
    errors: FieldErrors,
}

/// `GET /support/tenants/{id}/look`.
///
/// # Errors
/// `NotFound`, also for anybody but support staff.
pub async fn new(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let nothing = (String::new(), FieldErrors::default());
    show(&state, me, id.parse()?, nothing, StatusCode::OK).await
}

async fn show(
    state: &State,
    me: Staff,
    id: TenantId,
    (reason, errors): (String, FieldErrors),
    status: StatusCode,
) -> Answer<HttpResponse> {
    let (user, now) = (me.supporter(Right::LookAtTenants)?.id, me.now());
    let (tenant, last) = state
        .snapshot(move |conn| {
            let tenant = db::tenants::find(conn, id)?;
            Ok((tenant, db::support_grants::find_last(conn, id, user)?))
        })
        .await?;
    page(
        status,
        LookPage {
            shell: me.shell,
            crumbs: crumbs(Some(&tenant.name)),
            id: id.to_string(),
            tenant: tenant.name,
            standing: Standing::of(last.as_ref(), now),
            reason,
            errors,
        },
    )
    .await
}

fn page_of(tenant: TenantId) -> String {
    format!("/support/tenants/{tenant}/look")
}

/// `POST /support/tenants/{id}/look`: asks.
///
/// # Errors
/// `NotFound`, also for anybody but support staff; a conflict `tenant-suspended`. Without a reason the form is shown
/// again with 422.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<LookForm>,
) -> Answer<HttpResponse> {
    let (by, tenant, typed) = (
        me.supporter(Right::LookAtTenants)?,
        id.parse()?,
        form.reason.clone(),
    );
    let asked = state
        .change(by, move |conn, by| {
            support_grants::ask(conn, by, tenant, &typed)
        })
        .await;
    match asked {
        Ok(()) => {
            set_flash(
                &session,
                "The tenant is asked. Its admins see it on every page.",
            );
            Ok(see_other(&request, &page_of(tenant)))
        }
        Err(Error::Invalid(errors)) => {
            let typed = (form.reason, errors);
            show(&state, me, tenant, typed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /support/tenants/{id}/look/entry`: opens the tenant's pages.
///
/// # Errors
/// `NotFound` without a grant that holds.
pub async fn enter(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, tenant) = (me.supporter(Right::LookAtTenants)?, id.parse()?);
    state
        .change(by, move |conn, by| support_grants::open(conn, by, tenant))
        .await?;
    Ok(see_other(&request, "/tenant-api-keys"))
}

/// `POST /support/tenants/{id}/look/removal`: ends it, or takes the question back.
///
/// # Errors
/// `NotFound`, also for anybody but support staff.
pub async fn leave(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let (by, tenant) = (me.supporter(Right::LookAtTenants)?, id.parse()?);
    state
        .change(by, move |conn, by| support_grants::leave(conn, by, tenant))
        .await?;
    set_flash(&session, "Ended. You see nothing of the tenant any more.");
    Ok(see_other(&request, &page_of(tenant)))
}
