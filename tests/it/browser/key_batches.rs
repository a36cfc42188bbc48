//! Several keys chosen and changed in a browser.

use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn keys_are_chosen_and_disabled_by_keyboard_alone() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser
        .goto("/tenant-api-keys?status=active&sort=name")
        .await;
    browser.tab_to("[aria-label='Select CI/CD pipeline']").await;
    browser.press(key::SPACE).await;
    browser
        .tab_to("[aria-label='Select Grafana reporting']")
        .await;
    browser.press(key::SPACE).await;
    browser.until_sees("2 keys chosen").await;
    browser.is_accessible_everywhere("two keys chosen").await;
    browser.tab_to("#batch [value=disable]").await;
    browser.press(key::ENTER).await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.until_sees("Disable 2 API keys?").await;
    browser.is_accessible_everywhere("the question").await;
    let needed = browser
        .holds("Boolean(document.querySelector('#typed'))")
        .await;
    if needed {
        browser.tab_to("#typed").await;
        browser.keys("3").await;
        browser.press(key::ENTER).await;
        browser
            .until_sees("Type 2, the number of keys that change.")
            .await;
        browser.is_accessible_everywhere("a wrong number").await;
        browser.find("#typed").await.clear().await.unwrap();
        browser.fill("#typed", "2").await;
    }
    browser.tab_to("dialog [type=submit]").await;
    browser.press(key::ENTER).await;
    browser
        .until_sees("2 keys are disabled, and refused until you enable them.")
        .await;
    // Back at the list that it came from.
    browser
        .until("location.search === '?status=active&sort=name'")
        .await;
    assert!(!browser.text_of("#keys").await.contains("Grafana"));
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn all_of_a_page_are_chosen_at_once_among_cards_and_on_a_phone() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    for view in ["table", "cards"] {
        browser.goto(&format!("/tenant-api-keys?view={view}")).await;
        browser.click("[data-pick-all]").await;
        browser.until_sees("6 keys chosen").await;
        for width in [390, 320] {
            browser.screen(width, 844).await;
            browser.fits(view).await;
        }
        browser.click("#batch [value=revoke]").await;
        browser.until_sees("Revoke 6 API keys?").await;
        browser.fits("the question").await;
        browser.screen(1440, 900).await;
        browser.click("[data-dialog-close]").await;
        browser.click("[data-pick-all]").await;
        browser
            .until_sees("Choose keys to change several at once")
            .await;
    }
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_scripts_keys_are_chosen_and_changed() {
    let app = App::start().await;
    app.issue("Acme", "One");
    app.issue("Acme", "Two");
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.click("[aria-label='Select One']").await;
    browser.click("#batch [value=revoke]").await;
    browser.find("form[action='/tenant-api-keys/batch']").await;
    assert!(browser.text().await.contains("Revoke 1 API key?"));
    browser
        .click("form[action='/tenant-api-keys/batch'] [type=submit]")
        .await;
    browser.find(".row-revoked").await;
    assert!(browser.text().await.contains("1 key is revoked."));
}
