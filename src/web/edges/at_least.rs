//! The revision that a question insists on: whoever made a change on one server is not answered by another one with the
//! state before.

use std::time::{Duration, Instant};

use crate::domain::{Error, Result};
use crate::verify::Index;

/// How long a question waits for a change that is on its way. Mostly it is there after a moment.
const PATIENCE: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(5);

/// Reads it; 0, which every server has reached, when nothing was sent.
///
/// # Errors
/// `Invalid` at `at_least`.
pub fn read(sent: Option<&str>) -> Result<i64> {
    let rev = sent.map_or(Some(0), |text| text.parse().ok());
    rev.filter(|rev| *rev >= 0)
        .ok_or_else(|| Error::invalid("at_least", "Send a whole number, 0 or more."))
}

/// Lets questions pass that insist on what this server has applied.
///
/// # Errors
/// `NotReached`.
pub fn must_be_reached(index: &Index, rev: i64) -> Result<()> {
    if index.rev() < rev {
        return Err(Error::NotReached(rev));
    }
    Ok(())
}

/// Waits a moment until this server has applied it.
///
/// # Errors
/// `NotReached`.
pub async fn wait(index: &Index, rev: i64) -> Result<()> {
    let begun = Instant::now();
    loop {
        let reached = must_be_reached(index, rev);
        if reached.is_ok() || begun.elapsed() >= PATIENCE {
            return reached;
        }
        tokio::time::sleep(STEP).await;
    }
}
