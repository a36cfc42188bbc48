//! Revoking a key in the dashboard.

use crate::support::*;

#[actix_web::test]
async fn a_revoked_key_is_refused_on_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");

    let page = key.page("revocation");
    let answer = alice.submit(&page, &page, &[]).await;

    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/tenant-api-keys")
    );
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    assert_eq!(app.system(&key.secret).whoami().await.status, 401);
    assert_eq!(
        app.audit(&key).last().unwrap(),
        "key.revoked by alice@acme.test"
    );
    assert!(alice.get("/tenant-api-keys").await.body.contains("Revoked"));
}

#[actix_web::test]
async fn the_revocation_of_another_tenants_key_is_not_found() {
    let app = App::start().await;
    let mut bob = app.sign_in(BOB).await;
    let key = app.issue("Acme", "SAP integration");
    let token = bob.token("/tenant-api-keys").await;

    let asked = bob.get(&key.page("revocation")).await;
    let done = bob.post(&key.page("revocation"), &[("csrf", &token)]).await;
    let missing = bob
        .post(
            "/tenant-api-keys/0197c1f0-0000-7000-8000-000000000000/revocation",
            &[("csrf", &token)],
        )
        .await;

    assert_eq!((asked.status, done.status, missing.status), (404, 404, 404));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}
