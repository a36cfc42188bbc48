//! Password digests, on threads of their own that give way to all others, above all to verification.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::{Semaphore, oneshot};

use crate::background::vitals::Vitals;
use crate::domain::{Error, Result};

/// Digests worked on at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;
/// Digests that may wait for their turn before more are turned away.
const WAITING: usize = 32;

type Job = Box<dyn FnOnce() + Send>;

/// Hands digests to the threads.
#[derive(Debug)]
pub struct Digests {
    jobs: mpsc::Sender<Job>,
    places: Semaphore,
}

impl Digests {
    /// Starts the threads. They end when this is dropped.
    pub fn start(vitals: &Arc<Vitals>) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..AT_ONCE {
            let (waiting, vitals) = (Arc::clone(&waiting), Arc::clone(vitals));
            let named = thread::Builder::new().name("password-digest".into());
            if let Err(cause) = named.spawn(move || run(&waiting, &vitals)) {
                tracing::error!(%cause, "no thread for passwords: signing in will be slow, or fail");
            }
        }
        Self {
            jobs,
            places: Semaphore::new(AT_ONCE + WAITING),
        }
    }

    /// Has a thread do this work, in the order of coming.
    ///
    /// # Errors
    /// `Unavailable` when too many wait already; those of `work`.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy =
            || Error::Unavailable("too many sign-ins at once; try again in a few seconds".into());
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        let (done, answer) = oneshot::channel();
        let job = move || {
            // Who left meanwhile has no place any more, and needs no answer.
            if !done.is_closed() {
                let _ = done.send(work());
            }
        };
        self.jobs.send(Box::new(job)).map_err(|_| busy())?;
        answer.await.map_err(|_| busy())?
    }
}

fn run(waiting: &Mutex<mpsc::Receiver<Job>>, vitals: &Arc<Vitals>) {
    let _pulse = vitals.pulse("password-digest");
    give_way();
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = next else { return };
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            vitals.note_panic();
            tracing::error!("working on a password digest failed");
        }
    }
}

/// On Linux a priority is a thread's own; elsewhere it would be the whole server's.
#[cfg(target_os = "linux")]
fn give_way() {
    /// From 0 to 19: while all cores are busy, a tenth of one is left to these threads.
    const NICENESS: i32 = 10;
    if let Err(cause) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%cause, "password digests can't give way to verification");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
