//! The main job in Firefox, and whether the pages fit there.

use super::form;
use super::sample::{self, MAYA};
use crate::support::firefox::Firefox;
use crate::support::*;

#[actix_web::test]
async fn the_main_job_is_done_in_firefox_and_its_pages_fit() {
    let app = App::start_empty().await;
    sample::fill(&app);
    sample::a_while_later(&app);
    sample::stretch(&app);
    let mut firefox = Firefox::open(&app).await;
    firefox.goto("/login").await;
    firefox.is_laid_out("sign-in").await;
    firefox.sign_in(MAYA).await;
    firefox.is_laid_out("keys").await;
    firefox.click("a[href='/tenant-api-keys/new']").await;
    firefox.until_sees("Restrictions").await;
    firefox.is_laid_out("form").await;
    firefox.type_into("#name", "ERP integration").await;
    firefox.script("const group = document.querySelector('#group'); group.selectedIndex = 1; group.dispatchEvent(new Event('input', { bubbles: true }))").await;
    firefox.click(form::SUBMIT).await;
    firefox
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    firefox.is_laid_out("secret").await;
    let secret = firefox
        .script("return document.querySelector('[data-secret-text]').value")
        .await;
    let system = app.system(secret.as_str().unwrap());
    assert_eq!(system.whoami().await.status, 200);
    firefox.click("[data-secret-stored]").await;
    firefox.click("[data-secret-done]").await;
    firefox
        .until("location.pathname === '/tenant-api-keys' && !document.querySelector('dialog')")
        .await;
    firefox
        .click("[aria-label='Actions for ERP integration']")
        .await;
    firefox.is_laid_out("menu").await;
    firefox
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    firefox
        .until("document.querySelector('dialog')?.open")
        .await;
    firefox.is_laid_out("revoke").await;
    firefox
        .script("const field = document.querySelector('#last4'); if (field) field.value = document.querySelector('#last4-hint code').textContent")
        .await;
    firefox.click("dialog [type=submit]").await;
    firefox.until_sees("is revoked. It is refused").await;
    assert_eq!(system.whoami().await.status, 401);
    firefox.click("a.name").await;
    firefox.until_sees("About this key").await;
    firefox.is_laid_out("key").await;
    for page in [
        "/usage",
        "/usage/requests",
        "/authorization-groups",
        "/verifiers",
        "/settings",
        "/api/docs",
    ] {
        firefox.goto(page).await;
        firefox.is_laid_out(page).await;
    }
}
