//! What a key may change about itself.

use serde_json::json;

use super::key_updates::{changes, patch};
use crate::support::*;

#[actix_web::test]
async fn a_key_cant_lift_its_own_limits() {
    let app = App::start().await;
    let lists = ["127.0.0.1", "192.0.2.0/24"];
    let key = app.issue_with("Acme", "ERP", None, &lists, Some(3_600));
    let system = app.system(&key.secret);
    let stored = || format!("{:?}", app.stored("Acme", &key));
    let before = stored();
    for input in [
        json!({ "expires_at": null }),
        json!({ "expires_at": "2027-02-18T00:00:00Z" }),
        json!({ "ip_allowlist": [] }),
        json!({ "rate_limit": { "requests": 1000, "per": "second" } }),
        json!({ "authorization_group": "Read only" }),
        json!({ "name": "CRM", "expires_at": null }),
    ] {
        let answer = patch(&system, &key, input.clone()).await;
        let detail = answer.problem(403)["detail"].to_string();
        assert!(detail.contains("its own limits"), "{input}: {detail}");
        assert_eq!(stored(), before, "{input}");
    }
    assert!(changes(&app, &key).is_empty());
    // What it is called is no limit, and limits that stay as they are are no change.
    let input = json!({
        "name": "CRM", "description": "Nightly sync", "ip_allowlist": lists, "rate_limit": null,
        "authorization_group": "Full access", "expires_at": "2026-11-20T13:00:00Z",
    });
    let answer = patch(&system, &key, input).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // Another key of the tenant may.
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let answer = patch(&admin, &key, json!({ "expires_at": null })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
