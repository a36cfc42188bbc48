//! A database of its own for each test.

use std::path::Path;

use diesel::RunQueryDsl;
use keystead::db::Db;
use keystead::db::connection::Source;

/// SQLite in the data directory, or a fresh database on the PostgreSQL server that the environment names.
pub fn fresh(data_dir: &Path) -> Source {
    let Ok(server) = std::env::var("KEYSTEAD_TEST_POSTGRES") else {
        return Source::Sqlite(data_dir.join("keystead.db"));
    };
    let name = format!("keystead_{}", uuid::Uuid::new_v4().simple());
    let admin = Db::open(Source::Postgres(server.clone()), 1).unwrap();
    admin
        .read(|conn| {
            Ok(diesel::sql_query(format!("CREATE DATABASE {name}"))
                .execute(conn)
                .unwrap())
        })
        .unwrap();
    Source::Postgres(with_database(&server, &name))
}

/// `postgres://user@host:port/postgres?x=y` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (front, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(a, b)| (a, format!("?{b}")));
    let (front, _) = front.rsplit_once('/').unwrap();
    format!("{front}/{name}{query}")
}
