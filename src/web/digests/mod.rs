//! Password digests, on threads of their own that give way to all others, above all to verification.

mod places;
mod queue;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

pub use self::places::Place;
use self::places::Places;
use self::queue::Queue;
use crate::background::vitals::Vitals;
use crate::domain::{Error, Result};

/// Digests worked on at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;
/// Digests that may wait for their turn before more are turned away.
const WAITING: usize = 32;
const NAME: &str = "password-digest";
const BUSY: &str = "Too many people sign in at once. Try again in a few seconds.";

/// Hands digests to the threads.
#[derive(Debug)]
pub struct Digests {
    queue: Arc<Queue>,
    places: Places,
}

impl Digests {
    /// Starts the threads. They end when this is dropped.
    pub fn start(vitals: &Arc<Vitals>) -> Self {
        let queue = Arc::<Queue>::default();
        for number in 0..=AT_ONCE {
            let (queue, vitals) = (Arc::clone(&queue), Arc::clone(vitals));
            let work = move || {
                let _pulse = vitals.pulse(NAME);
                if number < AT_ONCE {
                    give_way();
                    queue.work_off(&vitals);
                } else {
                    queue.help_the_overdue(&vitals);
                }
            };
            if let Err(cause) = thread::Builder::new().name(NAME.into()).spawn(work) {
                tracing::error!(%cause, "no thread for passwords: signing in will be slow, or fail");
            }
        }
        Self {
            queue,
            places: Places::new(AT_ONCE + WAITING),
        }
    }

    /// A place, before anything else is done for a password: whoever is turned away costs next to nothing. `known` stands
    /// for the account to which the browser is known: strangers can't take all the places of such.
    ///
    /// # Errors
    /// `Busy` when too many wait already.
    pub fn place(&self, known: Option<u64>) -> Result<Place> {
        self.places.take(known).ok_or(Error::Busy(BUSY))
    }

    /// Has a thread do this work, known browsers first, in the order of coming; perhaps two of them, when the first gets no core for it.
    ///
    /// # Errors
    /// Those of `work`; `Unavailable` when it panicked.
    pub async fn work<T: Send + 'static>(
        &self,
        place: Place,
        work: impl Fn() -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let (done, answer) = oneshot::channel();
        let is_known = place.is_known();
        let waiting = Mutex::new(Some((done, place)));
        let job = Arc::new(move || {
            let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
            // Who left meanwhile needs no answer, and who has one no other.
            let is_waited_for = |(done, _): &(oneshot::Sender<_>, _)| !done.is_closed();
            if !lock().as_ref().is_some_and(is_waited_for) {
                return;
            }
            let judged = work();
            if let Some((done, _place)) = lock().take() {
                let _ = done.send(judged);
            }
        });
        let gone = || Error::Unavailable("nobody looked at the password".into());
        let queue = Arc::clone(&self.queue);
        // Not on the thread that answers others: a thread that gives way may hold the lock.
        let added = actix_web::web::block(move || queue.add(job, is_known)).await;
        added.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Digests {
    fn drop(&mut self) {
        self.queue.end();
    }
}

/// Digests take what no other thread wants: whoever has something to do runs at once, in the middle of a digest.
#[cfg(target_os = "linux")]
fn give_way() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let given = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
    if let Err(cause) = given {
        tracing::warn!(?cause, "password digests can't give way to verification");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
