//! Who looks after a key: a member, or whoever a line of text names.

use super::id::UserId;
use super::validate;

/// Longest text, in characters.
const LONGEST: usize = 100;

/// The owner of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A person with an account.
    Person {
        /// The person.
        id: UserId,
        /// Their name.
        name: String,
        /// Their address, by which they are chosen.
        email: String,
        /// They are in the tenant now.
        is_member: bool,
    },
    /// Somebody else, such as "Plant IT, extension 12".
    Text(String),
    /// Nobody.
    Nobody,
}

impl Owner {
    /// As it is typed and sent: the address of a person, or the text; empty for nobody.
    pub fn typed(&self) -> &str {
        match self {
            Self::Person { email, .. } => email,
            Self::Text(text) => text,
            Self::Nobody => "",
        }
    }

    /// How pages show it; `None` for nobody.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Person {
                name,
                is_member: true,
                ..
            } => Some(name.clone()),
            Self::Person { name, .. } => Some(format!("{name} (no longer a member)")),
            Self::Text(text) => Some(text.clone()),
            Self::Nobody => None,
        }
    }
}

/// A checked text about the owner: one line of at most 100 characters, or nothing.
///
/// # Errors
/// A message for the field.
pub fn check(typed: &str) -> Result<String, String> {
    validate::line(typed, LONGEST)
}
