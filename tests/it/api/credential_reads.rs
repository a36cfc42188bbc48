//! Who read a credential is on record, where a tenant wants that.

use serde_json::{Value, json};

use super::integrations::{INTEGRATIONS, OWN, SHARED, acme, effective, of_project, save};
use crate::support::*;

const SETTINGS: &str = "/settings";
const ON: [(&str, &str); 1] = [("audit_credential_reads", "on")];

fn reads(app: &App) -> Vec<keystead::db::audit::AuditEvent> {
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
    let mut alice = app.sign_in(ALICE).await;
    alice
        .submit(SETTINGS, SETTINGS, &ON)
        .await
        .leads_to(SETTINGS);
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
    save(
        &system,
        &format!("{INTEGRATIONS}/openai"),
        SHARED,
        json!({}),
    )
    .await;
    let path = format!("{}/credential", of_project(&shop, "openai"));
    let away = |here: &str, there: &str| app.sql(&format!("ALTER TABLE {here} RENAME TO {there}"));
    // Without the setting nothing is written.
    away("audit_events", "away");
    assert_eq!(system.get(&path).await.status, 200);
    away("away", "audit_events");
    let mut alice = app.sign_in(ALICE).await;
    alice
        .submit(SETTINGS, SETTINGS, &ON)
        .await
        .leads_to(SETTINGS);
    away("audit_events", "away");
    let refused = system.get(&path).await;
    refused.problem(503);
    refused.hides("sk-of");
    away("away", "audit_events");
    assert_eq!(system.get(&path).await.status, 200);
    assert_eq!(reads(&app).len(), 1);
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
