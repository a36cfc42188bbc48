//! The usage page in a browser.

use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

const DRAWN: &str = "document.querySelector('[data-chart] canvas')?.width > 300";

/// True when something else than background was painted.
const PAINTED: &str = "(() => {
    const canvas = document.querySelector('[data-chart] canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size > 20;
})()";

#[actix_web::test]
async fn the_chart_is_drawn_and_follows_the_filters() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser.click("#side a[href='/usage']").await;
    browser.until_at("/usage").await;
    browser.until(DRAWN).await;
    browser.until(PAINTED).await;
    browser.until_sees("Requests by hour").await;
    browser.script("window.marker = 'same page'").await;

    browser.click("input[value='90d']").await;
    browser.until_sees("Requests by day").await;
    browser.until(DRAWN).await;
    browser.until(PAINTED).await;
    assert_eq!(browser.path().await, "/usage?range=90d");
    browser
        .script(
            "const select = document.querySelector('[name=environment]'); select.value = 'test';
                 select.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await;
    browser
        .until("location.search === '?range=90d&environment=test'")
        .await;
    browser.until(DRAWN).await;
    assert_eq!(
        browser
            .script("return document.querySelectorAll('canvas').length")
            .await,
        1
    );
    assert_eq!(browser.script("return window.marker").await, "same page");

    // The other theme, and a phone: drawn anew in its colours and its size.
    browser.click("[data-theme-form] button").await;
    browser.until(PAINTED).await;
    browser.screen(390, 844).await;
    browser
        .until("document.querySelector('canvas').clientWidth < 390")
        .await;
    browser.reload().await;
    browser.until(DRAWN.replace("300", "200").as_str()).await;
    assert!(
        browser
            .holds("document.querySelector('[value=\"90d\"]').checked")
            .await
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_numbers_are_reached_by_keyboard() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    browser.goto("/usage").await;
    browser.tab_to("[name=range]").await;
    browser.press(key::DOWN).await;
    browser.until_sees("Requests by day").await;
    // The filter keeps the focus while the numbers change.
    browser.until_focus("[name=range][value='30d']").await;
    browser.tab_to("summary").await;
    browser.press(key::ENTER).await;
    browser
        .until("document.querySelector('.numbers .table-scroll').checkVisibility()")
        .await;
    browser.until_sees("19 Nov 2026").await;
    browser.press(key::TAB).await;
    browser.until_focus(".numbers .table-scroll").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_a_button_shows_the_numbers() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(MAYA).await;
    browser.goto("/usage").await;
    browser.click("label:has([value='30d'])").await;
    browser.click(".tools button").await;
    browser.until_sees("Requests by day").await;
    browser.until_sees("The chart needs JavaScript").await;
    assert_eq!(browser.path().await, "/usage?range=30d&key=&environment=");
    browser.click("summary").await;
    browser.until_sees("20 Nov 2026").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_key_is_chosen_by_typing_and_a_whole_key_leaves_the_field() {
    let app = App::start().await;
    let north = app.issue("Acme", "ERP north");
    app.issue("Acme", "ERP south");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/usage").await;
    let text = format!("ERP north ks_live_…{}", north.last4());
    browser.tab_to("#key").await;
    browser.keys("nor").await;
    let offered =
        "[...document.querySelectorAll('#key-choices option')].map((one) => one.value).join()";
    browser.until(&format!("{offered} === '{text}'")).await;
    browser.press(key::ENTER).await;
    let address = format!("location.search === '?range=7d&key={}'", north.id);
    browser.until(&address).await;
    let paste = format!(
        "const field = document.querySelector('#key'); field.value = ''; field.focus();
         document.execCommand('insertText', false, '{}')",
        north.secret
    );
    browser.script(&paste).await;
    assert_eq!(browser.value_of("#key").await, "");
    assert!(!browser.path().await.contains(&north.secret));
    browser.console_is_clean().await;
}
