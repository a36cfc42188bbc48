//! What Keystead asks of PostgreSQL before it trusts it.

use std::net::TcpListener;

use keystead::db::Db;
use keystead::db::connection::{Source, with_patience};

use crate::support::direct;
use crate::support::process::Place;

/// Has the database answer a question of the start in another way, by a function that is found first.
fn pretend(place: &Place, function: &str) {
    let statements = [
        "CREATE SCHEMA IF NOT EXISTS pretended".to_owned(),
        format!("CREATE FUNCTION pretended.{function}"),
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = pretended, pg_catalog, public', \
         current_database()); END $$"
            .to_owned(),
    ];
    for statement in statements {
        direct::sql(&place.db(), &statement);
    }
}

#[test]
fn one_that_could_lose_or_hide_a_change_is_refused() {
    for (function, words) in [
        (
            "pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "is a standby",
        ),
        (
            "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 WHEN 'server_version_num' THEN '150004' WHEN 'server_encoding' THEN 'UTF8' WHEN 'full_page_writes' THEN 'on' ELSE 'off' END $$",
            "fsync off",
        ),
        (
            "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 WHEN 'server_version_num' THEN '150004' WHEN 'server_encoding' THEN 'UTF8' WHEN 'fsync' THEN 'on' ELSE 'off' END $$",
            "full_page_writes off",
        ),
        (
            "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 WHEN 'server_version_num' THEN '130014' ELSE 'off' END $$",
            "older than version 14",
        ),
    ] {
        let place = Place::new();
        if let Source::Sqlite(_) = place.source() {
            // There is no server to ask: the file itself is the database, and every commit is synced.
            let place = place.with_acme();
            drop(place.serve());
            continue;
        }
        pretend(&place, function);
        let outcome = place.run(&["serve"], "");
        assert!(outcome.refusal().contains(words), "{outcome:?}");
    }
}

#[test]
fn a_server_that_vanished_is_given_up_and_the_url_may_say_otherwise() {
    let ours = "connect_timeout=5&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2&keepalives_count=3";
    for (url, own) in [
        ("postgres://keystead@db/keystead", ""),
        ("postgres://keystead@db/keystead?", ""),
        (
            "postgres://keystead@db/keystead?connect_timeout=60&sslmode=require",
            "&connect_timeout=60&sslmode=require",
        ),
    ] {
        let expected = format!("postgres://keystead@db/keystead?{ours}{own}");
        assert_eq!(with_patience(url), expected);
    }
    // It takes the connection and never says a word. Without the defaults this test does not end.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://keystead@127.0.0.1:{port}/keystead");
    let Err(refusal) = Db::open(Source::Postgres(url), 1) else {
        panic!("nobody is there");
    };
    assert!(refusal.to_string().contains("timeout"), "{refusal}");
}

fn migrate(db: &Db) -> keystead::domain::Result<()> {
    db.read(|conn| keystead::db::migrate::run(conn, || Ok(())))
}

#[test]
fn no_statement_holds_a_connection_for_ever() {
    let place = Place::new().with_acme();
    let Source::Postgres(url) = place.source() else {
        // Nothing can vanish between us and a file; waiting for its lock ends after 5 seconds.
        return;
    };
    let count =
        "SELECT CAST(setting AS BIGINT) AS n FROM pg_settings WHERE name = 'statement_timeout'";
    let db = Db::open(Source::Postgres(url.clone()), 1).unwrap();
    assert_eq!(direct::number(&db, count), 30_000);
    // The one connection of this pool ran the migrations, and is bound again.
    migrate(&db).unwrap();
    assert_eq!(direct::number(&db, count), 30_000);
    // Migrations are not: who waits for the node that runs them waits as long as it takes.
    let other = Db::open(Source::Postgres(url.clone()), 1).unwrap();
    direct::sql(&other, "SELECT pg_advisory_lock(7738725071487066468)");
    direct::sql(&db, "SET statement_timeout = '1ms'");
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '20 ms'";
    std::thread::scope(|scope| {
        let migrating = scope.spawn(|| migrate(&db));
        while direct::number(&other, waiting) == 0 && !migrating.is_finished() {
            std::thread::yield_now();
        }
        direct::sql(&other, "SELECT pg_advisory_unlock(7738725071487066468)");
        migrating.join().unwrap().unwrap();
    });
    assert_eq!(direct::number(&db, count), 30_000);
}
