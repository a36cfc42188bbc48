//! A key that expires soon says so to whoever uses it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::*;

const DAY: i64 = 86_400;

/// What each of the three answers says: the verifier's, the gateway's and whoami's.
async fn warnings(app: &App, key: &Issued) -> [Value; 3] {
    let question = json!({ "key": key.secret });
    let verdict = app.asker().post("/api/v1/verify", question).await.json();
    let system = app.system(&key.secret);
    let gateway = system.get("/forward-auth").await;
    let header = gateway.header("x-keystead-warning");
    let me = system.whoami().await.json();
    [
        verdict["warning"].clone(),
        (!header.is_empty()).then_some(header).into(),
        me["warning"].clone(),
    ]
}

#[actix_web::test]
async fn from_fourteen_days_before_it_expires_a_key_warns_its_holder() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(20 * DAY));
    let said = async || warnings(&app, &key).await;
    app.clock
        .advance(TimeDelta::microseconds(6 * DAY * 1_000_000 - 1));
    assert_eq!(said().await, [Value::Null, Value::Null, Value::Null]);
    app.clock.advance(TimeDelta::microseconds(1));
    let sentence = json!("This key expires on 10 Dec 2026 (in 14 days).");
    assert_eq!(said().await, [0; 3].map(|_| sentence.clone()));
    app.clock.advance(TimeDelta::seconds(14 * DAY - 3_600));
    let sentence = json!("This key expires on 10 Dec 2026 (in 1 h).");
    assert_eq!(said().await, [0; 3].map(|_| sentence.clone()));
}

#[actix_web::test]
async fn the_day_named_is_the_last_on_which_the_key_works() {
    let app = App::start().await;
    // Midnight at the end of 26 November.
    let key = app.issue_with("Acme", "ERP", None, &[], Some(6 * DAY + DAY / 2));
    let sentence = json!("This key expires on 26 Nov 2026 (in 6 days).");
    assert_eq!(warnings(&app, &key).await[0], sentence);
}

#[actix_web::test]
async fn keys_that_never_expire_and_keys_that_are_refused_say_nothing() {
    let app = App::start().await;
    let forever = app.issue("Acme", "Forever");
    assert_eq!(
        warnings(&app, &forever).await,
        [Value::Null, Value::Null, Value::Null]
    );
    let ending = app.issue_with("Acme", "Ending", None, &[], Some(DAY));
    app.alter_key(&ending, "disabled_at = '2026-11-20 11:00:00'");
    let question = json!({ "key": ending.secret });
    let verdict = app.asker().post("/api/v1/verify", question).await.json();
    assert_eq!(verdict["code"], "DISABLED");
    assert!(verdict.get("warning").is_none());
    let gateway = app.system(&ending.secret).get("/forward-auth").await;
    assert_eq!(gateway.header("x-keystead-warning"), "");
}
