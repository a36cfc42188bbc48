//! `keystead pepper`: another pepper without another key.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use crate::support::direct;
use crate::support::process::{Outcome, Place};

const VERSIONS: &str = "SELECT count(*) AS n FROM secret_checks WHERE name LIKE 'pepper%'";

fn pepper(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&["pepper"], args].concat(), "")
}

fn file(place: &Place) -> String {
    std::fs::read_to_string(place.data("pepper")).unwrap()
}

fn on_version(place: &Place, version: i32) -> i64 {
    let query = format!("SELECT count(*) AS n FROM api_keys WHERE pepper_version = {version}");
    place.number(&query)
}

#[actix_web::test]
async fn a_rotation_keeps_every_key_working_and_new_keys_take_the_new_pepper_at_once() {
    let place = Place::new().with_acme();
    let (old, idle) = (place.key("Old"), place.key("Idle"));
    let first = file(&place);
    let server = place.serve();
    let outcome = pepper(&place, &["rotate"]);
    assert!(outcome.done().out.contains("Pepper 2 is in use"));

    // The file: the old version under its number, the new one beside it, for its owner alone.
    let both = file(&place);
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!(lines[0], format!("1 {}", first.trim()));
    assert!(lines[1].starts_with("2 ") && lines[1].len() == 66, "line 2");
    assert_eq!(lines.len(), 2);
    let mode = std::fs::metadata(place.data("pepper"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    for line in &lines {
        let digits = line.split(' ').nth(1).unwrap();
        assert!(!outcome.out.contains(digits) && !server.log().contains(digits));
    }

    // The running server took it up before the command ended.
    let made = server.system(&old).create("New").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(on_version(&place, 2) >= 1);
    let new = made.json()["key"].as_str().unwrap().to_owned();
    let by_shell = place.key("By shell");
    for key in [&old, &new, &by_shell] {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    direct::until("the old one has moved", async || on_version(&place, 1) == 1).await;
    drop(server);
    let server = place.serve();
    for key in [&old, &new, &by_shell, &idle] {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'pepper.rotated' \
                    AND object_name = 'Pepper 2' AND tenant_id IS NULL AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 1);
}

#[test]
fn the_status_counts_the_keys_of_each_version_and_names_those_that_wait() {
    let place = Place::new().with_acme();
    let secrets = [place.key("ERP"), place.key("CRM")];
    pepper(&place, &["rotate"]).done();
    pepper(&place, &["rotate", "--prepare"]).done();
    place.key("CI");
    let status = pepper(&place, &["status", "--list"]);
    let lines: Vec<&str> = status.done().out.lines().collect();
    assert_eq!(lines[0], "pepper 3: prepared, not in use yet");
    assert_eq!(lines[1], "pepper 2: 1 key; the newest");
    assert_eq!(lines[2], "pepper 1: 2 keys not moved yet");
    assert_eq!(lines.len(), 5);
    assert!(lines[3].ends_with("\tAcme\tERP\tpepper 1"), "{}", lines[3]);
    assert!(lines[4].ends_with("\tAcme\tCRM\tpepper 1"), "{}", lines[4]);
    for secret in secrets {
        assert!(!status.out.contains(&secret[8..]));
    }
    // Revoked and expired keys need no pepper.
    let set = "UPDATE api_keys SET";
    direct::sql(
        &place.db(),
        &format!("{set} revoked_at = '2026-11-20 11:00:00' WHERE name = 'ERP'"),
    );
    direct::sql(
        &place.db(),
        &format!("{set} expires_at = '2020-11-20 11:00:00' WHERE name = 'CRM'"),
    );
    let status = pepper(&place, &["status"]);
    assert!(
        status.done().out.contains("pepper 1: 0 keys not moved yet"),
        "{}",
        status.out
    );
    pepper(&place, &["retire", "1"]).done();
}

#[actix_web::test]
async fn a_pepper_that_keys_need_is_retired_by_force_alone_and_at_once() {
    let place = Place::new().with_acme();
    let keys = [place.key("ERP"), place.key("CRM"), place.key("CI")];
    let server = place.serve();
    pepper(&place, &["rotate"]).done();
    assert_eq!(server.stranger().verify(&keys[0]).await, "VALID");
    direct::until("it has moved", async || on_version(&place, 2) == 1).await;
    let before = file(&place);
    let refusal = pepper(&place, &["retire", "1"]);
    assert!(refusal.refusal().contains("2 keys still need pepper 1"));
    assert_eq!(file(&place), before);
    for key in &keys[1..2] {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    direct::until("another has moved", async || on_version(&place, 2) == 2).await;
    let outcome = pepper(&place, &["retire", "1", "--force"]);
    assert!(
        outcome
            .done()
            .out
            .contains("Pepper 1 is retired; 1 key stopped working.")
    );
    assert_eq!(
        file(&place),
        before.lines().nth(1).unwrap().to_owned() + "\n"
    );
    let answers = async |server: &crate::support::process::Server| {
        let stranger = server.stranger();
        let mut codes = Vec::new();
        for key in &keys {
            codes.push(stranger.verify(key).await);
        }
        codes
    };
    assert_eq!(answers(&server).await, ["VALID", "VALID", "NOT_FOUND"]);
    drop(server);
    assert_eq!(
        answers(&place.serve()).await,
        ["VALID", "VALID", "NOT_FOUND"]
    );
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'pepper.retired' \
                    AND detail = '{\"stopped\":1}' AND tenant_id IS NULL";
    assert_eq!(place.number(recorded), 1);
    let status = pepper(&place, &["status"]);
    assert!(
        status.done().out.contains("pepper 1: retired, 1 key lost"),
        "{}",
        status.out
    );
}

#[actix_web::test]
async fn a_verifier_moves_with_its_next_question_or_is_turned_away_with_its_pepper() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let (busy, idle) = (place.verifier("Busy"), place.verifier("Idle"));
    let server = place.serve();
    let ask = async |token: &str| {
        let question = serde_json::json!({ "key": key });
        let answer = server.system(token).post("/api/v1/verify", question).await;
        answer.status
    };
    // Both have just been seen by every worker.
    for _ in 0..10 {
        assert_eq!((ask(&busy).await, ask(&idle).await), (200, 200));
    }
    pepper(&place, &["rotate"]).done();
    assert_eq!(ask(&busy).await, 200);
    let moved = "SELECT count(*) AS n FROM verifiers WHERE pepper_version = 2";
    let both = async || place.number(moved) == 1 && on_version(&place, 2) == 1;
    direct::until("the busy one and the key have moved", both).await;
    let status = pepper(&place, &["status", "--list"]);
    assert!(
        status
            .done()
            .out
            .contains("pepper 1: 1 verifier not moved yet"),
        "{}",
        status.out
    );
    assert!(
        status.out.contains("\t(verifier)\tIdle\tpepper 1"),
        "{}",
        status.out
    );
    let refusal = pepper(&place, &["retire", "1"]);
    assert!(
        refusal
            .refusal()
            .contains("1 verifier still needs pepper 1"),
        "{refusal:?}"
    );
    pepper(&place, &["retire", "1", "--force"]).done();
    for _ in 0..10 {
        assert_eq!((ask(&busy).await, ask(&idle).await), (200, 401));
    }
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let place = Place::new().with_acme();
    place.key("ERP");
    let before = file(&place);
    for (args, words) in [
        (&["retire", "1"][..], "pepper 1 is the newest"),
        (&["retire", "1", "--force"], "pepper 1 is the newest"),
        (&["retire", "2"], "there is no pepper 2"),
        (&["retire", "0"], "there is no pepper 0"),
    ] {
        let outcome = pepper(&place, args);
        assert!(outcome.refusal().contains(words), "{outcome:?}");
    }
    assert_eq!((file(&place), place.number(VERSIONS)), (before, 1));
    pepper(&place, &["rotate", "--prepare"]).done();
    let outcome = pepper(&place, &["retire", "2"]);
    assert!(outcome.refusal().contains("pepper 2 is only prepared"));
    assert_eq!(place.number(VERSIONS), 1);
}

#[actix_web::test]
async fn a_prepared_pepper_waits_for_the_rotation() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    pepper(&place, &["rotate", "--prepare"]).done();
    let prepared = file(&place);
    // Again, or by a crash between file and database: the same one is taken up.
    pepper(&place, &["rotate", "--prepare"]).done();
    assert_eq!(file(&place), prepared);
    place.key("CRM");
    assert_eq!((on_version(&place, 1), place.number(VERSIONS)), (2, 1));
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    drop(server);
    let server = place.serve();
    pepper(&place, &["rotate"]).done();
    assert_eq!(file(&place), prepared);
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    direct::until("it has moved", async || on_version(&place, 2) == 1).await;
}

#[test]
fn a_file_that_can_not_be_written_is_told_with_the_way_out() {
    let place = Place::new().with_acme();
    place.key("ERP");
    let before = file(&place);
    // A folder in the way of the new file, since a test may run as root.
    std::fs::create_dir(place.data("pepper.new")).unwrap();
    let outcome = pepper(&place, &["rotate"]);
    let line = outcome.refusal();
    assert!(
        line.contains("can't write the pepper file") && line.contains("\"2 DIGITS\""),
        "{line}"
    );
    assert_eq!((file(&place), place.number(VERSIONS)), (before.clone(), 1));
    // A line added by hand does as well.
    let by_hand = format!("1 {}\n2 {}\n", before.trim(), "5a".repeat(32));
    std::fs::write(place.data("pepper"), &by_hand).unwrap();
    assert!(
        pepper(&place, &["rotate"])
            .done()
            .out
            .contains("Pepper 2 is in use")
    );
    // And a retirement holds although the line can't be taken out.
    direct::sql(
        &place.db(),
        "UPDATE api_keys SET revoked_at = '2026-11-20 11:00:00'",
    );
    let outcome = pepper(&place, &["retire", "1"]);
    assert!(
        outcome.done().err.contains("take its line out of"),
        "{outcome:?}"
    );
    assert_eq!((file(&place), place.number(VERSIONS)), (by_hand, 1));
    place.key("CRM");
    std::fs::remove_dir(place.data("pepper.new")).unwrap();
    pepper(&place, &["retire", "1"]).done();
    assert_eq!(file(&place).lines().count(), 1);
    place.key("CI");
}

#[test]
fn a_damaged_or_wrong_or_incomplete_file_of_several_versions_is_refused() {
    let place = Place::new().with_acme();
    place.key("ERP");
    pepper(&place, &["rotate"]).done();
    let right = file(&place);
    let (one, two) = right.trim().split_once('\n').unwrap();
    let digits = &two[2..];
    for (wrong, words) in [
        (one.to_owned(), "lacks version 2"),
        (two.to_owned(), "lacks version 1"),
        (digits.to_owned(), "lacks version 2"),
        (format!("1 {digits}\n{two}"), "pepper 1 in"),
        (format!("{one}\n2 {}", "5a".repeat(32)), "pepper 2 in"),
        (format!("{one}\n{one}"), "damaged"),
        (format!("{one}\n{digits}"), "damaged"),
        (format!("{one}\n02 {digits}"), "damaged"),
        (format!("{one}\n+2 {digits}"), "damaged"),
        (format!("{one}\n0 {digits}"), "damaged"),
        (format!("{one}\n2 {digits} "), ""),
        (format!("{one}\n2 {digits} x"), "damaged"),
        (format!("{one}\n2 {}", &digits[1..]), "damaged"),
        (format!("{one}\n99999999999 {digits}"), "damaged"),
        (format!("{two}\r\n\n{one}\n"), ""),
    ] {
        std::fs::write(place.data("pepper"), &wrong).unwrap();
        for args in [
            &["serve"][..],
            &["pepper", "rotate"],
            &["key", "create", "--tenant", "Acme", "--name", "CI"],
        ] {
            if words.is_empty() {
                continue;
            }
            let outcome = place.run(args, "");
            let line = outcome.refusal();
            assert!(line.contains(words) && line.contains("pepper"), "{line}");
            assert!(!line.contains(&digits[..8]), "{line}");
        }
        if words.is_empty() {
            place.key("CI");
        }
    }
    // What a lost version means is told, and it can be given up.
    std::fs::write(place.data("pepper"), two).unwrap();
    let status = pepper(&place, &["status"]);
    assert!(
        status
            .done()
            .out
            .contains("pepper 1: 1 key; MISSING from the pepper file"),
        "{}",
        status.out
    );
    pepper(&place, &["retire", "1", "--force"]).done();
    place.key("CI again");
}

#[actix_web::test]
async fn a_rotation_may_be_killed_at_any_moment() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    for round in 0..25 {
        let mut command = place.command(&["pepper", "rotate"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Another moment each time, from before the file is written to after the server was told.
        actix_web::rt::time::sleep(Duration::from_millis(round * 3)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(
            server.stranger().verify(&key).await,
            "VALID",
            "round {round}"
        );
        let status = pepper(&place, &["status"]);
        assert!(
            !status.done().out.contains("MISSING"),
            "round {round}: {}",
            status.out
        );
    }
    pepper(&place, &["rotate"]).done();
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    drop(server);
    let server = place.serve();
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    let notes = "SELECT count(*) AS n FROM audit_events WHERE action = 'pepper.rotated'";
    assert_eq!(place.number(notes), place.number(VERSIONS) - 1);
}
