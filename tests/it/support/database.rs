//! A database of its own for each test.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use diesel::r2d2::ManageConnection as _;
use diesel::{QueryResult, RunQueryDsl};
use keystead::db::connection::{Manager, Source};
use keystead::db::{Conn, migrate};

/// SQLite in the data directory, or a new database on the PostgreSQL server that the environment names. Nothing is in
/// it yet.
pub fn empty(data_dir: &Path) -> Source {
    let Some(server) = server() else {
        return Source::in_dir(data_dir);
    };
    let name = new_name();
    admin(&format!("CREATE DATABASE {name}"));
    Source::Postgres(with_database(&server, &name))
}

/// The same with all tables: a copy of one that was migrated before, as migrating anew would take each test longer
/// than what it tests.
pub fn migrated(data_dir: &Path) -> Source {
    let Some(server) = server() else {
        let source = Source::in_dir(data_dir);
        std::fs::copy(migrated_file(), source.file().unwrap()).unwrap();
        return source;
    };
    let (name, template) = (new_name(), name_of_migrated("postgres"));
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    if try_admin(&copy).is_err() {
        migrate_template(&server, &template);
        admin(&copy);
    }
    Source::Postgres(with_database(&server, &name))
}

/// Removes a database that was made here; files go with their directory. A failure is nobody's concern: the test is over.
pub fn remove(source: &Source) {
    let Source::Postgres(url) = source else {
        return;
    };
    let name = name(url);
    if name.starts_with("keystead_") {
        let _ = try_admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

/// Runs a statement on the PostgreSQL server, outside the databases of tests.
pub fn admin(statement: &str) {
    try_admin(statement).unwrap();
}

/// The name of the database in a PostgreSQL URL.
pub fn name(url: &str) -> &str {
    let front = url.split('?').next().unwrap_or_default();
    front.rsplit('/').next().unwrap_or_default()
}

fn server() -> Option<String> {
    std::env::var("KEYSTEAD_TEST_POSTGRES").ok()
}

/// A connection without a pool.
fn connect(source: Source) -> Conn {
    Manager::new(source).connect().unwrap()
}

fn try_admin(statement: &str) -> QueryResult<usize> {
    let mut conn = connect(Source::Postgres(server().unwrap()));
    diesel::sql_query(statement).execute(&mut conn)
}

fn new_name() -> String {
    format!("keystead_{}", uuid::Uuid::new_v4().simple())
}

/// `postgres://user@host:port/postgres?x=y` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (front, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(a, b)| (a, format!("?{b}")));
    let (front, _) = front.rsplit_once('/').unwrap();
    format!("{front}/{name}{query}")
}

/// The file that `migrated` copies. Tests that come at the same moment make one each: it gets its name when it is whole.
fn migrated_file() -> PathBuf {
    let name = format!("{}.db", name_of_migrated("sqlite"));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if !file.exists() {
        let new = file.with_file_name(new_name());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.open(&new).unwrap();
        migrate(Source::Sqlite(new.clone()));
        std::fs::rename(new, &file).unwrap();
    }
    file
}

/// As [`migrated_file`]: who comes second leaves its own.
fn migrate_template(server: &str, template: &str) {
    let new = new_name();
    admin(&format!("CREATE DATABASE {new}"));
    migrate(Source::Postgres(with_database(server, &new)));
    if try_admin(&format!("ALTER DATABASE {new} RENAME TO {template}")).is_err() {
        admin(&format!("DROP DATABASE {new}"));
    }
}

fn migrate(source: Source) {
    migrate::run(&mut connect(source), || Ok(())).unwrap();
}

/// Other migrations, another name.
fn name_of_migrated(tree: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let all = std::fs::read_dir(folder.join(tree)).unwrap().flatten();
    let mut all: Vec<PathBuf> = all.map(|one| one.path().join("up.sql")).collect();
    all.sort();
    // What makes a database besides.
    all.extend(
        ["src/db/migrate.rs", "src/db/connection.rs"]
            .map(|code| Path::new(env!("CARGO_MANIFEST_DIR")).join(code)),
    );
    let mut hasher = DefaultHasher::new();
    for path in all {
        std::fs::read(path).unwrap().hash(&mut hasher);
    }
    format!("keystead_migrated_{:x}", hasher.finish())
}
