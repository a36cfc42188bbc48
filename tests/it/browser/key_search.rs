//! Finding keys in a browser: as one types, by keyboard, by a whole key, as cards.

use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

/// How many keys the list shows.
const ROWS: &str = "document.querySelectorAll('#keys a.name').length";

async fn opened(app: &App) -> Chromium {
    sample::fill(app);
    let browser = Chromium::open(app).await;
    browser.sign_in(MAYA).await;
    browser.until_sees("Showing 7 of 7").await;
    browser
}

#[actix_web::test]
async fn the_list_follows_what_is_typed_and_the_field_keeps_the_focus() {
    let app = App::start_empty().await;
    let browser = opened(&app).await;
    browser.script("window.marker = 'same page'").await;
    browser.tab_to("#q").await;
    browser.keys("sap").await;
    browser
        .until(&format!("location.search === '?q=sap' && {ROWS} === 1"))
        .await;
    browser.until_focus("#q").await;
    assert_eq!(browser.value_of("#q").await, "sap");
    assert_eq!(browser.text_of("#count-all").await, "1");
    browser
        .until("document.querySelector('#live').textContent === '1 key found'")
        .await;
    browser.is_accessible_everywhere("one key found").await;

    browser.keys("x").await;
    browser.until_sees("No keys match “sapx”").await;
    browser.until_focus("#q").await;
    browser.is_accessible_everywhere("no key found").await;
    browser.click(".empty-state a").await;
    browser.until_sees("Showing 7 of 7").await;
    assert_eq!(browser.value_of("#q").await, "");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn filters_and_cards_are_chosen_by_keyboard_and_stay_in_the_address() {
    let app = App::start_empty().await;
    let browser = opened(&app).await;
    browser.tab_to("[name=status]:checked").await;
    browser.press(key::DOWN).await;
    browser
        .until(&format!(
            "location.search === '?status=active' && {ROWS} === 4"
        ))
        .await;
    browser.until_focus("[name=status][value=active]").await;
    browser.tab_to("[name=view]:checked").await;
    browser.press(key::DOWN).await;
    browser
        .until("location.search === '?status=active&view=cards' && document.querySelectorAll('.key-card').length === 4")
        .await;
    browser.is_accessible_everywhere("cards").await;
    browser.reload().await;
    browser
        .until("document.querySelectorAll('.key-card').length === 4")
        .await;
    browser.goto("/tenant-api-keys?sort=name").await;
    browser
        .until("document.querySelectorAll('.key-card').length === 7")
        .await;
    for width in [390, 320] {
        browser.screen(width, 844).await;
        browser.fits("cards").await;
    }
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_way_back_leads_through_the_filters_and_not_through_the_letters() {
    let app = App::start_empty().await;
    let browser = opened(&app).await;
    browser.click("label:has([value=active])").await;
    browser
        .until(&format!(
            "location.search === '?status=active' && {ROWS} === 4"
        ))
        .await;
    browser.tab_to("#q").await;
    browser.keys("sap").await;
    browser
        .until(&format!(
            "location.search === '?q=sap&status=active' && {ROWS} === 1"
        ))
        .await;
    browser.script("history.back()").await;
    browser
        .until(&format!("location.search === '' && {ROWS} === 7"))
        .await;
    assert_eq!(browser.value_of("#q").await, "");
    assert!(
        browser
            .holds("document.querySelector('[name=status]').checked")
            .await
    );
    browser.script("history.forward()").await;
    browser
        .until(&format!(
            "location.search === '?q=sap&status=active' && {ROWS} === 1"
        ))
        .await;
    assert_eq!(browser.value_of("#q").await, "sap");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_pasted_key_is_found_and_is_in_no_address() {
    let app = App::start().await;
    app.issue("Acme", "Another");
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.until_sees("Showing 2 of 2").await;
    // All addresses that this page asks for.
    browser
        .script(
            "window.asked = []; const real = window.fetch;
             window.fetch = (...all) => { asked.push(String(all[0]?.url ?? all[0])); return real(...all); };",
        )
        .await;
    let paste = |text: &str| {
        format!(
            "const q = document.querySelector('#q'); q.focus(); document.execCommand('insertText', false, '{text}')"
        )
    };
    browser.script(&paste(&key.secret)).await;
    browser.until(&format!("{ROWS} === 1")).await;
    browser
        .until_sees("The key with the text that you pasted.")
        .await;
    assert!(browser.text_of("#keys").await.contains("ERP"));
    assert_eq!(browser.value_of("#q").await, "");
    browser
        .until("location.pathname + location.search === '/tenant-api-keys'")
        .await;
    browser.is_accessible_everywhere("a key found").await;

    let slip = misspelt(&key.secret);
    browser.script(&paste(&slip)).await;
    browser.until_sees("That is not a whole key").await;
    browser
        .until("document.querySelector('[data-key-lookup] [name=key]').value === ''")
        .await;
    let asked = browser.script("return window.asked.join(' ')").await;
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("/tenant-api-keys/lookup"), "{asked}");
    assert!(!asked.contains("ks_live"), "{asked}");
    browser.script("window.asked.length = 0").await;
    assert!(!browser.source().await.contains(&key.secret));
    // The next search works as before.
    browser.tab_to("#q").await;
    browser.keys("another").await;
    browser
        .until(&format!("location.search === '?q=another' && {ROWS} === 1"))
        .await;
    let asked = browser.script("return window.asked.join(' ')").await;
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("q=another"), "{asked}");
    assert!(!asked.contains("csrf"), "{asked}");
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_scripts_keys_are_searched_sorted_and_looked_up() {
    let app = App::start().await;
    app.issue("Acme", "Another");
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.fill("#q", "erp").await;
    browser.click("#key-filters .btn.no-js").await;
    browser.find("#q[value='erp']").await;
    let list = browser.text_of("#keys").await;
    assert!(list.contains("ERP") && !list.contains("Another"), "{list}");
    browser.click("#keys .list-told a").await;
    browser.find("#q[value='']").await;
    browser.click("a.sort[href*='sort=name']").await;
    browser.find("[aria-sort=ascending]").await;
    // A whole key in the search field goes in a body, and leads to its key.
    browser.fill("#q", &key.secret).await;
    browser.click("#key-filters .btn.no-js").await;
    browser.find(".key-page").await;
    assert!(!browser.source().await.contains(&key.secret));
    browser.goto("/tenant-api-keys").await;
    browser.click(".lookup summary").await;
    browser.fill("#whole-key", &key.secret).await;
    browser.click("#key-lookup .btn").await;
    browser.find(".key-page").await;
    assert!(browser.text().await.contains("ERP"));
}

#[actix_web::test]
async fn no_part_of_a_key_that_is_typed_or_dropped_is_in_an_address() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser
        .script(
            "window.asked = []; const real = window.fetch;
             window.fetch = (...all) => { asked.push(String(all[0]?.url ?? all[0]) + ' ' + location.href); return real(...all); };",
        )
        .await;
    // Slowly, so that each letter is asked about.
    browser.click("#q").await;
    let (prefix, body) = key.secret.split_at(8);
    browser.keys(prefix).await;
    browser.until("window.asked.length === 1").await;
    for (at, letter) in body.chars().take(8).enumerate() {
        browser.keys(&letter.to_string()).await;
        browser
            .until(&format!("window.asked.length === {}", at + 2))
            .await;
    }
    browser
        .until_sees("It may be a part of a key, so it stands in no address.")
        .await;
    browser.press(key::ENTER).await;
    browser.until("window.asked.length === 10").await;
    // Halves, pasted and dropped.
    for (half, kind) in [(&body[..19], "insertText"), (&body[19..], "insertFromDrop")] {
        browser
            .script(&format!(
                "const q = document.querySelector('#q'); q.value = '{half}'; window.before = asked.length;
                 q.dispatchEvent(new InputEvent('input', {{ bubbles: true, inputType: '{kind}' }}))"
            ))
            .await;
        browser.until("window.asked.length > window.before").await;
    }
    let asked = browser
        .script("return [...window.asked, location.href].join(' ')")
        .await;
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("/tenant-api-keys/search"), "{asked}");
    for part in [&key.secret[..9], &body[..5], &body[19..24]] {
        assert!(!asked.contains(part), "{part} in {asked}");
    }
    // By prefix and last four characters it is found all the same, with its filters.
    browser
        .fill("#q", &format!("{prefix} {}", key.last4()))
        .await;
    browser.until(&format!("{ROWS} === 1")).await;
    browser.console_is_clean().await;
}
