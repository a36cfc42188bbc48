//! What was typed comes back after a session that ended: for who typed it, and for nobody else.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

const NEW: &str = "/tenant-api-keys/new";
const EMPTY: &str = "sessionStorage.length === 0";
const BACK: &str = "[data-draft-back]";

/// Signs in on the page that is there.
async fn sign_in_here(browser: &Chromium, email: &str) {
    browser.fill("#email", email).await;
    browser.fill("#password", PASSWORD).await;
    browser.press(key::ENTER).await;
}

#[actix_web::test]
async fn what_was_typed_is_back_after_signing_in_again() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(NEW).await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.fill("#ip_allowlist", "10.0.0.0/8").await;
    browser.click("[data-date='']").await;
    app.sql("DELETE FROM sessions");
    browser.click(form::SUBMIT).await;
    browser.until_at("/login").await;
    browser
        .until_sees("What you typed is kept in this tab")
        .await;
    // A slip in between changes nothing.
    browser.fill("#email", ALICE).await;
    browser.fill("#password", "not it").await;
    browser.press(key::ENTER).await;
    browser.until_focus(".error-summary").await;
    sign_in_here(&browser, ALICE).await;
    browser.until_at(NEW).await;
    browser.until_focus(BACK).await;
    browser.until_sees("What you typed is back.").await;
    assert_eq!(browser.value_of("#name").await, "ERP integration");
    assert_eq!(browser.value_of("#ip_allowlist").await, "10.0.0.0/8");
    assert_eq!(browser.value_of("#expires_on").await, "");
    // The rest of the page follows, as if it had been typed now.
    browser.until_sees("Grants everything").await;
    assert_eq!(browser.text_of("[data-summary=addresses]").await, "1 range");
    assert!(browser.holds(EMPTY).await);
    browser.is_laid_out("a form with what was typed").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    assert!(browser.holds(EMPTY).await);
}

#[actix_web::test]
async fn what_was_typed_in_a_dialog_is_back_in_the_dialog_and_changes_meanwhile_are_told() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let page = format!("/tenant-api-keys/{}", key.id);
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(&page).await;
    browser.click(".page-head a[href$='/edit']").await;
    browser
        .fill("dialog #description", "Orders of the plant")
        .await;
    app.sql("DELETE FROM sessions");
    app.sql("UPDATE api_keys SET name = 'ERP of plant 2'");
    browser.click("dialog [type=submit][value=save]").await;
    browser.until_at("/login").await;
    sign_in_here(&browser, ALICE).await;
    browser.until_at(&page).await;
    browser.until_focus(&format!("dialog {BACK}")).await;
    assert_eq!(
        browser.value_of("dialog #description").await,
        "Orders of the plant"
    );
    browser.is_laid_out("a dialog with what was typed").await;
    browser.click("dialog [type=submit][value=save]").await;
    browser.until_sees("As it is now").await;
    browser.until_sees("ERP of plant 2").await;
}

#[actix_web::test]
async fn nobody_else_gets_what_was_typed_and_no_password_is_kept() {
    let app = App::start().await;
    let made = app.issue_recoverable("Acme", "SCADA");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(NEW).await;
    browser.fill("#name", "ERP integration").await;
    app.sql("DELETE FROM sessions");
    browser.click(form::SUBMIT).await;
    browser.until_at("/login").await;
    assert!(browser.knows("ERP integration").await);
    sign_in_here(&browser, VERA).await;
    browser.until_sees("Not allowed").await;
    assert!(browser.holds(EMPTY).await);
    assert!(!browser.knows("ERP integration").await);

    // Signing out forgets at once.
    browser
        .script("sessionStorage.setItem('draft', '{}')")
        .await;
    browser.click("[aria-label='Sign out']").await;
    browser.until_at("/login").await;
    assert!(browser.holds(EMPTY).await);

    browser.sign_in(ALICE).await;
    browser
        .goto(&format!("/tenant-api-keys/{}/disclosure", made.id))
        .await;
    browser.fill("#password", "a secret of my own").await;
    browser.click("[data-show-password]").await;
    app.sql("DELETE FROM sessions");
    browser.click("main form [type=submit]").await;
    browser.until_at("/login").await;
    assert!(browser.holds(EMPTY).await);
}
