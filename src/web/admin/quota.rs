//! How many keys a tenant has of those that it may have.

use crate::actions::limit_ends;
use crate::db::{self, Conn};
use crate::domain::limit_end::LimitEnd;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Result, time};

/// "2 of 10 keys".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Keys that count.
    pub used: i64,
    /// Most that may count.
    pub limit: i64,
    /// From 80 % on.
    pub near: bool,
    /// No more keys can be made.
    pub full: bool,
    /// The person may make keys at all.
    pub may_generate: bool,
    /// The end of the limit, if it has one.
    pub end: Option<LimitEnd>,
    /// That end is less than a day away.
    pub ends_soon: bool,
    /// Support asked something about the request.
    pub asked_back: bool,
    /// Since when a request for a higher limit waits, in words.
    pub requested: Option<String>,
}

impl Quota {
    /// The quota of the person's tenant now.
    ///
    /// # Errors
    /// `NotFound` without such a tenant.
    pub fn find(conn: &mut Conn, by: &Actor) -> Result<Self> {
        let used = db::keys::count_toward_limit(conn, by.tenant, by.now)?;
        Self::with_used(conn, by, used)
    }

    /// The quota of who counted the keys already.
    ///
    /// # Errors
    /// As [`Quota::find`].
    pub fn with_used(conn: &mut Conn, by: &Actor, used: i64) -> Result<Self> {
        let (limit, end) = limit_ends::current(conn, by.tenant, by.now)?;
        let open = db::limit_requests::find_open(conn, by.tenant)?;
        Ok(Self {
            used,
            limit,
            near: used * 10 >= limit * 8,
            full: used >= limit,
            end,
            ends_soon: end.is_some_and(|end| end.is_near(by.now)),
            may_generate: by.must_hold(Right::ChangeKeys).is_ok(),
            asked_back: open.as_ref().is_some_and(|open| open.awaits_tenant),
            requested: open.map(|open| time::relative(open.asked_at, by.now)),
        })
    }

    /// The limit that lasts: more than that can be asked for.
    pub fn lasting(&self) -> i64 {
        self.end.map_or(self.limit, |end| end.then)
    }
}
