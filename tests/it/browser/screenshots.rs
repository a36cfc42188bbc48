//! Each page and state, with names as long as they may be, fits any window. Where `KEYSTEAD_SCREENSHOTS` names a
//! directory, it gets pictures of them instead, with usual names.

use std::path::PathBuf;

use super::form;
use super::limits::sign_in_sam;
use super::sample::{self, MAYA};
use crate::support::chromium::{Chromium, key};
use crate::support::*;

/// Looks at pages, or takes pictures of them.
pub(super) struct Camera {
    pub(super) browser: Chromium,
    folder: Option<PathBuf>,
}

impl Camera {
    pub(super) async fn new(app: &App) -> Self {
        let folder = std::env::var_os("KEYSTEAD_SCREENSHOTS").map(PathBuf::from);
        match &folder {
            Some(folder) => std::fs::create_dir_all(folder).unwrap(),
            None => sample::stretch(app),
        }
        Self {
            browser: Chromium::open(app).await,
            folder,
        }
    }

    /// What the window shows has to fit all windows, or is kept: on desks in dark and light, laptops and a phone.
    pub(super) async fn take(&self, name: &str) {
        let Some(folder) = &self.folder else {
            return self.browser.is_laid_out(name).await;
        };
        for (look, dark, width, height) in [
            ("desk-dark", true, 1440, 900),
            ("laptop-light", false, 1366, 768),
            ("small-light", false, 1024, 768),
            ("phone-light", false, 390, 844),
            ("desk-light", false, 1440, 900),
        ] {
            let theme = format!("document.documentElement.classList.toggle('dark', {dark})");
            self.browser.script(&theme).await;
            self.browser.screen(width, height).await;
            self.browser.settled().await;
            let picture = self.browser.shot().await;
            assert!(
                picture.starts_with(b"\x89PNG") && picture.len() > 5_000,
                "the picture of {name} is empty"
            );
            std::fs::write(folder.join(format!("{name}-{look}.png")), picture).unwrap();
        }
    }
}

#[actix_web::test]
async fn pictures_of_setting_up_and_signing_in() {
    let app = App::start_empty().await;
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.goto(app.setup_link.as_ref().unwrap()).await;
    camera.take("setup").await;
    browser.fill("#tenant", "Initech").await;
    browser.fill("#email", "ivy@initech.test").await;
    browser.fill("#password", "far too short").await;
    browser
        .script("document.querySelector('main form').noValidate = true")
        .await;
    browser.click("main form [type=submit]").await;
    browser.until_focus(".error-summary").await;
    camera.take("setup-errors").await;
    browser.goto("/tenant-api-keys").await;
    browser.until_at("/login").await;
    camera.take("sign-in").await;
    browser.fill("#email", "ivy@initech.test").await;
    browser.fill("#password", PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_focus(".error-summary").await;
    camera.take("sign-in-error").await;
    browser.goto("/setup?token=used").await;
    camera.take("error-visitor").await;
    browser.goto("/api/docs").await;
    camera.take("api-reference").await;
}

#[actix_web::test]
async fn pictures_of_the_list() {
    let app = App::start_empty().await;
    sample::fill(&app);
    sample::a_while_later(&app);
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    camera.take("keys").await;
    for (query, name) in [
        ("q=a&status=active&view=cards", "keys-cards"),
        ("q=nothing+like+it&view=table", "keys-no-match"),
        ("sort=name", "keys-sorted"),
    ] {
        browser.goto(&format!("/tenant-api-keys?{query}")).await;
        camera.take(name).await;
    }
    browser.goto("/tenant-api-keys").await;
    browser.keys("?").await;
    camera.take("keys-shortcuts").await;
    browser.click("[data-dialog-close]").await;
    browser.click("[data-pick-all]").await;
    browser.until_sees("6 keys chosen").await;
    camera.take("keys-chosen").await;
    browser.click("#batch [value=revoke]").await;
    browser.until_sees("Revoke 6 API keys?").await;
    camera.take("keys-batch").await;
    browser.goto("/tenant-api-keys").await;
    browser
        .click("[aria-label^='Actions for SAP integration']")
        .await;
    camera.take("keys-menu").await;
    browser
        .click(".menu:popover-open [href$='/revocation']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    camera.take("revoke").await;
    let page = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    // The key is in use, so its last four characters are asked for.
    browser
        .script("document.querySelector('#last4').value = document.querySelector('#last4-hint code').textContent")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until("!document.querySelector('dialog')").await;
    camera.take("revoked").await;
    browser
        .click("[aria-label^='Actions for SAP integration']")
        .await;
    browser
        .click(".menu:popover-open [href$='/deletion']")
        .await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    camera.take("delete").await;
    browser.goto(page.as_str().unwrap()).await;
    camera.take("revoke-page").await;
    browser.screen(390, 844).await;
    browser.click("[data-nav-open]").await;
    browser
        .until("document.documentElement.matches('.nav-open')")
        .await;
    browser.settled().await;
    if let Some(folder) = &camera.folder {
        std::fs::write(folder.join("drawer-phone-light.png"), browser.shot().await).unwrap();
    }
    for (name, picture) in [
        ("Production API server", "key"),
        ("SCADA gateway (old)", "key-revoked"),
    ] {
        browser.screen(1440, 900).await;
        browser.goto("/tenant-api-keys").await;
        browser.click(&format!("a.name[title^='{name}']")).await;
        browser.until_sees("About this key").await;
        camera.take(picture).await;
    }
    for range in ["24h", "7d", "90d"] {
        browser.goto(&format!("/usage?range={range}")).await;
        browser
            .until("document.querySelector('[data-chart] canvas')")
            .await;
        camera.take(&format!("usage-{range}")).await;
    }
    browser.goto("/tenant-api-keys/nothing").await;
    camera.take("error").await;
    browser.goto("/api/docs").await;
    camera.take("docs").await;
    browser.goto("/api/docs#object-Key").await;
    browser
        .until(
            "document.querySelector('#object-Key').getBoundingClientRect().top < innerHeight / 2",
        )
        .await;
    camera.take("docs-objects").await;
}

#[actix_web::test]
async fn pictures_of_generating() {
    let app = App::start().await;
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(ALICE).await;
    camera.take("empty").await;
    browser.click(".quota-box .btn").await;
    browser.until_at("/tenant-api-keys/new").await;
    form::choose_group(browser).await;
    camera.take("form").await;
    browser.fill("#ip_allowlist", "300.1.1.0/24").await;
    browser.fill("#rate_limit", "many").await;
    browser.click("[data-date='']").await;
    browser.click(form::SUBMIT).await;
    browser.until_focus(".error-summary").await;
    camera.take("form-errors").await;
    browser
        .script("scrollTo(0, document.body.scrollHeight)")
        .await;
    camera.take("form-errors-end").await;
    browser.fill("#name", "ERP integration").await;
    browser.fill("#ip_allowlist", "10.0.0.0/8").await;
    browser.fill("#rate_limit", "100").await;
    browser.click(form::SUBMIT).await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    camera.take("secret").await;
    browser.press(key::ESCAPE).await;
    browser.click("dialog summary").await;
    camera.take("secret-how").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_at("/tenant-api-keys").await;
    for number in 0..9 {
        app.issue(
            "Acme",
            &format!("System {number} with a name that is rather long for a list of keys"),
        );
    }
    browser.reload().await;
    camera.take("full").await;
    browser.goto("/tenant-api-keys/new").await;
    camera.take("form-full").await;
}

#[actix_web::test]
async fn pictures_of_verifiers() {
    let app = App::start_empty().await;
    sample::fill(&app);
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    browser.goto("/verifiers").await;
    camera.take("verifiers").await;
    browser.fill("#name", "x").await;
    browser.click("#verifier-form [type=submit]").await;
    browser.until_focus("#name[aria-invalid=true]").await;
    camera.take("verifiers-error").await;
    browser.fill("#name", "Edge gateway Frankfurt").await;
    browser.click("#verifier-form [type=submit]").await;
    browser
        .until("document.querySelector('dialog[data-secret]')?.open")
        .await;
    camera.take("verifier-token").await;
    browser.click("dialog summary").await;
    camera.take("verifier-token-how").await;
    browser.click("[data-secret-stored]").await;
    browser.click("[data-secret-done]").await;
    browser.until_sees("Edge gateway Frankfurt").await;
    browser.click("[aria-label^='Revoke… Orders API']").await;
    browser
        .until("document.querySelector('dialog')?.open")
        .await;
    camera.take("verifier-revoke").await;
    let page = browser
        .script("return document.querySelector('dialog form').getAttribute('action')")
        .await;
    browser.click("dialog [type=submit]").await;
    browser.until("!document.querySelector('dialog')").await;
    camera.take("verifiers-revoked").await;
    browser.goto(page.as_str().unwrap()).await;
    camera.take("verifier-revoke-page").await;
}

#[actix_web::test]
async fn pictures_of_the_request_log() {
    let app = App::start().await;
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(ALICE).await;
    browser.goto(LOG).await;
    camera.take("requests-empty").await;
    let refused = fill_log(&app).await;
    for (query, name) in [
        ("?live=1", "requests"),
        ("?path=orders&address=10.0.0.0/8", "requests-wrong"),
        ("?verdict=EXPIRED", "requests-no-match"),
    ] {
        browser.goto(&format!("{LOG}{query}")).await;
        camera.take(name).await;
    }
    browser
        .goto(&format!("/usage/explanation?request={refused}"))
        .await;
    camera.take("explanation").await;
    browser.goto("/usage/explanation?request=nonsense").await;
    camera.take("explanation-wrong").await;
}

#[actix_web::test]
async fn pictures_of_limits_and_support() {
    let app = App::start_empty().await;
    sample::fill(&app);
    app.hire_sam();
    app.set_limit("Acme Industrial", 5);
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(MAYA).await;
    camera.take("keys-full").await;
    let ask = "/tenant-api-keys/limit-request";
    browser.goto(ask).await;
    camera.take("limit-request").await;
    browser.fill("#limit", "25").await;
    browser
        .fill(
            "#reason",
            "Two more plants go live in December. Each brings four systems.",
        )
        .await;
    browser.click("main form [type=submit]").await;
    browser.until_sees("Waiting for an answer.").await;
    camera.take("limit-request-waits").await;
    let support = Camera::new(&app).await;
    sign_in_sam(&support.browser).await;
    support.take("tenants").await;
    support.browser.click("[aria-label^='Raise limit']").await;
    support.browser.until_focus("dialog #limit").await;
    support.take("raise").await;
    support.browser.click("dialog [type=submit]").await;
    support.browser.until_focus("dialog .error-summary").await;
    support.take("raise-error").await;
    support.browser.click("dialog a.is-danger").await;
    support.browser.until_sees("reads your reason").await;
    support.take("decline").await;
    app.sql("UPDATE limit_requests SET wanted = 40");
    support.browser.fill("#reason", "Not this month.").await;
    support.browser.click("dialog [type=submit]").await;
    support.browser.until_focus("dialog .error-summary").await;
    support.take("decline-changed").await;
    support.browser.click("dialog [data-dialog-close]").await;
    support.browser.click("[aria-label^='Raise limit']").await;
    support.browser.until_focus("dialog #limit").await;
    support
        .browser
        .fill("#reason", "Agreed with Maya by phone.")
        .await;
    support.browser.click("dialog [type=submit]").await;
    support
        .browser
        .until("!document.querySelector('dialog')")
        .await;
    support.take("raised").await;
    support.browser.click("a.name").await;
    support.take("tenant").await;
    let limit = app.limit_page("Acme Industrial");
    support.browser.goto(&limit).await;
    support.browser.until_sees("History of the limit").await;
    support.take("limit").await;
    support.browser.goto("/tenant-api-keys").await;
    support.take("support-missing").await;
    browser.goto(ask).await;
    camera.take("limit-request-granted").await;
    browser.goto("/tenant-api-keys").await;
    camera.take("keys-note").await;
}

#[actix_web::test]
async fn pictures_of_recoverable_keys() {
    let app = App::start().await;
    let made = app.issue_recoverable("Acme", "ERP integration");
    let camera = Camera::new(&app).await;
    let browser = &camera.browser;
    browser.sign_in(ALICE).await;
    browser.goto("/settings").await;
    camera.take("settings").await;
    browser.goto("/audit").await;
    camera.take("audit").await;
    browser.goto("/tenant-api-keys/new").await;
    browser
        .script("document.querySelector('#recoverable').scrollIntoView({ block: 'center' })")
        .await;
    camera.take("form-recoverable").await;
    browser.goto("/tenant-api-keys").await;
    browser
        .click("[aria-label^='Actions for ERP integration']")
        .await;
    browser
        .click(".menu:popover-open [href$='/disclosure']")
        .await;
    browser.until_focus("dialog #password").await;
    camera.take("disclosure").await;
    browser.keys("wrong").await;
    browser.press(key::ENTER).await;
    browser.until_sees("That is not your password.").await;
    camera.take("disclosure-error").await;
    browser.keys(PASSWORD).await;
    browser.press(key::ENTER).await;
    browser.until_focus("[data-secret-text]").await;
    camera.take("disclosed").await;
    browser.goto(&format!("/tenant-api-keys/{}", made.id)).await;
    camera.take("key-recoverable").await;
}
