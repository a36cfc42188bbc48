//! Work beside the requests: following changes made elsewhere, writing usage, moving what is used to the newest pepper,
//! ending rotations, tidying sessions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::control;
use super::data_dir::DataDir;
use crate::actions::sign_in;
use crate::background::follow::Follower;
use crate::background::follow::watch::Watch;
use crate::background::pepper_moves;
use crate::background::rotation_uses::{self, UseWriter};
use crate::background::usage::{self, UsageWriter};
use crate::background::usage_retention::{self, Retention};
use crate::config::Config;
use crate::db::{self, Db};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{Error, Result};

const USAGE_EVERY: Duration = Duration::from_secs(1);
const TIDY_USAGE_EVERY: Duration = Duration::from_mins(1);
const MOVE_EVERY: Duration = Duration::from_millis(250);
const QUIET_EVERY: Duration = Duration::from_secs(1);
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// The running threads.
pub struct Jobs {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    watch: Watch,
    last: Box<dyn FnOnce() + Send>,
}

impl Jobs {
    /// Starts them.
    ///
    /// # Errors
    /// One line when a thread can't be started.
    pub fn start(
        db: &Db,
        follower: &Arc<Follower>,
        clock: &Clock,
        config: &Config,
        held: &DataDir,
    ) -> std::result::Result<Self, String> {
        if let Err(cause) = control::serve(&held.socket(), db.clone(), Arc::clone(follower)) {
            tracing::warn!(%cause, "no control socket: commands at the shell take effect within a second");
        }
        let stopping = Arc::new(AtomicBool::new(false));
        let (hours, idle) = (config.session_hours, config.session_idle_minutes);
        let watch = Watch::start(follower, db)?;
        let index = Arc::clone(follower.index());
        let writer = UsageWriter::start(db, held.node()?, index, clock.now())
            .map_err(|error| error.to_string())?;
        let writer = Arc::new(Mutex::new(writer));
        let uses = Arc::new(UseWriter::new(held.node()?));
        let write = {
            let (db, clock, writer) = (db.clone(), clock.clone(), Arc::clone(&writer));
            let (index, uses) = (Arc::clone(follower.index()), Arc::clone(&uses));
            move || {
                // First: a flush of the counts tells others that nothing older is missing.
                // One instant for both: what is written later must not say that it knows more.
                let now = clock.now();
                uses.flush(&db, &index, now)?;
                let asked = usage::flush_verifiers(&db, &index);
                lock(&writer).flush(&db, now)?;
                asked
            }
        };
        let last_write = {
            let (db, clock) = (db.clone(), clock.clone());
            let index = Arc::clone(follower.index());
            move || {
                // One instant for both: what is written later must not say that it knows more.
                let now = clock.now();
                uses.flush(&db, &index, now)?;
                let asked = usage::flush_verifiers(&db, &index);
                lock(&writer).stop(&db, now)?;
                asked
            }
        };
        let keep = Retention {
            records: config.request_log_days,
            totals: config.usage_days,
        };
        let tidy_usage = {
            let (db, clock, stopping) = (db.clone(), clock.clone(), Arc::clone(&stopping));
            let steady = Steady::new(&clock);
            move || {
                usage_retention::fold(&db, clock.now())?;
                if steady.holds(&clock) {
                    usage_retention::prune(&db, keep, clock.now(), &stopping)?;
                }
                Ok(())
            }
        };
        let tidy = {
            let (db, clock) = (db.clone(), clock.clone());
            move || tidy(&db, &clock, hours, idle)
        };
        let move_waiting = {
            let (db, follower) = (db.clone(), Arc::clone(follower));
            move || pepper_moves::move_waiting(&db, &follower).map(|_| ())
        };
        let finish_quiet = {
            let (db, clock, follower) = (db.clone(), clock.clone(), Arc::clone(follower));
            move || rotation_uses::finish_quiet(&db, &follower, clock.now()).map(|_| ())
        };
        let threads = [
            repeat("usage", USAGE_EVERY, &stopping, write),
            repeat("tidy usage", TIDY_USAGE_EVERY, &stopping, tidy_usage),
            repeat("peppers", MOVE_EVERY, &stopping, move_waiting),
            repeat("rotations", QUIET_EVERY, &stopping, finish_quiet),
            repeat("tidy", TIDY_EVERY, &stopping, tidy),
        ];
        let last = Box::new(move || {
            if let Err(error) = last_write() {
                tracing::error!(%error, "the last usage could not be written");
            }
        });
        Ok(Self {
            stopping,
            watch,
            threads: threads.into_iter().collect::<std::result::Result<_, _>>()?,
            last,
        })
    }

    /// Ends the threads and writes what was counted last.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a background job had panicked");
            }
        }
        drop(self.watch);
        (self.last)();
    }
}

/// Whether the clock can be trusted with deleting by age: a server that starts with a clock years ahead must not empty
/// its request log before somebody sets it right.
struct Steady(Mutex<(Timestamp, Duration)>);

impl Steady {
    fn new(clock: &Clock) -> Self {
        Self(Mutex::new((clock.now(), clock.elapsed())))
    }

    /// True when the clock has run for an hour without being set.
    fn holds(&self, clock: &Clock) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, elapsed) = (clock.now(), clock.elapsed());
        let ran = elapsed.saturating_sub(begun.1);
        let shown = (now - begun.0).to_std().unwrap_or_default();
        if shown.abs_diff(ran) > Duration::from_mins(1) {
            *begun = (now, elapsed);
            return false;
        }
        ran >= Duration::from_hours(1)
    }
}

/// A panic in the writer loses nothing that it held: it goes on with that.
fn lock(writer: &Mutex<UsageWriter>) -> std::sync::MutexGuard<'_, UsageWriter> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a job again and again. A failure is logged when it begins and when it ends, not each time.
fn repeat(
    name: &'static str,
    every: Duration,
    stopping: &Arc<AtomicBool>,
    job: impl Fn() -> Result<()> + Send + 'static,
) -> std::result::Result<JoinHandle<()>, String> {
    let stopping = Arc::clone(stopping);
    let run = move || {
        let mut failing = false;
        while !stopping.load(Ordering::SeqCst) {
            let begun = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(&job))
                .unwrap_or_else(|_| Err(Error::internal("it panicked")));
            match &result {
                Err(error) if !failing => {
                    tracing::error!(job = name, %error, "a background job fails; it goes on trying")
                }
                Ok(()) if failing => tracing::info!(job = name, "the background job works again"),
                _ => {}
            }
            failing = result.is_err();
            std::thread::park_timeout(every.saturating_sub(begun.elapsed()));
        }
    };
    std::thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .map_err(|cause| format!("can't start the {name} job: {cause}"))
}

fn tidy(db: &Db, clock: &Clock, session_hours: i64, session_idle_minutes: i64) -> Result<()> {
    let now = clock.now();
    db.write(|conn| {
        let created = now - TimeDelta::hours(session_hours);
        let seen = now - TimeDelta::minutes(session_idle_minutes);
        db::sessions::delete_stale(conn, created, seen)?;
        db::sign_in_failures::delete_before(conn, now - TimeDelta::hours(sign_in::FORGET_HOURS))
            .map(|_| ())
    })
}
