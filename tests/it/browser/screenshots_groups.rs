//! Pictures of authorization groups, of editing a key, and of its observed callers.

use super::form;
use super::sample::{self, MAYA};
use super::screenshots::Camera;
use crate::support::*;

#[actix_web::test]
async fn pictures_of_groups_and_edits() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    browser.goto("/authorization-groups/new").await;
    browser.fill("#name", "Order clerks").await;
    browser
        .fill(
            "#summary",
            "For systems that enter orders and read invoices, but never pay them",
        )
        .await;
    browser.fill("#scopes", "orders").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    camera.take("group-errors").await;
    let many = "orders:*\ninvoices:read\ncustomers:read\nparts:read\nstock:read\nplants:read\nassets:read\nreports:read";
    browser.fill("#scopes", many).await;
    browser.click(form::SUBMIT).await;
    browser.until_at("/authorization-groups").await;
    camera.take("groups").await;
    browser.click("[aria-label='Delete Order clerks…']").await;
    browser.until_sees("No key uses").await;
    camera.take("group-deletion").await;
    browser.goto("/tenant-api-keys").await;
    browser.click("a.name[title^='SAP integration']").await;
    browser.until_sees("About this key").await;
    browser.click(".page-head a[href$='/edit']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    camera.take("edit-dialog").await;
    let edit = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    let edit = edit.as_str().unwrap();
    browser.goto(edit).await;
    camera.take("edit").await;
    browser
        .find("#ip_allowlist_mode")
        .await
        .select_by_value("observe")
        .await
        .unwrap();
    browser.fill("#ip_allowlist", "10.0.0.0/8").await;
    browser.click(form::SUBMIT).await;
    browser.until_sees("Observed callers").await;
    let key = edit.split('/').nth(2).unwrap();
    for (ip, requests) in [
        ("10.1.2.3", 4_711),
        ("203.0.113.7", 12),
        ("2001:db8:85a3::8a2e:370:7334", 1),
    ] {
        app.sql(&format!(
            "INSERT INTO observed_callers (key_id, address, tenant_id, requests, last_at) SELECT id, '{ip}', tenant_id, {requests}, {} FROM api_keys WHERE id = '{key}'",
            app.clock.now().timestamp_micros(),
        ));
    }
    browser.reload().await;
    browser
        .script("document.querySelector('.callers').scrollIntoView({ block: 'center' })")
        .await;
    camera.take("observed").await;
    browser.click("form:has([value=enforce]) button").await;
    browser.until_focus(".error-summary").await;
    camera.take("enforce").await;
}
