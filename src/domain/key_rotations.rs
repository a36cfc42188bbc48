//! Another secret for a key: how long the one that it had goes on working.

use chrono::TimeDelta;

use super::time::Timestamp;

/// Longest grace: a week, in seconds.
pub const LONGEST: i64 = 7 * 86_400;
/// Seconds without a use after which a secret counts as quiet.
pub const QUIET: i64 = 86_400;

/// How long the old secret goes on working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grace {
    /// So many seconds, 0 to [`LONGEST`]; 0 ends it at once.
    Seconds(i64),
    /// Until nobody has used it for [`QUIET`] seconds.
    UntilQuiet,
}

impl Grace {
    /// A grace of so many seconds.
    ///
    /// # Errors
    /// A message for the field when it is out of range.
    pub fn of_seconds(seconds: i64) -> Result<Self, String> {
        if (0..=LONGEST).contains(&seconds) {
            Ok(Self::Seconds(seconds))
        } else {
            Err(format!("Use 0 to {LONGEST} seconds, which is 7 days."))
        }
    }

    /// The grace of a form's choice.
    ///
    /// # Errors
    /// A message for the field when it is none of them.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "now" => Ok(Self::Seconds(0)),
            "1h" => Ok(Self::Seconds(3_600)),
            "24h" => Ok(Self::Seconds(86_400)),
            "7d" => Ok(Self::Seconds(LONGEST)),
            "quiet" => Ok(Self::UntilQuiet),
            _ => Err("Choose how long the old secret goes on working.".into()),
        }
    }

    /// True when it ends at once.
    pub fn is_none(self) -> bool {
        self == Self::Seconds(0)
    }

    /// The first instant at which the old secret no longer works; `None` while nobody knows.
    pub fn ends_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => Some(now + TimeDelta::seconds(seconds)),
            Self::UntilQuiet => None,
        }
    }

    /// Seconds of quiet after which it ends.
    pub fn quiet_seconds(self) -> Option<i64> {
        (self == Self::UntilQuiet).then_some(QUIET)
    }

    /// In words, for the audit log.
    pub fn text(self) -> String {
        match self {
            Self::Seconds(0) => "none".into(),
            Self::Seconds(seconds) if seconds > 86_400 && seconds % 86_400 == 0 => {
                format!("{} days", seconds / 86_400)
            }
            Self::Seconds(seconds) if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
            Self::Seconds(seconds) => format!("{seconds} s"),
            Self::UntilQuiet => "until quiet for 24 h".into(),
        }
    }
}
