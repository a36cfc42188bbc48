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

/// Removes a database that `fresh` made; files go with their directory. A failure is nobody's concern: the test is over.
pub fn remove(source: &Source) {
    let (Source::Postgres(url), Ok(server)) = (source, std::env::var("KEYSTEAD_TEST_POSTGRES"))
    else {
        return;
    };
    let name = name(url);
    if !name.starts_with("keystead_") {
        return;
    }
    if let Ok(admin) = Db::open(Source::Postgres(server), 1) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = admin.read(|conn| Ok(diesel::sql_query(drop).execute(conn).is_ok()));
    }
}

/// The name of the database in a PostgreSQL URL.
pub fn name(url: &str) -> &str {
    let front = url.split('?').next().unwrap_or_default();
    front.rsplit('/').next().unwrap_or_default()
}

/// `postgres://user@host:port/postgres?x=y` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (front, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(a, b)| (a, format!("?{b}")));
    let (front, _) = front.rsplit_once('/').unwrap();
    format!("{front}/{name}{query}")
}
