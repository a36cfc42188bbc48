//! How rows of the audit log become a chain: at the end of a transaction those it wrote are numbered and get their HMACs,
//! under the lock of their chain's head. So this lock is held for a moment only, always last, and in one order.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::audit::{self, AuditEvent, ChainedEvent};
use super::{Conn, audit_heads, audit_keys, dialect};
use crate::domain::audit_chain::{AuditKey, AuditKeys, Head, Link};
use crate::domain::id::{AuditId, TenantId};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// Rows that are read at once.
const BATCH: i64 = 1_000;

thread_local! {
    /// The rows of the transaction that runs on this thread, until its end.
    static WRITTEN: RefCell<Vec<AuditEvent>> = const { RefCell::new(Vec::new()) };
}

/// Writes a row with the transaction that is under way: it is in the log when that has happened, and only then.
///
/// # Errors
/// `Internal` outside of a transaction.
pub fn append(conn: &mut Conn, event: AuditEvent) -> Result<()> {
    if !dialect::is_in_transaction(conn) {
        return Err(Error::internal("an audit row outside of a transaction"));
    }
    WRITTEN.with_borrow_mut(|written| written.push(event));
    Ok(())
}

/// The rows of the transaction that is under way, so far: the id of each, and of what it is about.
pub fn written() -> Vec<(AuditId, String)> {
    WRITTEN.with_borrow(|written| {
        let of = |event: &AuditEvent| (event.id, event.object_id.clone());
        written.iter().map(of).collect()
    })
}

/// Runs a change, then adds the rows that it wrote to their chains.
///
/// # Errors
/// Those of the change; `Unavailable` when this process can't open the audit key: without a record there is no change.
pub(super) fn with_rows<T>(
    conn: &mut Conn,
    keys: Result<&AuditKeys>,
    change: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    // What a change that failed or panicked left is nobody's.
    WRITTEN.take();
    let done = change(conn)?;
    let written = WRITTEN.take();
    if written.is_empty() {
        return Ok(done);
    }
    let (key, _) = open_key(conn, keys?)?;
    let mut chains: BTreeMap<Option<TenantId>, Vec<AuditEvent>> = BTreeMap::new();
    for event in written {
        chains.entry(event.tenant_id).or_default().push(event);
    }
    for (chain, events) in chains {
        extend(conn, &key, chain, events)?;
    }
    Ok(done)
}

/// The audit key. In a database that has none it is made, and the rows that are there become chains; gives their number.
///
/// # Errors
/// `Unavailable` when the key is missing, or does not open under the master keys at hand.
pub fn open_key(conn: &mut Conn, keys: &AuditKeys) -> Result<(Arc<AuditKey>, usize)> {
    if let Some(stored) = audit_keys::find(conn)? {
        return Ok((keys.open(&stored)?, 0));
    }
    // Who removes the key must not get a new chain over rows of his own.
    if !audit_heads::list(conn)?.is_empty() || audit::has_macs(conn)? {
        return Err(Error::Unavailable(
            "the audit key was removed from the database; restore the table audit_keys from your backup".into(),
        ));
    }
    let stored = AuditKey::random()?.wrap(&keys.newest_master_key()?)?;
    audit_keys::insert(conn, &stored)?;
    let key = keys.open(&stored)?;
    let mut rows = 0;
    for chain in audit::list_chains(conn)? {
        rows += chain_up(conn, &key, chain)?;
    }
    Ok((key, rows))
}

/// Makes a chain of the rows from before there was a key. It is one transaction with the making of the key, so that
/// later a row without an HMAC is always a wrong one.
fn chain_up(conn: &mut Conn, key: &AuditKey, chain: Option<TenantId>) -> Result<usize> {
    let (mut last, mut count) = (Link::default(), 0);
    loop {
        let rows = audit::list_from(conn, chain, last.seq + 1, BATCH)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            last = row.event.link(key, &last);
            audit::set_mac(conn, row.event.id, &last.mac)?;
            count += 1;
        }
    }
    let (name, head) = (
        name(chain),
        Head {
            last,
            ..Head::default()
        },
    );
    audit_heads::insert(conn, &name, &head, &key.sign(&name, &head))?;
    Ok(count)
}

/// The name of a chain.
fn name(chain: Option<TenantId>) -> String {
    chain.map(|id| id.to_string()).unwrap_or_default()
}

fn extend(
    conn: &mut Conn,
    key: &AuditKey,
    chain: Option<TenantId>,
    events: Vec<AuditEvent>,
) -> Result<()> {
    let name = name(chain);
    let (mut head, is_ours) = hold(conn, key, chain)?;
    for event in events {
        let row = ChainedEvent::behind(&head.last, event, key);
        head.last = row.place();
        audit::insert(conn, row)?;
    }
    // A head that somebody else made is not made ours by going on from it; keys can still be revoked.
    let signature = if is_ours {
        key.sign(&name, &head)
    } else {
        Vec::new()
    };
    audit_heads::set(conn, &name, &head, &signature)
}

/// The head of a chain, locked, and whether it is signed as it should be.
fn hold(conn: &mut Conn, key: &AuditKey, chain: Option<TenantId>) -> Result<(Head, bool)> {
    let name = name(chain);
    let stored = if let Some(stored) = audit_heads::hold(conn, &name)? {
        stored
    } else {
        // The first row, unless somebody removed the head.
        let last = audit::last(conn, chain)?;
        let head = Head {
            last: last.as_ref().map(ChainedEvent::place).unwrap_or_default(),
            ..Head::default()
        };
        let signature = match last {
            None => key.sign(&name, &head),
            Some(_) => Vec::new(),
        };
        audit_heads::insert(conn, &name, &head, &signature)?;
        audit_heads::hold(conn, &name)?.ok_or_else(|| Error::internal("an audit head vanished"))?
    };
    let head = stored.head();
    let is_ours = stored.signature == key.sign(&name, &head);
    if !is_ours {
        tracing::error!(
            chain = name,
            "the head of the audit log was changed outside of Keystead; run: keystead audit verify"
        );
    }
    Ok((head, is_ours))
}

/// Removes the oldest rows of a chain, if they are from before an instant; at most as many as are read at once. The
/// signed head then says with which HMAC what is left begins. Where a row is wrong, nothing more is removed.
///
/// # Errors
/// As the database reports them.
pub fn prune(
    conn: &mut Conn,
    keys: &AuditKeys,
    chain: Option<TenantId>,
    before: Timestamp,
) -> Result<usize> {
    let (key, _) = open_key(conn, keys)?;
    let (mut head, is_ours) = hold(conn, &key, chain)?;
    if !is_ours {
        return Ok(0);
    }
    let begin = head.pruned.seq;
    for row in audit::list_from(conn, chain, begin + 1, BATCH)? {
        if row.event.at >= before || row.place() != row.event.link(&key, &head.pruned) {
            break;
        }
        head.pruned = row.place();
    }
    if head.pruned.seq == begin {
        return Ok(0);
    }
    let name = name(chain);
    audit_heads::set(conn, &name, &head, &key.sign(&name, &head))?;
    audit::delete_to(conn, chain, head.pruned.seq)
}
