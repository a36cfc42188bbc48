//! Every operation of the REST API against keys: it is read from the routes, so a new one without a row fails.

use keystead::domain::right::Right;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::routes::routes_after;
use crate::support::system::System;
use crate::support::*;

/// A row for each operation upon something of Acme, with the scope that it needs, and what answers to nobody, to a key of
/// Acme with every other scope of the product, to a key of Globex with all rights, and to a key of Acme with that scope
/// alone. Lists and new things are Globex's own. Verifiers have tokens of their own for `/verify/batch`.
const MATRIX: &str = "
200 200 200 200 GET /openapi.json none
401 200 200 200 GET /auth/whoami none
401 401 401 401 POST /verify/batch none
401 403 200 200 GET /audit audit:read
401 403 200 200 GET /auth/api-keys api-keys:read
401 403 200 200 GET /auth/authorization-groups authorization-groups:read
401 403 200 200 GET /integrations integrations:read
401 403 200 200 GET /integrations/{slug} integrations:read
401 403 200 200 GET /projects projects:read
401 403 200 200 PATCH /integrations/{slug} integrations:write
401 403 201 201 POST /auth/api-keys api-keys:write
401 403 201 201 POST /auth/authorization-groups authorization-groups:write
401 403 201 201 POST /integrations/{slug}/credentials integrations:write
401 403 201 201 POST /projects projects:write
401 403 404 200 GET /auth/api-keys/{id} api-keys:read
401 403 404 200 GET /auth/authorization-groups/{id} authorization-groups:read
401 403 404 200 GET /projects/{id} projects:read
401 403 404 200 GET /projects/{project}/integrations integrations:read
401 403 404 200 GET /projects/{project}/integrations/{slug} integrations:read
401 403 404 200 GET /projects/{project}/integrations/{slug}/credential integrations:resolve
401 403 404 200 PATCH /auth/api-keys/{id} api-keys:write
401 403 404 200 PATCH /auth/authorization-groups/{id} authorization-groups:write
401 403 404 200 PATCH /projects/{id} projects:write
401 403 404 200 PATCH /projects/{project}/integrations/{slug} integrations:write
401 403 404 200 POST /auth/api-keys/{id}/disable api-keys:write
401 403 404 200 POST /auth/api-keys/{id}/enable api-keys:write
401 403 404 200 POST /auth/api-keys/{id}/rotate api-keys:write
401 403 404 200 POST /auth/api-keys/{id}/rotation/cancellation api-keys:write
401 403 404 200 POST /auth/api-keys/{id}/rotation/end api-keys:write
401 403 404 200 POST /auth/api-keys/{id}/rotation/extension api-keys:write
401 403 404 200 POST /integrations/{slug}/credentials/{id}/make-current integrations:write
401 403 404 200 POST /projects/{id}/archive projects:write
401 403 404 200 POST /projects/{id}/restore projects:write
401 403 404 200 POST /projects/{project}/integrations/{slug}/credentials/{id}/make-current integrations:write
401 403 404 201 POST /projects/{project}/integrations/{slug}/credentials integrations:write
401 403 404 204 DELETE /auth/api-keys/{id} api-keys:write
401 403 404 204 DELETE /auth/authorization-groups/{id} authorization-groups:write
401 403 404 204 DELETE /integrations/{slug}/credentials/{id} integrations:write
401 403 404 204 DELETE /projects/{project}/integrations/{slug}/credentials/{id} integrations:write
401 403 404 204 POST /projects/{project}/integrations/{slug}/report integrations:resolve
";

/// The word of operations that need no scope.
const NONE: &str = "none";

/// A group of Acme with these scopes, by its name.
fn group(app: &App, scopes: &str) -> String {
    let name = format!("Acme {}", uuid::Uuid::new_v4());
    app.add_group("Acme", &name, scopes);
    name
}

/// A key of Acme with these scopes.
fn issue(app: &App, scopes: &str) -> app::Issued {
    let group = group(app, scopes);
    app.issue_with("Acme", "Acme's key", Some(&group), &[], None)
}

/// Every scope of the product but this one.
fn all_but(scope: &str) -> String {
    let all = Right::ALL.iter().filter_map(|right| right.scope());
    let rest: Vec<_> = all.filter(|one| *one != scope).collect();
    rest.join(" ")
}

/// The address of a new thing of Acme, which has no more rights than `scopes`.
pub fn filled(app: &App, path: &str, project: &str, scopes: &str) -> String {
    let id = match path.split("/{id}").next().unwrap() {
        _ if !path.contains("{id}") => String::new(),
        "/auth/api-keys" => issue(app, scopes).id,
        "/auth/authorization-groups" => app.group("Acme", &group(app, scopes)),
        "/projects" => {
            let id = app.add_project("Acme", &format!("Acme {}", uuid::Uuid::new_v4()));
            if path.ends_with("restore") {
                app.sql(&format!(
                    "UPDATE projects SET archived_at = '2026-11-20 11:30:00' WHERE id = '{id}'"
                ));
            }
            id
        }
        level => {
            let of = level.starts_with("/projects").then_some(project);
            app.save_credential("Acme", of, "openai", false)
        }
    };
    let path = path.replace("{id}", &id).replace("{project}", project);
    path.replace("{slug}", "openai")
}

/// The operations that change something.
pub fn changing() -> Vec<(Method, &'static str)> {
    let all = routes_after("fn rest_api(").into_iter();
    all.filter(|(method, path)| method != "GET" && *path != "/verify/batch")
        .map(|(method, path)| (method.parse().unwrap(), path))
        .collect()
}

/// What is right in its body.
pub fn body(
    method: &Method,
    path: &str,
    scopes: &str,
    current: &str,
    group: &str,
) -> Option<Value> {
    let secret = "sk-matrix-0000000000000000000000000000000000000000";
    Some(match (method.as_str(), path) {
        ("GET" | "DELETE", _) => return None,
        ("POST", "/auth/api-keys") => json!({ "name": "New", "authorization_group": group }),
        ("POST", "/auth/authorization-groups") => json!({ "name": "New", "scopes": [scopes] }),
        ("POST", "/projects") => json!({ "name": "New" }),
        ("POST", "/verify/batch") => json!({ "keys": [{ "key": "nothing" }] }),
        ("PATCH", "/integrations/{slug}") => json!({ "enabled": true }),
        ("PATCH", "/projects/{project}/integrations/{slug}") => json!({ "inherits": true }),
        ("PATCH", _) => json!({ "name": format!("New {}", uuid::Uuid::new_v4()) }),
        (_, path) if path.ends_with("/extension") => json!({ "grace_seconds": 7200 }),
        (_, path) if path.ends_with("/credentials") => json!({ "fields": { "api_key": secret } }),
        (_, path) if path.ends_with("/report") => json!({ "credential_id": current }),
        _ => json!({}),
    })
}

/// What is needed according to the table; nothing of what is missing there.
fn scope_of(operation: &str) -> &'static str {
    let row = MATRIX
        .lines()
        .find(|row| row.contains(&format!(" {operation} ")));
    row.and_then(|row| row.split(' ').next_back())
        .unwrap_or(NONE)
}

#[actix_web::test]
async fn each_operation_is_open_to_keys_with_its_scope_alone() {
    let app = App::start().await;
    for tenant in ["Acme", "Globex"] {
        app.give_integrations(tenant);
        app.set_limit(tenant, 500);
        app.save_credential(tenant, None, "openai", true);
    }
    let project = app.add_project("Acme", "Acme's project");
    let current = app.save_credential("Acme", Some(&project), "openai", true);
    let of_globex = app.system(&app.issue("Globex", "Full").secret);
    let (mut observed, mut refused) = (Vec::new(), 0);
    for (method, path) in routes_after("fn rest_api(") {
        let operation = format!("{method} {path}");
        let scope = scope_of(&operation);
        let scopes = if scope == NONE { "orders:read" } else { scope };
        let (rest, own) = (issue(&app, &all_but(scope)), issue(&app, scopes));
        let (rest, own) = (app.system(&rest.secret), app.system(&own.secret));
        let target = format!("/api/v1{}", filled(&app, path, &project, scopes));
        let method: Method = method.parse().unwrap();
        if let Some((key, _)) = target.split_once("/rotation/") {
            let grace = json!({ "grace_seconds": 3600 });
            let begun = own.post(&format!("{key}/rotate"), grace).await;
            assert_eq!(begun.status, 200, "{}", begun.body);
        }
        let mut row = Vec::new();
        for (who, group) in [
            (&app.stranger(), "Full access".to_owned()),
            (&rest, group(&app, scopes)),
            (&of_globex, "Full access".to_owned()),
            (&own, group(&app, scopes)),
        ] {
            let answer = ask(
                who,
                &method,
                &target,
                body(&method, path, scopes, &current, &group),
            )
            .await;
            if answer.status == 403 && scope != NONE {
                let said = format!("This key lacks the scope {scope}.");
                assert_eq!(answer.problem(403)["detail"], said, "{operation}");
                refused += 1;
            }
            if std::ptr::eq(who, &of_globex) {
                assert!(
                    !answer.body.contains("Acme"),
                    "{operation}: {}",
                    answer.body
                );
            }
            row.push(answer.status.to_string());
        }
        observed.push(format!("{} {operation} {scope}", row.join(" ")));
    }
    observed.sort();
    assert_eq!(observed.join("\n"), MATRIX.trim());
    // Each refusal is on record as one for want of the scope that it names, and nothing else is.
    direct::until("the refusals are written", async || {
        let count = "SELECT count(*) AS n FROM request_records WHERE code = 'INSUFFICIENT_SCOPE' AND scope <> ''";
        app.number(count) == refused
    })
    .await;
}

async fn ask(who: &System, method: &Method, path: &str, body: Option<Value>) -> Answer {
    let request = who.request(method.clone(), path);
    Answer::of(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}
