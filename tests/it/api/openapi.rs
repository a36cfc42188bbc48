//! The OpenAPI document itself.

use std::collections::BTreeSet;

use keystead::domain::verdict::Code;
use serde_json::{Value, json};

use crate::support::routes::routes_after;
use crate::support::*;

/// "GET /api/v1/auth/whoami" for each route of the API.
fn routes() -> BTreeSet<String> {
    let under = |scope: &'static str, text| {
        let routes = routes_after(text).into_iter();
        routes.map(move |(method, path)| format!("{method} {scope}{path}"))
    };
    let mut routes: BTreeSet<String> = under("/api/v1", "fn rest_api(").collect();
    assert!(routes.remove("GET /api/v1/openapi.json"));
    assert!(routes.len() > 6, "{routes:?}");
    let before = routes.len();
    routes.extend(under("/oauth2", "routes! { oauth2,"));
    assert_eq!(routes.len(), before + 2);
    routes.insert("GET /forward-auth".into());
    routes.insert("POST /api/v1/verify".into());
    routes
}

#[actix_web::test]
async fn the_document_lists_every_route_and_no_other() {
    let app = App::start().await;
    let answer = app.stranger().get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut listed = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            listed.insert(format!("{} {path}", method.to_uppercase()));
            let id = operation["operationId"].as_str().unwrap();
            assert!(names.insert(id.to_owned()), "{id} twice");
            assert_ne!(
                operation["summary"].as_str().unwrap_or_default(),
                "",
                "{id}"
            );
        }
    }
    assert_eq!(listed, routes());
    let code = &document["components"]["schemas"]["Verdict"]["properties"]["code"];
    assert_eq!(
        code["enum"].as_array().map(Vec::len),
        Some(Code::ALL.len()),
        "{code}"
    );
    let described = code["description"].as_str().unwrap();
    for code in Code::ALL.map(Code::as_str) {
        assert!(described.contains(&format!("`{code}`")), "{described}");
    }
    assert_eq!(document["servers"][0]["url"], app.base);
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    assert_eq!(
        document["components"]["securitySchemes"]["apiKey"]["name"],
        "X-API-Key"
    );
    let verify = &document["paths"]["/api/v1/verify"]["post"];
    assert_eq!(verify["security"], json!([{ "verifier": [] }]));
    assert_eq!(
        document["components"]["securitySchemes"]["verifier"]["scheme"],
        "bearer"
    );
}

#[actix_web::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let app = App::start().await;
    let answer = app.stranger().get("/api/v1/openapi.json").await;
    let document = answer.json();
    let references: BTreeSet<&str> = answer
        .body
        .split("\"$ref\":\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(references.len() >= 5, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[actix_web::test]
async fn the_document_names_the_address_that_people_use() {
    let app = App::start_with(
        |config| config.public_url = Some("https://keys.example.com".into()),
        true,
    )
    .await;
    let said = app
        .raw("GET /api/v1/openapi.json HTTP/1.1\r\nHost: keys.example.com\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(said.status(), 200);
    assert!(said.text.contains("\"url\":\"https://keys.example.com\""));
}

#[actix_web::test]
async fn every_parameter_is_described_and_every_link_leads_to_an_operation() {
    let app = App::start().await;
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    let methods = document["paths"].as_object().unwrap().values();
    let operations: Vec<_> = methods
        .flat_map(|methods| methods.as_object().unwrap().values())
        .collect();
    let names: Vec<_> = operations.iter().map(|one| &one["operationId"]).collect();
    let mut links = 0;
    for operation in &operations {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let text = parameter["description"].as_str().unwrap_or_default();
            assert!(text.len() > 3, "{parameter}");
        }
        let made = operation["responses"]["201"]["links"].as_object();
        for link in made.into_iter().flat_map(|links| links.values()) {
            assert!(names.contains(&&link["operationId"]), "{link}");
            assert_eq!(link["parameters"]["id"], "$response.body#/id");
            links += 1;
        }
    }
    assert_eq!(links, 17);
}

#[actix_web::test]
async fn where_one_of_a_few_words_is_meant_they_are_listed() {
    let app = App::start().await;
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    let schemas = &document["components"]["schemas"];
    for (schema, member, words) in [
        (
            "Key",
            "status",
            json!(["active", "disabled", "expired", "revoked"]),
        ),
        ("Project", "status", json!(["active", "archived"])),
        ("Key", "environment", json!(["live", "test"])),
        ("NewKey", "environment", json!(["live", "test", null])),
        (
            "KeyUpdate",
            "ip_allowlist_mode",
            json!(["off", "observe", "enforce", null]),
        ),
        ("RateLimit", "per", json!(["second", "minute"])),
        ("Problem", "status", Value::Null),
    ] {
        let known = &schemas[schema]["properties"][member];
        assert_eq!(known["enum"], words, "{schema}.{member}");
        assert!(known["description"].is_string(), "{schema}.{member}");
    }
    let filters = &document["paths"]["/api/v1/auth/api-keys"]["get"]["parameters"];
    assert_eq!(filters[1]["name"], "expiration");
    assert_eq!(
        filters[1]["schema"]["enum"],
        json!(["", "valid", "expiring-soon", "expired"])
    );
}
