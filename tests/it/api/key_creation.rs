//! Creating keys with a key.

use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn the_answer_to_creation_alone_holds_the_text_of_the_key() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let answer = system
        .post(
            KEYS,
            json!({
                "name": "  Plant 4 ", "description": "Posts\r\norders", "environment": "test",
                "authorization_group": "Read only", "expires_at": "2027-02-18T01:00:00+01:00",
                "ip_allowlist": ["127.0.0.1", "2001:db8::/32", "127.0.0.1/32"],
            }),
        )
        .await;
    assert_eq!(answer.status, 201);
    let key = answer.json();
    let secret = key["key"].as_str().unwrap();
    let id = key["id"].as_str().unwrap();
    assert_eq!(
        key,
        json!({
            "id": id, "key": secret, "name": "Plant 4", "description": "Posts\norders", "environment": "test",
            "status": "active", "key_prefix": "ks_test_", "last4": secret[secret.len() - 4..],
            "authorization_group": "Read only", "scopes": ["*:read"],
            "ip_allowlist": ["127.0.0.1", "2001:db8::/32"], "ip_allowlist_mode": "enforce", "created_at": "2026-11-20T12:00:00Z",
            "expires_at": "2027-02-18T00:00:00Z", "last_used_at": null, "rate_limit": null, "project": null,
            "owner": "The tests", "revision": app.revision(),
        })
    );
    assert!(keystead::domain::key_text::is_well_formed(secret));
    assert_eq!(answer.header("location"), format!("{KEYS}/{id}"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(app.system(secret).whoami().await.status, 200);
    for path in [KEYS, answer.header("location")] {
        system.get(path).await.hides(secret);
    }
}

#[actix_web::test]
async fn a_name_is_enough() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let answer = system.create("ERP").await;
    assert_eq!(answer.status, 201);
    let key = answer.json();
    assert_eq!(key["authorization_group"], "Full access");
    assert_eq!(key["environment"], "live");
    assert_eq!(key["expires_at"], json!(null));
}

#[actix_web::test]
async fn a_key_can_not_make_a_stronger_one() {
    let app = App::start().await;
    app.add_group(
        "Acme",
        "Key maker",
        "api-keys:read api-keys:write orders:read",
    );
    app.add_group("Acme", "Orders", "orders:read");
    app.add_group("Acme", "More orders", "orders:read orders:write");
    app.add_group("Acme", "Any reading", "*:read");
    let maker = app.issue_with("Acme", "Maker", Some("Key maker"), &[], None);
    let system = app.system(&maker.secret);
    let make = async |group: Option<&str>| -> Answer {
        system
            .post(
                KEYS,
                json!({ "name": "Child", "authorization_group": group }),
            )
            .await
    };
    for group in [
        Some("Full access"),
        Some("Read only"),
        Some("More orders"),
        Some("Any reading"),
        None,
    ] {
        let problem = make(group).await.problem(403);
        assert_eq!(
            problem["detail"],
            "A key can't create a key with more rights than its own."
        );
    }
    assert_eq!(make(Some("Orders")).await.status, 201);
    assert_eq!(make(Some("Key maker")).await.status, 201);
}

#[actix_web::test]
async fn a_rate_limit_is_kept_as_it_was_asked_for() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let make = async |limit: Value| {
        system
            .post(KEYS, json!({ "name": "ERP", "rate_limit": limit }))
            .await
    };
    let made = make(json!({ "requests": 100, "per": "second", "burst": 200 })).await;
    assert_eq!(made.status, 201);
    let limit = json!({ "requests": 100, "per": "second", "burst": 200 });
    assert_eq!(made.json()["rate_limit"], limit);
    let me = app
        .system(made.json()["key"].as_str().unwrap())
        .whoami()
        .await;
    assert_eq!(me.json()["rate_limit"], limit);
    let even = make(json!({ "requests": 60, "per": "minute" }))
        .await
        .json();
    assert_eq!(even["rate_limit"]["burst"], 60);
    assert_eq!(make(Value::Null).await.json()["rate_limit"], Value::Null);
    for limit in [
        json!({ "requests": 0, "per": "second" }),
        json!({ "requests": 1.5, "per": "second" }),
        json!({ "requests": 1, "per": "second", "burst": 1_000_001 }),
        json!({ "requests": "1", "per": "second" }),
        json!({ "requests": 1 }),
        json!({}),
        json!([]),
    ] {
        make(limit).await.problem(422);
    }
    assert_eq!(app.rows("api_keys"), 4);
}

#[actix_web::test]
async fn at_the_limit_there_is_a_conflict_with_its_word() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    for number in 2..=10 {
        assert_eq!(system.create(&format!("Key {number}")).await.status, 201);
    }
    let problem = system.create("One too many").await.problem(409);
    assert_eq!(problem["code"], "key-limit-reached");
    assert!(
        problem["type"]
            .as_str()
            .unwrap()
            .ends_with("key-limit-reached")
    );
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("limit of 10 API keys")
    );
    // Disabled keys count, expired ones do not.
    let id = system.get(KEYS).await.json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let key = app::Issued {
        id,
        secret: String::new(),
    };
    app.alter_key(&key, "disabled_at = '2026-11-20 11:00:00'");
    system.create("One too many").await.problem(409);
    app.alter_key(&key, "expires_at = '2026-11-20 12:00:00'");
    assert_eq!(system.create("Fits again").await.status, 201);
    // Another tenant has its own limit.
    assert_eq!(
        app.system(&app.issue("Globex", "Theirs").secret)
            .create("More")
            .await
            .status,
        201
    );
}

#[actix_web::test]
async fn each_mistake_is_told_by_member_and_nothing_is_made() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let long = "d".repeat(1_001);
    let many: Vec<String> = (0..1_001)
        .map(|n| format!("10.0.{}.{}", n / 256, n % 256))
        .collect();
    for (body, member) in [
        (json!({}), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x" }), "name"),
        (json!({ "name": "n".repeat(201) }), "name"),
        (json!({ "name": "ERP", "description": long }), "description"),
        (
            json!({ "name": "ERP", "environment": "Live" }),
            "environment",
        ),
        (
            json!({ "name": "ERP", "authorization_group": "Nope" }),
            "authorization_group",
        ),
        (
            json!({ "name": "ERP", "expires_at": "2026-11-20T12:00:00Z" }),
            "expires_at",
        ),
        (
            json!({ "name": "ERP", "expires_at": "2026-11-19" }),
            "expires_at",
        ),
        (
            json!({ "name": "ERP", "expires_at": "9999-12-31T00:00:00Z" }),
            "expires_at",
        ),
        (
            json!({ "name": "ERP", "expires_at": "2027-02-30T00:00:00Z" }),
            "expires_at",
        ),
        (
            json!({ "name": "ERP", "expires_at": "2027-02-18T00:00:00" }),
            "expires_at",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["10.0.0.1/8"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["010.0.0.1"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["1.2.3.4/33"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["fe80::1%eth0"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["0.0.0.0/0"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["10.0.0.1\n10.0.0.2"] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": many }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": [""] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["10.0.0.1", 7] }),
            "ip_allowlist",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist_mode": "enforce" }),
            "ip_allowlist_mode",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["10.0.0.1"], "ip_allowlist_mode": "off" }),
            "ip_allowlist_mode",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist_mode": "later" }),
            "ip_allowlist_mode",
        ),
        (
            json!({ "name": "ERP", "ip_allowlist": ["10.0.0.1"], "ip_allowlist_mode": "" }),
            "ip_allowlist_mode",
        ),
        (
            json!({ "name": "ERP", "rate_limit": { "requests": 5 } }),
            "rate_limit.per",
        ),
        (
            json!({ "name": "ERP", "rate_limit": { "requests": "5", "per": "second" } }),
            "rate_limit.requests",
        ),
        (
            json!({ "name": "ERP", "rate_limit": { "requests": 5, "per": "hour" } }),
            "rate_limit.per",
        ),
        (
            json!({ "name": "ERP", "rate_limit": { "requests": 5, "per": "second", "limit": 9 } }),
            "rate_limit.limit",
        ),
        (json!({ "name": "ERP", "tenant_id": MISSING }), "tenant_id"),
        (json!({ "name": "ERP", "limit": 1000 }), "limit"),
        (json!({ "name": "ERP", "role": "admin" }), "role"),
        (json!({ "name": "ERP", "scopes": ["*:*"] }), "scopes"),
        (json!({ "name": "ERP", "key": "ks_live_x" }), "key"),
        (json!({ "name": 7 }), "name"),
        (json!({ "name": null }), "name"),
        (json!([]), "body"),
    ] {
        let problem = system.post(KEYS, body.clone()).await.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors[0]["field"], member, "{body}: {problem}");
        assert!(errors[0]["message"].as_str().unwrap().len() > 5);
    }
    let both = json!({ "name": "x", "environment": "moon" });
    assert_eq!(
        system.post(KEYS, both).await.problem(422)["errors"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(app.rows("api_keys"), 1);
}
