//! A tenant asks for more keys, support answers.

use crate::support::chromium::{Chromium, key};
use crate::support::*;

const ASK: &str = "/tenant-api-keys/limit-request";

/// Signs Sam in, who starts at the tenants.
pub(super) async fn sign_in_sam(browser: &Chromium) {
    browser.goto("/login").await;
    browser.fill("#email", SAM).await;
    browser.fill("#password", PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_at("/support/tenants").await;
}

#[actix_web::test]
async fn support_raises_a_limit_while_the_tenant_waits() {
    let app = App::start().await;
    app.hire_sam();
    app.set_limit("Acme", 1);
    app.issue("Acme", "ERP");
    let tenant = Chromium::open(&app).await;
    tenant.sign_in(ALICE).await;
    tenant.until_sees("Limit reached").await;
    tenant.click(".quota-box .btn").await;
    tenant.until_at(ASK).await;
    tenant.fill("#limit", "1").await;
    tenant.fill("#reason", "Two more plants").await;
    tenant.click("main form [type=submit]").await;
    tenant.until_focus(".error-summary").await;
    tenant
        .is_accessible_everywhere("a request with an error")
        .await;
    tenant.fill("#limit", "25").await;
    tenant.click("main form [type=submit]").await;
    tenant.until_sees("Waiting for an answer.").await;
    tenant
        .is_accessible_everywhere("a request that waits")
        .await;
    tenant.script("window.marker = 'same page'").await;
    // What is being typed meanwhile stays.
    tenant.fill("#reason", "Three more plants").await;

    let support = Chromium::open(&app).await;
    sign_in_sam(&support).await;
    support.until_sees("Wants 25").await;
    support.is_accessible_everywhere("the tenants").await;
    support.script("window.marker = 'same page'").await;
    support.click("[aria-label='Raise limit of Acme']").await;
    support.until_focus("dialog #limit").await;
    support.until_sees("Two more plants").await;
    assert_eq!(support.value_of("#limit").await, "25");
    support
        .is_accessible_everywhere("the dialog that raises a limit")
        .await;
    support.click("dialog [type=submit]").await;
    support.until_focus("dialog .error-summary").await;
    support
        .is_accessible_everywhere("the dialog with an error")
        .await;
    assert_eq!(tenant.value_of("#reason").await, "Three more plants");
    support.fill("dialog #reason", "Agreed by phone").await;
    support.click("dialog [type=submit]").await;
    support.until_sees("Acme may have 25 keys now.").await;
    support.until("!document.querySelector('dialog')").await;
    support
        .until("document.querySelector('tbody tr').innerText.includes('/ 25')")
        .await;
    support
        .until("document.querySelector('#waiting').textContent === '0'")
        .await;
    support
        .until_focus("[aria-label='Raise limit of Acme']")
        .await;
    assert_eq!(support.script("return window.marker").await, "same page");

    tenant.until_sees("Limit changed from 1 to 25").await;
    tenant.until_sees("Agreed by phone").await;
    tenant.until_sees("Sam Stone, support").await;
    assert_eq!(tenant.script("return window.marker").await, "same page");
    tenant
        .is_accessible_everywhere("a request that was granted")
        .await;
    tenant.goto("/tenant-api-keys").await;
    tenant.until_sees("1 of 25 keys").await;
    tenant.until_sees("Agreed by phone").await;
    tenant
        .is_accessible_everywhere("the list with a note")
        .await;
    tenant.console_is_clean_but_for(&[422]).await;
    support.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_limit_changed_meanwhile_is_shown_in_the_dialog_with_what_was_typed() {
    let app = App::start().await;
    app.hire_sam();
    let browser = Chromium::open(&app).await;
    sign_in_sam(&browser).await;
    browser.click("[aria-label='Raise limit of Acme']").await;
    browser.until_focus("dialog #limit").await;
    browser.fill("dialog #limit", "40").await;
    browser.fill("dialog #reason", "Agreed").await;
    app.set_limit("Acme", 15);
    browser.click("dialog [type=submit]").await;
    browser.until_sees("it was 10 and is 15 now").await;
    browser.until_focus("dialog .error-summary").await;
    assert_eq!(browser.value_of("#limit").await, "40");
    assert_eq!(browser.value_of("#reason").await, "Agreed");
    browser
        .is_accessible_everywhere("the dialog with a conflict")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Acme may have 40 keys now.").await;
    browser.console_is_clean_but_for(&[409]).await;
}

#[actix_web::test]
async fn support_finds_a_tenant_and_changes_its_limit_by_keyboard_alone() {
    let app = App::start().await;
    app.hire_sam();
    let browser = Chromium::open(&app).await;
    sign_in_sam(&browser).await;
    browser.tab_to("#q").await;
    browser.keys("glob").await;
    browser
        .until("document.querySelectorAll('tbody tr').length === 1")
        .await;
    browser.until("location.search === '?q=glob'").await;
    browser.until_focus("#q").await;
    browser.tab_to("[aria-label='Raise limit of Globex']").await;
    browser.press(key::ENTER).await;
    browser.until_focus("dialog #limit").await;
    browser.press(key::ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;
    browser
        .until_focus("[aria-label='Raise limit of Globex']")
        .await;
    browser.press(key::ENTER).await;
    browser.until_focus("dialog #limit").await;
    browser.keys("12").await;
    browser.tab_to("dialog #reason").await;
    browser.keys("Agreed").await;
    browser.tab_to("dialog [type=submit]").await;
    browser.press(key::ENTER).await;
    browser.until_sees("Globex may have 12 keys now.").await;
    assert_eq!(app.limit_of("Globex"), 12);
    // Nothing found, and the way back.
    browser.tab_to("#q").await;
    browser.keys("xyz").await;
    browser.until_sees("No tenant matches").await;
    browser.is_accessible_everywhere("no tenant found").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_support_declines_and_raises() {
    let app = App::start().await;
    app.hire_sam();
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("limit", "500"), ("reason", "Just in case")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    let browser = Chromium::open_without_scripts(&app).await;
    sign_in_sam(&browser).await;
    browser.fill("#q", "acm").await;
    browser.click(".tools button").await;
    browser.until_sees("1 tenant found").await;
    browser.click("[aria-label='Raise limit of Acme']").await;
    browser.until_sees("Just in case").await;
    browser.click("[href$='/limit-refusal']").await;
    browser
        .fill("#reason", "Delete the unused ones first")
        .await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("The request of Acme is declined.").await;
    browser.click("[aria-label='Raise limit of Acme']").await;
    browser.fill("#limit", "12").await;
    browser.fill("#reason", "Two for now").await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Acme may have 12 keys now.").await;
    assert_eq!(app.limit_of("Acme"), 12);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn everybody_can_use_the_pages_of_support() {
    let app = App::start().await;
    app.hire_sam();
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("limit", "500"), ("reason", "Just in case")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    let browser = Chromium::open(&app).await;
    sign_in_sam(&browser).await;
    for (path, what) in [
        (app.limit_page("Acme"), "the page that raises a limit"),
        (app.refusal_page("Acme"), "the page that declines"),
        ("/support/tenants?sort=waiting".into(), "those who wait"),
        ("/support/nodes".into(), "the servers"),
        ("/tenant-api-keys".into(), "a page that support staff lacks"),
    ] {
        browser.goto(&path).await;
        browser.is_accessible_everywhere(what).await;
        browser.screen(390, 844).await;
        browser.fits(what).await;
        browser.screen(1440, 900).await;
    }
    browser.goto("/support/tenants").await;
    browser.click("[aria-label='Raise limit of Acme']").await;
    browser.click("dialog [href$='/limit-refusal']").await;
    browser.until_sees("Decline request").await;
    browser.until_focus("dialog #reason").await;
    browser
        .is_accessible_everywhere("the dialog that declines")
        .await;
    browser.fill("dialog #reason", "No").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("The request of Acme is declined.").await;

    let key = app.issue("Acme", "ERP");
    browser.goto("/support/leaked-keys").await;
    browser.fill("#key", &key.secret).await;
    browser.press(key::ENTER).await;
    browser.until_sees("Where was it found?").await;
    browser.is_accessible_everywhere("a found key").await;
    browser.click(".two-parts [data-variant='danger']").await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("a found key, with an error")
        .await;
    browser.screen(390, 844).await;
    browser.fits("a found key").await;
    browser.fill("#reason", "On a forum").await;
    browser.click(".two-parts [data-variant='danger']").await;
    browser.until_sees("ERP is switched off").await;
    browser.console_is_clean_but_for(&[404, 422]).await;
}
