//! Names that try to break the page.

use super::form;
use crate::support::chromium::Chromium;
use crate::support::*;

/// A script, and letters of other scripts.
const NAME: &str = "<script>window.taken = 1</script>\"'><img src=x onerror='window.taken=1'>{{7*7}} Überweisung 支払い 🔑 مفتاح";

#[actix_web::test]
async fn a_name_is_only_text_and_arrives_whole_wherever_it_is_shown() {
    let name = NAME;
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", name).await;
    browser.fill("#description", name).await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    browser.until_sees(name).await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    browser.until_sees(name).await;

    browser.click("a.name").await;
    browser.until_sees("About this key").await;
    browser.until_sees(name).await;
    let key = browser.path().await.replace("/tenant-api-keys/", "");
    browser.goto(&format!("/usage?key={key}")).await;
    browser.until_sees("No requests in this range").await;
    assert!(browser.value_of("#key").await.contains(name));
    browser.goto("/tenant-api-keys").await;

    for (action, result) in [
        ("revocation", "is revoked. It is refused from now on."),
        ("deletion", "was deleted from the list."),
    ] {
        browser.click(".c-actions [popovertarget]").await;
        browser
            .click(&format!(".menu:popover-open [href$='/{action}']"))
            .await;
        browser
            .until("document.querySelector('dialog')?.open")
            .await;
        browser.until_sees(name).await;
        browser.click("dialog [type=submit]").await;
        browser.until_sees(&format!("\"{name}\" {result}")).await;
        browser.until("!document.querySelector('dialog')").await;
        browser.until_sees(name).await;
    }
    assert!(
        !browser.holds("window.taken").await,
        "the name ran as a script"
    );
    browser.console_is_clean().await;
}
