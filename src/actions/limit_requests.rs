//! A tenant asks for a higher limit, asks anew, or no longer wants it.

use super::limits::{object, step};
use super::{limit_ends, record};
use crate::db::{self, Conn, change_log, limit_requests::LimitRequest};
use crate::domain::audit::Event;
use crate::domain::limits::{Draft, HIGHEST, Input, Outcome};
use crate::domain::numbers::Count;
use crate::domain::right::Right;
use crate::domain::role::{Actor, Who};
use crate::domain::{Conflict, Error, Result};

/// Makes the tenant's request, or changes the one that is open. The same again leaves no trace.
///
/// # Errors
/// `Forbidden` for viewers and keys; `Invalid` at `limit` and `reason`; a conflict `highest-limit`.
pub fn ask(conn: &mut Conn, by: &Actor, input: &Input<'_>) -> Result<LimitRequest> {
    let email = asker(by)?;
    change_log::hold(conn)?;
    let tenant = db::tenants::find(conn, by.tenant)?;
    let (limit, end) = limit_ends::current(conn, by.tenant, by.now)?;
    // Who has a limit for a while may ask to keep it.
    let lasting = end.map_or(limit, |end| end.then);
    if lasting >= HIGHEST {
        return Err(Conflict::HighestLimit(Count(HIGHEST)).into());
    }
    let wanted = input.check(lasting + 1)?;
    let same = |open: &LimitRequest| open.wanted == wanted.limit && open.reason == wanted.reason;
    if let Some(open) = db::limit_requests::find_open(conn, by.tenant)?.filter(same) {
        return Ok(open);
    }
    db::limit_requests::open(conn, by.tenant, &wanted, email, by.now)?;
    let event = Event::LimitRequested(step(&tenant, &wanted, None));
    record(conn, by, &event, object(&tenant))?;
    db::limit_requests::find_open(conn, by.tenant)?.ok_or(Error::NotFound)
}

/// Takes the open request back.
///
/// # Errors
/// `Forbidden` for viewers and keys; a conflict `no-limit-request`.
pub fn withdraw(conn: &mut Conn, by: &Actor) -> Result<()> {
    asker(by)?;
    change_log::hold(conn)?;
    let tenant = db::tenants::find(conn, by.tenant)?;
    let open = db::limit_requests::find_open(conn, by.tenant)?.ok_or(Conflict::NoLimitRequest)?;
    db::limit_requests::close(conn, by.tenant, Outcome::Withdrawn, by.now)?;
    let wanted = Draft {
        limit: open.wanted,
        reason: String::new(),
    };
    let event = Event::LimitWithdrawn(step(&tenant, &wanted, None));
    record(conn, by, &event, object(&tenant))
}

/// The admin who asks.
pub(super) fn asker(by: &Actor) -> Result<&str> {
    by.must_hold(Right::AskSupport)?;
    match &by.who {
        Who::Person { email, .. } => Ok(email),
        _ => Err(Error::Forbidden(
            "Only a person can ask for this: sign in as a tenant admin.".into(),
        )),
    }
}
