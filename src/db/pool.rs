//! The database as everything else sees it: a pool of connections, and on a file a gate that lets one writer in at a
//! time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use diesel::Connection;
use diesel::connection::TransactionManager;
use diesel::r2d2::{ManageConnection as _, Pool, PooledConnection};

use super::connection::{Conn, Manager, Source};
use super::files::{Stamp, Standing};
use super::room::{Disk, Room};
use super::{audit_chain, dialect, errors, migrate, outbox};
use crate::domain::audit_chain::AuditKeys;
use crate::domain::master_key::MasterKeys;
use crate::domain::{Error, Result};

/// How long a read waits for a connection.
const READ_PATIENCE: Duration = Duration::from_secs(10);
/// How long a change does: a little longer than those before it wait for a lock that somebody else holds.
const WRITE_PATIENCE: Duration = Duration::from_secs(4);

/// Where a commit waits for a standby, it may be that somebody ended a wait that took longer, which PostgreSQL tells as a
/// warning alone, and the driver shows none.
const LONGEST_COMMIT: Duration = Duration::from_secs(2);

/// The database.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

struct Shared {
    source: Source,
    /// Connections that read.
    size: u32,
    /// Who is inside keeps what was opened until the work is done, whatever is opened meanwhile.
    opened: ArcSwap<Opened>,
    /// Held while the database is opened again.
    opening: Mutex<()>,
    writer: Option<Mutex<()>>,
    /// Under which the audit key opens; whoever writes audit rows was given them.
    audit_keys: OnceLock<AuditKeys>,
    /// On which the database lies, as far as that is known.
    disk: OnceLock<Disk>,
    /// Messages are kept to be sent.
    sends_mail: AtomicBool,
}

/// Connections to one and the same database.
struct Opened {
    manager: Manager,
    reading: Pool<Manager>,
    /// Changes have connections of their own: one that waits for a lock keeps no read waiting, and no read keeps a change.
    writing: Pool<Manager>,
    /// Stays open, when the database is a file: with its last connection the files beside it go, and others come with the
    /// next.
    _last: Option<Mutex<Conn>>,
}

impl Opened {
    fn open(manager: Manager, size: u32) -> Result<Self> {
        // One try first: the pool would retry for its whole timeout and hide the reason.
        let first = manager.connect().map_err(cant_open)?;
        if !manager.is_a_file() {
            // Beside the first: a pooler that has connections share sessions shows itself to the second.
            manager.connect().map_err(cant_open)?;
        }
        let writers = if manager.is_a_file() {
            1
        } else {
            size.div_ceil(2)
        };
        let reading = pool(&manager, size, READ_PATIENCE)?;
        let writing = pool(&manager, writers, WRITE_PATIENCE)?;
        let last = manager.is_a_file().then(|| Mutex::new(first));
        Ok(Self {
            manager,
            reading,
            writing,
            _last: last,
        })
    }
}

fn pool(manager: &Manager, size: u32, patience: Duration) -> Result<Pool<Manager>> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(patience)
        // A round trip for each use, which no verification makes: a connection that died is replaced, not used.
        .test_on_check_out(true)
        .build(manager.clone())
        .map_err(cant_open)
}

fn taken_from(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>> {
    pool.get()
        .map_err(|cause| Error::Unavailable(format!("no database connection: {cause}")))
}

fn cant_open(cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("can't open the database: {cause}"))
}

/// A connection outside the pool, for who must not wait for others.
pub struct Own {
    conn: Conn,
    of: Arc<Opened>,
    /// When the file was written to last, by whomever.
    stamp: Option<Stamp>,
}

impl Own {
    /// The connection itself.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Db {
    /// Opens pools: at most `size` connections that read, and half as many that write (of a file, one).
    ///
    /// # Errors
    /// `Unavailable` with the driver's own words when no connection can be made.
    pub fn open(source: Source, size: u32) -> Result<Self> {
        let writer = source.file().map(|_| Mutex::default());
        let opened = Opened::open(Manager::new(source.clone()), size)?;
        Ok(Self(Arc::new(Shared {
            source,
            size,
            opened: ArcSwap::from_pointee(opened),
            opening: Mutex::default(),
            writer,
            audit_keys: OnceLock::new(),
            disk: OnceLock::new(),
            sends_mail: AtomicBool::new(false),
        })))
    }

    /// Gives it the master keys, one of which opens the audit key: without them nothing that is audited can be changed.
    /// They are shared, so the first that it is given know whatever is taken up later.
    pub fn audit_with(&self, keys: &MasterKeys) -> &AuditKeys {
        let new = || AuditKeys::under(keys);
        self.0.audit_keys.get_or_init(new)
    }

    /// What opens the audit key.
    ///
    /// # Errors
    /// `Internal` when it was given no master keys.
    pub fn audit_keys(&self) -> Result<&AuditKeys> {
        let keys = self.0.audit_keys.get();
        keys.ok_or_else(|| Error::internal("this command was given no keys of the audit log"))
    }

    /// Has it look at the room on this disk from now on.
    pub fn watch(&self, disk: Disk) {
        // Whoever comes second watches the same one.
        let _ = self.0.disk.set(disk);
    }

    /// The disk that is watched; commands at the shell watch none.
    pub fn disk(&self) -> Option<&Disk> {
        self.0.disk.get()
    }

    /// What there is room for on the disk.
    pub fn room(&self) -> Room {
        self.disk().map_or(Room::Plenty, Disk::room)
    }

    /// Has changes keep the messages that belong to them from now on: without it nobody would send any.
    pub fn send_mail(&self) {
        self.0.sends_mail.store(true, Ordering::Relaxed);
    }

    /// True when there is somebody who sends mail.
    pub fn sends_mail(&self) -> bool {
        self.0.sends_mail.load(Ordering::Relaxed)
    }

    /// Open connections, and how many of them are idle.
    pub fn connections(&self) -> (u32, u32) {
        let opened = self.0.opened.load();
        let (reading, writing) = (opened.reading.state(), opened.writing.state());
        (
            reading.connections + writing.connections,
            reading.idle_connections + writing.idle_connections,
        )
    }

    /// Runs queries that change nothing.
    ///
    /// # Errors
    /// Those of `query`, or `Unavailable` without a connection.
    pub fn read<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let opened = self.usable()?;
        query(&mut *taken_from(&opened.reading)?)
    }

    /// False while the database can be read only: by a setting of PostgreSQL, by the rights of the file or its disk.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer.
    pub fn takes_changes(&self) -> Result<bool> {
        match self.0.source.file() {
            Some(path) => Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()),
            None => self.read(dialect::takes_changes),
        }
    }

    /// Runs several reads on one snapshot.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn snapshot<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.read(|conn| snapshot_on(conn, query))
    }

    /// Connections that read, at most.
    pub fn readers(&self) -> usize {
        usize::try_from(self.0.size).unwrap_or(1)
    }

    /// As [`Db::snapshot`], for reads that may look at much: PostgreSQL ends a statement after five seconds. What they read
    /// of SQLite has to be bounded by them.
    ///
    /// # Errors
    /// As [`Db::read`]; `Busy` when it took too long.
    pub fn search<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.snapshot(|conn| {
            dialect::hurry(conn)?;
            query(conn)
        })
        .map_err(errors::of_search)
    }

    /// Runs a change in one transaction: all of it, or nothing. Blocks; never call it from async code.
    ///
    /// # Errors
    /// Those of `change`, and of a commit that the database refused, after a rollback; `OutcomeUnknown` when nobody knows
    /// whether the commit happened, or when it went into a file that was replaced meanwhile.
    pub fn write<T>(&self, change: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.write_with(|opened| &opened.writing, change)
    }

    /// As [`Db::write`], for what concerns no key, such as a sign-in: it waits behind no change of one.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn note<T>(&self, note: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.write_with(|opened| &opened.reading, note)
    }

    fn write_with<T>(
        &self,
        pool: impl FnOnce(&Opened) -> &Pool<Manager>,
        change: impl FnOnce(&mut Conn) -> Result<T>,
    ) -> Result<T> {
        // A poisoned gate guards no data: the panicking writer's connection was thrown away.
        let gate = self.0.writer.as_ref();
        let _one_at_a_time = gate.map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        let opened = self.usable()?;
        let mut conn = taken_from(pool(&opened))?;
        dialect::begin_write(&mut conn)?;
        let keys = self.audit_keys();
        outbox::open(self.sends_mail());
        let done = finish(&mut conn, |conn| audit_chain::with_rows(conn, keys, change))
            .inspect_err(|error| {
                if let Some(disk) = self.disk() {
                    disk.note_failure(error);
                }
            })?;
        match opened.manager.standing() {
            Ok(Standing::InPlace) => Ok(done),
            _ => Err(Error::OutcomeUnknown(
                "the database file was replaced while a change was written".into(),
            )),
        }
    }

    /// A connection of one's own; an administrator of the database server finds it by its name.
    ///
    /// # Errors
    /// `Unavailable` when none can be made.
    pub fn own(&self, name: &str) -> Result<Own> {
        let opened = self.usable()?;
        let stamp = opened.manager.stamp();
        let mut conn = opened.manager.connect().map_err(cant_open)?;
        dialect::name_connection(&mut conn, name)?;
        Ok(Own {
            conn,
            of: opened,
            stamp,
        })
    }

    /// False when a connection of one's own leads to another database than the pool, or when the file was written to
    /// since, past the connections: what such a connection remembers of it may not be true any more.
    ///
    /// # Errors
    /// `Unavailable` when there is no database that could be used.
    pub fn is_current(&self, own: &Own) -> Result<bool> {
        let opened = self.usable()?;
        Ok(Arc::ptr_eq(&own.of, &opened) && own.stamp == opened.manager.stamp())
    }

    /// True while there is a database file, but not what belongs beside it.
    pub fn is_torn(&self) -> bool {
        self.0.opened.load().manager.is_torn()
    }

    /// Opens the database anew: whatever its connections led to or remembered, those that are made from now on see what
    /// is there.
    ///
    /// # Errors
    /// `Unavailable` when it can't be opened.
    pub fn open_anew(&self) -> Result<()> {
        drop(self.usable()?);
        let _one_at_a_time = self.opening();
        let manager = Manager::new(self.0.source.clone());
        let opened = Opened::open(manager, self.0.size)?;
        self.0.opened.store(Arc::new(opened));
        Ok(())
    }

    fn opening(&self) -> MutexGuard<'_, ()> {
        let opening = self.0.opening.lock();
        opening.unwrap_or_else(PoisonError::into_inner)
    }

    /// The connections, once it is known that they lead to the file that lies there now.
    fn usable(&self) -> Result<Arc<Opened>> {
        let opened = self.0.opened.load_full();
        if opened.manager.standing()? == Standing::InPlace {
            return Ok(opened);
        }
        self.open_replaced()
    }

    /// Turns to the file that lies there now.
    fn open_replaced(&self) -> Result<Arc<Opened>> {
        let _one_at_a_time = self.opening();
        let before = self.0.opened.load_full();
        if before.manager.standing()? == Standing::InPlace {
            return Ok(before);
        }
        before.manager.put_aside()?;
        let manager = Manager::new(self.0.source.clone());
        let mut first = manager.connect().map_err(cant_open)?;
        // It may be a copy that an older Keystead made.
        migrate::bring_up(&mut first)?;
        let opened = Arc::new(Opened::open(manager, self.0.size)?);
        // Not before: what lies beside a file goes with its last connection.
        drop(first);
        self.0.opened.store(Arc::clone(&opened));
        tracing::error!(
            "the database file was replaced while this server ran: it goes on with the one that lies there now"
        );
        Ok(opened)
    }
}

/// Runs several reads of one connection on one snapshot.
///
/// # Errors
/// Those of `query`.
pub fn snapshot_on<T>(conn: &mut Conn, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    dialect::begin_snapshot(conn)?;
    finish(conn, query)
}

fn finish<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    type Manager = <Conn as Connection>::TransactionManager;
    match work(conn) {
        Ok(value) => {
            let begun = Instant::now();
            match Manager::commit_transaction(conn) {
                Ok(()) if begun.elapsed() > LONGEST_COMMIT && dialect::awaits_standby(conn) => {
                    let text = "the commit waited too long for a standby of PostgreSQL; perhaps no standby has it";
                    Err(Error::OutcomeUnknown(text.into()))
                }
                Ok(()) => Ok(value),
                Err(cause) if dialect::did_roll_back(conn, &cause) => Err(cause.into()),
                Err(cause) => Err(Error::OutcomeUnknown(format!("the commit failed: {cause}"))),
            }
        }
        Err(error) => {
            // The reason of the failure is worth more than that its clean-up failed too.
            if let Err(cause) = Manager::rollback_transaction(conn) {
                tracing::warn!(%cause, "a rollback failed");
            }
            Err(error)
        }
    }
}
