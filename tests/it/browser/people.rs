//! What people do about themselves and each other, with scripts and without: their account, requests, found keys, the log.

use super::limits::sign_in_sam;
use super::sample::{self, MAYA};
use super::screenshots::Camera;
use crate::support::chromium::Chromium;
use crate::support::*;

const OTHER: &str = "an umbrella of seven colours";

async fn open(app: &App, scripts: bool) -> Chromium {
    if scripts {
        Chromium::open(app).await
    } else {
        Chromium::open_without_scripts(app).await
    }
}

/// Sends the form whose address it is.
async fn send(browser: &Chromium, form: &str, sees: &str) {
    browser
        .click(&format!("form[action='{form}'] [type=submit]"))
        .await;
    browser.until_sees(sees).await;
}

/// A viewer looks after their account, and reads of it in the log.
async fn own_account(app: &App, scripts: bool) {
    let browser = open(app, scripts).await;
    browser.sign_in(VERA).await;
    browser.goto("/account").await;
    browser.fill("#name", "Vera Vance").await;
    send(&browser, "/account/name", "Vera Vance").await;
    browser.click("#display-theme option[value=dark]").await;
    browser
        .click("#time_zone option[value='Europe/Berlin']")
        .await;
    send(&browser, "/account/display", "Saved.").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#new_password", "short").await;
    send(&browser, "/account/password", "15 characters").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#new_password", OTHER).await;
    send(&browser, "/account/password", "Your password was changed.").await;
    // Without the message that lies over the button.
    browser.goto("/account").await;
    send(
        &browser,
        "/account/sessions/removal",
        "All your other sessions are over.",
    )
    .await;
    let mut admin = app.sign_in(ALICE).await;
    let place = format!("/members/{}/reset-link", app.person(VERA));
    let link = admin.submit("/members", &place, &[]).await;
    let link = link.text_of(".sample code");
    browser.goto(&link).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Sign in").await;
    browser.sign_in(VERA).await;
    browser.goto("/audit").await;
    browser.until_sees("Time Europe/Berlin").await;
    browser.fill("#actor", VERA).await;
    browser
        .click("#action option[value='person.password_changed']")
        .await;
    if !scripts {
        browser.click(".filter-foot button").await;
    }
    // The row stood in the unfiltered log too.
    browser
        .until("location.search.includes('action=person.password_changed')")
        .await;
    browser.until_sees("Changed the password of").await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_viewer_looks_after_their_account_and_reads_of_it_with_scripts_and_without() {
    for scripts in [true, false] {
        own_account(&App::start().await, scripts).await;
    }
}

/// The tenant asks, support asks back, the tenant answers, support raises.
async fn a_thread(app: &App, scripts: bool) {
    let ask = "/tenant-api-keys/limit-request";
    let (alice, sam) = (open(app, scripts).await, open(app, scripts).await);
    alice.sign_in(ALICE).await;
    alice.goto(ask).await;
    alice.fill("#limit", "40").await;
    alice.fill("#reason", "Two more plants").await;
    send(&alice, ask, "Waiting for an answer").await;
    sign_in_sam(&sam).await;
    sam.click("#side a[href='/support/requests']").await;
    sam.until_sees("Two more plants").await;
    sam.goto(&app.support_page("Acme", "limit-request")).await;
    sam.fill("#words", "Which plants?").await;
    sam.click("main form.ask [type=submit]").await;
    sam.until_sees("Which plants?").await;
    alice.goto(ask).await;
    alice.until_sees("Which plants?").await;
    alice.fill("#words", "Aachen and Basel").await;
    send(&alice, &format!("{ask}/messages"), "Aachen and Basel").await;
    sam.goto(&app.support_page("Acme", "limit-request")).await;
    sam.until_sees("Aachen and Basel").await;
    sam.click("main a[href$='/limit']").await;
    sam.until_sees("Two more plants").await;
    sam.fill("#limit", "40").await;
    sam.fill("#reason", "Agreed").await;
    sam.click("[data-variant=primary][type=submit]").await;
    sam.until_sees("Acme may have 40 keys now.").await;
    assert_eq!(app.limit_of("Acme"), 40);
}

#[actix_web::test]
async fn support_asks_back_before_it_decides_with_scripts_and_without() {
    for scripts in [true, false] {
        let app = App::start().await;
        app.hire_sam();
        a_thread(&app, scripts).await;
    }
}

/// A stranger switches off a key that they found, and its tenant reads of it.
async fn a_found_key(app: &App, scripts: bool) {
    let erp = app.issue("Acme", "ERP");
    let browser = open(app, scripts).await;
    browser.goto("/report-leaked-key").await;
    browser.fill("#key", &erp.secret).await;
    browser.fill("#place", "In a repository").await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("switched off").await;
    assert_eq!(app.stranger().verify(&erp.secret).await, "DISABLED");
    browser.sign_in(ALICE).await;
    browser.until_sees("ERP was reported as leaked").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn whoever_finds_a_key_switches_it_off_with_scripts_and_without() {
    for scripts in [true, false] {
        a_found_key(&App::start().await, scripts).await;
    }
}

#[actix_web::test]
async fn pictures_of_people_and_of_what_staff_sees_of_them() {
    let app = App::start_empty().await;
    sample::fill(&app);
    app.hire_sam();
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    for page in [
        "/account",
        "/members",
        "/audit",
        "/settings",
        "/support-access",
    ] {
        browser.goto(page).await;
        camera.take(&page.replace('/', "people-")).await;
    }
    let support = Camera::new(&app).await;
    sign_in_sam(&support.browser).await;
    let tenant = app.support_page("Acme Industrial", "");
    for (page, name) in [
        ("/support/requests", "staff-requests"),
        ("/support/nodes", "staff-servers"),
        ("/support/explain", "staff-explain"),
        ("/support/leaked-keys", "staff-leaked-keys"),
        ("/support/audit", "staff-audit"),
        (tenant.trim_end_matches('/'), "staff-tenant"),
        (&app.support_page("Acme Industrial", "look"), "staff-look"),
    ] {
        support.browser.goto(page).await;
        support.take(name).await;
    }
}
