//! Set-up, until the first request was seen.

use crate::support::*;

const STEPS: &str = "/first-steps";

#[actix_web::test]
async fn set_up_follows_what_is_there_until_the_first_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let empty = alice.get("/tenant-api-keys").await;
    assert_eq!(empty.link("Set-up in three steps").as_deref(), Some(STEPS));
    let done = async |alice: &mut browser_like::Person| {
        let page = alice.get(STEPS).await;
        page.words_of(".is-done h2")
    };
    // Tests start with a verifier.
    app.sql("UPDATE verifiers SET revoked_at = created_at");
    assert_eq!(done(&mut alice).await, [""; 0]);
    alice.get(STEPS).await.shows("Generate API key");
    app.sql("UPDATE verifiers SET revoked_at = NULL");
    assert_eq!(done(&mut alice).await, ["Let your API ask"]);
    let key = app.issue("Acme", "ERP integration");
    app.issue("Globex", "Somebody else's");
    assert_eq!(
        done(&mut alice).await,
        ["Let your API ask", "Generate a key"]
    );
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    // Once: where time stands still, the twenty-first sign-in has no session.
    let reader = tokio::sync::Mutex::new(app.sign_in(ALICE).await);
    direct::until("the request is seen", async || {
        done(&mut *reader.lock().await).await.len() == 3
    })
    .await;
    alice.get(STEPS).await.shows("All is set up.");
    let mut bob = app.sign_in(BOB).await;
    assert_eq!(done(&mut bob).await.len(), 2);
    // Who only looks is offered nothing to make.
    let mut vera = app.sign_in(VERA).await;
    app.sql("UPDATE api_keys SET deleted_at = created_at");
    assert!(!vera.get(STEPS).await.says("Generate API key"));
}
