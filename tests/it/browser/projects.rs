//! Projects in a browser.

use super::form;
use crate::support::chromium::Chromium;
use crate::support::*;

#[actix_web::test]
async fn a_project_is_made_archived_and_brought_back_in_a_browser() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    browser.click("#side a[href='/projects']").await;
    browser.until_at("/projects").await;
    browser.is_accessible_everywhere("no projects").await;
    browser.click("a[href='/projects/new']").await;
    browser.until_at("/projects/new").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    browser
        .is_accessible_everywhere("a project without a name")
        .await;
    browser.fill("#name", "Web shop").await;
    browser.click(form::SUBMIT).await;
    browser.until_at("/projects").await;
    browser
        .until_sees("The project \"Web shop\" was created.")
        .await;

    browser.click("[aria-label='Archive Web shop']").await;
    browser
        .until_sees("The project \"Web shop\" was archived.")
        .await;
    browser
        .is_accessible_everywhere("an archived project")
        .await;
    browser.is_laid_out("an archived project").await;
    browser.click(".toast form button").await;
    browser
        .until_sees("The project \"Web shop\" was restored.")
        .await;
    browser.is_laid_out("a restored project").await;
    browser.console_is_clean_but_for(&[422]).await;
}
