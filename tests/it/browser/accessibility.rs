//! axe-core on each page, dialog and state, in light and dark, on a desk and on a phone.

use super::form;
use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn everybody_can_set_up_and_sign_in() {
    let app = App::start_empty().await;
    let browser = Chromium::open(&app).await;
    browser.goto(app.setup_link.as_ref().unwrap()).await;
    browser.is_accessible_everywhere("setup").await;
    browser.fill("#tenant", "Initech").await;
    browser.fill("#name", "Ivy").await;
    browser.fill("#email", "ivy@initech.test").await;
    browser.fill("#password", "too short, sorry").await;
    browser.script("document.querySelector('#name').value = ''; document.querySelector('main form').noValidate = true").await;
    browser.click("main form [type=submit]").await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("setup with an error")
        .await;

    browser.goto("/login").await;
    browser.is_accessible_everywhere("sign-in").await;
    browser.fill("#email", "nobody@initech.test").await;
    browser.fill("#password", PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("sign-in with an error")
        .await;

    browser.goto("/report-leaked-key").await;
    browser
        .is_accessible_everywhere("a report of a leaked key")
        .await;

    browser.goto("/setup?token=used").await;
    browser.until_sees("This link has ended").await;
    browser
        .is_accessible_everywhere("an error page for visitors")
        .await;
    browser.console_is_clean_but_for(&[401, 404, 422]).await;
}

#[actix_web::test]
async fn everybody_can_read_the_list() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser
        .is_accessible_everywhere("a list with keys in every state")
        .await;

    browser
        .click("tbody tr:nth-child(3) .c-actions [popovertarget]")
        .await;
    browser
        .until("document.querySelector('.menu:popover-open')")
        .await;
    browser.is_accessible_everywhere("an open menu").await;
    browser.press(key::ESCAPE).await;

    browser.screen(390, 844).await;
    browser.click("[data-nav-open]").await;
    browser
        .until("document.documentElement.matches('.nav-open')")
        .await;
    browser.settled().await;
    browser.is_accessible("the drawer").await;
    browser.screen(1440, 900).await;

    browser.click("a.name[title='SCADA gateway (old)']").await;
    browser.until_sees("Somebody still tries this key").await;
    browser.is_accessible_everywhere("the page of a key").await;
    browser.goto("/usage").await;
    browser
        .until("document.querySelector('[data-chart] canvas')")
        .await;
    browser.click("summary").await;
    browser.is_accessible_everywhere("usage").await;
    browser.goto("/usage?environment=test&range=24h").await;
    browser.is_accessible_everywhere("usage of test keys").await;

    browser.goto("/audit").await;
    browser.click("#audit-rows summary").await;
    browser.is_accessible_everywhere("the audit log").await;

    browser.goto("/tenant-api-keys?cursor=nonsense").await;
    browser
        .until_sees("This page mark was not made by Keystead")
        .await;
    browser
        .is_accessible_everywhere("an error page in the shell")
        .await;
    browser.goto("/api/docs").await;
    browser.is_accessible_everywhere("the API reference").await;
    browser.console_is_clean_but_for(&[400]).await;
}

#[actix_web::test]
async fn everybody_can_generate_a_key() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.is_accessible_everywhere("an empty list").await;

    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.is_accessible_everywhere("the form").await;
    browser
        .fill("#ip_allowlist", "300.1.1.0/24\n10.0.0.1/8")
        .await;
    browser.click("[data-date='']").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("the form with errors")
        .await;

    browser.fill("#name", "ERP integration").await;
    browser.fill("#ip_allowlist", "").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.click("dialog summary").await;
    browser.is_accessible_everywhere("the secret").await;
    browser.press(key::ESCAPE).await;
    browser.until_sees("First tick the box").await;
    browser
        .is_accessible_everywhere("the secret that is not stored yet")
        .await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn everybody_can_revoke_and_delete_a_key() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser
        .click("[aria-label='Actions for SAP integration']")
        .await;
    browser
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.is_accessible_everywhere("the revoke dialog").await;
    let page = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until_focus("#last4").await;
    browser
        .is_accessible_everywhere("the revoke dialog with an error")
        .await;
    form::type_last4(&browser).await;
    browser.click("dialog [type=submit]").await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .is_accessible_everywhere("the list with a toast")
        .await;

    browser
        .click("[aria-label='Actions for SAP integration']")
        .await;
    browser
        .click(".menu:popover-open [href$='/deletion']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.is_accessible_everywhere("the delete dialog").await;

    let page = page.as_str().unwrap();
    browser.goto(page).await;
    browser.is_accessible_everywhere("the revoke page").await;
    browser.goto(&page.replace("revocation", "deletion")).await;
    browser.is_accessible_everywhere("the delete page").await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_viewer_reads_why_they_may_not_generate() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(VERA).await;
    browser
        .is_accessible_everywhere("an empty list for a viewer")
        .await;
    browser.goto("/tenant-api-keys/new").await;
    browser.until_sees("Not allowed").await;
    browser
        .is_accessible_everywhere("a page that is not allowed")
        .await;
    browser.console_is_clean_but_for(&[403]).await;
}

#[actix_web::test]
async fn everybody_can_make_and_revoke_a_verifier() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/verifiers").await;
    browser.is_accessible_everywhere("the verifiers").await;
    browser.fill("#name", "x").await;
    browser.click("#verifier-form [type=submit]").await;
    browser.until_focus("#name[aria-invalid=true]").await;
    browser
        .is_accessible_everywhere("the verifiers with an error")
        .await;

    browser.fill("#name", "Orders API").await;
    browser.click("#verifier-form [type=submit]").await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.click("dialog summary").await;
    browser.is_accessible_everywhere("the token").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("Orders API").await;

    browser.click("[aria-label='Revoke… Orders API']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser
        .is_accessible_everywhere("the dialog that revokes a verifier")
        .await;
    let page = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until("!document.querySelector('dialog')").await;
    browser.until_sees("It is refused from now on.").await;
    browser
        .is_accessible_everywhere("the verifiers with a revoked one")
        .await;
    browser.goto(page.as_str().unwrap()).await;
    browser
        .is_accessible_everywhere("the page that revokes a verifier")
        .await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn everybody_can_read_the_request_log() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(VERA).await;
    browser.goto(LOG).await;
    browser.is_accessible_everywhere("an empty log").await;
    let refused = fill_log(&app).await;
    for (query, what) in [
        ("", "the log"),
        ("?live=1", "the log as it is followed"),
        (
            "?address=203.0.113.300&path=x",
            "the log with a wrong filter",
        ),
        ("?verdict=EXPIRED&method=GET", "a log without a match"),
    ] {
        browser.goto(&format!("{LOG}{query}")).await;
        browser.is_accessible_everywhere(what).await;
    }
    browser.screen(390, 844).await;
    browser.click("[data-filter-toggle]").await;
    browser.settled().await;
    browser.is_accessible("the open filter of a phone").await;
    for (id, what) in [
        ("", "explaining"),
        (refused.as_str(), "an explanation"),
        ("nonsense", "an explanation of nothing"),
    ] {
        browser
            .goto(&format!("/usage/explanation?request={id}"))
            .await;
        browser.is_accessible_everywhere(what).await;
    }
    browser.console_is_clean_but_for(&[422]).await;
}
