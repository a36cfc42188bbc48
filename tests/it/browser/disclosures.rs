//! A secret that can be shown again.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn a_recoverable_key_is_allowed_made_and_shown_again_by_keyboard() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.allow_clipboard().await;
    browser.sign_in(ALICE).await;
    browser.click("#side a[href='/settings']").await;
    browser.until_at("/settings").await;
    browser.is_accessible_everywhere("the settings").await;
    browser.tab_to("#recoverable_keys").await;
    browser.press(key::SPACE).await;
    browser.tab_to("main form [type=submit]").await;
    browser.press(key::ENTER).await;
    browser.until_sees("Settings are saved.").await;

    browser.goto("/tenant-api-keys/new").await;
    browser.fill("#name", "ERP integration").await;
    form::choose_group(&browser).await;
    browser.tab_to("#recoverable").await;
    browser.press(key::SPACE).await;
    browser
        .is_accessible_everywhere("the form with a recoverable key")
        .await;
    browser.click(form::SUBMIT).await;
    browser.until_focus("[data-secret-text]").await;
    browser
        .until_sees("Admins can see it again with their password")
        .await;
    let secret = browser.value_of("[data-secret-text]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;

    browser
        .tab_to("[aria-label='Actions for ERP integration']")
        .await;
    browser.press(key::ENTER).await;
    browser.until_focus("[role=menuitem][data-copy]").await;
    browser.keys("s").await;
    browser
        .until_focus("[role=menuitem][href$='/disclosure']")
        .await;
    browser.press(key::ENTER).await;
    browser.until_focus("dialog #password").await;
    browser
        .is_accessible_everywhere("the question for the password")
        .await;
    browser.keys("wrong").await;
    browser.press(key::ENTER).await;
    browser.until_sees("That is not your password.").await;
    browser.until_focus("dialog #password").await;
    browser.is_accessible_everywhere("a wrong password").await;
    browser.keys(PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_focus("[data-secret-text]").await;
    assert_eq!(browser.value_of("[data-secret-text]").await, secret);
    browser
        .is_accessible_everywhere("a secret shown again")
        .await;
    browser.click("[data-secret-copy]").await;
    browser.until_sees("Copied").await;
    assert_eq!(browser.clipboard().await, secret);
    assert_eq!(browser.path().await, "/tenant-api-keys");
    browser.click("[data-secret-done]").await;
    browser.until("!document.querySelector('dialog')").await;
    browser.reload().await;
    assert!(
        !browser
            .script("return document.documentElement.outerHTML")
            .await
            .as_str()
            .unwrap()
            .contains(&secret)
    );
    browser.has_not_written(&secret);

    // Its page offers the same.
    browser.click("a.name").await;
    browser.until_sees("An encrypted copy is kept").await;
    browser
        .is_accessible_everywhere("the page of a recoverable key")
        .await;
    browser.click(".key-facts [href$='/disclosure']").await;
    browser.until_focus("dialog #password").await;
    browser.goto("/settings").await;
    browser.until_sees("1 key has a copy of its secret").await;
    browser
        .is_accessible_everywhere("settings with copies")
        .await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn without_javascript_a_secret_is_shown_on_a_page() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "ERP integration");
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(&key.page("disclosure")).await;
    browser.fill("#password", "wrong").await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("That is not your password.").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Secret of your API key").await;
    assert_eq!(browser.value_of("[data-secret-text]").await, key.secret);
    browser.console_is_clean_but_for(&[422]).await;
}
