//! Rotating, switching and revoking in a browser.

use super::form;
use super::screenshots::Camera;
use crate::support::app::Issued;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

const USED: &str = "SELECT count(*) AS n FROM key_usage WHERE last_accepted > 0";

/// A key of Acme that was used a moment ago.
async fn in_use(app: &App) -> Issued {
    let key = app.issue("Acme", "ERP integration");
    assert_eq!(app.system(&key.secret).whoami().await.status, 200);
    direct::until("the use is written", async || app.number(USED) == 1).await;
    key
}

async fn choose(browser: &Chromium, field: &str, value: &str) {
    browser
        .script(&format!(
            "const field = document.querySelector('{field}'); field.value = '{value}';
             field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        ))
        .await;
}

async fn open_dialog(browser: &Chromium, action: &str) {
    browser.click(".c-actions [popovertarget]").await;
    browser
        .click(&format!(".menu:popover-open [href$='/{action}']"))
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
}

#[actix_web::test]
async fn a_key_is_rotated_by_keyboard_alone() {
    let app = App::start().await;
    let issued = in_use(&app).await;
    let browser = Chromium::open(&app).await;
    browser.allow_clipboard().await;
    browser.sign_in(ALICE).await;
    browser
        .tab_to("[aria-label='Actions for ERP integration']")
        .await;
    browser.press(key::ENTER).await;
    browser.until_focus("[role=menuitem][data-copy]").await;
    browser.keys("r").await;
    browser
        .until_focus("[role=menuitem][href$='/rotation']")
        .await;
    browser.press(key::ENTER).await;
    // The harmless button first.
    browser.until_focus("dialog [data-dialog-close]").await;
    browser.tab_to("#grace").await;
    // The last choice: the old secret stops now.
    browser.press(key::END).await;
    browser
        .until_sees("All applications using the current secret will lose access immediately.")
        .await;
    browser.tab_to("dialog [type=submit]").await;
    browser.press(key::ENTER).await;
    // In use: the last four characters have to be typed.
    browser.until_focus("#last4").await;
    browser.keys(issued.last4()).await;
    browser.press(key::ENTER).await;
    browser.until_focus("[data-secret-text]").await;
    browser.until_sees("Your new secret").await;
    let secret = browser.value_of("[data-secret-text]").await;
    browser.press(key::ESCAPE).await;
    browser.until_focus("[data-secret-stored]").await;
    browser.press(key::SPACE).await;
    browser.tab_to("[data-secret-done]").await;
    browser.press(key::ENTER).await;
    browser.until_at("/tenant-api-keys").await;
    browser.until("!document.querySelector('dialog')").await;
    assert_eq!(app.system(&secret).whoami().await.status, 200);
    assert_eq!(app.system(&issued.secret).whoami().await.status, 401);
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_key_is_rotated_and_switched_without_javascript() {
    let app = App::start().await;
    let issued = in_use(&app).await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.click("a.name").await;
    browser.click("[role=switch]").await;
    browser
        .until_sees("Disabled, it is refused from the next request on")
        .await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("is disabled. It is refused").await;
    assert_eq!(app.system(&issued.secret).whoami().await.status, 401);
    browser.click(".toast form button").await;
    browser.until_sees("is enabled.").await;
    browser.click(".danger-zone [href$='/rotation']").await;
    browser.until_sees("Rotate API key").await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Your new secret").await;
    let secret = browser.value_of("[data-secret-text]").await;
    for secret in [&secret, &issued.secret] {
        assert_eq!(app.system(secret).whoami().await.status, 200);
    }
    browser
        .goto(&format!("/tenant-api-keys/{}", issued.id))
        .await;
    browser.until_sees("Rotation is running").await;
    browser.click("[href$='/rotation/end']").await;
    form::type_last4(&browser).await;
    browser.click("main form [type=submit]").await;
    // A browser without scripts takes no typing for granted: the server asks again where it has to.
    browser.until_sees("refused from now on").await;
    assert_eq!(app.system(&issued.secret).whoami().await.status, 401);
    browser.console_is_clean_but_for(&[401, 422]).await;
}

#[actix_web::test]
async fn a_row_is_switched_off_and_the_message_takes_it_back() {
    let app = App::start().await;
    let issued = app.issue("Acme", "ERP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.script("window.marker = 'same page'").await;
    browser.click(".c-actions [popovertarget]").await;
    browser.click(".menu:popover-open form button").await;
    browser
        .until("document.querySelector('tbody tr').innerText.includes('Disabled')")
        .await;
    assert_eq!(app.system(&issued.secret).whoami().await.status, 401);
    browser
        .is_accessible_everywhere("a message with Undo")
        .await;
    browser.click(".toast form button").await;
    browser
        .until("document.querySelector('tbody tr').innerText.includes('Active')")
        .await;
    browser.until_sees("is enabled.").await;
    assert_eq!(app.system(&issued.secret).whoami().await.status, 200);
    direct::until("the use is written", async || app.number(USED) == 1).await;
    // Now it is busy: that is asked about first, and the answer changes the row.
    browser.click("[role=switch]").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser
        .is_accessible_everywhere("the question before a busy key is disabled")
        .await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    browser.until_focus("[role=switch]").await;
    browser.click("[role=switch]").await;
    browser.click("dialog [type=submit]").await;
    browser
        .until("document.querySelector('[role=switch][aria-checked=false]')")
        .await;
    browser.until("!document.querySelector('dialog')").await;
    assert_eq!(app.system(&issued.secret).whoami().await.status, 401);
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn everybody_can_rotate_a_key() {
    let app = App::start().await;
    let issued = in_use(&app).await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    open_dialog(&browser, "rotation").await;
    browser.is_accessible_everywhere("the rotate dialog").await;
    browser.fill("#reason", "Compromised").await;
    browser
        .until("document.querySelector('#grace').value === 'now'")
        .await;
    choose(&browser, "#expiry", "date").await;
    browser.click("dialog [type=submit]").await;
    browser
        .until("document.querySelector('#last4-error')")
        .await;
    browser
        .is_accessible_everywhere("the rotate dialog with errors")
        .await;
    choose(&browser, "#grace", "24h").await;
    choose(&browser, "#expiry", "keep").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Your new secret").await;
    browser.is_accessible_everywhere("the new secret").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("Rotating: old secret").await;
    browser
        .is_accessible_everywhere("a list with a rotation")
        .await;
    open_dialog(&browser, "rotation").await;
    browser.until_sees("A rotation is running").await;
    browser
        .is_accessible_everywhere("the rotate dialog of a running rotation")
        .await;
    let page = format!("/tenant-api-keys/{}", issued.id);
    browser.goto(&page).await;
    browser.until_sees("Rotation is running").await;
    browser
        .is_accessible_everywhere("the page of a key with a rotation")
        .await;
    for part in ["rotation", "rotation/end", "rotation/cancellation"] {
        browser.goto(&format!("{page}/{part}")).await;
        browser.is_accessible_everywhere(part).await;
    }
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn pictures_of_a_keys_life() {
    let app = App::start().await;
    let issued = in_use(&app).await;
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(ALICE).await;
    open_dialog(browser, "rotation").await;
    camera.take("rotate").await;
    choose(browser, "#grace", "now").await;
    camera.take("rotate-now").await;
    browser.click("dialog [type=submit]").await;
    browser
        .until("document.querySelector('#last4-error')")
        .await;
    camera.take("rotate-error").await;
    choose(browser, "#grace", "24h").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Your new secret").await;
    camera.take("rotate-secret").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("Rotating: old secret").await;
    camera.take("keys-rotating").await;
    browser.click(".c-actions [popovertarget]").await;
    camera.take("keys-rotating-menu").await;
    browser.click(".menu:popover-open form button").await;
    browser.until_sees("Disable API key").await;
    camera.take("disable").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Undo").await;
    camera.take("keys-disabled").await;
    let page = format!("/tenant-api-keys/{}", issued.id);
    browser.goto(&page).await;
    browser.screen(1440, 1700).await;
    camera.take("key-rotating").await;
    browser.script("window.scrollTo(0, 2000)").await;
    camera.take("key-rotating-end").await;
    browser.goto(&format!("{page}/rotation/end")).await;
    camera.take("rotation-end").await;
    browser.goto(&format!("{page}/revocation")).await;
    camera.take("revoke-page").await;
}
