//! What the OpenAPI document promises of integrations and their credentials.

use reqwest::Method;
use serde_json::{Value, json};

use super::contract::Seen;
use super::integrations::{INTEGRATIONS, of_project};
use crate::support::*;

/// Every answer about integrations.
pub async fn collect(app: &App, seen: &mut Seen) {
    app.set_limit("Acme", 80);
    app.give_integrations("Acme");
    let full = app.system(&app.issue("Acme", "Integrations").secret);
    app.add_group("Acme", "Nothing of integrations", "orders:read");
    let poor = app.issue_with(
        "Acme",
        "Poor three",
        Some("Nothing of integrations"),
        &[],
        None,
    );
    let (poor, nobody) = (app.system(&poor.secret), app.stranger());
    let often = app.issue("Acme", "Too often three");
    app.alter_key(
        &often,
        "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 1",
    );
    let often = app.system(&often.secret);
    often.whoami().await;

    let (shop, put_away) = (
        app.add_project("Acme", "Contract"),
        app.add_project("Acme", "Put away"),
    );
    full.post(&format!("/api/v1/projects/{put_away}/archive"), json!({}))
        .await;
    let secret =
        json!({ "fields": { "api_key": "sk-contract-0000000000000000000000000000000000" } });
    let next = || app.save_credential("Acme", None, "openai", false);
    let next_of = |project: &str| app.save_credential("Acme", Some(project), "openai", false);
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    let openai = format!("{INTEGRATIONS}/openai");
    let mine = of_project(&shop, "openai");
    let gone = |path: &str| path.replace("openai", "nothing");
    let given = next_of(&shop);
    // Nothing applies at first.
    let nothing = full.request(get.clone(), &format!("{mine}/credential"));
    seen.add("resolveCredential", nothing).await;
    for (operation, method, path, body) in [
        (
            "createCredential",
            &post,
            format!("{openai}/credentials"),
            Some(secret.clone()),
        ),
        (
            "createProjectCredential",
            &post,
            format!("{mine}/credentials"),
            Some(secret),
        ),
        ("listIntegrations", &get, INTEGRATIONS.to_owned(), None),
        ("getIntegration", &get, openai.clone(), None),
        (
            "updateIntegration",
            &patch,
            openai.clone(),
            Some(json!({ "enabled": true })),
        ),
        (
            "makeCredentialCurrent",
            &post,
            format!("{openai}/credentials/{}/make-current", next()),
            None,
        ),
        (
            "removeCredential",
            &delete,
            format!("{openai}/credentials/{}", next()),
            None,
        ),
        (
            "listProjectIntegrations",
            &get,
            format!("/api/v1/projects/{shop}/integrations"),
            None,
        ),
        ("getProjectIntegration", &get, mine.clone(), None),
        (
            "updateProjectIntegration",
            &patch,
            mine.clone(),
            Some(json!({ "inherits": true })),
        ),
        (
            "makeProjectCredentialCurrent",
            &post,
            format!("{mine}/credentials/{given}/make-current"),
            None,
        ),
        (
            "removeProjectCredential",
            &delete,
            format!("{mine}/credentials/{}", next_of(&shop)),
            None,
        ),
        (
            "resolveCredential",
            &get,
            format!("{mine}/credential"),
            None,
        ),
        (
            "reportCredential",
            &post,
            format!("{mine}/report"),
            Some(json!({ "credential_id": given })),
        ),
    ] {
        let request = |system: &system::System, path: &str, body: &Option<Value>| {
            let request = system.request(method.clone(), path);
            match body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        for system in [&nobody, &poor, &often, &full] {
            seen.add(operation, request(system, &path, &body)).await;
        }
        // Two credentials.
        let two = request(&full, &path, &body).header("x-api-key", "x");
        seen.add(operation, two).await;
        if body.is_some() {
            let plain = full.request(method.clone(), &path).body("{}");
            seen.add(operation, plain).await;
            let odd = full.request(method.clone(), &path);
            seen.add(operation, odd.json(&json!({ "name": 1, "odd": true })))
                .await;
        }
        let missing = if operation == "listProjectIntegrations" {
            path.replace(&shop, MISSING)
        } else {
            gone(&path)
        };
        if missing != path {
            seen.add(operation, request(&full, &missing, &body)).await;
        }
        let archived = path.replace(&shop, &put_away);
        if archived != path {
            seen.add(operation, request(&full, &archived, &body)).await;
        }
    }
    rest(app, seen, &full, &shop).await;
}

/// What needs a state of its own.
async fn rest(app: &App, seen: &mut Seen, full: &system::System, shop: &str) {
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    let personal = format!("{}/credential", of_project(shop, "google-drive"));
    seen.add("resolveCredential", full.request(Method::GET, &personal))
        .await;
    let (drive, of_shop) = (
        format!("{INTEGRATIONS}/google-drive/credentials/{MISSING}"),
        format!("{}/credentials/{MISSING}", of_project(shop, "google-drive")),
    );
    for (operation, method, path) in [
        (
            "makeCredentialCurrent",
            &post,
            format!("{drive}/make-current"),
        ),
        ("removeCredential", &delete, drive.clone()),
        (
            "makeProjectCredentialCurrent",
            &post,
            format!("{of_shop}/make-current"),
        ),
        ("removeProjectCredential", &delete, of_shop.clone()),
    ] {
        seen.add(operation, full.request(method.clone(), &path))
            .await;
    }
    // There is nothing to switch on.
    let anthropic = full.request(patch, &format!("{INTEGRATIONS}/anthropic"));
    seen.add(
        "updateIntegration",
        anthropic.json(&json!({ "enabled": true })),
    )
    .await;
    // One that was replaced more than a day ago.
    let old = app.save_credential("Acme", None, "openai", false);
    let mine = app.save_credential("Acme", Some(shop), "openai", false);
    app.sql("UPDATE integration_credentials SET current_since = '2026-11-18 12:00:00', replaced_at = '2026-11-19 12:00:00' \
             WHERE current_since IS NULL");
    let late = format!("{INTEGRATIONS}/openai/credentials/{old}/make-current");
    seen.add("makeCredentialCurrent", full.request(post.clone(), &late))
        .await;
    let late = format!(
        "{}/credentials/{mine}/make-current",
        of_project(shop, "openai")
    );
    seen.add(
        "makeProjectCredentialCurrent",
        full.request(post.clone(), &late),
    )
    .await;
    for (operation, project) in [
        ("createCredential", None),
        ("createProjectCredential", Some(shop)),
    ] {
        while direct::number(&app.db, &of_level(project)) < 20 {
            app.save_credential("Acme", project, "openai", false);
        }
        let path = project.map_or(format!("{INTEGRATIONS}/openai"), |id| {
            of_project(id, "openai")
        });
        let more = full.request(post.clone(), &format!("{path}/credentials"));
        let secret = "sk-contract-0000000000000000000000000000000000";
        let more = more.json(&json!({ "fields": { "api_key": secret } }));
        seen.add(operation, more).await;
    }
    let damaged = app.save_credential("Acme", Some(shop), "anthropic", true);
    app.tamper_with_credentials(&format!(
        "UPDATE integration_credentials SET ciphertext = nonce WHERE id = '{damaged}'"
    ));
    let path = format!("{}/credential", of_project(shop, "anthropic"));
    seen.add("resolveCredential", full.request(Method::GET, &path))
        .await;
}

/// How many credentials of OpenAI a level keeps.
fn of_level(project: Option<&str>) -> String {
    let of = project.map_or("IS NULL".into(), |id| format!("= '{id}'"));
    format!(
        "SELECT count(*) AS n FROM integration_credentials c JOIN integrations i ON i.id = c.integration_id \
         WHERE i.slug = 'openai' AND i.project_id {of}"
    )
}
