//! Deleting a revoked key from the list.

use crate::support::browser_like::Person;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

async fn revoked(app: &App, alice: &mut Person) -> app::Issued {
    let key = app.issue("Acme", "SAP integration");
    let page = key.page("revocation");
    alice.submit(&page, &page, &[]).await.leads_to(KEYS);
    key
}

#[actix_web::test]
async fn a_revoked_key_leaves_the_list_and_its_history_stays() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = revoked(&app, &mut alice).await;
    let page = key.page("deletion");

    alice.get(&page).await.shows("Delete the revoked API key");
    alice.submit(&page, &page, &[]).await.leads_to(KEYS);

    alice.get(KEYS).await.shows("was deleted from the list.");
    alice.get(KEYS).await.hides("SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    let history = app.audit(&key);
    assert_eq!(
        history[1..],
        [
            "key.revoked by alice@acme.test",
            "key.deleted by alice@acme.test"
        ]
    );
    assert!(history[0].starts_with("key.created"));
    assert_eq!(alice.get(&page).await.status, 404);
}

#[actix_web::test]
async fn a_deleted_key_is_gone_after_a_restart_too() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = revoked(&app, &mut alice).await;
    let page = key.page("deletion");
    alice.submit(&page, &page, &[]).await.leads_to(KEYS);
    let secrets = keystead::config::secrets::Secrets::load(&app.config, false).unwrap();
    let fresh = keystead::background::follow::Follower::load(
        &app.db,
        Box::new(move || Ok(secrets.peppers.clone())),
        0,
        &app.clock,
        None,
    )
    .unwrap();
    let (held, _) = fresh
        .index()
        .find(&fresh.index().seek(&key.secret))
        .unwrap();
    assert!(held.get().unwrap().revoked);
}

#[actix_web::test]
async fn only_a_revoked_key_can_be_deleted() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let page = key.page("deletion");
    let answer = alice.submit(&page, &page, &[]).await;
    assert_eq!(answer.status, 409);
    answer.shows("Revoke it first");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    alice.get(KEYS).await.shows("SAP integration");
}

#[actix_web::test]
async fn htmx_takes_the_row_away_and_tells() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = revoked(&app, &mut alice).await;
    app.issue("Acme", "Grafana reporting");
    let token = alice.token(KEYS).await;
    alice.htmx = true;
    let dialog = alice.get(&key.page("deletion")).await;
    dialog.has("body > dialog");
    let answer = alice.post(&key.page("deletion"), &[("csrf", &token)]).await;
    assert_eq!(answer.status, 200);
    // No row, and what stands around the list.
    assert_eq!(answer.text_of("body > [hx-target='#total']"), "1");
    assert!(!answer.says("SAP integration"));
    let events: serde_json::Value = serde_json::from_str(answer.header("hx-trigger")).unwrap();
    assert_eq!(
        events["toast"]["text"],
        "\"SAP integration\" was deleted from the list."
    );
    assert!(events.get("dialog:close").is_some());
}

#[actix_web::test]
async fn what_is_left_is_counted_in_the_list_that_is_shown() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let first = revoked(&app, &mut alice).await;
    let second = revoked(&app, &mut alice).await;
    app.issue("Acme", "Grafana reporting");
    let token = alice.token(KEYS).await;
    alice.htmx = true;
    let list = format!("{KEYS}?status=revoked");
    for (key, left) in [(&first, Some("1")), (&second, None)] {
        let request = alice
            .request(reqwest::Method::POST, &key.page("deletion"))
            .header("HX-Current-URL", format!("{}{list}", app.base))
            .form(&[("csrf", &token)]);
        let answer = alice.send(request).await;
        match left {
            Some(count) => assert_eq!(answer.text_of("[hx-target='#total']"), count),
            // The list says itself that nothing is left.
            None => assert_eq!(answer.header("hx-redirect"), list),
        }
    }
}

#[actix_web::test]
async fn others_delete_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = revoked(&app, &mut alice).await;
    let page = key.page("deletion");

    let mut vera = app.sign_in(VERA).await;
    assert_eq!(vera.get(&page).await.status, 403);
    let token = vera.token(KEYS).await;
    assert_eq!(vera.post(&page, &[("csrf", &token)]).await.status, 403);

    let mut bob = app.sign_in(BOB).await;
    let token = bob.token(KEYS).await;
    let theirs = bob.post(&page, &[("csrf", &token)]).await;
    let missing = bob
        .post(&page.replace(&key.id, MISSING), &[("csrf", &token)])
        .await;
    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.meaning(), missing.meaning());
    let (theirs, missing) = (
        bob.get(&page).await,
        bob.get(&page.replace(&key.id, MISSING)).await,
    );
    assert_eq!(theirs.meaning(), (404, missing.meaning().1));

    let stranger = app.visitor().post(&page, &[]).await;
    stranger.leads_to("/login?next=%2F");
    alice.get(KEYS).await.shows("SAP integration");
}
