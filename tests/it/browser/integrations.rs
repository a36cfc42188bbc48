//! Integrations in a browser: the dialog, the switch, a project's override.

use crate::support::chromium::Chromium;
use crate::support::*;

const SECRET: &str = "sk-of-the-organisation-000000000000000001";

#[actix_web::test]
async fn an_integration_is_switched_on_overridden_and_switched_off_in_a_browser() {
    let app = App::start().await;
    let shop = app.add_project("Acme", "Shop");
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/integrations").await;
    browser.is_accessible_everywhere("a locked feature").await;
    browser.is_laid_out("a locked feature").await;
    app.give_integrations("Acme");
    browser.goto("/integrations").await;
    browser.is_accessible_everywhere("integrations").await;
    browser.is_laid_out("integrations").await;

    browser.click("#switch-openai").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser
        .is_accessible_everywhere("the dialog of a credential")
        .await;
    browser.is_laid_out("the dialog of a credential").await;
    browser.fill("[name='fields.api_key']", "short").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("begins with sk-").await;
    browser.fill("[name='fields.api_key']", SECRET).await;
    browser.click("dialog [type=submit]").await;
    browser.until_at("/integrations/openai").await;
    browser.until_sees("applies from now on").await;
    browser.is_accessible_everywhere("an integration").await;
    browser.is_laid_out("an integration").await;

    let of_shop = format!("/projects/{shop}/integrations");
    browser.goto(&of_shop).await;
    browser
        .is_accessible_everywhere("the integrations of a project")
        .await;
    browser.is_laid_out("the integrations of a project").await;
    browser.click("#act-openai").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.fill("[name='fields.api_key']", SECRET).await;
    browser.click("dialog [type=submit]").await;
    browser.until_at(&format!("{of_shop}/openai")).await;
    browser.until_sees("This project").await;
    browser.is_laid_out("an override").await;
    browser.click("a[href$='override-removal']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser.is_laid_out("the end of an override").await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("The override is removed.").await;

    browser.goto("/integrations").await;
    browser.click("#switch-openai").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    browser
        .is_accessible_everywhere("the question before switching off")
        .await;
    browser
        .is_laid_out("the question before switching off")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until_sees("Its credentials are kept.").await;
    browser.console_is_clean_but_for(&[422]).await;
}
