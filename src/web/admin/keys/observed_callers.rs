//! Who calls with a key whose allowlist is observed, as its page and its form show it.

use crate::actions::observed_callers;
use crate::db::Conn;
use crate::db::keys::Key;
use crate::db::observed_callers::{Caller, MOST};
use crate::domain::Result;
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::id::TenantId;
use crate::domain::time::Timestamp;
use crate::web::numbers::grouped;
use crate::web::shell::Moment;

/// A caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerRow {
    /// Empty when it is not known.
    pub address: String,
    /// Requests.
    pub requests: String,
    /// The newest of them.
    pub last: Moment,
    /// The list would refuse it, if it were enforced.
    pub would_be_refused: bool,
}

/// The callers of the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Newest first.
    pub rows: Vec<CallerRow>,
    /// How many of them the list would refuse.
    pub refused: usize,
    /// There may be more than are kept.
    pub full: bool,
    /// There is a list that could be enforced.
    pub has_list: bool,
}

impl Observed {
    /// The callers of a key; none unless its allowlist is observed.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn load(
        conn: &mut Conn,
        tenant: TenantId,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        if key.ip_allowlist_mode != AllowlistMode::Observe {
            return Ok(None);
        }
        let list = &key.ip_allowlist;
        let callers = observed_callers::list(conn, tenant, key.id, now)?;
        let rows: Vec<CallerRow> = callers
            .into_iter()
            .map(|caller| row(caller, list, now))
            .collect();
        Ok(Some(Self {
            refused: rows.iter().filter(|row| row.would_be_refused).count(),
            full: rows.len() >= MOST,
            has_list: !list.is_empty(),
            rows,
        }))
    }
}

fn row(caller: Caller, list: &AddressList, now: Timestamp) -> CallerRow {
    CallerRow {
        would_be_refused: !list.allows_text(&caller.address),
        requests: grouped(caller.requests),
        last: Moment::past(caller.last_at, now),
        address: caller.address,
    }
}
