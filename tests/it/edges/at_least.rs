//! Questions that insist on a revision: the answer goes by it, or there is none.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser_like::Answer;
use crate::support::*;

const VERIFY: &str = "/api/v1/verify";
const BATCH: &str = "/api/v1/verify/batch";

async fn introspect(app: &App, token: &str, at_least: &str) -> Answer {
    let request = app.asker().request(Method::POST, "/oauth2/introspect");
    let fields = [("token", token), ("at_least", at_least)];
    Answer::of(request.form(&fields)).await
}

/// A key that was just switched off, and the revision of that.
async fn switched_off(app: &App) -> (String, i64) {
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let off = format!("{}/disable", key.resource());
    let off = app.system(&admin.secret).post(&off, json!({})).await;
    (key.secret, off.json()["revision"].as_i64().unwrap())
}

#[actix_web::test]
async fn a_revision_that_this_server_has_reached_changes_nothing() {
    let app = App::start().await;
    let (key, rev) = switched_off(&app).await;
    for at_least in [json!(rev), json!(rev - 1), json!(0), Value::Null] {
        let question = json!({ "key": key, "at_least": at_least });
        let one = app.asker().post(VERIFY, question.clone()).await;
        assert_eq!(one.status, 200, "{}", one.body);
        assert_eq!(one.json()["code"], "DISABLED");
        let many = json!({ "keys": [{ "key": key }, question] });
        let many = app.asker().post(BATCH, many).await;
        assert_eq!(many.status, 200, "{}", many.body);
        assert_eq!(many.json()["results"][1]["code"], "DISABLED");
    }
    let inactive = introspect(&app, &key, &rev.to_string()).await;
    assert_eq!(
        (inactive.status, &*inactive.body),
        (200, "{\"active\":false}")
    );
}

#[actix_web::test]
async fn one_that_it_has_not_reached_is_answered_by_trying_again() {
    let app = App::start().await;
    let (key, rev) = switched_off(&app).await;
    let question = json!({ "key": key, "at_least": rev + 1 });
    let many = json!({ "keys": [{ "key": key }, question, { "key": "x" }] });
    for (path, body) in [(VERIFY, question), (BATCH, many)] {
        let answer = app.asker().post(path, body).await;
        let problem = answer.problem(503);
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(problem["type"], "/api/docs#problem-revision-not-reached");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("revision {}", rev + 1)),
            "{detail}"
        );
        answer.hides("results");
    }
    let answer = introspect(&app, &key, &(rev + 1).to_string()).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    answer.hides("active");
    let page = app.visitor().get("/api/docs").await;
    page.has("main [id='problem-revision-not-reached']");
    // It is no fault, and nothing was counted as use.
    let next = app.issue("Acme", "Next");
    assert_eq!(app.revision(), rev + 1);
    let question = json!({ "key": next.secret, "at_least": rev + 1 });
    let reached = app.asker().post(VERIFY, question).await;
    assert_eq!(reached.json()["code"], "VALID", "{}", reached.body);
}

#[actix_web::test]
async fn what_is_no_revision_is_refused_at_the_member() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for wrong in [
        "-1",
        "1.5",
        "1e3",
        "\"1\"",
        "true",
        "[]",
        "{}",
        "9223372036854775808",
        "99999999999999999999999",
    ] {
        let one = format!("{{\"key\":\"{key}\",\"at_least\":{wrong}}}");
        // What is wrong comes before what is not there yet.
        let ahead = format!("{{\"key\":\"{key}\",\"at_least\":{}}}", i64::MAX);
        let many = format!("{{\"keys\":[{ahead},{one}]}}");
        for (path, body, named) in [(VERIFY, one, "at_least"), (BATCH, many, "keys[1].at_least")] {
            let answer = app.asker().send(path, "application/json", body).await;
            let problem = answer.problem(422);
            assert_eq!(problem["errors"][0]["field"], named, "{wrong}");
        }
    }
    let twice = format!("{{\"key\":\"{key}\",\"at_least\":1,\"at_least\":1}}");
    let twice = app.asker().send(VERIFY, "application/json", twice).await;
    twice.problem(400);
    for wrong in ["", "-1", "1.5", "x"] {
        let answer = introspect(&app, &key, wrong).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.json()["error"], "invalid_request");
    }
}
