//! Keys that belong to a project.

use reqwest::Method;
use serde_json::{Value, json};

use super::groups::GROUPS;
use super::key_updates::{changes, patch};
use super::projects::PROJECTS;
use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::system::{KEYS, System};
use crate::support::*;

/// A key of a project, made over the API.
async fn issue(system: &System, name: &str, project: &str) -> Issued {
    let made = system
        .post(KEYS, json!({ "name": name, "project": project }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["project"], project);
    Issued {
        id: made["id"].as_str().unwrap().to_owned(),
        secret: made["key"].as_str().unwrap().to_owned(),
    }
}

/// What a verifier is told of a key.
async fn verdict(app: &App, key: &Issued) -> Value {
    let question = json!({ "key": key.secret });
    app.asker().post("/api/v1/verify", question).await.json()
}

async fn act(system: &System, method: Method, path: &str, body: Value) -> Answer {
    Answer::of(system.request(method, path).json(&body)).await
}

#[actix_web::test]
async fn verifiers_are_told_the_project_of_a_key_and_each_change_of_it_at_once() {
    let app = App::start().await;
    let (shop, depot) = (
        app.add_project("Acme", "Shop"),
        app.add_project("Acme", "Depot"),
    );
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let key = issue(&system, "ERP", &shop).await;
    let other = issue(&system, "CRM", &depot).await;
    assert_eq!(verdict(&app, &key).await["project_id"], shop);
    assert_eq!(verdict(&app, &other).await["project_id"], depot);
    let introspected = app.asker().request(Method::POST, "/oauth2/introspect");
    let introspected = Answer::of(introspected.form(&[("token", &key.secret)])).await;
    assert_eq!(introspected.json()["project_id"], shop);
    assert!(verdict(&app, &admin).await.get("project_id").is_none());
    assert_eq!(system.whoami().await.json()["project"], Value::Null);

    let moved = patch(&system, &key, json!({ "project": depot })).await;
    assert_eq!(moved.json()["project"], depot, "{}", moved.body);
    assert_eq!(verdict(&app, &key).await["project_id"], depot);
    patch(&system, &key, json!({ "name": "ERP 2" })).await;
    assert_eq!(verdict(&app, &key).await["project_id"], depot);
    let freed = patch(&system, &key, json!({ "project": null })).await;
    assert_eq!(freed.json()["project"], Value::Null);
    assert!(verdict(&app, &key).await.get("project_id").is_none());
    patch(&system, &key, json!({ "project": null })).await;
    assert_eq!(
        changes(&app, &key),
        [
            json!({ "before": { "project": "Shop" }, "after": { "project": "Depot" } }),
            json!({ "before": { "name": "ERP" }, "after": { "name": "ERP 2" } }),
            json!({ "before": { "project": "Depot" }, "after": { "project": null } }),
        ]
    );
    let created: Value = serde_json::from_str(&app.events(&key.id)[0].detail).unwrap();
    assert_eq!(created["project"], "Shop");
}

#[actix_web::test]
async fn a_changed_group_is_true_for_its_keys_in_every_project() {
    let app = App::start().await;
    let (shop, depot) = (
        app.add_project("Acme", "Shop"),
        app.add_project("Acme", "Depot"),
    );
    app.add_group("Acme", "Clerks", "orders:read");
    let group = format!("{GROUPS}/{}", app.group("Acme", "Clerks"));
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let mut keys = vec![app.issue_with("Acme", "ERP", Some("Clerks"), &[], None)];
    for (name, project) in [("CRM", &shop), ("WMS", &depot), ("POS", &shop)] {
        let key = issue(&system, name, project).await;
        patch(&system, &key, json!({ "authorization_group": "Clerks" })).await;
        keys.push(key);
    }
    let body = json!({ "name": "Staff", "scopes": ["orders:write"] });
    let changed = act(&system, Method::PATCH, &group, body).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for key in &keys {
        let told = verdict(&app, key).await;
        assert_eq!(told["authorization_group"], "Staff");
        assert_eq!(told["scopes"], json!(["orders:write"]));
    }
    let projects: Vec<Value> = projects_of(&app, &keys).await;
    assert_eq!(
        projects,
        [Value::Null, json!(shop), json!(depot), json!(shop)]
    );
}

/// The projects that verifiers are told.
async fn projects_of(app: &App, keys: &[Issued]) -> Vec<Value> {
    let mut told = Vec::new();
    for key in keys {
        told.push(verdict(app, key).await["project_id"].clone());
    }
    told
}

#[actix_web::test]
async fn only_an_active_project_of_the_tenant_can_be_given() {
    let app = App::start().await;
    let theirs = app.add_project("Globex", "Theirs");
    let old = app.add_project("Acme", "Old");
    app.sql("UPDATE projects SET archived_at = '2026-11-20 11:30:00' WHERE name = 'Old'");
    let shop = app.add_project("Acme", "Shop");
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let key = issue(&system, "ERP", &shop).await;
    let before = app.audit_rows();
    for (project, words) in [
        (theirs.as_str(), "one of this tenant's projects"),
        (MISSING, "one of this tenant's projects"),
        ("Shop", "one of this tenant's projects"),
        ("", "one of this tenant's projects"),
        (&old, "This project is archived."),
    ] {
        let body = json!({ "name": "CRM", "project": project });
        for answer in [
            system.post(KEYS, body).await,
            patch(&system, &key, json!({ "project": project })).await,
        ] {
            let problem = answer.problem(422);
            assert_eq!(problem["errors"][0]["field"], "project", "{project}");
            let message = problem["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(words), "{project}: {message}");
        }
    }
    assert_eq!(app.audit_rows(), before);

    // A key works on when its project is archived, and may be changed and stay there.
    let archive = format!("{PROJECTS}/{shop}/archive");
    assert_eq!(
        act(&system, Method::POST, &archive, json!({})).await.status,
        200
    );
    assert_eq!(verdict(&app, &key).await["code"], "VALID");
    let body = json!({ "name": "ERP 2", "project": shop });
    let kept = patch(&system, &key, body).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    assert_eq!(kept.json()["project"], shop);
}

#[actix_web::test]
async fn a_key_of_a_project_changes_nothing_outside_of_it() {
    let app = App::start().await;
    app.set_limit("Acme", 20);
    let (shop, depot) = (
        app.add_project("Acme", "Shop"),
        app.add_project("Acme", "Depot"),
    );
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let bound = issue(&system, "Of the shop", &shop).await;
    let outside = issue(&system, "Of the depot", &depot).await;
    let bound = app.system(&bound.secret);
    let before = app.audit_rows();
    for key in [&admin, &outside] {
        for (method, rest, body) in [
            (Method::PATCH, "", json!({ "name": "Mine" })),
            (Method::PATCH, "", json!({ "project": shop })),
            (Method::POST, "/rotate", json!({})),
            (Method::POST, "/disable", json!({})),
            (Method::DELETE, "", json!({})),
        ] {
            let path = format!("{}{rest}", key.resource());
            let refused = act(&bound, method.clone(), &path, body).await.problem(403);
            let why = refused["detail"].as_str().unwrap();
            assert!(why.ends_with("outside of its own project."), "{why}");
        }
    }
    let own = bound.whoami().await.json();
    let own = format!("{KEYS}/{}", own["id"].as_str().unwrap());
    for (method, path, body) in [
        (
            Method::POST,
            KEYS.to_owned(),
            json!({ "name": "CRM", "project": depot }),
        ),
        (Method::PATCH, own.clone(), json!({ "project": null })),
        (Method::PATCH, own, json!({ "project": depot })),
        (Method::POST, PROJECTS.into(), json!({ "name": "Mine" })),
        (
            Method::PATCH,
            format!("{PROJECTS}/{shop}"),
            json!({ "name": "Mine" }),
        ),
        (
            Method::POST,
            format!("{PROJECTS}/{depot}/archive"),
            json!({}),
        ),
        (
            Method::POST,
            GROUPS.into(),
            json!({ "name": "Mine", "scopes": ["a:b"] }),
        ),
    ] {
        let refused = act(&bound, method.clone(), &path, body.clone()).await;
        assert_eq!(refused.status, 403, "{method} {path} {body}");
    }
    assert_eq!(app.audit_rows(), before);

    // Inside of it the key does as any other.
    let made = bound.post(KEYS, json!({ "name": "Another" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["project"], shop);
    let place = made.header("location").to_owned();
    let renamed = act(&bound, Method::PATCH, &place, json!({ "name": "Renamed" })).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert_eq!(bound.delete(&place).await.status, 204);
}
