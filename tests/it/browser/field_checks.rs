//! A field says what is wrong with it when it is left, in the words of the server.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

fn marked(field: &str) -> String {
    format!(
        "document.querySelector('#{field}').matches('[aria-invalid=true][aria-describedby^=\"{field}-error\"]')"
    )
}

#[actix_web::test]
async fn a_field_that_is_left_says_what_is_wrong_and_the_focus_stays_where_it_went() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    // Passing through says nothing.
    browser.tab_to("#name").await;
    browser.tab_to("#description").await;
    browser.script("window.asked = 0; document.addEventListener('htmx:before:request', () => window.asked++)").await;
    browser.tab_to("#expires_on").await;
    assert_eq!(browser.script("return window.asked").await, 0);
    assert!(!browser.holds("document.querySelector('#name-error')").await);

    browser
        .script("document.querySelector('#name').focus()")
        .await;
    browser.keys("E").await;
    assert!(!browser.holds("document.querySelector('#name-error')").await);
    browser.press(key::TAB).await;
    browser.until("document.querySelector('#name-error')").await;
    browser.until(&marked("name")).await;
    browser.until_focus("#description").await;
    let told = browser.text_of("#name-error").await;
    browser
        .until(&format!(
            "document.querySelector('#live').textContent === 'Key name: {told}'"
        ))
        .await;
    browser
        .is_accessible_everywhere("a field that was left")
        .await;

    // The same words as the server has when it is sent.
    form::choose_group(&browser).await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    assert_eq!(browser.text_of("#name-error").await, told);
    assert_eq!(
        browser.text_of(".error-summary").await,
        format!("One thing needs a change\nKey name: {told}")
    );

    // Right again: the mark goes, and the focus is not taken to the summary.
    browser
        .script("document.querySelector('#name').focus()")
        .await;
    browser.keys("RP").await;
    browser.press(key::TAB).await;
    browser
        .until("!document.querySelector('#name-error, .error-summary')")
        .await;
    browser
        .until("!document.querySelector('#name').matches('[aria-invalid]')")
        .await;
    browser.until_focus("#description").await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_check_after_the_session_has_ended_takes_nothing_away() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    browser
        .script(
            "document.addEventListener('htmx:finally:request', () => document.body.dataset.answered = '')",
        )
        .await;
    app.sql("DELETE FROM sessions");
    browser.fill("#name", "ERP integration").await;
    browser.press(key::TAB).await;
    browser.until("document.body.dataset.answered === ''").await;
    assert_eq!(browser.path().await, "/tenant-api-keys/new");
    assert_eq!(browser.value_of("#name").await, "ERP integration");
    assert!(browser.asks_before_leaving().await);
}

#[actix_web::test]
async fn fields_that_belong_together_are_told_apart() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    browser
        .fill("#ip_allowlist", "10.0.0.0/8\n300.1.1.0/24")
        .await;
    browser.press(key::TAB).await;
    browser.until(&marked("ip_allowlist")).await;
    assert!(
        browser
            .text_of("#ip_allowlist-error")
            .await
            .contains("Line 2")
    );
    browser.fill("#rate_limit_burst", "5").await;
    browser.press(key::TAB).await;
    browser.fill("#rate_limit", "none").await;
    browser.press(key::TAB).await;
    browser.until(&marked("rate_limit")).await;
    assert!(
        browser
            .holds("document.querySelector('#ip_allowlist-error')")
            .await
    );
    assert_eq!(app.rows("api_keys"), 0);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_edit_dialog_checks_its_fields_too() {
    let app = App::start().await;
    let issued = app.issue("Acme", "SAP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.click(".c-actions [popovertarget]").await;
    browser.click(".menu:popover-open [href$='/edit']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.find("#name").await.clear().await.unwrap();
    browser.fill("#name", "E").await;
    browser.press(key::TAB).await;
    browser.until(&marked("name")).await;
    browser.until_focus("#description").await;
    assert!(browser.holds("document.querySelector('dialog').open").await);
    browser
        .is_accessible_everywhere("the edit dialog with a wrong name")
        .await;
    assert_eq!(app.stored("Acme", &issued).name, "SAP integration");
    browser.console_is_clean().await;
}
