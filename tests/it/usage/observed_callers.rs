//! Allowlists that are observed: nobody is refused, and everybody is noted.

use std::sync::atomic::AtomicBool;

use chrono::TimeDelta;
use keystead::background::usage_retention::{Retention, prune};
use keystead::db::observed_callers::{Caller, MOST, add, list};
use serde_json::json;

use crate::support::app::Issued;
use crate::support::system::System;
use crate::support::{App, direct, noon};

/// A key that is observed, with a list of its own.
async fn observed(app: &App) -> (Issued, System) {
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let key = app.issue_with("Acme", "ERP", None, &["203.0.113.0/24"], None);
    let answer = system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "observe" }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["ip_allowlist_mode"], "observe");
    assert_eq!(answer.json()["ip_allowlist"], json!(["203.0.113.0/24"]));
    (key, system)
}

fn callers(app: &App, key: &Issued) -> Vec<(String, i64)> {
    let (tenant, id) = (app.tenant("Acme"), key.id.parse().unwrap());
    let rows = app
        .db
        .read(|conn| list(conn, tenant, id, noon() - TimeDelta::days(100)))
        .unwrap();
    rows.into_iter()
        .map(|row| (row.address, row.requests))
        .collect()
}

async fn noted(app: &App, key: &Issued, requests: i64) {
    direct::until("the callers are noted", async || {
        callers(app, key)
            .iter()
            .map(|(_, count)| count)
            .sum::<i64>()
            == requests
    })
    .await;
}

#[actix_web::test]
async fn while_observed_everybody_is_let_in_and_noted() {
    let app = App::start().await;
    let (key, system) = observed(&app).await;
    for ip in ["203.0.113.7", "198.51.100.4", "::ffff:198.51.100.4"] {
        let (_, code) = app.ask(&key, json!({ "ip": ip })).await;
        assert_eq!(code, "VALID", "{ip}");
        app.pass(1);
    }
    let (_, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "VALID");
    noted(&app, &key, 4).await;
    assert_eq!(
        callers(&app, &key),
        [
            (String::new(), 1),
            ("198.51.100.4".into(), 2),
            ("203.0.113.7".into(), 1)
        ]
    );
    // From the moment it is enforced the list refuses, and nobody is noted any more.
    system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "enforce" }))
        .await;
    for (ip, verdict) in [("203.0.113.7", "VALID"), ("198.51.100.4", "IP_DENIED")] {
        assert_eq!(app.ask(&key, json!({ "ip": ip })).await.1, verdict);
    }
    app.recorded(8).await;
    noted(&app, &key, 4).await;
}

#[actix_web::test]
async fn refused_requests_are_noted_as_no_callers() {
    let app = App::start().await;
    let (key, _) = observed(&app).await;
    app.alter_key(&key, "disabled_at = '2026-11-20 11:00:00'");
    assert_eq!(
        app.ask(&key, json!({ "ip": "192.0.2.1" })).await.1,
        "DISABLED"
    );
    app.alter_key(&key, "disabled_at = NULL");
    app.ask(&key, json!({ "ip": "192.0.2.2" })).await;
    noted(&app, &key, 1).await;
    assert_eq!(callers(&app, &key), [("192.0.2.2".to_owned(), 1)]);
}

#[actix_web::test]
async fn a_mode_has_to_fit_its_list() {
    let app = App::start().await;
    let (key, system) = observed(&app).await;
    let off = system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "off" }))
        .await;
    assert_eq!(off.problem(422)["errors"][0]["field"], "ip_allowlist_mode");
    // A new list goes on being observed; an empty one can't be enforced.
    let list = system
        .patch(&key.resource(), json!({ "ip_allowlist": [] }))
        .await;
    assert_eq!(list.json()["ip_allowlist_mode"], "observe");
    let enforce = system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "enforce" }))
        .await;
    assert_eq!(
        enforce.problem(422)["errors"][0]["field"],
        "ip_allowlist_mode"
    );
    let off = system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "off" }))
        .await;
    assert_eq!(off.json()["ip_allowlist_mode"], "off");
    let made = system
        .post(
            "/api/v1/auth/api-keys",
            json!({ "name": "CRM", "ip_allowlist_mode": "observe" }),
        )
        .await;
    assert_eq!(made.json()["ip_allowlist_mode"], "observe");
}

#[actix_web::test]
async fn an_observed_decision_is_explained_as_one() {
    let app = App::start().await;
    let (key, system) = observed(&app).await;
    let (outside, _) = app.ask(&key, json!({ "ip": "198.51.100.4" })).await;
    let (inside, _) = app.ask(&key, json!({ "ip": "203.0.113.7" })).await;
    system
        .patch(&key.resource(), json!({ "ip_allowlist_mode": "enforce" }))
        .await;
    app.recorded(4).await;
    let mut alice = app.sign_in(crate::support::ALICE).await;
    for (request, words) in [
        (
            outside,
            "The IP allowlist is only observed; enforced, it would refuse this.",
        ),
        (
            inside,
            "The IP allowlist is only observed; enforced, it would let this through.",
        ),
    ] {
        let page = format!("/usage/explanation?request={request}");
        alice.get(&page).await.shows(words);
    }
}

#[actix_web::test]
async fn what_is_kept_of_callers_is_bounded_and_ages() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let now = app.clock.now();
    let row = |number: usize, age: i64| Caller {
        key_id: key.id.parse().unwrap(),
        address: format!("10.0.{}.{}", number / 256, number % 256),
        tenant_id: app.tenant("Acme"),
        requests: 1,
        last_at: now - TimeDelta::days(age),
    };
    let write = |rows: Vec<Caller>| {
        app.db
            .write(|conn| add(conn, key.id.parse()?, rows.clone()))
            .unwrap();
    };
    write((0..MOST + 5).map(|number| row(number, 31)).collect());
    assert_eq!(app.rows("observed_callers"), 1_000);
    // Known callers are still counted; new ones find no room until old ones have gone.
    write(vec![row(7, 1), row(MOST + 9, 1)]);
    assert_eq!(app.rows("observed_callers"), 1_000);
    assert_eq!(callers(&app, &key)[0], ("10.0.0.7".to_owned(), 2));
    let keep = Retention {
        records: 30,
        totals: 400,
    };
    prune(&app.db, keep, now, &AtomicBool::new(false)).unwrap();
    assert_eq!(app.rows("observed_callers"), 1);
    write(vec![row(MOST + 9, 1)]);
    assert_eq!(app.rows("observed_callers"), 2);
}
