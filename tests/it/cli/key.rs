//! Keys at the shell.

use keystead::domain::key_text::is_well_formed;
use serde_json::Value;

use crate::support::MISSING;
use crate::support::process::{Outcome, Place};

fn create(place: &Place, more: &[&str]) -> Outcome {
    let args = ["key", "create", "--tenant", "Acme", "--name", "ERP"];
    place.run(&[&args, more].concat(), "")
}

#[actix_web::test]
async fn the_secret_stands_alone_on_standard_output_and_works_at_once() {
    let place = Place::new().with_acme();
    let server = place.serve();
    for number in 0..5 {
        let outcome = create(&place, &[]);
        let secret = outcome.done().out.strip_suffix('\n').unwrap();
        assert!(is_well_formed(secret), "{}", outcome.out);
        assert!(!outcome.err.contains(secret));
        assert_eq!(
            server.stranger().verify(secret).await,
            "VALID",
            "key {number}"
        );
    }
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'key.created' AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 5);
}

#[actix_web::test]
async fn a_key_made_without_a_server_works_after_the_start() {
    let place = Place::new().with_acme();
    let secret = place.key("ERP");
    assert_eq!(place.serve().stranger().verify(&secret).await, "VALID");
}

#[actix_web::test]
async fn group_environment_and_expiry_are_kept() {
    let place = Place::new().with_acme();
    let more = [
        "--group",
        "Read only",
        "--environment",
        "test",
        "--expires-at",
        "2030-01-31",
    ];
    let by_day = create(&place, &more);
    let by_instant = create(&place, &["--expires-at", "2030-01-31T12:00:00+02:00"]);
    let server = place.serve();
    let me = server
        .system(by_day.done().out.trim())
        .whoami()
        .await
        .json();
    assert_eq!(me["environment"], "test");
    assert_eq!(me["authorization_group"], "Read only");
    assert_eq!(me["expires_at"], "2030-02-01T00:00:00Z");
    let me = server
        .system(by_instant.done().out.trim())
        .whoami()
        .await
        .json();
    assert_eq!(me["expires_at"], "2030-01-31T10:00:00Z");
}

#[actix_web::test]
async fn a_key_is_made_for_a_project_by_its_name_or_id() {
    let place = Place::new().with_acme();
    let admin = place.key("Admin");
    let server = place.serve();
    let system = server.system(&admin);
    let made = async |name: &str| {
        let made = system
            .post("/api/v1/projects", serde_json::json!({ "name": name }))
            .await;
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let (shop, old) = (made("Shop").await, made("Old").await);
    for text in ["Shop", &shop] {
        let outcome = create(&place, &["--project", text]);
        let me = server.system(outcome.done().out.trim()).whoami().await;
        assert_eq!(me.json()["project"], shop, "{text}: {}", me.body);
    }
    let archive = format!("/api/v1/projects/{old}/archive");
    let archived = system.post(&archive, serde_json::json!({})).await;
    assert_eq!(archived.status, 200, "{}", archived.body);
    let refused = create(&place, &["--project", "Old"]);
    assert!(refused.refusal().contains("archived"), "{refused:?}");
    // A project of another tenant is no project.
    let args = [
        "create-admin",
        "--email",
        "bob@globex.test",
        "--tenant",
        "Globex",
    ];
    place
        .run(
            &[&args[..], &["--password-stdin"]].concat(),
            "correct horse battery",
        )
        .done();
    let args = ["key", "create", "--tenant", "Globex", "--name", "ERP"];
    for text in ["Shop", &shop] {
        let refused = place.run(&[&args[..], &["--project", text]].concat(), "");
        assert!(refused.refusal().contains("no project"), "{refused:?}");
    }
}

#[test]
fn what_is_wrong_is_told_in_one_line_and_nothing_is_made() {
    let place = Place::new().with_acme();
    for (more, word) in [
        (&["--group", "Nope"][..], "authorization_group"),
        (&["--project", "Nope"], "There is no project \"Nope\""),
        (&["--environment", "moon"], "environment"),
        (&["--expires-at", "2020-01-01"], "expires_at"),
        (&["--expires-at", "soon"], "expires_at"),
    ] {
        let outcome = create(&place, more);
        assert!(outcome.refusal().contains(word), "{outcome:?}");
    }
    let nobody = place.run(
        &["key", "create", "--tenant", "Nobody", "--name", "ERP"],
        "",
    );
    assert!(nobody.refusal().contains("there is no tenant \"Nobody\""));
    let short = place.run(&["key", "create", "--tenant", "Acme", "--name", "x"], "");
    assert!(short.refusal().contains("name"));
    let count = "SELECT count(*) AS n FROM api_keys";
    assert_eq!(place.number(count), 0);
    for _ in 0..10 {
        place.key("ERP");
    }
    let full = create(&place, &[]);
    assert!(full.refusal().contains("limit of 10 API keys"));
    assert_eq!(place.number(count), 10);
}

#[actix_web::test]
async fn the_brand_is_a_setting_and_older_keys_go_on_working() {
    let place = Place::new().with_acme();
    let old = place.key("Old");
    let new = create(&place, &["--key-brand", "acme"])
        .done()
        .out
        .trim()
        .to_owned();
    assert!(new.starts_with("acme_live_"));
    let server = place.start(place.command(&["serve", "--key-brand", "acme"]));
    for key in [&old, &new] {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
}

#[actix_web::test]
async fn keys_are_listed_and_revoked_at_the_shell() {
    let place = Place::new().with_acme();
    let (erp, shop) = (place.key("ERP"), place.key("Shop"));
    let server = place.serve();
    let list = place.run(&["key", "list", "--tenant", "Acme", "--json"], "");
    let keys: Value = serde_json::from_str(&list.done().out).unwrap();
    let names: Vec<&str> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ERP", "Shop"]);
    assert!(!list.out.contains(&erp[8..]));
    let id = keys[0]["id"].as_str().unwrap();
    let revoked = place.run(
        &[
            "key", "revoke", id, "--tenant", "Acme", "--reason", "Leaked",
        ],
        "",
    );
    revoked.done();
    // When the command has ended, the running server refuses the key.
    assert_eq!(server.stranger().verify(&erp).await, "REVOKED");
    assert_eq!(server.stranger().verify(&shop).await, "VALID");
    let lines = place.run(&["key", "list", "--tenant", "Acme"], "");
    let first = lines.done().out.lines().next().unwrap();
    let parts: Vec<&str> = first.split('\t').collect();
    assert_eq!((parts[0], parts[1], parts[5]), (id, "revoked", "ERP"));
    let reasons = "SELECT count(*) AS n FROM api_keys WHERE revocation_reason = 'Leaked'";
    assert_eq!(place.number(reasons), 1);
    for (args, told) in [
        (
            ["key", "revoke", MISSING, "--tenant", "Acme"],
            "tenant \"Acme\" has no key",
        ),
        (
            ["key", "revoke", id, "--tenant", "Globex"],
            "there is no tenant \"Globex\"",
        ),
    ] {
        assert!(place.run(&args, "").refusal().contains(told));
    }
}
