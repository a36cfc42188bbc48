//! Every status that the OpenAPI document promises is really answered, with the body that it promises.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::system::{KEYS, System};
use crate::support::*;

const VERIFY: &str = "/api/v1/verify";
const BATCH: &str = "/api/v1/verify/batch";
pub const INTROSPECT: &str = "/oauth2/introspect";
pub const REVOKE: &str = "/oauth2/revoke";

/// Answers, each with the operation that gave it.
#[derive(Default)]
pub struct Seen(Vec<(&'static str, Answer)>);

impl Seen {
    pub async fn add(&mut self, operation: &'static str, request: RequestBuilder) {
        self.0.push((operation, Answer::of(request).await));
    }
}

/// No schema allows a member that it does not know, except those of problems.
fn close(schema: &mut Value) {
    if let Value::Object(members) = schema {
        let known = members.get("properties").and_then(Value::as_object);
        if known.is_some_and(|known| !known.contains_key("instance")) {
            members.insert("additionalProperties".into(), false.into());
        }
        members.values_mut().for_each(close);
    }
    if let Value::Array(schemas) = schema {
        schemas.iter_mut().for_each(close);
    }
}

fn json_body(system: &System, path: &str, body: &Value) -> RequestBuilder {
    system.request(Method::POST, path).json(body)
}

async fn collect(app: &App) -> Seen {
    app.add_group("Acme", "Orders", "orders:read");
    let admin = app.issue("Acme", "Admin");
    let victim = app.issue("Acme", "Victim");
    let narrow = app.issue_with("Acme", "Narrow", Some("Orders"), &[], None);
    let (full, poor, nobody) = (
        app.system(&admin.secret),
        app.system(&narrow.secret),
        app.stranger(),
    );
    let mut seen = Seen::default();
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let missing = format!("{KEYS}/{MISSING}");
    let whoami = "/api/v1/auth/whoami";

    seen.add("listKeys", full.request(get.clone(), KEYS)).await;
    seen.add(
        "listKeys",
        full.request(get.clone(), &format!("{KEYS}?limit=0")),
    )
    .await;
    seen.add("listKeys", nobody.request(get.clone(), KEYS))
        .await;
    seen.add("listKeys", poor.request(get.clone(), KEYS)).await;

    let audit = "/api/v1/audit";
    let wrong = format!("{audit}?limit=0");
    for request in [
        full.request(get.clone(), audit),
        full.request(get.clone(), &wrong),
        nobody.request(get.clone(), audit),
        poor.request(get.clone(), audit),
    ] {
        seen.add("listAuditRows", request).await;
    }

    let named = json!({ "name": "ERP" });
    for _ in 0..2 {
        seen.add(
            "createKey",
            json_body(&full, KEYS, &named).header("Idempotency-Key", "once"),
        )
        .await;
    }
    let twice = full
        .request(post.clone(), KEYS)
        .header("content-type", "application/json");
    seen.add("createKey", twice.body("{\"name\":\"A1\",\"name\":\"A2\"}"))
        .await;
    seen.add("createKey", full.request(post.clone(), KEYS).body("{}"))
        .await;
    seen.add(
        "createKey",
        json_body(&full, KEYS, &json!({ "name": "x", "limit": 1 })),
    )
    .await;
    seen.add("createKey", json_body(&poor, KEYS, &named)).await;
    seen.add("createKey", json_body(&nobody, KEYS, &named))
        .await;
    app.set_limit("Acme", 1);
    seen.add("createKey", json_body(&full, KEYS, &named)).await;

    seen.add("getKey", full.request(get.clone(), &victim.resource()))
        .await;
    seen.add("getKey", full.request(get.clone(), &missing))
        .await;
    seen.add("getKey", poor.request(get.clone(), &victim.resource()))
        .await;
    seen.add("getKey", nobody.request(get.clone(), &victim.resource()))
        .await;
    seen.add(
        "getKey",
        full.request(get.clone(), &victim.resource())
            .header("x-api-key", "x"),
    )
    .await;

    seen.add(
        "revokeKey",
        poor.request(delete.clone(), &victim.resource()),
    )
    .await;
    seen.add(
        "revokeKey",
        nobody.request(delete.clone(), &victim.resource()),
    )
    .await;
    seen.add("revokeKey", full.request(delete.clone(), &missing))
        .await;
    seen.add(
        "revokeKey",
        full.request(delete.clone(), &victim.resource())
            .header("x-api-key", "x"),
    )
    .await;
    seen.add(
        "revokeKey",
        full.request(delete.clone(), &victim.resource()),
    )
    .await;

    let path = victim.resource();
    let patch =
        |system: &System, path: &str, body: Value| system.request(Method::PATCH, path).json(&body);
    let limit = json!({ "requests": 9, "per": "second" });
    let other = app.issue("Globex", "Other").resource();
    app.set_limit("Acme", 9);
    let target = app.issue("Acme", "Target").resource();
    for (system, path, body) in [
        (&full, &target, json!({ "rate_limit": limit })),
        (&full, &target, json!({ "rate_limit": null })),
        (&full, &target, json!({ "name": "x" })),
        (&full, &other, json!({ "name": "Mine" })),
        (&full, &path, json!({ "name": "Revoked" })),
        (&poor, &target, json!({ "name": "Mine" })),
        (&nobody, &target, json!({ "name": "Mine" })),
    ] {
        seen.add("updateKey", patch(system, path, body)).await;
    }
    let twice = full
        .request(Method::PATCH, &target)
        .header("content-type", "application/json");
    seen.add("updateKey", twice.body("{\"name\":\"A1\",\"name\":\"A2\"}"))
        .await;
    seen.add("updateKey", full.request(Method::PATCH, &target).body("{}"))
        .await;

    life(
        &mut seen,
        &[&full, &poor, &nobody],
        &[&target, &path, &other],
    )
    .await;
    too_often(app, &mut seen, &target).await;

    seen.add("whoami", full.request(get.clone(), whoami)).await;
    seen.add("whoami", nobody.request(get.clone(), whoami))
        .await;
    seen.add(
        "whoami",
        full.request(get.clone(), whoami).header("x-api-key", "x"),
    )
    .await;

    verification(app, &mut seen, &[&admin.secret, &victim.secret, "x"]).await;

    for (system, path) in [
        (&full, "/forward-auth"),
        (&full, "/forward-auth?scope=nonsense"),
        (&poor, "/forward-auth?scope=orders:write"),
        (&nobody, "/forward-auth"),
    ] {
        seen.add("forwardAuth", system.request(get.clone(), path))
            .await;
    }
    seen
}

/// Rotating and switching: by a key with all rights, one with few, and nobody; a key, a revoked one and another tenant's.
async fn life(seen: &mut Seen, by: &[&System; 3], keys: &[&String; 3]) {
    let ([full, poor, nobody], [key, revoked, other]) = (by, keys);
    let grace = json!({ "grace_seconds": 60 });
    for (operation, verb) in [
        ("rotateKey", "rotate"),
        ("extendRotation", "rotation/extension"),
        ("cancelRotation", "rotation/cancellation"),
        ("endRotation", "rotation/end"),
        ("disableKey", "disable"),
        ("enableKey", "enable"),
    ] {
        let at = |key: &str| format!("{key}/{verb}");
        for (system, key) in [
            (full, key),
            (full, revoked),
            (full, other),
            (poor, key),
            (nobody, key),
        ] {
            seen.add(operation, json_body(system, &at(key), &grace))
                .await;
        }
        let two = json_body(full, &at(key), &grace).header("x-api-key", "x");
        seen.add(operation, two).await;
    }
    let rotate = format!("{key}/rotate");
    let at = |verb: &str| format!("{key}/rotation/{verb}");
    let plain = full.request(Method::POST, &at("extension")).body("{}");
    for (operation, request) in [
        ("rotateKey", json_body(full, &rotate, &grace)),
        (
            "extendRotation",
            json_body(full, &at("extension"), &json!({})),
        ),
        ("extendRotation", plain),
        ("endRotation", json_body(full, &at("end"), &json!({}))),
    ] {
        seen.add(operation, request).await;
    }
    let odd = json!({ "grace_seconds": 0, "role": 1 });
    seen.add("rotateKey", json_body(full, &rotate, &odd)).await;
    let plain = full.request(Method::POST, &rotate).body("{}");
    seen.add("rotateKey", plain).await;
}

/// A key that has used up its rate limit, wherever a key is presented or asked about.
async fn too_often(app: &App, seen: &mut Seen, target: &str) {
    let eager = app.issue("Acme", "Eager");
    app.alter_key(
        &eager,
        "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 1",
    );
    let (asker, often) = (app.asker(), app.system(&eager.secret));
    for _ in 0..2 {
        let question = json!({ "key": eager.secret });
        seen.add("verifyKey", json_body(&asker, VERIFY, &question))
            .await;
    }
    let form = asker.request(Method::POST, INTROSPECT);
    seen.add("introspectToken", form.form(&[("token", &eager.secret)]))
        .await;
    for (operation, verb) in [
        ("rotateKey", "rotate"),
        ("extendRotation", "rotation/extension"),
        ("cancelRotation", "rotation/cancellation"),
        ("endRotation", "rotation/end"),
        ("disableKey", "disable"),
        ("enableKey", "enable"),
    ] {
        let request = json_body(&often, &format!("{target}/{verb}"), &json!({}));
        seen.add(operation, request).await;
    }
    for (operation, method, path) in [
        ("listKeys", Method::GET, KEYS),
        ("createKey", Method::POST, KEYS),
        ("getKey", Method::GET, target),
        ("updateKey", Method::PATCH, target),
        ("revokeKey", Method::DELETE, target),
        ("listAuditRows", Method::GET, "/api/v1/audit"),
        ("whoami", Method::GET, "/api/v1/auth/whoami"),
        ("forwardAuth", Method::GET, "/forward-auth"),
    ] {
        seen.add(operation, often.request(method, path)).await;
    }
}

/// Every answer of the edges that verifiers ask, and of the one at which keys are given up.
async fn verification(app: &App, seen: &mut Seen, keys: &[&str]) {
    let (asker, nobody, post) = (app.asker(), app.stranger(), Method::POST);
    for key in keys {
        let one = json!({ "key": key });
        seen.add("verifyKey", json_body(&asker, VERIFY, &one)).await;
        let many = json!({ "keys": [one] });
        seen.add("verifyKeys", json_body(&asker, BATCH, &many))
            .await;
        let form = asker.request(post.clone(), INTROSPECT);
        seen.add("introspectToken", form.form(&[("token", key)]))
            .await;
    }
    for (operation, path) in [("verifyKey", VERIFY), ("verifyKeys", BATCH)] {
        let broken = || {
            let request = asker.request(post.clone(), path);
            request.header("content-type", "application/json").body("{")
        };
        let plain = asker.request(post.clone(), path).body("{}");
        let odd = json_body(&asker, path, &json!({ "key": "x", "role": 1 }));
        for request in [broken(), plain, odd, nobody.request(post.clone(), path)] {
            seen.add(operation, request).await;
        }
    }
    let large = asker
        .request(post.clone(), BATCH)
        .header("content-type", "application/json");
    seen.add("verifyKeys", large.body("x".repeat((1 << 20) + 1)))
        .await;
    let long = json!({ "key": "x".repeat(1 << 16) });
    seen.add("verifyKey", json_body(&asker, VERIFY, &long))
        .await;
    let nothing: [(&str, &str); 0] = [];
    for (operation, path) in [("introspectToken", INTROSPECT), ("revokeToken", REVOKE)] {
        let request = || asker.request(post.clone(), path);
        seen.add(operation, request().form(&nothing)).await;
        seen.add(operation, request().body("{}")).await;
    }
    let unknown = nobody.request(post.clone(), INTROSPECT);
    seen.add("introspectToken", unknown.form(&[("token", "x")]))
        .await;
    for _ in 0..31 {
        let request = nobody.request(post.clone(), REVOKE);
        seen.add("revokeToken", request.form(&[("token", "x")]))
            .await;
    }
}

#[actix_web::test]
async fn every_documented_answer_is_given_and_every_answer_is_documented() {
    let app = App::start().await;
    let mut document = app.stranger().get("/api/v1/openapi.json").await.json();
    close(&mut document);
    let mut seen = collect(&app).await;
    super::contract_groups::collect(&app, &mut seen).await;
    super::contract_projects::collect(&app, &mut seen).await;
    super::contract_integrations::collect(&app, &mut seen).await;
    super::contract_sizes::collect(&app, &mut seen).await;
    let (mut promised, mut operations) = (BTreeSet::new(), Vec::new());
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            operations.push((id, &operation["responses"]));
            for status in operation["responses"].as_object().unwrap().keys() {
                promised.insert(format!("{id} {status}"));
            }
        }
    }
    for (id, answer) in &seen.0 {
        let (_, responses) = operations.iter().find(|(known, _)| known == id).unwrap();
        let response = &responses[answer.status.to_string()];
        assert!(
            !response.is_null(),
            "{id} answers {}, undocumented: {}",
            answer.status,
            answer.body
        );
        assert!(response["description"].as_str().unwrap().len() > 3);
        let content = response["content"].as_object();
        match content.and_then(|content| content.iter().next()) {
            None => assert_eq!(answer.body, "", "{id} {}", answer.status),
            Some((kind, media)) => {
                assert_eq!(
                    answer.header("content-type"),
                    kind,
                    "{id} {}",
                    answer.status
                );
                let mut schema = media["schema"].clone();
                schema["components"] = document["components"].clone();
                let body = answer.json();
                let misfit = jsonschema::validate(&schema, &body).err();
                let misfit = misfit.map(|misfit| format!("{misfit} at {}", misfit.instance_path()));
                assert_eq!(misfit, None, "{id}: {}", answer.body);
            }
        }
    }
    let given: BTreeSet<String> = seen
        .0
        .iter()
        .map(|(id, answer)| format!("{id} {}", answer.status))
        .collect();
    let never: Vec<&String> = promised
        .difference(&given)
        .filter(|promise| !promise.ends_with(" 503"))
        .collect();
    assert!(
        never.is_empty(),
        "documented, but never answered here: {never:?}"
    );
}
