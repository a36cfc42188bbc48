//! Changes that keep the others waiting while they themselves wait for their server, such as one behind a slow link.
//!
//! PostgreSQL ends a transaction that is silent for two seconds. One whose statements come slowly is never silent for that long,
//! and would hold the lock of all changes through each of them.

use diesel::sql_types::{Bool, Integer, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::Conn;
use crate::domain::Result;

/// A server that is well is not silent for a tenth of a second amid a change, however long that takes; and a second leaves
/// those who wait most of their three. The first of them has waited since the lock was taken: before, for another.
const HOLDERS: &str = "\
WITH holders AS MATERIALIZED (
    SELECT holder.pid, host(holder.client_addr) AS address,
           bool_or(awaited.waitstart < clock_timestamp() - interval '1 s'
                   AND holder.wait_event_type = 'Client'
                   AND holder.state_change < clock_timestamp() - interval '0.1 s') AS is_stalled
    FROM pg_locks awaited
    JOIN pg_locks held ON held.transactionid = awaited.transactionid AND held.granted
    JOIN pg_stat_activity holder ON holder.pid = held.pid
    WHERE NOT awaited.granted
      AND awaited.locktype = 'transactionid'
      AND awaited.waitstart < clock_timestamp() - interval '0.3 s'
      AND holder.datname = current_database()
      AND holder.usename = session_user
    GROUP BY holder.pid, holder.client_addr
)
SELECT pid, address, CASE WHEN is_stalled THEN pg_terminate_backend(pid) ELSE false END AS is_ended FROM holders";

/// A connection with a change that others wait for.
#[derive(Debug, QueryableByName)]
pub struct Holder {
    /// Number of the process of PostgreSQL that serves it.
    #[diesel(sql_type = Integer)]
    pub pid: i32,
    /// From where it comes; `None` when that is no network.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    /// It was stalled, and ended.
    #[diesel(sql_type = Bool)]
    pub is_ended: bool,
}

/// Ends stalled changes: each of their servers answers that the database can't do this now, and nothing of them is stored.
/// Gives every change that others wait for. PostgreSQL alone has several servers, and this.
///
/// # Errors
/// As the database reports them.
pub fn end(conn: &mut Conn) -> Result<Vec<Holder>> {
    Ok(diesel::sql_query(HOLDERS).load(conn)?)
}
