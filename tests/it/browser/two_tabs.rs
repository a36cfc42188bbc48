//! Two tabs of one browser, which share its session.

use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn a_page_never_shows_the_keys_of_another_tenant_under_the_name_of_its_own() {
    let app = App::start().await;
    app.issue("Acme", "Acme ERP");
    app.issue("Globex", "Globex ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.until_sees("Acme ERP").await;
    let first = browser.new_tab().await;
    browser.goto("/tenant-api-keys").await;
    browser.click("[aria-label='Sign out']").await;
    browser.until_at("/login").await;
    browser.sign_in(BOB).await;
    browser.until_sees("Globex ERP").await;

    browser.switch_to(first).await;
    browser.until_sees("Acme ERP").await;
    browser.fill("#q", "ERP").await;
    browser.press(key::ENTER).await;
    // The page is loaded anew, as whose it is now.
    browser.until_sees("Globex ERP").await;
    assert!(
        browser.text_of(".side-brand").await.contains("Globex"),
        "{}",
        browser.text().await
    );
    browser.console_is_clean().await;
}
