//! What Keystead asks of PostgreSQL before it trusts it.

use keystead::db::connection::Source;

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
            "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 WHEN 'fsync' THEN 'off' ELSE 'on' END $$",
            "fsync off",
        ),
        (
            "current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1 WHEN 'fsync' THEN 'on' ELSE 'off' END $$",
            "full_page_writes off",
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
