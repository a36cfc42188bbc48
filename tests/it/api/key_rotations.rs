//! Another secret for a key, over REST.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

/// Rotates, and gives the answer's JSON.
async fn rotate(app: &App, by: &Issued, key: &Issued, body: Value) -> Value {
    let answer = app
        .system(&by.secret)
        .post(&format!("{}/rotate", key.resource()), body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn text(json: &Value) -> String {
    json["key"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_rotated_key_keeps_its_id_and_settings_and_refuses_its_old_secret_at_once() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let key = app.issue_with(
        "Acme",
        "ERP",
        Some("Read only"),
        &["127.0.0.1"],
        Some(9_000),
    );
    let before = app.system(&admin.secret).get(&key.resource()).await.json();
    let after = rotate(&app, &admin, &key, json!({})).await;
    let new = text(&after);
    assert_ne!(new, key.secret);
    assert_eq!(after["last4"], json!(new[new.len() - 4..]));
    for member in [
        "id",
        "name",
        "scopes",
        "ip_allowlist",
        "expires_at",
        "created_at",
        "status",
    ] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let stranger = app.stranger();
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(app.system(&new).whoami().await.json()["id"], json!(key.id));
    assert_eq!(app.system(&key.secret).whoami().await.status, 401);
    let shown = app.system(&admin.secret).get(&key.resource()).await;
    shown.hides(&new);
    assert_eq!(
        app.audit(&key),
        ["key.created by command line", "key.rotated by Admin"]
    );
}

#[actix_web::test]
async fn both_secrets_work_until_the_very_instant_at_which_the_grace_ends() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = text(&rotate(&app, &key, &key, json!({ "grace_seconds": 3600 })).await);
    let stranger = app.stranger();
    app.clock.advance(TimeDelta::microseconds(3_599_999_999));
    assert_eq!(stranger.verify(&key.secret).await, "VALID");
    assert_eq!(stranger.verify(&new).await, "VALID");
    app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(stranger.verify(&new).await, "VALID");
    // The refusal still names the key.
    let asker = app.asker();
    let asked = asker
        .post("/api/v1/verify", json!({ "key": key.secret }))
        .await;
    assert_eq!(asked.json()["key_id"], json!(key.id));
}

#[actix_web::test]
async fn a_running_rotation_is_not_rotated_again_unless_everything_older_ends() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let second = text(&rotate(&app, &key, &key, json!({ "grace_seconds": 600 })).await);
    let path = format!("{}/rotate", key.resource());
    let again = app
        .system(&second)
        .post(&path, json!({ "grace_seconds": 600 }))
        .await;
    assert_eq!(again.problem(409)["code"], "rotation-running");
    let now = app.system(&second).post(&path, json!({})).await;
    let third = text(&now.json());
    let stranger = app.stranger();
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(stranger.verify(&second).await, "REVOKED");
    assert_eq!(stranger.verify(&third).await, "VALID");
    // Once it is over, the next one may have a grace again.
    let holder = Issued {
        id: key.id.clone(),
        secret: third.clone(),
    };
    let fourth = text(&rotate(&app, &holder, &key, json!({ "grace_seconds": 60 })).await);
    assert_eq!(stranger.verify(&third).await, "VALID");
    assert_eq!(stranger.verify(&fourth).await, "VALID");
}

#[actix_web::test]
async fn a_repeated_rotation_changes_nothing_and_shows_no_secret() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let send = || {
        let request = app
            .system(&admin.secret)
            .request(Method::POST, &format!("{}/rotate", key.resource()))
            .header("Idempotency-Key", "once")
            .json(&json!({}));
        Answer::of(request)
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status), (200, 200));
    let new = text(&first.json());
    assert!(second.json().get("key").is_none(), "{}", second.body);
    assert_eq!(second.json()["last4"], first.json()["last4"]);
    assert_eq!(app.stranger().verify(&new).await, "VALID");
    assert_eq!(app.rows("key_rotations"), 1);
}

#[actix_web::test]
async fn a_repeated_rotation_that_asks_for_something_else_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let send = |body: Value| {
        let request = app
            .system(&admin.secret)
            .request(Method::POST, &format!("{}/rotate", key.resource()))
            .header("Idempotency-Key", "once")
            .json(&body);
        Answer::of(request)
    };
    let until = "2027-01-01T00:00:00Z";
    let asked = json!({ "grace_seconds": 600, "expires_at": until });
    let first = send(asked.clone()).await;
    let new = text(&first.json());
    for other in [
        json!({}),
        json!({ "grace_seconds": 600 }),
        json!({ "grace_seconds": 601, "expires_at": until }),
        json!({ "grace_seconds": 600, "expires_at": null }),
    ] {
        let refused = send(other).await.problem(409);
        assert_eq!(refused["code"], "idempotency-key-reused");
    }
    // Written in another way, it is the same.
    let same =
        send(json!({ "expires_at": "2027-01-01T01:00:00+01:00", "grace_seconds": 600 })).await;
    for again in [send(asked).await, same] {
        assert_eq!(again.status, 200, "{}", again.body);
        assert_eq!(again.json()["last4"], json!(new[new.len() - 4..]));
    }
    for secret in [&key.secret, &new] {
        assert_eq!(app.stranger().verify(secret).await, "VALID");
    }
    assert_eq!(app.rows("key_rotations"), 1);
}

#[actix_web::test]
async fn an_expired_key_comes_back_with_a_new_expiry_alone_and_within_the_limit() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let key = app.issue_with("Acme", "ERP", None, &[], Some(60));
    app.clock.advance(TimeDelta::seconds(60));
    let system = app.system(&admin.secret);
    let path = format!("{}/rotate", key.resource());
    let refused = system.post(&path, json!({ "grace_seconds": 60 })).await;
    assert_eq!(refused.problem(422)["errors"][0]["field"], "expires_at");
    app.set_limit("Acme", 1);
    let full = system.post(&path, json!({ "expires_at": null })).await;
    assert_eq!(full.problem(409)["code"], "key-limit-reached");
    assert_eq!(app.rows("key_rotations"), 0);
    app.set_limit("Acme", 2);
    let body = json!({ "expires_at": null, "grace_seconds": 600 });
    let new = text(&rotate(&app, &admin, &key, body).await);
    assert_eq!(app.stranger().verify(&new).await, "VALID");
    // What nobody could use any more does not come back to life.
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}

#[actix_web::test]
async fn a_key_rotates_itself_but_extends_no_life_of_its_own() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(9_000));
    let path = format!("{}/rotate", key.resource());
    let system = app.system(&key.secret);
    for longer in [json!(null), json!("2026-11-20T18:00:00Z")] {
        let refused = system.post(&path, json!({ "expires_at": longer })).await;
        refused.problem(403);
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    let shorter = json!({ "expires_at": "2026-11-20T12:30:00Z" });
    let after = rotate(&app, &key, &key, shorter).await;
    assert_eq!(after["expires_at"], "2026-11-20T12:30:00Z");
}

#[actix_web::test]
async fn the_old_secret_reads_during_its_grace_and_changes_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = text(&rotate(&app, &key, &key, json!({ "grace_seconds": 600 })).await);
    let old = app.system(&key.secret);
    assert_eq!(old.get(&key.resource()).await.status, 200);
    // Whoever stole it would have the only secret of the key.
    let rotation = format!("{}/rotate", key.resource());
    old.post(&rotation, json!({})).await.problem(403);
    old.create("Another").await.problem(403);
    old.delete(&key.resource()).await.problem(403);
    assert_eq!(app.stranger().verify(&new).await, "VALID");
}

#[actix_web::test]
async fn nothing_is_rotated_or_switched_beyond_ones_rights() {
    let app = App::start().await;
    app.add_group("Acme", "Keys", "api-keys:write api-keys:read");
    let weak = app.issue_with("Acme", "Weak", Some("Keys"), &[], None);
    let strong = app.issue("Acme", "Strong");
    let theirs = app.issue("Globex", "Theirs");
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    for verb in ["rotate", "disable", "enable"] {
        let at = |key: &Issued| format!("{}/{verb}", key.resource());
        let weak = app.system(&weak.secret);
        weak.post(&at(&strong), json!({})).await.problem(403);
        let system = app.system(&reader.secret);
        system.post(&at(&reader), json!({})).await.problem(403);
        let missing = at(&theirs).replace(&theirs.id, MISSING);
        let missing = weak.post(&missing, json!({})).await;
        let other = weak.post(&at(&theirs), json!({})).await;
        assert_eq!(other.meaning(), missing.meaning());
        assert_eq!(other.status, 404);
    }
    for key in [&weak, &strong, &theirs, &reader] {
        assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    }
}

#[actix_web::test]
async fn a_revoked_key_gets_no_other_secret_and_loses_all_that_it_has() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let new = text(&rotate(&app, &admin, &key, json!({ "grace_seconds": 600 })).await);
    let system = app.system(&admin.secret);
    assert_eq!(system.delete(&key.resource()).await.status, 204);
    for secret in [&key.secret, &new] {
        assert_eq!(app.stranger().verify(secret).await, "REVOKED");
    }
    for verb in ["rotate", "disable", "enable"] {
        let path = format!("{}/{verb}", key.resource());
        let refused = system.post(&path, json!({})).await;
        assert_eq!(refused.problem(409)["code"], "key-revoked");
    }
}

#[actix_web::test]
async fn wrong_members_are_told_and_change_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let path = format!("{}/rotate", key.resource());
    for body in [
        json!({ "grace_seconds": -1 }),
        json!({ "grace_seconds": 604_801 }),
        json!({ "grace_seconds": "1h" }),
        json!({ "expires_at": "tomorrow" }),
        json!({ "expires_at": "2026-11-20T11:00:00Z" }),
        json!({ "expires_at": "2099-01-01T00:00:00Z" }),
        json!({ "name": "Mine" }),
    ] {
        app.system(&key.secret).post(&path, body).await.problem(422);
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(app.rows("key_rotations"), 0);
}

#[actix_web::test]
async fn a_disabled_key_is_refused_until_it_is_enabled() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let new = text(&rotate(&app, &admin, &key, json!({ "grace_seconds": 600 })).await);
    let system = app.system(&admin.secret);
    for _ in 0..2 {
        let answer = system.request(Method::POST, &format!("{}/disable", key.resource()));
        let answer = Answer::of(answer).await;
        assert_eq!(answer.json()["status"], "disabled", "{}", answer.body);
        for secret in [&key.secret, &new] {
            assert_eq!(app.stranger().verify(secret).await, "DISABLED");
        }
    }
    for _ in 0..2 {
        let answer = system.request(Method::POST, &format!("{}/enable", key.resource()));
        assert_eq!(Answer::of(answer).await.json()["status"], "active");
        for secret in [&key.secret, &new] {
            assert_eq!(app.stranger().verify(secret).await, "VALID");
        }
    }
    let history = app.audit(&key);
    assert_eq!(
        history[2..],
        ["key.disabled by Admin", "key.enabled by Admin"]
    );
}

#[actix_web::test]
async fn an_expired_key_is_enabled_and_stays_expired() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let key = app.issue_with("Acme", "ERP", None, &[], Some(60));
    let system = app.system(&admin.secret);
    let to = |verb: &str| format!("{}/{verb}", key.resource());
    system.post(&to("disable"), json!({})).await;
    app.clock.advance(TimeDelta::seconds(60));
    app.set_limit("Acme", 1);
    let answer = system.post(&to("enable"), json!({})).await;
    assert_eq!(answer.json()["status"], "expired", "{}", answer.body);
    assert_eq!(app.stranger().verify(&key.secret).await, "EXPIRED");
}
