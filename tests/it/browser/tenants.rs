//! A super user makes a tenant, suspends the own one, reads what its people read, and resumes it.

use crate::support::chromium::{Chromium, key};
use crate::support::*;

async fn is_fine(browser: &Chromium, what: &str) {
    browser.is_accessible_everywhere(what).await;
    browser.screen(390, 844).await;
    browser.fits(what).await;
    browser.screen(1440, 900).await;
}

#[actix_web::test]
async fn tenants_are_made_suspended_and_resumed() {
    let app = App::start().await;
    let erp = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/support/tenants").await;
    browser.click("[href='/support/tenants/new']").await;
    browser.until_at("/support/tenants/new").await;
    browser.fill("#name", "ACME").await;
    browser.fill("#email", "ivy@initech.test").await;
    browser.press(key::ENTER).await;
    browser.until_focus(".error-summary").await;
    is_fine(&browser, "a tenant whose name is taken").await;
    browser.fill("#name", "Initech").await;
    browser.press(key::ENTER).await;
    browser.until_sees("Initech is ready").await;
    is_fine(&browser, "a tenant that is ready").await;

    let page = app.support_page("Acme", "suspension");
    browser.goto(&page).await;
    is_fine(&browser, "the question before a tenant is suspended").await;
    browser
        .fill("#reason", "The invoice of October is overdue")
        .await;
    browser.click("form.ask [type=submit]").await;
    browser.until_at("/support/tenants").await;
    assert_eq!(app.stranger().verify(&erp.secret).await, "TENANT_SUSPENDED");
    browser.goto("/tenant-api-keys").await;
    browser.until_sees("Acme is suspended").await;
    browser
        .until_sees("The invoice of October is overdue")
        .await;
    is_fine(&browser, "the list of a suspended tenant").await;

    browser.goto(&page).await;
    browser.fill("#reason", "It was paid").await;
    browser.click("form.ask [type=submit]").await;
    browser.until_at("/support/tenants").await;
    browser.goto("/tenant-api-keys").await;
    browser.until_sees("ERP").await;
    assert!(!browser.text().await.contains("is suspended"));
    assert_eq!(app.stranger().verify(&erp.secret).await, "VALID");
    browser.console_is_clean_but_for(&[409, 422]).await;
}
