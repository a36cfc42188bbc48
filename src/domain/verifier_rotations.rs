//! Another token for a verifier: how long the one that it had goes on working.

use chrono::TimeDelta;

use super::time::Timestamp;
use super::zone::Zone;

/// How long the old token goes on working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grace {
    /// So many hours.
    Hours(i64),
    /// Until somebody ends it.
    UntilEnded,
}

impl Grace {
    /// The choices: the word, and how it reads.
    pub const CHOICES: [(&'static str, &'static str); 4] = [
        ("24h", "Old token keeps working for 24 hours"),
        ("1h", "Old token keeps working for 1 hour"),
        ("7d", "Old token keeps working for 7 days"),
        ("until-ended", "Old token keeps working until you end it"),
    ];

    /// The grace of a choice.
    ///
    /// # Errors
    /// A message for the field when it is none of them.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "1h" => Ok(Self::Hours(1)),
            "24h" => Ok(Self::Hours(24)),
            "7d" => Ok(Self::Hours(7 * 24)),
            "until-ended" => Ok(Self::UntilEnded),
            _ => Err(
                "Choose how long the old token keeps working: 1h, 24h, 7d or until-ended.".into(),
            ),
        }
    }

    /// The first instant at which the old token no longer works; `None` while nobody knows.
    pub fn ends_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Hours(hours) => Some(now + TimeDelta::hours(hours)),
            Self::UntilEnded => None,
        }
    }
}

/// Until when an old token works, in words and in a zone.
pub fn until(ends_at: Option<Timestamp>, zone: Zone) -> String {
    ends_at.map_or_else(
        || "until you end it".into(),
        |at| format!("until {}", zone.format(at, "%-d %b %Y, %H:%M %Z")),
    )
}
