//! What differs between the two databases, and nothing else.

use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

use super::Conn;
use crate::domain::{Error, Result};

/// Starts a writing transaction. SQLite takes its lock at once: a read that turns into a write would fail busy.
pub fn begin_write(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?
        }
        Conn::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres)?,
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

/// Refuses a database that could lose or hide what it acknowledged (REVOCATION: standby, fsync off).
///
/// # Errors
/// `Unavailable` with one line that names the PostgreSQL setting.
pub fn check_durability(conn: &mut Conn) -> Result<()> {
    let Conn::Postgres(postgres) = conn else {
        return Ok(());
    };
    let mut ask = |what: &str| {
        let query = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(what));
        query.get_result::<String>(postgres)
    };
    if ask("pg_is_in_recovery()::text")? == "true" {
        return Err(Error::Unavailable(
            "this PostgreSQL is a standby; connect to the primary".into(),
        ));
    }
    for setting in ["fsync", "full_page_writes"] {
        if ask(&format!("current_setting('{setting}')"))? != "on" {
            let line = format!(
                "PostgreSQL runs with {setting} off, so a crash could bring revoked keys back; turn it on"
            );
            return Err(Error::Unavailable(line));
        }
    }
    Ok(())
}

/// Inserts many rows with one statement.
///
/// # Errors
/// As the database reports them.
pub fn insert_keys(conn: &mut Conn, rows: &[super::keys::NewKey]) -> Result<()> {
    use super::schema::api_keys;
    match conn {
        Conn::Sqlite(sqlite) => diesel::insert_into(api_keys::table)
            .values(rows)
            .execute(sqlite)?,
        Conn::Postgres(postgres) => diesel::insert_into(api_keys::table)
            .values(rows)
            .execute(postgres)?,
    };
    Ok(())
}

/// Adds usage to what is stored; a statement for many rows.
///
/// # Errors
/// As the database reports them.
pub fn add_usage(conn: &mut Conn, rows: &[super::usage::Used]) -> Result<()> {
    use super::schema::key_usage_days::dsl::{
        accepted, day, key_id, key_usage_days, last_accepted_at, refused,
    };
    use diesel::ExpressionMethods as _;
    use diesel::sql_types::{Nullable, Timestamp};
    use diesel::upsert::excluded;
    // Counts may arrive out of order, and refusals alone bring no instant: the newer one stays.
    let newer = || {
        diesel::dsl::sql::<Nullable<Timestamp>>(
            "CASE WHEN key_usage_days.last_accepted_at IS NULL \
             OR excluded.last_accepted_at > key_usage_days.last_accepted_at \
             THEN excluded.last_accepted_at ELSE key_usage_days.last_accepted_at END",
        )
    };
    /// The same words for either connection.
    macro_rules! upsert {
        ($conn:expr) => {
            diesel::insert_into(key_usage_days)
                .values(rows)
                .on_conflict((key_id, day))
                .do_update()
                .set((
                    accepted.eq(accepted + excluded(accepted)),
                    refused.eq(refused + excluded(refused)),
                    last_accepted_at.eq(newer()),
                ))
                .execute($conn)?
        };
    }
    match conn {
        Conn::Sqlite(sqlite) => upsert!(sqlite),
        Conn::Postgres(postgres) => upsert!(postgres),
    };
    Ok(())
}
