//! An edit that takes something away from a key in use asks first.

use serde_json::json;

use super::key_edits::{fields, place, send, set};
use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::*;

async fn save(person: &mut Person, key: &Issued, changes: &[(&str, &str)]) -> Answer {
    let page = key.page("edit");
    let fields = fields(person, &page, changes).await;
    send(person, &page, &fields).await
}

/// Requests that need these scopes, written to the request log.
async fn used(app: &App, key: &Issued, scopes: &[&str]) {
    let before = app.rows("request_records");
    for scope in scopes {
        let question = json!({ "ip": "203.0.113.7", "scope": scope });
        assert_eq!(app.ask(key, question).await.1, "VALID");
    }
    let count = i64::try_from(scopes.len()).unwrap();
    app.recorded(before + count).await;
}

#[actix_web::test]
async fn a_narrower_group_names_the_scopes_that_were_used_and_wants_the_last_four_characters() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    used(&app, &key, &["orders:write", "orders:read"]).await;
    let page = key.page("edit");
    let read_only = app.group("Acme", "Read only");
    let changes = [
        ("name", "CRM"),
        ("description", "Typed before the question"),
        ("group", &*read_only),
    ];
    let mut sent = fields(&mut alice, &page, &changes).await;
    for htmx in [false, true] {
        alice.htmx = htmx;
        let asked = send(&mut alice, &page, &sent).await;
        assert_eq!(asked.status, 409, "{}", asked.body);
        let told = asked.text_of(".narrowing .error-summary");
        assert!(
            told.contains("Authorization group: Full access → Read only"),
            "{told}"
        );
        assert!(told.contains("orders:write"), "{told}");
        assert!(!told.contains("orders:read"), "{told}");
        asked.has(".narrowing .facts");
        asked.has("#last4");
        asked.shows("Save all the same");
        for (field, value) in changes {
            assert_eq!(asked.field(field), value, "{field}");
        }
        set(&mut sent, &[("confirmed", &asked.field("confirmed"))]);
        for typed in ["", "nope"] {
            set(&mut sent, &[("last4", typed)]);
            let refused = send(&mut alice, &page, &sent).await;
            assert_eq!(refused.status, 422);
            refused.has("#last4-error");
            assert_eq!(refused.field("name"), "CRM");
        }
        set(&mut sent, &[("confirmed", ""), ("last4", "")]);
    }
    assert_eq!(app.stored("Acme", &key).group_name, "Full access");
    alice.htmx = false;
    let asked = send(&mut alice, &page, &sent).await;
    let confirmed = asked.field("confirmed");
    set(
        &mut sent,
        &[("confirmed", &confirmed), ("last4", key.last4())],
    );
    send(&mut alice, &page, &sent).await.leads_to(&place(&key));
    let question = json!({ "ip": "203.0.113.7", "scope": "orders:write" });
    assert_eq!(app.ask(&key, question).await.1, "INSUFFICIENT_SCOPE");
}

#[actix_web::test]
async fn a_lower_rate_limit_asks_and_what_was_confirmed_is_that_very_limit() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    used(&app, &key, &["orders:read"]).await;
    let page = key.page("edit");
    let mut sent = fields(&mut alice, &page, &[("rate_limit", "100")]).await;
    let asked = send(&mut alice, &page, &sent).await;
    assert_eq!(asked.status, 409);
    asked.shows("Rate limit: none → 100 per second");
    let answer = [
        ("confirmed", &*asked.field("confirmed")),
        ("last4", key.last4()),
    ];
    set(&mut sent, &answer);
    set(&mut sent, &[("rate_limit", "10")]);
    let other = send(&mut alice, &page, &sent).await;
    assert_eq!(other.status, 409);
    other.shows("Rate limit: none → 10 per second");
    set(&mut sent, &[("rate_limit", "100")]);
    send(&mut alice, &page, &sent).await.leads_to(&place(&key));
    for (number, per, burst) in [
        ("5999", "minute", "6000"),
        ("100", "second", "99"),
        ("99", "second", "100"),
    ] {
        let lower = [
            ("rate_limit", number),
            ("rate_limit_per", per),
            ("rate_limit_burst", burst),
        ];
        assert_eq!(
            save(&mut alice, &key, &lower).await.status,
            409,
            "{lower:?}"
        );
    }
}

#[actix_web::test]
async fn widening_never_asks() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &["203.0.113.7"], None);
    used(&app, &key, &["orders:read"]).await;
    let full = app.group("Acme", "Full access");
    app.alter_key(
        &key,
        "rate_limit_requests = 10, rate_limit_period = 'second', rate_limit_burst = 10",
    );
    for changes in [
        &[("description", "Only words")][..],
        &[("group", &*full)],
        &[("ip_allowlist", "203.0.113.0/24")],
        &[("ip_allowlist", "203.0.112.0/23\r\n10.0.0.0/8")],
        &[("ip_allowlist_mode", "observe")],
        &[
            ("ip_allowlist_mode", "observe"),
            ("ip_allowlist", "203.0.113.0/24"),
        ],
        &[("ip_allowlist", ""), ("ip_allowlist_mode", "enforce")],
        &[("rate_limit", "600"), ("rate_limit_per", "minute")],
        &[("rate_limit", "601"), ("rate_limit_burst", "602")],
        &[("rate_limit", ""), ("rate_limit_burst", "")],
    ] {
        let saved = save(&mut alice, &key, changes).await;
        assert_eq!(saved.status, 303, "{changes:?} {}", saved.body);
    }
}

#[actix_web::test]
async fn a_key_that_nobody_used_for_a_week_is_narrowed_at_once() {
    let app = App::start().await;
    let (key, unused) = (app.issue("Acme", "ERP"), app.issue("Acme", "New"));
    used(&app, &key, &["orders:write"]).await;
    app.pass(7 * 86_400 + 1);
    let mut alice = app.sign_in(ALICE).await;
    let read_only = app.group("Acme", "Read only");
    for key in [&key, &unused] {
        let changes = [("group", &*read_only), ("rate_limit", "1")];
        save(&mut alice, key, &changes).await.leads_to(&place(key));
    }
}

#[actix_web::test]
async fn a_key_that_changed_meanwhile_is_told_of_before_anything_is_asked() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    used(&app, &key, &["orders:write"]).await;
    let page = key.page("edit");
    let read_only = app.group("Acme", "Read only");
    let mut old_tab = fields(&mut alice, &page, &[("group", &read_only)]).await;
    save(&mut alice, &key, &[("description", "Newer")])
        .await
        .leads_to(&place(&key));
    let late = send(&mut alice, &page, &old_tab).await;
    assert_eq!(late.status, 409);
    late.shows("This key was changed while you were editing it.");
    late.lacks(".narrowing");
    set(&mut old_tab, &[("version", &late.field("version"))]);
    let asked = send(&mut alice, &page, &old_tab).await;
    asked.has(".narrowing");
    assert_eq!(app.stored("Acme", &key).group_name, "Full access");
}
