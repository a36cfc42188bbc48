//! The second factor in a browser: from setting it up to being without it again.

use chrono::TimeDelta;

use crate::support::chromium::{Chromium, key};
use crate::support::phone::Phone;
use crate::support::*;

const SUBMIT: &str = "main form [type=submit]";

#[actix_web::test]
async fn a_second_factor_is_set_up_asked_for_and_switched_off_in_a_browser() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(VERA).await;
    browser.goto("/account").await;
    browser.click("a[href='/account/second-factor']").await;
    browser.until_at("/account/second-factor").await;
    browser.fill("#password", "not my password at all").await;
    browser.click(SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("the second factor with an error")
        .await;
    browser.fill("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    browser.until_sees("Scan this").await;
    browser
        .is_accessible_everywhere("setting a second factor up")
        .await;
    browser.is_laid_out("setting a second factor up").await;
    let phone = Phone::of(&browser.text_of(".sample code").await);
    browser.fill("#code", "000").await;
    browser.click(SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser.is_accessible_everywhere("a wrong first code").await;
    browser.fill("#code", &app.code(&phone)).await;
    browser.click(SUBMIT).await;
    browser.until_sees("Keep your recovery codes").await;
    browser.is_accessible_everywhere("recovery codes").await;
    browser.is_laid_out("recovery codes").await;
    browser.click(".modal-bar .btn").await;
    browser.until_at("/tenant-api-keys").await;

    app.clock.advance(TimeDelta::seconds(30));
    browser.goto("/login").await;
    browser.fill("#email", VERA).await;
    browser.fill("#password", PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_at("/login/code").await;
    browser.until_focus("#code").await;
    browser.is_accessible_everywhere("the code").await;
    browser.fill("#code", "000000").await;
    browser.press(key::ENTER).await;
    browser.until_focus(".error-summary").await;
    browser.is_accessible_everywhere("a wrong code").await;
    browser.fill("#code", &app.code(&phone)).await;
    browser.press(key::ENTER).await;
    browser.until_at("/tenant-api-keys").await;

    app.clock.advance(TimeDelta::seconds(30));
    browser.goto("/account/second-factor").await;
    browser
        .is_accessible_everywhere("a second factor that is on")
        .await;
    browser.is_laid_out("a second factor that is on").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#code", &app.code(&phone)).await;
    browser
        .click("[formaction='/account/second-factor/removal']")
        .await;
    browser.until_sees("Your second factor is off.").await;
    browser.console_is_clean_but_for(&[401, 422]).await;
}
