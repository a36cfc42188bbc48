//! Support > Found keys: whose key somebody found, and off with it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::leaked_keys::{self, Found};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::State as KeyState;
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::{page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The page.
const HERE: &str = "/support/leaked-keys";

/// What somebody found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundForm {
    key: String,
}

/// Which key to switch off, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainForm {
    tenant: String,
    id: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "support/leaked_keys.html")]
struct LeakedKeysPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    found: Option<FoundView>,
    reason: String,
    errors: FieldErrors,
    banner: Option<String>,
}

/// The key, as staff sees it.
struct FoundView {
    key: KeyId,
    name: String,
    tenant: TenantId,
    tenant_name: String,
    status: KeyState,
    is_replaced: bool,
    last_used: Option<Moment>,
}

impl FoundView {
    fn new(found: &Found, me: &Staff) -> Self {
        let now = me.now();
        Self {
            key: found.key.id,
            name: found.key.name.clone(),
            tenant: found.tenant.id,
            tenant_name: found.tenant.name.clone(),
            status: found.key.state(now),
            is_replaced: found.is_replaced,
            last_used: found.key.last_used_at().map(|at| Moment::past(at, now)),
        }
    }
}

/// `GET /support/leaked-keys`.
///
/// # Errors
/// `NotFound` for anybody but staff.
pub async fn new(me: Staff) -> Answer<HttpResponse> {
    me.must(Right::ContainKeys)?;
    show(me, StatusCode::OK, |_| {}).await
}

/// `POST /support/leaked-keys`: whose key it is. The text comes in the body, is digested, and is shown nowhere; the tenant
/// can read that staff looked.
///
/// # Errors
/// `NotFound` for anybody but staff. What is no whole key, or nobody's, shows the page again with 422.
pub async fn create(
    state: web::Data<State>,
    me: Staff,
    Form(form): Form<FoundForm>,
) -> Answer<HttpResponse> {
    let (by, peppers) = (me.supporter(Right::ContainKeys)?, state.index().peppers());
    let looked = state
        .change(by, move |conn, by| {
            leaked_keys::look_up(conn, by, &peppers, &form.key)
        })
        .await;
    let errors = match looked {
        Ok(Some(found)) => {
            let found = FoundView::new(&found, &me);
            return show(me, StatusCode::OK, |page| page.found = Some(found)).await;
        }
        Ok(None) => {
            let mut errors = FieldErrors::default();
            errors.add("key", "No key of this server has that text.");
            errors
        }
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    show(me, StatusCode::UNPROCESSABLE_ENTITY, |page| {
        page.errors = errors
    })
    .await
}

/// `POST /support/leaked-keys/containment`: when this answers, the key is refused, and its tenant is told.
///
/// # Errors
/// `NotFound`, also for anybody but staff. Without a reason the question is shown again with 422, for a key that was
/// revoked meanwhile with 409.
pub async fn contain(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    Form(form): Form<ContainForm>,
) -> Answer<HttpResponse> {
    let of: (TenantId, KeyId) = (form.tenant.parse()?, form.id.parse()?);
    let (by, reason) = (me.supporter(Right::ContainKeys)?, form.reason.clone());
    let (tenant, request_id) = (of.0, by.request_id.clone());
    let contained = state
        .change(by, move |conn, by| {
            leaked_keys::contain(conn, by, of, &reason)
        })
        .await;
    let (status, errors, banner) = match contained {
        Ok(key) => {
            let proof = proof::told(&state, tenant, key.id.to_string(), &request_id).await;
            let text = format!("{} is switched off. Its tenant is told.{proof}", key.name);
            set_flash(&session, &text);
            return Ok(see_other(&request, HERE));
        }
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(Error::Conflict(conflict @ Conflict::KeyRevoked)) => {
            let told = Some(conflict.to_string());
            (StatusCode::CONFLICT, FieldErrors::default(), told)
        }
        Err(other) => return Err(other.into()),
    };
    let found = look_again(&state, &me, of).await?;
    let found = FoundView::new(&found, &me);
    show(me, status, |page| {
        page.found = Some(found);
        page.reason = form.reason;
        page.errors = errors;
        page.banner = banner;
    })
    .await
}

async fn look_again(state: &State, me: &Staff, (tenant, id): (TenantId, KeyId)) -> Result<Found> {
    let by = me.supporter(Right::ContainKeys)?;
    let found = state
        .change(by, move |conn, by| {
            leaked_keys::look_at(conn, by, tenant, id)
        })
        .await?;
    found.ok_or(Error::NotFound)
}

async fn show(
    me: Staff,
    status: StatusCode,
    fill: impl FnOnce(&mut LeakedKeysPage),
) -> Answer<HttpResponse> {
    let mut view = LeakedKeysPage {
        shell: me.shell,
        crumbs: trail(("Support", "/support/tenants"), ("Found keys", HERE), None),
        found: None,
        reason: String::new(),
        errors: FieldErrors::default(),
        banner: None,
    };
    fill(&mut view);
    page(status, view).await
}
