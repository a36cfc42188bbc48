//! On a phone.

use crate::support::chromium::{Chromium, key};
use crate::support::*;

const OPEN: &str = "document.documentElement.matches('.nav-open')";

#[actix_web::test]
async fn the_drawer_takes_the_focus_and_gives_it_back() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.screen(390, 844).await;
    browser
        .until("getComputedStyle(document.querySelector('#side')).visibility === 'hidden'")
        .await;

    browser.click("[data-nav-open]").await;
    browser.until(OPEN).await;
    browser.until_focus("#side a[href='/usage']").await;
    assert!(
        browser
            .holds("document.querySelector('[data-nav-open]').ariaExpanded === 'true'")
            .await
    );
    for _ in 0..12 {
        browser.press(key::TAB).await;
        let inside = "document.activeElement === document.body || document.activeElement.closest('#side, .skip')";
        assert!(browser.holds(inside).await, "Tab leaves the open drawer");
    }
    // Past the last link Tab visits the browser itself, which keeps Escape to itself.
    while browser
        .holds("document.activeElement === document.body")
        .await
    {
        browser.press(key::TAB).await;
    }
    browser.press(key::ESCAPE).await;
    browser.until(&format!("!{OPEN}")).await;
    browser.until_focus("[data-nav-open]").await;

    browser.press(key::ENTER).await;
    browser.until(OPEN).await;
    browser.settled().await;
    browser.click("[data-nav-close]").await;
    browser.until(&format!("!{OPEN}")).await;
    browser.until_focus("[data-nav-open]").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_the_drawer_is_a_link() {
    let app = App::start().await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.screen(390, 844).await;
    browser.click("[data-nav-open]").await;
    browser
        .until("getComputedStyle(document.querySelector('#side')).visibility === 'visible'")
        .await;
    browser.click("#side a[href='/api/docs']").await;
    browser.until_at("/api/docs").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_page_that_fits_the_window_does_not_scroll() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.goto("/login").await;
    let fits = "document.documentElement.scrollHeight <= innerHeight";
    assert!(browser.holds(fits).await, "the sign-in page scrolls");
    browser.sign_in(ALICE).await;
    assert!(browser.holds(fits).await, "the empty list scrolls");
    browser.goto("/nothing-here").await;
    browser.until_sees("There is nothing here").await;
    assert!(browser.holds(fits).await, "the error page scrolls");
    assert!(
        browser.holds("document.querySelector('#side')").await,
        "inside the shell"
    );
    browser.console_is_clean_but_for(&[404]).await;
}
