//! On a phone.

use super::form;
use super::sample::{self, MAYA};
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
async fn no_page_has_to_be_moved_sideways() {
    let app = App::start_empty().await;
    let browser = Chromium::open(&app).await;
    let fits = async |what: &str| {
        for width in [390, 320] {
            browser.screen(width, 844).await;
            browser.fits(&format!("{what} at {width}")).await;
        }
    };
    browser.goto(app.setup_link.as_ref().unwrap()).await;
    fits("setup").await;
    browser.goto("/login").await;
    fits("sign-in").await;
    browser.goto("/setup?token=used").await;
    fits("an error page for visitors").await;
    sample::fill(&app);
    browser.sign_in(MAYA).await;
    fits("the list").await;
    for range in ["24h", "90d"] {
        browser.goto(&format!("/usage?range={range}")).await;
        browser
            .until("document.querySelector('[data-chart] canvas')")
            .await;
        fits("usage").await;
    }
    for name in ["Production API server", "SCADA gateway (old)"] {
        browser.goto("/tenant-api-keys").await;
        browser.click(&format!("a.name[title='{name}']")).await;
        browser.until_sees("About this key").await;
        fits("the page of a key").await;
    }
    browser.goto("/tenant-api-keys").await;
    browser
        .click("[aria-label='Actions for SAP integration']")
        .await;
    fits("an open menu").await;
    browser
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    fits("the revoke dialog").await;
    let page = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    browser.goto(page.as_str().unwrap()).await;
    fits("the revoke page").await;
    browser.goto("/api/docs").await;
    fits("the API reference").await;
    browser
        .goto("/tenant-api-keys/0197c1f0-0000-7000-8000-000000000000/revocation")
        .await;
    fits("an error page").await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    fits("the form").await;
    browser.fill("#ip_allowlist", "300.1.1.0/24").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    fits("the form with errors").await;
    browser.fill("#name", "ERP integration").await;
    browser.fill("#ip_allowlist", "").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.click("dialog summary").await;
    fits("the secret").await;
    browser.console_is_clean_but_for(&[404, 422]).await;
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
