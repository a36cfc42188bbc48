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
    /// Unless it is ignored, as under `nohup`.
    hang_up: Option<Signal>,
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
            hang_up: if hang_ups_are_ignored() {
                None
            } else {
                Some(catch(SignalKind::hangup())?)
            },
        })
    }

    /// Waits for one. True when what is under way shall be finished first: after SIGTERM and
    /// SIGHUP, not after SIGINT and SIGQUIT.
    pub async fn wait(mut self) -> bool {
        poll_fn(|context| {
            let mut in_order = [Some(&mut self.terminate), self.hang_up.as_mut()].into_iter();
            if in_order.any(|one| one.is_some_and(|one| one.poll_recv(context).is_ready())) {
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

/// Whether whoever started this process wants it to outlive its terminal. Only Linux tells.
fn hang_ups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    // Signal 1 is the lowest bit.
    ignored.is_some_and(|ignored| ignored & 1 == 1)
}
