//! A key with two secrets, as gateways and verifiers meet it.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::process::{Place, Server};
use crate::support::*;

/// Rotates with a grace, and gives the new secret as if it were a key of its own.
async fn rotated(app: &App, key: &Issued, grace: i64) -> Issued {
    let system = app.system(&key.secret);
    let path = format!("{}/rotate", key.resource());
    let answer = system.post(&path, json!({ "grace_seconds": grace })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Issued {
        id: key.id.clone(),
        secret: answer.json()["key"].as_str().unwrap().to_owned(),
    }
}

#[actix_web::test]
async fn both_secrets_share_one_rate_limit_and_one_count() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let limit = "rate_limit_requests = 10, rate_limit_period = 'minute', rate_limit_burst = 10";
    app.alter_key(&key, limit);
    // The rotation itself is one of the ten.
    let new = rotated(&app, &key, 600).await;
    for number in 0..9 {
        let secret = if number % 2 == 0 { &key } else { &new };
        let status = app.system(&secret.secret).get("/forward-auth").await.status;
        assert_eq!(status, 200, "{number}");
    }
    for secret in [&key, &new] {
        let refused = app.system(&secret.secret).get("/forward-auth").await;
        assert_eq!(refused.status, 429);
    }
    let counted = "SELECT CAST(SUM(valid) AS BIGINT) AS n FROM key_usage WHERE span = 60";
    direct::until("all are counted", async || {
        app.rows("key_usage") == 1 && app.number(counted) == 10
    })
    .await;
}

#[actix_web::test]
async fn what_is_taken_from_a_key_is_taken_from_both_secrets() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = rotated(&app, &key, 600).await;
    let narrow = json!({ "ip_allowlist": ["192.0.2.1"] });
    let admin = app.issue("Acme", "Admin");
    let request = app
        .system(&admin.secret)
        .request(Method::PATCH, &key.resource());
    assert_eq!(request.json(&narrow).send().await.unwrap().status(), 200);
    for secret in [&key, &new] {
        let (_, code) = app.ask(secret, json!({ "ip": "203.0.113.7" })).await;
        assert_eq!(code, "IP_DENIED");
        let (_, code) = app.ask(secret, json!({ "ip": "192.0.2.1" })).await;
        assert_eq!(code, "VALID");
    }
    app.suspend("Acme", &key);
    for secret in [&key, &new] {
        assert_eq!(
            app.stranger().verify(&secret.secret).await,
            "TENANT_SUSPENDED"
        );
    }
}

/// As on another server, whose clock is a little behind.
#[actix_web::test]
async fn a_secret_that_ended_at_once_stays_ended_when_the_clock_is_set_back_a_little() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = rotated(&app, &key, 0).await;
    app.clock.advance(-TimeDelta::milliseconds(900));
    assert_eq!(app.stranger().verify(&new.secret).await, "VALID");
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    app.clock.advance(TimeDelta::milliseconds(900));
    // A grace that was set is kept to the end.
    let third = rotated(&app, &new, 600).await;
    app.clock.advance(TimeDelta::seconds(599));
    for secret in [&new, &third] {
        assert_eq!(app.stranger().verify(&secret.secret).await, "VALID");
    }
}

#[actix_web::test]
async fn whoever_holds_the_old_secret_can_still_kill_the_key() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = rotated(&app, &key, 600).await;
    let request = app.stranger().request(Method::POST, "/oauth2/revoke");
    let done = request
        .form(&[("token", &key.secret)])
        .send()
        .await
        .unwrap();
    assert_eq!(done.status(), 200);
    for secret in [&key, &new] {
        assert_eq!(app.stranger().verify(&secret.secret).await, "REVOKED");
    }
}

#[actix_web::test]
async fn a_secret_that_the_key_no_longer_has_kills_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = rotated(&app, &key, 600).await;
    app.clock.advance(TimeDelta::minutes(10));
    let request = app.stranger().request(Method::POST, "/oauth2/revoke");
    let done = request.form(&[("token", &key.secret)]).send().await;
    assert_eq!(done.unwrap().status(), 200);
    assert_eq!(app.stranger().verify(&new.secret).await, "VALID");
}

#[actix_web::test]
async fn a_refused_old_secret_is_explained_by_its_last_four_characters() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let new = rotated(&app, &key, 600).await;
    app.recorded(1).await;
    let (during, _) = app.ask(&key, json!({})).await;
    app.clock.advance(TimeDelta::minutes(10));
    let (after, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "REVOKED");
    let (other, _) = app.ask(&new, json!({})).await;
    app.recorded(4).await;
    let mut alice = app.sign_in(ALICE).await;
    let explain = |id: &str| format!("/usage/explanation?request={id}");
    let page = alice.get(&explain(&during)).await;
    let former = format!("It came with the former secret …{}, which", key.last4());
    page.shows(&format!(
        "{former} worked until 20 Nov 2026, 12:10:00.000 UTC."
    ));
    let page = alice.get(&explain(&after)).await;
    page.shows(&format!("{former} ended at 20 Nov 2026, 12:10:00.000 UTC."));
    page.shows(&format!(
        "The secret that the key has now, ks_live_…{}.",
        new.last4()
    ));
    let page = alice.get(&explain(&other)).await;
    page.shows("It was not revoked.");
    page.shows(&format!("…{}", new.last4()));
    // Whoever still tries the old one is seen on the key's page.
    direct::until("the try is written", async || {
        let page = alice
            .clone()
            .get(&format!("/tenant-api-keys/{}", key.id))
            .await;
        let told = format!("…{}, last used just now", key.last4());
        page.says("Former secret") && page.says(&told)
    })
    .await;
}

#[actix_web::test]
async fn of_a_key_that_was_rotated_often_the_newest_twenty_old_secrets_are_still_known() {
    let app = App::start().await;
    let mut secrets = vec![app.issue("Acme", "ERP")];
    for _ in 0..23 {
        secrets.push(rotated(&app, &secrets[secrets.len() - 1], 0).await);
    }
    let stranger = app.stranger();
    for (number, secret) in secrets.iter().enumerate() {
        let expected = match number {
            0..3 => "NOT_FOUND",
            3..23 => "REVOKED",
            _ => "VALID",
        };
        assert_eq!(stranger.verify(&secret.secret).await, expected, "{number}");
    }
    assert_eq!(app.rows("key_rotations"), 20);
    // One that runs is kept besides, and both of its secrets work.
    let new = rotated(&app, &secrets[23], 600).await;
    for secret in [&secrets[23], &new] {
        assert_eq!(stranger.verify(&secret.secret).await, "VALID");
    }
    assert_eq!(stranger.verify(&secrets[3].secret).await, "REVOKED");
}

#[actix_web::test]
async fn a_use_just_before_a_cancellation_is_noted_for_the_secret_that_was_used() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    // Several, so that some uses are surely still in memory when their rotation is turned back.
    for number in 0..5 {
        let key = app.issue("Acme", &format!("Key {number}"));
        let new = rotated(&app, &key, 600).await;
        for (secret, program) in [(&new, "new-client"), (&key, "old-client")] {
            let request = app
                .system(&secret.secret)
                .request(Method::GET, "/forward-auth");
            let used = request.header("User-Agent", program).send().await.unwrap();
            assert_eq!(used.status(), 200);
        }
        let page = key.page("rotation/cancellation");
        let answer = alice.submit(&page, &page, &[("last4", new.last4())]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let noted = |program: &str, other: &str| {
        let as_it_is = format!("used_program = '{program}' AND new_used_program = '{other}'");
        app.number(&format!(
            "SELECT count(*) AS n FROM key_rotations WHERE {as_it_is}"
        ))
    };
    // A cancelled rotation holds the secret that the key gave back.
    direct::until("all uses are written", async || {
        noted("new-client", "old-client") + noted("old-client", "new-client") == 5
    })
    .await;
    assert_eq!(noted("new-client", "old-client"), 5);
}

async fn rotate_over_http(server: &Server, secret: &str, grace: i64) -> String {
    let system = server.system(secret);
    let id = system.whoami().await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/auth/api-keys/{id}/rotate");
    let answer = system.post(&path, json!({ "grace_seconds": grace })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["key"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn both_secrets_survive_a_restart_and_an_ended_one_stays_ended() {
    let place = Place::new().with_acme();
    let (running, ended) = (place.key("Running"), place.key("Ended"));
    let mut server = place.serve();
    let new_running = rotate_over_http(&server, &running, 600).await;
    let new_ended = rotate_over_http(&server, &ended, 0).await;
    for _ in 0..2 {
        let stranger = server.stranger();
        for (secret, code) in [
            (&running, "VALID"),
            (&new_running, "VALID"),
            (&ended, "REVOKED"),
            (&new_ended, "VALID"),
        ] {
            assert_eq!(stranger.verify(secret).await, code);
        }
        assert_eq!(server.stop(), 0);
        server = place.serve();
    }
}

#[actix_web::test]
async fn another_pepper_takes_old_secrets_along_and_is_not_given_up_before() {
    let place = Place::new().with_acme();
    let old = place.key("ERP");
    let server = place.serve();
    let new = rotate_over_http(&server, &old, 600).await;
    place.run(&["pepper", "rotate"], "").done();
    let stranger = server.stranger();
    assert_eq!(stranger.verify(&new).await, "VALID");
    let moved = |table: &str| format!("SELECT count(*) AS n FROM {table} WHERE pepper_version = 2");
    direct::until("the key has moved", async || {
        place.number(&moved("api_keys")) == 1 && place.number(&moved("verifiers")) == 1
    })
    .await;
    let status = place.run(&["pepper", "status", "--list"], "");
    let out = &status.done().out;
    assert!(
        out.contains("pepper 1: 1 old secret not moved yet"),
        "{out}"
    );
    assert!(out.contains("ERP (old secret)\tpepper 1"), "{out}");
    let refusal = place.run(&["pepper", "retire", "1"], "");
    assert!(
        refusal
            .refusal()
            .contains("1 old secret still needs pepper 1"),
        "{}",
        refusal.refusal()
    );
    for _ in 0..2 {
        assert_eq!(stranger.verify(&old).await, "VALID");
    }
    direct::until("the old secret has moved", async || {
        place.number(&moved("key_rotations")) == 1
    })
    .await;
    place.run(&["pepper", "retire", "1"], "").done();
    for secret in [&old, &new] {
        assert_eq!(stranger.verify(secret).await, "VALID");
    }
}
