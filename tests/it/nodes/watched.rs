//! A person at a browser watches a revocation reach every server.

use super::{Nodes, told};
use crate::support::ALICE;
use crate::support::chromium::Chromium;

/// From the list, in the dialog.
async fn revoke(browser: &Chromium, name: &str) {
    browser
        .click(&format!("[aria-label='Actions for {name}']"))
        .await;
    browser
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.click("dialog [type=submit]").await;
}

#[actix_web::test]
async fn whom_a_revocation_waits_for_is_told_while_it_waits_and_then_who_confirmed_it() {
    let nodes = Nodes::start(3).await;
    let first = &nodes.servers[0];
    // Nobody has used them, so nobody has to type their names.
    first.issue(&nodes.admin, "CRM", "Full access", &[]).await;
    let (_, key) = first.issue(&nodes.admin, "ERP", "Full access", &[]).await;
    let browser = Chromium::open_at(&first.base).await;
    browser.sign_in(ALICE).await;
    revoke(&browser, "CRM").await;
    browser.until_sees("Confirmed by 3 of 3 servers in ").await;

    nodes.servers[1].freeze();
    revoke(&browser, "ERP").await;
    browser.until_sees("Waiting for bela, at most ").await;
    browser
        .until_sees("2 of 3 servers; the third one had stopped answering (waited ")
        .await;
    assert_eq!(told(&nodes.servers[2], &key).await, 401);
    browser.console_is_clean().await;
}
