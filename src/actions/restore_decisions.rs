//! Deciding what becomes of what works again in a database that was put back to an older state.

use std::collections::BTreeMap;

use serde_json::json;

use super::restores::{Report, Widened, look};
use super::tenants::operator;
use super::{
    Object, groups, key_suspensions, keys, record, record_by_steward, suspensions, verifiers,
};
use crate::db::restores::Decision;
use crate::db::{Conn, change_log, restores};
use crate::domain::audit::Event;
use crate::domain::group::Draft;
use crate::domain::id::TenantId;
use crate::domain::role::{Overseer, Steward};
use crate::domain::stop::{Counts, KeyState, Stop};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// What audit logs say of why.
const REASON: &str = "The database was put back to a state from before this was stopped.";

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It is stopped again.
    StopAgain,
    /// It stays as the database has it.
    Accept,
}

impl Choice {
    /// Its word in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopAgain => "stopped",
            Self::Accept => "accepted",
        }
    }
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// What it was about.
    pub report: Report,
    /// Number of the decision; `None` when all of it had been decided on.
    pub number: Option<i64>,
    /// Sessions that ended.
    pub sessions: usize,
    /// Invitations whose links ended.
    pub invitations: usize,
}

/// Decides on all that a record tells of and that the database has lost.
///
/// # Errors
/// Those of the changes that it makes.
pub fn decide(conn: &mut Conn, record: Vec<Stop>, choice: Choice, now: Timestamp) -> Result<Done> {
    // First, for its lock: what is looked at then is what is decided on.
    change_log::hold(conn)?;
    let report = look(conn, record, now)?;
    let mut done = Done {
        number: None,
        sessions: 0,
        invitations: 0,
        report,
    };
    let counts = done.report.counts();
    if counts.is_nothing() && done.report.decided.is_some() {
        return Ok(done);
    }
    if choice == Choice::StopAgain {
        stop_again(conn, &done.report, now)?;
    }
    let number = note(conn, &done.report, choice, now)?;
    done.number = Some(number);
    done.sessions = restores::end_sessions(conn)?;
    done.invitations = restores::end_invitations(conn, now)?;
    Ok(done)
}

fn stop_again(conn: &mut Conn, report: &Report, now: Timestamp) -> Result<()> {
    for (state, _, key) in &report.keys {
        let by = operator(key.tenant_id, now);
        match state {
            KeyState::Revoked => keys::revoke_with_reason(conn, &by, key.id, REASON)?,
            KeyState::Disabled | KeyState::Live => key_suspensions::disable(conn, &by, key.id)?,
        };
    }
    for Widened { group, left, .. } in &report.groups {
        let draft = Draft {
            name: group.name.clone(),
            summary: group.summary.clone(),
            scopes: left.clone(),
        };
        groups::update(
            conn,
            &operator(group.tenant_id, now),
            group.id,
            &draft,
            None,
        )?;
    }
    let by = Overseer::Operator(now);
    for (_, _, tenant) in &report.tenants {
        let shown = suspensions::version(tenant);
        suspensions::suspend(conn, &by, tenant.id, &shown, REASON)?;
    }
    let by = Steward::operator(now);
    for (_, verifier) in &report.verifiers {
        verifiers::revoke(conn, &by, verifier.id, &verifier.name)?;
    }
    Ok(())
}

/// Notes the decision, for every server and in the logs: in that of the installation, and in those of the tenants whose keys
/// and groups it is about.
fn note(conn: &mut Conn, report: &Report, choice: Choice, now: Timestamp) -> Result<i64> {
    let (all, end, number) = (report.counts(), report.end, report.next_epoch);
    restores::insert(
        conn,
        Decision {
            number,
            decided_at: now,
            lost_rev: end.map_or(0, |end| end.rev),
            lost_entry: end.map_or(0, |end| end.entry),
            decision: choice.as_str().into(),
            key_count: stored(all.keys)?,
            group_count: stored(all.groups)?,
            tenant_count: stored(all.tenants)?,
            verifier_count: stored(all.verifiers)?,
        },
    )?;
    let mut of_tenants: BTreeMap<TenantId, Counts> = BTreeMap::new();
    for (_, _, key) in &report.keys {
        of_tenants.entry(key.tenant_id).or_default().keys += 1;
    }
    for Widened { group, .. } in &report.groups {
        of_tenants.entry(group.tenant_id).or_default().groups += 1;
    }
    let object = || Object {
        kind: "database",
        id: number.to_string(),
        name: "",
    };
    for (tenant, counts) in of_tenants {
        let event = event(choice, counts);
        record(conn, &operator(tenant, now), &event, object())?;
    }
    record_by_steward(conn, &Steward::operator(now), &event(choice, all), object())?;
    Ok(number)
}

fn event(choice: Choice, counts: Counts) -> Event {
    let reason = match choice {
        Choice::StopAgain => {
            "The database was put back to an older state. What had been stopped since was stopped again."
        }
        Choice::Accept => {
            "The database was put back to an older state. What had been stopped since works as it did then."
        }
    };
    Event::DatabaseRestored(json!({
        "decision": choice.as_str(),
        "reason": reason,
        "keys": counts.keys,
        "authorization_groups": counts.groups,
        "tenants": counts.tenants,
        "verifiers": counts.verifiers,
    }))
}

fn stored(count: usize) -> Result<i64> {
    i64::try_from(count).map_err(Error::internal)
}
