//! What the OpenAPI document promises of bodies that are too large.

use reqwest::Method;

use super::contract::{INTROSPECT, REVOKE, Seen};
use super::groups::GROUPS;
use super::integrations::{INTEGRATIONS, of_project};
use super::projects::PROJECTS;
use crate::support::system::KEYS;
use crate::support::*;

/// The answers to a body of a byte more than 256 KiB, which is more than any of these takes.
pub async fn collect(app: &App, seen: &mut Seen) {
    let full = app.system(&app.issue("Acme", "Sizes").secret);
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    let (post, patch) = (Method::POST, Method::PATCH);
    let (key, group) = (format!("{KEYS}/{MISSING}"), format!("{GROUPS}/{MISSING}"));
    let project = format!("{PROJECTS}/{MISSING}");
    for (operation, system, method, path, kind) in [
        ("createKey", &full, &post, KEYS, json),
        ("updateKey", &full, &patch, &key, json),
        ("rotateKey", &full, &post, &format!("{key}/rotate"), json),
        (
            "extendRotation",
            &full,
            &post,
            &format!("{key}/rotation/extension"),
            json,
        ),
        ("createAuthorizationGroup", &full, &post, GROUPS, json),
        ("updateAuthorizationGroup", &full, &patch, &group, json),
        ("createProject", &full, &post, PROJECTS, json),
        ("updateProject", &full, &patch, &project, json),
        (
            "updateIntegration",
            &full,
            &patch,
            &format!("{INTEGRATIONS}/openai"),
            json,
        ),
        (
            "createCredential",
            &full,
            &post,
            &format!("{INTEGRATIONS}/openai/credentials"),
            json,
        ),
        (
            "updateProjectIntegration",
            &full,
            &patch,
            &of_project(MISSING, "openai"),
            json,
        ),
        (
            "createProjectCredential",
            &full,
            &post,
            &format!("{}/credentials", of_project(MISSING, "openai")),
            json,
        ),
        (
            "reportCredential",
            &full,
            &post,
            &format!("{}/report", of_project(MISSING, "openai")),
            json,
        ),
        ("introspectToken", &app.asker(), &post, INTROSPECT, form),
        ("revokeToken", &app.stranger(), &post, REVOKE, form),
    ] {
        let request = system.request(method.clone(), path);
        let request = request.header("content-type", kind);
        seen.add(operation, request.body("x".repeat((1 << 18) + 1)))
            .await;
    }
}
