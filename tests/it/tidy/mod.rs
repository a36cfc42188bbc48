//! The shape of the source, so that it stays easy to find one's way in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod imports;
mod layers;
mod migrations;
mod vendored;

/// Files below a folder of the repository with these endings, as "src/web/routes.rs" and content.
pub fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

pub fn source() -> Vec<(String, String)> {
    let files = files("src", &[".rs"]);
    assert!(files.len() > 50, "only {} files", files.len());
    files
}

/// The code of a file: no comments, and nothing from its unit tests on.
pub fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let lines = code.lines().map(|line| {
        let trimmed = line.trim_start();
        if trimmed.starts_with("//") {
            ""
        } else {
            line.split(" // ").next().unwrap()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Fails with every complaint at once.
#[track_caller]
pub fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Complains about each line of code outside the allowed files that holds one of the words.
fn only_in(allowed: &[&str], words: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, text) in source() {
        if allowed.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        for (number, line) in code(&text).lines().enumerate() {
            for word in words.iter().filter(|word| names(line, word)) {
                complaints.push(format!(
                    "{name}:{}: {word} belongs to {allowed:?}",
                    number + 1
                ));
            }
        }
    }
    complaints
}

/// True when the line has the word, not as part of a longer one.
pub fn names(line: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins_before = word.starts_with(char::is_alphanumeric) && inside(before);
        let joins_after = word.ends_with(char::is_alphanumeric) && inside(after);
        !joins_before && !joins_after
    })
}

/// Complains about each file with more lines.
#[track_caller]
fn none_is_longer_than(most: usize, files: &[(String, String)]) {
    let long = |(name, text): &(String, String)| {
        let lines = text.lines().count();
        (lines > most).then(|| format!("{name}: {lines} lines"))
    };
    none(files.iter().filter_map(long).collect());
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let mut all = [
        source(),
        files("tests", &[".rs"]),
        files("benches", &[".rs"]),
        files("fuzz/invariants", &[".rs"]),
        files("fuzz/fuzz_targets", &[".rs"]),
    ]
    .concat();
    all.push(("build.rs".into(), include_str!("../../../build.rs").into()));
    none_is_longer_than(400, &all);
}

#[test]
fn each_page_of_routes_is_one_screen() {
    let pages = files("src/web/routes", &[".rs"]);
    assert!(pages.len() > 2);
    none_is_longer_than(130, &pages);
}

#[test]
fn no_template_is_longer_than_150_lines() {
    let templates = files("templates", &[".html"]);
    assert!(templates.len() > 10);
    none_is_longer_than(150, &templates);
}

#[test]
fn only_config_reads_the_environment() {
    none(only_in(
        &["src/config"],
        &["env::var", "env::vars", "env::var_os", "env::vars_os"],
    ));
}

#[test]
fn only_the_clock_reads_the_time() {
    none(only_in(
        &["src/domain/time.rs"],
        &["Utc::now", "Local::now", "SystemTime::now"],
    ));
}

#[test]
fn only_db_names_diesel() {
    none(only_in(&["src/db"], &["diesel", "diesel_migrations"]));
}

#[test]
fn only_web_and_server_name_actix_and_askama() {
    let allowed = ["src/web", "src/server", "src/cli/serve.rs", "src/cli/demo"];
    none(only_in(&allowed, &["actix_web", "actix_session"]));
    none(only_in(
        &[&allowed[..], &["src/mail"]].concat(),
        &["askama"],
    ));
    none(only_in(&["src/mail"], &["lettre"]));
}

#[test]
fn only_four_files_name_a_database() {
    let allowed = [
        "src/db/connection.rs",
        "src/db/migrate.rs",
        "src/db/dialect.rs",
        "src/db/types.rs",
    ];
    let words = [
        "Sqlite",
        "Postgres",
        "SqliteConnection",
        "PgConnection",
        "sqlite",
        "postgres",
        "pg",
    ];
    let mut complaints = only_in(&allowed, &words);
    // Which database is a setting: these layers may tell the two apart, and do nothing else with it.
    let settings = ["src/config", "src/server", "src/cli"];
    complaints.retain(|complaint| {
        let of_settings = settings.iter().any(|place| complaint.starts_with(place));
        !(of_settings
            && ["Sqlite", "Postgres", "sqlite", "postgres"]
                .iter()
                .any(|word| complaint.contains(&format!(": {word} "))))
    });
    none(complaints);
}

#[test]
fn source_never_unwraps() {
    none(only_in(
        &[],
        &[
            ".unwrap()",
            ".expect(",
            "todo!",
            "unimplemented!",
            "dbg!",
            "panic!",
        ],
    ));
}

/// These panic when nobody reads what they write; `cli::out` does not.
#[test]
fn nothing_is_printed_that_must_be_read() {
    none(only_in(
        &[],
        &["println!", "eprintln!", "print!", "eprint!"],
    ));
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        let files = files(folder, &[".sql"]);
        files
            .iter()
            .map(|(name, _)| name.trim_start_matches(folder).to_owned())
            .collect()
    };
    let (sqlite, postgres) = (names("migrations/sqlite"), names("migrations/postgres"));
    assert!(sqlite.len() >= 2);
    assert_eq!(sqlite, postgres);
    for migration in sqlite.iter().filter(|name| name.ends_with("/up.sql")) {
        assert!(
            sqlite.contains(&migration.replace("/up.sql", "/down.sql")),
            "{migration}"
        );
    }
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let columns = |folder: &str| -> Vec<String> {
        let up = files(folder, &["up.sql"]);
        // What wakes servers of PostgreSQL comes last in its migration: a file has one server.
        let tables = |text: &str| {
            text.split("CREATE FUNCTION")
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let up: Vec<String> = up.iter().map(|(_, text)| tables(text)).collect();
        let lines = up.iter().flat_map(|text| text.lines());
        let lines = lines.filter(|line| !line.trim_start().starts_with("--"));
        // Nor does a file have a server of before beside that of now.
        let lines = lines.filter(|line| !line.contains("SET DEFAULT"));
        lines
            .filter_map(|line| match line.strip_prefix("CREATE ") {
                Some(thing) => thing.split(" (").next(),
                None => line.split_whitespace().next(),
            })
            .map(|name| name.trim_matches([')', ';', ',']).to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    };
    assert_eq!(columns("migrations/sqlite"), columns("migrations/postgres"));
}

#[test]
fn every_template_is_rendered_or_included() {
    let mut everything: String = source().into_iter().map(|(_, text)| text).collect();
    let templates = files("templates", &[".html"]);
    for (_, text) in &templates {
        everything.push_str(text);
    }
    let idle = |(name, _): &(String, String)| {
        let path = name.trim_start_matches("templates/");
        (!everything.contains(&format!("\"{path}\""))).then(|| format!("{name} is never used"))
    };
    none(templates.iter().filter_map(idle).collect());
}

#[test]
fn every_asset_that_a_template_names_is_served() {
    let served: BTreeSet<String> = served();
    let mut complaints = Vec::new();
    let mut count = 0;
    for (name, text) in [files("templates", &[".html"]), source()].concat() {
        for rest in code(&text).split("assets::url(\"").skip(1) {
            let path = rest.split('"').next().unwrap();
            count += 1;
            if !served.contains(path) {
                complaints.push(format!("{name}: there is no {path}"));
            }
        }
    }
    assert!(count > 5);
    none(complaints);
}

/// What `build.rs` makes of `static/`, asked of the program itself.
fn served() -> BTreeSet<String> {
    let endings = [".css", ".js", ".svg", ".woff2"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let mut folders = vec![root.clone()];
    let mut paths = vec!["css/app.css".to_owned(), "js/app.js".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                paths.push(name);
            }
        }
    }
    paths.retain(|path| keystead::web::assets::url(path) != "/static/missing");
    paths.into_iter().collect()
}

#[test]
fn nothing_is_inline_in_a_template() {
    let mut complaints = Vec::new();
    for (name, text) in files("templates", &[".html"]) {
        for (number, line) in text.lines().enumerate() {
            for word in [
                " style=",
                " onclick=",
                " onload=",
                " onsubmit=",
                "javascript:",
                "<style",
                "hx-on",
                "|safe",
            ] {
                if line.contains(word) {
                    complaints.push(format!("{name}:{}: {word}", number + 1));
                }
            }
            if line.contains("<script") && !line.contains("src=") {
                complaints.push(format!("{name}:{}: a script without src", number + 1));
            }
        }
    }
    none(complaints);
}
