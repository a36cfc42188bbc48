//! Changing an authorization group that keys use.

use serde_json::json;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const GROUPS: &str = "/authorization-groups";

/// The page where a group of Acme is edited.
fn edit(app: &App, name: &str) -> String {
    format!("{GROUPS}/{}/edit", app.group("Acme", name))
}

async fn save(person: &mut Person, page: &str, name: &str, scopes: &str) -> Answer {
    let version = person.get(page).await.field("version");
    let fields = [
        ("name", name),
        ("summary", ""),
        ("scopes", scopes),
        ("version", &version),
    ];
    person.submit(page, page, &fields).await
}

#[actix_web::test]
async fn a_change_is_true_for_every_key_of_the_group_on_its_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read orders:write");
    let keys: Vec<_> = (0..3)
        .map(|number| {
            let name = format!("System {number}");
            app.issue_with("Acme", &name, Some("Clerks"), &[], None)
        })
        .collect();
    let other = app.issue("Acme", "Other");
    let page = edit(&app, "Clerks");
    alice
        .get(&page)
        .await
        .shows("3 keys use this group; a change takes effect at once.");
    save(&mut alice, &page, "Readers", "orders:read")
        .await
        .leads_to(GROUPS);
    alice
        .get(GROUPS)
        .await
        .shows("It is so for 3 keys from now on.");
    let write = json!({ "scope": "orders:write" });
    for key in &keys {
        assert_eq!(app.ask(key, write.clone()).await.1, "INSUFFICIENT_SCOPE");
        let told = app
            .asker()
            .post("/api/v1/verify", json!({ "key": key.secret }))
            .await;
        assert_eq!(told.json()["authorization_group"], "Readers");
        assert_eq!(app.stored("Acme", key).group_name, "Readers");
    }
    assert_eq!(app.ask(&other, write).await.1, "VALID");
    let detail = &app.events(&app.group("Acme", "Readers"))[0].detail;
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap();
    assert_eq!(
        detail,
        json!({
            "before": { "name": "Clerks" },
            "after": { "name": "Readers", "scopes": {
                "added": [], "removed": ["orders:write"], "added_count": 0, "removed_count": 1, "count": 1,
                "sha256": "a32bf3a1ce558c292b6b5de1025014545fc2ce5ff35a87620fcd870dda590149",
            } },
        })
    );
}

#[actix_web::test]
async fn saving_what_is_there_leaves_no_trace() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read orders:write");
    let page = edit(&app, "Clerks");
    let rev = app.number("SELECT rev AS n FROM change_head");
    save(
        &mut alice,
        &page,
        "Clerks",
        "orders:write\norders:read\norders:read",
    )
    .await
    .leads_to(GROUPS);
    assert_eq!(app.number("SELECT rev AS n FROM change_head"), rev);
    assert!(app.events(&app.group("Acme", "Clerks")).is_empty());
}

#[actix_web::test]
async fn a_stale_form_does_not_overwrite_a_newer_change() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read");
    let page = edit(&app, "Clerks");
    let version = alice.get(&page).await.field("version");
    save(&mut alice, &page, "Clerks", "orders:read\ninvoices:read")
        .await
        .leads_to(GROUPS);
    let stale = [
        ("name", "Typed in the old tab"),
        ("scopes", "orders:delete"),
        ("version", &*version),
    ];
    let answer = alice.submit(&page, &page, &stale).await;
    assert_eq!(answer.status, 409);
    for text in [
        "This group was changed while you were editing it.",
        "As it is now",
        "invoices:read",
        "orders:delete",
    ] {
        answer.shows(text);
    }
    assert_eq!(answer.field("name"), "Typed in the old tab");
    let stored = app.events(&app.group("Acme", "Clerks"));
    assert_eq!(stored.len(), 1, "the stale form changed nothing");
    // Somebody who has read what is there now may save.
    let version = answer.field("version");
    let fields = [
        ("name", "Typed in the old tab"),
        ("scopes", "orders:delete"),
        ("version", &*version),
    ];
    alice.submit(&page, &page, &fields).await.leads_to(GROUPS);
    app.group("Acme", "Typed in the old tab");
}

#[actix_web::test]
async fn taking_away_what_keys_used_names_them_and_asks_again() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read orders:write");
    let erp = app.issue_with("Acme", "ERP integration", Some("Clerks"), &[], None);
    let idle = app.issue_with("Acme", "Reports", Some("Clerks"), &[], None);
    app.ask(&erp, json!({ "scope": "orders:write" })).await;
    app.ask(&idle, json!({ "scope": "orders:read" })).await;
    app.recorded(2).await;
    let page = edit(&app, "Clerks");
    let asked = save(&mut alice, &page, "Clerks", "orders:read").await;
    assert_eq!(asked.status, 409);
    asked.shows("Keys used what this takes away");
    asked.shows("ERP integration");
    asked.shows("orders:write");
    asked.hides("Reports (");
    let write = json!({ "scope": "orders:write" });
    assert_eq!(app.ask(&erp, write.clone()).await.1, "VALID");
    let (version, confirmed) = (asked.field("version"), asked.field("confirmed"));
    // What was confirmed is this list, and no other.
    let wider = [
        ("name", "Clerks"),
        ("scopes", "reports:read"),
        ("version", &*version),
        ("confirmed", &*confirmed),
    ];
    assert_eq!(alice.submit(&page, &page, &wider).await.status, 409);
    let same = [
        ("name", "Clerks"),
        ("scopes", "orders:read"),
        ("version", &*version),
        ("confirmed", &*confirmed),
    ];
    alice.submit(&page, &page, &same).await.leads_to(GROUPS);
    assert_eq!(app.ask(&erp, write).await.1, "INSUFFICIENT_SCOPE");
}

#[actix_web::test]
async fn an_old_decision_is_explained_by_what_the_group_granted_then() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read");
    let key = app.issue_with("Acme", "ERP", Some("Clerks"), &[], None);
    let write = json!({ "scope": "orders:write" });
    let (refused, _) = app.ask(&key, write.clone()).await;
    let page = edit(&app, "Clerks");
    save(
        &mut alice,
        &page,
        "Order clerks",
        "orders:read\norders:write",
    )
    .await
    .leads_to(GROUPS);
    let (accepted, code) = app.ask(&key, write.clone()).await;
    assert_eq!(code, "VALID");
    app.recorded(2).await;
    let explain = async |person: &mut Person, id: &str| {
        person
            .get(&format!("/usage/explanation?request={id}"))
            .await
    };
    let then = explain(&mut alice, &refused).await;
    then.shows("orders:write was asked for; the group Clerks grants orders:read.");
    let later = explain(&mut alice, &accepted).await;
    later.shows("orders:write is granted by orders:read orders:write.");
}
