//! Settings of an organization.

use crate::support::*;

const SETTINGS: &str = "/settings";
const ON: [(&str, &str); 1] = [("recoverable_keys", "on")];

#[actix_web::test]
async fn recoverable_keys_are_off_until_an_admin_allows_them() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get("/tenant-api-keys/new").await.hides("recoverable");
    alice.get(SETTINGS).await.hides("checked");
    alice
        .submit(SETTINGS, SETTINGS, &ON)
        .await
        .leads_to(SETTINGS);
    alice.get(SETTINGS).await.has("[checked]");
    alice
        .get("/tenant-api-keys/new")
        .await
        .has("[name='recoverable']");
    // Of this tenant alone.
    let mut bob = app.sign_in(BOB).await;
    bob.get("/tenant-api-keys/new").await.hides("recoverable");
    // The same again leaves no trace.
    alice
        .submit(SETTINGS, SETTINGS, &ON)
        .await
        .leads_to(SETTINGS);
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'settings.changed' \
               AND actor_name = 'alice@acme.test' AND detail LIKE '%\"after\":{\"recoverable_keys\":true}%'";
    assert_eq!(app.number(row), 1);
}

#[actix_web::test]
async fn switching_them_off_destroys_the_copies_of_this_tenant() {
    let app = App::start().await;
    let (ours, theirs) = (
        app.issue_recoverable("Acme", "ERP"),
        app.issue_recoverable("Globex", "ERP"),
    );
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get(SETTINGS)
        .await
        .shows("1 key has a copy of its secret");
    let sure = [("confirmed", "1")];
    alice
        .submit(SETTINGS, SETTINGS, &sure)
        .await
        .leads_to(SETTINGS);
    alice
        .get(SETTINGS)
        .await
        .shows("1 copy of a secret is destroyed");
    let left = format!(
        "SELECT count(*) AS n FROM sealed_secrets WHERE key_id = '{}'",
        theirs.id
    );
    assert_eq!((app.rows("sealed_secrets"), app.number(&left)), (1, 1));
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'settings.changed' AND detail LIKE '%\"destroyed_copies\":1%'";
    assert_eq!(app.number(row), 1);
    // The key itself goes on working, and its secret can't be seen.
    assert_eq!(app.stranger().verify(&ours.secret).await, "VALID");
    let page = ours.page("disclosure");
    assert_eq!(alice.get(&page).await.status, 409);
    alice.get("/tenant-api-keys").await.hides("Show secret");
}

#[actix_web::test]
async fn no_copy_is_destroyed_before_somebody_has_read_how_many() {
    let app = App::start().await;
    let key = app.issue_recoverable("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let asked = alice.submit(SETTINGS, SETTINGS, &[]).await;
    assert_eq!(asked.status, 200);
    asked.shows("1 sealed copy of a secret is destroyed for good");
    assert_eq!(asked.field("confirmed"), "1");
    assert_eq!(asked.link("Cancel").unwrap(), "/settings");
    // Another key got a copy while the question was open.
    app.issue_recoverable("Acme", "SAP");
    let asked = alice
        .submit(SETTINGS, SETTINGS, &[("confirmed", "1")])
        .await;
    asked.shows("2 sealed copies of secrets are destroyed for good");
    assert_eq!(app.rows("sealed_secrets"), 2);
    let changed = "SELECT count(*) AS n FROM audit_events WHERE detail LIKE '%\"destroyed_copies\"%' AND actor_name = 'alice@acme.test'";
    assert_eq!(app.number(changed), 0);
    assert_eq!(alice.get(&key.page("disclosure")).await.status, 200);
    let sure = [("confirmed", "2")];
    alice
        .submit(SETTINGS, SETTINGS, &sure)
        .await
        .leads_to(SETTINGS);
    assert_eq!((app.rows("sealed_secrets"), app.number(changed)), (0, 1));
}

#[actix_web::test]
async fn a_viewer_sees_no_settings_and_changes_none() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    vera.get("/tenant-api-keys").await.hides("\"/settings\"");
    assert_eq!(vera.get(SETTINGS).await.status, 403);
    let csrf = vera.token("/tenant-api-keys").await;
    let fields = [("csrf", &*csrf), ("recoverable_keys", "on")];
    assert_eq!(vera.post(SETTINGS, &fields).await.status, 403);
    let on = "SELECT count(*) AS n FROM tenants WHERE recoverable_keys = TRUE";
    assert_eq!(app.number(on), 0);
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get("/tenant-api-keys")
        .await
        .has("[href='/settings']");
    let odd = [("recoverable_keys", "on"), ("key_limit", "99")];
    assert_eq!(alice.submit(SETTINGS, SETTINGS, &odd).await.status, 422);
}
