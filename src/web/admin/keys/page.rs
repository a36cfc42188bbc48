//! One key: what it is, how it was used last, and what can be done to it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::expiry::{Expiry, expiry};
use super::history::{self, HistoryLine};
use super::observed_callers::Observed;
use super::recent_use::KeyUse;
use super::rotation_state;
use crate::actions::usage_reports::{Range, Report};
use crate::db::audit::AuditEvent;
use crate::db::change_confirmations::Confirmation;
use crate::db::confirmed_events;
use crate::db::key_rotations::{self, Rotation};
use crate::db::keys::Key;
use crate::db::leaked_keys::LeakedKey;
use crate::db::request_records::{self, Filter, Record};
use crate::db::usage_series::Whose;
use crate::db::{self, Conn};
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::environment::Environment;
use crate::domain::id::{AuditId, KeyId, TenantId};
use crate::domain::key::State as KeyState;
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::tally::Counts;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;
use crate::domain::{Result, key_text};
use crate::web::admin::refusals::{Reason, reasons};
use crate::web::failure::Answer;
use crate::web::numbers::grouped;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::strip::Strip;
use crate::web::viewer_zone;

/// Requests that are shown.
const RECENT: i64 = 10;

/// How often it was used in a range.
struct Count {
    range: Range,
    accepted: String,
    refused: String,
    reasons: Vec<Reason>,
}

/// A request as a line.
struct Recent {
    id: String,
    at: Moment,
    clock: String,
    code: Code,
    accepted: bool,
    what: String,
    address: String,
    program: String,
}

#[derive(Template)]
#[template(path = "keys/show.html")]
struct KeyPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    key: Key,
    status: KeyState,
    hint: String,
    scopes: Vec<String>,
    created: Moment,
    revoked: Option<Moment>,
    expires: Option<Expiry>,
    last_used: Option<(Moment, Option<Record>)>,
    used: KeyUse,
    observed: Option<Observed>,
    counts: [Count; 2],
    /// The last 7 days by hour: what was accepted, and what was refused.
    week: Vec<Strip>,
    recent: Vec<Recent>,
    history: Vec<HistoryLine>,
    /// Its latest change that had to reach every server.
    stopped: Option<HistoryLine>,
    former: Option<String>,
    /// Who said that it leaked and when, and where it was found.
    leaked: Option<(String, String)>,
    may_change: bool,
}

/// What is read of a key at once.
struct Loaded {
    key: Key,
    used: KeyUse,
    observed: Option<Observed>,
    reports: [Report; 2],
    recent: Vec<Record>,
    last: Option<Record>,
    history: Vec<AuditEvent>,
    confirmed: BTreeMap<AuditId, Confirmation>,
    stopped: Option<(AuditEvent, Confirmation)>,
    former: Option<Rotation>,
    leaked: Option<LeakedKey>,
}

/// `GET /tenant-api-keys/{id}`.
///
/// # Errors
/// `NotFound`, also for another tenant's key and for one that was deleted from the list.
pub async fn show(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let (tenant, now) = (me.member.tenant, me.now());
    me.actor().must_hold(Right::SeeKeys)?;
    let may_change = me.shell.may(Right::ChangeKeys);
    let found = state
        .search(tenant, move |conn| Loaded::load(conn, tenant, id, now))
        .await?;
    let key = found.key;
    let status = key.state(now);
    let last_used = key.last_used_at().map(|at| Moment::past(at, now));
    let [day, week] = found.reports;
    page(
        StatusCode::OK,
        KeyPage {
            crumbs: crumbs(Some(&key.name)),
            shell: me.shell,
            status,
            hint: key_text::hint(&key.key_prefix, &key.last4),
            scopes: key.scopes.list().to_vec(),
            created: Moment::day(key.created_at),
            revoked: key.revoked_at.map(Moment::day),
            expires: key
                .expires_at
                .filter(|_| status != KeyState::Revoked)
                .map(|at| expiry(at, now)),
            last_used: last_used.map(|at| (at, found.last)),
            used: found.used,
            observed: found.observed,
            counts: [count(Range::Day, &day), count(Range::Week, &week)],
            week: strips(&week),
            recent: found
                .recent
                .into_iter()
                .map(|one| recent(one, now))
                .collect(),
            history: history::lines(found.history, &found.confirmed),
            stopped: found
                .stopped
                .map(|(event, of)| HistoryLine::new(event, Some(&of))),
            former: found
                .former
                .map(|one| format!("…{}, {}", one.last4, rotation_state::words(&one.old, now))),
            leaked: found
                .leaked
                .filter(|_| status != KeyState::Revoked)
                .map(|one| {
                    let when = Moment::past(one.reported_at, now).text;
                    (format!("{}, {when}", one.reported_by), one.place)
                }),
            may_change,
            key,
        },
    )
    .await
}

impl Loaded {
    fn load(conn: &mut Conn, tenant: TenantId, id: KeyId, now: Timestamp) -> Result<Self> {
        let key = db::keys::find(conn, tenant, id)?;
        let whose = Whose {
            tenant,
            key: Some(id),
            environment: "",
        };
        let of_key = Filter {
            key: Some(id),
            ..Filter::default()
        };
        let object = key.id.to_string();
        let history = db::audit::list_newest(conn, tenant, &object, history::SHOWN)?;
        let shown = history.iter().map(|event| event.id).collect();
        Ok(Self {
            confirmed: confirmed_events::find(conn, shown)?,
            stopped: confirmed_events::newest(conn, tenant, &object)?,
            history,
            used: KeyUse::load(conn, tenant, &key, now)?,
            observed: Observed::load(conn, tenant, &key, now)?,
            reports: [
                Report::load(conn, whose, Range::Day, now)?,
                Report::load(conn, whose, Range::Week, now)?,
            ],
            recent: request_records::list(conn, tenant, &of_key, RECENT)?,
            last: last_accepted(conn, tenant, &key, &of_key)?,
            former: key_rotations::list(conn, tenant, id, 1)?
                .pop()
                .filter(|one| !one.is_running(now)),
            leaked: db::leaked_keys::find(conn, tenant, id)?,
            key,
        })
    }
}

/// The request that used the key last. Looked for around its time: refusals without number may have come since.
fn last_accepted(
    conn: &mut Conn,
    tenant: TenantId,
    key: &Key,
    of_key: &Filter,
) -> Result<Option<Record>> {
    let Some(at) = key.last_used_at() else {
        return Ok(None);
    };
    // A request has its id from when it came, a moment before it was decided.
    let around = Filter {
        code: Code::Valid.as_str().into(),
        from: Some(RequestId::first_at(at - chrono::TimeDelta::seconds(60))),
        before: Some(RequestId::first_at(at + chrono::TimeDelta::seconds(1))),
        ..of_key.clone()
    };
    Ok(request_records::list(conn, tenant, &around, 1)?.pop())
}

fn strips(report: &Report) -> Vec<Strip> {
    let strip = |what, of: fn(&Counts) -> i64| {
        let counts: Vec<i64> = report.spans.iter().map(|span| of(&span.counts)).collect();
        Strip::new(what, &counts, "hour")
    };
    let both = [
        strip("Accepted", Counts::accepted),
        strip("Refused", Counts::refused),
    ];
    both.into_iter().flatten().collect()
}

fn count(range: Range, report: &Report) -> Count {
    Count {
        range,
        accepted: grouped(report.sum.accepted()),
        refused: grouped(report.sum.refused()),
        reasons: reasons(&report.sum),
    }
}

fn recent(record: Record, now: Timestamp) -> Recent {
    let (at, zone) = (record.at, viewer_zone::current());
    let what = format!("{} {}", record.method, record.path);
    Recent {
        clock: if zone.date(at) == zone.date(now) {
            zone.format(at, "%H:%M:%S")
        } else {
            zone.format(at, "%-d %b, %H:%M")
        },
        id: record.id.to_string(),
        at: Moment::day(at),
        accepted: record.code == Code::Valid,
        code: record.code,
        what: what.trim().to_owned(),
        address: record.address,
        program: record.user_agent,
    }
}
