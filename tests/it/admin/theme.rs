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
