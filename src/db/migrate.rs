//! Migrations: one embedded tree for each database, applied at start.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::{Connection as _, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::SESSION;
use super::{Conn, tenants};
use crate::domain::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any constant does, as long as every version of Keystead uses the same.
const POSTGRES_LOCK: i64 = 0x6b65_7973_7465_6164;

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
        postgres.batch_execute("SET statement_timeout = 0")?;
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
    match conn {
        Conn::Sqlite(sqlite) => apply(sqlite, SQLITE),
        Conn::Postgres(postgres) => apply(postgres, POSTGRES),
    }?;
    // What no SQL can do. All in one: each change alone would wait for the disk.
    conn.transaction(tenants::fill_name_keys)
}

fn apply<DB, C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<()>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |cause: &dyn std::fmt::Display| {
        Error::Unavailable(format!("migrating the database failed: {cause}"))
    };
    let known: Vec<String> = MigrationSource::<DB>::migrations(&migrations)
        .map_err(|cause| failed(&cause))?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(|cause| failed(&cause))?;
    if let Some(newer) = applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.contains(version))
    {
        return Err(Error::Unavailable(format!(
            "the database was made by a newer Keystead (migration {newer}); start that version instead"
        )));
    }
    conn.run_pending_migrations(migrations)
        .map_err(|cause| failed(&cause))?;
    Ok(())
}
