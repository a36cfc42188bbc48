//! Questions that are asked before something stops, and pages on the way elsewhere, fit any window.

use super::sample::{self, MAYA};
use super::screenshots::Camera;
use crate::support::chromium::key;
use crate::support::*;

#[actix_web::test]
async fn pictures_of_questions() {
    let app = App::start_empty().await;
    sample::fill(&app);
    sample::a_while_later(&app);
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    browser.press_with(&[key::CONTROL], 'k').await;
    browser.until_focus("dialog #jump").await;
    camera.take("jump").await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .click("[aria-label^='Enabled: Production API server']")
        .await;
    browser.until_focus("dialog [data-dialog-close]").await;
    camera.take("switch-busy").await;
    browser.click("dialog [data-dialog-close]").await;
    browser
        .click("a.name[title^='Production API server']")
        .await;
    browser.until_sees("About this key").await;
    browser.click(".page-head a[href$='/edit']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.fill("dialog #ip_allowlist", "10.0.0.0/8").await;
    browser.click("dialog .modal-bar [type=submit]").await;
    browser.until_sees("Save all the same").await;
    camera.take("edit-narrower").await;
    browser.goto("/verifiers").await;
    browser.click("[aria-label^='Rotate… Orders API']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    camera.take("verifier-rotate").await;
    browser.click("dialog .modal-bar [type=submit]").await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.goto("/verifiers").await;
    browser.until_sees("End old token now").await;
    camera.take("verifier-rotating").await;
    for page in ["/jump", "/first-steps"] {
        browser.goto(page).await;
        camera.take(&page.replace('/', "page-")).await;
    }
}
