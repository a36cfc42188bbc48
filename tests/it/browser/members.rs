//! Members and one's own account in a browser.

use crate::support::chromium::Chromium;
use crate::support::*;

const OTHER: &str = "an umbrella of seven colours";

#[actix_web::test]
async fn somebody_is_invited_joins_and_is_removed_in_a_browser() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.click("#side a[href='/members']").await;
    browser.until_at("/members").await;
    browser.click(".invite-form [type=submit]").await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("an invitation without an address")
        .await;
    let long = format!("{}@a-long-name-of-a-company.example", "carol".repeat(10));
    browser.fill("#email", &long).await;
    browser.click(".invite-form [type=submit]").await;
    browser.until_sees("Hand this link over").await;
    browser.is_accessible_everywhere("an invitation").await;
    browser.is_laid_out("an invitation").await;
    let link = browser.text_of(".sample code").await;
    browser.goto("/members").await;
    browser.is_accessible_everywhere("members").await;
    browser.is_laid_out("members").await;

    browser.goto(&link).await;
    browser.until_sees("Join Acme").await;
    browser.is_accessible_everywhere("joining").await;
    browser.fill("#name", "Carol Carter").await;
    browser.fill("#password", OTHER).await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Welcome to Acme.").await;
    browser.click("a[href='/account']").await;
    browser.until_at("/account").await;
    browser.is_accessible_everywhere("an account").await;
    browser.is_laid_out("an account").await;

    browser.sign_in(ALICE).await;
    browser.goto("/members").await;
    browser.click("[aria-label='Remove… Carol Carter']").await;
    browser
        .until("document.querySelector('dialog[open]')")
        .await;
    browser
        .is_accessible_everywhere("the question before a removal")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Carol Carter was removed.").await;
    browser.console_is_clean_but_for(&[422]).await;
}
