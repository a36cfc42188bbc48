//! What is decided on, and what becomes of it.

use std::fs;

use super::{Acme, sorted, told};
use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::system::KEYS;

#[actix_web::test]
async fn a_running_server_answers_nothing_until_what_was_stopped_is_stopped_again() {
    let acme = Acme::with(["Stays", "Revoked", "Disabled", "Changed"]).await;
    let backup = acme.copy().await;
    acme.revoke(1).await;
    acme.disable(2).await;
    let path = format!("{KEYS}/{}", acme.id(3));
    let narrow = serde_json::json!({ "ip_allowlist": ["192.0.2.1"] });
    let narrowed = acme.server.system(&acme.admin).patch(&path, narrow).await;
    assert_eq!(narrowed.status, 200, "{}", narrowed.body);
    let renamed = serde_json::json!({ "name": "Stays here" });
    let path = format!("{KEYS}/{}", acme.id(0));
    let renamed = acme.server.system(&acme.admin).patch(&path, renamed).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);

    backup.put_in_place();
    acme.until_undecided().await;
    for key in 0..4 {
        assert_eq!(acme.told(key).await, 503, "{key}");
    }
    let wanted = sorted([
        (acme.id(1), "revoked"),
        (acme.id(2), "disabled"),
        (acme.id(3), "changed"),
    ]);
    assert_eq!(acme.listed(), wanted);
    // Looking decides nothing.
    assert_eq!(acme.listed(), wanted);
    assert_eq!(acme.told(1).await, 503);
    let log = acme.server.log();
    let said = "works again in it: 3 keys";
    assert_eq!(log.matches(said).count(), 1, "{log}");

    let outcome = acme.place.run(&["restore", "--stop-again"], "");
    let said = &outcome.done().out;
    assert!(said.contains("Stopped again: 3 keys."), "{said}");
    acme.until_ready().await;
    let all = [acme.told(0).await, acme.told(1).await];
    assert_eq!(all, [200, 401]);
    assert_eq!([acme.told(2).await, acme.told(3).await], [401, 401]);
    assert_eq!(acme.listed(), []);
    let rows = |words: &str| {
        let query = format!("SELECT count(*) AS n FROM audit_events WHERE {words}");
        acme.place.number(&query)
    };
    let (id, of_acme) = (acme.id(1), "tenant_id IS NOT NULL");
    let revoked = format!(
        "action = 'key.revoked' AND object_id = '{id}' AND actor_kind = 'operator' AND detail LIKE '%put back%'"
    );
    assert_eq!(rows(&revoked), 1);
    assert_eq!(
        rows("action = 'key.disabled' AND actor_kind = 'operator'"),
        2
    );
    let restored = "action = 'database.restored' AND detail LIKE '%\"keys\":3%'";
    assert_eq!(rows(&format!("{restored} AND {of_acme}")), 1);
    assert_eq!(rows(&format!("{restored} AND tenant_id IS NULL")), 1);
    acme.place.run(&["audit", "verify"], "").done();
}

#[actix_web::test]
async fn a_start_is_refused_until_somebody_accepts_what_the_copy_brings_back() {
    let mut acme = Acme::with(["Stays", "Revoked"]).await;
    let backup = acme.copy().await;
    acme.revoke(1).await;
    // More that is lost, and means nothing.
    for verb in ["disable", "enable"] {
        acme.switch(0, verb).await;
    }
    acme.crash_and_put_back(backup);
    for _ in 0..2 {
        let line = acme.start_is_refused();
        assert!(line.contains("works again in it: 1 key;"), "{line}");
        assert!(line.contains("run `keystead restore`"), "{line}");
    }
    assert_eq!(acme.listed(), sorted([(acme.id(1), "revoked")]));
    let outcome = acme.place.run(&["restore", "--accept"], "");
    let said = &outcome.done().out;
    assert!(said.contains("Left as it is: 1 key."), "{said}");
    let again = acme.place.run(&["restore", "--stop-again"], "");
    let said = &again.done().out;
    assert!(said.contains("was decided on before"), "{said}");
    acme.start_again();
    assert_eq!([acme.told(0).await, acme.told(1).await], [200, 200]);
    let decided = "SELECT count(*) AS n FROM restores WHERE number = 1 AND decision = 'accepted' AND key_count = 1";
    assert_eq!(acme.place.number(decided), 1);
    // What is stopped from now on is lost with the next copy, whatever was decided on the one before: the numbers of changes
    // that the decision was about come again.
    let backup = acme.copy().await;
    acme.revoke(1).await;
    acme.crash_and_put_back(backup);
    let line = acme.start_is_refused();
    assert!(line.contains("works again in it: 1 key;"), "{line}");
    acme.place.run(&["restore", "--stop-again"], "").done();
    acme.start_again();
    assert_eq!([acme.told(0).await, acme.told(1).await], [200, 401]);
}

#[actix_web::test]
async fn groups_tenants_and_verifiers_come_back_no_more_than_keys() {
    let mut acme = Acme::with([]).await;
    let narrow = |scopes: [&str; 2]| serde_json::json!({ "name": "Clerks", "scopes": scopes });
    let groups = "/api/v1/auth/authorization-groups";
    let admin = acme.server.system(&acme.admin);
    let made = admin
        .post(groups, narrow(["orders:read", "orders:write"]))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let group = made.json()["id"].as_str().unwrap().to_owned();
    let clerk = acme
        .server
        .issue(&acme.admin, "Clerk", "Clerks", &[])
        .await
        .1;
    let token = acme.place.verifier("Old gateway");
    let run = |args: &[&str]| acme.place.run(args, "").done().out.clone();
    run(&[
        "tenant",
        "create",
        "Globex",
        "--admin",
        "bob@globex.example",
    ]);
    let globex = run(&["key", "create", "--tenant", "Globex", "--name", "Plant"]);
    let globex = globex.trim_end().to_owned();
    let backup = acme.copy().await;
    let path = format!("{groups}/{group}");
    let fewer = serde_json::json!({ "scopes": ["orders:read", "bills:read"] });
    let admin = acme.server.system(&acme.admin);
    let changed = admin.patch(&path, fewer).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let run = |args: &[&str]| acme.place.run(args, "").done().out.clone();
    let reason = ["--reason", "Did not pay"];
    run(&[&["tenant", "suspend", "--tenant", "Globex"][..], &reason].concat());
    run(&["verifier", "revoke", "Old gateway"]);

    acme.crash_and_put_back(backup);
    let line = acme.start_is_refused();
    let wanted = "1 authorization group, 1 tenant, 1 verifier";
    assert!(line.contains(wanted), "{line}");
    let out = acme.place.run(&["restore"], "").done().out.clone();
    for word in [
        "Clerks\t",
        "narrowed, to orders:read\t",
        "Globex\t",
        "suspended\t",
        "Old gateway\t",
    ] {
        assert!(out.contains(word), "{word}: {out}");
    }
    acme.place.run(&["restore", "--stop-again"], "").done();
    acme.start_again();
    let may = async |server: &Server, scope: &str| {
        let path = format!("/forward-auth?scope={scope}");
        server.system(&clerk).get(&path).await.status
    };
    assert_eq!(may(&acme.server, "orders:read").await, 200);
    assert_eq!(may(&acme.server, "orders:write").await, 403);
    assert_eq!(may(&acme.server, "bills:read").await, 403);
    assert_ne!(told(&acme.server, &globex).await, 200);
    let question = serde_json::json!({ "key": clerk });
    let asked = acme.server.system(&token);
    assert_eq!(asked.post("/api/v1/verify", question).await.status, 401);
}

#[actix_web::test]
async fn each_of_many_keys_is_listed() {
    let mut acme = Acme::with([]).await;
    direct::sql(&acme.place.db(), "UPDATE tenants SET key_limit = 1000");
    for number in 0..103 {
        let name = format!("Plant {number}");
        let made = acme.server.issue(&acme.admin, &name, "Full access", &[]);
        acme.keys.push(made.await);
    }
    let backup = acme.copy().await;
    for key in 0..103 {
        acme.revoke(key).await;
    }
    backup.put_in_place();
    acme.until_undecided().await;
    let mut wanted: Vec<_> = acme.keys.iter().map(|(id, _)| id.clone()).collect();
    wanted.sort();
    let listed: Vec<_> = acme.listed().into_iter().map(|(id, _)| id).collect();
    assert_eq!(listed, wanted);
    acme.place.run(&["restore", "--stop-again"], "").done();
    acme.until_ready().await;
    for key in 0..103 {
        assert_eq!(acme.told(key).await, 401);
    }
}

#[test]
fn what_can_t_be_done_is_told() {
    let place = Place::new().with_acme();
    let line = place.run(&["restore"], "").refusal().to_owned();
    assert!(
        line.contains("no record") && line.contains("--record"),
        "{line}"
    );
    let missing = place.run(&["restore", "--record", "nowhere"], "");
    assert!(missing.refusal().contains("no file nowhere"));
    fs::write(place.dir.join("letter"), "Dear operator,\n").unwrap();
    let letter = place.run(&["restore", "--record", "letter"], "");
    assert!(letter.refusal().contains("is no record"));
    let both = place.run(&["restore", "--accept", "--stop-again"], "");
    assert_eq!(both.code, 2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
    assert_eq!(place.number("SELECT count(*) AS n FROM restores"), 0);
}

#[actix_web::test]
async fn a_kept_head_tells_which_logs_lack_rows() {
    let mut acme = Acme::with(["Revoked"]).await;
    let backup = acme.copy().await;
    acme.revoke(0).await;
    acme.server.crash();
    let head = acme.place.run(&["audit", "head"], "").done().out.clone();
    acme.crash_and_put_back(backup);
    let outcome = acme.place.run(&["restore", "--head", "-"], &head);
    let said = &outcome.done().out;
    let missing = "Rows missing in the log of Acme";
    assert!(
        said.contains(missing) && said.contains(": at least 1\n"),
        "{said}"
    );
    // Also where nobody knows what was stopped.
    fs::remove_file(acme.place.data("stops.jsonl")).unwrap();
    let outcome = acme.place.run(&["restore", "--head", &head], "");
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.out.contains(missing), "{outcome:?}");
    assert!(outcome.err.contains("--record"), "{outcome:?}");
}
