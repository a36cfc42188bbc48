//! Switching a key off for now, in the dashboard.

use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

#[actix_web::test]
async fn a_key_is_switched_off_and_the_message_switches_it_on_again() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let off = key.page("suspension");
    alice.submit(KEYS, &off, &[]).await.leads_to(KEYS);
    assert_eq!(app.stranger().verify(&key.secret).await, "DISABLED");
    let list = alice.get(KEYS).await;
    list.has("tr.row-disabled");
    list.shows("is disabled. It is refused until you enable it.");
    let undo = key.page("suspension/removal");
    list.has(&format!("form[method='post'][action='{undo}']"));
    let csrf = list.field("csrf");
    alice.post(&undo, &[("csrf", &csrf)]).await.leads_to(KEYS);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(
        app.audit(&key)[1..],
        [
            "key.disabled by alice@acme.test",
            "key.enabled by alice@acme.test"
        ]
    );
}

#[actix_web::test]
async fn the_switch_on_the_keys_page_comes_back_to_it() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let page = format!("{KEYS}/{}", key.id);
    alice.get(&page).await.has("[role='switch']");
    alice.get(&page).await.has("[aria-checked='true']");
    let off = key.page("suspension");
    alice
        .submit(&page, &off, &[("from", "key")])
        .await
        .leads_to(&page);
    alice.get(&page).await.has("[aria-checked='false']");
    // Again, from another tab: nothing changes.
    alice
        .submit(&page, &off, &[("from", "key")])
        .await
        .leads_to(&page);
    assert_eq!(app.audit(&key).len(), 2);
}

#[actix_web::test]
async fn htmx_gets_the_row_and_a_message_that_can_be_undone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let token = alice.token(KEYS).await;
    alice.htmx = true;
    for (path, undo, look) in [
        ("suspension", "suspension/removal", "row-disabled"),
        ("suspension/removal", "suspension", "row-active"),
    ] {
        let answer = alice.post(&key.page(path), &[("csrf", &token)]).await;
        assert_eq!(answer.status, 200);
        answer.has(&format!("tr.{look}[id^='key-']"));
        assert!(answer.is_part());
        let events: serde_json::Value = serde_json::from_str(answer.header("hx-trigger")).unwrap();
        assert_eq!(events["toast"]["undo"], key.page(undo));
        // The row can be switched again.
        answer.has(&format!("[action='{}']", key.page(undo)));
        assert_ne!(answer.field("csrf"), "");
    }
}

#[actix_web::test]
async fn a_busy_key_is_switched_off_only_once_somebody_has_read_what_breaks() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    app.recorded(1).await;
    let (off, page) = (key.page("suspension"), format!("{KEYS}/{}", key.id));
    for (from, cancel) in [("", KEYS), ("key", &*page)] {
        let asked = alice.submit(KEYS, &off, &[("from", from)]).await;
        assert_eq!(asked.status, 200);
        assert!(asked.is_page());
        asked.shows("Disabled, it is refused from the next request on");
        asked.has(".facts");
        asked.lacks("#last4");
        assert_eq!(asked.link("Cancel").unwrap(), cancel);
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    alice.htmx = true;
    let token = alice.token(KEYS).await;
    let asked = alice.post(&off, &[("csrf", &token)]).await;
    asked.has("body > dialog");
    assert_eq!(asked.header("hx-retarget"), "#modal-root");
    assert_eq!(app.audit(&key).len(), 1);
    let answer = [("csrf", &*token), ("confirmed", &asked.field("confirmed"))];
    let done = alice.post(&off, &answer).await;
    done.has("tr.row-disabled");
    assert_eq!(app.stranger().verify(&key.secret).await, "DISABLED");
    // Switching it on again is never asked about.
    let on = key.page("suspension/removal");
    let done = alice.post(&on, &[("csrf", &token)]).await;
    done.has("tr.row-active");
    // Nor is switching off one that rested for an hour.
    app.pass(3_601);
    let mut alice = app.sign_in(ALICE).await;
    alice.submit(KEYS, &off, &[]).await.leads_to(KEYS);
}

#[actix_web::test]
async fn an_expired_key_is_renewed_and_has_no_switch() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "SAP integration", None, &[], Some(3_600));
    app.clock.advance(chrono::TimeDelta::hours(2));
    let mut alice = app.sign_in(ALICE).await;
    let place = format!("{KEYS}/{}", key.id);
    for page in [KEYS, "/tenant-api-keys?view=cards", &place] {
        let shown = alice.get(page).await;
        shown.lacks("[role='switch']");
        shown.lacks("form[action*='/suspension']");
        assert!(shown.link("Rotate…").is_none(), "{page}");
        let rotation = shown.link("Renew…").unwrap();
        assert!(rotation.starts_with(&key.page("rotation")), "{rotation}");
    }
    let form = alice.get(&key.page("rotation")).await;
    assert_eq!(form.text_of("h1"), "Renew API key");
    assert_eq!(form.field("expiry"), "90");
    form.shows("its old secret stays refused");
}

#[actix_web::test]
async fn a_revoked_key_is_not_switched() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let revoke = key.page("revocation");
    alice.submit(&revoke, &revoke, &[]).await.leads_to(KEYS);
    for path in ["suspension", "suspension/removal"] {
        alice
            .submit(KEYS, &key.page(path), &[])
            .await
            .leads_to(KEYS);
        alice.get(KEYS).await.shows("was revoked before");
    }
    assert_eq!(app.audit(&key).len(), 2);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}
