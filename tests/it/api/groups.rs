//! `/api/v1/auth/authorization-groups`.

use reqwest::Method;
use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::system::System;
use crate::support::*;

pub const GROUPS: &str = "/api/v1/auth/authorization-groups";

/// A key of a group that grants these scopes.
fn holder(app: &App, name: &str, scopes: &str) -> System {
    app.add_group("Acme", name, scopes);
    let key = app.issue_with("Acme", name, Some(name), &[], None);
    app.system(&key.secret)
}

#[actix_web::test]
async fn a_group_is_made_changed_and_deleted_over_the_api() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let made = system
        .post(
            GROUPS,
            json!({ "name": "Clerks", "summary": "Enter orders", "scopes": ["orders:write", "orders:read", "orders:read"] }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let group = made.json();
    let id = group["id"].as_str().unwrap();
    let place = format!("{GROUPS}/{id}");
    assert_eq!(made.header("location"), place);
    assert_eq!(
        group,
        json!({
            "id": id, "name": "Clerks", "type": "tenant_api_key", "summary": "Enter orders",
            "scopes": ["orders:read", "orders:write"], "built_in": false, "keys": 0,
            "created_at": "2026-11-20T12:00:00Z", "revision": app.revision(),
        })
    );
    let key = app.issue_with("Acme", "ERP", Some("Clerks"), &[], None);
    let all = system.get(GROUPS).await.json();
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Full access", "Read only", "Clerks"]);
    assert_eq!(all[2]["keys"], 1);

    let changed = system
        .patch(&place, json!({ "scopes": ["orders:read"] }))
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["summary"], "Enter orders");
    let (_, code) = app.ask(&key, json!({ "scope": "orders:write" })).await;
    assert_eq!(code, "INSUFFICIENT_SCOPE");

    let used = system.delete(&place).await.problem(409);
    assert_eq!(used["code"], "group-in-use");
    system.delete(&key.resource()).await;
    assert_eq!(system.delete(&place).await.status, 204);
    system.get(&place).await.problem(404);
    let actions: Vec<String> = app.events(id).into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["group.created", "group.updated", "group.deleted"]);
}

#[actix_web::test]
async fn a_wrong_group_is_refused_at_its_member() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for (body, field, words) in [
        (
            json!({ "name": "x", "scopes": ["a:b"] }),
            "name",
            "at least 2",
        ),
        (json!({ "name": "Orders" }), "scopes", "at least one"),
        (
            json!({ "name": "Orders", "scopes": [] }),
            "scopes",
            "at least one",
        ),
        (
            json!({ "name": "Orders", "scopes": [""] }),
            "scopes",
            "at least one",
        ),
        (
            json!({ "name": "Orders", "scopes": ["a:b", "nonsense"] }),
            "scopes",
            "Line 2: \"nonsense\"",
        ),
        (
            json!({ "name": "Orders", "scopes": ["a:b\nc:d"] }),
            "scopes",
            "Line 1: this is not a scope",
        ),
        (
            json!({ "name": "Read only", "scopes": ["a:b"] }),
            "name",
            "a group with this name",
        ),
        (
            json!({ "name": "Orders", "scopes": ["a:b"], "built_in": true }),
            "built_in",
            "no such member",
        ),
        (
            json!({ "name": "Orders", "scopes": ["a:b"], "tenant_id": MISSING }),
            "tenant_id",
            "no such member",
        ),
    ] {
        let problem = system.post(GROUPS, body.clone()).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{body}: {message}");
    }
    assert_eq!(app.rows("authorization_groups"), 4);
}

#[actix_web::test]
async fn a_key_makes_and_changes_no_group_beyond_its_own_rights() {
    let app = App::start().await;
    let clerk = holder(&app, "Clerks", "authorization-groups:* orders:*");
    let own = format!("{GROUPS}/{}", app.group("Acme", "Clerks"));
    app.add_group("Acme", "Stronger", "orders:read invoices:read");
    app.add_group("Acme", "Weaker", "orders:read");
    let stronger = format!("{GROUPS}/{}", app.group("Acme", "Stronger"));
    let weaker = format!("{GROUPS}/{}", app.group("Acme", "Weaker"));
    let before = app.audit_rows();

    for scopes in [
        json!(["*:*"]),
        json!(["orders:read", "invoices:read"]),
        json!(["*:read"]),
    ] {
        let body = json!({ "name": "Mine", "scopes": scopes });
        let refused = clerk.post(GROUPS, body).await.problem(403);
        assert_eq!(
            refused["detail"],
            "A key can't create a group with more rights than its own."
        );
        let widened = clerk.patch(&weaker, json!({ "scopes": scopes })).await;
        widened.problem(403);
    }
    // Neither the group it is in, not even to narrow it, nor one above it, not even to rename it.
    for body in [
        json!({ "scopes": ["orders:read"] }),
        json!({ "scopes": ["*:*"] }),
        json!({ "name": "Mine" }),
    ] {
        clerk.patch(&own, body.clone()).await.problem(403);
        clerk.patch(&stronger, body).await.problem(403);
    }
    clerk.delete(&own).await.problem(403);
    clerk.delete(&stronger).await.problem(403);
    assert_eq!(app.audit_rows(), before);

    let made = clerk
        .post(GROUPS, json!({ "name": "Own", "scopes": ["orders:write"] }))
        .await;
    assert_eq!(made.status, 201);
    let narrowed = clerk
        .patch(&weaker, json!({ "scopes": ["orders:write"] }))
        .await;
    assert_eq!(narrowed.status, 200);
    assert_eq!(clerk.delete(&weaker).await.status, 204);
}

#[actix_web::test]
async fn groups_need_their_scopes_and_stay_in_their_tenant() {
    let app = App::start().await;
    app.add_group("Globex", "Secret plans", "plans:read");
    let theirs = format!("{GROUPS}/{}", app.group("Globex", "Secret plans"));
    let missing = format!("{GROUPS}/{MISSING}");
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let ask = async |path: &str| {
            let request = system.request(method.clone(), path);
            Answer::of(request.json(&json!({ "name": "Mine" }))).await
        };
        let (foreign, missing) = (ask(&theirs).await, ask(&missing).await);
        assert_eq!(foreign.meaning(), missing.meaning());
        foreign.problem(404);
    }
    system.get(GROUPS).await.hides("Secret plans");
    assert!(app.events(theirs.rsplit('/').next().unwrap()).is_empty());

    let reader = holder(&app, "Readers", "authorization-groups:read");
    assert_eq!(reader.get(GROUPS).await.status, 200);
    let body = json!({ "name": "Mine", "scopes": ["authorization-groups:read"] });
    reader.post(GROUPS, body).await.problem(403);
    let other = holder(&app, "Others", "orders:*");
    other.get(GROUPS).await.problem(403);
}

#[actix_web::test]
async fn a_tenant_has_at_most_two_hundred_groups() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for number in 0..198 {
        app.add_group("Acme", &format!("Group {number}"), "orders:read");
    }
    let body = json!({ "name": "One more", "scopes": ["orders:read"] });
    let full = system.post(GROUPS, body.clone()).await.problem(409);
    assert_eq!(full["code"], "group-limit-reached");
    let last = format!("{GROUPS}/{}", app.group("Acme", "Group 7"));
    assert_eq!(system.delete(&last).await.status, 204);
    assert_eq!(system.post(GROUPS, body).await.status, 201);
}
