//! How many requests a key may make in a second or a minute, and how many of them at once.

use super::validate::FieldErrors;

/// Most requests a period, and most at once.
const MOST: u32 = 1_000_000;

/// The time over which requests are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Period {
    /// A second.
    #[default]
    Second,
    /// A minute.
    Minute,
}

impl Period {
    /// The word in JSON, in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
        }
    }

    /// Its length in seconds.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
        }
    }

    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "second" => Ok(Self::Second),
            "minute" => Ok(Self::Minute),
            _ => Err("Choose second or minute.".into()),
        }
    }
}

/// A limit: an even flow of requests, and a reserve for moments with more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    requests: u32,
    per: Period,
    burst: u32,
}

impl RateLimit {
    /// A limit from numbers that were checked before.
    ///
    /// # Errors
    /// What is wrong with them, for the log.
    pub fn new(requests: i64, per: &str, burst: i64) -> Result<Self, String> {
        Ok(Self {
            requests: in_range(requests)?,
            per: Period::parse(per)?,
            burst: in_range(burst)?,
        })
    }

    /// Requests a period, 1 to 1,000,000.
    pub fn requests(self) -> u32 {
        self.requests
    }

    /// The period.
    pub fn per(self) -> Period {
        self.per
    }

    /// Requests at once after a pause, 1 to 1,000,000.
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// True when everything that `other` lets through is let through.
    pub fn covers(self, other: Self) -> bool {
        let flow = |limit: Self, per: Period| u64::from(limit.requests) * u64::from(per.seconds());
        self.burst >= other.burst && flow(self, other.per) >= flow(other, self.per)
    }
}

/// "100 per second", with "burst 200" when that is another number.
impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} per {}", self.requests, self.per.as_str())?;
        if self.burst == self.requests {
            return Ok(());
        }
        write!(f, ", burst {}", self.burst)
    }
}

/// A limit as someone asks for it, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Requests a period, 1 to 1,000,000.
    pub requests: String,
    /// `second` or `minute`.
    pub per: String,
    /// Requests at once, 1 to 1,000,000; empty: as many as a period.
    pub burst: String,
}

impl Input {
    /// As typed in a form: no limit when both numbers are empty. A burst alone is a limit without its number, and told so.
    pub fn typed(requests: &str, per: &str, burst: &str) -> Option<Self> {
        let empty = requests.trim().is_empty() && burst.trim().is_empty();
        (!empty).then(|| Self {
            requests: requests.into(),
            per: per.into(),
            burst: burst.into(),
        })
    }

    /// Checks the parts; what is wrong is noted at `rate_limit.requests`, `rate_limit.per` and `rate_limit.burst`.
    pub fn check(&self, errors: &mut FieldErrors) -> Option<RateLimit> {
        let noted = errors.list().len();
        let requests = errors.take("rate_limit.requests", count(&self.requests));
        let per = errors.take("rate_limit.per", Period::parse(&self.per));
        let burst = match self.burst.trim() {
            "" => requests,
            text => errors.take("rate_limit.burst", count(text)),
        };
        let limit = RateLimit {
            requests,
            per,
            burst,
        };
        (errors.list().len() == noted).then_some(limit)
    }
}

fn count(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    in_range(number.unwrap_or_default())
}

fn in_range(number: i64) -> Result<u32, String> {
    u32::try_from(number)
        .ok()
        .filter(|number| (1..=MOST).contains(number))
        .ok_or_else(|| "Use a whole number from 1 to 1,000,000.".into())
}
