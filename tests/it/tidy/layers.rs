//! Which part of the source may import which.

use super::imports::{circles, of_files};
use super::none;

/// Each layer and the layers below that it may import.
const LAYERS: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("db", &["domain"]),
    ("verify", &["domain"]),
    ("resolve", &["domain"]),
    ("outbound", &["domain"]),
    ("mail", &["domain"]),
    ("key_search", &["domain", "db"]),
    ("config", &["domain", "db", "mail"]),
    ("telemetry", &["domain"]),
    ("actions", &["domain", "db", "verify"]),
    (
        "background",
        &["domain", "db", "verify", "resolve", "actions", "mail"],
    ),
    (
        "web",
        &[
            "domain",
            "db",
            "verify",
            "resolve",
            "outbound",
            "key_search",
            "actions",
            "background",
            "telemetry",
        ],
    ),
    (
        "server",
        &[
            "domain",
            "db",
            "verify",
            "resolve",
            "outbound",
            "mail",
            "key_search",
            "actions",
            "background",
            "config",
            "web",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "db",
            "verify",
            "resolve",
            "actions",
            "background",
            "config",
            "server",
            "telemetry",
        ],
    ),
    ("main", &["cli"]),
];

/// The first part of a path.
fn layer(file: &str) -> &str {
    file.split('/').next().unwrap()
}

#[test]
fn imports_point_one_way() {
    let mut complaints = Vec::new();
    for (file, imported) in of_files() {
        let own = layer(&file);
        let Some((_, allowed)) = LAYERS.iter().find(|(known, _)| *known == own) else {
            if own != "lib" {
                complaints.push(format!("{file}: {own} is no layer"));
            }
            continue;
        };
        let others = imported.iter().filter(|other| {
            let layer = layer(other);
            layer != own && !allowed.contains(&layer)
        });
        complaints.extend(others.map(|other| format!("{file}: {own} must not import {other}")));
    }
    none(complaints);
}

#[test]
fn no_folder_of_the_web_imports_its_sibling() {
    let folders = ["account", "admin", "api", "audit", "edges", "support"];
    let of = |file: &str| {
        let is_in = |folder: &&str| file.starts_with(&format!("web/{folder}/"));
        folders.into_iter().find(is_in)
    };
    let mut complaints = Vec::new();
    for (file, imported) in of_files() {
        let Some(own) = of(&file) else { continue };
        let others = imported
            .iter()
            .filter(|other| of(other).is_some_and(|folder| folder != own));
        complaints.extend(others.map(|other| format!("{file} imports {other}")));
    }
    none(complaints);
}

#[test]
fn no_file_imports_one_that_imports_it() {
    let told = circles(&of_files()).into_iter();
    none(
        told.map(|files| format!("a circle: {}", files.join(", ")))
            .collect(),
    );
}
