//! How several servers revoke a key, as a model of which every order of steps is looked at: `docs/REVOCATION.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::app::scratch_dir;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/revocation.pml");

/// Runs a program to its end, and returns what it printed.
#[track_caller]
fn run(dir: &Path, program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(dir).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{program}: {error}. Run tests/run, which installs it, or install spin and build-essential (Debian)")
    });
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    assert!(output.status.success(), "{program} {args:?}\n{printed}");
    printed
}

/// Searches the model with these flags, and returns what SPIN's verifier says of it.
#[track_caller]
fn search(flags: &[&str], optimized: &str) -> String {
    let dir = scratch_dir();
    // Without the third optimization of SPIN each step is reported on its own.
    run(&dir, "spin", &[flags, &["-o3", "-a", MODEL]].concat());
    let options = ["-w", "-DSAFETY", "-DMEMLIM=3500", optimized];
    run(
        &dir,
        "cc",
        &[&options[..], &["-o", "pan", "pan.c"]].concat(),
    );
    // Processes need not end: most of them never do.
    let program = dir.join("pan");
    let found = run(
        &dir,
        program.to_str().unwrap(),
        &["-E", "-m3000000", "-w25"],
    );
    fs::remove_dir_all(&dir).unwrap();
    found
}

/// The names in a text that stand for a broken rule.
fn flags(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.len() > 2 && word.starts_with("M_"))
        .collect()
}

/// Searches the model to the end, and finds nothing.
#[track_caller]
fn holds(flags: &[&str]) -> String {
    let found = search(flags, "-O2");
    assert!(found.contains("errors: 0"), "{found}");
    for incomplete in ["not completed", "depth too small", "out of memory"] {
        assert!(!found.contains(incomplete), "{found}");
    }
    found
}

#[test]
fn in_no_order_of_steps_is_a_key_accepted_after_its_revocation_was_answered() {
    let found = holds(&["-DL=2"]);
    // It looked at something: every step was taken but the one that must not be.
    let steps = found.lines().filter(|line| line.contains(", state "));
    let never: Vec<&str> = steps.filter(|line| !line.contains("\"-end-\"")).collect();
    let [accepted] = never[..] else {
        panic!("{found}");
    };
    assert!(accepted.contains("\"assert(0)\""), "{found}");
}

#[test]
fn nor_is_it_with_two_servers_that_take_every_step() {
    holds(&["-DN=2", "-DL=1", "-DPLAIN"]);
}

#[test]
fn the_search_finds_what_goes_wrong_without_any_one_rule() {
    let model = fs::read_to_string(MODEL).unwrap();
    let flags = flags(&model);
    assert!(flags.len() >= 12, "{flags:?}");
    for flag in flags {
        let found = search(&["-DL=1", &format!("-D{flag}")], "-O0");
        assert!(found.contains("assertion violated"), "{flag}\n{found}");
    }
}

#[test]
fn the_paper_names_every_rule_that_the_model_can_break() {
    let paper = include_str!("../../docs/REVOCATION.md");
    assert_eq!(flags(paper), flags(&fs::read_to_string(MODEL).unwrap()));
}
