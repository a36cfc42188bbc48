//! Administration > Authorization groups.

use serde_json::json;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const GROUPS: &str = "/authorization-groups";
const NEW: &str = "/authorization-groups/new";

async fn create(person: &mut Person, name: &str, scopes: &str) -> Answer {
    let fields = [("name", name), ("summary", ""), ("scopes", scopes)];
    person.submit(NEW, GROUPS, &fields).await
}

#[actix_web::test]
async fn every_tenant_has_two_groups_that_stay_as_they_are() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let list = alice.get(GROUPS).await;
    assert_eq!(list.status, 200);
    for text in [
        "Full access",
        "Read only",
        "*:*",
        "*:read",
        "Built in",
        "Tenant API key",
    ] {
        list.shows(text);
    }
    for name in ["Full access", "Read only"] {
        let group = app.group("Acme", name);
        for verb in ["edit", "deletion"] {
            let page = format!("{GROUPS}/{group}/{verb}");
            list.hides(&page);
            let refused = alice.get(&page).await;
            assert_eq!(refused.status, 409);
            refused.shows("This group is built in");
            let fields = [("name", "Mine"), ("scopes", "a:b")];
            let fields = if verb == "edit" { &fields[..] } else { &[] };
            let refused = alice.submit(NEW, &page, fields).await;
            assert_eq!(refused.status, 409, "{}", refused.body);
        }
    }
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action LIKE 'group%'"),
        0
    );
}

#[actix_web::test]
async fn a_group_is_made_and_a_key_may_do_what_it_grants() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    create(
        &mut alice,
        "Order clerks",
        "orders:write\r\n\r\n  orders:read \r\ninvoices:*",
    )
    .await
    .leads_to(GROUPS);
    let list = alice.get(GROUPS).await;
    for text in [
        "The group \"Order clerks\" was created.",
        "orders:write",
        "invoices:*",
        "No key",
    ] {
        list.shows(text);
    }
    let key = app.issue_with("Acme", "ERP", Some("Order clerks"), &[], None);
    alice.get(GROUPS).await.shows("1 key");
    for (scope, code) in [
        ("orders:write", "VALID"),
        ("invoices:delete", "VALID"),
        ("orders:delete", "INSUFFICIENT_SCOPE"),
    ] {
        let (_, answer) = app.ask(&key, json!({ "scope": scope })).await;
        assert_eq!(answer, code, "{scope}");
    }
    let id = app.group("Acme", "Order clerks");
    let events = app.events(&id);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].action, "group.created");
    assert_eq!(events[0].actor_name, ALICE);
    let detail: serde_json::Value = serde_json::from_str(&events[0].detail).unwrap();
    assert_eq!(
        detail["scopes"],
        json!(["invoices:*", "orders:read", "orders:write"])
    );
}

#[actix_web::test]
async fn a_wrong_group_comes_back_with_its_input_and_changes_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    create(&mut alice, "Taken", "orders:read")
        .await
        .leads_to(GROUPS);
    let before = app.rows("authorization_groups");
    let long = "é".repeat(81);
    let many: Vec<String> = (0..101).map(|number| format!("r{number}:read")).collect();
    let many = many.join("\n");
    for (name, scopes, words) in [
        ("O", "orders:read", "Use at least 2 characters; this has 1."),
        (&*long, "orders:read", "Use at most 80 characters; this has"),
        ("\u{202e}sredrO", "orders:read", "invisible formatting"),
        (
            "Taken",
            "orders:read",
            "This tenant has a group with this name.",
        ),
        (
            "Full access",
            "orders:read",
            "This tenant has a group with this name.",
        ),
        (MISSING, "orders:read", "does not look like an id"),
        ("Orders", "", "Add at least one scope"),
        ("Orders", " \r\n ", "Add at least one scope"),
        (
            "Orders",
            "orders:read\r\n\r\norders",
            "Line 3: \"orders\" is not a scope",
        ),
        ("Orders", "orders:re ad", "Line 1:"),
        ("Orders", "a:b:c", "Line 1:"),
        ("Orders", "örders:read", "Line 1:"),
        ("Orders", &many, "Use at most 100 scopes; these are 101."),
    ] {
        let answer = create(&mut alice, name, scopes).await;
        assert_eq!(answer.status, 422, "{name} {scopes}");
        answer.shows(words);
        answer.has("[aria-invalid='true']");
        assert_eq!(app.rows("authorization_groups"), before, "{name} {scopes}");
    }
    let key = app.issue("Acme", "ERP");
    let answer = create(&mut alice, "Orders", &key.secret).await;
    assert_eq!(answer.status, 422);
    answer.shows("Line 1: this is not a scope");
    let fields = [("name", "Orders"), ("scopes", "a:b"), ("built_in", "true")];
    let smuggled = alice.submit(NEW, GROUPS, &fields).await;
    assert_eq!(smuggled.status, 422);
    assert_eq!(app.rows("authorization_groups"), before);
}

#[actix_web::test]
async fn only_a_group_without_keys_can_be_deleted() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.add_group("Acme", "Clerks", "orders:read");
    let id = app.group("Acme", "Clerks");
    let key = app.issue_with("Acme", "ERP", Some("Clerks"), &[], None);
    let page = format!("{GROUPS}/{id}/deletion");
    let asked = alice.get(&page).await;
    asked.shows("1 key uses");
    asked.lacks("form.ask [type='submit']");
    let refused = alice.submit(NEW, &page, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("1 key uses this group. Give it another group or revoke it first.");

    alice
        .submit(&page, &key.page("revocation"), &[])
        .await
        .leads_to("/tenant-api-keys");
    alice.submit(&page, &page, &[]).await.leads_to(GROUPS);
    alice.get(GROUPS).await.hides(&id);
    assert_eq!(alice.get(&page).await.status, 404);
    assert_eq!(alice.get(&edit_of(&id)).await.status, 404);
    // The revoked key keeps saying what it could do, and the name is free again, any number of times.
    alice
        .get(&format!("/tenant-api-keys/{}", key.id))
        .await
        .shows("Clerks (deleted 20 Nov 2026)");
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    for _ in 0..2 {
        create(&mut alice, "Clerks", "orders:read")
            .await
            .leads_to(GROUPS);
        let page = format!("{GROUPS}/{}/deletion", app.group("Acme", "Clerks"));
        alice.submit(&page, &page, &[]).await.leads_to(GROUPS);
    }
    let events: Vec<String> = app.events(&id).into_iter().map(|row| row.action).collect();
    assert_eq!(events, ["group.deleted"]);
    alice.get(GROUPS).await;
    let form = alice.get("/tenant-api-keys/new").await;
    form.hides("Clerks");
}

fn edit_of(id: &str) -> String {
    format!("{GROUPS}/{id}/edit")
}

#[actix_web::test]
async fn a_viewer_reads_groups_and_changes_none() {
    let app = App::start().await;
    app.add_group("Acme", "Clerks", "orders:read");
    let id = app.group("Acme", "Clerks");
    let mut vera = app.sign_in(VERA).await;
    let list = vera.get(GROUPS).await;
    list.shows("Clerks");
    list.hides("New group");
    list.hides(&edit_of(&id));
    for page in [
        NEW.to_owned(),
        edit_of(&id),
        format!("{GROUPS}/{id}/deletion"),
    ] {
        assert_eq!(vera.get(&page).await.status, 403, "{page}");
    }
    let fields = [("name", "Mine"), ("scopes", "a:b")];
    let before = app.audit_rows();
    for (page, fields) in [
        (GROUPS.to_owned(), &fields[..]),
        (edit_of(&id), &fields[..]),
        (format!("{GROUPS}/{id}/deletion"), &[][..]),
    ] {
        let answer = vera.submit(GROUPS, &page, fields).await;
        assert_eq!(answer.status, 403, "{page}");
    }
    assert_eq!(app.audit_rows(), before);
}

#[actix_web::test]
async fn another_tenants_group_looks_like_a_missing_one() {
    let app = App::start().await;
    app.add_group("Globex", "Secret plans", "plans:read");
    let theirs = app.group("Globex", "Secret plans");
    let mut alice = app.sign_in(ALICE).await;
    alice.get(GROUPS).await.hides("Secret plans");
    for verb in ["edit", "deletion"] {
        let missing = alice.get(&format!("{GROUPS}/{MISSING}/{verb}")).await;
        let foreign = alice.get(&format!("{GROUPS}/{theirs}/{verb}")).await;
        assert_eq!((missing.status, foreign.status), (404, 404));
        assert_eq!(missing.meaning(), foreign.meaning());
        let fields = [("name", "Mine"), ("scopes", "a:b")];
        let fields = if verb == "edit" { &fields[..] } else { &[] };
        let page = format!("{GROUPS}/{theirs}/{verb}");
        assert_eq!(alice.submit(NEW, &page, fields).await.status, 404);
    }
    let summary = |id: &str| format!("{GROUPS}/summary?group={id}");
    assert_eq!(alice.get(&summary(&theirs)).await.status, 404);
    assert!(app.events(&theirs).is_empty());
}
