//! A PostgreSQL that is not there yet when a server starts, as after a power failure that ended both.

use std::time::Duration;

use diesel::r2d2::ManageConnection as _;

use super::connection::{Manager, Source};
use crate::domain::{Error, Result};

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// What the driver says of a server that may come. Whatever else is wrong waiting does not mend.
const PASSING: [&str; 7] = [
    "Connection refused",
    "No such file or directory",
    "timeout expired",
    "could not translate host name",
    "starting up",
    "shutting down",
    "closed the connection",
];

/// Waits until the database answers. `tell` is given what is wrong, each time that it changes.
///
/// # Errors
/// `Unavailable` when something is wrong that does not pass by itself, such as a password.
pub fn await_answer(source: &Source, tell: impl Fn(&str)) -> Result<()> {
    let manager = Manager::new(source.clone());
    let mut told = String::new();
    loop {
        let Err(cause) = manager.connect() else {
            return Ok(());
        };
        let cause = cause.to_string();
        if !PASSING.iter().any(|passing| cause.contains(passing)) {
            return Err(Error::Unavailable(format!(
                "can't open the database: {cause}"
            )));
        }
        if told != cause {
            tell(&cause);
            told = cause;
        }
        std::thread::sleep(PAUSE);
    }
}
