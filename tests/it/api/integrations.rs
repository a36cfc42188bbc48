//! Integrations: which third party's credential a project gets, and why.

use keystead::config::Config;
use serde_json::{Value, json};

use crate::support::system::System;
use crate::support::*;

pub const INTEGRATIONS: &str = "/api/v1/integrations";

/// `/api/v1/projects/{project}/integrations/{slug}`.
pub fn of_project(project: &str, slug: &str) -> String {
    format!("/api/v1/projects/{project}/integrations/{slug}")
}

/// The organisation's credential of OpenAI.
pub async fn share_openai(system: &System) {
    save(system, &format!("{INTEGRATIONS}/openai"), SHARED, json!({})).await;
}

/// Saves a credential and gives its id.
pub async fn save(system: &System, integration: &str, secret: &str, more: Value) -> String {
    let mut body = json!({ "fields": { "api_key": secret } });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let saved = system
        .post(&format!("{integration}/credentials"), body)
        .await;
    assert_eq!(saved.status, 201, "{}", saved.body);
    assert!(!saved.body.contains(secret), "{}", saved.body);
    saved.json()["id"].as_str().unwrap().to_owned()
}

/// What applies in a project: whose it is and its secret, or why there is none.
pub async fn effective(system: &System, project: &str, slug: &str) -> String {
    let answer = system
        .get(&format!("{}/credential", of_project(project, slug)))
        .await;
    if answer.status == 404 {
        let kind = answer.problem(404)["type"].as_str().unwrap().to_owned();
        return kind.rsplit_once('-').map_or(kind.clone(), |_| {
            kind.trim_start_matches("/api/docs#problem-").to_owned()
        });
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.json();
    let (source, fields) = (&answer["source"], &answer["fields"]);
    format!(
        "{}: {}",
        source.as_str().unwrap(),
        fields["api_key"].as_str().unwrap()
    )
}

pub const SHARED: &str = "sk-of-the-organisation-000000000000000001";
pub const OWN: &str = "sk-of-the-project-0000000000000000000002";

/// Acme with two projects, and a system with all rights.
pub async fn acme() -> (App, System, String, String) {
    acme_with(|_| {}).await
}

/// The same with other settings.
pub async fn acme_with(change: impl FnOnce(&mut Config)) -> (App, System, String, String) {
    let app = App::start_with(change, true).await;
    app.give_integrations("Acme");
    let (shop, depot) = (
        app.add_project("Acme", "Shop"),
        app.add_project("Acme", "Depot"),
    );
    let system = app.system(&app.issue("Acme", "Admin").secret);
    (app, system, shop, depot)
}

#[actix_web::test]
async fn a_project_uses_the_organisations_credential_unless_it_has_its_own() {
    let (_app, system, shop, depot) = acme().await;
    let openai = format!("{INTEGRATIONS}/openai");
    assert_eq!(
        effective(&system, &shop, "openai").await,
        "credential-not-set"
    );
    save(&system, &openai, SHARED, json!({})).await;
    let of_organisation = format!("organization: {SHARED}");
    assert_eq!(effective(&system, &shop, "openai").await, of_organisation);
    assert_eq!(effective(&system, &depot, "openai").await, of_organisation);

    let own = of_project(&shop, "openai");
    let id = save(&system, &own, OWN, json!({})).await;
    assert_eq!(
        effective(&system, &shop, "openai").await,
        format!("project: {OWN}")
    );
    assert_eq!(effective(&system, &depot, "openai").await, of_organisation);
    let shown = system.get(&own).await;
    assert_eq!(
        shown.json()["effective"][0]["source"],
        "project",
        "{}",
        shown.body
    );
    assert_eq!(shown.json()["effective"][0]["credential"]["last4"], "0002");
    assert!(!shown.body.contains(OWN) && !shown.body.contains(SHARED));

    let removed = system.delete(&format!("{own}/credentials/{id}")).await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    assert_eq!(effective(&system, &shop, "openai").await, of_organisation);

    system.patch(&own, json!({ "inherits": false })).await;
    assert_eq!(
        effective(&system, &shop, "openai").await,
        "credential-blocked"
    );
    system.patch(&own, json!({ "inherits": true })).await;
    assert_eq!(effective(&system, &shop, "openai").await, of_organisation);

    let off = system.patch(&openai, json!({ "enabled": false })).await;
    assert_eq!(off.json()["enabled"], false, "{}", off.body);
    assert_eq!(
        effective(&system, &shop, "openai").await,
        "credential-not-set"
    );
    let on = system.patch(&openai, json!({ "enabled": true })).await;
    assert_eq!(on.status, 200, "{}", on.body);
    assert_eq!(effective(&system, &shop, "openai").await, of_organisation);
    let destroyed = json!({ "enabled": false, "destroy_credentials": true });
    let off = system.patch(&openai, destroyed).await;
    assert_eq!(off.json()["credentials"], json!([]), "{}", off.body);
    let on = system.patch(&openai, json!({ "enabled": true })).await;
    assert_eq!(
        on.problem(409)["type"],
        "/api/docs#problem-no-credential",
        "{}",
        on.body
    );
}

#[actix_web::test]
async fn live_and_test_credentials_go_separate_ways() {
    let (app, system, shop, _) = acme().await;
    let stripe = format!("{INTEGRATIONS}/stripe");
    let fields = |secret: &str, environment: &str| json!({ "environment": environment, "fields": { "secret_key": secret } });
    let (live, test) = (
        "sk_live_0000000000000000000000000001",
        "sk_test_0000000000000000000000000002",
    );
    for (secret, environment) in [(live, "live"), (test, "test")] {
        let saved = system
            .post(
                &format!("{stripe}/credentials"),
                fields(secret, environment),
            )
            .await;
        assert_eq!(saved.status, 201, "{}", saved.body);
    }
    let path = format!("{}/credential", of_project(&shop, "stripe"));
    assert_eq!(system.get(&path).await.json()["fields"]["secret_key"], live);
    let asked = system.get(&format!("{path}?environment=test")).await;
    assert_eq!(asked.json()["fields"]["secret_key"], test);

    let made = json!({ "name": "Sandbox", "environment": "test" });
    let made = system.post("/api/v1/auth/api-keys", made).await.json();
    let sandbox = app.system(made["key"].as_str().unwrap());
    assert_eq!(
        sandbox.get(&path).await.json()["fields"]["secret_key"],
        test
    );
    sandbox
        .get(&format!("{path}?environment=live"))
        .await
        .problem(403);
    // One credential for everything: a test key gets it, too, and nobody can ask for another.
    share_openai(&system).await;
    assert_eq!(
        effective(&sandbox, &shop, "openai").await,
        format!("organization: {SHARED}")
    );
    let openai = format!("{}/credential", of_project(&shop, "openai"));
    system
        .get(&format!("{openai}?environment=test"))
        .await
        .problem(422);
}

#[actix_web::test]
async fn a_key_gets_credentials_only_by_right_and_in_its_own_project() {
    let (app, system, shop, depot) = acme().await;
    share_openai(&system).await;
    let groups = "/api/v1/auth/authorization-groups";
    for (name, scope) in [
        ("Resolver", "integrations:resolve"),
        ("Reader", "integrations:read"),
    ] {
        let made = system
            .post(groups, json!({ "name": name, "scopes": [scope] }))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let key = |name: &'static str, group: &'static str, project: Option<String>| {
        let (app, system) = (&app, &system);
        async move {
            let wanted = json!({ "name": name, "authorization_group": group, "project": project });
            let made = system.post("/api/v1/auth/api-keys", wanted).await;
            assert_eq!(made.status, 201, "{}", made.body);
            app.system(made.json()["key"].as_str().unwrap())
        }
    };
    let path = |project: &str| format!("{}/credential", of_project(project, "openai"));
    let reader = key("Reader", "Reader", None).await;
    reader.get(&path(&shop)).await.problem(403);
    assert_eq!(reader.get(INTEGRATIONS).await.status, 200);
    let bound = key("Bound", "Resolver", Some(shop.clone())).await;
    assert_eq!(bound.get(&path(&shop)).await.status, 200);
    bound.get(&path(&depot)).await.problem(403);
    bound.get(&of_project(&shop, "openai")).await.problem(403);
    let full = key("Full", "Full access", Some(shop.clone())).await;
    full.get(&of_project(&depot, "openai")).await.problem(403);
    let openai = format!("{INTEGRATIONS}/openai");
    full.patch(&openai, json!({ "enabled": false }))
        .await
        .problem(403);
    let own = json!({ "fields": { "api_key": OWN } });
    let there = format!("{}/credentials", of_project(&depot, "openai"));
    full.post(&there, own).await.problem(403);

    // To another tenant the project does not exist, and neither does one that nobody ever made.
    app.give_integrations("Globex");
    let globex = app.system(&app.issue("Globex", "Admin").secret);
    let nowhere = uuid::Uuid::now_v7().to_string();
    for project in [shop.as_str(), nowhere.as_str()] {
        for path in [
            path(project),
            of_project(project, "openai"),
            format!("/api/v1/projects/{project}/integrations"),
        ] {
            globex.get(&path).await.problem(404);
        }
        let own = json!({ "fields": { "api_key": OWN } });
        let there = format!("{}/credentials", of_project(project, "openai"));
        globex.post(&there, own).await.problem(404);
    }
    system.get(&path("nothing")).await.problem(404);
    system
        .get(&format!("{}/credential", of_project(&shop, "nothing")))
        .await
        .problem(404);

    let archive = format!("/api/v1/projects/{shop}/archive");
    assert_eq!(system.post(&archive, json!({})).await.status, 200);
    let refused = system.get(&path(&shop)).await.problem(409);
    assert_eq!(refused["type"], "/api/docs#problem-project-archived");
    let restore = format!("/api/v1/projects/{shop}/restore");
    assert_eq!(system.post(&restore, json!({})).await.status, 200);
    assert_eq!(system.get(&path(&shop)).await.status, 200);
}

#[actix_web::test]
async fn the_next_credential_waits_and_the_one_before_can_come_back_for_a_day() {
    let (app, system, shop, _) = acme().await;
    let openai = format!("{INTEGRATIONS}/openai");
    let first = save(&system, &openai, SHARED, json!({ "name": "First" })).await;
    let next = save(
        &system,
        &openai,
        OWN,
        json!({ "name": "Next", "current": false }),
    )
    .await;
    let of = |secret: &str| format!("organization: {secret}");
    assert_eq!(effective(&system, &shop, "openai").await, of(SHARED));
    let make_current = |id: &str| format!("{openai}/credentials/{id}/make-current");
    let made = system.post(&make_current(&next), json!({})).await;
    assert_eq!(made.json()["status"], "current", "{}", made.body);
    assert_eq!(effective(&system, &shop, "openai").await, of(OWN));
    let back = system.post(&make_current(&first), json!({})).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(effective(&system, &shop, "openai").await, of(SHARED));
    app.clock.advance(chrono::TimeDelta::hours(24));
    let late = system.post(&make_current(&next), json!({})).await;
    assert_eq!(
        late.problem(409)["type"],
        "/api/docs#problem-going-back-is-over"
    );
    let taken = json!({ "name": "First", "fields": { "api_key": OWN } });
    let taken = system.post(&format!("{openai}/credentials"), taken).await;
    assert!(
        taken.problem(422)["detail"]
            .as_str()
            .unwrap()
            .contains("another name")
    );
}

#[actix_web::test]
async fn wrong_credentials_are_refused_with_words_and_change_nothing() {
    let (app, system, shop, _) = acme().await;
    let openai = format!("{INTEGRATIONS}/openai/credentials");
    for (body, words) in [
        (
            json!({ "fields": { "api_key": "pk-wrong" } }),
            "begins with",
        ),
        (json!({ "fields": {} }), "Enter the API key"),
        (
            json!({ "fields": { "api_key": SHARED, "colour": "red" } }),
            "no field of this name",
        ),
        (
            json!({ "fields": { "api_key": SHARED }, "environment": "test" }),
            "one credential for everything",
        ),
        (
            json!({ "fields": { "api_key": SHARED }, "expires_at": "2020-01-01T00:00:00Z" }),
            "still to come",
        ),
    ] {
        let refused = system.post(&openai, body).await;
        let detail = refused.problem(422)["detail"].to_string();
        assert!(detail.contains(words), "{words} in {detail}");
    }
    let drive = json!({ "fields": { "api_key": SHARED } });
    let personal = format!("{INTEGRATIONS}/google-drive");
    let refused = system.post(&format!("{personal}/credentials"), drive).await;
    let detail = refused.problem(422)["detail"].to_string();
    assert!(detail.contains("can't be shared"), "{detail}");
    system
        .patch(&personal, json!({ "enabled": true }))
        .await
        .problem(422);
    system
        .get(&format!("{}/credential", of_project(&shop, "google-drive")))
        .await
        .problem(422);
    let kept = direct::number(&app.db, "SELECT count(*) AS n FROM integration_credentials");
    assert_eq!(kept, 0);
}
