//! Connections to SQLite and PostgreSQL behind one type, and what makes them.
#![allow(
    missing_docs,
    reason = "the derive of MultiConnection makes items without docs"
)]

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

use super::dialect;
use super::files::{Files, Stamp, Standing};
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

/// What is true for every PostgreSQL session, whatever the server's defaults and the environment say: an acknowledged
/// change is on disk, each statement sees what was committed before it, texts are UTF-8, and no statement holds a
/// connection for longer than 30 seconds, or 3 while somebody else holds a lock.
pub(super) const SESSION: &str = "SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; \
     SET client_encoding = 'UTF8'; SET statement_timeout = '30s'; SET lock_timeout = '3s'";

/// A PostgreSQL URL that gives up on a server that vanished. What the URL says itself wins: the driver takes the last
/// value of a name, so ours come first.
pub fn with_patience(url: &str) -> String {
    match url.split_once('?') {
        None => format!("{url}?{PATIENCE}"),
        Some((front, "")) => format!("{front}?{PATIENCE}"),
        Some((front, own)) => format!("{front}?{PATIENCE}&{own}"),
    }
}

/// Makes connections, all of them to one and the same database; the source's kind picks the driver.
#[derive(Clone)]
pub struct Manager {
    source: Source,
    /// What the first connection opened, when the database is a file.
    files: Arc<OnceLock<Files>>,
}

impl Manager {
    /// Of connections to this database.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            files: Arc::default(),
        }
    }

    /// True when the database is a file.
    pub fn is_a_file(&self) -> bool {
        self.source.file().is_some()
    }

    /// Whether what was opened is still where it was, and can be used.
    ///
    /// # Errors
    /// `Unavailable` with what to do.
    pub fn standing(&self) -> Result<Standing> {
        let files = self.files.get();
        files.map_or(Ok(Standing::InPlace), Files::must_be_usable)
    }

    /// True while there is a database file, but not what belongs beside it.
    pub fn is_torn(&self) -> bool {
        let files = self.files.get();
        files.is_some_and(|files| files.standing() == Standing::Torn)
    }

    /// When the database file was written to last.
    pub fn stamp(&self) -> Option<Stamp> {
        self.files.get().and_then(Files::stamp)
    }

    /// Puts aside what a replaced database left beside it.
    ///
    /// # Errors
    /// `Unavailable` when that can't be done.
    pub fn put_aside(&self) -> Result<()> {
        self.files.get().map_or(Ok(()), Files::put_aside)
    }

    fn open(&self) -> std::result::Result<Conn, ConnectionError> {
        let bad = |error: Error| ConnectionError::BadConnection(error.to_string());
        match &self.source {
            Source::Sqlite(path) => {
                let before = Files::at(path).map_err(bad)?;
                // Not even opened: with what lies beside the one before, it would be mixed up.
                if self.files.get().is_some_and(|files| !files.are_of(&before)) {
                    return Err(replaced());
                }
                let mut sqlite = SqliteConnection::establish(&existing(path))?;
                // Nothing was read yet: what lies beside the file goes with another one if it was replaced meanwhile.
                if !Files::at(path).map_err(bad)?.are_of(&before) {
                    return Err(replaced());
                }
                sqlite
                    .batch_execute(
                        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON; SELECT count(*) FROM sqlite_schema;",
                    )
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                let after = Files::at(path).map_err(bad)?;
                let same =
                    after.are_of(&before) && self.files.get_or_init(|| after).are_of(&before);
                if !same {
                    return Err(replaced());
                }
                Ok(Conn::Sqlite(sqlite))
            }
            Source::Postgres(url) => {
                let mut postgres = PgConnection::establish(&with_patience(url))?;
                // First: with a pooler in between, nothing else that is said to a session can be relied on.
                dialect::must_be_a_session(&mut postgres).map_err(bad)?;
                postgres
                    .batch_execute(SESSION)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                // Of several hosts any may answer, and after a failover another one: a standby lags behind.
                let mut conn = Conn::Postgres(postgres);
                dialect::must_be_primary(&mut conn).map_err(bad)?;
                Ok(conn)
            }
        }
    }
}

/// What a URI can't hold as it is, beside what is percent-encoded anyway: <https://sqlite.org/uri.html>.
const RESERVED: &AsciiSet = &CONTROLS.add(b' ').add(b'?').add(b'#').add(b'%');

/// The URI of a file that must be there. From a plain path SQLite would make an empty database where there is none, and
/// fill it with what still lies beside it.
fn existing(path: &Path) -> String {
    let path = percent_encode(path.as_os_str().as_bytes(), RESERVED);
    format!("file:{path}?mode=rw")
}

fn replaced() -> ConnectionError {
    ConnectionError::BadConnection("the database file was replaced a moment ago".into())
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Conn, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> std::result::Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    /// A connection whose holder panicked may have an open transaction: it is thrown away.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
