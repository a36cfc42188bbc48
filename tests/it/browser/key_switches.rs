//! The switch in rows and cards, and what of the list follows it.

use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

const SWITCH: &str = "[role=switch][aria-label='Enabled: SAP integration']";

#[actix_web::test]
async fn a_key_is_switched_off_and_on_in_its_row_and_on_its_card_by_keyboard() {
    let app = App::start().await;
    let issued = app.issue("Acme", "SAP integration");
    app.issue("Acme", "Other");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    for view in ["table", "cards"] {
        let list = format!("/tenant-api-keys?q=a&sort=name&view={view}");
        browser.goto(&list).await;
        browser.script("window.marker = 'same page'").await;
        for (checked, count) in [("false", "1"), ("true", "0")] {
            browser.tab_to(SWITCH).await;
            browser.press(key::SPACE).await;
            browser
                .until(&format!(
                    "document.querySelector(\"{SWITCH}\").getAttribute('aria-checked') === '{checked}'"
                ))
                .await;
            browser.until_focus(SWITCH).await;
            browser
                .until(&format!(
                    "document.querySelector('#count-disabled').textContent === '{count}'"
                ))
                .await;
            let is_off = app.stored("Acme", &issued).disabled_at.is_some();
            assert_eq!(is_off, checked == "false");
        }
        browser.is_accessible_everywhere(view).await;
        browser.click(SWITCH).await;
        browser
            .until(
                "document.querySelector('#toasts .toast:last-child p').textContent.includes('is disabled')
                 && document.querySelector('.switch[aria-checked=false]')",
            )
            .await;
        browser.click("#toasts .toast:last-child form button").await;
        browser
            .until(&format!(
                "document.querySelector(\"{SWITCH}[aria-checked=true]\")"
            ))
            .await;
        assert_eq!(browser.script("return window.marker").await, "same page");
        for width in [390, 320] {
            browser.screen(width, 844).await;
            browser.fits(view).await;
        }
        for width in [1440, 1280] {
            browser.screen(width, 900).await;
            browser.fits(view).await;
            let whole = "[...document.querySelectorAll('.table-scroll')].every((one) => one.scrollWidth <= one.clientWidth)";
            assert!(browser.holds(whole).await, "{view} at {width}");
        }
    }
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn rotating_from_a_filtered_list_comes_back_to_it() {
    let app = App::start().await;
    app.issue("Acme", "SAP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys?q=sap&view=cards").await;
    browser.click(".card-actions .icon-btn").await;
    browser
        .click(".menu:popover-open [href*='/rotation?']")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("Rotating: old secret").await;
    // What lights the key up leaves the address, the filter stays.
    browser
        .until("location.search === '?q=sap&view=cards'")
        .await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn cards_and_phones_sort_with_a_list_of_choices() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let browser = Chromium::open(&app).await;
    browser.sign_in(MAYA).await;
    let shown = "document.querySelector('#sort').checkVisibility()";
    assert!(!browser.holds(shown).await, "the heads of the table sort");
    browser.screen(390, 844).await;
    assert!(browser.holds(shown).await);
    browser.fits("a list that sorts").await;
    browser.screen(1440, 900).await;
    browser.goto("/tenant-api-keys?view=cards").await;
    assert!(browser.holds(shown).await);
    browser.tab_to("#sort").await;
    browser.keys("Name, Z").await;
    browser
        .until("location.search === '?sort=-name&view=cards'")
        .await;
    let names = "[...document.querySelectorAll('#keys a.name')].map((one) => one.textContent.toLowerCase())";
    browser
        .until(&format!(
            "{names}.join() === {names}.sort().reverse().join()"
        ))
        .await;
    browser.until_focus("#sort").await;
    browser.is_accessible_everywhere("sorted cards").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_same_count_twice_is_read_out_twice() {
    let app = App::start().await;
    app.issue("Acme", "SAP integration");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser
        .script(
            "window.said = []; new MutationObserver(() => {
                 const text = document.querySelector('#live').textContent;
                 if (window.said.at(-1) !== text) window.said.push(text);
             }).observe(document.querySelector('#live'), { childList: true, characterData: true, subtree: true })",
        )
        .await;
    browser.tab_to("#q").await;
    browser.keys("sa").await;
    browser.until("location.search === '?q=sa'").await;
    let said = |times: u8| {
        format!("window.said.filter((text) => text === '1 key found').length === {times}")
    };
    browser.until(&said(1)).await;
    browser.keys("p").await;
    browser.until("location.search === '?q=sap'").await;
    browser.until(&said(2)).await;
    browser.console_is_clean().await;
}
