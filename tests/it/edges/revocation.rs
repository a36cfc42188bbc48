//! Token revocation (RFC 7009): whoever holds a key can kill it.

use chrono::TimeDelta;
use keystead::domain::environment::Environment;
use keystead::domain::key_text::KeySecret;
use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const REVOKE: &str = "/oauth2/revoke";

async fn revoke(app: &App, fields: &[(&str, &str)]) -> Answer {
    Answer::of(app.stranger().request(Method::POST, REVOKE).form(fields)).await
}

/// Fails unless it is the one answer for tokens that do not work.
#[track_caller]
fn is_done(answer: &Answer) {
    assert_eq!((answer.status, &*answer.body), (200, ""));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
}

fn unknown() -> String {
    let secret = KeySecret::generate("ks", Environment::Live).unwrap();
    secret.expose().to_owned()
}

#[actix_web::test]
async fn the_key_is_refused_on_the_next_request_and_the_audit_log_says_who_did_it() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &["203.0.113.0/24"], None);
    assert_eq!(app.stranger().verify(&key.secret).await, "IP_DENIED");
    let fields = [
        ("token", &*key.secret),
        ("token_type_hint", "refresh_token"),
    ];
    for _ in 0..3 {
        is_done(&revoke(&app, &fields).await);
        assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    }
    assert_eq!(
        app.audit(&key),
        ["key.created by command line", "key.revoked by ERP"]
    );
    let by_itself = format!(
        "SELECT count(*) AS n FROM audit_events WHERE action = 'key.revoked' AND actor_kind = 'key' AND actor_id = '{}' \
         AND address = '127.0.0.1' AND request_id <> ''",
        key.id
    );
    assert_eq!(app.number(&by_itself), 1);
}

#[actix_web::test]
async fn a_key_that_does_not_work_now_can_be_killed_too() {
    let app = App::start().await;
    let expired = app.issue_with("Acme", "Expired", None, &[], Some(60));
    let disabled = app.issue("Acme", "Disabled");
    app.alter_key(&disabled, "disabled_at = '2026-11-20 11:00:00'");
    let suspended = app.issue("Globex", "Suspended");
    app.suspend("Globex", &suspended);
    app.clock.advance(TimeDelta::seconds(90));
    for (tenant, key) in [
        ("Acme", &expired),
        ("Acme", &disabled),
        ("Globex", &suspended),
    ] {
        is_done(&revoke(&app, &[("token", &key.secret)]).await);
        assert!(app.stored(tenant, key).revoked_at.is_some());
    }
    app.sql("UPDATE api_keys SET deleted_at = '2026-11-20 11:00:00'");
    is_done(&revoke(&app, &[("token", &expired.secret)]).await);
}

#[actix_web::test]
async fn a_key_that_was_revoked_and_deleted_elsewhere_is_done_with() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let before = app.audit_rows();
    // Another server did it, and this one has not heard of it yet.
    app.sql("UPDATE api_keys SET revoked_at = '2026-11-20 11:00:00', deleted_at = '2026-11-20 11:00:00'");
    is_done(&revoke(&app, &[("token", &key.secret)]).await);
    assert_eq!(app.audit_rows(), before);
}

#[actix_web::test]
async fn an_unknown_token_is_answered_in_the_same_way() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let before = app.audit_rows();
    for token in [
        &*unknown(),
        "x",
        "45ghiukldjahdnhzdauz",
        &format!("{}x", key.secret),
    ] {
        is_done(&revoke(&app, &[("token", token)]).await);
    }
    assert_eq!(app.audit_rows(), before);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn strangers_are_slowed_down_and_genuine_keys_are_revoked_nevertheless() {
    let app = App::start().await;
    let keys: Vec<_> = (0..3)
        .map(|number| app.issue("Acme", &format!("Key {number}")))
        .collect();
    for _ in 0..30 {
        is_done(&revoke(&app, &[("token", &unknown())]).await);
    }
    let refused = revoke(&app, &[("token", &unknown())]).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    for key in &keys {
        is_done(&revoke(&app, &[("token", &key.secret)]).await);
        assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
        // A repeated request is not counted either.
        is_done(&revoke(&app, &[("token", &key.secret)]).await);
    }
    let elsewhere = app.visitor_from("127.0.0.9".parse().unwrap());
    let request = elsewhere.request(Method::POST, REVOKE);
    is_done(&Answer::of(request.form(&[("token", unknown())])).await);
    assert_eq!(revoke(&app, &[("token", "x")]).await.status, 429);

    app.clock.advance(TimeDelta::seconds(wait));
    is_done(&revoke(&app, &[("token", "x")]).await);
    assert_eq!(revoke(&app, &[("token", "x")]).await.status, 429);
}

#[actix_web::test]
async fn what_can_not_be_read_and_what_is_no_key_is_an_error() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    for (fields, error) in [
        (&[][..], "invalid_request"),
        (&[("token", "")], "invalid_request"),
        (
            &[("token", &*key.secret), ("token", &*key.secret)],
            "invalid_request",
        ),
        (&[("token", &*app.verifier)], "unsupported_token_type"),
    ] {
        let answer = revoke(&app, fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["error"], error);
        answer.hides(&key.secret);
        answer.hides(&app.verifier);
    }
    let json = serde_json::json!({ "token": key.secret });
    assert_eq!(app.stranger().post(REVOKE, json).await.status, 415);
    let query = format!("{REVOKE}?token={}", key.secret);
    let request = app.stranger().request(Method::POST, &query);
    assert_eq!(Answer::of(request.form(&[("x", "y")])).await.status, 400);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn it_needs_no_cookie_and_no_form_token_and_looks_at_none() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let request = alice
        .request(Method::POST, REVOKE)
        .header("origin", "https://evil.test")
        .header("sec-fetch-site", "cross-site");
    is_done(&alice.send(request.form(&[("token", &key.secret)])).await);
    assert_eq!(app.audit(&key).last().unwrap(), "key.revoked by ERP");
}

#[actix_web::test]
async fn a_revocation_that_can_not_be_recorded_did_not_happen() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.sql("ALTER TABLE audit_events RENAME TO away");
    let answer = revoke(&app, &[("token", &key.secret)]).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json()["error"], "server_error");
    app.sql("ALTER TABLE away RENAME TO audit_events");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    is_done(&revoke(&app, &[("token", &key.secret)]).await);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}
