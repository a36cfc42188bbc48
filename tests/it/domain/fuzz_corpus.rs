//! What the fuzzers found worth keeping, tried again with each run of the suite. `docs/FUZZING.md` says how to search
//! for more.

use std::path::Path;

use crate::tidy::{code, files, names};

#[path = "../../../fuzz/invariants/authorization.rs"]
mod authorization;
#[path = "../../../fuzz/invariants/cidr.rs"]
mod cidr;
#[path = "../../../fuzz/invariants/forwarded.rs"]
mod forwarded;
#[path = "../../../fuzz/invariants/key_text.rs"]
mod key_text;

fn replay(target: &str, hold: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/corpus/{target}"));
    let mut tried = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        // A failure names the file: nextest shows what a failing test printed.
        println!("{}", path.display());
        hold(&std::fs::read(&path).unwrap());
        tried += 1;
    }
    assert!(tried >= 20, "only {tried} files in {}", folder.display());
}

#[test]
fn every_key_text_that_was_found_keeps_the_rules() {
    replay("key_text", key_text::hold);
}

#[test]
fn every_authorization_that_was_found_keeps_the_rules() {
    replay("authorization", authorization::hold);
}

#[test]
fn every_address_list_that_was_found_keeps_the_rules() {
    replay("cidr", cidr::hold);
}

#[test]
fn every_forwarding_header_that_was_found_keeps_the_rules() {
    replay("forwarded", forwarded::hold);
}

/// The targets are a workspace of their own, which nothing here builds: they have to stay buildable.
#[test]
fn the_fuzz_targets_have_every_crate_that_the_rules_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dependencies = |manifest: &str| {
        let text = std::fs::read_to_string(root.join(manifest)).unwrap();
        let all: toml::Table = text.parse().unwrap();
        all["dependencies"].as_table().unwrap().clone()
    };
    let (product, fuzz) = (dependencies("Cargo.toml"), dependencies("fuzz/Cargo.toml"));
    let rules = files("src/domain", &[".rs"]);
    let named = |name: &str| {
        let path = format!("{}::", name.replace('-', "_"));
        let names_it =
            |(_, text): &(String, String)| code(text).lines().any(|line| names(line, &path));
        rules.iter().any(names_it)
    };
    let needed: Vec<&String> = product.keys().filter(|name| named(name)).collect();
    assert!(needed.len() > 10, "{needed:?}");
    for name in needed {
        assert!(fuzz.contains_key(name), "fuzz/Cargo.toml lacks {name}");
    }
}
