//! What a question leaves in the database, with the request log and without: on SQLite, and on the PostgreSQL server that
//! `BENCH_POSTGRES` names, where nothing else may write meanwhile.

use std::time::Duration;

use diesel::r2d2::ManageConnection as _;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _};
use keystead::db::Conn;
use keystead::db::connection::{Manager, Source};

use crate::proxy::{Proxy, runtime};
use crate::servers::{Running, Work};

const QUESTIONS: u32 = 20_000;
const A_SECOND: u32 = 500;

pub fn run() {
    println!("\n| database | request log | rows, bytes a question | written, bytes a question |");
    println!("|---|---|---:|---:|");
    for log in [true, false] {
        measure("SQLite", Work::new(), log);
    }
    for log in [true, false] {
        on_postgres(|work| measure("PostgreSQL", work, log));
    }
}

/// Measures on a new database of the server that `BENCH_POSTGRES` names, if it names one.
pub fn on_postgres(measure: impl FnOnce(Work)) {
    let Ok(server) = std::env::var("BENCH_POSTGRES") else {
        println!("\nPostgreSQL is not measured: BENCH_POSTGRES names no server.");
        return;
    };
    let name = format!("keystead_bench_{}", std::process::id());
    let mut admin = connect(Source::Postgres(server.clone()));
    execute(&mut admin, &format!("CREATE DATABASE {name}"));
    measure(Work::on(Some(with_database(&server, &name))));
    execute(&mut admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
}

fn measure(database: &str, work: Work, log: bool) {
    let keys = work.seed(1_000, 1_000);
    let a_second = if log { "1000" } else { "0" };
    let server = Running::keystead(
        &work,
        &[
            "--trusted-proxies",
            "127.0.0.1",
            "--forwarded-header",
            "x-forwarded-for",
            "--request-log-per-second",
            a_second,
        ],
    );
    let mut conn = connect(work.source());
    let before = Taken::now(&mut conn, &server);
    ask_all(&server, &keys);
    // Counts and records are written once a second.
    std::thread::sleep(Duration::from_secs(3));
    let after = Taken::now(&mut conn, &server);
    let expected = if log { i64::from(QUESTIONS) } else { 0 };
    assert_eq!(
        after.records - before.records,
        expected,
        "all are on record"
    );
    let each = |bytes: i64| bytes / i64::from(QUESTIONS);
    println!(
        "| {database} | {} | {} | {} |",
        if log { "on" } else { "off" },
        each(after.size - before.size),
        each(after.written - before.written),
    );
}

/// Questions of a gateway about requests of an ordinary client, at their rate.
fn ask_all(server: &Running, keys: &[String]) {
    runtime().block_on(async {
        let proxy = Proxy::to(server.port);
        let begun = tokio::time::Instant::now();
        for (number, key) in (0..QUESTIONS).zip(keys.iter().cycle()) {
            let question = format!(
                "GET /forward-auth HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\
                 X-Forwarded-For: 203.0.113.{}\r\nX-Forwarded-Method: GET\r\n\
                 X-Forwarded-Uri: /v1/orders/{number}\r\nUser-Agent: okhttp/4.12.0\r\n\r\n",
                number % 250
            );
            let answer = proxy.ask(&question).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            tokio::time::sleep_until(begun + Duration::from_secs(1) * number / A_SECOND).await;
        }
    });
}

/// What is there now.
struct Taken {
    records: i64,
    /// Bytes of the request log with its indexes.
    size: i64,
    /// Bytes that were written until now: by the process, and by PostgreSQL to its write-ahead log.
    written: i64,
}

impl Taken {
    fn now(conn: &mut Conn, server: &Running) -> Self {
        let records = number(conn, "SELECT COUNT(*) AS n FROM request_records");
        let (size, written) = match conn {
            Conn::Postgres(_) => (
                number(
                    conn,
                    "SELECT pg_total_relation_size('request_records') AS n",
                ),
                number(
                    conn,
                    "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS n",
                ),
            ),
            Conn::Sqlite(_) => (
                number(
                    conn,
                    "SELECT SUM(pgsize) AS n FROM dbstat JOIN sqlite_schema AS s ON s.name = dbstat.name \
                     WHERE s.tbl_name = 'request_records'",
                ),
                server.written_bytes().cast_signed(),
            ),
        };
        Self {
            records,
            size,
            written,
        }
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The number that a query gives as `n`.
pub fn number(conn: &mut Conn, query: &str) -> i64 {
    let row: Number = diesel::sql_query(query).get_result(conn).unwrap();
    row.n
}

fn execute(conn: &mut Conn, statement: &str) {
    diesel::sql_query(statement).execute(conn).unwrap();
}

/// A connection of one's own.
pub fn connect(source: Source) -> Conn {
    Manager::new(source).connect().unwrap()
}

/// `postgres://user@host:port/postgres?x=y` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (front, query) = server.split_once('?').unwrap_or((server, ""));
    let (front, _) = front.rsplit_once('/').unwrap();
    format!("{front}/{name}?{query}")
}
