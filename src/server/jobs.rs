//! Work beside the requests: following changes made elsewhere, writing usage, moving what is used to the newest pepper,
//! ending rotations, sending mail, tidying sessions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::control;
use super::data_dir::DataDir;
use crate::actions::sign_in;
use crate::background::audit_retention;
use crate::background::change_retention;
use crate::background::credential_uses;
use crate::background::follow::Follower;
use crate::background::follow::watch::Watch;
use crate::background::limit_ends;
use crate::background::mail_delivery::Sender;
use crate::background::pepper_moves;
use crate::background::rotation_uses::{self, UseWriter};
use crate::background::tenant_deletions;
use crate::background::usage::{self, UsageWriter};
use crate::background::usage_retention::{self, Retention};
use crate::background::vitals::Vitals;
use crate::config::Config;
use crate::db::room::Room;
use crate::db::{self, Db};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::{Error, Result};
use crate::mail::relay::Relay;

const USAGE_EVERY: Duration = Duration::from_secs(1);
const TIDY_USAGE_EVERY: Duration = Duration::from_mins(1);
const MOVE_EVERY: Duration = Duration::from_millis(250);
const LIMITS_EVERY: Duration = Duration::from_secs(1);
const QUIET_EVERY: Duration = Duration::from_secs(1);
const STOPS_EVERY: Duration = Duration::from_secs(1);
const MAIL_EVERY: Duration = Duration::from_secs(1);
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// The running threads.
pub struct Jobs {
    work: Arc<Work>,
    threads: Vec<JoinHandle<()>>,
    watch: Watch,
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
        vitals: &Arc<Vitals>,
    ) -> std::result::Result<Self, String> {
        if let Err(cause) = control::serve(&held.socket(), db.clone(), Arc::clone(follower), vitals)
        {
            tracing::warn!(%cause, "no control socket: commands at the shell take effect within a second");
        }
        let watch = Watch::start(follower, db, vitals)?;
        follower.await_lease();
        let work = Arc::new(Work::new(
            db,
            follower,
            clock,
            vitals,
            config,
            held.node()?,
        )?);
        let mut threads = vec![
            repeat("usage", USAGE_EVERY, &work, Work::write_usage),
            repeat("stops", STOPS_EVERY, &work, |work| {
                work.follower.settle_record();
                Ok(())
            }),
            once("tidy usage", TIDY_USAGE_EVERY, &work, Work::tidy_usage),
            repeat("peppers", MOVE_EVERY, &work, Work::move_to_newest_pepper),
            once(
                "rotations",
                QUIET_EVERY,
                &work,
                Work::finish_quiet_rotations,
            ),
            once("limits", LIMITS_EVERY, &work, Work::finish_limits),
            once("tidy", TIDY_EVERY, &work, Work::tidy_sessions),
        ];
        if work.sender.is_some() {
            threads.push(once("mail", MAIL_EVERY, &work, Work::send_mail));
        }
        Ok(Self {
            work,
            watch,
            threads: threads.into_iter().collect::<std::result::Result<_, _>>()?,
        })
    }

    /// Ends the threads and writes what was counted last.
    pub fn stop(self) {
        self.work.stopping.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a background job had panicked");
            }
        }
        drop(self.watch);
        self.work.follower.settle_record();
        if let Err(error) = self.work.write_last_usage() {
            tracing::error!(%error, "the last usage could not be written");
        }
    }
}

/// What the jobs work with.
struct Work {
    db: Db,
    follower: Arc<Follower>,
    clock: Clock,
    vitals: Arc<Vitals>,
    usage: Mutex<UsageWriter>,
    rotation_uses: UseWriter,
    keep: Retention,
    audit_days: Option<i64>,
    sender: Option<Sender>,
    steady: Steady,
    session_hours: i64,
    session_idle_minutes: i64,
    stopping: AtomicBool,
}

impl Work {
    fn new(
        db: &Db,
        follower: &Arc<Follower>,
        clock: &Clock,
        vitals: &Arc<Vitals>,
        config: &Config,
        node: String,
    ) -> std::result::Result<Self, String> {
        let index = Arc::clone(follower.index());
        let usage = UsageWriter::start(db, node.clone(), index, clock.now())?;
        Ok(Self {
            db: db.clone(),
            follower: Arc::clone(follower),
            clock: clock.clone(),
            vitals: Arc::clone(vitals),
            usage: Mutex::new(usage),
            rotation_uses: UseWriter::new(node),
            keep: Retention {
                records: config.request_log_days,
                totals: config.usage_days,
            },
            audit_days: config.audit_days,
            sender: sender(config)?,
            steady: Steady::new(clock),
            session_hours: config.session_hours,
            session_idle_minutes: config.session_idle_minutes,
            stopping: AtomicBool::new(false),
        })
    }

    /// While there is little room, what was counted waits in memory, and single requests are left out with a count.
    fn write_usage(&self) -> Result<()> {
        if self.db.room() > Room::Plenty {
            return Ok(());
        }
        self.write_with(UsageWriter::flush)
    }

    fn write_last_usage(&self) -> Result<()> {
        self.write_with(UsageWriter::stop)
    }

    fn write_with(&self, write: fn(&mut UsageWriter, &Db, Timestamp) -> Result<()>) -> Result<()> {
        let index = self.follower.index();
        // One instant for both: what is written later must not say that it knows more.
        let now = self.clock.now();
        // First: the counts tell others that nothing older is missing.
        self.rotation_uses.flush(&self.db, index, now)?;
        credential_uses::flush(&self.db, self.follower.credentials(), now)?;
        let asked = usage::flush_verifiers(&self.db, index, now);
        // A panic in the writer loses nothing that it held: it goes on with that.
        let mut writer = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut writer, &self.db, now)?;
        asked
    }

    fn tidy_usage(&self) -> Result<()> {
        usage_retention::fold(&self.db, self.clock.now())?;
        if self.steady.holds(&self.clock) {
            usage_retention::prune(&self.db, self.keep, self.clock.now(), &self.stopping)?;
        }
        Ok(())
    }

    fn move_to_newest_pepper(&self) -> Result<()> {
        pepper_moves::move_waiting(&self.db, &self.follower).map(|_| ())
    }

    fn finish_quiet_rotations(&self) -> Result<()> {
        rotation_uses::finish_quiet(&self.db, &self.follower, self.clock.now()).map(|_| ())
    }

    fn send_mail(&self) -> Result<()> {
        match &self.sender {
            Some(sender) => sender.send_due(&self.db, &self.follower, &self.clock, &self.stopping),
            None => Ok(()),
        }
    }

    fn finish_limits(&self) -> Result<()> {
        limit_ends::finish_due(&self.db, self.clock.now()).map(|_| ())
    }

    fn tidy_sessions(&self) -> Result<()> {
        let now = self.clock.now();
        self.db.write(|conn| {
            let created = now - TimeDelta::hours(self.session_hours);
            let seen = now - TimeDelta::minutes(self.session_idle_minutes);
            db::sessions::delete_stale(conn, created, seen)?;
            let failed = now - TimeDelta::hours(sign_in::FORGET_HOURS);
            db::sign_in_failures::delete_before(conn, failed).map(|_| ())
        })?;
        // A clock that is set ahead for a moment must destroy nothing.
        if self.steady.holds(&self.clock) {
            credential_uses::tidy(&self.db, now)?;
            tenant_deletions::run(&self.db, now, &self.stopping)?;
            change_retention::prune(&self.db, self.keep.records, now, &self.stopping)?;
            if let Some(days) = self.audit_days {
                audit_retention::prune(&self.db, days, now, &self.stopping)?;
            }
        }
        Ok(())
    }
}

/// What sends mail, when there is a mail server. Links begin with the public address, never with what a request says.
fn sender(config: &Config) -> std::result::Result<Option<Sender>, String> {
    let (Some(mail), Some(site)) = (&config.mail, &config.public_url) else {
        return Ok(None);
    };
    Ok(Some(Sender {
        relay: Relay::new(mail)?,
        site: site.clone(),
    }))
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

/// As [`repeat`], of a job that one of several servers does for all. It moves when that one goes.
fn once(
    name: &'static str,
    every: Duration,
    work: &Arc<Work>,
    job: fn(&Work) -> Result<()>,
) -> std::result::Result<JoinHandle<()>, String> {
    let alone = move |work: &Work| {
        if work.follower.leads() {
            job(work)
        } else {
            Ok(())
        }
    };
    repeat(name, every, work, alone)
}

/// Runs a job again and again. A failure is logged when it begins and when it ends, not each time.
fn repeat(
    name: &'static str,
    every: Duration,
    work: &Arc<Work>,
    job: impl Fn(&Work) -> Result<()> + Send + 'static,
) -> std::result::Result<JoinHandle<()>, String> {
    let work = Arc::clone(work);
    let run = move || {
        let _pulse = work.vitals.pulse(name);
        let mut failing = false;
        while !work.stopping.load(Ordering::SeqCst) {
            let begun = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(|| job(&work))).unwrap_or_else(|_| {
                work.vitals.note_panic();
                Err(Error::internal("it panicked"))
            });
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
