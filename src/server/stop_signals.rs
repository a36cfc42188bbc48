//! What tells the process to stop.

use std::future::poll_fn;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that end the server, caught from the moment that this is made: one that comes before the server runs is not
/// lost, and does not end the process on the spot.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

impl StopSignals {
    /// Begins to catch them.
    ///
    /// # Errors
    /// One line when the system refuses.
    pub fn catch() -> Result<Self, String> {
        let catch =
            |kind| signal(kind).map_err(|cause| format!("can't catch signals to stop: {cause}"));
        Ok(Self {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
            quit: catch(SignalKind::quit())?,
        })
    }

    /// Waits for one. True when what is under way shall be finished first: after SIGTERM, not after SIGINT and SIGQUIT.
    pub async fn wait(mut self) -> bool {
        poll_fn(|context| {
            if self.terminate.poll_recv(context).is_ready() {
                return Poll::Ready(true);
            }
            let mut at_once = [&mut self.interrupt, &mut self.quit].into_iter();
            if at_once.any(|one| one.poll_recv(context).is_ready()) {
                return Poll::Ready(false);
            }
            Poll::Pending
        })
        .await
    }
}
