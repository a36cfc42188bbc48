//! Pepper and master key: files outside the database, without which nothing starts.

use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use crate::support::process::Place;
use crate::support::{ALICE, PASSWORD};

const NAMES: [&str; 2] = ["pepper", "master-key"];
const CREATE: [&str; 6] = ["key", "create", "--tenant", "Acme", "--name", "ERP"];

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Every command that needs the secrets refuses, names the path, and tells nothing of the content.
#[track_caller]
fn refuses(place: &Place, name: &str, content: &str) {
    let path = place.data(name).to_string_lossy().into_owned();
    for args in [&["serve"][..], &CREATE] {
        let outcome = place.run(args, "");
        let line = outcome.refusal();
        assert!(line.contains(&path), "{line}");
        let start: String = content.chars().take(8).collect();
        assert!(start.len() < 8 || !line.contains(&start), "{line}");
    }
}

#[test]
fn a_missing_file_is_never_replaced_by_a_new_one() {
    for name in NAMES {
        let place = Place::new().with_acme();
        std::fs::remove_file(place.data(name)).unwrap();
        refuses(&place, name, "");
        assert!(!place.data(name).exists(), "{name} was made anew");
    }
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    for name in NAMES {
        let place = Place::new().with_acme();
        let content = std::fs::read_to_string(place.data(name)).unwrap();
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601] {
            chmod(&place.data(name), mode);
            refuses(&place, name, &content);
        }
        chmod(&place.data(name), 0o400);
        place.key("ERP");
    }
}

#[test]
fn what_a_link_leads_to_counts_and_what_is_no_file_is_refused() {
    for name in NAMES {
        let place = Place::new().with_acme();
        let (path, kept) = (place.data(name), place.dir.join("kept"));
        let content = std::fs::read_to_string(&path).unwrap();
        std::fs::rename(&path, &kept).unwrap();
        symlink(&kept, &path).unwrap();
        place.key("ERP");
        chmod(&kept, 0o640);
        refuses(&place, name, &content);
        std::fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        chmod(&path, 0o600);
        refuses(&place, name, &content);
    }
}

/// Whom the system lets read such a file is root alone.
#[test]
fn root_takes_no_secret_that_another_user_owns_but_that_of_the_data_directory() {
    for name in NAMES {
        let place = Place::new().with_acme();
        let content = std::fs::read_to_string(place.data(name)).unwrap();
        if chown(place.data(name), Some(65_534), None).is_err() {
            println!("root is another user here");
            return;
        }
        refuses(&place, name, &content);
        chown(place.data(""), Some(65_534), None).unwrap();
        place.key("ERP");
    }
}

#[test]
fn a_database_that_others_can_change_is_refused() {
    let place = Place::on_a_file().with_acme();
    let file = place.data("keystead.db");
    for mode in [0o620, 0o602, 0o666] {
        chmod(&file, mode);
        let outcome = place.run(&["key", "list", "--tenant", "Acme"], "");
        let why = outcome.refusal();
        assert!(
            why.contains("chmod 600") && why.contains("keystead.db"),
            "{why}"
        );
    }
    chmod(&file, 0o640);
    place.key("ERP");
}

#[test]
fn the_wrong_file_is_refused() {
    for name in NAMES {
        let place = Place::new().with_acme();
        let right = std::fs::read_to_string(place.data(name)).unwrap();
        let wrong: String = right.trim().chars().rev().collect();
        std::fs::write(place.data(name), &wrong).unwrap();
        refuses(&place, name, &wrong);
        std::fs::write(place.data(name), &right).unwrap();
        place.key("ERP");
    }
}

#[test]
fn a_damaged_file_is_refused() {
    for name in NAMES {
        let place = Place::new().with_acme();
        let right = std::fs::read_to_string(place.data(name)).unwrap();
        for damaged in [
            String::new(),
            "\n".to_owned(),
            right[..63].to_owned(),
            format!("{}0", right.trim()),
            format!("{}zz", &right[..62]),
            format!("+{}", &right[1..64]),
            format!("{}+{}", &right[..62], &right[63..64]),
            "é".repeat(32),
        ] {
            std::fs::write(place.data(name), &damaged).unwrap();
            refuses(&place, name, &damaged);
        }
        std::fs::write(place.data(name), [0xff; 64]).unwrap();
        refuses(&place, name, "");
    }
}

#[test]
fn both_may_lie_elsewhere() {
    let place = Place::new();
    let (pepper, master) = (place.dir.join("my-pepper"), place.dir.join("my-master"));
    let args = [
        "create-admin",
        "--email",
        ALICE,
        "--tenant",
        "Acme",
        "--password-stdin",
    ];
    let mut command = place.command(&args);
    command.env("KEYSTEAD_PEPPER_FILE", &pepper);
    command.env("KEYSTEAD_MASTER_KEY_FILE", &master);
    place.finish(command, PASSWORD).done();
    assert!(pepper.exists() && master.exists());
    assert!(!place.data("pepper").exists());
    // Without the settings the database does not open.
    let outcome = place.run(&CREATE, "");
    assert!(outcome.refusal().contains("missing"), "{outcome:?}");
}
