//! Everything can be done without a mouse.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn a_key_is_generated_and_revoked_by_keyboard_alone() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.allow_clipboard().await;
    browser.sign_in(ALICE).await;

    browser.press(key::TAB).await;
    browser.until_focus(".skip").await;
    browser.press(key::ENTER).await;
    browser.tab_to(".quota-box .btn").await;
    browser.press(key::ENTER).await;
    browser.until_at("/tenant-api-keys/new").await;
    browser.tab_to("#name").await;
    browser.keys("ERP integration").await;
    browser.tab_to("#group").await;
    browser.keys("Full").await;
    browser.until_sees("Grants everything").await;
    // A word is explained where it stands, and the focus stays there.
    browser.tab_to(".gloss-mark").await;
    browser.press(key::ENTER).await;
    browser
        .until_sees("a way to write a range of addresses")
        .await;
    browser.press(key::ESCAPE).await;
    browser
        .until("!document.querySelector('.gloss-text:popover-open')")
        .await;
    browser.until_focus(".gloss-mark").await;
    browser.tab_to(form::SUBMIT).await;
    browser.press(key::ENTER).await;

    browser.until_focus("[data-secret-text]").await;
    let secret = browser.value_of("[data-secret-text]").await;
    // It is selected already.
    browser.press_with(&[key::CONTROL], 'c').await;
    assert_eq!(browser.clipboard().await, secret);
    browser.press(key::ESCAPE).await;
    browser.until_focus("[data-secret-stored]").await;
    browser.press(key::SPACE).await;
    browser.tab_to("[data-secret-done]").await;
    browser.press(key::ENTER).await;
    browser.until_at("/tenant-api-keys").await;

    browser
        .tab_to("[aria-label='Actions for ERP integration']")
        .await;
    browser.press(key::ENTER).await;
    browser.until_focus("[role=menuitem][data-copy]").await;
    browser.press(key::ESCAPE).await;
    browser
        .until_focus("[aria-label='Actions for ERP integration']")
        .await;
    browser.press(key::SPACE).await;
    browser.until_focus("[role=menuitem][data-copy]").await;
    browser.press(key::DOWN).await;
    browser.until_focus("[role=menuitem][href$='/edit']").await;
    browser.press(key::DOWN).await;
    browser.until_focus("[role=menuitem][href^='/usage']").await;
    browser.press(key::DOWN).await;
    browser
        .until_focus("[role=menuitem][href$='/rotation']")
        .await;
    browser.press(key::DOWN).await;
    browser.until_focus("form > [role=menuitem]").await;
    browser.press(key::DOWN).await;
    browser
        .until_focus("[role=menuitem][href$='/revocation']")
        .await;
    browser.press(key::ENTER).await;
    // The harmless button first: nobody revokes by leaning on Enter.
    browser.until_focus("dialog [data-dialog-close]").await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .until_focus("[aria-label='Actions for ERP integration']")
        .await;
    assert_eq!(app.system(&secret).whoami().await.status, 200);

    let used = "SELECT count(*) AS n FROM key_usage WHERE last_accepted > 0";
    direct::until("the use is written", async || app.number(used) == 1).await;
    browser.press(key::ENTER).await;
    browser.until_focus("[role=menuitem][data-copy]").await;
    browser.keys("r").await;
    browser
        .until_focus("[role=menuitem][href$='/rotation']")
        .await;
    browser.keys("r").await;
    browser
        .until_focus("[role=menuitem][href$='/revocation']")
        .await;
    browser.press(key::SPACE).await;
    browser.until_focus("dialog [data-dialog-close]").await;
    browser.tab_to("dialog #last4").await;
    browser.keys(&secret.as_str()[secret.len() - 4..]).await;
    browser.tab_to("dialog [type=submit]").await;
    browser.press(key::ENTER).await;
    browser
        .until("document.querySelector('tbody tr').innerText.includes('Revoked')")
        .await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .until_focus("[aria-label='Actions for ERP integration']")
        .await;
    assert_eq!(app.system(&secret).whoami().await.status, 401);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn every_stop_of_the_keyboard_can_be_seen() {
    let app = App::start().await;
    app.issue("Acme", "ERP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    for page in [
        "/tenant-api-keys",
        "/tenant-api-keys/new",
        "/usage/requests",
        "/usage/explanation",
    ] {
        browser.goto(page).await;
        for stop in 0..20 {
            browser.press(key::TAB).await;
            let script = "const one = document.activeElement, look = getComputedStyle(one);
                const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
                const around = [...one.querySelectorAll('*'), one.closest('label')].filter(Boolean);
                const inner = around.some((part) => parseFloat(getComputedStyle(part).outlineWidth) >= 2 && getComputedStyle(part).outlineStyle !== 'none');
                return one === document.body || ring || inner ? '' : one.outerHTML.slice(0, 200)";
            let hidden = browser.script(script).await;
            assert_eq!(hidden, "", "stop {stop} of {page} has no ring");
        }
    }
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn ctrl_k_leads_to_a_page_a_key_and_a_deed() {
    let app = App::start().await;
    app.issue("Acme", "ERP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let open = async || {
        browser.press_with(&[key::CONTROL], 'k').await;
        browser.until_focus("dialog #jump").await;
    };
    open().await;
    browser.is_accessible_everywhere("jumping").await;
    browser.keys("regen").await;
    browser
        .until("document.querySelectorAll('#jump-targets a').length === 1")
        .await;
    browser.press(key::DOWN).await;
    browser.until_focus("#jump-targets a").await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    open().await;
    browser.keys("erp").await;
    browser
        .until("document.querySelector('#jump-targets').textContent.includes('ERP integration')")
        .await;
    browser.press(key::ENTER).await;
    browser.until_sees("About this key").await;
    browser.console_is_clean().await;
}
