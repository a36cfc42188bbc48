//! The page of one key, and its week in the list.

use serde_json::json;

use super::key_edits::{fields, send};
use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

const LIST: &str = "/tenant-api-keys";

fn page_of(key: &Issued) -> String {
    format!("{LIST}/{}", key.id)
}

/// A gateway asks about a key, with what it knows of the request.
async fn called_from(app: &App, key: &Issued, address: &str, program: &str) {
    let question = json!({
        "key": key.secret, "ip": address, "method": "POST", "path": "/orders", "user_agent": program,
    });
    // Other requests may still be on their way to the log.
    let count = format!("SELECT count(*) AS n FROM request_records WHERE user_agent = '{program}'");
    let before = app.number(&count);
    let answer = app.asker().post("/api/v1/verify", question).await;
    assert_eq!(answer.status, 200);
    direct::until("the request is recorded", async || {
        app.number(&count) == before + 1
    })
    .await;
}

#[actix_web::test]
async fn the_page_tells_what_the_key_is() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read orders:write");
    let ranges = ["10.0.0.0/8", "203.0.113.7"];
    let key = app.issue_with("Acme", "SAP integration", Some("Orders"), &ranges, None);
    let page = app.sign_in(ALICE).await.get(&page_of(&key)).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text_of("h1"), "SAP integration");
    for text in [
        "Active",
        &format!("ks_live_…{}", &key.secret[key.secret.len() - 4..]),
        "Orders",
        "orders:read",
        "orders:write",
        "10.0.0.0/8",
        "203.0.113.7",
        "20 Nov 2026",
        "Rate limit None",
        "No requests of this key are recorded.",
    ] {
        page.shows(text);
    }
    for place in [
        format!("/usage/requests?key={}", key.id),
        format!("/usage?key={}", key.id),
        format!("{}/revocation", page_of(&key)),
    ] {
        page.has(&format!("[href='{place}']"));
    }
    page.hides(&key.secret);
    page.hides("/deletion");
}

#[actix_web::test]
async fn the_page_tells_when_from_where_and_by_what_it_was_used_last() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &["203.0.113.0/24"], None);
    called_from(&app, &key, "203.0.113.7", "sap-connector/2.1").await;
    app.clock.advance(chrono::TimeDelta::minutes(5));
    // Refused since then: not a use.
    called_from(&app, &key, "198.51.100.9", "curl/8.5.0").await;
    let page = app.sign_in(ALICE).await.get(&page_of(&key)).await;
    page.shows("5 min ago");
    page.shows("from 203.0.113.7 by sap-connector/2.1");
    assert!(!page.says("by curl/8.5.0"));
    // Both are among the last requests, and counted.
    for text in [
        "POST /orders",
        "198.51.100.9",
        "Address not allowed",
        "IP_DENIED",
    ] {
        page.shows(text);
    }
    for fact in ["Accepted 1", "Refused 1"] {
        let times = page.words().matches(fact).count();
        assert_eq!(times, 2, "{fact} in 24 hours and in 7 days");
    }
}

#[actix_web::test]
async fn the_history_says_what_an_edit_changed() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (key, admin) = (app.issue("Acme", "ERP"), app.issue("Acme", "Admin"));
    let edit = key.page("edit");
    let read_only = app.group("Acme", "Read only");
    for (changes, line) in [
        (
            vec![
                ("group", &*read_only),
                ("ip_allowlist", "10.0.0.0/8\r\n10.1.2.3"),
            ],
            "Changed IP allowlist: 2 ranges added; IP allowlist enforced; Group: Full access → Read only",
        ),
        (
            vec![
                ("ip_allowlist", "10.0.0.0/8\r\n203.0.113.7"),
                ("rate_limit", "100"),
                ("rate_limit_per", "minute"),
            ],
            "Changed IP allowlist: 1 range added, 1 removed; Rate limit: none → 100 per minute",
        ),
        (
            vec![
                ("name", "CRM"),
                ("description", "Nightly sync"),
                ("rate_limit", "10"),
                ("rate_limit_per", "second"),
                ("ip_allowlist", "10.0.0.0/8"),
            ],
            "Changed Name: ERP → CRM; Description; IP allowlist: 1 range removed; Rate limit: 100 per minute → 10 per second",
        ),
    ] {
        let fields = fields(&mut alice, &edit, &changes).await;
        send(&mut alice, &edit, &fields)
            .await
            .leads_to(&page_of(&key));
        alice.get(&page_of(&key)).await.shows(line);
    }
    let body = json!({ "expires_at": "2026-12-25T00:00:00Z" });
    let system = app.system(&admin.secret);
    let request = system.request(reqwest::Method::PATCH, &key.resource());
    assert_eq!(Answer::of(request.json(&body)).await.status, 200);
    let page = alice.get(&page_of(&key)).await;
    page.shows("Changed Last day: never expires → 24 Dec 2026");
    // Rows that do not say what was before.
    app.sql(
        "UPDATE audit_events SET detail = '{\"after\":{\"authorization_group\":\"Orders\",\"ip_allowlist\":[]}}'
         WHERE action = 'key.updated'",
    );
    let page = alice.get(&page_of(&key)).await;
    page.shows("Changed Group: now Orders; IP allowlist");
}

#[actix_web::test]
async fn other_tenants_and_deleted_keys_find_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut bob = app.sign_in(BOB).await;
    let theirs = bob.get(&page_of(&key)).await;
    let missing = bob.get(&format!("{LIST}/{MISSING}")).await;
    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.meaning(), missing.meaning());
    let mut alice = app.sign_in(ALICE).await;
    for id in ["nothing", "%00", &key.id.to_uppercase()] {
        assert_eq!(alice.get(&format!("{LIST}/{id}")).await.status, 404, "{id}");
    }
    assert_eq!(alice.get(&page_of(&key)).await.status, 200);
    app.alter_key(
        &key,
        "revoked_at = '2026-11-20 11:00:00', deleted_at = '2026-11-20 11:00:00'",
    );
    assert_eq!(alice.get(&page_of(&key)).await.status, 404);
}

#[actix_web::test]
async fn a_revoked_key_that_is_still_tried_is_reported() {
    let app = App::start().await;
    let (key, quiet) = (
        app.issue("Acme", "SCADA gateway"),
        app.issue("Acme", "Quiet one"),
    );
    called_from(&app, &key, "203.0.113.5", "before/1.0").await;
    let mut alice = app.sign_in(ALICE).await;
    for one in [&key, &quiet] {
        let page = one.page("revocation");
        alice
            .submit(&page, &page, &[("last4", one.last4())])
            .await
            .leads_to(LIST);
    }
    alice.get(LIST).await.hides("since revocation");
    alice.get(&page_of(&key)).await.hides("still tries");

    app.use_key(&key, 11).await;
    called_from(&app, &key, "203.0.113.7", "bridge/1.4").await;
    app.clock.advance(chrono::TimeDelta::minutes(2));
    let note = "12 refused requests since revocation, last from 203.0.113.7, 2 min ago";
    let list = alice.get(LIST).await;
    assert_eq!(list.body.matches("since revocation").count(), 1);
    list.shows(note);
    let page = alice.get(&page_of(&key)).await;
    page.shows(note);
    page.shows("Somebody still tries this key.");
    page.has("[href$='/deletion']");
    page.hides("/revocation\"");

    app.clock.advance(chrono::TimeDelta::minutes(3));
    app.fold();
    let note = note.replace("2 min", "5 min");
    alice.get(LIST).await.shows(&note);
    // Single requests are kept for a shorter time than counts.
    app.sql("DELETE FROM request_records");
    let list = alice.get(LIST).await;
    list.shows("12 refused requests since revocation");
    let page = alice.get(&page_of(&key)).await;
    page.shows("Somebody still tries this key.");
    app.clock.advance(chrono::TimeDelta::days(8));
    app.fold();
    let mut alice = app.sign_in(ALICE).await;
    for page in [LIST, &page_of(&key)] {
        let page = alice.get(page).await;
        page.hides("Somebody still tries this key.");
        page.lacks(".tried");
        page.shows("12 refused requests since revocation");
    }
}

#[actix_web::test]
async fn tries_that_ended_a_week_ago_are_past() {
    let app = App::start().await;
    let key = app.issue("Acme", "SCADA gateway");
    app.alter_key(&key, "revoked_at = '2026-11-20 11:00:00'");
    called_from(&app, &key, "203.0.113.7", "bridge/1.4").await;
    app.clock.advance(chrono::TimeDelta::days(7));
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(&page_of(&key)).await;
    page.shows("Somebody still tries this key.");
    let id = page
        .body
        .split("/usage/explanation?request=")
        .nth(1)
        .unwrap();
    let explanation = format!("/usage/explanation?request={}", &id[..32]);
    alice.get(&explanation).await.shows("REVOKED");
    app.clock.advance(chrono::TimeDelta::hours(1));
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(&page_of(&key)).await;
    page.hides("Somebody still tries this key.");
    page.shows("This key was tried after its revocation: 1 refused request");
}

#[actix_web::test]
async fn a_key_that_ends_soon_warns() {
    let app = App::start().await;
    let days = |days: i64| Some(days * 86_400);
    let soon = app.issue_with("Acme", "Soon over", None, &[], days(14));
    let later = app.issue_with("Acme", "Later", None, &[], days(14).map(|at| at + 1));
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get(&page_of(&soon))
        .await
        .shows("This key ends in 14 days.");
    alice.get(&page_of(&later)).await.hides("This key ends");
}

#[actix_web::test]
async fn a_viewer_reads_the_page_and_is_offered_no_change() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let page = app.sign_in(VERA).await.get(&page_of(&key)).await;
    assert_eq!(page.status, 200);
    page.hides("/revocation");
    page.hides("danger");
    let stranger = app.visitor().get(&page_of(&key)).await;
    assert_eq!(stranger.status, 303);
}

#[actix_web::test]
async fn the_list_shows_the_week_of_each_key() {
    let app = App::start().await;
    let (busy, idle) = (app.issue("Acme", "ERP"), app.issue("Acme", "CRM"));
    app.use_key(&busy, 2).await;
    app.clock.advance(chrono::TimeDelta::days(2));
    app.fold();
    app.use_key(&busy, 3).await;
    let mut alice = app.sign_in(ALICE).await;
    let list = alice.get(LIST).await;
    list.has("[aria-label='Requests in the last 7 days: 0 · 0 · 0 · 0 · 2 · 0 · 3']");
    list.has("[aria-label='No requests in the last 7 days']");
    for key in [&busy, &idle] {
        list.has(&format!("[href='{}']", page_of(key)));
    }
    app.clock.advance(chrono::TimeDelta::days(5));
    alice = app.sign_in(ALICE).await;
    app.fold();
    alice
        .get(LIST)
        .await
        .has("[aria-label$='7 days: 0 · 3 · 0 · 0 · 0 · 0 · 0']");
}
