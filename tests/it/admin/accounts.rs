//! One's own account, and helping whoever forgot the password.

use chrono::TimeDelta;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const ACCOUNT: &str = "/account";
const OTHER: &str = "an umbrella of seven colours";

async fn sign_in(app: &App, email: &str, password: &str) -> Answer {
    let fields = [("email", email), ("password", password), ("next", "")];
    app.visitor().submit("/login", "/login", &fields).await
}

#[actix_web::test]
async fn everybody_changes_their_own_name() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    for (person, page) in [
        (&mut app.sign_in(ALICE).await, "/tenant-api-keys"),
        (&mut app.sign_in(VERA).await, "/tenant-api-keys"),
        (&mut sam, "/support/tenants"),
    ] {
        let changed = person
            .submit(ACCOUNT, "/account/name", &[("name", " Ada Lovelace ")])
            .await;
        changed.leads_to(ACCOUNT);
        person.get(ACCOUNT).await.shows("Your name was saved.");
        assert_eq!(
            person.get(page).await.text_of(".side-foot strong"),
            "Ada Lovelace"
        );
        let refused = person
            .submit(ACCOUNT, "/account/name", &[("name", "")])
            .await;
        assert_eq!(refused.status, 422);
        refused.shows("Enter your name.");
    }
    let renamed = "SELECT count(*) AS n FROM audit_events WHERE action = 'person.renamed'";
    assert_eq!(app.number(renamed), 3);
}

#[actix_web::test]
async fn another_password_ends_all_other_sessions_and_this_one_goes_on() {
    let app = App::start().await;
    let (mut here, mut there) = (app.sign_in(VERA).await, app.sign_in(VERA).await);
    let change = |password, new_password| [("password", password), ("new_password", new_password)];
    for (fields, told) in [
        (
            change("not my password at all", OTHER),
            "This is not your present password.",
        ),
        (change(PASSWORD, "short"), "Use at least 15 characters"),
    ] {
        let refused = here.submit(ACCOUNT, "/account/password", &fields).await;
        assert_eq!(refused.status, 422);
        refused.shows(told);
        refused.hides("not my password at all");
    }
    assert_eq!(there.get(ACCOUNT).await.status, 200);
    let old = here.clone();
    let changed = here
        .submit(ACCOUNT, "/account/password", &change(PASSWORD, OTHER))
        .await;
    changed.leads_to(ACCOUNT);
    here.get(ACCOUNT).await.shows("Your password was changed.");
    for mut ended in [there, old] {
        assert_eq!(ended.get(ACCOUNT).await.status, 303);
    }
    assert_eq!(sign_in(&app, VERA, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, VERA, OTHER).await.status, 303);
}

#[actix_web::test]
async fn guessing_the_present_password_in_a_session_has_to_wait() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    let fields = [
        ("password", "not my password at all"),
        ("new_password", OTHER),
    ];
    for _ in 0..5 {
        assert_eq!(
            vera.submit(ACCOUNT, "/account/password", &fields)
                .await
                .status,
            422
        );
    }
    let fields = [("password", PASSWORD), ("new_password", OTHER)];
    let throttled = vera.submit(ACCOUNT, "/account/password", &fields).await;
    assert_eq!(throttled.status, 429);
    throttled.shows("Too many attempts.");
    assert_eq!(sign_in(&app, BOB, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn other_sessions_are_ended_at_one_click() {
    let app = App::start().await;
    let (mut here, mut there) = (app.sign_in(ALICE).await, app.sign_in(ALICE).await);
    let mut vera = app.sign_in(VERA).await;
    here.submit(ACCOUNT, "/account/sessions/removal", &[])
        .await
        .leads_to(ACCOUNT);
    here.get(ACCOUNT)
        .await
        .shows("All your other sessions are over.");
    assert_eq!(there.get(ACCOUNT).await.status, 303);
    assert_eq!(vera.get(ACCOUNT).await.status, 200);
}

/// Sends the form behind a link.
async fn reset(person: &mut Person, link: &str, password: &str) -> Answer {
    let page = person.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let fields = [("csrf", &*csrf), ("token", &token), ("password", password)];
    person.post("/password-reset", &fields).await
}

/// Has an admin make a link.
async fn link_for(app: &App, admin: &mut Person, email: &str) -> String {
    let path = format!("/members/{}/reset-link", app.person(email));
    let made = admin.submit("/members", &path, &[]).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let link = made.text_of(".sample code");
    link.strip_prefix(&app.base).unwrap().to_owned()
}

#[actix_web::test]
async fn an_admin_helps_a_member_who_forgot_the_password() {
    let app = App::start().await;
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    let link = link_for(&app, &mut alice, VERA).await;
    // Making and opening it changes nothing.
    app.visitor().get(&link).await.shows(VERA);
    assert_eq!(vera.get(ACCOUNT).await.status, 200);
    let mut browser = app.visitor();
    let refused = reset(&mut browser, &link, "short").await;
    assert_eq!(refused.status, 422);
    refused.shows("Use at least 15 characters");
    reset(&mut browser, &link, OTHER)
        .await
        .leads_to("/login?over=reset");
    browser
        .get("/login?over=reset")
        .await
        .shows("Your password was saved.");
    assert_eq!(vera.get(ACCOUNT).await.status, 303);
    assert_eq!(sign_in(&app, VERA, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, VERA, OTHER).await.status, 303);
    let again = app.visitor().get(&link).await;
    assert_eq!(again.status, 404);
    again.shows("This link has ended");
    let steps = "SELECT count(*) AS n FROM audit_events WHERE action IN \
                 ('person.reset_link_made', 'person.password_reset') AND tenant_id IS NOT NULL";
    assert_eq!(app.number(steps), 2);
}

#[actix_web::test]
async fn a_link_ends_after_a_day_and_is_of_one_person() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let link = link_for(&app, &mut alice, VERA).await;
    let of_alice = link.replace(&app.person(VERA), &app.person(ALICE));
    for wrong in [
        &*of_alice,
        &link[..link.len() - 1],
        "/password-reset",
        "/password-reset?token=..",
    ] {
        assert_eq!(app.visitor().get(wrong).await.status, 404, "{wrong}");
    }
    app.clock.advance(TimeDelta::hours(24));
    assert_eq!(app.visitor().get(&link).await.status, 404);
}

#[actix_web::test]
async fn no_admin_gets_hold_of_who_runs_keystead_or_is_elsewhere_too() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (vera, alices) = (app.person(VERA), app.person(ALICE));
    app.sql(&format!(
        "UPDATE memberships SET role = 'admin' WHERE user_id = '{vera}'"
    ));
    let mut vera = app.sign_in(VERA).await;
    let path = format!("/members/{alices}/reset-link");
    let refused = vera.submit("/members", &path, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("This person runs Keystead here.");
    let (bob, acme) = (app.person(BOB), app.tenant("Acme"));
    app.sql(&format!(
        "INSERT INTO memberships (tenant_id, user_id, role, created_at) \
         VALUES ('{acme}', '{bob}', 'viewer', '2026-11-20 12:00:00')"
    ));
    let path = format!("/members/{bob}/reset-link");
    let refused = alice.submit("/members", &path, &[]).await;
    assert_eq!(refused.status, 409);
    refused.shows("This person is in another tenant too");
    assert_eq!(sign_in(&app, BOB, PASSWORD).await.status, 303);
    // Nor of the own account: that takes the password.
    let own = app.person(VERA);
    for deed in ["reset-link", "second-factor"] {
        let path = format!("/members/{own}/{deed}");
        let refused = vera.submit("/members", &path, &[]).await;
        assert_eq!(refused.status, 403, "{deed}");
        refused.shows("under Your account");
    }
}
