//! Support declines a request for integrations, and says why.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use super::limits::person;
use super::question::{self, DecisionForm, Fact, Kind, Question};
use crate::actions::access_requests;
use crate::db::{self, Conn};
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::rollout::Feature;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::shell::Moment;
use crate::web::staff::Staff;
use crate::web::state::State;

const FEATURE: Feature = Feature::Integrations;

static REFUSAL: Kind = Kind {
    right: Right::ChangeFeatures,
    load,
    decide: |conn, by, tenant, input| access_requests::decline(conn, by, tenant, FEATURE, input),
    told: |row| format!("The request of {} is declined.", row.name),
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let facts = requested(conn, tenant.id, now)?.ok_or(Error::NotFound)?;
    let open = db::access_requests::find_open(conn, tenant.id, FEATURE)?;
    Ok(Question {
        title: format!("Decline request of {}", tenant.name),
        action: format!("/support/tenants/{}/access-refusal", tenant.id),
        shown: access_requests::version(open.as_ref()),
        facts: facts.into(),
        submit: ["x", "Decline request", "danger"],
        ..Question::about(&tenant, Vec::new(), now)
    })
}

/// What a tenant asks for, if it does.
pub(super) fn requested(
    conn: &mut Conn,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Option<[Fact; 2]>> {
    let Some(open) = db::access_requests::find_open(conn, tenant, FEATURE)? else {
        return Ok(None);
    };
    let (by, since) = (
        person(conn, &open.asked_by)?,
        Moment::past(open.asked_at, now),
    );
    Ok(Some([
        Fact {
            label: "Access requested",
            value: format!("{by}, {}", since.text),
        },
        Fact {
            label: "Their reason",
            value: open.reason,
        },
    ]))
}

/// `GET /support/tenants/{id}/access-refusal`.
///
/// # Errors
/// `NotFound`, also for anybody but staff and when nothing is asked for.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    question::show(&REFUSAL, &request, &state, me, &id).await
}

/// `POST /support/tenants/{id}/access-refusal`.
///
/// # Errors
/// `NotFound`, also for anybody but staff; a conflict when the request was answered meanwhile. Without a reason the
/// question is shown again with 422, and with 409 when the tenant asks for something else now.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&REFUSAL, (&request, &state, &session), me, &id, form).await
}
