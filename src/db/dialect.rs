//! What differs between the two databases, and nothing else.

use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager};
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::Conn;
use crate::domain::time::{Timestamp, from_micros};
use crate::domain::{Error, Result};

/// A transaction of which nothing was heard for two seconds is ended by PostgreSQL: a server that hangs or vanished in the
/// middle of a change would keep the lock that every change waits for.
const BEGIN_WRITE: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '2s'";

/// Within a transaction: it is on disk when it has ended, and who hangs in it loses its locks as above.
const DURABLY: &str =
    "SET LOCAL synchronous_commit = on; SET LOCAL idle_in_transaction_session_timeout = '2s'";

/// As above, for who would rather do nothing than wait.
const UNLESS_LOCKED: &str =
    "SET LOCAL lock_timeout = '10ms'; SET LOCAL idle_in_transaction_session_timeout = '2s'";

/// Starts a writing transaction. SQLite takes its lock at once: a read that turns into a write would fail busy.
pub fn begin_write(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?
        }
        Conn::Postgres(postgres) => {
            AnsiTransactionManager::begin_transaction_sql(postgres, BEGIN_WRITE)?
        }
    }
    Ok(())
}

/// Starts a transaction whose reads all see one state.
pub fn begin_snapshot(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN DEFERRED")?
        }
        Conn::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(
            postgres,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        )?,
    }
    Ok(())
}

/// Has statements of this transaction end after five seconds.
pub fn hurry(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        postgres.batch_execute("SET LOCAL statement_timeout = '5s'")?;
    }
    Ok(())
}

/// True when a commit that failed is known to have changed nothing. A PostgreSQL that still answers on this connection had
/// answered that commit too, and refused it. SQLite has changed nothing when the disk is full, a constraint stands against
/// it or somebody else writes; after a failed read or write of the disk nobody knows.
pub fn did_roll_back(conn: &mut Conn, cause: &DieselError) -> bool {
    // When SQLite has rolled back by itself, diesel's own attempt fails.
    let cause = match cause {
        DieselError::RollbackErrorOnCommit { commit_error, .. } => commit_error,
        other => other,
    };
    let DieselError::DatabaseError(kind, info) = cause else {
        return false;
    };
    match conn {
        // Where there is no transaction any more, it only warns.
        Conn::Postgres(postgres) => postgres.batch_execute("ROLLBACK").is_ok(),
        Conn::Sqlite(_) => {
            let is_harmless = |part| info.message().contains(part);
            !matches!(kind, DatabaseErrorKind::Unknown)
                || ["disk is full", "database is locked"]
                    .into_iter()
                    .any(is_harmless)
        }
    }
}

/// True between the begin and the end of a transaction.
pub fn is_in_transaction(conn: &mut Conn) -> bool {
    type Manager = <Conn as diesel::Connection>::TransactionManager;
    let status = Manager::transaction_manager_status_mut(conn);
    matches!(status.transaction_depth(), Ok(Some(_)))
}

/// Refuses a pooler that has several clients share one session (PgBouncer's `pool_mode` transaction or statement): what one
/// sets, locks or prepares there, another one meets. Each connection leaves a mark, and must not find one: of a session
/// of its own, nobody was there before.
///
/// # Errors
/// `Unavailable` with what to do.
pub fn must_be_a_session(postgres: &mut PgConnection) -> Result<()> {
    let mark = ask(
        postgres,
        "coalesce(current_setting('keystead.session', true), '')",
    )?;
    if !mark.is_empty() {
        let text = "there is a pooler before this PostgreSQL that has connections share sessions, as PgBouncer does with pool_mode = transaction; \
                    set pool_mode = session, or connect to PostgreSQL itself";
        return Err(Error::Unavailable(text.into()));
    }
    postgres.batch_execute("SET keystead.session = 'taken'")?;
    Ok(())
}

/// Refuses a standby: it lags behind what was acknowledged.
///
/// # Errors
/// `Unavailable` with what to do.
pub fn must_be_primary(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(postgres) = conn
        && ask(postgres, "pg_is_in_recovery()::text")? == "true"
    {
        let text = "this PostgreSQL is a standby; connect to the primary";
        return Err(Error::Unavailable(text.into()));
    }
    Ok(())
}

/// Refuses a database that is being restored table by table. A dump makes foreign keys last, when all rows are there.
///
/// # Errors
/// `Unavailable` while there are none.
pub fn must_be_whole(conn: &mut Conn) -> Result<()> {
    let keys = "(SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND conrelid = 'api_keys'::regclass)";
    if let Conn::Postgres(postgres) = conn
        && ask(postgres, keys)? == "0"
    {
        let text =
            "the database is not whole: it is being restored, or its foreign keys are missing";
        return Err(Error::Unavailable(text.into()));
    }
    Ok(())
}

/// True when a commit is answered only once a standby has it as well, or when that can't be found out.
pub fn awaits_standby(conn: &mut Conn) -> bool {
    let Conn::Postgres(postgres) = conn else {
        return false;
    };
    ask(postgres, "current_setting('synchronous_standby_names')")
        .map_or(true, |names| !names.is_empty())
}

/// Gives a connection a name, by which an administrator of the database server finds it.
///
/// # Errors
/// As the database reports them.
pub fn name_connection(conn: &mut Conn, name: &str) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query("SELECT set_config('application_name', $1, false)")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(postgres)?;
    }
    Ok(())
}

/// Refuses a database that could lose or hide what it acknowledged, or can't hold every text.
///
/// # Errors
/// `Unavailable` with one line that names the PostgreSQL setting.
pub fn must_be_fit(conn: &mut Conn) -> Result<()> {
    if !takes_changes(conn)? {
        let text = "this PostgreSQL takes no changes; turn default_transaction_read_only off for the database and its role";
        return Err(Error::Unavailable(text.into()));
    }
    let Conn::Postgres(postgres) = conn else {
        return Ok(());
    };
    // Before version 14 nothing tells how long somebody has waited for a lock.
    let is_old = "(current_setting('server_version_num')::int < 140000)::text";
    if ask(postgres, is_old)? == "true" {
        let text = "this PostgreSQL is older than version 14; upgrade it";
        return Err(Error::Unavailable(text.into()));
    }
    let encoding = ask(postgres, "current_setting('server_encoding')")?;
    if encoding != "UTF8" {
        let line = format!(
            "this PostgreSQL database has the encoding {encoding}, in which not every name can be kept; make one with \
             CREATE DATABASE keystead ENCODING 'UTF8' TEMPLATE template0"
        );
        return Err(Error::Unavailable(line));
    }
    for setting in ["fsync", "full_page_writes"] {
        if ask(postgres, &format!("current_setting('{setting}')"))? != "on" {
            let line = format!(
                "PostgreSQL runs with {setting} off, so a crash could bring revoked keys back; turn it on"
            );
            return Err(Error::Unavailable(line));
        }
    }
    Ok(())
}

/// False while PostgreSQL takes no changes from this session. A file says so by itself.
///
/// # Errors
/// As the database reports them.
pub fn takes_changes(conn: &mut Conn) -> Result<bool> {
    match conn {
        Conn::Postgres(postgres) => {
            Ok(ask(postgres, "current_setting('transaction_read_only')")? == "off")
        }
        Conn::Sqlite(_) => Ok(true),
    }
}

/// Has a SQLite file hold everything by itself, so that a copy of it alone is whole. What another program reads meanwhile
/// may keep a part of it beside the file.
///
/// # Errors
/// `Unavailable` when the file can't be written.
pub fn settle(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(sqlite) = conn {
        sqlite.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
}

fn ask(postgres: &mut PgConnection, what: &str) -> Result<String> {
    let query = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(what));
    Ok(query.get_result(postgres)?)
}

/// Does the same on either connection, for what can't be said of both at once.
macro_rules! on_either {
    ($conn:expr, $own:ident => $do:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($own) => $do,
            $crate::db::Conn::Postgres($own) => $do,
        }
    };
}
pub(super) use on_either;

/// True for a database in which Keystead never made anything.
///
/// # Errors
/// `Unavailable` when it does not answer.
pub fn is_empty(conn: &mut Conn) -> Result<bool> {
    Ok(!has_table(conn, "secret_checks")?)
}

/// True when there is such a table.
///
/// # Errors
/// As the database reports them.
pub fn has_table(conn: &mut Conn, name: &'static str) -> Result<bool> {
    let tables = match conn {
        Conn::Sqlite(_) => format!("(SELECT count(*) FROM sqlite_schema WHERE name = '{name}')"),
        Conn::Postgres(_) => format!("(SELECT count(to_regclass('{name}')))"),
    };
    let query = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&tables));
    let count: i64 = on_either!(conn, own => query.get_result(own))?;
    Ok(count > 0)
}

/// Runs a statement that reads the same on both databases.
///
/// # Errors
/// As the database reports them.
pub fn execute<Q>(conn: &mut Conn, query: Q) -> Result<usize>
where
    Q: QueryFragment<Sqlite> + QueryFragment<Pg> + QueryId + RunQueryDsl<SqliteConnection>,
    Q: RunQueryDsl<PgConnection>,
{
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.execute(sqlite)?,
        Conn::Postgres(postgres) => query.execute(postgres)?,
    })
}

/// The time of the database server; `None` of a file, which has none.
///
/// # Errors
/// As the database reports them.
pub fn now(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let Conn::Postgres(postgres) = conn else {
        return Ok(None);
    };
    let micros = diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    );
    Ok(Some(from_micros(
        diesel::select(micros).get_result(postgres)?,
    )))
}

/// Has a session give its word before what it did is on disk, unless it asks for that; and be told of changes.
///
/// # Errors
/// As the database reports them.
pub fn follow_changes(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        postgres.batch_execute("SET synchronous_commit = off; LISTEN keystead_changes")?;
    }
    Ok(())
}

/// True when this session was told of a change since it was last asked.
///
/// # Errors
/// As the database reports them.
pub fn heard_of_change(conn: &mut Conn) -> Result<bool> {
    let mut heard = false;
    if let Conn::Postgres(postgres) = conn {
        for notification in postgres.notifications_iter() {
            notification?;
            heard = true;
        }
    }
    Ok(heard)
}

/// Runs a change in a transaction that is on disk when this returns, whatever the session is set to.
///
/// # Errors
/// Those of the change, and as the database reports them.
pub fn durably<T>(conn: &mut Conn, change: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    diesel::Connection::transaction(conn, |conn| {
        if let Conn::Postgres(postgres) = conn {
            postgres.batch_execute(DURABLY)?;
        }
        change(conn)
    })
}

/// Runs a statement that gives up where it would have to wait for somebody else's lock; `None` when it did.
///
/// # Errors
/// Those of the statement, and as the database reports them.
pub fn unless_locked<T>(
    conn: &mut Conn,
    run: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<Option<T>> {
    let done = diesel::Connection::transaction(conn, |conn| {
        if let Conn::Postgres(postgres) = conn {
            postgres.batch_execute(UNLESS_LOCKED)?;
        }
        run(conn)
    });
    match done {
        Err(error) if error.to_string().contains("lock timeout") => Ok(None),
        other => other.map(Some),
    }
}

/// Takes the lock of the change log. On SQLite whoever writes has it already.
///
/// # Errors
/// As the database reports them.
pub fn hold_changes(conn: &mut Conn) -> Result<()> {
    use super::schema::change_head::dsl::{change_head, rev};
    use diesel::QueryDsl as _;
    if let Conn::Postgres(postgres) = conn {
        let head = change_head.find(1).select(rev);
        head.for_update().first::<i64>(postgres)?;
    }
    Ok(())
}

/// True while this session is there, which it then is until the transaction ends: whoever deletes it waits for that.
///
/// # Errors
/// As the database reports them.
pub fn hold_session(conn: &mut Conn, digest: &str) -> Result<bool> {
    use super::schema::sessions::dsl::{key_digest, sessions};
    use diesel::{OptionalExtension as _, QueryDsl as _};
    let row = sessions.find(digest).select(key_digest);
    let found: Option<String> = match conn {
        Conn::Sqlite(sqlite) => row.first(sqlite).optional()?,
        Conn::Postgres(postgres) => row.for_share().first(postgres).optional()?,
    };
    Ok(found.is_some())
}

/// Where usage is folded up to. On PostgreSQL the row is locked `FOR SHARE` or `FOR UPDATE`; on SQLite the one writer
/// needs no lock.
///
/// # Errors
/// As the database reports them.
pub fn folded_to(conn: &mut Conn, lock: &str) -> Result<i64> {
    use super::schema::usage_progress::dsl::{folded_to, usage_progress};
    use diesel::QueryDsl as _;
    let row = usage_progress.find(1).select(folded_to);
    Ok(match conn {
        Conn::Sqlite(sqlite) => row.first(sqlite)?,
        Conn::Postgres(postgres) if lock == "FOR SHARE" => row.for_share().first(postgres)?,
        Conn::Postgres(postgres) => row.for_update().first(postgres)?,
    })
}
