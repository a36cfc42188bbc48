//! The password once more in the form that generates: what was typed stays, and so does the page.

use chrono::TimeDelta;

use super::form;
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn the_form_asks_for_the_password_in_its_place_and_generates_in_one_go() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::minutes(11));
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.script("window.marker = 'same page'").await;
    browser.fill("#name", "ERP integration").await;
    browser.fill("#description", "Nightly sync").await;
    browser.click("[value=live]").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser.until_sees("more than 10 minutes ago").await;
    browser
        .is_accessible_everywhere("the form that asks for the password")
        .await;
    browser
        .is_laid_out("the form that asks for the password")
        .await;
    browser
        .fill("#own_password", "not my password at all")
        .await;
    browser.click(form::SUBMIT).await;
    browser
        .until_sees("This is not your present password.")
        .await;
    assert_eq!(browser.value_of("#name").await, "ERP integration");
    assert_eq!(browser.value_of("#description").await, "Nightly sync");
    assert_eq!(browser.script("return window.marker").await, "same page");
    browser.fill("#own_password", PASSWORD).await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.console_is_clean_but_for(&[422]).await;
}
