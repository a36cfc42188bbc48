//! Digests that wait for a thread.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::background::vitals::Vitals;

/// How long a digest may get no core before it is worked on beside verification, not after it: somebody must be able to
/// sign in while everything is busy.
const PATIENCE: Duration = Duration::from_millis(100);
/// How often that may happen: so many times at once, and then once in each interval, which is a hundredth of a core.
const SPARE: u32 = 20;
const SPARE_INTERVAL: Duration = Duration::from_secs(2);

pub(super) type Job = Arc<dyn Fn() + Send + Sync>;

/// Digests that wait or are worked on, the oldest first.
#[derive(Default)]
pub(super) struct Queue {
    open: Mutex<Open>,
    changed: Condvar,
}

#[derive(Default)]
struct Open {
    digests: VecDeque<Pending>,
    has_ended: bool,
}

struct Pending {
    job: Job,
    is_known: bool,
    since: Instant,
    is_begun: bool,
    is_helped: bool,
}

impl Open {
    /// Marks the first of these, and gives its work.
    fn take(
        &mut self,
        wanted: impl Fn(&Pending) -> bool,
        mark: impl Fn(&mut Pending),
    ) -> Option<Job> {
        let digest = self.digests.iter_mut().find(|digest| wanted(digest))?;
        mark(digest);
        Some(Arc::clone(&digest.job))
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

impl Queue {
    /// Adds one behind those that waited before; of known browsers, before all of others.
    pub(super) fn add(&self, job: Job, is_known: bool) {
        let mut open = self.lock();
        let digests = &mut open.digests;
        let is_before = |digest: &Pending| digest.is_begun || digest.is_known >= is_known;
        let place = digests
            .iter()
            .rposition(is_before)
            .map_or(0, |last| last + 1);
        digests.insert(
            place,
            Pending {
                job,
                is_known,
                since: Instant::now(),
                is_begun: false,
                is_helped: false,
            },
        );
        drop(open);
        self.changed.notify_all();
    }

    /// Ends the threads.
    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn do_one(&self, job: &Job, vitals: &Vitals) {
        if catch_unwind(AssertUnwindSafe(|| job())).is_err() {
            vitals.note_panic();
            tracing::error!("working on a password digest failed");
        }
        let is_other = |digest: &Pending| !Arc::ptr_eq(&digest.job, job);
        self.lock().digests.retain(is_other);
    }

    /// Works on what nobody has begun, until the end.
    pub(super) fn work_off(&self, vitals: &Vitals) {
        loop {
            let is_idle = |open: &mut Open| {
                !open.has_ended && open.digests.iter().all(|digest| digest.is_begun)
            };
            let open = self.changed.wait_while(self.lock(), is_idle);
            let mut open = open.unwrap_or_else(PoisonError::into_inner);
            if open.has_ended {
                return;
            }
            let job = open.take(|digest| !digest.is_begun, |digest| digest.is_begun = true);
            drop(open);
            if let Some(job) = job {
                self.do_one(&job, vitals);
            }
        }
    }

    /// Works on what waits too long, begun or not, as often as it may; until the end.
    pub(super) fn help_the_overdue(&self, vitals: &Vitals) {
        let (mut spare, mut since) = (SPARE, Instant::now());
        loop {
            let open = self.lock();
            let is_empty = |open: &mut Open| open.digests.is_empty() && !open.has_ended;
            let open = self.changed.wait_while(open, is_empty);
            let open = open.unwrap_or_else(PoisonError::into_inner);
            let waited = self.changed.wait_timeout(open, PATIENCE / 2);
            let (mut open, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if open.has_ended {
                return;
            }
            while spare < SPARE && since.elapsed() >= SPARE_INTERVAL {
                (spare, since) = (spare + 1, since + SPARE_INTERVAL);
            }
            let is_overdue =
                |digest: &Pending| !digest.is_helped && digest.since.elapsed() >= PATIENCE;
            if spare > 0
                && let Some(job) = open.take(is_overdue, |digest| {
                    digest.is_begun = true;
                    digest.is_helped = true;
                })
            {
                if spare == SPARE {
                    since = Instant::now();
                }
                spare -= 1;
                drop(open);
                self.do_one(&job, vitals);
            }
        }
    }
}
