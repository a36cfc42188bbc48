//! What would break if a key stopped working now. Every question before revoking, disabling or rotating shows it.

use chrono::TimeDelta;

use crate::db::Conn;
use crate::db::callers::{self, LOOKED_THROUGH};
use crate::db::key_rotations::LastUse;
use crate::db::keys::Key;
use crate::db::request_records::{self, Filter};
use crate::db::usage::{DAY, HOUR, MINUTE};
use crate::db::usage_series::{Whose, total};
use crate::domain::id::TenantId;
use crate::domain::request_id::RequestId;
use crate::domain::time::{self, Timestamp};
use crate::domain::verdict::Code;
use crate::domain::{Error, Result, key_text};
use crate::web::numbers::{counted, grouped};
use crate::web::state::State;

/// The traffic of a key, in words, and whether its last four characters have to be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlastRadius {
    /// `ks_live_…9fQ2`.
    pub hint: String,
    /// What has to be typed.
    pub last4: String,
    /// It was accepted in the last 24 hours, or nobody can tell: a slip would hurt.
    pub must_type: bool,
    /// It was accepted in the last hour, or nobody can tell.
    pub is_busy: bool,
    /// "12 in the last hour, 340 in the last day". Empty for one of several secrets: requests are counted for the key.
    pub requests: String,
    /// "3 addresses in the last day"; empty without any.
    pub callers: String,
    /// "2 min ago", or "never used".
    pub last_used: String,
    /// Address of the last caller, or empty.
    pub address: String,
    /// What `route` is: "Last request" or "Program".
    pub what: &'static str,
    /// "GET /orders" of the last request, or the program that sent it; may be empty.
    pub route: String,
}

impl BlastRadius {
    /// The traffic of a tenant's key. When usage can't be read it says so, and the last four characters must be typed.
    pub async fn load(state: &State, tenant: TenantId, key: &Key, now: Timestamp) -> Self {
        let of = key.clone();
        state
            .search(tenant, move |conn| Self::read(conn, tenant, &of, now))
            .await
            .unwrap_or_else(|_| Self::unknown(key, now))
    }

    /// As [`BlastRadius::load`], inside a query.
    ///
    /// # Errors
    /// `Unavailable` when usage can't be read.
    pub fn read(conn: &mut Conn, tenant: TenantId, key: &Key, now: Timestamp) -> Result<Self> {
        let id = key.id;
        let whose = Whose {
            tenant,
            key: Some(id),
            environment: "",
        };
        let end = now.timestamp() + 1;
        let hour = total(conn, whose, MINUTE, end - HOUR, end)?.accepted();
        // Hours are whole, so the day begins with the one that was running 24 hours ago.
        let day = total(conn, whose, HOUR, (end - DAY).div_euclid(HOUR) * HOUR, end)?.accepted();
        let yesterday = RequestId::first_at(now - TimeDelta::days(1));
        let callers = callers::count(conn, tenant, id, yesterday)?;
        let accepted = Filter {
            key: Some(id),
            code: Code::Valid.as_str().into(),
            from: Some(yesterday),
            ..Filter::default()
        };
        let last = request_records::list(conn, tenant, &accepted, 1)?.pop();
        let at = key.last_used_at().max(last.as_ref().map(|one| one.at));
        let more = if callers.requests == LOOKED_THROUGH {
            "at least "
        } else {
            ""
        };
        let (address, route) = last
            .map(|one| (one.address, format!("{} {}", one.method, one.path)))
            .unwrap_or_default();
        Ok(Self {
            must_type: day > 0 || at.is_some_and(|at| at > now - TimeDelta::days(1)),
            is_busy: hour > 0 || at.is_some_and(|at| at > now - TimeDelta::hours(1)),
            requests: format!(
                "{} in the last hour, {} in the last day",
                grouped(hour),
                grouped(day)
            ),
            callers: match callers.addresses {
                0 => String::new(),
                count => format!(
                    "{more}{} in the last day",
                    counted(count, "address", "addresses")
                ),
            },
            last_used: at.map_or_else(|| "never used".into(), |at| time::relative(at, now)),
            address,
            route: route.trim().to_owned(),
            ..Self::unknown(key, now)
        })
    }

    /// What would break if one of a key's secrets stopped working. Only its last use is known; `before` is the last use
    /// of the key from the time when this was its only secret.
    pub fn of_secret(
        hint: String,
        last4: &str,
        last: &LastUse,
        before: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let at = last.at;
        Self {
            hint,
            last4: last4.to_owned(),
            must_type: at
                .max(before)
                .is_some_and(|at| at > now - TimeDelta::days(1)),
            is_busy: at.is_some_and(|at| at > now - TimeDelta::hours(1)),
            requests: String::new(),
            callers: String::new(),
            last_used: at.map_or_else(
                || "not since the rotation".into(),
                |at| time::relative(at, now),
            ),
            address: last.address.clone(),
            what: "Program",
            route: last.program.clone(),
        }
    }

    /// For the time in which usage can't be read.
    fn unknown(key: &Key, now: Timestamp) -> Self {
        let last_used = key.last_used_at().map(|at| time::relative(at, now));
        Self {
            hint: key_text::hint(&key.key_prefix, &key.last4),
            last4: key.last4.clone(),
            must_type: true,
            is_busy: true,
            requests: "they can't be told now".into(),
            callers: String::new(),
            last_used: last_used.unwrap_or_else(|| "that can't be told now".into()),
            address: String::new(),
            what: "Last request",
            route: String::new(),
        }
    }

    /// The same for a deed that can be undone: nothing has to be typed.
    pub fn untyped(self) -> Self {
        Self {
            must_type: false,
            ..self
        }
    }

    /// Refuses the deed unless the last four characters were typed, where they have to be.
    ///
    /// # Errors
    /// `Invalid` at `last4`.
    pub fn check(&self, typed: &str) -> Result<()> {
        if !self.must_type || typed.trim() == self.last4 {
            return Ok(());
        }
        let text = format!(
            "Type the last 4 characters, {}, to go on. Capitals matter.",
            self.last4
        );
        Err(Error::invalid("last4", text))
    }
}
