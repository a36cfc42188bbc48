//! Who read a credential is on record, where a tenant wants that.

use std::cell::Cell;

use futures_util::future::join_all;
use keystead::config::Config;
use keystead::db::audit::AuditEvent;
use serde_json::{Value, json};

use super::integrations::{
    INTEGRATIONS, OWN, SHARED, acme, acme_with, effective, of_project, save, share_openai,
};
use crate::support::system::System;
use crate::support::*;

const SETTINGS: &str = "/settings";
const ON: [(&str, &str); 1] = [("audit_credential_reads", "on")];

fn reads(app: &App) -> Vec<AuditEvent> {
    let mut events = app.events("openai");
    events.retain(|event| event.action == "credential.read");
    events
}

#[actix_web::test]
async fn each_read_is_on_record_while_the_tenant_wants_that() {
    let (app, system, shop, depot) = acme().await;
    let (openai, own) = (
        format!("{INTEGRATIONS}/openai"),
        of_project(&depot, "openai"),
    );
    save(
        &system,
        &openai,
        "sk-of-the-organisation-before-000000000001",
        json!({}),
    )
    .await;
    let shared = save(&system, &openai, SHARED, json!({})).await;
    let of_depot = save(&system, &own, OWN, json!({})).await;
    let gets = async |project: &str| effective(&system, project, "openai").await;
    gets(&shop).await;
    assert_eq!(reads(&app).len(), 0);
    let mut alice = put_on_record(&app).await;
    alice
        .get(SETTINGS)
        .await
        .has("#audit_credential_reads[checked]");
    assert_eq!(gets(&shop).await, format!("organization: {SHARED}"));
    assert_eq!(gets(&depot).await, format!("project: {OWN}"));
    // What was not given was not read.
    let none = format!("{}/credential", of_project(&shop, "slack"));
    system.get(&none).await.problem(404);
    let events = reads(&app);
    let details: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(&event.detail).unwrap())
        .collect();
    let expected = [
        json!({ "credential": shared, "version": 2, "environment": "live", "source": "organization", "project": shop }),
        json!({ "credential": of_depot, "version": 1, "environment": "live", "source": "project", "project": depot }),
    ];
    assert_eq!(details, expected);
    let me = system.whoami().await.json();
    for event in &events {
        assert_eq!((&*event.actor_kind, &*event.actor_name), ("key", "Admin"));
        assert_eq!(event.actor_id, me["id"].as_str().unwrap());
        assert_eq!(
            (&*event.object_kind, &*event.object_name),
            ("integration", "OpenAI")
        );
        assert_eq!(event.tenant_id, Some(app.tenant("Acme")));
        assert_eq!(event.request_id.len(), 32);
    }
    assert!(app.number("SELECT count(*) AS n FROM audit_events WHERE detail LIKE '%sk-%'") == 0);
    alice
        .submit(SETTINGS, SETTINGS, &[])
        .await
        .leads_to(SETTINGS);
    gets(&shop).await;
    assert_eq!(reads(&app).len(), 2);
    let changed = "SELECT count(*) AS n FROM audit_events WHERE action = 'settings.changed' AND detail LIKE '%audit_credential_reads%'";
    assert_eq!(app.number(changed), 2);
}

#[actix_web::test]
async fn nobody_gets_a_secret_whose_read_cannot_be_put_on_record() {
    let (app, system, shop, _) = acme().await;
    share_openai(&system).await;
    let path = format!("{}/credential", of_project(&shop, "openai"));
    let away = |here: &str, there: &str| app.sql(&format!("ALTER TABLE {here} RENAME TO {there}"));
    // Without the setting nothing is written.
    away("audit_events", "away");
    assert_eq!(system.get(&path).await.status, 200);
    away("away", "audit_events");
    put_on_record(&app).await;
    away("audit_events", "away");
    let refused = system.get(&path).await;
    refused.problem(503);
    refused.hides("sk-of");
    away("away", "audit_events");
    assert_eq!(system.get(&path).await.status, 200);
    assert_eq!(reads(&app).len(), 1);
}

/// Acme's admin, who has put reads of credentials on record.
async fn put_on_record(app: &App) -> browser_like::Person {
    let mut alice = app.sign_in(ALICE).await;
    alice
        .submit(SETTINGS, SETTINGS, &ON)
        .await
        .leads_to(SETTINGS);
    alice
}

/// The shops where a change a second is allowed, so 10 at once, and each read is on record.
async fn slow() -> (App, System, String, String) {
    let change = |config: &mut Config| config.changes_per_second = 1;
    let (app, system, shop, depot) = acme_with(change).await;
    share_openai(&system).await;
    put_on_record(&app).await;
    (app, system, shop, depot)
}

#[actix_web::test]
async fn reads_beyond_the_budget_wait_and_share_a_row_that_counts_them() {
    let (app, system, shop, depot) = slow().await;
    let gets = async |project: &str| effective(&system, project, "openai").await;
    for _ in 0..10 {
        gets(&shop).await;
    }
    assert_eq!(reads(&app).len(), 10);
    let is_done = Cell::new(false);
    let reading = async {
        let all = (0..200).map(|number| gets(if number % 2 == 0 { &shop } else { &depot }));
        let answers = join_all(all).await;
        is_done.set(true);
        answers
    };
    let passing = async {
        let mut millis = 0;
        while !is_done.get() {
            system.whoami().await;
            app.clock.advance(chrono::TimeDelta::milliseconds(100));
            millis += 100;
        }
        millis
    };
    let (answers, millis) = futures_util::join!(reading, passing);
    assert!(answers.iter().all(|answer| answer.ends_with(SHARED)));
    let events = reads(&app);
    let counted = |event: &AuditEvent| {
        let detail: Value = serde_json::from_str(&event.detail).unwrap();
        detail["reads"].as_u64().unwrap_or(1)
    };
    assert_eq!(events.iter().map(counted).sum::<u64>(), 210);
    // A row a second, and one more: those of two projects are written together.
    assert!(
        events.len() <= 12 + millis / 1_000,
        "{millis}: {}",
        events.len()
    );
}

#[actix_web::test]
async fn a_read_for_which_no_room_comes_is_refused_and_leaves_no_row() {
    let (app, system, shop, _) = slow().await;
    let path = format!("{}/credential", of_project(&shop, "openai"));
    for _ in 0..10 {
        assert_eq!(system.get(&path).await.status, 200);
    }
    let refused = system.get(&path).await;
    refused.problem(429);
    refused.hides("sk-of");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(reads(&app).len(), 10);
    app.pass(1);
    assert_eq!(system.get(&path).await.status, 200);
}

#[actix_web::test]
async fn who_has_no_integrations_is_not_asked_and_keeps_what_was_chosen() {
    let app = App::start().await;
    let mut bob = app.sign_in(BOB).await;
    bob.get(SETTINGS).await.lacks("#audit_credential_reads");
    bob.submit(SETTINGS, SETTINGS, &ON).await.leads_to(SETTINGS);
    let chosen = "SELECT count(*) AS n FROM tenants WHERE audit_credential_reads = TRUE";
    assert_eq!(app.number(chosen), 0);
    app.give_integrations("Globex");
    bob.submit(SETTINGS, SETTINGS, &ON).await.leads_to(SETTINGS);
    // The same again leaves no trace, and the other setting stays as it is.
    bob.submit(SETTINGS, SETTINGS, &ON).await.leads_to(SETTINGS);
    let changed = "SELECT count(*) AS n FROM audit_events WHERE action = 'settings.changed'";
    assert_eq!((app.number(chosen), app.number(changed)), (1, 1));
    app.switch_integrations("Globex", keystead::domain::rollout::Switch::Off);
    bob.submit(SETTINGS, SETTINGS, &[]).await.leads_to(SETTINGS);
    assert_eq!(app.number(chosen), 1);
}

#[actix_web::test]
async fn a_question_about_copies_keeps_the_choice_for_reads() {
    let app = App::start().await;
    app.give_integrations("Acme");
    app.issue_recoverable("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let asked = alice.submit(SETTINGS, SETTINGS, &ON).await;
    asked.shows("1 sealed copy of a secret is destroyed for good");
    assert_eq!(asked.field("audit_credential_reads"), "on");
    let chosen = "SELECT count(*) AS n FROM tenants WHERE audit_credential_reads = TRUE";
    assert_eq!(app.number(chosen), 0);
    let sure = [("audit_credential_reads", "on"), ("confirmed", "1")];
    alice
        .submit(SETTINGS, SETTINGS, &sure)
        .await
        .leads_to(SETTINGS);
    assert_eq!((app.number(chosen), app.rows("sealed_secrets")), (1, 0));
}
