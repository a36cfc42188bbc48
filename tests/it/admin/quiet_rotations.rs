//! A rotation that ends once nobody has used the old secret for a day.

use std::sync::Arc;

use chrono::TimeDelta;
use keystead::background::follow::Follower;
use keystead::background::follow::watch::Watch;
use keystead::background::rotation_uses;
use keystead::config::secrets::Secrets;

use super::key_rotations::{DAY, rotated};
use crate::support::*;

#[actix_web::test]
async fn an_old_secret_ends_once_it_was_quiet_for_a_day_and_not_before() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let new = rotated(&mut alice, &key, "quiet").await;
    let used = |at: &'static str| {
        let app = &app;
        async move {
            let query = format!("SELECT count(*) AS n FROM key_rotations WHERE used_at >= '{at}'");
            direct::until("the use is written", async || app.number(&query) == 1).await;
        }
    };
    app.clock.advance(TimeDelta::hours(20));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    used("2026-11-21 08:00:00").await;
    // A day after the rotation, but four hours after the last use: it is still needed.
    app.clock.advance(TimeDelta::hours(23));
    let noted = "SELECT count(*) AS n FROM usage_nodes WHERE flushed_at >= 1795330800000000";
    direct::until("the server has told how far it is", async || {
        app.number(noted) == 1
    })
    .await;
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    used("2026-11-22 07:00:00").await;
    app.clock.advance(DAY + TimeDelta::seconds(30));
    let ended = "SELECT count(*) AS n FROM key_rotations WHERE ends_at IS NOT NULL";
    direct::until("the old secret has ended", async || app.number(ended) == 1).await;
    // A job ended it, not a request: the server follows once the change is committed.
    direct::until("the old secret is refused", async || {
        app.stranger().verify(&key.secret).await == "REVOKED"
    })
    .await;
    assert_eq!(app.stranger().verify(&new).await, "VALID");
    assert_eq!(
        app.audit(&key).last().unwrap(),
        "key.rotation_ended by Keystead"
    );
}

#[actix_web::test]
async fn quiet_is_not_believed_while_a_server_is_silent_or_after_a_crash() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    rotated(&mut alice, &key, "quiet").await;
    let micros = || app.clock.now().timestamp_micros();
    let start = micros();
    // Another server that was heard of last when the rotation began, and may know of uses since.
    app.sql(&format!(
        "INSERT INTO usage_nodes (node_id, started_at, flushed_at, stopped_at, batch) \
         VALUES ('other', 0, {start}, NULL, 0)"
    ));
    // A turn of the job, once this server has told how far it is.
    let secrets = Secrets::load(&app.config, false).unwrap();
    let read = Box::new(move || Ok(secrets.peppers.clone()));
    let follower = Arc::new(Follower::load(&app.db, read, 0, &app.clock, None).unwrap());
    let _watch = Watch::start(&follower, &app.db, &Default::default()).unwrap();
    let ended_by_a_turn = async || {
        let noted = format!(
            "SELECT count(*) AS n FROM usage_nodes WHERE flushed_at >= {} AND node_id <> 'other'",
            micros()
        );
        direct::until("the server has told how far it is", async || {
            app.number(&noted) == 1
        })
        .await;
        rotation_uses::finish_quiet(&app.db, &follower, app.clock.now()).unwrap();
        app.number("SELECT count(*) AS n FROM key_rotations WHERE ends_at IS NOT NULL")
    };
    app.clock.advance(DAY * 2);
    assert_eq!(ended_by_a_turn().await, 0);
    // It comes back after a crash: what it knew is lost, so the day begins anew.
    let now = micros();
    app.sql(&format!(
        "INSERT INTO usage_gaps (id, node_id, cause, from_at, to_at, dropped) \
         VALUES ('gap', 'other', 'crash', {start}, {now}, NULL)"
    ));
    app.sql(&format!(
        "UPDATE usage_nodes SET flushed_at = {now}, stopped_at = {now} WHERE node_id = 'other'"
    ));
    app.clock.advance(TimeDelta::hours(23));
    assert_eq!(ended_by_a_turn().await, 0);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    direct::until("the use is written", async || {
        let used = "SELECT count(*) AS n FROM key_rotations WHERE used_at IS NOT NULL";
        app.number(used) == 1
    })
    .await;
    app.clock.advance(TimeDelta::hours(23));
    assert_eq!(ended_by_a_turn().await, 0);
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(ended_by_a_turn().await, 1);
}
