//! The answer to a change tells the revision that it made.

use reqwest::Method;
use serde_json::{Value, json};

use super::groups::GROUPS;
use super::integrations::{INTEGRATIONS, of_project};
use super::projects::PROJECTS;
use crate::support::browser_like::Answer;
use crate::support::system::{KEYS, System};
use crate::support::*;

const HEADER: &str = "keystead-revision";

/// Fails unless the header tells the newest revision, and the object in the answer the same.
#[track_caller]
fn tells(app: &App, answer: &Answer) {
    assert!(answer.status < 300, "{}", answer.body);
    let newest = app.revision();
    assert_eq!(answer.header(HEADER), newest.to_string(), "{}", answer.body);
    if answer.status != 204 {
        assert_eq!(answer.json()["revision"], newest, "{}", answer.body);
    }
}

async fn made(app: &App, system: &System, path: &str, body: Value) -> String {
    let answer = system.post(path, body).await;
    tells(app, &answer);
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn every_change_over_the_api_tells_its_revision_in_a_header_and_beside_what_it_shows() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let key = made(&app, &system, KEYS, json!({ "name": "ERP" })).await;
    let key = format!("{KEYS}/{key}");
    let renamed = system.patch(&key, json!({ "name": "SAP" })).await;
    tells(&app, &renamed);
    let (grace, nothing) = (json!({ "grace_seconds": 60 }), json!({}));
    for (verb, body) in [
        ("disable", &nothing),
        ("enable", &nothing),
        ("rotate", &grace),
        ("rotation/extension", &grace),
        ("rotation/end", &nothing),
    ] {
        let before = app.revision();
        let answer = system.post(&format!("{key}/{verb}"), body.clone()).await;
        tells(&app, &answer);
        assert!(app.revision() > before, "{verb}");
    }
    let revoked = system.delete(&key).await;
    tells(&app, &revoked);
    assert_eq!(revoked.body, "");

    let orders = json!({ "name": "Orders", "scopes": ["orders:read"] });
    let group = made(&app, &system, GROUPS, orders).await;
    let group = format!("{GROUPS}/{group}");
    let wider = json!({ "scopes": ["orders:read", "orders:write"] });
    tells(&app, &system.patch(&group, wider).await);
    tells(&app, &system.delete(&group).await);

    let project = made(&app, &system, PROJECTS, json!({ "name": "Shop" })).await;
    let place = format!("{PROJECTS}/{project}");
    tells(&app, &system.patch(&place, json!({ "name": "App" })).await);
    for (at, level) in [
        format!("{INTEGRATIONS}/openai"),
        of_project(&project, "openai"),
    ]
    .iter()
    .zip([json!({ "enabled": true }), json!({ "inherits": false })])
    {
        let secret = json!({ "fields": { "api_key": format!("sk-{:060}", 0) } });
        let saved = made(&app, &system, &format!("{at}/credentials"), secret).await;
        tells(&app, &system.patch(at, level).await);
        let removed = system.delete(&format!("{at}/credentials/{saved}")).await;
        tells(&app, &removed);
    }
    for verb in ["archive", "restore"] {
        let answer = system.post(&format!("{place}/{verb}"), json!({})).await;
        tells(&app, &answer);
    }
}

#[actix_web::test]
async fn a_change_that_was_made_before_tells_the_revision_that_it_rests_on() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let other = app.issue("Acme", "Other");
    tells(&app, &system.delete(&other.resource()).await);
    app.issue("Acme", "Another");
    let newest = app.revision();
    tells(&app, &system.delete(&other.resource()).await);
    let once = |name: &str| {
        let request = system.request(Method::POST, KEYS);
        request
            .header("idempotency-key", "once")
            .json(&json!({ "name": name }))
    };
    assert_eq!(app.revision(), newest);
    for status in [201, 200] {
        let answer = Answer::of(once("ERP")).await;
        assert_eq!(answer.status, status);
        tells(&app, &answer);
    }
}

#[actix_web::test]
async fn what_changes_nothing_tells_none() {
    let app = App::start().await;
    let (admin, other) = (app.issue("Acme", "Admin"), app.issue("Acme", "Other"));
    let system = app.system(&admin.secret);
    let read = system.get(&other.resource()).await;
    assert!(!read.body.contains("revision"), "{}", read.body);
    let question = json!({ "key": other.secret });
    for answer in [
        read,
        system.get(KEYS).await,
        system.create("x").await,
        system.delete(&format!("{KEYS}/{MISSING}")).await,
        app.stranger().create("ERP").await,
        app.asker().post("/api/v1/verify", question.clone()).await,
        app.asker()
            .post("/api/v1/verify/batch", json!({ "keys": [question] }))
            .await,
    ] {
        assert_eq!(answer.header(HEADER), "", "{}", answer.body);
    }
}

#[actix_web::test]
async fn pages_and_oauth_tell_it_in_the_header() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (first, second) = (app.issue("Acme", "First"), app.issue("Acme", "Second"));
    let list = "/tenant-api-keys";
    let off = alice.submit(list, &first.page("suspension"), &[]).await;
    off.leads_to(list);
    assert_eq!(off.header(HEADER), app.revision().to_string());
    let request = app.stranger().request(Method::POST, "/oauth2/revoke");
    let killed = Answer::of(request.form(&[("token", &second.secret)])).await;
    assert_eq!((killed.status, &*killed.body), (200, ""));
    assert_eq!(killed.header(HEADER), app.revision().to_string());
    let page = alice.get(list).await;
    assert_eq!(page.header(HEADER), "");
}

#[actix_web::test]
async fn the_document_says_where_it_stands() {
    let app = App::start().await;
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    for kind in [
        "Key",
        "AuthorizationGroup",
        "Project",
        "Integration",
        "ProjectIntegration",
        "Credential",
    ] {
        let member = &document["components"]["schemas"][kind]["properties"]["revision"];
        assert_eq!(member["type"], "integer", "{kind}");
    }
    let mut told = 0;
    for methods in document["paths"].as_object().unwrap().values() {
        for (method, operation) in methods.as_object().unwrap() {
            let by_verifiers = operation["security"][0].get("verifier").is_some();
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let is_told = answer["headers"].get("Keystead-Revision").is_some();
                let is_change = method != "get" && !by_verifiers && status.starts_with('2');
                assert_eq!(is_told, is_change, "{operation} {status}");
                told += usize::from(is_told);
            }
        }
    }
    assert!(told > 20, "{told}");
}
