//! What an IP allowlist does: nothing yet, watch, or refuse.

use super::address_list::AddressList;

/// What happens to a caller whose address is not on the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AllowlistMode {
    /// There is no list.
    #[default]
    Off,
    /// It is let through, and callers are noted: to see whom the list would refuse before it does.
    Observe,
    /// It is refused.
    Enforce,
}

impl AllowlistMode {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }

    /// The mode of a word.
    ///
    /// # Errors
    /// A message for the field.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "off" => Ok(Self::Off),
            "observe" => Ok(Self::Observe),
            "enforce" => Ok(Self::Enforce),
            _ => Err("Choose off, observe or enforce.".into()),
        }
    }

    /// The mode of a list for which nobody chose one: a list is there to be enforced.
    pub fn of(list: &AddressList) -> Self {
        if list.is_empty() {
            Self::Off
        } else {
            Self::Enforce
        }
    }

    /// The mode as chosen, if it makes sense for the list.
    ///
    /// # Errors
    /// A message for the field: nothing can't be enforced, and a list that is off would look like a restriction.
    pub fn check(self, list: &AddressList) -> Result<Self, String> {
        match self {
            Self::Enforce if list.is_empty() => {
                Err("Add an address or a range first: an empty list restricts nothing.".into())
            }
            Self::Off if !list.is_empty() => {
                Err("Empty the list with it: a list that is off restricts nothing.".into())
            }
            chosen => Ok(chosen),
        }
    }
}
