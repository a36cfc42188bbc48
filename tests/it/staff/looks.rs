//! A tenant lets support look at its pages for half an hour.

use std::collections::BTreeSet;

use super::matrix::{cell, forms};
use super::pages_matrix::{filled, things};
use crate::support::browser_like::Person;
use crate::support::routes::routes_after;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const ACCESS: &str = "/support-access";

/// The first form on the page of an admin whose address ends so.
async fn action(alice: &mut Person, end: &str) -> String {
    let page = alice.get(ACCESS).await;
    let actions = page.attributes("main form", "action");
    let found = actions.into_iter().find(|action| action.ends_with(end));
    found.unwrap_or_else(|| panic!("no {end} in {}", page.body))
}

/// Sam asks, Alice agrees, Sam opens the pages.
pub async fn let_in(app: &App, sam: &mut Person, alice: &mut Person) {
    let look = app.support_page("Acme", "look");
    sam.submit(&look, &look, &[("reason", "Ticket <7>")])
        .await
        .leads_to(&look);
    let grant = action(alice, "/grant").await;
    alice.submit(ACCESS, &grant, &[]).await.leads_to(ACCESS);
    sam.submit(&look, &format!("{look}/entry"), &[])
        .await
        .leads_to(KEYS);
}

#[actix_web::test]
async fn an_admin_lets_support_look_and_both_see_it_until_half_an_hour_is_over() {
    let app = App::start().await;
    let key = app.issue("Acme", "Payroll");
    app.issue("Globex", "Turbines");
    let (mut alice, mut vera, mut bob) = (
        app.sign_in(ALICE).await,
        app.sign_in(VERA).await,
        app.sign_in(BOB).await,
    );
    let mut sam = app.sam().await;
    let look = app.support_page("Acme", "look");
    assert_eq!(
        sam.submit(&look, &look, &[("reason", " ")]).await.status,
        422
    );
    sam.submit(&look, &look, &[("reason", "Ticket <7>")])
        .await
        .leads_to(&look);
    sam.get(&look).await.shows("Waiting for an admin of Acme");
    // Asking opens nothing.
    let csrf = sam.token(&look).await;
    let entry = format!("{look}/entry");
    assert_eq!(sam.post(&entry, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(sam.get(KEYS).await.status, 404);
    // Admins see it on every page; others do not.
    alice
        .get("/usage")
        .await
        .shows("Sam Stone of support asks to look at your pages.");
    vera.get("/usage").await.hides("Sam Stone");
    bob.get("/usage").await.hides("Sam Stone");
    bob.get(ACCESS).await.hides("Ticket");
    alice.get(ACCESS).await.shows("Ticket <7>");
    let grant = action(&mut alice, "/grant").await;
    // Neither a viewer nor the admin of another tenant agrees.
    for (person, status) in [(&mut vera, 403), (&mut bob, 404)] {
        let csrf = person.token("/account").await;
        assert_eq!(person.post(&grant, &[("csrf", &csrf)]).await.status, status);
    }
    alice.submit(ACCESS, &grant, &[]).await.leads_to(ACCESS);
    let csrf = alice.token(ACCESS).await;
    assert_eq!(alice.post(&grant, &[("csrf", &csrf)]).await.status, 409);
    sam.submit(&look, &entry, &[]).await.leads_to(KEYS);
    let page = sam.get(KEYS).await;
    page.shows("Payroll");
    page.shows("You look at Acme as support, until 12:30 UTC");
    page.hides("Turbines");
    page.lacks("a[href='/tenant-api-keys/new']");
    let of_key = format!("{KEYS}/{}", key.id);
    assert_eq!(sam.get(&of_key).await.status, 200);
    sam.get("/members").await.lacks("main form");
    sam.get("/settings").await.lacks("main button");
    for person in [&mut alice, &mut vera] {
        person
            .get("/usage")
            .await
            .shows("Support is looking, until 12:30 UTC: Sam Stone.");
    }
    // Each page is on record.
    let rows = |path: &str| {
        app.number(&format!(
            "SELECT count(*) AS n FROM audit_events WHERE action = 'support_access.page_seen' \
             AND actor_name = 'Sam Stone' AND detail LIKE '%\"page\":\"{path}\"%' \
             AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')"
        ))
    };
    for path in [KEYS, &of_key, "/members", "/settings"] {
        assert_eq!(rows(path), 1, "{path}");
    }
    alice
        .get("/audit")
        .await
        .shows("Let support look at the tenant");
    // The support view goes on beside it.
    assert_eq!(sam.get("/support/tenants").await.status, 200);
    app.clock.advance(chrono::TimeDelta::minutes(29));
    assert_eq!(sam.get(KEYS).await.status, 200);
    app.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(sam.get(KEYS).await.status, 404);
    alice.get("/usage").await.hides("Support is looking");
    assert_eq!(rows(KEYS), 2);
}

#[actix_web::test]
async fn it_ends_at_the_next_request_by_either_side_and_with_the_staff_or_the_tenant() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    let look = app.support_page("Acme", "look");
    for ending in ["admin", "staff", "left", "disabled", "suspended"] {
        let_in(&app, &mut sam, &mut alice).await;
        assert_eq!(sam.get(KEYS).await.status, 200, "{ending}");
        let mut status = 404;
        match ending {
            "admin" => {
                let end = action(&mut alice, "/removal").await;
                alice.submit(ACCESS, &end, &[]).await.leads_to(ACCESS);
            }
            "staff" => {
                let end = format!("{look}/removal");
                sam.submit(KEYS, &end, &[]).await.leads_to(&look);
            }
            "left" | "disabled" => {
                let set = if ending == "left" {
                    "support = FALSE"
                } else {
                    "disabled_at = '2026-11-20 11:00:00'"
                };
                app.sql(&format!("UPDATE users SET {set} WHERE email = '{SAM}'"));
                status = 303;
            }
            _ => app
                .sql("UPDATE tenants SET suspended_at = '2026-11-20 11:00:00' WHERE name = 'Acme'"),
        }
        assert_eq!(sam.get(KEYS).await.status, status, "{ending}");
        app.sql(&format!(
            "UPDATE users SET support = TRUE, disabled_at = NULL WHERE email = '{SAM}'"
        ));
        app.sql("UPDATE tenants SET suspended_at = NULL");
        let csrf = sam.token(&look).await;
        sam.post(&format!("{look}/removal"), &[("csrf", &csrf)])
            .await;
        assert_eq!(sam.get(KEYS).await.status, 404, "{ending}");
    }
    // What was declined opens nothing.
    sam.submit(&look, &look, &[("reason", "Again")])
        .await
        .leads_to(&look);
    let refusal = action(&mut alice, "/refusal").await;
    alice.submit(ACCESS, &refusal, &[]).await.leads_to(ACCESS);
    sam.get(&look).await.shows("Declined or taken back");
    assert_eq!(sam.get(KEYS).await.status, 404);
    // Super users are members where they look.
    assert_eq!(alice.get(&look).await.status, 404);
}

#[actix_web::test]
async fn support_that_looks_sends_no_form() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    let_in(&app, &mut sam, &mut alice).await;
    let csrf = sam.token(KEYS).await;
    let mut open = BTreeSet::new();
    for form in forms(&app) {
        let mut fields: Vec<(&str, &str)> = vec![("csrf", &csrf)];
        fields.extend(form.fields.iter().map(|(name, value)| (*name, &**value)));
        let own = [
            "/account",
            "/support/",
            "/login",
            "/logout",
            "/theme",
            "/jump",
            "/invitation",
            "/password-reset",
            "/report",
        ];
        if own.iter().any(|start| form.route.starts_with(start)) {
            continue;
        }
        let answer = sam.post(&form.action, &fields).await;
        if answer.status != 403 {
            open.insert(format!("{} {}", answer.status, form.route));
        }
    }
    assert_eq!(open, BTreeSet::new());
}

#[actix_web::test]
async fn support_that_looks_sees_the_pages_that_are_open_to_it_and_no_other() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let things = things(&app);
    let mut sam = app.sam().await;
    let_in(&app, &mut sam, &mut alice).await;
    let tables = ["fn pages(", "fn of_people(", "fn of_integrations("];
    let mut seen = BTreeSet::new();
    for (method, path) in tables.into_iter().flat_map(routes_after) {
        if method != "PAGE" && method != "GET" {
            continue;
        }
        let answer = sam.get(&filled(&things, path)).await;
        if cell(&answer) == "+" {
            seen.insert(path);
        }
    }
    let expected = [
        "/",
        "/account",
        "/account/second-factor",
        "/api/docs",
        "/audit",
        "/authorization-groups",
        "/jump",
        "/login",
        "/login/code",
        "/members",
        "/projects",
        "/report-leaked-key",
        "/settings",
        "/tenant-api-keys",
        "/tenant-api-keys/{id}",
        "/usage",
        "/usage/keys",
        "/usage/requests",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
}
