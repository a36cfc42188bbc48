//! What the OpenAPI document promises of projects.

use reqwest::Method;
use serde_json::json;

use super::contract::Seen;
use super::projects::{PROJECTS, fill};
use crate::support::*;

/// Every answer about projects.
pub async fn collect(app: &App, seen: &mut Seen) {
    app.set_limit("Acme", 60);
    let full = app.system(&app.issue("Acme", "Projects").secret);
    app.add_group("Acme", "Nothing of projects", "orders:read");
    let poor = app.issue_with("Acme", "Poor too", Some("Nothing of projects"), &[], None);
    let (poor, nobody) = (app.system(&poor.secret), app.stranger());
    let often = app.issue("Acme", "Too often");
    app.alter_key(
        &often,
        "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 1",
    );
    let often = app.system(&often.secret);
    often.whoami().await;

    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    let project = format!("{PROJECTS}/{}", app.add_project("Acme", "Shop"));
    for (operation, method, rest) in [
        ("listProjects", &get, None),
        ("createProject", &post, None),
        ("getProject", &get, Some("")),
        ("updateProject", &patch, Some("")),
        ("archiveProject", &post, Some("/archive")),
        ("restoreProject", &post, Some("/restore")),
    ] {
        let path = rest.map_or(PROJECTS.into(), |rest| format!("{project}{rest}"));
        let has_body = ["createProject", "updateProject"].contains(&operation);
        let request = |system: &system::System, path: &str| {
            let request = system.request(method.clone(), path);
            if has_body {
                request.json(&json!({ "name": operation }))
            } else {
                request
            }
        };
        for system in [&nobody, &poor, &often, &full] {
            seen.add(operation, request(system, &path)).await;
        }
        // Two credentials.
        seen.add(operation, request(&full, &path).header("x-api-key", "x"))
            .await;
        if has_body {
            let plain = full.request(method.clone(), &path).body("{}");
            seen.add(operation, plain).await;
            let odd = full.request(method.clone(), &path);
            seen.add(operation, odd.json(&json!({ "name": "x" }))).await;
        }
        if let Some(rest) = rest {
            let missing = format!("{PROJECTS}/{MISSING}{rest}");
            seen.add(operation, request(&full, &missing)).await;
        }
    }
    fill(app, "Acme");
    let more = full.request(post, PROJECTS);
    seen.add("createProject", more.json(&json!({ "name": "One more" })))
        .await;
}
