//! Light and dark.

use crate::support::chromium::Chromium;
use crate::support::*;
use serde_json::json;

const DARK: &str = "document.documentElement.matches('.dark')";
const SWITCH: &str = "[aria-label='Switch colour theme']";

/// What the operating system asks for.
async fn system_prefers(browser: &Chromium, scheme: &str) {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser
        .devtools("Emulation.setEmulatedMedia", features)
        .await;
}

#[actix_web::test]
async fn the_theme_follows_the_system_until_the_person_chooses() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    system_prefers(&browser, "dark").await;
    browser.sign_in(ALICE).await;
    browser.until(DARK).await;
    system_prefers(&browser, "light").await;
    browser.until(&format!("!{DARK}")).await;

    browser.script("window.marker = 'same page'").await;
    browser.click(SWITCH).await;
    browser.until(DARK).await;
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser
        .until("document.cookie.includes('theme=dark')")
        .await;
    browser.reload().await;
    assert!(browser.holds(DARK).await, "the choice is kept");
    browser.goto("/api/docs").await;
    assert!(browser.holds(DARK).await, "on every page");
    browser.goto("/tenant-api-keys").await;
    browser.click(SWITCH).await;
    browser.until(&format!("!{DARK}")).await;
    browser
        .until("document.cookie.includes('theme=light')")
        .await;
    system_prefers(&browser, "dark").await;
    browser.reload().await;
    assert!(!browser.holds(DARK).await, "the choice beats the system");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_the_switch_is_a_plain_form() {
    let app = App::start().await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    assert!(!browser.holds(DARK).await);
    browser.click(SWITCH).await;
    browser.until(DARK).await;
    assert_eq!(browser.path().await, "/tenant-api-keys");
    browser.click(SWITCH).await;
    browser.until(&format!("!{DARK}")).await;
    browser.console_is_clean().await;
}
