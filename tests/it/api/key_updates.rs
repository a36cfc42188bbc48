//! Changing a key by PATCH.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::system::{KEYS, System};
use crate::support::*;

pub async fn patch(system: &System, key: &Issued, body: Value) -> Answer {
    system.patch(&key.resource(), body).await
}

/// Two keys of Acme: an admin with everything, and the one to be changed.
async fn start() -> (App, System, Issued) {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let key = app.issue("Acme", "ERP");
    let system = app.system(&admin.secret);
    (app, system, key)
}

/// The particulars of the key's changes, oldest first.
pub fn changes(app: &App, key: &Issued) -> Vec<Value> {
    let rows = app
        .db
        .read(|conn| keystead::db::audit::list_of_object(conn, &key.id))
        .unwrap();
    rows.iter()
        .filter(|row| row.action == "key.updated")
        .map(|row| serde_json::from_str(&row.detail).unwrap())
        .collect()
}

#[actix_web::test]
async fn every_member_can_be_changed_at_once_and_the_rest_stays() {
    let (app, system, key) = start().await;
    let before = system.get(&key.resource()).await.json();
    let input = json!({
        "name": " CRM ", "description": "Nightly sync", "expires_at": "2027-02-18T00:00:00Z",
        "ip_allowlist": ["127.0.0.1", "10.0.0.0/8"], "authorization_group": "Read only",
        "rate_limit": { "requests": 100, "per": "second" },
    });
    let answer = patch(&system, &key, input).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.hides(&key.secret);
    let mut expected = before;
    for (member, value) in [
        ("name", json!("CRM")),
        ("description", json!("Nightly sync")),
        ("expires_at", json!("2027-02-18T00:00:00Z")),
        ("ip_allowlist", json!(["127.0.0.1", "10.0.0.0/8"])),
        ("ip_allowlist_mode", json!("enforce")),
        ("authorization_group", json!("Read only")),
        ("scopes", json!(["*:read"])),
        (
            "rate_limit",
            json!({ "requests": 100, "per": "second", "burst": 100 }),
        ),
    ] {
        expected[member] = value;
    }
    assert_eq!(system.get(&key.resource()).await.json(), expected);
    expected["revision"] = json!(app.revision());
    assert_eq!(answer.json(), expected);

    // Null takes away what may be absent, and nothing else changes.
    let input =
        json!({ "expires_at": null, "rate_limit": null, "description": null, "ip_allowlist": [] });
    let cleared = patch(&system, &key, input).await.json();
    expected["expires_at"] = Value::Null;
    expected["rate_limit"] = Value::Null;
    expected["description"] = json!("");
    expected["ip_allowlist"] = json!([]);
    expected["ip_allowlist_mode"] = json!("off");
    expected["revision"] = json!(app.revision());
    assert_eq!(cleared, expected);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn a_change_is_true_for_the_next_verification() {
    let (app, system, key) = start().await;
    let ask = async |scope: &str| {
        let question = json!({ "key": key.secret, "ip": "192.0.2.7", "scope": scope });
        app.asker().post("/api/v1/verify", question).await.json()
    };
    assert_eq!(ask("orders:write").await["code"], "VALID");
    patch(&system, &key, json!({ "name": "CRM" })).await;
    assert_eq!(ask("orders:write").await["name"], "CRM");
    patch(&system, &key, json!({ "authorization_group": "Read only" })).await;
    assert_eq!(ask("orders:write").await["code"], "INSUFFICIENT_SCOPE");
    assert_eq!(ask("orders:read").await["code"], "VALID");
    patch(&system, &key, json!({ "ip_allowlist": ["203.0.113.0/24"] })).await;
    assert_eq!(ask("orders:read").await["code"], "IP_DENIED");
    patch(&system, &key, json!({ "ip_allowlist": [] })).await;
    let limit = json!({ "rate_limit": { "requests": 1, "per": "minute" } });
    patch(&system, &key, limit).await;
    assert_eq!(ask("orders:read").await["code"], "VALID");
    assert_eq!(ask("orders:read").await["code"], "RATE_LIMITED");
    patch(&system, &key, json!({ "rate_limit": null })).await;
    let soon = json!({ "expires_at": "2026-11-20T12:00:01Z" });
    patch(&system, &key, soon).await;
    assert_eq!(ask("orders:read").await["code"], "VALID");
    app.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(ask("orders:read").await["code"], "EXPIRED");
}

#[actix_web::test]
async fn the_audit_log_tells_what_was_and_what_is() {
    let (app, system, key) = start().await;
    let input = json!({
        "name": "CRM", "description": "", "authorization_group": "Read only", "expires_at": "2027-02-18T01:00:00+01:00",
        "ip_allowlist": ["10.0.0.0/8"], "rate_limit": { "requests": 5, "per": "minute", "burst": 9 },
    });
    assert_eq!(patch(&system, &key, input).await.status, 200);
    assert_eq!(
        changes(&app, &key),
        [json!({
            "before": {
                "name": "ERP", "ip_allowlist_mode": "off", "expires_at": null,
                "rate_limit": null, "authorization_group": "Full access",
            },
            "after": {
                "name": "CRM", "ip_allowlist": {
                    "added": ["10.0.0.0/8"], "removed": [], "added_count": 1, "removed_count": 0, "count": 1,
                    "sha256": "93997fe8a8121085052fd8c9a6515591714f1b745733ac379f691a9074d518a5",
                },
                "ip_allowlist_mode": "enforce",
                "expires_at": "2027-02-18T00:00:00Z",
                "rate_limit": "5 per minute, burst 9", "authorization_group": "Read only",
            },
        })]
    );
    assert_eq!(
        app.audit(&key),
        ["key.created by command line", "key.updated by Admin"]
    );
}

#[actix_web::test]
async fn a_change_that_changes_nothing_leaves_no_trace() {
    let (app, system, key) = start().await;
    let input = json!({
        "name": "ERP", "description": "", "authorization_group": "Full access", "expires_at": null,
        "ip_allowlist": [], "rate_limit": null,
    });
    let before = app.number("SELECT rev AS n FROM change_head");
    for body in [input, json!({})] {
        let answer = patch(&system, &key, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["name"], "ERP");
    }
    assert_eq!(app.number("SELECT rev AS n FROM change_head"), before);
    assert!(changes(&app, &key).is_empty());
}

#[actix_web::test]
async fn wrong_members_are_told_one_by_one_and_nothing_changes() {
    let (app, system, key) = start().await;
    let before = system.get(&key.resource()).await.json();
    for (body, field) in [
        (json!({ "name": "x" }), "name"),
        (json!({ "name": null }), "name"),
        (json!({ "name": key.secret }), "name"),
        (json!({ "description": "d".repeat(1_001) }), "description"),
        (
            json!({ "expires_at": "2026-11-20T12:00:00Z" }),
            "expires_at",
        ),
        (
            json!({ "expires_at": "2037-01-01T00:00:00Z" }),
            "expires_at",
        ),
        (json!({ "expires_at": "tomorrow" }), "expires_at"),
        (json!({ "ip_allowlist": ["10.0.0.1/8"] }), "ip_allowlist"),
        (json!({ "ip_allowlist": [" "] }), "ip_allowlist"),
        (json!({ "ip_allowlist": null }), "ip_allowlist"),
        (
            json!({ "authorization_group": "Nobody" }),
            "authorization_group",
        ),
        (
            json!({ "authorization_group": null }),
            "authorization_group",
        ),
        (
            json!({ "rate_limit": { "requests": 0, "per": "second" } }),
            "rate_limit.requests",
        ),
        (
            json!({ "rate_limit": { "requests": 1_000_001, "per": "second" } }),
            "rate_limit.requests",
        ),
        (
            json!({ "rate_limit": { "requests": 1, "per": "hour" } }),
            "rate_limit.per",
        ),
        (
            json!({ "rate_limit": { "requests": 1, "per": "minute", "burst": -1 } }),
            "rate_limit.burst",
        ),
        (
            json!({ "rate_limit": { "per": "minute" } }),
            "rate_limit.requests",
        ),
        (json!({ "rate_limit": 5 }), "rate_limit"),
        (
            json!({ "rate_limit": { "requests": 1, "per": "minute", "x": 1 } }),
            "rate_limit.x",
        ),
        (json!({ "tenant_id": "x" }), "tenant_id"),
        (json!({ "environment": "test" }), "environment"),
        (json!({ "scopes": ["*:*"] }), "scopes"),
        (json!({ "status": "active" }), "status"),
    ] {
        // A good member beside the wrong one is not taken either.
        let mut body = body;
        if body.get("description").is_none() {
            body["description"] = json!("Changed");
        }
        let problem = patch(&system, &key, body.clone()).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    let problem = patch(&system, &key, json!({ "name": "x", "expires_at": "x" }))
        .await
        .problem(422);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    assert_eq!(system.get(&key.resource()).await.json(), before);
    assert!(changes(&app, &key).is_empty());
}

#[actix_web::test]
async fn a_revoked_key_can_not_be_changed() {
    let (app, system, key) = start().await;
    assert_eq!(system.delete(&key.resource()).await.status, 204);
    for body in [json!({ "name": "CRM" }), json!({ "name": "ERP" })] {
        let problem = patch(&system, &key, body).await.problem(409);
        assert_eq!(problem["code"], "key-revoked");
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    assert!(changes(&app, &key).is_empty());
}

#[actix_web::test]
async fn another_tenants_key_looks_like_one_that_does_not_exist() {
    let (app, system, key) = start().await;
    let theirs = app.issue("Globex", "Theirs");
    let missing = Issued {
        id: MISSING.into(),
        ..key
    };
    let body = json!({ "name": "Mine" });
    let refused = patch(&system, &theirs, body.clone()).await;
    refused.problem(404);
    let nothing = patch(&system, &missing, body).await;
    assert_eq!(nothing.meaning(), refused.meaning());
    app.add_group("Globex", "Theirs only", "*:*");
    let group = json!({ "authorization_group": "Theirs only" });
    let own = app.issue("Acme", "Own");
    patch(&system, &own, group).await.problem(422);
    assert_eq!(app.stored("Globex", &theirs).name, "Theirs");
}

#[actix_web::test]
async fn a_key_gives_no_key_more_rights_than_its_own() {
    let (app, _, strong) = start().await;
    app.add_group("Acme", "Key maker", "api-keys:* orders:read");
    app.add_group("Acme", "Orders", "orders:read");
    let weak = app.issue_with("Acme", "Weak", Some("Key maker"), &[], None);
    let poor = app.issue_with("Acme", "Poor", Some("Orders"), &["10.0.0.0/8"], None);
    let system = app.system(&weak.secret);
    for group in ["Full access", "Read only"] {
        let refused = patch(&system, &poor, json!({ "authorization_group": group })).await;
        let problem = refused.problem(403);
        let text = "A key can't give a key more rights than its own.";
        assert_eq!(problem["detail"], text, "{group}");
    }
    // Nor does it open a door for a key that stands above it.
    for limits in [
        json!({ "ip_allowlist": ["10.0.0.0/8"] }),
        json!({ "expires_at": "2027-02-18T00:00:00Z" }),
        json!({ "rate_limit": { "requests": 1, "per": "minute" } }),
        // Once it is weak, its secret could be had by rotating it.
        json!({ "authorization_group": "Orders" }),
        json!({ "authorization_group": "Orders", "ip_allowlist": [] }),
        json!({ "name": "Renamed" }),
    ] {
        let problem = patch(&system, &strong, limits).await.problem(403);
        let text = "A key can't change a key with more rights than its own.";
        assert_eq!(problem["detail"], text);
    }
    assert!(changes(&app, &strong).is_empty());
    for (key, body) in [
        (&poor, json!({ "ip_allowlist": [] })),
        (&poor, json!({ "authorization_group": "Key maker" })),
    ] {
        assert_eq!(
            patch(&system, key, body.clone()).await.status,
            200,
            "{body}"
        );
    }
}

#[actix_web::test]
async fn a_key_that_may_not_write_changes_nothing() {
    let (app, _, key) = start().await;
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let system = app.system(&reader.secret);
    for target in [&key, &reader] {
        let problem = patch(&system, target, json!({ "name": "Mine" }))
            .await
            .problem(403);
        assert_eq!(
            problem["detail"],
            "This key lacks the scope api-keys:write."
        );
    }
    patch(&app.stranger(), &key, json!({ "name": "Mine" }))
        .await
        .problem(401);
    assert_eq!(app.stored("Acme", &key).name, "ERP");
}

#[actix_web::test]
async fn an_expired_key_comes_back_only_while_there_is_room_for_it() {
    let (app, system, _) = start().await;
    let key = app.issue_with("Acme", "Old", None, &[], Some(60));
    app.clock.advance(chrono::TimeDelta::seconds(60));
    assert_eq!(app.stranger().verify(&key.secret).await, "EXPIRED");
    app.set_limit("Acme", 2);
    for end in [Value::Null, json!("2027-02-18T00:00:00Z")] {
        let problem = patch(&system, &key, json!({ "expires_at": end }))
            .await
            .problem(409);
        assert_eq!(problem["code"], "key-limit-reached");
    }
    assert_eq!(
        patch(&system, &key, json!({ "name": "Older" }))
            .await
            .status,
        200
    );
    assert_eq!(app.stranger().verify(&key.secret).await, "EXPIRED");
    app.set_limit("Acme", 3);
    assert_eq!(
        patch(&system, &key, json!({ "expires_at": null }))
            .await
            .status,
        200
    );
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn of_changes_at_the_same_moment_each_is_recorded_as_it_happened() {
    let (app, system, key) = start().await;
    let tries: Vec<_> = (0..20)
        .map(|number| {
            let body = json!({ "name": format!("Name {number}") });
            let request = system.request(Method::PATCH, &key.resource()).json(&body);
            actix_web::rt::spawn(async move { Answer::of(request).await.status })
        })
        .collect();
    for attempt in tries {
        assert_eq!(attempt.await.unwrap(), 200);
    }
    let mut name = json!("ERP");
    let mut left = changes(&app, &key);
    assert_eq!(left.len(), 20);
    // One chain from the first name to the last: each change starts where another ended.
    while let Some(at) = left
        .iter()
        .position(|change| change["before"]["name"] == name)
    {
        name = left.swap_remove(at)["after"]["name"].clone();
    }
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(app.stored("Acme", &key).name, name.as_str().unwrap());
}

#[actix_web::test]
async fn a_list_shows_the_limits_of_its_keys() {
    let (_app, system, key) = start().await;
    let limit = json!({ "requests": 7, "per": "minute", "burst": 3 });
    patch(&system, &key, json!({ "rate_limit": limit })).await;
    let list = system.get(KEYS).await.json();
    let limits: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["rate_limit"])
        .collect();
    assert_eq!(limits, [&limit, &Value::Null]);
}
