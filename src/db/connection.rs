//! Connections to SQLite and PostgreSQL behind one type, and the pool that makes them.
#![allow(
    missing_docs,
    reason = "the derive of MultiConnection makes items without docs"
)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::dialect;
use crate::domain::{Error, Result};

/// A connection to either database; every query function takes one.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL, for several nodes.
    Postgres(PgConnection),
    /// SQLite, the default.
    Sqlite(SqliteConnection),
}

/// Which database, and where.
#[derive(Clone)]
pub enum Source {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL; it may hold a password, so it is never printed whole.
    Postgres(String),
}

impl Source {
    /// The database file of a data directory.
    pub fn in_dir(data_dir: &Path) -> Self {
        Self::Sqlite(data_dir.join("keystead.db"))
    }

    /// The file that one server at a time may use, when the database is a file.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// Reads a URL: `postgres://…`, `postgresql://…` or `sqlite:PATH`.
    ///
    /// # Errors
    /// A sentence naming what is accepted; a mistyped URL must not create an empty database somewhere.
    pub fn parse(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            check_postgres_url(url)?;
            Ok(Self::Postgres(url.to_owned()))
        } else if let Some(path) = url
            .strip_prefix("sqlite:")
            .filter(|path| is_plain_path(path))
        {
            Ok(Self::Sqlite(PathBuf::from(
                path.strip_prefix("//").unwrap_or(path),
            )))
        } else {
            Err("database_url must be postgres://… or sqlite:PATH with the path of a file".into())
        }
    }
}

/// A file of its own: no `:memory:`, in which every connection would be another database, and no URI.
fn is_plain_path(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:")
}

/// Refuses URLs that the driver would read in another way than they are meant, and then quote with the password.
fn check_postgres_url(url: &str) -> std::result::Result<(), String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let stray_at =
        authority.matches('@').count() > 1 || (!authority.contains('@') && rest.contains('@'));
    let bad_escape = rest.match_indices('%').any(|(at, _)| {
        let digits = rest.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    if stray_at || bad_escape {
        return Err("database_url: percent-encode special characters of the password (@ is %40, / is %2F, % is %25)".into());
    }
    Ok(())
}

/// How soon a PostgreSQL server that vanished is noticed: when connecting (5 s), while it owes an answer (5 s) and
/// while a statement runs in silence (11 s). Without these a query waits for hours.
const PATIENCE: &str = "connect_timeout=5&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2&keepalives_count=3";

/// What is true for every PostgreSQL session: an acknowledged change is on disk, whatever the server's default, and no
/// statement holds a connection for longer than 30 seconds.
pub(super) const SESSION: &str = "SET synchronous_commit = on; SET statement_timeout = '30s'";

/// A PostgreSQL URL that gives up on a server that vanished. What the URL says itself wins: the driver takes the last
/// value of a name, so ours come first.
pub fn with_patience(url: &str) -> String {
    match url.split_once('?') {
        None => format!("{url}?{PATIENCE}"),
        Some((front, "")) => format!("{front}?{PATIENCE}"),
        Some((front, own)) => format!("{front}?{PATIENCE}&{own}"),
    }
}

/// Makes connections for the pool; the source's kind picks the driver.
pub struct Manager {
    source: Source,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Conn, Self::Error> {
        let connect = || match &self.source {
            Source::Sqlite(path) => {
                SqliteConnection::establish(&path.to_string_lossy()).map(Conn::Sqlite)
            }
            Source::Postgres(url) => {
                PgConnection::establish(&with_patience(url)).map(Conn::Postgres)
            }
        };
        let mut conn = connect().map_err(diesel::r2d2::Error::ConnectionError)?;
        let prepared = match &mut conn {
            Conn::Sqlite(sqlite) => sqlite.batch_execute(
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON;",
            ),
            Conn::Postgres(postgres) => postgres.batch_execute(SESSION),
        };
        prepared.map_err(diesel::r2d2::Error::QueryError)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> std::result::Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    /// A connection whose holder panicked may have an open transaction: it is thrown away.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// The database: a pool, and on SQLite a gate that lets one writer in at a time.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    writer: Option<Arc<Mutex<()>>>,
}

impl Db {
    /// Opens a pool of at most `size` connections.
    ///
    /// # Errors
    /// `Unavailable` with the driver's own words when no connection can be made.
    pub fn open(source: Source, size: u32) -> Result<Self> {
        let writer = matches!(source, Source::Sqlite(_)).then(Arc::default);
        // One try first: the pool would retry for its whole timeout and hide the reason.
        let manager = Manager { source };
        manager
            .connect()
            .map_err(|cause| Error::Unavailable(format!("can't open the database: {cause}")))?;
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            // A round trip for each use, which no verification makes: a connection that died is replaced, not used.
            .test_on_check_out(true)
            .build(manager)
            .map_err(|cause| Error::Unavailable(format!("can't open the database: {cause}")))?;
        Ok(Self { pool, writer })
    }

    /// Open connections, and how many of them are idle.
    pub fn connections(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections, state.idle_connections)
    }

    fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.pool
            .get()
            .map_err(|cause| Error::Unavailable(format!("no database connection: {cause}")))
    }

    /// Runs queries that change nothing.
    ///
    /// # Errors
    /// Those of `query`, or `Unavailable` without a connection.
    pub fn read<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        query(&mut *self.connection()?)
    }

    /// Runs several reads on one snapshot.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn snapshot<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.connection()?;
        dialect::begin_snapshot(&mut conn)?;
        finish(&mut conn, query)
    }

    /// Runs a change in one transaction: all of it, or nothing. Blocks; never call it from async code.
    ///
    /// # Errors
    /// Those of `change`, after a rollback; `OutcomeUnknown` when the commit itself failed.
    pub fn write<T>(&self, change: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.write_then(change, |_| Ok(()))
    }

    /// As [`Db::write`], then runs `afterwards` on the same connection once the change is committed.
    ///
    /// # Errors
    /// As [`Db::write`]; `OutcomeUnknown` when `afterwards` failed: the change stays, its effect is not known.
    pub fn write_then<T>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T>,
        afterwards: impl FnOnce(&mut Conn) -> Result<()>,
    ) -> Result<T> {
        // A poisoned gate guards no data: the panicking writer's connection was thrown away.
        let gate = self
            .writer
            .as_ref()
            .map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        let mut conn = self.connection()?;
        dialect::begin_write(&mut conn)?;
        let done = finish(&mut conn, change)?;
        drop(gate);
        afterwards(&mut conn).map_err(|error| Error::OutcomeUnknown(error.to_string()))?;
        Ok(done)
    }
}

fn finish<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    use diesel::connection::TransactionManager;
    type Manager = <Conn as Connection>::TransactionManager;
    match work(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn)
                .map_err(|cause| Error::OutcomeUnknown(format!("the commit failed: {cause}")))?;
            Ok(value)
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
