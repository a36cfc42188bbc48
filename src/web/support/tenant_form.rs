//! A super user makes a tenant, or gives one another name.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::first_links;
use super::tenants::crumbs;
use crate::actions::tenants;
use crate::db;
use crate::domain::id::TenantId;
use crate::domain::limits::HIGHEST;
use crate::domain::plan::{Plan, STANDARD};
use crate::domain::tenant::Input;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The fields of a new tenant as typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct TenantForm {
    pub name: String,
    pub plan: String,
    pub limit: String,
    pub email: String,
}

impl Default for TenantForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            plan: STANDARD.into(),
            limit: String::new(),
            email: String::new(),
        }
    }
}

/// Another name for a tenant as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct NameForm {
    pub shown: String,
    pub name: String,
}

#[derive(Template)]
#[template(path = "support/new.html")]
struct NewTenantPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    plans: Vec<Plan>,
    form: TenantForm,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "support/name.html")]
struct NamePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: TenantId,
    form: NameForm,
    errors: FieldErrors,
    banner: Option<String>,
}

/// `GET /support/tenants/new`.
///
/// # Errors
/// `NotFound` for anybody but a super user.
pub async fn new(state: web::Data<State>, me: Staff) -> Answer<HttpResponse> {
    me.overseer()?;
    let plans = state.read(db::plans::list).await?;
    let (form, errors) = (TenantForm::default(), FieldErrors::default());
    form_again(me, plans, form, errors, StatusCode::OK).await
}

async fn form_again(
    me: Staff,
    plans: Vec<Plan>,
    form: TenantForm,
    errors: FieldErrors,
    status: StatusCode,
) -> Answer<HttpResponse> {
    page(
        status,
        NewTenantPage {
            shell: me.shell,
            crumbs: crumbs(Some("New")),
            plans,
            form,
            errors,
        },
    )
    .await
}

/// `POST /support/tenants`: the answer has the link of the first admin's invitation, which is nowhere else.
///
/// # Errors
/// `NotFound` for anybody but a super user. Field errors show the form again with 422.
pub async fn create(
    state: web::Data<State>,
    me: Staff,
    Form(form): Form<TenantForm>,
) -> Answer<HttpResponse> {
    let by = me.overseer()?;
    let input = Input {
        name: &form.name,
        plan: &form.plan,
        limit: &form.limit,
        email: &form.email,
    };
    let plans = state.read(db::plans::list).await?;
    let made = match input.check(&plans) {
        Ok(draft) => {
            state
                .change(by, move |conn, by| tenants::make(conn, by, &draft))
                .await
        }
        Err(wrong) => Err(wrong),
    };
    match made {
        Ok(made) => first_links::hand_over(&state, me, made, true).await,
        Err(Error::Invalid(errors)) => {
            form_again(me, plans, form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /support/tenants/{id}/name`.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn edit(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    me.overseer()?;
    let id = id.parse()?;
    let name = name_of(&state, id).await?;
    let form = NameForm {
        shown: name.clone(),
        name,
    };
    page(StatusCode::OK, name_page(me, id, form)).await
}

async fn name_of(state: &State, id: TenantId) -> Result<String> {
    state
        .read(move |conn| Ok(db::tenants::find(conn, id)?.name))
        .await
}

fn name_page(me: Staff, id: TenantId, form: NameForm) -> NamePage {
    NamePage {
        crumbs: crumbs(Some(&form.shown)),
        shell: me.shell,
        id,
        form,
        errors: FieldErrors::default(),
        banner: None,
    }
}

/// `POST /support/tenants/{id}/name`.
///
/// # Errors
/// As [`edit`]. Field errors show the form again with 422, a name that somebody changed meanwhile with 409.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<NameForm>,
) -> Answer<HttpResponse> {
    let (by, id): (_, TenantId) = (me.overseer()?, id.parse()?);
    let typed = form.clone();
    let renamed = state
        .change(by, move |conn, by| {
            tenants::rename(conn, by, id, &typed.shown, &typed.name)
        })
        .await;
    match renamed {
        Ok(tenant) => {
            set_flash(&session, &format!("{} is its name now.", tenant.name));
            Ok(see_other(&request, "/support/tenants?sort=name"))
        }
        Err(Error::Invalid(errors)) => {
            let view = NamePage {
                errors,
                ..name_page(me, id, form)
            };
            page(StatusCode::UNPROCESSABLE_ENTITY, view).await
        }
        Err(Error::Conflict(conflict)) => {
            let shown = name_of(&state, id).await?;
            let view = NamePage {
                banner: Some(conflict.to_string()),
                ..name_page(me, id, NameForm { shown, ..form })
            };
            page(StatusCode::CONFLICT, view).await
        }
        Err(other) => Err(other.into()),
    }
}
