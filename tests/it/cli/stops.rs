//! Ending a server, and what it leaves behind.

use std::process::Command;

use crate::support::process::Place;
use crate::support::*;

/// What a copy of the database file alone holds.
fn keys_in_a_copy(place: &Place) -> i64 {
    let there = Place::on_a_file();
    std::fs::create_dir(there.dir.join("data")).unwrap();
    std::fs::copy(place.data("keystead.db"), there.data("keystead.db")).unwrap();
    there.number("SELECT count(*) AS n FROM api_keys")
}

#[actix_web::test]
async fn a_stopped_server_leaves_a_database_file_that_is_whole_by_itself() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let place = Place::on_a_file().with_acme();
        let key = place.key("ERP");
        let mut server = place.serve();
        for name in ["One", "Two"] {
            assert_eq!(server.system(&key).create(name).await.status, 201);
        }
        assert_eq!(server.end_by(signal), 0, "{signal}");
        let rest = std::fs::metadata(place.data("keystead.db-wal"));
        assert_eq!(rest.map_or(0, |file| file.len()), 0, "{signal}");
        assert_eq!(keys_in_a_copy(&place), 3, "{signal}");
    }
}

#[actix_web::test]
async fn a_server_under_nohup_outlives_its_terminal() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let inner = place.command(&["serve"]);
    let mut command = Command::new("nohup");
    command.arg(inner.get_program()).args(inner.get_args());
    command.current_dir(&place.dir).env_clear();
    for (name, value) in inner.get_envs() {
        command.env(name, value.unwrap());
    }
    command.env("PATH", "/usr/bin:/bin");
    let mut server = place.start(command);
    server.signal("-HUP");
    assert_eq!(server.system(&key).whoami().await.status, 200);
    assert_eq!(server.stop(), 0);
}

#[actix_web::test]
async fn a_place_that_lost_its_database_is_not_taken_for_a_new_one() {
    let place = Place::on_a_file().with_acme();
    assert_eq!(place.serve().stop(), 0);
    let database = place.data("keystead.db");
    let kept = place.dir.join("kept.db");
    std::fs::rename(&database, &kept).unwrap();
    let told = |args: &[&str]| place.run(args, "").refusal().to_owned();
    // Gone, empty, or a file that holds nothing without what lay beside it; a node-id or only the secrets are left.
    let line = told(&["serve"]);
    assert!(
        line.contains("keystead.db is empty") && line.contains("put that back"),
        "{line}"
    );
    std::fs::write(&database, "").unwrap();
    assert!(told(&["serve"]).contains("is empty"));
    std::fs::remove_file(place.data("node-id")).unwrap();
    assert!(told(&["serve"]).contains("is empty"));
    assert!(told(&["key", "list", "--tenant", "Acme"]).contains("is empty"));
    assert!(
        place
            .run(
                &[
                    "create-admin",
                    "--email",
                    ALICE,
                    "--tenant",
                    "Acme",
                    "--password-stdin"
                ],
                PASSWORD
            )
            .refusal()
            .contains("is empty")
    );
    std::fs::remove_file(&database).unwrap();
    std::fs::rename(kept, &database).unwrap();
    assert_eq!(place.number("SELECT count(*) AS n FROM tenants"), 1);
    assert_eq!(place.serve().stop(), 0);
}

#[actix_web::test]
async fn a_first_start_that_was_cut_off_goes_on() {
    let place = Place::on_a_file();
    let mut server = place.serve();
    server.crash();
    for file in [
        "keystead.db",
        "keystead.db-wal",
        "keystead.db-shm",
        "node-id",
    ] {
        std::fs::remove_file(place.data(file)).unwrap();
    }
    std::fs::write(place.data("setup.lock"), "unfinished\n").unwrap();
    assert_eq!(place.serve().stop(), 0);
    // From now on it is done.
    std::fs::remove_file(place.data("keystead.db")).unwrap();
    assert!(place.run(&["serve"], "").refusal().contains("is empty"));
}

#[test]
fn a_command_in_a_wrong_place_makes_nothing_there() {
    let place = Place::on_a_file();
    for args in [
        &["key", "list", "--tenant", "Acme"][..],
        &["tenant", "list"],
        &["user", "reset-link", ALICE],
        &["verifier", "list"],
        &["pepper", "rotate"],
        &["audit", "verify"],
    ] {
        let outcome = place.run(args, "");
        let line = outcome.refusal();
        assert!(
            line.contains("there is no database") && line.contains("--data-dir"),
            "{line}"
        );
        assert!(!place.data("").exists(), "{args:?}");
    }
}

#[test]
fn what_is_in_memory_lands_in_no_core_dump() {
    let place = Place::new().with_acme();
    let mut server = place.serve();
    assert!(!server.dumps_core());
}
