//! Tables are brought up to date while somebody else reads them: servers of the version before, or a backup.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::ManageConnection as _;
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use keystead::db::connection::{Manager, Source};
use keystead::db::{Conn, migrate};

use crate::support::app::scratch_dir;
use crate::support::database;

const PATIENCE: Duration = Duration::from_secs(60);
const EARLIER: &str = include_str!("earlier_version/postgres/database.sql");
/// Somebody who alters a table waits for all who read it.
const WAITERS: &str =
    "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn connection(source: &Source) -> Conn {
    Manager::new(source.clone()).connect().unwrap()
}

fn number(conn: &mut Conn, query: &str) -> QueryResult<i64> {
    let found = diesel::sql_query(query).get_result::<Count>(conn)?;
    Ok(found.n)
}

#[test]
fn nobody_waits_behind_a_migration_that_waits_for_a_backup() {
    let dir = scratch_dir();
    let source = database::empty(&dir);
    if source.file().is_some() {
        // A file has one server.
        return;
    }
    connection(&source).batch_execute(EARLIER).unwrap();
    let mut backup = connection(&source);
    backup
        .batch_execute("BEGIN; SELECT count(*) FROM public.tenants")
        .unwrap();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            migrate::run(&mut connection(&source), || Ok(())).unwrap();
            is_done.store(true, Ordering::SeqCst);
        });
        let (mut reader, begun) = (connection(&source), Instant::now());
        // Long enough for a try of a migration, short enough for a lease.
        reader.batch_execute("SET lock_timeout = '1s'").unwrap();
        let mut waiters = number(&mut reader, WAITERS);
        while waiters == Ok(0) && begun.elapsed() < PATIENCE {
            waiters = number(&mut reader, WAITERS);
        }
        let tenants = number(&mut reader, "SELECT count(*) AS n FROM public.tenants");
        let passed = is_done.load(Ordering::SeqCst);
        // Before anything is asserted, so that the migration comes to its end.
        backup.batch_execute("COMMIT").unwrap();
        assert_eq!(waiters, Ok(1), "no migration waits");
        assert_eq!(tenants, Ok(2));
        assert!(!passed, "it passed the backup");
    });
    assert!(is_done.load(Ordering::SeqCst));
    database::remove(&source);
}
