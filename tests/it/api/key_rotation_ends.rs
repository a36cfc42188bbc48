//! How a rotation comes to its end, over REST.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

/// Asks for something at a key.
async fn ask(app: &App, by: &Issued, key: &Issued, verb: &str, body: Value) -> Answer {
    let path = format!("{}/{verb}", key.resource());
    app.system(&by.secret).post(&path, body).await
}

/// Rotates with a grace of an hour, and gives the new secret.
async fn rotate(app: &App, by: &Issued, key: &Issued) -> String {
    let answer = ask(app, by, key, "rotate", json!({ "grace_seconds": 3600 })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["key"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_rotation_is_extended_and_ended() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let none = ask(&app, &admin, &key, "rotation/end", json!({})).await;
    assert_eq!(none.problem(409)["code"], "no-rotation-running");
    let new = rotate(&app, &admin, &key).await;
    for (seconds, status) in [(0, 422), (60, 422), (604_801, 422), (7_200, 200)] {
        let grace = json!({ "grace_seconds": seconds });
        let answer = ask(&app, &admin, &key, "rotation/extension", grace).await;
        assert_eq!(answer.status, status, "{seconds}: {}", answer.body);
        if status == 422 {
            let errors = &answer.json()["errors"];
            assert!(errors.to_string().contains("grace_seconds"), "{errors}");
        }
        answer.hides(&new);
    }
    app.clock.advance(TimeDelta::seconds(7_199));
    let stranger = app.stranger();
    assert_eq!(stranger.verify(&key.secret).await, "VALID");
    let ended = ask(&app, &admin, &key, "rotation/end", json!({})).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(stranger.verify(&new).await, "VALID");
    let again = ask(&app, &admin, &key, "rotation/cancellation", json!({})).await;
    assert_eq!(again.problem(409)["code"], "no-rotation-running");
}

#[actix_web::test]
async fn a_cancelled_rotation_gives_the_old_secret_back() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let new = rotate(&app, &admin, &key).await;
    let back = ask(&app, &admin, &key, "rotation/cancellation", json!({})).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(back.json()["last4"], key.secret[key.secret.len() - 4..]);
    let stranger = app.stranger();
    assert_eq!(stranger.verify(&key.secret).await, "VALID");
    assert_eq!(stranger.verify(&new).await, "REVOKED");
}

#[actix_web::test]
async fn a_new_secret_that_nobody_used_is_replaced_and_one_in_use_is_not() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let lost = rotate(&app, &admin, &key).await;
    app.clock.advance(TimeDelta::seconds(1_800));
    let new = rotate(&app, &admin, &key).await;
    let stranger = app.stranger();
    assert_eq!(stranger.verify(&lost).await, "REVOKED");
    app.clock.advance(TimeDelta::seconds(3_599));
    assert_eq!(stranger.verify(&key.secret).await, "VALID");
    assert_eq!(stranger.verify(&new).await, "VALID");
    direct::until("the use is noted", async || {
        let used = "SELECT count(*) AS n FROM key_rotations WHERE new_used_at IS NOT NULL";
        app.number(used) == 1
    })
    .await;
    let grace = json!({ "grace_seconds": 3600 });
    let refused = ask(&app, &admin, &key, "rotate", grace).await;
    assert_eq!(refused.problem(409)["code"], "rotation-running");
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(stranger.verify(&new).await, "VALID");
    assert_eq!(
        app.audit(&key),
        [
            "key.created by command line",
            "key.rotated by Admin",
            "key.rotation_cancelled by Admin",
            "key.rotated by Admin"
        ]
    );
}
