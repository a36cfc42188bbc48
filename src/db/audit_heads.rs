//! How far each chain of the audit log goes.

use diesel::prelude::*;

use super::schema::audit_heads as heads;
use super::{Conn, dialect, rows};
use crate::domain::Result;
use crate::domain::audit_chain::{Head, Link};

/// A head as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = heads)]
pub struct StoredHead {
    /// Id of the tenant, or nothing for the installation.
    pub chain: String,
    seq: i64,
    mac: Vec<u8>,
    pruned_seq: i64,
    pruned_mac: Vec<u8>,
    /// What shows that no other made it; empty for good once somebody did.
    pub signature: Vec<u8>,
}

impl StoredHead {
    /// How far the chain goes, as it says.
    pub fn head(&self) -> Head {
        Head {
            last: Link {
                seq: self.seq,
                mac: self.mac.clone(),
            },
            pruned: Link {
                seq: self.pruned_seq,
                mac: self.pruned_mac.clone(),
            },
        }
    }
}

/// Every head.
pub fn list(conn: &mut Conn) -> Result<Vec<StoredHead>> {
    let query = heads::table
        .order(heads::chain)
        .select(StoredHead::as_select());
    rows::load(conn, query)
}

/// The head of a chain, if it has one, with the lock under which the chain goes on.
pub fn hold(conn: &mut Conn, chain: &str) -> Result<Option<StoredHead>> {
    let held = diesel::update(heads::table.find(chain))
        .set(heads::seq.eq(heads::seq))
        .returning((
            heads::chain,
            heads::seq,
            heads::mac,
            heads::pruned_seq,
            heads::pruned_mac,
            heads::signature,
        ));
    Ok(held.get_result(conn).optional()?)
}

/// Gives a chain a head unless it has one: another server may have been faster.
pub fn insert(conn: &mut Conn, chain: &str, head: &Head, signature: &[u8]) -> Result<()> {
    dialect::on_either!(conn, conn => diesel::insert_into(heads::table)
        .values((
            heads::chain.eq(chain),
            heads::seq.eq(head.last.seq),
            heads::mac.eq(&head.last.mac),
            heads::pruned_seq.eq(head.pruned.seq),
            heads::pruned_mac.eq(&head.pruned.mac),
            heads::signature.eq(signature),
        ))
        .on_conflict(heads::chain)
        .do_nothing()
        .execute(conn)?);
    Ok(())
}

/// Removes the head of a chain that is gone.
pub(super) fn delete(conn: &mut Conn, chain: &str) -> Result<()> {
    diesel::delete(heads::table.find(chain)).execute(conn)?;
    Ok(())
}

/// Moves a head.
pub fn set(conn: &mut Conn, chain: &str, head: &Head, signature: &[u8]) -> Result<()> {
    diesel::update(heads::table.find(chain))
        .set((
            heads::seq.eq(head.last.seq),
            heads::mac.eq(&head.last.mac),
            heads::pruned_seq.eq(head.pruned.seq),
            heads::pruned_mac.eq(&head.pruned.mac),
            heads::signature.eq(signature),
        ))
        .execute(conn)?;
    Ok(())
}
