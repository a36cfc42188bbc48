//! How a key is presented, and what is said when it is not accepted (RFC 6750).

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const WHOAMI: &str = "/api/v1/auth/whoami";
const MISSING_CHALLENGE: &str = "Bearer realm=\"keystead\"";
const INVALID_CHALLENGE: &str = "Bearer realm=\"keystead\", error=\"invalid_token\"";

async fn with(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = app.stranger().request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request).await
}

#[actix_web::test]
async fn either_header_carries_the_key() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for (name, value) in [
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("bearer {key}")),
        ("authorization", format!("BEARER   {key} ")),
        ("authorization", format!("Bearer\t{key}\t")),
        ("x-api-key", key.clone()),
        ("X-API-KEY", format!("  {key} ")),
    ] {
        let answer = with(&app, WHOAMI, &[(name, &value)]).await;
        assert_eq!(answer.status, 200, "{name}: {value:?}");
    }
}

#[actix_web::test]
async fn without_a_key_the_challenge_has_no_error_code() {
    let app = App::start().await;
    let answer = app.stranger().whoami().await;
    let problem = answer.problem(401);
    assert_eq!(problem["detail"], "Invalid or missing API key");
    assert_eq!(answer.header("www-authenticate"), MISSING_CHALLENGE);
}

#[actix_web::test]
async fn every_key_that_is_not_accepted_gets_one_and_the_same_answer() {
    // Only of a text that is no whole key more is said: nothing was looked up for it.
    let app = App::start().await;
    let good = app.issue("Acme", "ERP");
    let revoked = app.issue("Acme", "Revoked");
    app.alter_key(&revoked, "revoked_at = '2026-11-20 11:00:00'");
    let disabled = app.issue("Acme", "Disabled");
    app.alter_key(&disabled, "disabled_at = '2026-11-20 11:00:00'");
    let elsewhere = app.issue_with("Acme", "Elsewhere", None, &["203.0.113.0/24"], None);
    let suspended = app.issue("Globex", "Suspended");
    app.suspend("Globex", &suspended);
    let unknown = keystead::domain::key_text::KeySecret::generate(
        "ks",
        keystead::domain::environment::Environment::Live,
    )
    .unwrap();
    let cut = &good.secret[..good.secret.len() - 1];
    let (mut answers, mut hinted) = (Vec::new(), Vec::new());
    for (text, is_whole) in [
        (&*revoked.secret, true),
        (&disabled.secret, true),
        (&elsewhere.secret, true),
        (&suspended.secret, true),
        (unknown.expose(), true),
        (cut, false),
        (&misspelt(&good.secret), false),
        (&good.secret.to_lowercase(), false),
        (&format!("{}x", good.secret), false),
        (&format!("\"{}\"", good.secret), false),
        ("xyzzy", false),
        (&"a".repeat(5_000), false),
    ] {
        let answer = app.system(text).whoami().await;
        let problem = answer.problem(401);
        assert_eq!(
            answer.header("www-authenticate"),
            INVALID_CHALLENGE,
            "{text}"
        );
        answer.hides(text);
        if is_whole {
            assert_eq!(problem["hint"], serde_json::Value::Null, "{text}");
            answers.push(answer.meaning());
        } else {
            let hint = problem["hint"].as_str().unwrap();
            assert!(
                hint.contains("looks cut, or has stray characters"),
                "{hint}"
            );
            hinted.push(answer.meaning());
        }
    }
    for alike in [&answers, &hinted] {
        assert!(alike.iter().all(|answer| answer == &alike[0]));
    }
    assert!(answers[0].1.contains("Invalid or missing API key"));
}

#[actix_web::test]
async fn the_holder_of_an_expired_key_is_told_so() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(60));
    let system = app.system(&key.secret);
    app.clock
        .advance(chrono::TimeDelta::microseconds(59_999_999));
    assert_eq!(system.whoami().await.status, 200);
    app.clock.advance(chrono::TimeDelta::microseconds(1));
    let answer = system.whoami().await;
    assert_eq!(answer.problem(401)["detail"], "API key expired");
    assert!(
        answer
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
    assert!(
        answer
            .header("www-authenticate")
            .contains("API key expired")
    );
}

#[actix_web::test]
async fn a_revoked_key_past_its_expiry_is_not_called_expired() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(60));
    app.alter_key(&key, "revoked_at = '2026-11-20 11:00:00'");
    app.clock.advance(chrono::TimeDelta::seconds(61));
    let answer = app.system(&key.secret).whoami().await;
    assert_eq!(answer.problem(401)["detail"], "Invalid or missing API key");
}

#[actix_web::test]
async fn two_credentials_in_one_request_are_refused() {
    let app = App::start().await;
    let (one, two) = (
        app.issue("Acme", "One").secret,
        app.issue("Acme", "Two").secret,
    );
    let (bearer, other) = (format!("Bearer {one}"), format!("Bearer {two}"));
    for headers in [
        [("authorization", &*bearer), ("x-api-key", &*two)],
        [("authorization", &*bearer), ("x-api-key", &*one)],
        [("authorization", &*bearer), ("authorization", &*other)],
        [("x-api-key", &*one), ("x-api-key", &*two)],
        [("authorization", "Basic YTpi"), ("x-api-key", &*two)],
    ] {
        for path in [WHOAMI, "/forward-auth"] {
            let answer = with(&app, path, &headers).await;
            let problem = answer.problem(400);
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .contains("one credential")
            );
            answer.hides(&one);
        }
    }
}

#[actix_web::test]
async fn a_key_in_the_query_is_refused_and_not_repeated() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for query in [
        format!("api_key={key}"),
        format!("access_token={key}"),
        format!("key={key}"),
        "token=abc".to_owned(),
        "API_KEY=abc".to_owned(),
        format!("anything={key}"),
        format!("a=b&x=%20{key}"),
    ] {
        for path in [WHOAMI, "/api/v1/auth/api-keys", "/forward-auth"] {
            let answer = app.system(&key).get(&format!("{path}?{query}")).await;
            assert!(
                answer.problem(400)["detail"]
                    .as_str()
                    .unwrap()
                    .contains("never in the URL")
            );
            answer.hides(&key);
        }
    }
}

#[actix_web::test]
async fn odd_white_space_and_odd_schemes_are_not_forgiven() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for value in [
        format!("Bearer {key}\u{200b}"),
        format!("Bearer \u{feff}{key}"),
        format!("Bearer {key} {key}"),
        format!("Bearer {key},"),
        format!("Token {key}"),
        format!("Basic {key}"),
        key.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
    ] {
        let answer = with(&app, WHOAMI, &[("authorization", &value)]).await;
        answer.problem(401);
        answer.hides(&key);
    }
}
