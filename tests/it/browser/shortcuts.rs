//! Keys that save a way with the mouse on the list, and how they are switched off.

use crate::support::chromium::{Chromium, key};
use crate::support::*;

async fn opened(app: &App) -> Chromium {
    app.issue("Acme", "SAP integration");
    let browser = Chromium::open(app).await;
    browser.sign_in(ALICE).await;
    browser
}

#[actix_web::test]
async fn one_key_searches_generates_and_changes_the_view() {
    let app = App::start().await;
    let browser = opened(&app).await;
    browser.keys("t").await;
    browser
        .until("location.search === '?view=cards' && document.querySelector('.key-card')")
        .await;
    browser.keys("t").await;
    browser
        .until("location.search === '' && document.querySelector('table.keys')")
        .await;
    browser.keys("/").await;
    browser.until_focus("#q").await;
    // In a field they are letters.
    browser.keys("tn/?").await;
    browser
        .until("document.querySelector('#q').value === 'tn/?'")
        .await;
    assert_eq!(browser.path().await, "/tenant-api-keys");
    assert!(
        !browser
            .holds("document.querySelector('dialog[open]')")
            .await
    );
    // In an open menu they look for an action.
    browser.goto("/tenant-api-keys").await;
    browser.click(".c-actions [popovertarget]").await;
    browser.until_focus("[role=menuitem]").await;
    browser.keys("t").await;
    browser.press(key::ESCAPE).await;
    assert!(browser.holds("document.querySelector('table.keys')").await);
    // With a modifier they belong to the browser.
    browser.press_with(&[key::CONTROL], 'n').await;
    assert_eq!(browser.path().await, "/tenant-api-keys");
    browser.keys("n").await;
    browser.until_at("/tenant-api-keys/new").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_help_names_the_shortcuts_and_switches_them_off() {
    let app = App::start().await;
    let browser = opened(&app).await;
    browser.keys("?").await;
    browser
        .until("document.querySelector('#shortcuts-help')?.open")
        .await;
    browser.until_sees("Keyboard shortcuts").await;
    browser
        .is_accessible_everywhere("the help of shortcuts")
        .await;
    // Nothing happens behind the dialog.
    browser.keys("n").await;
    browser.tab_to("#shortcuts-help [type=checkbox]").await;
    browser.press(key::SPACE).await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    for _ in 0..2 {
        for letter in ["t", "/", "n", "?"] {
            browser.keys(letter).await;
        }
        assert!(
            browser
                .holds("location.href.endsWith('/tenant-api-keys')")
                .await
        );
        assert!(!browser.has_focus("#q").await);
        assert!(!browser.holds("document.querySelector('dialog')").await);
        // Kept for the next page.
        browser.reload().await;
    }
    // A button opens the help all the same, and brings them back.
    browser.click("[data-shortcuts]").await;
    browser
        .until("document.querySelector('#shortcuts-help')?.open")
        .await;
    browser.click("#shortcuts-help [type=checkbox]").await;
    browser.press(key::ESCAPE).await;
    browser.until_focus("[data-shortcuts]").await;
    browser.keys("/").await;
    browser.until_focus("#q").await;
    browser.console_is_clean().await;
}
