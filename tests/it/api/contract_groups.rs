//! What the OpenAPI document promises of authorization groups.

use reqwest::Method;
use serde_json::json;

use super::contract::Seen;
use super::groups::GROUPS;
use crate::support::*;

/// Every answer about authorization groups.
pub async fn collect(app: &App, seen: &mut Seen) {
    app.set_limit("Acme", 50);
    let full = app.system(&app.issue("Acme", "Groups").secret);
    let poor = app.issue_with("Acme", "Poor", Some("Orders"), &[], None);
    let (poor, nobody) = (app.system(&poor.secret), app.stranger());
    let often = app.issue("Acme", "Often");
    app.alter_key(
        &often,
        "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 1",
    );
    let often = app.system(&often.secret);
    often.whoami().await;

    app.add_group("Acme", "Spare", "spare:read");
    let used = format!("{GROUPS}/{}", app.group("Acme", "Orders"));
    let spare = format!("{GROUPS}/{}", app.group("Acme", "Spare"));
    let missing = format!("{GROUPS}/{MISSING}");
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);

    for (operation, method, path) in [
        ("listAuthorizationGroups", &get, GROUPS),
        ("createAuthorizationGroup", &post, GROUPS),
        ("getAuthorizationGroup", &get, &*used),
        ("updateAuthorizationGroup", &patch, &*spare),
        ("deleteAuthorizationGroup", &delete, &*spare),
    ] {
        let new = json!({ "name": operation, "scopes": ["a:b"] });
        let request = |system: &system::System| {
            let request = system.request(method.clone(), path);
            if method == get || method == delete {
                request
            } else {
                request.json(&new)
            }
        };
        for system in [&nobody, &poor, &often] {
            seen.add(operation, request(system)).await;
        }
        // Two credentials.
        seen.add(operation, request(&full).header("x-api-key", "x"))
            .await;
        if method == post || method == patch {
            let plain = full.request(method.clone(), path).body("{}");
            seen.add(operation, plain).await;
            let odd = full.request(method.clone(), path);
            seen.add(operation, odd.json(&json!({ "name": "x" }))).await;
        }
        if path != GROUPS {
            let none = full.request(method.clone(), &missing);
            let none = if method == patch {
                none.json(&new)
            } else {
                none
            };
            seen.add(operation, none).await;
        }
        if method != delete {
            seen.add(operation, request(&full)).await;
        }
    }
    let built_in = format!("{GROUPS}/{}", app.group("Acme", "Full access"));
    let request = full
        .request(patch, &built_in)
        .json(&json!({ "name": "Mine" }));
    seen.add("updateAuthorizationGroup", request).await;
    for path in [&used, &spare] {
        let request = full.request(delete.clone(), path);
        seen.add("deleteAuthorizationGroup", request).await;
    }
    for number in 0..196 {
        app.add_group("Acme", &format!("Group {number}"), "a:b");
    }
    let request = full.request(post, GROUPS);
    let more = json!({ "name": "One more", "scopes": ["a:b"] });
    seen.add("createAuthorizationGroup", request.json(&more))
        .await;
}
