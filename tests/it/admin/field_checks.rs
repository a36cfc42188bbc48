//! What is wrong with single fields, asked before the form is sent.

use crate::support::*;

const CHECK: &str = "/tenant-api-keys/validation?fields=name,ip_allowlist,group";

#[actix_web::test]
async fn the_fields_that_were_asked_for_are_told_in_the_words_of_the_form() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get("/tenant-api-keys/new").await;
    let csrf = page.field("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("name", "E"),
        ("group", "Full access"),
        ("ip_allowlist", "300.1.1.0/24"),
        ("rate_limit", "none"),
    ];
    let sent = alice.post("/tenant-api-keys", &fields).await;
    assert_eq!(sent.status, 422);
    let checked = alice.post(CHECK, &fields).await;
    assert_eq!(checked.status, 200);
    for field in ["name", "ip_allowlist"] {
        let said = format!("#{field}-error");
        assert_eq!(sent.text_of(&said), checked.text_of(&said));
        checked.has(&format!("[hx-target='#{field}-said']"));
    }
    // Right fields lose what was said of them, others are left alone.
    checked.has("[hx-target='#group-said']:empty");
    checked.hides("rate_limit");
    let strange = alice
        .post("/tenant-api-keys/validation?fields=body,%3Cb%3E", &fields)
        .await;
    strange.hides("hx-partial");
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn viewers_and_strangers_check_nothing() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    let token = vera.token("/tenant-api-keys").await;
    let new = [("csrf", token.as_str()), ("name", "ERP")];
    let edit = [
        ("csrf", token.as_str()),
        ("name", "ERP"),
        ("description", ""),
        ("group", "Full access"),
        ("ip_allowlist", ""),
        ("ip_allowlist_mode", "enforce"),
        ("rate_limit", "many"),
        ("rate_limit_per", "second"),
        ("rate_limit_burst", ""),
        ("version", ""),
    ];
    let edited = "/tenant-api-keys/edit-validation?fields=name";
    assert_eq!(vera.post(CHECK, &new).await.status, 403);
    assert_eq!(vera.post(edited, &edit).await.status, 403);
    let mut alice = app.sign_in(ALICE).await;
    // Without the token of the page nothing is read.
    assert_eq!(alice.post(CHECK, &new[1..]).await.status, 403);
    let token = alice.token("/tenant-api-keys/new").await;
    let mut edit = edit;
    edit[0].1 = &token;
    let edited = "/tenant-api-keys/edit-validation?fields=name,rate_limit";
    let checked = alice.post(edited, &edit).await;
    checked.has("[hx-target='#name-said']:empty");
    checked.shows("Use a whole number from 1 to 1,000,000.");
}
