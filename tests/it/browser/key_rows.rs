//! What is done to a key from its row in the list.

use super::sample::{self, MAYA};
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn a_deleted_key_leaves_the_list_without_a_page_load() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser.until_sees("Showing 7 of 7").await;
    browser.script("window.marker = 'same page'").await;
    browser
        .click("[aria-label='Actions for SCADA gateway (old)']")
        .await;
    browser
        .click(".menu:popover-open [href$='/deletion']")
        .await;
    browser
        .until_sees("Delete the revoked API key \"SCADA gateway (old)\" from the list?")
        .await;
    browser.click("dialog [type=submit]").await;

    browser
        .until_sees("\"SCADA gateway (old)\" was deleted from the list.")
        .await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .until("document.querySelectorAll('tbody tr').length === 6")
        .await;
    assert!(!browser.text_of("table").await.contains("SCADA"));
    browser.until_sees("Showing 6 of 6").await;
    browser
        .until("document.activeElement !== document.body")
        .await;
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser.reload().await;
    assert!(!browser.text_of("table").await.contains("SCADA"));
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn one_key_after_the_other_is_revoked_on_the_same_page() {
    let app = App::start().await;
    for number in [1, 2, 3] {
        app.issue("Acme", &format!("System {number}"));
    }
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.until_sees("3 of 10 keys").await;
    browser.script("window.marker = 'same page'").await;
    for number in [1, 2, 3] {
        browser
            .click(&format!("[aria-label='Actions for System {number}']"))
            .await;
        browser
            .click(".menu:popover-open [href$='/revocation']")
            .await;
        browser.click("dialog [type=submit]").await;
        browser
            .until_sees(&format!("{} of 10 keys", 3 - number))
            .await;
        browser.until("!document.querySelector('dialog')").await;
    }
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_list_is_empty_again_after_its_last_key_was_deleted() {
    let app = App::start().await;
    app.issue("Acme", "ERP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    for action in ["revocation", "deletion"] {
        browser.click(".c-actions [popovertarget]").await;
        browser
            .click(&format!(".menu:popover-open [href$='/{action}']"))
            .await;
        browser.click("dialog [type=submit]").await;
        browser.until("!document.querySelector('dialog')").await;
    }
    browser.until_sees("No API keys yet").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_key_that_somebody_else_deleted_is_reported_and_nothing_breaks() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let mut other = app.sign_in(ALICE).await;
    for action in ["revocation", "deletion"] {
        let page = key.page(action);
        assert_eq!(other.submit(&page, &page, &[]).await.status, 303);
    }
    browser.click(".c-actions [popovertarget]").await;
    browser
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    browser
        .until_sees("There is nothing here, or it belongs to somebody else.")
        .await;
    assert!(browser.holds("document.querySelector('table.keys')").await);
    browser.console_is_clean_but_for(&[404]).await;
}
