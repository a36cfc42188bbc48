//! Support looks at a tenant that lets it, and both sides see that and can end it.

use super::limits::sign_in_sam;
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn a_tenant_lets_support_look_and_both_sides_can_read_and_end_it() {
    let app = App::start().await;
    app.issue("Acme", "ERP");
    app.sam_asks(false);
    let alice = Chromium::open(&app).await;
    alice.sign_in(ALICE).await;
    alice.goto("/support-access").await;
    alice
        .is_accessible_everywhere("a question of support")
        .await;
    alice.click("main form [data-variant=primary]").await;
    alice.until_sees("Support is looking").await;
    alice.is_accessible_everywhere("what support may do").await;

    let sam = Chromium::open(&app).await;
    sign_in_sam(&sam).await;
    let page = app.support_page("Acme", "look");
    sam.goto(&page).await;
    sam.is_accessible_everywhere("access that is granted").await;
    sam.click("main form [data-variant=primary]").await;
    sam.until_sees("You look at Acme as support").await;
    sam.is_accessible_everywhere("the keys of a tenant that lets support look")
        .await;
    sam.click(".support-strip button").await;
    sam.until_sees("You see nothing of the tenant any more")
        .await;

    alice.goto("/tenant-api-keys").await;
    alice
        .until("!document.querySelector('.support-strip')")
        .await;
    alice.console_is_clean().await;
    sam.console_is_clean().await;
}
