//! Many questions in one request.

use serde_json::{Value, json};

use crate::support::*;

const BATCH: &str = "/api/v1/verify/batch";

#[actix_web::test]
async fn answers_come_in_the_order_of_the_questions() {
    let app = App::start().await;
    let (erp, crm) = (
        app.issue_with("Acme", "ERP", Some("Read only"), &[], None),
        app.issue_with("Globex", "CRM", None, &["203.0.113.0/24"], None),
    );
    let answer = app
        .asker()
        .post(
            BATCH,
            json!({ "keys": [
                { "key": crm.secret, "ip": "203.0.113.9" },
                { "key": "nonsense" },
                { "key": erp.secret, "scope": "orders:write" },
                { "key": format!(" {}\t", erp.secret), "method": "GET", "path": "/x" },
                { "key": crm.secret },
                { "key": erp.secret },
            ] }),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.json();
    let results = answer["results"].as_array().unwrap();
    let codes: Vec<&str> = results
        .iter()
        .map(|result| result["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "VALID",
            "MALFORMED",
            "INSUFFICIENT_SCOPE",
            "VALID",
            "IP_DENIED",
            "VALID"
        ]
    );
    assert_eq!(results[0]["key_id"], crm.id);
    assert_eq!(results[0]["tenant_id"], app.tenant("Globex").to_string());
    assert_eq!(results[3]["name"], "ERP");
    assert_eq!(results[1].as_object().unwrap().len(), 3);
    let mut ids: Vec<&str> = results
        .iter()
        .map(|result| result["request_id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each answer has a request id of its own");
}

#[actix_web::test]
async fn a_batch_holds_one_to_a_thousand_questions() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let asker = app.asker();
    let many = |count: usize| json!({ "keys": vec![json!({ "key": key }); count] });
    let full = asker.post(BATCH, many(1_000)).await.json();
    let results = full["results"].as_array().unwrap();
    assert_eq!(results.len(), 1_000);
    assert!(results.iter().all(|result| result["code"] == "VALID"));
    for count in [0, 1_001] {
        let problem = asker.post(BATCH, many(count)).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], "keys", "{count}");
    }
    // A body that fills the limit is read, one over it is not.
    let padded = |size: usize| {
        let body = json!({ "keys": [{ "key": "x", "path": "" }] }).to_string();
        body.replace(
            "\"path\":\"\"",
            &format!("\"path\":\"{}\"", "a".repeat(size - body.len())),
        )
    };
    let json = "application/json";
    assert_eq!(asker.send(BATCH, json, padded(1 << 20)).await.status, 200);
    asker
        .send(BATCH, json, padded((1 << 20) + 1))
        .await
        .problem(413);
}

#[actix_web::test]
async fn a_wrong_question_is_named_and_then_none_is_answered() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let asker = app.asker();
    let good = json!({ "key": key }).to_string();
    for (bad, status, named) in [
        ("{\"key\":\"a\",\"ip\":\"1.2.3\"}", 422, "keys[2].ip"),
        ("{\"key\":\"a\",\"scope\":\"orders\"}", 422, "keys[2].scope"),
        (
            "{\"key\":\"a\",\"tenant_id\":\"b\"}",
            422,
            "keys[2].tenant_id",
        ),
        ("{\"ip\":\"10.0.0.1\"}", 422, "keys[2].key"),
        ("{\"key\":1}", 422, "keys[2]"),
        ("\"x\"", 422, "keys[2]"),
        ("[\"x\"]", 422, "keys[2]"),
        ("null", 422, "keys[2]"),
        ("{\"key\":\"a\",\"key\":\"b\"}", 400, "keys[2]"),
        ("{\"key\":\"\\ud800\"}", 400, "keys[2]"),
    ] {
        let body = format!("{{\"keys\":[{good},{good},{bad},{good}]}}");
        let answer = asker.send(BATCH, "application/json", body).await;
        let problem = answer.problem(status);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(named), "{bad}: {detail}");
        let says_what_to_send = detail.contains("Send an object with a key");
        assert_eq!(says_what_to_send, !bad.starts_with('{'), "{detail}");
        assert!(!detail.contains("column"), "{detail}");
        answer.hides("results");
    }
    for (body, status) in [
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        ("{\"keys\":{}}", 422),
        ("{\"keys\":[],\"keys\":[]}", 400),
        ("{\"keys\":[{\"key\":\"a\"}],\"tenant_id\":1}", 422),
        ("{\"keys\":[{\"key\":\"a\"}]} x", 400),
    ] {
        let answer = asker.send(BATCH, "application/json", body).await;
        answer.problem(status);
    }
    asker.send(BATCH, "text/plain", "{}").await.problem(415);
    // Nothing of all that was counted as use: the key is asked about once, and that is the only use.
    assert_eq!(asker.verify(&key).await, "VALID");
    let counted =
        "SELECT CAST(COALESCE(SUM(valid), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60";
    direct::until("the one use is counted", async || app.number(counted) > 0).await;
    assert_eq!(app.number(counted), 1);
}

#[actix_web::test]
async fn only_a_verifier_may_ask() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let question: Value = json!({ "keys": [{ "key": key }] });
    app.stranger()
        .post(BATCH, question.clone())
        .await
        .problem(401);
    app.system(&key).post(BATCH, question).await.problem(401);
}
