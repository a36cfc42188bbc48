//! How database errors become the product's errors.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::domain::Error;

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
                info,
            ) => Self::Unavailable(format!(
                "the database can't do this now: {}",
                info.message()
            )),
            DieselError::DatabaseError(_, info) if is_passing(info.message()) => Self::Unavailable(
                format!("the database can't do this now: {}", info.message()),
            ),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// How either database says that its disk is full.
const FULL: [&str; 3] = [
    "No space left on device",
    "could not extend file",
    "disk is full",
];

/// True for the text of an error for want of room on the disk.
pub fn is_full(message: &str) -> bool {
    FULL.iter().any(|part| message.contains(part))
}

/// These conditions are told by text alone: diesel hands no SQLSTATE on.
fn is_passing(message: &str) -> bool {
    is_full(message)
        || [
            "canceling statement",
            "remaining connection slots",
            "the database system is",
            "database is locked",
            "readonly database",
            "disk I/O error",
            "server closed the connection",
            "no connection to the server",
            "terminating connection",
            "connection to server",
        ]
        .iter()
        .any(|part| message.contains(part))
}

/// What a search that was ended says.
const TOO_SLOW: &str = "This took longer than five seconds and was ended. Narrow the time span, or choose a key, and try again.";

/// The error of a search: one that took too long is no failure.
pub fn of_search(error: Error) -> Error {
    match error {
        Error::Unavailable(text) if text.contains("due to statement timeout") => {
            Error::Busy(TOO_SLOW)
        }
        other => other,
    }
}

/// True when an insert ran into a unique index.
pub fn is_duplicate(error: &DieselError) -> bool {
    matches!(
        error,
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
    )
}
