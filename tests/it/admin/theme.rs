//! Light and dark.

use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

#[actix_web::test]
async fn the_chosen_theme_is_in_the_first_byte_of_every_page() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(KEYS).await.has("[data-theme-choice='system']");
    let fields = [("theme", "dark"), ("next", "/tenant-api-keys/new")];
    alice
        .submit(KEYS, "/theme", &fields)
        .await
        .leads_to("/tenant-api-keys/new");
    for path in [KEYS, "/login", "/api/docs", "/nothing"] {
        alice.get(path).await.has("html.dark[lang='en']");
    }
    alice
        .submit(KEYS, "/theme", &[("theme", "light"), ("next", KEYS)])
        .await
        .leads_to(KEYS);
    alice.get(KEYS).await.lacks(".dark");
}

#[actix_web::test]
async fn a_theme_is_light_or_dark_and_leads_nowhere_else() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("theme", "\"><script>"), ("next", "//evil.test")];
    alice.submit(KEYS, "/theme", &fields).await.leads_to("/");
    assert_eq!(alice.cookies["theme"], "light");
    alice.cookies.insert("theme".into(), "<script>".into());
    alice.get(KEYS).await.has("[data-theme-choice='system']");
}

#[actix_web::test]
async fn the_account_chooses_theme_and_shortcuts_for_this_browser() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = sam.get("/account").await;
    page.has("input[name='shortcuts'][checked]");
    assert_eq!(page.field("theme"), "dark", "of the button in the top bar");
    let chosen = "#display-theme option[selected]";
    assert_eq!(page.attribute(chosen, "value"), "system");
    sam.submit("/account", "/account/display", &[("theme", "dark")])
        .await
        .leads_to("/account");
    assert_eq!(sam.cookies["shortcuts"], "off");
    let page = sam.get("/account").await;
    page.has("html.dark");
    page.lacks("input[name='shortcuts'][checked]");
    assert_eq!(page.attribute(chosen, "value"), "dark");
    let back = [("theme", "system"), ("shortcuts", "on")];
    sam.submit("/account", "/account/display", &back)
        .await
        .leads_to("/account");
    assert!(!sam.cookies.contains_key("shortcuts") && !sam.cookies.contains_key("theme"));
    sam.get("/account")
        .await
        .has("[data-theme-choice='system']");
}
