//! `/api/v1/projects`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::system::System;
use crate::support::*;

pub const PROJECTS: &str = "/api/v1/projects";

async fn post(system: &System, path: &str) -> Answer {
    Answer::of(system.request(Method::POST, path)).await
}

/// A key of a group that grants these scopes.
fn holder(app: &App, name: &str, scopes: &str) -> System {
    app.add_group("Acme", name, scopes);
    let key = app.issue_with("Acme", name, Some(name), &[], None);
    app.system(&key.secret)
}

#[actix_web::test]
async fn a_project_is_created_changed_archived_and_restored_over_the_api() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let body = json!({ "name": "Web shop", "description": "Shop and warehouse" });
    let made = system.post(PROJECTS, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let project = made.json();
    let id = project["id"].as_str().unwrap();
    let place = format!("{PROJECTS}/{id}");
    assert_eq!(made.header("location"), place);
    assert_eq!(
        project,
        json!({
            "id": id, "name": "Web shop", "description": "Shop and warehouse", "status": "active",
            "created_at": "2026-11-20T12:00:00Z", "archived_at": null, "revision": app.revision(),
        })
    );
    system.post(PROJECTS, json!({ "name": "App" })).await;
    let all = system.get(PROJECTS).await.json();
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|project| project["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["App", "Web shop"]);

    let changed = system.patch(&place, json!({ "name": "Shop" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["description"], "Shop and warehouse");
    for _ in 0..2 {
        let archived = post(&system, &format!("{place}/archive")).await;
        assert_eq!(archived.status, 200, "{}", archived.body);
        assert_eq!(archived.json()["status"], "archived");
        assert_eq!(archived.json()["archived_at"], "2026-11-20T12:00:00Z");
    }
    assert_eq!(
        system.get(PROJECTS).await.json().as_array().unwrap().len(),
        2
    );
    for _ in 0..2 {
        let restored = post(&system, &format!("{place}/restore")).await;
        assert_eq!(restored.json()["status"], "active");
    }
    assert_eq!(system.get(&place).await.json()["archived_at"], Value::Null);
    let actions: Vec<String> = app.events(id).into_iter().map(|row| row.action).collect();
    assert_eq!(
        actions,
        [
            "project.created",
            "project.updated",
            "project.archived",
            "project.restored"
        ]
    );
}

#[actix_web::test]
async fn a_wrong_project_is_refused_at_its_member() {
    let app = App::start().await;
    app.add_project("Acme", "Taken");
    let edited = format!("{PROJECTS}/{}", app.add_project("Acme", "Edited"));
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let before = app.audit_rows();
    for (body, field, words) in [
        (json!({ "name": "" }), "name", "Enter a name."),
        (json!({ "name": "x" }), "name", "at least 2"),
        (
            json!({ "name": "Taken" }),
            "name",
            "a project with this name",
        ),
        (
            json!({ "name": "Shop", "description": "d".repeat(301) }),
            "description",
            "at most 300",
        ),
        (
            json!({ "name": "Shop", "archived_at": null }),
            "archived_at",
            "no such member",
        ),
        (
            json!({ "name": "Shop", "tenant_id": MISSING }),
            "tenant_id",
            "no such member",
        ),
    ] {
        for answer in [
            system.post(PROJECTS, body.clone()).await,
            system.patch(&edited, body.clone()).await,
        ] {
            let problem = answer.problem(422);
            assert_eq!(problem["errors"][0]["field"], field, "{body}");
            let message = problem["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(words), "{body}: {message}");
        }
    }
    assert_eq!(app.rows("projects"), 2);
    assert_eq!(app.audit_rows(), before);
}

#[actix_web::test]
async fn projects_need_their_scopes_and_stay_in_their_tenant() {
    let app = App::start().await;
    let theirs = format!("{PROJECTS}/{}", app.add_project("Globex", "Secret plans"));
    let own = format!("{PROJECTS}/{}", app.add_project("Acme", "Shop"));
    let missing = format!("{PROJECTS}/{MISSING}");
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let reader = holder(&app, "Readers", "projects:read");
    let other = holder(&app, "Others", "orders:*");
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::POST, "/archive"),
        (Method::POST, "/restore"),
    ] {
        let ask = async |system: &System, path: &str| {
            let request = system.request(method.clone(), &format!("{path}{rest}"));
            Answer::of(request.json(&json!({ "name": "Mine" }))).await
        };
        let foreign = ask(&system, &theirs).await;
        assert_eq!(foreign.meaning(), ask(&system, &missing).await.meaning());
        foreign.problem(404);
        ask(&other, &own).await.problem(403);
        if method != Method::GET {
            ask(&reader, &own).await.problem(403);
        }
    }
    system.get(PROJECTS).await.hides("Secret plans");
    assert!(app.events(theirs.rsplit('/').next().unwrap()).is_empty());
    assert!(app.events(own.rsplit('/').next().unwrap()).is_empty());

    assert_eq!(reader.get(PROJECTS).await.status, 200);
    assert_eq!(reader.get(&own).await.status, 200);
    let body = json!({ "name": "Mine" });
    let refused = reader.post(PROJECTS, body).await.problem(403);
    assert_eq!(
        refused["detail"],
        "This key lacks the scope projects:write."
    );
    other.get(PROJECTS).await.problem(403);
}

#[actix_web::test]
async fn a_tenant_has_at_most_five_hundred_projects_and_archived_ones_count() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    fill(&app, "Acme");
    app.sql("UPDATE projects SET archived_at = '2026-11-20 11:30:00' WHERE name <> 'Project 7'");
    let body = json!({ "name": "One more" });
    let full = system.post(PROJECTS, body.clone()).await.problem(409);
    assert_eq!(full["code"], "project-limit-reached");
    app.sql("DELETE FROM projects WHERE name = 'Project 7'");
    assert_eq!(system.post(PROJECTS, body).await.status, 201);
}

/// Gives a tenant as many projects as it may have.
pub fn fill(app: &App, tenant: &str) {
    let tenant = app.tenant(tenant);
    let have = app.number(&format!(
        "SELECT count(*) AS n FROM projects WHERE tenant_id = '{tenant}'"
    ));
    let rows: Vec<String> = (have..500)
        .map(|number| {
            let id = uuid::Uuid::now_v7();
            format!("('{id}', '{tenant}', 'Project {number}', '', '2026-11-20 11:00:00')")
        })
        .collect();
    app.sql(&format!(
        "INSERT INTO projects (id, tenant_id, name, description, created_at) VALUES {}",
        rows.join(", ")
    ));
}
