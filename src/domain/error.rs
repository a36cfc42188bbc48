//! One error type for every layer below the web.
//!
//! Variants say what went wrong in the product's words; `web::failure` alone maps them to a status.
//! `Internal` carries text for the log, never for the person who asked.

use super::conflict::Conflict;
use super::excess::Excess;
use super::validate::FieldErrors;

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong, without any notion of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The thing does not exist, or belongs to another tenant: the two look the same.
    NotFound,
    /// Input that breaks a rule; each message belongs to one field.
    Invalid(FieldErrors),
    /// A request that is well formed but makes no sense as it stands, such as a forged cursor.
    BadRequest(String),
    /// The state of the thing does not allow the change.
    Conflict(Conflict),
    /// The caller is known and may not do this.
    Forbidden(String),
    /// The caller is known and may not know that this exists: answered as [`Error::NotFound`].
    Hidden,
    /// A form that was made for another session, or came from elsewhere.
    StaleForm(String),
    /// The caller is not signed in, or presented no valid credential.
    Unauthenticated,
    /// The caller is signed in, and must set up a second factor before anything else.
    SecondFactorNeeded,
    /// Too many attempts; the number of seconds to wait.
    Throttled(u64),
    /// A tenant asks for more than its part at once; the number of seconds to wait.
    Excess(Excess, u64),
    /// The answer can't be known now (database away, overload); trying again later is right.
    Unavailable(String),
    /// An answer is wanted that goes by this revision, and this server has not applied it yet.
    NotReached(i64),
    /// There is no room for it now, such as when too many ask for the same costly thing at once; nothing was begun. The text says what, and what to do.
    Busy(&'static str),
    /// A commit failed in a way that does not tell whether it happened.
    OutcomeUnknown(String),
    /// A defect or an environment failure; the text goes to the log only.
    Internal(String),
}

impl Error {
    /// Input errors with a single field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, message);
        Self::Invalid(errors)
    }

    /// An internal error from anything printable.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound | Self::Hidden => f.write_str("not found"),
            Self::Invalid(errors) => {
                let lines: Vec<String> = errors
                    .list()
                    .iter()
                    .map(|(field, message)| format!("{field}: {message}"))
                    .collect();
                f.write_str(&lines.join("; "))
            }
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Unauthenticated => f.write_str("sign in first"),
            Self::SecondFactorNeeded => f.write_str("set up a second factor first"),
            Self::Throttled(seconds) => {
                write!(f, "too many attempts; try again in {seconds} seconds")
            }
            Self::Excess(excess, seconds) => write!(f, "{excess} Wait {seconds} seconds."),
            Self::NotReached(rev) => write!(
                f,
                "This server has not reached revision {rev} yet. Ask again in a second, or ask another server."
            ),
            Self::Busy(text) => f.write_str(text),
            Self::Forbidden(text)
            | Self::StaleForm(text)
            | Self::BadRequest(text)
            | Self::Unavailable(text)
            | Self::OutcomeUnknown(text)
            | Self::Internal(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

/// One line for whoever stands at a shell.
impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.to_string()
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
