//! A super user schedules the deletion of a tenant, or takes it back. One page asks what can be decided now.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::question::{self, DecisionForm, Fact, Kind, Question};
use crate::actions::tenant_deletions::{self, DAYS};
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::right::Right;
use crate::domain::role::Overseer;
use crate::domain::time::Timestamp;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::shell::Moment;
use crate::web::staff::Staff;
use crate::web::state::State;

static DELETION: Kind = Kind {
    right: Right::OverseeTenants,
    load,
    decide: |conn, by, tenant, input| {
        let by = Overseer::SuperUser(by.clone());
        let said = (input.choice, input.reason);
        tenant_deletions::schedule(conn, &by, tenant, input.shown, said).map(|_| ())
    },
    told: |row| {
        let name = &row.name;
        format!("{name} is suspended now, and deleted in {DAYS} days.")
    },
};

static TAKING_BACK: Kind = Kind {
    right: Right::OverseeTenants,
    load,
    decide: |conn, by, tenant, input| {
        let by = Overseer::SuperUser(by.clone());
        tenant_deletions::take_back(conn, &by, tenant, input.shown, input.reason).map(|_| ())
    },
    told: |row| format!("{} stays.", row.name),
};

fn load(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Question> {
    let tenant = db::tenants::find(conn, tenant)?;
    let history = tenant_deletions::history(conn, tenant.id)?;
    let shown = tenant_deletions::version(&tenant);
    let fact = |label, value: &str| Fact {
        label,
        value: value.into(),
    };
    let (title, action, submit, facts) = match tenant.deletion_at {
        None => (
            format!("Delete {}", tenant.name),
            "deletion",
            ["trash-2", "Schedule deletion", "danger"],
            vec![
                fact("At once", "It is suspended: none of its keys is accepted."),
                fact(
                    "Until the end",
                    "Super users can take it back, and all is as it was.",
                ),
                fact("The end", &Moment::day(now + TimeDelta::days(DAYS)).title),
                fact(
                    "Then",
                    "Keys, groups, projects, credentials, usage and the audit log are deleted for good. People who are in no \
                     other tenant lose their account.",
                ),
            ],
        ),
        Some(due) => (
            format!("Keep {}", tenant.name),
            "deletion/removal",
            ["check", "Take back", "primary"],
            vec![
                fact("Deleted on", &Moment::day(due).title),
                fact("Decided by", &tenant.deletion_by),
                fact("Reason then", &tenant.deletion_reason),
                fact(
                    "At once",
                    "Its keys are accepted as before, unless it was suspended already.",
                ),
            ],
        ),
    };
    Ok(Question {
        title,
        action: format!("/support/tenants/{}/{action}", tenant.id),
        typed: tenant.deletion_at.is_none().then(|| tenant.name.clone()),
        shown,
        facts,
        submit,
        history_of: "deletion",
        ..Question::about(&tenant, history, now)
    })
}

/// `GET /support/tenants/{id}/deletion`, and the same below for what takes it back.
///
/// # Errors
/// `NotFound`, also for anybody but a super user.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    question::show(&DELETION, &request, &state, me, &id).await
}

/// `POST /support/tenants/{id}/deletion`: when this answers, none of the tenant's keys is accepted, and its end is set.
///
/// # Errors
/// `NotFound`, also for anybody but a super user. What is wrong shows the question again with 422, a tenant that was
/// changed meanwhile with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&DELETION, (&request, &state, &session), me, &id, form).await
}

/// `POST /support/tenants/{id}/deletion/removal`: when this answers, the tenant stays.
///
/// # Errors
/// As [`create`].
pub async fn destroy(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    id: web::Path<String>,
    Form(form): Form<DecisionForm>,
) -> Answer<HttpResponse> {
    question::decide(&TAKING_BACK, (&request, &state, &session), me, &id, form).await
}
