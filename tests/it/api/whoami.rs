//! A key about itself.

use serde_json::json;

use crate::support::*;

#[actix_web::test]
async fn a_key_learns_about_itself_and_not_its_text() {
    let app = App::start().await;
    let key = app.issue_with(
        "Acme",
        "ERP",
        Some("Read only"),
        &["127.0.0.1"],
        Some(86_400),
    );
    let answer = app.system(&key.secret).whoami().await;
    assert_eq!(
        answer.json(),
        json!({
            "id": key.id, "name": "ERP", "description": "", "status": "active", "environment": "live",
            "key_prefix": "ks_live_", "last4": key.secret[key.secret.len() - 4..],
            "authorization_group": "Read only", "scopes": ["*:read"], "ip_allowlist": ["127.0.0.1"],
            "ip_allowlist_mode": "enforce",
            "created_at": "2026-11-20T12:00:00Z", "expires_at": "2026-11-21T12:00:00Z", "last_used_at": null,
            "rate_limit": null, "project": null, "owner": "The tests", "warning": "This key expires on 21 Nov 2026 (in 1 day).",
        })
    );
    answer.hides(&key.secret);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn using_a_key_shows_up_as_last_used_without_a_write_for_each_request() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let system = app.system(&key.secret);
    app.clock.advance(chrono::TimeDelta::seconds(30));
    let before = app.number("SELECT rev AS n FROM change_head");
    for _ in 0..40 {
        assert_eq!(system.whoami().await.status, 200);
    }
    direct::until("the last use is written", async || {
        system.whoami().await.json()["last_used_at"] == "2026-11-20T12:00:30Z"
    })
    .await;
    direct::until("forty uses are counted", async || {
        app.number(
            "SELECT CAST(COALESCE(SUM(valid), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60",
        ) >= 41
    })
    .await;
    // Many uses, one row a minute, and nothing for the index to follow.
    assert_eq!(
        app.number("SELECT count(*) AS n FROM key_usage WHERE span = 60"),
        1
    );
    assert_eq!(app.number("SELECT rev AS n FROM change_head"), before);
}

#[actix_web::test]
async fn other_methods_are_refused() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let system = app.system(&key.secret);
    for method in [
        reqwest::Method::POST,
        reqwest::Method::PUT,
        reqwest::Method::DELETE,
        reqwest::Method::OPTIONS,
    ] {
        let request = system.request(method, "/api/v1/auth/whoami");
        let answer = crate::support::browser_like::Answer::of(request).await;
        answer.problem(405);
        assert_ne!(answer.header("allow"), "");
    }
}
