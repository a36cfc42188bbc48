//! Support asks about a request for a higher limit without deciding it, and the tenant answers.

use serde_json::json;

use super::limit_requests::asker;
use super::limits::object;
use super::{record, record_by_supporter};
use crate::db::limit_messages::{self, NewMessage};
use crate::db::limit_requests::LimitRequest;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::TenantId;
use crate::domain::role::{Actor, Supporter};
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result, validate};

/// Longest message, in characters.
pub const LONGEST: usize = 1_000;
/// Characters of a message that its audit row repeats; the thread keeps all.
const REPEATED: usize = 100;

/// The words of support. From then on the tenant is waited for.
///
/// # Errors
/// `NotFound`; `Invalid` at `words`; a conflict `no-limit-request` when it was answered or withdrawn meanwhile.
pub fn ask_back(conn: &mut Conn, by: &Supporter, tenant: TenantId, words: &str) -> Result<()> {
    change_log::hold(conn)?;
    let row = db::tenants::find(conn, tenant)?;
    let open = must_be_open(conn, tenant)?;
    let words = check(words)?;
    let message = NewMessage {
        by_support: true,
        author: &by.name,
        words: &words,
    };
    if !keep(conn, tenant, &open, message, by.now)? {
        return Ok(());
    }
    record_by_supporter(conn, by, Some(tenant), &told(&words), object(&row))
}

/// The words of the tenant. From then on support is waited for.
///
/// # Errors
/// `Forbidden` for viewers and keys; `Invalid` at `words`; a conflict `no-limit-request`.
pub fn answer(conn: &mut Conn, by: &Actor, words: &str) -> Result<()> {
    let email = asker(by)?;
    change_log::hold(conn)?;
    let open = must_be_open(conn, by.tenant)?;
    let words = check(words)?;
    let message = NewMessage {
        by_support: false,
        author: email,
        words: &words,
    };
    if !keep(conn, by.tenant, &open, message, by.now)? {
        return Ok(());
    }
    let tenant = db::tenants::find(conn, by.tenant)?;
    record(conn, by, &told(&words), object(&tenant))
}

/// Keeps a message, unless it repeats the last one, as a form does that is sent twice.
fn keep(
    conn: &mut Conn,
    tenant: TenantId,
    open: &LimitRequest,
    message: NewMessage<'_>,
    now: Timestamp,
) -> Result<bool> {
    let last = limit_messages::list(conn, open.id)?.pop();
    let repeats = last
        .is_some_and(|last| last.words == message.words && last.by_support == message.by_support);
    if repeats {
        return Ok(false);
    }
    limit_messages::insert(conn, (tenant, open.id), message, now)?;
    db::limit_requests::set_awaits_tenant(conn, open.id, message.by_support)?;
    Ok(true)
}

fn must_be_open(conn: &mut Conn, tenant: TenantId) -> Result<LimitRequest> {
    let open = db::limit_requests::find_open(conn, tenant)?;
    open.ok_or_else(|| Conflict::NoLimitRequest.into())
}

fn check(text: &str) -> Result<String> {
    let wrong = |message: String| Error::invalid("words", message);
    let words = validate::lines(text, LONGEST).map_err(wrong)?;
    if words.is_empty() {
        return Err(wrong("Write something. The other side reads it.".into()));
    }
    Ok(words)
}

/// What the audit log keeps of a message.
fn told(words: &str) -> Event {
    let mut short: String = words.chars().take(REPEATED).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    Event::LimitDiscussed(json!({ "words": short }))
}
