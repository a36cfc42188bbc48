//! Counts by minute, hour and day, and by verdict.

use chrono::TimeDelta;
use std::sync::atomic::AtomicBool;

use keystead::background::usage_retention::{Retention, fold, prune};
use keystead::db::usage::{self, DAY, HOUR, MINUTE, Used};
use keystead::db::usage_series::{Whose, days_of, total};
use keystead::domain::tally::Tally;
use keystead::domain::verdict::Code;

use crate::support::app::Issued;
use crate::support::{App, direct};

const KEEP: Retention = Retention {
    records: 30,
    totals: 400,
};

/// Asks a gateway's question.
async fn use_key(app: &App, key: &Issued, scope: &str) -> u16 {
    let path = format!("/forward-auth?scope={scope}");
    app.system(&key.secret).get(&path).await.status
}

async fn counted(app: &App, column: &str, count: i64) {
    direct::until("the answers are counted", async || {
        let sum = format!(
            "SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60"
        );
        app.number(&sum) == count
    })
    .await;
}

fn spans(app: &App, span: i64) -> i64 {
    app.number(&format!(
        "SELECT count(*) AS n FROM key_usage WHERE span = {span}"
    ))
}

#[actix_web::test]
async fn each_answer_counts_under_its_verdict() {
    let app = App::start().await;
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let walled = app.issue_with("Acme", "Walled", None, &["10.9.8.7"], None);
    assert_eq!(use_key(&app, &reader, "orders:read").await, 200);
    assert_eq!(use_key(&app, &reader, "orders:write").await, 403);
    assert_eq!(use_key(&app, &walled, "orders:read").await, 401);
    for column in ["valid", "insufficient_scope", "ip_denied"] {
        counted(&app, column, 1).await;
    }
    for column in ["revoked", "expired", "disabled", "tenant_suspended"] {
        counted(&app, column, 0).await;
    }
}

#[actix_web::test]
async fn the_count_of_each_verdict_has_a_column_of_its_own_and_goes_into_hours_and_days() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let start = usage::minute_of(app.clock.now());
    // No two verdicts, and no two sums of them, have the same number.
    let mut tally = Tally::default();
    for code in Code::OF_KEYS {
        tally.counts.add(code, 1 << (2 * code.index()));
    }
    let id = key.id.parse().unwrap();
    let rows = [Used::in_minute(id, start, tally)];
    // Twice: once a new row, once added to that.
    for _ in 0..2 {
        app.db.write(|conn| usage::add(conn, &rows)).unwrap();
    }
    let twice = tally.counts.map(|count| 2 * count);
    let whose = Whose {
        tenant: app.tenant("Acme"),
        key: None,
        environment: "",
    };
    let stored = |step: i64| {
        let until = app.clock.now().timestamp() + 1;
        let sum = app.db.read(|conn| total(conn, whose, step, 0, until));
        sum.unwrap()
    };
    let days = || {
        let days = app.db.read(|conn| days_of(conn, &[id], 0)).unwrap();
        days.iter().map(|day| day.answers).collect::<Vec<i64>>()
    };
    assert_eq!((stored(MINUTE), days()), (twice, vec![twice.all()]));
    app.clock.advance(TimeDelta::minutes(10));
    fold(&app.db, app.clock.now()).unwrap();
    for step in [MINUTE, HOUR, DAY] {
        assert_eq!(stored(step), twice, "{step}");
    }
    assert_eq!(days(), [twice.all()]);
    assert_eq!(twice.refused(), twice.all() - twice.of(Code::Valid));
}

#[actix_web::test]
async fn minutes_become_hours_and_days_and_no_answer_counts_twice() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let tenant = app.tenant("Acme");
    let all = |step: i64| {
        let whose = Whose {
            tenant,
            key: None,
            environment: "",
        };
        let now = app.clock.now().timestamp();
        let sum = app
            .db
            .read(|conn| total(conn, whose, step, now - 3 * DAY, now + 1));
        sum.unwrap().accepted()
    };
    for use_in_minute in 1..=3 {
        assert_eq!(use_key(&app, &key, "orders:read").await, 200);
        counted(&app, "valid", use_in_minute).await;
        assert_eq!((all(HOUR), all(DAY)), (use_in_minute, use_in_minute));
        app.clock.advance(TimeDelta::minutes(1));
    }
    app.clock.advance(TimeDelta::minutes(10));
    for _ in 0..2 {
        fold(&app.db, app.clock.now()).unwrap();
        assert_eq!((all(MINUTE), all(HOUR), all(DAY)), (3, 3, 3));
        assert_eq!(spans(&app, MINUTE), 3);
        assert_eq!((spans(&app, HOUR), spans(&app, DAY)), (1, 1));
    }
    // What comes after folding joins the same hour.
    assert_eq!(use_key(&app, &key, "orders:read").await, 200);
    counted(&app, "valid", 4).await;
    assert_eq!((all(HOUR), all(DAY)), (4, 4));
    app.clock.advance(TimeDelta::minutes(10));
    fold(&app.db, app.clock.now()).unwrap();
    assert_eq!((all(HOUR), all(DAY)), (4, 4));
}

#[actix_web::test]
async fn old_minutes_hours_days_and_requests_are_pruned_each_in_its_time() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    assert_eq!(use_key(&app, &key, "orders:read").await, 200);
    counted(&app, "valid", 1).await;
    direct::until("the request is recorded", async || {
        app.rows("request_records") == 1
    })
    .await;
    let left = |app: &App| {
        let now = app.clock.now();
        fold(&app.db, now).unwrap();
        prune(&app.db, KEEP, now, &AtomicBool::new(false)).unwrap();
        let spans = [MINUTE, HOUR, DAY].map(|span| spans(app, span));
        (spans, app.rows("request_records"))
    };
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(left(&app), ([1, 1, 1], 1));
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(left(&app), ([0, 1, 1], 1));
    app.clock.advance(TimeDelta::days(28));
    assert_eq!(left(&app), ([0, 0, 1], 0));
    // Last use is still known from the day.
    assert!(app.stored("Acme", &key).last_used_at().is_some());
    app.clock.advance(TimeDelta::days(370));
    assert_eq!(left(&app), ([0, 0, 0], 0));
}

#[actix_web::test]
async fn a_server_that_ended_is_forgotten_after_400_days() {
    let app = App::start().await;
    let now = app.clock.now();
    for (name, days, ended) in [
        ("gone", 401, true),
        ("away", 399, true),
        ("quiet", 401, false),
    ] {
        let at = (now - TimeDelta::days(days)).timestamp_micros();
        let stopped = if ended { at.to_string() } else { "NULL".into() };
        app.sql(&format!(
            "INSERT INTO usage_nodes (node_id, started_at, flushed_at, stopped_at, batch) \
             VALUES ('{name}', {at}, {at}, {stopped}, 0)"
        ));
    }
    prune(&app.db, KEEP, now, &AtomicBool::new(false)).unwrap();
    let left = |name: &str| {
        let query = format!("SELECT count(*) AS n FROM usage_nodes WHERE node_id = '{name}'");
        app.number(&query)
    };
    assert_eq!(["gone", "away", "quiet"].map(left), [0, 1, 1]);
    assert_eq!(app.rows("usage_nodes"), 3);
}

#[actix_web::test]
async fn a_clock_that_was_ahead_for_a_while_does_not_stop_counting() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    assert_eq!(use_key(&app, &key, "orders:read").await, 200);
    counted(&app, "valid", 1).await;
    let (now, ahead) = (app.clock.now(), app.clock.now() + TimeDelta::days(3_650));
    fold(&app.db, ahead).unwrap();
    assert_eq!(spans(&app, DAY), 1);
    // Set right again, the present minute is open, and nothing is folded twice.
    for _ in 0..2 {
        fold(&app.db, now).unwrap();
    }
    assert_eq!(use_key(&app, &key, "orders:read").await, 200);
    let whose = Whose {
        tenant: app.tenant("Acme"),
        key: None,
        environment: "",
    };
    let today = || {
        let to = now.timestamp() + 1;
        let sum = app.db.read(|conn| total(conn, whose, DAY, 0, to));
        sum.unwrap().accepted()
    };
    direct::until("both answers are counted in their day", async || {
        today() == 2
    })
    .await;
}
