//! Names that try to break the page.

use super::form;
use crate::support::chromium::Chromium;
use crate::support::*;

/// Generates a key, revokes it and deletes it, and looks at every place that shows its name.
async fn goes_through(name: &str) {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let shows = async |place: &str| {
        browser.until_sees(name).await;
        for width in [1440, 390] {
            browser.screen(width, 900).await;
            browser.fits(place).await;
        }
        browser.screen(1440, 900).await;
    };
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", name).await;
    browser.fill("#description", name).await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    shows("the secret").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    shows("the list").await;

    browser.click("a.name").await;
    browser.until_sees("About this key").await;
    shows("the page of the key").await;
    let key = browser.path().await.replace("/tenant-api-keys/", "");
    browser.goto(&format!("/usage?key={key}")).await;
    browser.until_sees("No requests in this range").await;
    shows("usage").await;
    browser.goto("/tenant-api-keys").await;

    for (action, result) in [
        ("revocation", "is revoked. It is refused from now on."),
        ("deletion", "was deleted from the list."),
    ] {
        browser.click(".c-actions .icon-btn").await;
        browser
            .click(&format!(".menu:popover-open [href$='/{action}']"))
            .await;
        browser
            .until("document.querySelector('dialog')?.open")
            .await;
        shows("the dialog").await;
        browser.click("dialog [type=submit]").await;
        browser.until_sees(&format!("\"{name}\" {result}")).await;
        browser.until("!document.querySelector('dialog')").await;
        shows("the toast").await;
    }
    assert!(
        !browser.holds("window.taken").await,
        "the name ran as a script"
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn a_name_that_is_a_script_is_only_text() {
    goes_through(
        "<script>window.taken = 1</script>\"'><img src=x onerror='window.taken=1'>{{7*7}}",
    )
    .await;
}

#[actix_web::test]
async fn a_name_of_200_letters_breaks_nothing() {
    goes_through(&"W".repeat(200)).await;
}

#[actix_web::test]
async fn a_name_in_other_scripts_arrives_whole() {
    goes_through("Überweisung 支払い 🔑 مفتاح").await;
}
