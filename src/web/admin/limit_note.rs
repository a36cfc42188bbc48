//! What support decided about a tenant's limit a few days ago.

use crate::actions::limits;
use crate::db::Conn;
use crate::domain::Result;
use crate::domain::audit::LIMIT_CHANGED;
use crate::domain::id::TenantId;
use crate::domain::time::Timestamp;
use crate::web::past_step::PastStep;

/// Days for which a decision stands on the page of keys.
const TOLD_DAYS: i64 = 7;

/// What support decided a few days ago, for everybody who sees the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitNote {
    /// The limit was changed, not a request declined.
    pub changed: bool,
    /// What was decided, by whom, why.
    pub step: PastStep,
}

impl LimitNote {
    /// The note of the person's tenant, if support decided something in the last days.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub fn find(conn: &mut Conn, tenant: TenantId, now: Timestamp) -> Result<Option<Self>> {
        let since = now - chrono::TimeDelta::days(TOLD_DAYS);
        let last = limits::last_decision(conn, tenant, since)?;
        Ok(last.map(|past| Self {
            changed: past.action == LIMIT_CHANGED,
            step: PastStep::of_limit(past, now),
        }))
    }
}
