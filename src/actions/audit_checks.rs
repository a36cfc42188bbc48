//! Whether the audit log is as Keystead wrote it: each chain from its first row that is kept to its signed head, and
//! against heads that were kept elsewhere.

use std::collections::BTreeMap;

use crate::db::audit_heads::StoredHead;
use crate::db::{self, Conn, audit_heads, audit_keys};
use crate::domain::audit_chain::{AuditKey, AuditKeys, Head, KeptHead, Link, WrappedAuditKey};
use crate::domain::id::TenantId;
use crate::domain::{Error, Result};

/// Rows that are read at once.
const BATCH: i64 = 1_000;

/// What a look at the whole log found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Chains looked at.
    pub chains: usize,
    /// Rows looked at.
    pub rows: usize,
    /// What is wrong, a sentence each; of the rows of a chain the first.
    pub problems: Vec<String>,
    /// What can't be told.
    pub notes: Vec<String>,
}

/// Looks at every row. Give it a snapshot, so that changes meanwhile are no damage.
///
/// # Errors
/// `Unavailable` without the audit key; `Internal` when a row can't even be read.
pub fn verify(conn: &mut Conn, keys: &AuditKeys, kept: &[KeptHead]) -> Result<Report> {
    let key = keys.open(&stored_key(conn)?)?;
    let mut heads: BTreeMap<Option<TenantId>, Option<StoredHead>> = BTreeMap::new();
    for chain in db::audit::list_chains(conn)? {
        heads.insert(chain, None);
    }
    for one in kept {
        heads.insert(one.chain, None);
    }
    for stored in audit_heads::list(conn)? {
        heads.insert(chain_of(&stored)?, Some(stored));
    }
    let mut report = Report::default();
    for (chain, stored) in heads {
        let kept: Vec<&KeptHead> = kept.iter().filter(|kept| kept.chain == chain).collect();
        let mut walk = Walk {
            name: name(conn, chain)?,
            report: &mut report,
        };
        walk.verify(conn, &key, chain, stored.as_ref(), &kept)?;
    }
    Ok(report)
}

/// The ends of all chains, to be kept elsewhere.
///
/// # Errors
/// `Unavailable` without the audit key; `Internal` when a head is not signed.
pub fn heads(conn: &mut Conn, keys: &AuditKeys) -> Result<Vec<KeptHead>> {
    let key = keys.open(&stored_key(conn)?)?;
    let mut kept = Vec::new();
    for stored in audit_heads::list(conn)? {
        let (chain, head) = (chain_of(&stored)?, stored.head());
        if stored.signature != key.sign(&stored.chain, &head) {
            let name = name(conn, chain)?;
            let why = format!(
                "the head of {name} was changed outside of Keystead; run: keystead audit verify"
            );
            return Err(Error::Internal(why));
        }
        if head.last.seq > 0 {
            let last = head.last;
            kept.push(KeptHead { chain, last });
        }
    }
    Ok(kept)
}

/// How many rows the log of each chain lacks that it had when its head was kept, with its name. Where the log went on
/// since, from an older state, that is at least how many.
///
/// # Errors
/// Those of the database.
pub fn missing(conn: &mut Conn, kept: &[KeptHead]) -> Result<Vec<(String, i64)>> {
    let mut missing = Vec::new();
    for one in kept {
        let wanted = one.chain.map(|tenant| tenant.to_string());
        let stored = audit_heads::list(conn)?;
        let stored = stored
            .into_iter()
            .find(|stored| stored.chain == wanted.clone().unwrap_or_default());
        let last = stored.map_or(0, |stored| stored.head().last.seq);
        let there = db::audit::list_from(conn, one.chain, one.last.seq, 1)?;
        let another = there
            .first()
            .is_some_and(|row| row.seq == one.last.seq && row.place() != one.last);
        let rows = (one.last.seq - last).max(i64::from(another));
        if rows > 0 {
            missing.push((name(conn, one.chain)?, rows));
        }
    }
    Ok(missing)
}

fn stored_key(conn: &mut Conn) -> Result<WrappedAuditKey> {
    let stored = audit_keys::find(conn)?;
    stored.ok_or_else(|| Error::Unavailable("this database has no audit key".into()))
}

fn chain_of(stored: &StoredHead) -> Result<Option<TenantId>> {
    let of = |_| Error::Internal(format!("audit_heads has a chain {:?}", stored.chain));
    match stored.chain.as_str() {
        "" => Ok(None),
        tenant => tenant.parse().map(Some).map_err(of),
    }
}

fn name(conn: &mut Conn, chain: Option<TenantId>) -> Result<String> {
    let Some(tenant) = chain else {
        return Ok("the installation's own log".into());
    };
    match db::tenants::find(conn, tenant) {
        Ok(found) => Ok(format!("the log of {} ({tenant})", found.name)),
        Err(Error::NotFound) => Ok(format!("the log of the tenant {tenant}")),
        Err(other) => Err(other),
    }
}

/// The way along one chain.
struct Walk<'a> {
    name: String,
    report: &'a mut Report,
}

impl Walk<'_> {
    fn problem(&mut self, what: impl std::fmt::Display) {
        self.report.problems.push(format!("{}: {what}", self.name));
    }

    fn verify(
        &mut self,
        conn: &mut Conn,
        key: &AuditKey,
        chain: Option<TenantId>,
        stored: Option<&StoredHead>,
        kept: &[&KeptHead],
    ) -> Result<()> {
        self.report.chains += 1;
        let Some(stored) = stored else {
            self.problem("its head was removed, so its last rows may be missing");
            return Ok(());
        };
        let head = stored.head();
        if stored.signature != key.sign(&stored.chain, &head) {
            self.problem(
                "its head was changed outside of Keystead, so first and last rows may be missing",
            );
        }
        self.compare_pruned(&head, kept);
        let Some(last) = self.walk(conn, key, chain, &head, kept)? else {
            return Ok(());
        };
        if last != head.last {
            let next = last.seq + 1;
            match head.last.seq {
                end if end > last.seq => {
                    self.problem(format_args!("rows {next} to {end} are missing at the end"));
                }
                _ => self.problem(format_args!(
                    "there are rows behind its last, {}",
                    head.last.seq
                )),
            }
        }
        for one in kept.iter().filter(|one| one.last.seq > last.seq) {
            self.problem(format_args!(
                "rows {} to {} are missing at the end: the head that was kept elsewhere has them",
                last.seq + 1,
                one.last.seq
            ));
        }
        Ok(())
    }

    /// What was removed because of its age can't be compared, except its very last row.
    fn compare_pruned(&mut self, head: &Head, kept: &[&KeptHead]) {
        for one in kept {
            if one.last.seq == head.pruned.seq && one.last != head.pruned {
                self.problem(format_args!("row {} was another one", one.last.seq));
            } else if one.last.seq < head.pruned.seq {
                let note = format!(
                    "{}: row {} was removed because of its age, so a head kept then says nothing any more",
                    self.name, one.last.seq
                );
                self.report.notes.push(note);
            }
        }
    }

    /// Follows the rows; gives the last, or `None` after a wrong one.
    fn walk(
        &mut self,
        conn: &mut Conn,
        key: &AuditKey,
        chain: Option<TenantId>,
        head: &Head,
        kept: &[&KeptHead],
    ) -> Result<Option<Link>> {
        let mut last = head.pruned.clone();
        // From the very first: rows before those that were removed are wrong too.
        let mut from = i64::MIN;
        loop {
            let rows = db::audit::list_from(conn, chain, from, BATCH)?;
            if rows.is_empty() {
                return Ok(Some(last));
            }
            for row in rows {
                let (place, right) = (row.place(), row.event.link(key, &last));
                if place != right {
                    self.wrong(&row, &last);
                    return Ok(None);
                }
                if kept
                    .iter()
                    .any(|one| one.last.seq == place.seq && one.last != place)
                {
                    let seq = place.seq;
                    self.problem(format_args!(
                        "row {seq} is not the one whose head was kept elsewhere"
                    ));
                    return Ok(None);
                }
                self.report.rows += 1;
                last = place;
            }
            from = last.seq + 1;
        }
    }

    /// Names the first wrong row.
    fn wrong(&mut self, row: &db::audit::ChainedEvent, last: &Link) {
        let (seq, next) = (row.seq, last.seq + 1);
        let id = row.event.id;
        if seq > next {
            self.problem(format_args!("row {next} is missing"));
        } else if seq < next {
            self.problem(format_args!("there is a row {seq} too many ({id})"));
        } else if row.mac.is_none() {
            self.problem(format_args!("row {seq} ({id}) was not written by Keystead"));
        } else {
            self.problem(format_args!(
                "row {seq} ({id}) was changed, or put into this place"
            ));
        }
    }
}
