//! Keys that may be used so often and no more.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

const GATEWAY: &str = "/forward-auth";

/// A key of Acme with a rate limit, made by another key.
async fn limited(app: &App, limit: Value) -> Issued {
    let admin = app.issue("Acme", "Admin");
    let input = json!({ "name": "Limited", "rate_limit": limit });
    let made = app.system(&admin.secret).post(KEYS, input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |member: &str| made.json()[member].as_str().unwrap().to_owned();
    Issued {
        id: text("id"),
        secret: text("key"),
    }
}

/// How many of the next requests a gateway lets through before the first that it does not.
async fn let_through(app: &App, key: &Issued) -> usize {
    let system = app.system(&key.secret);
    for count in 0.. {
        match system.get(GATEWAY).await.status {
            200 => {}
            429 => return count,
            other => panic!("{other}"),
        }
    }
    unreachable!()
}

async fn verify(app: &App, key: &Issued) -> Value {
    let question = json!({ "key": key.secret });
    let answer = app.asker().post("/api/v1/verify", question).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[actix_web::test]
async fn a_burst_is_allowed_and_then_an_even_flow() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 2, "per": "second", "burst": 3 })).await;
    assert_eq!(let_through(&app, &key).await, 3);
    app.clock.advance(TimeDelta::milliseconds(499));
    assert_eq!(let_through(&app, &key).await, 0);
    app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(let_through(&app, &key).await, 1);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(let_through(&app, &key).await, 2);
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(let_through(&app, &key).await, 3);
}

#[actix_web::test]
async fn without_a_burst_of_its_own_a_limit_allows_its_number_at_once() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 5, "per": "minute" })).await;
    assert_eq!(let_through(&app, &key).await, 5);
    app.clock.advance(TimeDelta::seconds(11));
    assert_eq!(let_through(&app, &key).await, 0);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(let_through(&app, &key).await, 1);
}

#[actix_web::test]
async fn too_many_requests_are_429_with_the_time_to_wait_and_never_401() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 1, "per": "minute", "burst": 2 })).await;
    assert_eq!(let_through(&app, &key).await, 2);
    app.clock.advance(TimeDelta::milliseconds(500));
    let system = app.system(&key.secret);
    for path in [
        GATEWAY,
        "/forward-auth?scope=orders:read",
        "/api/v1/auth/whoami",
        KEYS,
    ] {
        let answer = system.get(path).await;
        let problem = answer.problem(429);
        assert_eq!(problem["type"], "/api/docs#problem-rate-limited");
        assert_eq!(
            problem["detail"],
            "Too many requests: this key may make 1 per minute, burst 2. Try again in 60 seconds."
        );
        assert_eq!(answer.header("retry-after"), "60", "{path}");
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=2;w=120");
        assert_eq!(answer.header("ratelimit"), "\"key\";r=0;t=60");
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-keystead-key-id"), "");
    }
    let sent = system.create("Child").await;
    sent.problem(429);
    app.clock.advance(TimeDelta::milliseconds(59_400));
    assert_eq!(system.get(GATEWAY).await.header("retry-after"), "1");
    app.clock.advance(TimeDelta::milliseconds(100));
    assert_eq!(system.whoami().await.status, 200);
}

#[actix_web::test]
async fn answers_to_a_gateway_tell_what_is_left() {
    let app = App::start().await;
    let key = limited(
        &app,
        json!({ "requests": 100, "per": "second", "burst": 250 }),
    )
    .await;
    for left in [249, 248] {
        let answer = app.system(&key.secret).get(GATEWAY).await;
        assert_eq!(answer.header("ratelimit"), format!("\"key\";r={left};t=1"));
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=250;w=3");
    }
    let free = app.issue("Acme", "Free");
    let answer = app.system(&free.secret).get(GATEWAY).await;
    assert_eq!(answer.header("ratelimit"), "");
    assert_eq!(answer.header("ratelimit-policy"), "");
}

#[actix_web::test]
async fn what_is_left_never_exceeds_what_is_allowed_whichever_of_burst_and_flow_is_larger() {
    let app = App::start().await;
    for (limit, policy) in [
        (
            json!({ "requests": 100, "per": "second", "burst": 3 }),
            (3, 1),
        ),
        (
            json!({ "requests": 60, "per": "minute", "burst": 3 }),
            (3, 3),
        ),
        (
            json!({ "requests": 1, "per": "minute", "burst": 5 }),
            (5, 300),
        ),
        (json!({ "requests": 7, "per": "minute" }), (7, 60)),
    ] {
        let key = limited(&app, limit).await;
        let (quota, window) = policy;
        for left in (0..quota).rev().map(Some).chain([None]) {
            let answer = app.system(&key.secret).get(GATEWAY).await;
            let policy = format!("\"key\";q={quota};w={window}");
            assert_eq!(answer.header("ratelimit-policy"), policy);
            let (r, t) = (answer.header("ratelimit").strip_prefix("\"key\";r="))
                .and_then(|text| text.split_once(";t="))
                .unwrap();
            assert_eq!(r, left.unwrap_or(0).to_string());
            assert!(t.parse::<u64>().unwrap() <= window, "{t}");
            // Whoever is refused is told the same moment twice.
            let wait = left.map_or(t, |_| "");
            assert_eq!(answer.header("retry-after"), wait);
        }
    }
}

#[actix_web::test]
async fn a_verifier_is_told_the_code_and_the_time_to_wait() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 3, "per": "minute", "burst": 1 })).await;
    let accepted = verify(&app, &key).await;
    assert_eq!(accepted["code"], "VALID");
    assert_eq!(
        accepted["rate_limit"],
        json!({ "limit": 3, "remaining": 0, "reset": 20 })
    );
    assert_eq!(accepted["retry_after"], Value::Null);
    let refused = verify(&app, &key).await;
    assert_eq!(refused["valid"], false);
    assert_eq!(refused["code"], "RATE_LIMITED");
    assert_eq!(refused["retry_after"], 20);
    assert_eq!(
        refused["rate_limit"],
        json!({ "limit": 3, "remaining": 0, "reset": 20 })
    );
    assert_eq!(refused["key_id"], key.id);
    let free = app.issue("Acme", "Free");
    let answer = verify(&app, &free).await;
    assert!(answer.get("rate_limit").is_none() && answer.get("retry_after").is_none());
}

#[actix_web::test]
async fn introspection_says_wait_and_not_that_the_key_is_bad() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 3, "per": "minute", "burst": 1 })).await;
    let ask = async || {
        let request = app.asker().request(Method::POST, "/oauth2/introspect");
        Answer::of(request.form(&[("token", &key.secret)])).await
    };
    assert_eq!(ask().await.json()["active"], true);
    let refused = ask().await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
    assert_eq!(refused.header("ratelimit-policy"), "\"key\";q=1;w=20");
    let said = refused.json()["error_description"].to_string();
    assert!(
        said.contains("this key may make 3 per minute, burst 1"),
        "{said}"
    );
    app.clock.advance(TimeDelta::seconds(20));
    assert_eq!(ask().await.json()["active"], true);
}

#[actix_web::test]
async fn a_batch_counts_each_of_its_questions() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 2, "per": "minute" })).await;
    let other = app.issue("Acme", "Other");
    let ask = |key: &Issued| json!({ "key": key.secret });
    let questions = json!({ "keys": [ask(&key), ask(&key), ask(&key), ask(&other)] });
    let answer = app.asker().post("/api/v1/verify/batch", questions).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let codes: Vec<Value> = answer.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["code"].clone())
        .collect();
    assert_eq!(codes, ["VALID", "VALID", "RATE_LIMITED", "VALID"]);
}

#[actix_web::test]
async fn all_edges_count_against_one_limit_and_other_keys_are_not_touched() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 3, "per": "minute" })).await;
    let other = app.issue("Acme", "Other");
    let system = app.system(&key.secret);
    assert_eq!(system.whoami().await.status, 200);
    assert_eq!(verify(&app, &key).await["code"], "VALID");
    assert_eq!(let_through(&app, &key).await, 1);
    assert_eq!(verify(&app, &key).await["code"], "RATE_LIMITED");
    assert_eq!(app.system(&other.secret).whoami().await.status, 200);
}

#[actix_web::test]
async fn only_what_would_be_accepted_counts() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read");
    let key = app.issue_with("Acme", "ERP", Some("Orders"), &["127.0.0.1"], None);
    app.alter_key(
        &key,
        "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 2",
    );
    let system = app.system(&key.secret);
    for _ in 0..5 {
        let refused = system.get("/forward-auth?scope=orders:write").await;
        assert_eq!(refused.status, 403);
        assert_eq!(verify(&app, &key).await["code"], "IP_DENIED");
    }
    assert_eq!(let_through(&app, &key).await, 2);
    // The limit is the last of the checks: what fails before it says so even now.
    assert_eq!(verify(&app, &key).await["code"], "IP_DENIED");
    let refused = system.get("/forward-auth?scope=orders:write").await;
    assert_eq!(refused.status, 403);
}

#[actix_web::test]
async fn a_change_of_the_key_gives_nothing_back_unless_it_changes_the_limit() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 2, "per": "minute" })).await;
    assert_eq!(let_through(&app, &key).await, 2);
    app.alter_key(&key, "name = 'Renamed'");
    assert_eq!(verify(&app, &key).await["name"], "Renamed");
    assert_eq!(verify(&app, &key).await["code"], "RATE_LIMITED");
    app.alter_key(&key, "rate_limit_burst = 4");
    assert_eq!(let_through(&app, &key).await, 4);
    app.alter_key(
        &key,
        "rate_limit_requests = NULL, rate_limit_period = NULL, rate_limit_burst = NULL",
    );
    assert_eq!(verify(&app, &key).await["code"], "VALID");
}

#[actix_web::test]
async fn of_many_requests_at_once_exactly_the_burst_is_let_through() {
    let app = App::start().await;
    let key = limited(&app, json!({ "requests": 10, "per": "minute" })).await;
    let tries: Vec<_> = (0..60)
        .map(|_| {
            let request = app.system(&key.secret).request(Method::GET, GATEWAY);
            actix_web::rt::spawn(async move { Answer::of(request).await.status })
        })
        .collect();
    let mut accepted = 0;
    for attempt in tries {
        match attempt.await.unwrap() {
            200 => accepted += 1,
            status => assert_eq!(status, 429),
        }
    }
    assert_eq!(accepted, 10);
}

#[actix_web::test]
async fn the_widest_and_the_narrowest_limit_hold() {
    let app = App::start().await;
    for (limit, wait) in [
        (json!({ "requests": 1_000_000, "per": "second" }), "1"),
        (
            json!({ "requests": 1, "per": "minute", "burst": 1_000_000 }),
            "60",
        ),
    ] {
        let key = limited(&app, limit).await;
        let answer = app.system(&key.secret).get(GATEWAY).await;
        assert_eq!(answer.status, 200);
        let left = format!("\"key\";r=999999;t={wait}");
        assert_eq!(answer.header("ratelimit"), left);
    }
}

#[actix_web::test]
async fn a_limit_that_is_half_there_is_never_read_as_no_limit() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.sql(&format!(
        "UPDATE api_keys SET rate_limit_requests = 5 WHERE id = '{}'",
        key.id
    ));
    app.db
        .write(|conn| {
            keystead::db::change_log::append(
                conn,
                keystead::db::change_log::Item::Key(key.id.parse()?),
            )
        })
        .unwrap();
    direct::until("the index is in doubt", async || {
        app.stranger().get("/readyz").await.status == 503
    })
    .await;
    app.system(&key.secret).get(GATEWAY).await.problem(503);
}
