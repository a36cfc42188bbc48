//! The request log: filtered by hand and by keyboard, and followed as requests come.

use serde_json::json;

use crate::support::chromium::{Chromium, key};
use crate::support::*;

/// How many rows the log has.
const ROWS: &str = "document.querySelectorAll('#request-rows tr').length";

#[actix_web::test]
async fn a_request_made_meanwhile_appears_by_itself() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(&format!("{LOG}?live=1&method=GET")).await;
    browser.until_sees("Waiting for requests").await;

    let get = json!({ "method": "GET", "path": "/orders" });
    let (first, _) = app.ask(&key, get.clone()).await;
    app.ask(&key, json!({ "method": "PUT" })).await;
    browser.until(&format!("{ROWS} === 1")).await;
    browser
        .until("document.querySelector('#live').textContent === '1 new request'")
        .await;
    let mut expected = vec![first];
    for _ in 0..4 {
        app.pass(1);
        expected.insert(0, app.ask(&key, get.clone()).await.0);
    }
    browser.until(&format!("{ROWS} === 5")).await;
    // One that began earlier and was written later finds its place.
    let late = format!("{}{}", &expected[2][..13], "f".repeat(19));
    app.sql(&format!(
        "INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev) \
         SELECT '{late}', tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev FROM request_records WHERE id = '{}'",
        expected[2]
    ));
    expected.insert(2, late);
    browser.until(&format!("{ROWS} === 6")).await;
    let shown = browser
        .script("return [...document.querySelectorAll('#request-rows tr')].map((row) => row.id.slice(8))")
        .await;
    assert_eq!(shown, json!(expected));
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_page_that_follows_keeps_two_hundred_rows_and_rests_while_nobody_looks() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(&format!("{LOG}?live=1")).await;
    // Somebody looks at another tab.
    browser
        .script(
            "window.hid = 0; window.away = true;
             Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.away });
             document.addEventListener('htmx:config:request', (event) => event.defaultPrevented && (window.hid += 1));",
        )
        .await;
    let (tenant, millis) = (app.tenant("Acme"), app.clock.now().timestamp_millis());
    let rows: Vec<String> = (0..260)
        .map(|number| {
            format!(
                "('{millis:012x}{number:020x}', '{tenant}', '{}', {millis}000, 'VALID', 'GET', '/{number}', '', '', '', 1)",
                key.id
            )
        })
        .collect();
    app.sql(&format!(
        "INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev) \
         VALUES {}",
        rows.join(", ")
    ));
    browser.until("window.hid >= 2").await;
    assert!(browser.holds(&format!("{ROWS} === 0")).await);
    browser
        .script("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        .await;
    browser.until(&format!("{ROWS} === 200")).await;
    browser.until_sees("/259").await;
    app.pass(1);
    app.ask(&key, json!({ "path": "/newest" })).await;
    browser.until_sees("/newest").await;
    assert!(browser.holds(&format!("{ROWS} === 200")).await);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_log_is_filtered_and_followed_by_keyboard_alone() {
    let app = App::start().await;
    fill_log(&app).await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(VERA).await;
    browser.goto(LOG).await;
    browser.tab_to("#path").await;
    browser.keys("/tele").await;
    browser.press(key::ENTER).await;
    browser
        .until(&format!(
            "location.search === '?path=%2Ftele' && {ROWS} === 3"
        ))
        .await;
    browser.until_focus("#path").await;
    browser.tab_to("#address").await;
    browser.keys("10.0.0.0/8").await;
    browser.press(key::TAB).await;
    browser.until_sees("Enter one IPv4 or IPv6 address").await;
    assert_eq!(browser.value_of("#path").await, "/tele");
    assert_eq!(browser.value_of("#address").await, "10.0.0.0/8");
    browser.find("#address").await.clear().await.unwrap();
    browser
        .until("!document.querySelector('#address-error')")
        .await;
    browser.tab_to("[name=live]").await;
    browser.press(key::SPACE).await;
    browser
        .until("location.search === '?path=%2Ftele&live=1'")
        .await;
    browser.until_focus("[name=live]").await;
    browser
        .until_sees("New requests appear by themselves")
        .await;
    browser.reload().await;
    browser
        .until_sees("New requests appear by themselves")
        .await;
    assert_eq!(browser.value_of("#path").await, "/tele");
    browser.back().await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn without_scripts_the_log_is_filtered_refreshed_and_explained() {
    let app = App::start().await;
    let refused = fill_log(&app).await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(VERA).await;
    browser.goto(&format!("{LOG}?live=1")).await;
    browser.find(".tail .no-js").await;
    browser.fill("#path", "/tele").await;
    browser.click("#request-filters .btn.no-js").await;
    browser.find("#path[value='/tele']").await;
    assert!(
        browser
            .text_of("#request-rows")
            .await
            .contains("/telemetry")
    );
    assert!(
        !browser
            .text_of("#request-rows")
            .await
            .contains("work-orders")
    );
    browser.click("[data-clear]").await;
    browser.find("#path[value='']").await;
    browser
        .click(&format!("[href='/usage/explanation?request={refused}']"))
        .await;
    browser.find(".check-failed").await;
    assert!(
        browser
            .text_of(".check-failed")
            .await
            .contains("which is not in 203.0.113.0/24")
    );
}

#[actix_web::test]
async fn on_a_phone_the_filter_is_folded_and_stays_as_it_was_left() {
    let app = App::start().await;
    fill_log(&app).await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(VERA).await;
    browser.screen(390, 844).await;
    browser.goto(LOG).await;
    browser
        .until("!document.querySelector('#filter-grid').checkVisibility()")
        .await;
    browser.click("[data-filter-toggle]").await;
    browser.click("#verdict").await;
    browser
        .script("const verdict = document.querySelector('#verdict'); verdict.value = 'REVOKED'; verdict.dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    browser
        .until("location.search === '?verdict=REVOKED'")
        .await;
    // What somebody has opened stays open.
    browser
        .until("document.querySelector('#filter-grid').checkVisibility()")
        .await;
    browser.console_is_clean_but_for(&[422]).await;
}
