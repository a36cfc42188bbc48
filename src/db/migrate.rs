//! Migrations: one embedded tree for each database, applied at start.

use std::thread;
use std::time::Duration;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::SESSION;
use super::{Conn, dialect, name_keys};
use crate::domain::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any constant does, as long as every version of Keystead uses the same.
const POSTGRES_LOCK: i64 = 0x6b65_7973_7465_6164;

/// How long a migration waits for a table. Whoever wants that table meanwhile waits behind it, and a server that can't read
/// changes for longer than its lease gives no answers.
const SHORT_WAIT: &str = "SET lock_timeout = '300ms'";
/// Between two tries: others have the table.
const PAUSE: Duration = Duration::from_millis(700);
const NO_LIMIT: &str = "SET statement_timeout = 0; SET lock_timeout = 0";

/// Brings the schema up to date, then runs `first`: what the very first server notes in an empty database. Several
/// servers may start together: PostgreSQL lets one in at a time by an advisory lock, SQLite by the lock on the data
/// directory.
///
/// # Errors
/// `Unavailable` with the migration's own words, also when the database was made by a newer Keystead; those of `first`.
pub fn run<T>(conn: &mut Conn, first: impl FnOnce() -> Result<T>) -> Result<T> {
    alone(conn, |conn| {
        bring_up(conn)?;
        first()
    })
}

/// Runs `work` while no other server is here.
fn alone<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    if let Conn::Postgres(postgres) = conn {
        // A migration of big tables takes its time, and so does waiting for the node that runs it.
        postgres.batch_execute(NO_LIMIT)?;
        diesel::sql_query(format!("SELECT pg_advisory_lock({POSTGRES_LOCK})")).execute(postgres)?;
    }
    let done = work(conn);
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query(format!("SELECT pg_advisory_unlock({POSTGRES_LOCK})"))
            .execute(postgres)?;
        postgres.batch_execute(SESSION)?;
    }
    done
}

/// Applies what is missing, and fills in what is computed of what was there.
pub(super) fn bring_up(conn: &mut Conn) -> Result<()> {
    let applied = applied(conn)?;
    let known = match conn {
        Conn::Sqlite(_) => versions::<Sqlite>(&SQLITE),
        Conn::Postgres(_) => versions::<Pg>(&POSTGRES),
    }?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(Error::Unavailable(format!(
            "the database was made by a newer Keystead (migration {newer}); start that version instead"
        )));
    }
    // Else not even begun: a role that may only read and change rows is enough for a server.
    if applied.len() < known.len() {
        match conn {
            Conn::Sqlite(sqlite) => apply(sqlite, SQLITE),
            Conn::Postgres(postgres) => apply_in_gaps(postgres),
        }?;
    }
    // What no SQL can do. All in one: each change alone would wait for the disk.
    conn.transaction(name_keys::fill)
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Versions of the migrations that the database has.
fn applied(conn: &mut Conn) -> Result<Vec<String>> {
    if !dialect::has_table(conn, "__diesel_schema_migrations")? {
        return Ok(Vec::new());
    }
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let rows: Vec<Applied> = dialect::on_either!(conn, own => query.load(own))?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// Versions of the migrations that this program knows.
fn versions<DB: Backend>(migrations: &impl MigrationSource<DB>) -> Result<Vec<String>> {
    let all = migrations.migrations().map_err(failed)?;
    let versions = all.iter().map(|migration| migration.name().version());
    Ok(versions.map(|version| version.to_string()).collect())
}

fn apply<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: impl MigrationSource<DB>,
) -> Result<()> {
    conn.run_pending_migrations(migrations).map_err(failed)?;
    Ok(())
}

/// Applies what is missing when nobody has the tables that it changes: servers of the version before use them, and a backup
/// reads them for minutes.
fn apply_in_gaps(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute(SHORT_WAIT)?;
    let mut has_waited = false;
    loop {
        match apply(conn, POSTGRES) {
            Err(Error::Unavailable(cause)) if cause.contains("lock timeout") => {
                if !has_waited {
                    tracing::warn!(
                        "the tables can't be brought up to date while somebody reads them, such as a backup; this waits for it"
                    );
                }
                has_waited = true;
                thread::sleep(PAUSE);
            }
            done => {
                conn.batch_execute(NO_LIMIT)?;
                return done;
            }
        }
    }
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!(
        "bringing the tables up to date failed; start this version once with a role that owns them: {cause}"
    ))
}
