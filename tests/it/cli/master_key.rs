//! `keystead master-key`: another master key without another secret.

use std::cell::{Cell, RefCell};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use keystead::db::Db;
use keystead::domain::id::TenantId;
use keystead::domain::rollout::Switch;
use serde_json::json;

use crate::support::browser_like::{Person, secret_in};
use crate::support::process::{Outcome, Place, Server};
use crate::support::{ALICE, PASSWORD, credentials, direct};

const VERSIONS: &str = "SELECT count(*) AS n FROM secret_checks WHERE name LIKE 'master key%'";
const KEYS: &str = "/tenant-api-keys";

fn master_key(place: &Place, args: &[&str]) -> Outcome {
    place.run(&[&["master-key"], args].concat(), "")
}

fn file(place: &Place) -> String {
    std::fs::read_to_string(place.data("master-key")).unwrap()
}

fn opened(place: &Place, db: &Db) -> Vec<String> {
    let keys = credentials::master_keys(db, &place.data("master-key"));
    credentials::open_all(db, &keys)
}

/// Acme with two credentials.
fn with_credentials() -> Place {
    let place = Place::new().with_acme();
    let db = place.db();
    let acme: TenantId = direct::text(&db, "SELECT id FROM tenants").parse().unwrap();
    let keys = credentials::master_keys(&db, &place.data("master-key"));
    credentials::add(&db, &keys, (acme, None), &SECRETS.map(str::to_owned));
    place
}

const SECRETS: [&str; 2] = ["sk-one", "sk-two"];

async fn alice(server: &Server) -> Person {
    let mut alice = server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    let answer = alice.submit("/login", "/login", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    alice
}

/// The path at which a new recoverable key is shown again, and its secret.
async fn recoverable(alice: &mut Person, name: &str) -> (String, String) {
    let fields = [
        ("name", name),
        ("environment", "live"),
        ("group", "Full access"),
        ("recoverable", "on"),
    ];
    let made = alice.submit(&format!("{KEYS}/new"), KEYS, &fields).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = &made.body.split("highlight=").nth(1).unwrap()[..36];
    (
        format!("{KEYS}/{id}/disclosure"),
        secret_in(&made.body).unwrap(),
    )
}

async fn is_shown(alice: &mut Person, (page, secret): &(String, String)) {
    let shown = alice.submit(page, page, &[("password", PASSWORD)]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(secret_in(&shown.body).as_ref(), Some(secret));
}

#[actix_web::test]
async fn a_rotation_moves_everything_beside_a_running_server() {
    let place = with_credentials();
    let first = file(&place);
    let mut server = place.serve();
    let mut person = alice(&server).await;
    let on = [("recoverable_keys", "on")];
    person.submit("/settings", "/settings", &on).await;
    let old = recoverable(&mut person, "Old").await;
    let outcome = master_key(&place, &["rotate"]);
    let said = &outcome.done().out;
    assert!(
        said.contains("Master key 2 is in use; 3 secrets were moved to it."),
        "{said}"
    );

    // The file: the old version under its number, the new one beside it, for its owner alone.
    let both = file(&place);
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!(lines[0], format!("1 {}", first.trim()));
    assert!(lines[1].starts_with("2 ") && lines[1].len() == 66, "line 2");
    assert_eq!(lines.len(), 2);
    let facts = std::fs::metadata(place.data("master-key")).unwrap();
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    for line in &lines {
        let digits = line.split(' ').nth(1).unwrap();
        assert!(!outcome.out.contains(digits) && !server.log().contains(digits));
    }

    // The running server took it up: what was moved opens, and what comes is encrypted under it.
    is_shown(&mut person, &old).await;
    let new = recoverable(&mut person, "New").await;
    let under = |version: i32| {
        let query = format!(
            "SELECT (SELECT count(*) FROM sealed_secrets WHERE master_key_version = {version}) + \
             (SELECT count(*) FROM integration_credentials WHERE master_key_version = {version}) AS n"
        );
        place.number(&query)
    };
    assert_eq!((under(1), under(2)), (0, 4));
    assert_eq!(opened(&place, &place.db()), SECRETS);
    let list = master_key(&place, &["list"]);
    let lines: Vec<&str> = list.done().out.lines().collect();
    assert_eq!(
        lines,
        [
            "master key 2: 2 integration credentials, 2 recoverable keys and 0 second factors; the newest",
            "master key 1: 0 integration credentials, 0 recoverable keys and 0 second factors; can be retired",
        ]
    );
    master_key(&place, &["retire", "1"]).done();
    assert_eq!(file(&place), both.lines().nth(1).unwrap().to_owned() + "\n");
    for key in [&old, &new] {
        is_shown(&mut person, key).await;
    }
    // Cookies are of the newest master key from the next start on: everybody signs in again.
    assert_eq!(server.stop(), 0);
    drop(server);
    let server = place.serve();
    let mut person = alice(&server).await;
    for key in [&old, &new] {
        is_shown(&mut person, key).await;
    }
    for (action, version) in [("rotated", 2), ("retired", 1)] {
        let recorded = format!(
            "SELECT count(*) AS n FROM audit_events WHERE action = 'master_key.{action}' \
             AND object_name = 'Master key {version}' AND tenant_id IS NULL AND actor_kind = 'operator'"
        );
        assert_eq!(place.number(&recorded), 1, "{action}");
    }
}

/// Runs a command while this thread goes on asking.
async fn beside(place: &Place, args: &[&str]) {
    let mut command = place.command(&[&["master-key"], args].concat());
    let child = RefCell::new(command.stdout(Stdio::null()).spawn().unwrap());
    let ended = async || child.borrow_mut().try_wait().unwrap().is_some();
    direct::until("the command is done", ended).await;
    assert!(child.borrow_mut().wait().unwrap().success(), "{args:?}");
}

#[actix_web::test]
async fn a_credential_is_given_out_at_every_moment_of_a_rotation_and_a_retirement() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let db = place.db();
    let acme: TenantId = direct::text(&db, "SELECT id FROM tenants").parse().unwrap();
    direct::switch_integrations(&db, acme, Switch::On);
    let server = Rc::new(place.serve());
    let system = server.system(&key);
    let made = system
        .post("/api/v1/projects", json!({ "name": "Shop" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let shop = made.json()["id"].as_str().unwrap().to_owned();
    let secret = "sk-of-the-organisation-000000000000000001";
    let body = json!({ "fields": { "api_key": secret } });
    let saved = system
        .post("/api/v1/integrations/openai/credentials", body)
        .await;
    assert_eq!(saved.status, 201, "{}", saved.body);
    let stop = Rc::new(Cell::new(false));
    let path = format!("/api/v1/projects/{shop}/integrations/openai/credential");
    let (asking, told) = (Rc::clone(&server), Rc::clone(&stop));
    let asker = actix_web::rt::spawn(async move {
        let system = asking.system(&key);
        let mut asked = 0;
        while !told.get() {
            let answer = system.get(&path).await;
            assert_eq!(answer.status, 200, "after {asked}: {}", answer.body);
            assert_eq!(answer.json()["fields"]["api_key"], secret);
            asked += 1;
        }
        asked
    });
    for version in 1..4 {
        beside(&place, &["rotate"]).await;
        beside(&place, &["retire", &version.to_string()]).await;
    }
    stop.set(true);
    assert!(asker.await.unwrap() > 0);
    assert_eq!(file(&place).lines().count(), 1);
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let place = with_credentials();
    let before = file(&place);
    for (version, words) in [
        ("1", "master key 1 is the newest"),
        ("2", "there is no master key 2"),
        ("0", "there is no master key 0"),
    ] {
        let outcome = master_key(&place, &["retire", version]);
        assert!(outcome.refusal().contains(words), "{outcome:?}");
    }
    assert_eq!((file(&place), place.number(VERSIONS)), (before, 1));
    master_key(&place, &["rotate", "--prepare"]).done();
    let prepared = file(&place);
    master_key(&place, &["rotate", "--prepare"]).done();
    let outcome = master_key(&place, &["retire", "2"]);
    assert!(outcome.refusal().contains("master key 2 is only prepared"));
    let list = master_key(&place, &["list"]);
    assert!(
        list.done()
            .out
            .starts_with("master key 2: prepared, not in use yet\n"),
        "{}",
        list.out
    );
    assert_eq!(
        (file(&place), place.number(VERSIONS)),
        (prepared.clone(), 1)
    );
    // Rotate takes up the one that was prepared.
    master_key(&place, &["rotate"]).done();
    assert_eq!((file(&place), place.number(VERSIONS)), (prepared, 2));
    assert_eq!(opened(&place, &place.db()), SECRETS);
}

#[test]
fn one_that_something_needs_is_not_retired_and_damage_is_told() {
    let place = with_credentials();
    let db = place.db();
    direct::sql(
        &db,
        "UPDATE integration_credentials SET version = 7, key_nonce = nonce WHERE name = 'sk-one'",
    );
    let outcome = master_key(&place, &["rotate"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome.err.contains("the integration credential")
            && outcome.err.contains("not moved, as damaged: 1;"),
        "{outcome:?}"
    );
    let before = file(&place);
    let outcome = master_key(&place, &["retire", "1"]);
    let line = outcome.refusal();
    assert!(
        line.contains("1 integration credential, 0 recoverable keys and 0 second factors still need master key 1"),
        "{line}"
    );
    assert_eq!((file(&place), place.number(VERSIONS)), (before, 2));
    // It does not keep the others from yet another one.
    assert_eq!(master_key(&place, &["rotate"]).code, 2);
    let under = "SELECT count(*) AS n FROM integration_credentials WHERE master_key_version = 3";
    assert_eq!(place.number(under), 1);
    direct::sql(
        &db,
        "DELETE FROM integration_credentials WHERE name = 'sk-one'",
    );
    for version in ["1", "2"] {
        master_key(&place, &["retire", version]).done();
    }
    assert_eq!(opened(&place, &db), SECRETS[1..]);
}

#[test]
fn a_damaged_or_wrong_or_incomplete_file_of_several_versions_is_refused() {
    let place = with_credentials();
    master_key(&place, &["rotate"]).done();
    let right = file(&place);
    let (one, two) = right.trim().split_once('\n').unwrap();
    let digits = &two[2..];
    for (wrong, words) in [
        (one.to_owned(), "lacks version 2"),
        (two.to_owned(), "lacks version 1"),
        (digits.to_owned(), "lacks version 2"),
        (format!("1 {digits}\n{two}"), "master key 1 in"),
        (format!("{one}\n2 {}", "5a".repeat(32)), "master key 2 in"),
        (format!("{one}\n{one}"), "damaged in line 2"),
        (format!("{one}\n\n{digits}"), "damaged in line 3"),
        (format!("0 {digits}\n{one}"), "damaged in line 1"),
        (format!("{one}\n2 {}", &digits[1..]), "damaged in line 2"),
        (String::new(), "damaged in line 1"),
    ] {
        std::fs::write(place.data("master-key"), &wrong).unwrap();
        for args in [&["serve"][..], &["master-key", "rotate"]] {
            let outcome = place.run(args, "");
            let line = outcome.refusal();
            assert!(line.contains(words) && line.contains("master"), "{line}");
            assert!(!line.contains(&digits[..8]), "{line}");
        }
    }
    std::fs::write(place.data("master-key"), two).unwrap();
    let list = master_key(&place, &["list"]);
    assert!(
        list.done().out.contains("MISSING from the master key file"),
        "{}",
        list.out
    );
    std::fs::remove_file(place.data("master-key")).unwrap();
    let outcome = place.run(&["serve"], "");
    assert!(outcome.refusal().contains("is missing"), "{outcome:?}");
    assert!(!place.data("master-key").exists());
}

/// As on a second server, to which the new file was not copied.
#[actix_web::test]
async fn a_server_without_the_new_master_key_says_so_until_the_file_is_there() {
    let place = with_credentials();
    let server = place.serve();
    let mut person = alice(&server).await;
    let on = [("recoverable_keys", "on")];
    person.submit("/settings", "/settings", &on).await;
    let key = recoverable(&mut person, "ERP").await;
    let elsewhere = place.dir.join("master-key-of-another-server");
    std::fs::copy(place.data("master-key"), &elsewhere).unwrap();
    let mut command = place.command(&["master-key", "rotate"]);
    command.env("KEYSTEAD_MASTER_KEY_FILE", &elsewhere);
    place.finish(command, "").done();

    let ready = server.stranger().get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("a master key is missing here"));
    let (page, secret) = &key;
    let refused = person.submit(page, page, &[("password", PASSWORD)]).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    refused.hides(secret);
    let damage = "SELECT count(*) AS n FROM audit_events WHERE action = 'key.secret_damaged'";
    assert_eq!(place.number(damage), 0);
    assert!(server.log().contains("copy the master key file"));

    std::fs::copy(&elsewhere, place.data("master-key")).unwrap();
    direct::until("the file is found", async || {
        server.stranger().get("/readyz").await.status == 200
    })
    .await;
    is_shown(&mut person, &key).await;
}

#[test]
fn a_rotation_may_be_killed_at_any_moment() {
    let place = with_credentials();
    let db = place.db();
    for round in 0..20 {
        let mut command = place.command(&["master-key", "rotate"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Another moment each time, from before the file is written to after everything was moved.
        std::thread::sleep(Duration::from_millis(round * 8));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(opened(&place, &db), SECRETS, "round {round}");
        let list = master_key(&place, &["list"]);
        assert!(!list.done().out.contains("MISSING"), "{round}: {list:?}");
    }
    master_key(&place, &["rotate"]).done();
    let newest = place.number(VERSIONS);
    let left = format!(
        "SELECT count(*) AS n FROM integration_credentials WHERE master_key_version <> {newest}"
    );
    assert_eq!(place.number(&left), 0);
    assert_eq!(opened(&place, &db), SECRETS);
    let notes = "SELECT count(*) AS n FROM audit_events WHERE action = 'master_key.rotated'";
    assert_eq!(place.number(notes), newest - 1);
}
