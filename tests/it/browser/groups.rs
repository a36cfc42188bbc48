//! Groups and edits in a browser.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

#[actix_web::test]
async fn a_group_is_made_and_chosen_in_a_browser() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.click("#side a[href='/authorization-groups']").await;
    browser.until_at("/authorization-groups").await;
    browser.is_accessible_everywhere("the groups").await;
    browser.click("a[href='/authorization-groups/new']").await;
    browser.until_at("/authorization-groups/new").await;
    browser.fill("#name", "Order clerks").await;
    browser.fill("#scopes", "orders:read\norders").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("a group with errors")
        .await;
    browser
        .until_sees("Line 2: \"orders\" is not a scope.")
        .await;
    browser.fill("#scopes", "orders:read\norders:write").await;
    browser.click(form::SUBMIT).await;
    browser.until_at("/authorization-groups").await;
    browser
        .until_sees("The group \"Order clerks\" was created.")
        .await;

    browser.click("[aria-label='Edit Order clerks']").await;
    browser.until_sees("No key uses this group.").await;
    browser.is_accessible_everywhere("editing a group").await;
    browser.goto("/authorization-groups").await;
    browser.click("[aria-label='Delete Order clerks…']").await;
    browser.until_sees("No key uses Order clerks.").await;
    browser.is_accessible_everywhere("deleting a group").await;

    browser.goto("/tenant-api-keys/new").await;
    browser.until_sees("Not chosen yet").await;
    let group = browser.find("#group").await;
    group.select_by_label("Order clerks").await.unwrap();
    browser.until_sees("Grants orders: read and write.").await;
    browser.console_is_clean_but_for(&[422]).await;
}

#[actix_web::test]
async fn a_key_is_edited_in_a_dialog_and_enter_saves() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto(&format!("/tenant-api-keys/{}", key.id)).await;
    browser.click(".page-head a[href$='/edit']").await;
    browser
        .until("document.querySelector('dialog.edit-dialog')?.open")
        .await;
    browser.is_accessible_everywhere("the edit dialog").await;
    browser.click("dialog [value='add-address']").await;
    browser
        .until("document.querySelector('#ip_allowlist')?.value === '127.0.0.1'")
        .await;
    browser.until_focus("#ip_allowlist").await;
    browser.fill("#name", "x").await;
    browser.click("dialog .modal-bar [type=submit]").await;
    browser.until_focus("dialog .error-summary").await;
    browser
        .is_accessible_everywhere("the edit dialog with errors")
        .await;
    assert_eq!(browser.value_of("#ip_allowlist").await, "127.0.0.1");
    browser.fill("#name", "CRM").await;
    browser.press(key::ENTER).await;
    browser.until_sees("\"CRM\" was saved.").await;
    browser.until("!document.querySelector('dialog')").await;
    let stored = app.stored("Acme", &key);
    assert_eq!(
        (&*stored.name, stored.ip_allowlist.entries()),
        ("CRM", vec!["127.0.0.1".into()])
    );

    browser.goto(&key.page("edit")).await;
    browser.is_accessible_everywhere("the edit page").await;
    browser
        .find("#ip_allowlist_mode")
        .await
        .select_by_value("observe")
        .await
        .unwrap();
    browser.click(form::SUBMIT).await;
    browser.until_sees("nobody has called since").await;
    app.ask(&key, serde_json::json!({ "ip": "203.0.113.7" }))
        .await;
    direct::until("the caller is noted", async || {
        app.rows("observed_callers") == 1
    })
    .await;
    browser.reload().await;
    browser
        .until_sees("Enforced, it would refuse 1 of them.")
        .await;
    browser
        .is_accessible_everywhere("a key that is observed")
        .await;
    browser.click("form:has([value=enforce]) button").await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("a list that would refuse callers")
        .await;
    browser.console_is_clean_but_for(&[422, 409]).await;
}

#[actix_web::test]
async fn the_own_address_joins_the_form_of_a_new_key() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    browser.fill("#name", "ERP integration").await;
    browser.fill("#ip_allowlist", "10.0.0.0/8").await;
    browser.tab_to("[value='add-address']").await;
    browser.press(key::ENTER).await;
    browser
        .until("document.querySelector('#ip_allowlist').value === '10.0.0.0/8\\n127.0.0.1'")
        .await;
    assert_eq!(browser.value_of("#name").await, "ERP integration");
    // The focus went to the list then, and does not go back there with what is loaded later.
    form::choose_group(&browser).await;
    browser
        .until("document.querySelector('#group-hint').textContent.includes('Grants everything')")
        .await;
    assert!(browser.holds("document.activeElement.id === 'group'").await);
    browser
        .script("document.querySelector('#name').focus()")
        .await;
    browser.press(key::ENTER).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.console_is_clean().await;
}
