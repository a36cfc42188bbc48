//! What an API key is: its draft, its state over time, and the limits on both.

use chrono::{Days, NaiveDate, TimeDelta};

use super::Result;
use super::address_list::AddressList;
use super::allowlist_mode::AllowlistMode;
use super::bounds::Bounds;
use super::environment::Environment;
use super::owner;
use super::rate_limit::{self, RateLimit};
use super::time::{self, Timestamp};
use super::validate::{self, FieldErrors};

/// Keys that a tenant may have unless its limit was raised.
pub const DEFAULT_LIMIT: i64 = 10;
/// Furthest expiry: ten years of 365 days and the leap days in them.
const MOST_DAYS: i64 = 3_653;

/// The state of a key at an instant, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Ended by a person, for good.
    Revoked,
    /// Past its expiry.
    Expired,
    /// Switched off for now.
    Disabled,
    /// Accepted.
    Active,
}

impl State {
    /// Every state, in the order in which pages offer them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Disabled, Self::Expired, Self::Revoked];

    /// Computes the state; revoked beats expired beats disabled. A key is expired from its instant on.
    pub fn at(
        now: Timestamp,
        revoked: bool,
        disabled: bool,
        expires_at: Option<Timestamp>,
    ) -> Self {
        if revoked {
            Self::Revoked
        } else if expires_at.is_some_and(|end| end <= now) {
            Self::Expired
        } else if disabled {
            Self::Disabled
        } else {
            Self::Active
        }
    }

    /// The word used in JSON, classes and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Active => "active",
        }
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Revoked => "Revoked",
            Self::Expired => "Expired",
            Self::Disabled => "Disabled",
            Self::Active => "Active",
        }
    }
}

/// A key as someone asks for it, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Name of the system that will hold it.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// `live` or `test`.
    pub environment: &'a str,
    /// Where it may be used from, one entry a line.
    pub ip_allowlist: Vec<&'a str>,
    /// `off`, `observe` or `enforce`; empty: a list is enforced.
    pub ip_allowlist_mode: &'a str,
    /// How often it may be used; `None`: as often as its holder likes.
    pub rate_limit: Option<rate_limit::Input>,
    /// Who looks after it: a member's e-mail address or a line of text; empty: whoever makes it.
    pub owner: &'a str,
}

/// A checked input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// 2 to 200 characters.
    pub name: String,
    /// At most 1,000 characters.
    pub description: String,
    /// Live or test.
    pub environment: Environment,
    /// Allowed addresses.
    pub ip_allowlist: AddressList,
    /// What happens to others.
    pub ip_allowlist_mode: AllowlistMode,
    /// End of the key's life.
    pub expires_at: Option<Timestamp>,
    /// How often it may be used.
    pub rate_limit: Option<RateLimit>,
    /// Who looks after it, not looked up yet; empty: whoever makes it.
    pub owner: String,
}

impl Draft {
    /// What bounds the key beside its scopes.
    pub fn bounds(&self) -> Bounds {
        let addresses = (&self.ip_allowlist, self.ip_allowlist_mode);
        Bounds::new(self.expires_at, addresses, self.rate_limit)
    }
}

impl Input<'_> {
    /// Checks every field and reports all errors at once; `expiry` was read by the caller, which knows its format.
    ///
    /// # Errors
    /// `Invalid` with a message at each field.
    pub fn check(
        &self,
        now: Timestamp,
        expiry: std::result::Result<Option<Timestamp>, String>,
    ) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let list = errors.take("ip_allowlist", AddressList::parse_given(&self.ip_allowlist));
        let draft = Draft {
            ip_allowlist_mode: errors.take("ip_allowlist_mode", self.mode(&list)),
            ip_allowlist: list,
            name: errors.take("name", validate::name(self.name, 200, "a name")),
            description: errors.take("description", validate::lines(self.description, 1_000)),
            environment: errors.take("environment", Environment::parse(self.environment)),
            expires_at: errors.take("expires_at", expiry.and_then(|at| check_expiry(at, now))),
            rate_limit: self
                .rate_limit
                .as_ref()
                .and_then(|limit| limit.check(&mut errors)),
            owner: errors.take("owner", owner::check(self.owner)),
        };
        errors.into_result().map(|()| draft)
    }

    fn mode(&self, list: &AddressList) -> std::result::Result<AllowlistMode, String> {
        match self.ip_allowlist_mode {
            "" => Ok(AllowlistMode::of(list)),
            word => AllowlistMode::parse(word)?.check(list),
        }
    }
}

/// An expiry lies in the future, and at most ten years away.
///
/// # Errors
/// A message for the field when it does not.
pub fn check_expiry(
    at: Option<Timestamp>,
    now: Timestamp,
) -> std::result::Result<Option<Timestamp>, String> {
    match at {
        Some(at) if at <= now => Err("Choose a moment in the future.".into()),
        Some(at) if at > now + TimeDelta::days(MOST_DAYS) => {
            Err("Choose a moment at most 10 years away.".into())
        }
        at => Ok(at),
    }
}

/// The expiry of a date field: the key works through that day in UTC. Empty means never.
///
/// # Errors
/// A message for the field when it is not a date.
pub fn expiry_of_last_day(text: &str) -> std::result::Result<Option<Timestamp>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || "Enter a date as YYYY-MM-DD, or leave it empty.".to_owned();
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| wrong())?;
    let next = day
        .checked_add_days(Days::new(1))
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .ok_or_else(wrong)?;
    Ok(Some(next.and_utc()))
}

/// The expiry of an RFC 3339 instant.
///
/// # Errors
/// A message for the member when it is not an instant with an offset.
pub fn expiry_of_instant(text: &str) -> std::result::Result<Option<Timestamp>, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|at| Some(time::from_micros(at.timestamp_micros())))
        .map_err(|_| {
            "Use an RFC 3339 instant with its offset, such as 2027-02-18T00:00:00Z.".into()
        })
}

/// True from 14 days before the end of a key's life until it ends.
pub fn expires_soon(expires_at: Timestamp, now: Timestamp) -> bool {
    expires_at > now && expires_at - now <= TimeDelta::days(time::EXPIRING_SOON_DAYS)
}

/// What the holder of a key is told while it expires soon, in ASCII.
pub fn expiry_warning(expires_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let at = expires_at.filter(|at| expires_soon(*at, now))?;
    // The instant is the first at which the key no longer works; its last day is a moment before.
    let last_day = time::day(at - TimeDelta::microseconds(1));
    let left = time::relative(at, now);
    Some(format!("This key expires on {last_day} ({left})."))
}
