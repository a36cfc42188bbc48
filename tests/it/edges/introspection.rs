//! Token introspection (RFC 7662).

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::*;

const INTROSPECT: &str = "/oauth2/introspect";

async fn ask(app: &App, fields: &[(&str, &str)]) -> Answer {
    Answer::of(app.asker().request(Method::POST, INTROSPECT).form(fields)).await
}

#[actix_web::test]
async fn a_key_that_works_is_active_and_says_who_it_is() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read orders:write");
    let key = app.issue_with("Acme", "Wörk", Some("Orders"), &[], Some(3_600));
    let fields = [
        ("token", &*key.secret),
        ("token_type_hint", "refresh_token"),
        ("something", "else"),
    ];
    let answer = ask(&app, &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.json(),
        json!({
            "active": true, "scope": "orders:read orders:write", "client_id": key.id, "username": "Wörk",
            "token_type": "Bearer", "exp": noon().timestamp() + 3_600, "iat": noon().timestamp(), "sub": key.id,
            "iss": app.base, "tenant_id": app.tenant("Acme").to_string(), "environment": "live",
            "authorization_group": "Orders", "request_id": answer.header("x-request-id"),
        })
    );
    answer.hides(&key.secret);
    let endless = app.issue("Acme", "Endless");
    let answer = ask(&app, &[("token", &endless.secret)]).await.json();
    assert_eq!(answer["active"], true);
    assert!(answer.get("exp").is_none());
}

#[actix_web::test]
async fn all_else_is_not_active_and_nothing_more() {
    let app = App::start().await;
    let revoked = app.issue("Acme", "Revoked");
    app.alter_key(&revoked, "revoked_at = '2026-11-20 11:00:00'");
    let disabled = app.issue("Acme", "Disabled");
    app.alter_key(&disabled, "disabled_at = '2026-11-20 11:00:00'");
    let expired = app.issue_with("Acme", "Expired", None, &[], Some(60));
    let elsewhere = app.issue_with("Acme", "Elsewhere", None, &["203.0.113.0/24"], None);
    let suspended = app.issue("Globex", "Suspended");
    app.suspend("Globex", &suspended);
    app.clock.advance(chrono::TimeDelta::seconds(60));
    let unknown = keystead::domain::key_text::KeySecret::generate(
        "ks",
        keystead::domain::environment::Environment::Live,
    )
    .unwrap();
    for token in [
        &*revoked.secret,
        &disabled.secret,
        &expired.secret,
        &elsewhere.secret,
        &suspended.secret,
        unknown.expose(),
        &app.verifier,
        "x",
    ] {
        let answer = ask(&app, &[("token", token)]).await;
        assert_eq!(
            (answer.status, &*answer.body),
            (200, "{\"active\":false}"),
            "{token}"
        );
    }
    let from_there = [("token", &*elsewhere.secret), ("ip", "203.0.113.7")];
    assert_eq!(ask(&app, &from_there).await.json()["active"], true);
}

/// Fails unless it is an error in the words of RFC 6749 section 5.2.
#[track_caller]
fn is_error(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["error"], error, "{body}");
    assert!(body["error_description"].as_str().unwrap().len() > 5);
    assert_eq!(body.as_object().unwrap().len(), 2);
}

#[actix_web::test]
async fn only_a_verifier_may_ask_by_bearer_or_basic() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let ask = |request: RequestBuilder| Answer::of(request.form(&[("token", &key)]));
    let plain = || app.stranger().request(Method::POST, INTROSPECT);
    for name in ["anything", "", "a%20b"] {
        let answer = ask(plain().basic_auth(name, Some(&app.verifier))).await;
        assert_eq!(answer.json()["active"], true, "{name:?}");
    }
    let realm = "realm=\"keystead verifiers\"";
    let nobody = ask(plain()).await;
    is_error(&nobody, 401, "invalid_client");
    assert_eq!(nobody.header("www-authenticate"), format!("Bearer {realm}"));
    for wrong in [&*key, "x", ""] {
        let answer = ask(plain().bearer_auth(wrong)).await;
        is_error(&answer, 401, "invalid_client");
        let challenge = format!("Bearer {realm}, error=\"invalid_token\"");
        assert_eq!(answer.header("www-authenticate"), challenge);
        let answer = ask(plain().basic_auth(&app.verifier, Some(wrong))).await;
        is_error(&answer, 401, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), format!("Basic {realm}"));
    }
    for broken in ["Basic", "Basic ====", "Basic eA==", "Digest x"] {
        let answer = ask(plain().header("authorization", broken)).await;
        is_error(&answer, 401, "invalid_client");
    }
    let twice = plain().bearer_auth(&app.verifier);
    let answer = ask(twice.header("x-api-key", &key)).await;
    is_error(&answer, 400, "invalid_request");
}

#[actix_web::test]
async fn what_can_not_be_read_is_an_invalid_request() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for fields in [
        &[][..],
        &[("token", "")],
        &[("token", " \t")],
        &[("tokens", &key)],
        &[("token", &key), ("token", &key)],
        &[("token", &key), ("ip", "1.2.3")],
        &[("token", &key), ("ip", "10.0.0.1"), ("ip", "10.0.0.1")],
    ] {
        let answer = ask(&app, fields).await;
        is_error(&answer, 400, "invalid_request");
        answer.hides(&key);
    }
    let json = app.asker().post(INTROSPECT, json!({ "token": key })).await;
    is_error(&json, 415, "invalid_request");
    let query = app
        .asker()
        .request(Method::POST, &format!("{INTROSPECT}?token={key}"));
    is_error(&Answer::of(query).await, 400, "invalid_request");
    let large = "x".repeat(70_000);
    is_error(
        &ask(&app, &[("token", &large)]).await,
        413,
        "invalid_request",
    );
    let get = app.asker().get(INTROSPECT).await;
    is_error(&get, 405, "invalid_request");
    is_error(
        &app.asker().get("/oauth2/nothing").await,
        404,
        "invalid_request",
    );
}
