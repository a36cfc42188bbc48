//! The main job from the first start to the refused call, as one person does it.

use super::form;
use crate::support::chromium::Chromium;
use crate::support::*;

/// Fills the page that the one-time link opens.
async fn set_up(browser: &Chromium, app: &App) {
    browser.goto(app.setup_link.as_ref().unwrap()).await;
    browser.fill("#tenant", "Initech").await;
    browser.fill("#name", "Ivy Initech").await;
    browser.fill("#email", "ivy@initech.test").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main form [type=submit]").await;
    browser.until_at("/tenant-api-keys").await;
    browser.until_sees("No API keys yet").await;
}

async fn sign_out_and_in(browser: &Chromium) {
    browser.click("[aria-label='Sign out']").await;
    browser.until_at("/login").await;
    browser.sign_in("ivy@initech.test").await;
}

/// The row of the list as one line of words.
async fn row(browser: &Chromium) -> String {
    browser
        .text_of("tbody tr")
        .await
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reloads the list until the use of the key has arrived there.
async fn until_used(browser: &Chromium) {
    for _ in 0..200 {
        browser.goto("/tenant-api-keys").await;
        if row(browser).await.contains("just now") {
            return;
        }
    }
    panic!("the list never shows the use: {}", row(browser).await);
}

#[actix_web::test]
async fn an_admin_issues_a_key_a_system_uses_it_and_revoking_stops_it() {
    let app = App::start_empty().await;
    let browser = Chromium::open(&app).await;
    browser.allow_clipboard().await;
    set_up(&browser, &app).await;
    sign_out_and_in(&browser).await;

    browser.click(".quota-box .btn").await;
    browser.until_at("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.script("window.marker = 'same page'").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    assert_eq!(browser.script("return window.marker").await, "same page");

    browser.click("[data-secret-copy]").await;
    browser
        .until("document.querySelector('[data-secret-copy]').innerText === 'Copied'")
        .await;
    let secret = browser.value_of("[data-secret-text]").await;
    assert_eq!(browser.clipboard().await, secret);
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    assert!(row(&browser).await.contains("Never used"));

    let erp = app.system(&secret);
    assert_eq!(erp.whoami().await.json()["name"], "ERP integration");
    until_used(&browser).await;

    browser.script("window.marker = 'same page'").await;
    browser
        .click("[aria-label='Actions for ERP integration']")
        .await;
    browser.click("[role=menu] [href$='/revocation']").await;
    browser.until_sees("Are you sure you want to revoke the API key \"ERP integration\"? This action cannot be undone and any applications using this key will lose access immediately.").await;
    form::type_last4(&browser).await;
    browser.click("dialog [type=submit]").await;
    browser
        .until("document.querySelector('tbody tr').innerText.includes('Revoked')")
        .await;
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser.until_sees("0 of 10 keys").await;
    browser
        .until_sees("\"ERP integration\" is revoked. It is refused from now on.")
        .await;
    browser.until("!document.querySelector('dialog')").await;

    assert_eq!(erp.whoami().await.status, 401);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_same_without_javascript() {
    let app = App::start_empty().await;
    let browser = Chromium::open_without_scripts(&app).await;
    set_up(&browser, &app).await;
    sign_out_and_in(&browser).await;

    browser.click(".quota-box .btn").await;
    browser.until_at("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.click(form::SUBMIT).await;
    browser.until_sees("It will not be shown again.").await;
    let secret = browser.value_of("[data-secret-text]").await;
    browser
        .click("main .modal-bar .btn[data-variant=primary]")
        .await;
    browser.until_at("/tenant-api-keys").await;
    assert!(row(&browser).await.contains("Never used"));

    let erp = app.system(&secret);
    assert_eq!(erp.whoami().await.json()["name"], "ERP integration");
    until_used(&browser).await;

    // Without scripts the page of a key has what its menu has.
    browser.click("a.name").await;
    browser.click("main [href$='/revocation']").await;
    browser
        .until_sees("Are you sure you want to revoke the API key \"ERP integration\"?")
        .await;
    form::type_last4(&browser).await;
    browser.click("main form [type=submit]").await;
    browser.until_at("/tenant-api-keys").await;
    assert!(row(&browser).await.contains("Revoked"));
    browser
        .until_sees("\"ERP integration\" is revoked. It is refused from now on.")
        .await;

    assert_eq!(erp.whoami().await.status, 401);
    browser.console_is_clean().await;
}
