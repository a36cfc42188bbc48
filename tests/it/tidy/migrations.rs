//! Migrations that servers of the last release live with: theirs is the database too, until the last of them is replaced.

use std::collections::BTreeSet;

use super::{files, none};

/// The newest migration of the last release, which stands behind its commit.
fn last_released() -> u64 {
    let text = include_str!("../../upgraded/last-release");
    let number = text
        .split_whitespace()
        .nth(1)
        .expect("commit and migration");
    number.parse().expect("the number of a migration")
}

/// The statements of a migration, in capital letters and without the bodies of functions.
fn statements(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split("--").next().unwrap());
    let text = lines.collect::<Vec<_>>().join(" ").to_uppercase();
    let outside: String = text.split("$$").step_by(2).collect();
    let words = |statement: &str| statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = outside.split(';').map(words);
    all.filter(|statement| !statement.is_empty()).collect()
}

/// The word behind some others.
fn behind<'a>(statement: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = statement.split_once(words)?;
    rest.split([' ', '(']).find(|word| !word.is_empty())
}

/// What an older server would stumble over; `new` are the tables that it does not know.
fn obstacle(statement: &str, new: &BTreeSet<String>) -> Option<&'static str> {
    let is_new = |table: Option<&str>| table.is_some_and(|table| new.contains(table));
    let begins = |words: &str| statement.starts_with(words);
    let alters = begins("ALTER TABLE ");
    if (alters || begins("CREATE TABLE ")) && holds_rows(statement, new) {
        return Some(
            "lets an older server, which does not know of it, delete no rows: say ON DELETE",
        );
    }
    if begins("CREATE UNIQUE INDEX ") && !is_new(behind(statement, " ON ")) {
        return Some("refuses rows that an older server writes");
    }
    if alters && !is_new(behind(statement, "ALTER TABLE ")) {
        return of_alteration(statement);
    }
    let fine = [
        "ALTER TABLE ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "CREATE UNIQUE INDEX ",
        "CREATE FUNCTION ",
        "CREATE TRIGGER ",
        "INSERT INTO ",
        "UPDATE ",
    ];
    (!fine.into_iter().any(begins)).then_some("is nothing that expands")
}

/// True when rows of a table that was there can't be deleted while one of these refers to them.
fn holds_rows(statement: &str, new: &BTreeSet<String>) -> bool {
    statement.split(" REFERENCES ").skip(1).any(|rest| {
        let table = rest.split([' ', ',', ')']).next().unwrap_or_default();
        let behind = rest
            .split_once(')')
            .map(|(_, behind)| behind.split(',').next());
        let says = behind
            .flatten()
            .is_some_and(|behind| behind.contains(" ON DELETE "));
        !says && !new.contains(table)
    })
}

/// The same of a change of a table that was there: it may only get columns that nobody has to fill.
fn of_alteration(statement: &str) -> Option<&'static str> {
    if statement.contains(" ALTER COLUMN ") && statement.contains(" SET DEFAULT ") {
        return None;
    }
    let columns: Vec<&str> = statement.split(" ADD COLUMN ").skip(1).collect();
    let any = |words: &[&str]| words.iter().any(|word| statement.contains(word));
    if columns.is_empty() || any(&[" DROP ", " RENAME ", " ALTER COLUMN ", " CONSTRAINT "]) {
        return Some("changes what an older server knows");
    }
    if any(&[" UNIQUE", " CHECK"]) {
        return Some("refuses rows that an older server writes");
    }
    let is_required = |column: &&str| column.contains(" NOT NULL") && !column.contains(" DEFAULT ");
    let required = columns.iter().any(is_required);
    required.then_some("adds a column that an older server gives no value: say DEFAULT")
}

/// Why these statements may not be one migration, which is one transaction.
fn together(all: &[String]) -> Option<&'static str> {
    let has = |words: &str| all.iter().any(|statement| statement.starts_with(words));
    (has("ALTER TABLE ") && has("UPDATE ")).then_some(
        "keeps everybody from a table while rows are written: servers that can't read changes lose their leases",
    )
}

/// The tables that these statements make.
fn tables<'a>(statements: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let made = statements.filter_map(|statement| behind(statement, "CREATE TABLE "));
    made.map(str::to_owned).collect()
}

#[test]
fn servers_of_the_last_release_live_with_each_newer_migration() {
    let newer: Vec<(String, Vec<String>)> = files("migrations/postgres", &["/up.sql"])
        .into_iter()
        .filter(|(name, _)| {
            let name = name.trim_start_matches("migrations/postgres/");
            name.split('_').next().unwrap().parse::<u64>().unwrap() > last_released()
        })
        .map(|(name, text)| (name, statements(&text)))
        .collect();
    let new = tables(newer.iter().flat_map(|(_, all)| all));
    let all = newer
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |one| (name, one)));
    let mut complaints: Vec<String> = all
        .filter_map(|(name, one)| obstacle(one, &new).map(|why| format!("{name}: {one}: {why}")))
        .collect();
    let long =
        |(name, all): &(String, Vec<String>)| together(all).map(|why| format!("{name}: {why}"));
    complaints.extend(newer.iter().filter_map(long));
    none(complaints);
}

#[test]
fn what_an_older_server_would_stumble_over_is_found() {
    let new = tables(["CREATE TABLE PARTS (ID TEXT)".to_owned()].iter());
    for (statement, is_fine) in [
        (
            "CREATE TABLE parts (id TEXT PRIMARY KEY, n BIGINT NOT NULL); -- DROP",
            true,
        ),
        (
            "CREATE TABLE parts (key_id TEXT REFERENCES api_keys (id) ON DELETE CASCADE, n BIGINT)",
            true,
        ),
        (
            "CREATE TABLE parts (key_id TEXT REFERENCES api_keys (id), n BIGINT)",
            false,
        ),
        (
            "CREATE TABLE others (part_id TEXT REFERENCES parts (id))",
            true,
        ),
        ("CREATE UNIQUE INDEX parts_of ON parts (n)", true),
        ("CREATE UNIQUE INDEX names ON api_keys (name)", false),
        ("CREATE INDEX names ON api_keys (name)", true),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\nDROP TABLE x; END $$",
            true,
        ),
        (
            "ALTER TABLE api_keys ADD COLUMN stops BOOLEAN NOT NULL DEFAULT FALSE",
            true,
        ),
        ("ALTER TABLE api_keys ADD COLUMN note TEXT", true),
        (
            "ALTER TABLE api_keys ADD COLUMN stops BOOLEAN NOT NULL",
            false,
        ),
        (
            "ALTER TABLE api_keys ADD COLUMN a TEXT, DROP COLUMN name",
            false,
        ),
        ("ALTER TABLE api_keys RENAME COLUMN name TO title", false),
        ("ALTER TABLE api_keys ALTER COLUMN name SET NOT NULL", false),
        (
            "ALTER TABLE api_keys ALTER COLUMN stops SET DEFAULT TRUE",
            true,
        ),
        ("ALTER TABLE api_keys ADD COLUMN word TEXT UNIQUE", false),
        ("DROP TABLE api_keys", false),
        ("DELETE FROM api_keys", false),
        ("UPDATE api_keys SET name = ''", true),
    ] {
        for one in statements(statement) {
            let found = obstacle(&one, &new);
            assert_eq!(found.is_none(), is_fine, "{statement}: {found:?}");
        }
    }
    let both = "ALTER TABLE change_log ADD COLUMN n BIGINT; UPDATE change_log SET n = 1";
    assert!(together(&statements(both)).is_some());
    assert!(together(&statements(both)[..1]).is_none());
}
