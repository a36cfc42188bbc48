//! What differs between the two databases, and nothing else.

use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

use super::Conn;
use crate::domain::Result;

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
