//! Which file of the source names which others, read from its `use` lines and from full paths in its code.

use std::collections::{BTreeMap, BTreeSet};

use super::{code, source};

/// Each file, as `web/routes`, with those that it names.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// What every file of the source imports. A parent that holds a file is none of its imports.
pub fn of_files() -> Imports {
    let sources: BTreeMap<String, String> = source()
        .into_iter()
        .map(|(name, text)| (module(&name), text))
        .collect();
    let file_of = |path: &str| {
        let mut path = path;
        while !sources.contains_key(path) {
            path = path.rsplit_once('/')?.0;
        }
        Some(path.to_owned())
    };
    let mut imports = Imports::new();
    for (file, text) in &sources {
        let named = paths(&code(text))
            .into_iter()
            .filter_map(|path| file_of(&absolute(&path, file)?))
            .filter(|other| other != file && !file.starts_with(&format!("{other}/")));
        imports.insert(file.clone(), named.collect());
    }
    imports
}

/// Files of which each imports the others, perhaps by way of more files.
pub fn circles(imports: &Imports) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<_, _> = imports
        .keys()
        .map(|file| (file, reached(imports, file)))
        .collect();
    let circle = |file: &String| -> Vec<String> {
        let back = |other: &&&String| reach[**other].contains(file);
        reach[file]
            .iter()
            .filter(back)
            .map(|other| (*other).clone())
            .collect()
    };
    let found = imports.keys().map(circle);
    found.filter(|files| !files.is_empty()).collect()
}

/// What a file imports, and what those import, and so on.
fn reached<'a>(imports: &'a Imports, from: &'a String) -> BTreeSet<&'a String> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        open.extend(imports[file].iter().filter(|next| seen.insert(*next)));
    }
    seen
}

/// `src/web/admin/mod.rs` is the file `web/admin`.
fn module(name: &str) -> String {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.trim_end_matches("/mod").to_owned()
}

/// A path of Rust as one of files: `super::state::State` in `web/routes` is `web/state/State`.
fn absolute(path: &str, file: &str) -> Option<String> {
    let mut base: Vec<&str> = file.split('/').collect();
    let mut steps = path.split("::").peekable();
    match *steps.peek()? {
        "crate" => {
            base.clear();
            steps.next();
        }
        "self" => {
            steps.next();
        }
        _ => {}
    }
    while steps.next_if_eq(&"super").is_some() {
        base.pop();
    }
    Some(base.into_iter().chain(steps).collect::<Vec<_>>().join("/"))
}

/// Every path that begins at the crate, at the parent or at the file itself.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            let inside = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            if code[..at].ends_with(inside) {
                continue;
            }
            let begins_use = code[..at].trim_end().ends_with(" use")
                || code[..at].trim_end().ends_with("\nuse")
                || code[..at].trim_end() == "use";
            let rest = &code[at..];
            let end = rest.find(|c| if begins_use { c == ';' } else { !inside(c) });
            flatten(&rest[..end.unwrap_or(rest.len())], &mut found);
        }
    }
    found
}

/// Takes a tree of a `use` apart: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn flatten(tree: &str, found: &mut Vec<String>) {
    let Some((head, inner)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap();
        let path: String = path.chars().filter(|c| !c.is_whitespace()).collect();
        found.push(path.trim_end_matches(':').to_owned());
        return;
    };
    let (mut depth, mut part) = (0, String::new());
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                flatten(&format!("{head}{part}"), found);
                part.clear();
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    if !part.trim().is_empty() {
        flatten(&format!("{head}{part}"), found);
    }
}

#[test]
fn a_circle_is_found_by_way_of_a_third_file_and_out_of_a_tree() {
    let mut found = Vec::new();
    flatten("crate::web::{self, a::{B, c}, d as e}", &mut found);
    assert_eq!(
        found,
        [
            "crate::web::self",
            "crate::web::a::B",
            "crate::web::a::c",
            "crate::web::d"
        ]
    );
    assert_eq!(
        absolute("super::super::b::C", "web/admin/a").unwrap(),
        "web/b/C"
    );
    let imports = |all: &[(&str, &[&str])]| -> Imports {
        let owned = |of: &[&str]| of.iter().map(|one| (*one).to_owned()).collect();
        all.iter()
            .map(|(file, of)| ((*file).to_owned(), owned(of)))
            .collect()
    };
    let round = imports(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]);
    assert_eq!(
        circles(&round),
        [vec!["a".to_owned(), "b".into(), "c".into()]].into()
    );
    let straight = imports(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]);
    assert!(circles(&straight).is_empty());
}
