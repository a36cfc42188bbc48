//! The zone in which times are shown, and pages on paper.

use serde_json::json;

use super::sample::{self, MAYA};
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn times_are_those_of_the_chosen_zone_and_the_browsers_own_is_offered() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    // 11 hours behind UTC: it is the day before.
    let zone = json!({ "timezoneId": "Pacific/Pago_Pago" });
    browser
        .devtools("Emulation.setTimezoneOverride", zone)
        .await;
    app.alter_key(&key, "created_at = '2026-11-20 03:30:00'");
    browser.sign_in(ALICE).await;
    browser.until_sees("Times in UTC").await;
    assert_eq!(browser.text_of(".c-created time").await, "20 Nov 2026");
    browser.goto("/account").await;
    browser.until_sees("This browser is in").await;
    browser.click("[data-browser-zone] button").await;
    let form = "form[action='/account/display'] button[type=submit]";
    browser.click(form).await;
    browser.until_sees("Saved.").await;
    browser
        .until("!document.querySelector('[data-browser-zone]').checkVisibility()")
        .await;
    browser.goto("/tenant-api-keys").await;
    browser.until_sees("Times in Pacific/Pago_Pago").await;
    assert_eq!(browser.text_of(".c-created time").await, "19 Nov 2026");
    let title = "return document.querySelector('.c-created time').title";
    assert_eq!(browser.script(title).await, "19 Nov 2026, 16:30:00 SST");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn on_paper_charts_are_whole_and_switches_are_words() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    let paper = json!({ "media": "print" });
    browser.devtools("Emulation.setEmulatedMedia", paper).await;
    for part in ["#side", ".tools", ".top", ".batch-bar"] {
        let hidden = format!("!document.querySelector('{part}').checkVisibility()");
        browser.until(&hidden).await;
    }
    let word = "getComputedStyle(document.querySelector('button.switch[aria-checked=true]'), '::after').content";
    browser.until(&format!("{word} === '\"Enabled\"'")).await;
    browser.goto("/usage").await;
    browser.screen(640, 900).await;
    let fits = "(() => { const canvas = document.querySelector('canvas')?.getBoundingClientRect();
        return canvas?.width > 300 && canvas.right <= innerWidth; })()";
    browser.until(fits).await;
}
