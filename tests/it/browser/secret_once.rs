//! The secret is seen once, whatever the person does with the browser.

use super::form;
use crate::support::chromium::{Chromium, key};
use crate::support::*;

/// Generates a key and gives the secret that the dialog shows.
async fn generate(browser: &Chromium) -> String {
    browser.goto("/tenant-api-keys").await;
    browser.click(".quota-box .btn").await;
    browser.until_at("/tenant-api-keys/new").await;
    form::choose_group(browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    let secret = browser.value_of("[data-secret-text]").await;
    assert!(
        keystead::domain::key_text::is_well_formed(&secret),
        "{secret}"
    );
    secret
}

#[actix_web::test]
async fn after_done_neither_back_nor_reload_shows_the_secret() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let secret = generate(&browser).await;
    assert!(browser.knows(&secret).await);
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    assert!(!browser.knows(&secret).await);

    browser.reload().await;
    assert!(!browser.knows(&secret).await);
    browser.back().await;
    browser.until_at("/tenant-api-keys").await;
    assert!(
        !browser.knows(&secret).await,
        "the used form left the history"
    );
    browser.forward().await;
    browser.until_at("/tenant-api-keys").await;
    assert!(!browser.knows(&secret).await);
    browser.goto("/tenant-api-keys/new").await;
    assert!(!browser.knows(&secret).await);
    browser.has_not_written(&secret);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn leaving_the_dialog_open_and_coming_back_does_not_show_the_secret() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let secret = generate(&browser).await;
    // Ticked, so that the page lets the person go; the dialog stays open.
    browser.click("[data-secret-stored]").await;
    // The last word on what the browser could keep of this page, for when it is shown again.
    let note = format!(
        "addEventListener('pagehide', () => localStorage.setItem('kept', {}))",
        Chromium::knows_of(&secret)
    );
    browser.script(&note).await;
    browser.goto("/api/docs").await;
    assert_eq!(
        browser.script("return localStorage.getItem('kept')").await,
        "false"
    );
    browser.back().await;
    browser.until_at("/tenant-api-keys/new").await;
    assert!(!browser.knows(&secret).await);
    browser.reload().await;
    browser.until_at("/tenant-api-keys/new").await;
    assert!(!browser.knows(&secret).await);
    browser.has_not_written(&secret);
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_dialog_stays_until_the_person_says_that_the_secret_is_stored() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    browser.sign_in(ALICE).await;
    let secret = generate(&browser).await;
    let told = "First tick the box: the secret cannot be shown again.";
    assert!(!browser.text().await.contains(told));

    browser.press(key::ESCAPE).await;
    browser.until_sees(told).await;
    browser.until_focus("[data-secret-stored]").await;
    browser.press(key::ESCAPE).await;
    browser.press(key::ESCAPE).await;
    browser.click("[data-secret-done]").await;
    browser.until_focus("[data-secret-stored]").await;
    assert!(
        browser
            .holds("document.querySelector('dialog[data-secret]').open")
            .await
    );
    assert_eq!(browser.value_of("[data-secret-text]").await, secret);

    browser.press(key::SPACE).await;
    browser
        .until("!document.body.innerText.includes('First tick the box')")
        .await;
    browser.press(key::ESCAPE).await;
    assert!(
        browser
            .holds("document.querySelector('dialog[data-secret]').open")
            .await
    );
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn the_env_file_holds_the_secret_and_the_example_works() {
    let app = App::start().await;
    let browser = Chromium::open(&app).await;
    let downloads = browser.allow_downloads().await;
    browser.sign_in(ALICE).await;
    let secret = generate(&browser).await;
    browser.click("[data-secret-download]").await;
    let wanted = format!("KEYSTEAD_API_KEY={secret}\n");
    let found = || {
        let files = std::fs::read_dir(&downloads).unwrap().flatten();
        files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .any(|text| text == wanted)
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !found() {
        assert!(
            std::time::Instant::now() < deadline,
            "no file with {wanted}"
        );
        actix_web::rt::time::sleep(std::time::Duration::from_millis(30)).await;
    }

    browser.click("dialog summary").await;
    browser.fits("the secret with its example").await;
    let curl = browser.text_of("dialog .samples code").await;
    assert!(!curl.contains(&secret), "{curl}");
    let done = std::process::Command::new("sh")
        .args(["-c", &curl])
        .env("KEYSTEAD_API_KEY", &secret)
        .output()
        .unwrap();
    let answer = String::from_utf8(done.stdout).unwrap();
    assert!(
        answer.contains("ERP integration"),
        "{curl} answered {answer}"
    );
    browser.console_is_clean().await;
}

#[actix_web::test]
async fn without_javascript_a_reload_says_that_the_secret_was_shown_already() {
    let app = App::start().await;
    let browser = Chromium::open_without_scripts(&app).await;
    browser.sign_in(ALICE).await;
    browser.goto("/tenant-api-keys/new").await;
    form::choose_group(&browser).await;
    browser.fill("#name", "ERP integration").await;
    browser.click(form::SUBMIT).await;
    browser.until_sees("It will not be shown again.").await;
    let secret = browser.value_of("[data-secret-text]").await;

    browser.reload().await;
    browser
        .until_sees("This key has already been generated")
        .await;
    assert!(!browser.source().await.contains(&secret));
    browser.goto("/tenant-api-keys").await;
    browser.until_sees("1 of 10 keys").await;
    browser.back().await;
    assert!(!browser.source().await.contains(&secret));
    browser.has_not_written(&secret);
    browser.console_is_clean().await;
}
