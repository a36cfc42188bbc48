//! More than a tenant may have at once, so that others have their part of one database.

use std::fmt;

use super::numbers::Count;

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Changes; so many a second would be allowed.
    Changes(u32),
    /// Searches and other costly reads at once.
    Searches,
}

impl Excess {
    /// Every kind, as the API explains them.
    pub const ALL: [Self; 2] = [Self::Changes(0), Self::Searches];

    /// The word for machines; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Changes(_) => "too-many-changes",
            Self::Searches => "too-many-searches",
        }
    }

    /// What it means, in the reference of the API.
    pub fn explained(self) -> &'static str {
        match self {
            Self::Changes(_) => {
                "The key, or its organization, changes more than the server allows over time. Nothing was changed: wait as many seconds as Retry-After says, and send it again. Revoking and disabling keys has a reserve of its own."
            }
            Self::Searches => {
                "Two lists or searches of an organization run at once, and a few more wait for a moment. Wait as many seconds as Retry-After says, and ask again."
            }
        }
    }
}

/// The sentence for people.
impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changes(a_second) => write!(
                f,
                "Too many changes at once. A key, a person and an organization may make {} a second over time. Nothing was changed.",
                Count(i64::from(*a_second))
            ),
            Self::Searches => f.write_str(
                "Too many searches at once: two run at a time, and a few more wait for a moment.",
            ),
        }
    }
}
