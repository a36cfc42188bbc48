//! "Generate API key": what is wrong is said where it is wrong, and nothing typed is lost.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.script("window.marker = 'same page'").await;
    browser.fill("#name", "E").await;
    browser
        .fill("#description", "Nightly <work-order> sync")
        .await;
    browser.click("[value=test]").await;
    browser
        .fill("#ip_allowlist", "10.0.0.0/8\n300.1.1.0/24")
        .await;
    browser.click(form::SUBMIT).await;

    browser.until_focus(".error-summary").await;
    assert_eq!(browser.script("return window.marker").await, "same page");
    assert_eq!(browser.path().await, "/tenant-api-keys/new");
    browser.until_sees("2 things need a change").await;
    browser.until_sees("IP allowlist: Line 2").await;
    for field in ["#name", "#ip_allowlist"] {
        let tied = format!(
            "document.querySelector('{field}').matches('[aria-invalid=true][aria-describedby^=\"{}-error\"]')
                && document.querySelector('{field}-error').checkVisibility()",
            &field[1..]
        );
        assert!(browser.holds(&tied).await, "{field} is not marked");
    }
    assert!(
        browser
            .text_of("#ip_allowlist-error")
            .await
            .contains("Line 2")
    );
    assert_eq!(browser.value_of("#name").await, "E");
    assert_eq!(
        browser.value_of("#description").await,
        "Nightly <work-order> sync"
    );
    assert_eq!(
        browser.value_of("#ip_allowlist").await,
        "10.0.0.0/8\n300.1.1.0/24"
    );
    assert!(
        browser
            .holds("document.querySelector('[value=test]').checked")
            .await
    );

    browser.click(".error-summary [href='#ip_allowlist']").await;
    browser.until_focus("#ip_allowlist").await;
    browser.fill("#ip_allowlist", "10.0.0.0/8").await;
    browser.click(form::SUBMIT).await;
    browser.until_sees("One thing needs a change").await;
    browser.until_focus(".error-summary").await;
    browser.fill("#name", "ERP integration").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    assert!(
        browser
            .value_of("[data-secret-text]")
            .await
            .starts_with("ks_test_")
    );
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn without_javascript_the_form_comes_back_with_what_was_typed() {
    let app = App::start().await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "E").await;
    browser.fill("#ip_allowlist", "300.1.1.0/24").await;
    browser.click(form::SUBMIT).await;
    browser.until_sees("2 things need a change").await;
    assert_eq!(browser.value_of("#name").await, "E");
    assert_eq!(browser.value_of("#ip_allowlist").await, "300.1.1.0/24");
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_form_with_something_in_it_asks_before_it_is_left() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    assert!(!browser.asks_before_leaving().await, "nothing is typed yet");
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    assert!(browser.asks_before_leaving().await, "a name is typed");
    browser.click(form::SUBMIT).await;
    browser.until_focus("[data-secret-text]").await;
    assert!(
        browser.asks_before_leaving().await,
        "the secret is not stored"
    );
    browser.click("[data-secret-stored]").await;
    assert!(
        !browser.asks_before_leaving().await,
        "nothing can be lost any more"
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_double_click_makes_one_key_and_shows_its_secret() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.double_click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    let secret = browser.value_of("[data-secret-text]").await;
    assert_eq!(app.system(&secret).whoami().await.status, 200);
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("1 of 10 keys").await;
    assert_eq!(
        browser
            .script("return document.querySelectorAll('tbody tr').length")
            .await,
        1
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn enter_twice_while_the_server_is_slow_makes_one_key_and_shows_its_secret() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    let slow = app.hold_changes();
    browser.press(key::ENTER).await;
    browser
        .until("document.documentElement.matches('[data-busy]')")
        .await;
    for _ in 0..3 {
        browser.press(key::ENTER).await;
    }
    slow.end();
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    let secret = browser.value_of("[data-secret-text]").await;
    assert_eq!(app.system(&secret).whoami().await.status, 200);
    // The repetitions are dropped, not kept for later.
    browser
        .until("!document.documentElement.matches('[data-busy]')")
        .await;
    assert_eq!(app.rows("api_keys"), 1);
    assert!(
        browser
            .holds("document.querySelector('dialog[data-secret]')?.open")
            .await
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_a_double_click_makes_one_key_too() {
    let app = App::start().await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.double_click(form::SUBMIT).await;
    // Two requests are on their way. Either answer tells the person where they stand.
    browser
        .until(
            "/It will not be shown again|has already been generated/.test(document.body.innerText)",
        )
        .await;
    browser.goto("/tenant-api-keys").await;
    browser.until_sees("1 of 10 keys").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_summary_follows_the_form() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    let summary = async || browser.text_of(".summary").await.replace('\n', " ");
    let before = summary().await;
    assert!(
        before.contains("ks_live_") && before.contains("18 Feb 2027"),
        "{before}"
    );
    assert!(
        before.contains("Any address") && before.contains("1 of 10 keys"),
        "{before}"
    );

    browser.click("[value=test]").await;
    browser.click("[data-date='']").await;
    browser
        .fill("#ip_allowlist", "10.0.0.0/8\n2001:db8::/32")
        .await;
    assert!(summary().await.contains("No limit"));
    browser.fill("#rate_limit", "100").await;
    browser.until_sees("100 per second").await;
    browser.fill("#rate_limit_burst", "0250").await;
    browser.until_sees("100 per second, burst 250").await;
    browser.fill("#rate_limit", "a lot").await;
    browser.until_sees("Not valid yet").await;
    let after = summary().await;
    assert!(
        after.contains("ks_test_") && after.contains("Never"),
        "{after}"
    );
    assert!(after.contains("2 ranges"), "{after}");
    browser
        .until_sees("Without a date the key works until somebody revokes it.")
        .await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_full_tenant_is_told_so_when_the_last_place_went_meanwhile() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    for number in 0..10 {
        app.issue("Acme", &format!("System {number}"));
    }
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    assert_eq!(browser.value_of("#name").await, "ERP integration");
    assert!(browser.text_of(".summary").await.contains("Limit reached"));
    browser.click("#side a[href='/tenant-api-keys']").await;
    browser.until_sees("Limit reached").await;
    browser.console_is_clean_but_for(&[409]).await;
}
