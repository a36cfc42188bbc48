//! Support > Tenants > one of them: what staff may know of it. Each look is in the tenant's audit log.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::tenants::{TenantRow, crumbs};
use crate::actions::tenant_pages;
use crate::db::audit::AuditEvent;
use crate::db::members::Member;
use crate::db::tenant_keys::PlainKey;
use crate::domain::id::TenantId;
use crate::domain::key::State as KeyState;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::web::audit_rows::sentence;
use crate::web::failure::Answer;
use crate::web::past_step::PastStep;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell};
use crate::web::staff::Staff;
use crate::web::state::State;

/// Keys on one page.
const KEYS: i64 = 50;

/// Which keys.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct KeysQuery {
    /// The last key of the page before.
    after: String,
}

/// Somebody in the tenant.
struct PersonRow {
    name: String,
    email: String,
    role: &'static str,
    signed_in: Option<Moment>,
    second_factor: bool,
}

impl PersonRow {
    fn new(member: Member, now: Timestamp) -> Self {
        Self {
            role: member.role.label(),
            signed_in: member.signed_in_at.map(|at| Moment::past(at, now)),
            second_factor: member.second_factor_at.is_some(),
            name: member.name,
            email: member.email,
        }
    }
}

/// One of its keys.
struct KeyRow {
    name: String,
    status: KeyState,
    created: Moment,
    expires: Option<Moment>,
    used: Option<Moment>,
}

impl KeyRow {
    fn new(key: &PlainKey, now: Timestamp) -> Self {
        Self {
            name: key.name.clone(),
            status: key.state(now),
            created: Moment::past(key.created_at, now),
            expires: key.expires_at.map(Moment::day),
            used: key.last_used_at().map(|at| Moment::past(at, now)),
        }
    }
}

#[derive(Template)]
#[template(path = "support/tenant.html")]
struct TenantView {
    shell: Shell,
    crumbs: Vec<Crumb>,
    row: TenantRow,
    created: Moment,
    /// Since when it is suspended, and why.
    suspension: Option<(Moment, String)>,
    people: Vec<PersonRow>,
    /// Address, role, and until when the link works.
    invited: Vec<(String, &'static str, Moment)>,
    history: Vec<PastStep>,
    keys: Vec<KeyRow>,
    is_first: bool,
    next: Option<String>,
}

/// `GET /support/tenants/{id}`.
///
/// # Errors
/// `NotFound`, also for anybody but staff.
pub async fn show(
    state: web::Data<State>,
    me: Staff,
    id: web::Path<String>,
    query: web::Query<KeysQuery>,
) -> Answer<HttpResponse> {
    let (tenant, by, now): (TenantId, _, _) =
        (id.parse()?, me.supporter(Right::SeeTenants)?, me.now());
    let after = Some(query.after.as_str()).filter(|mark| !mark.is_empty());
    let after = after.map(str::parse).transpose()?;
    let mut found = state
        .change(by, move |conn, by| {
            tenant_pages::look_at(conn, by, tenant, after, KEYS + 1)
        })
        .await?;
    let more = i64::try_from(found.keys.len()).is_ok_and(|count| count > KEYS);
    found
        .keys
        .truncate(usize::try_from(KEYS).unwrap_or_default());
    let last = found.keys.last().filter(|_| more);
    let next = last.map(|key| format!("/support/tenants/{tenant}?after={}#keys", key.id));
    let is_open = |end: &Timestamp| *end > now;
    let invited = found.invitations.into_iter();
    let suspended = &found.overview.tenant;
    let view = TenantView {
        crumbs: crumbs(Some(&suspended.name)),
        created: Moment::past(suspended.created_at, now),
        suspension: suspended
            .suspended_at
            .map(|at| (Moment::past(at, now), suspended.suspension_reason.clone())),
        people: found
            .people
            .into_iter()
            .map(|one| PersonRow::new(one, now))
            .collect(),
        invited: invited
            .filter(|one| is_open(&one.expires_at))
            .map(|one| (one.email, one.role.label(), Moment::day(one.expires_at)))
            .collect(),
        history: found
            .decisions
            .into_iter()
            .map(|row| decision(row, now))
            .collect(),
        keys: found.keys.iter().map(|key| KeyRow::new(key, now)).collect(),
        row: TenantRow::new(found.overview, now).seen_by(&me.shell),
        shell: me.shell,
        is_first: after.is_none(),
        next,
    };
    page(StatusCode::OK, view).await
}

/// What staff decided, as its row tells it.
fn decision(row: AuditEvent, now: Timestamp) -> PastStep {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
    let reason = detail["reason"].as_str().unwrap_or_default();
    PastStep {
        what: sentence(&row),
        reason: reason.to_owned(),
        by: row.actor_name,
        at: Moment::past(row.at, now),
    }
}
