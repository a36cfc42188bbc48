//! Who gets credentials, and says when one was refused.

use serde_json::json;

use super::integrations::{
    INTEGRATIONS, OWN, SHARED, acme, effective, of_project, save, share_openai,
};

#[actix_web::test]
async fn a_refusal_of_the_provider_is_noted_with_time_and_project() {
    let (app, system, shop, depot) = acme().await;
    let openai = format!("{INTEGRATIONS}/openai");
    let shared = save(&system, &openai, SHARED, json!({})).await;
    let own = save(&system, &of_project(&depot, "openai"), OWN, json!({})).await;
    let report = |project: &str| format!("{}/report", of_project(project, "openai"));
    for _ in 0..2 {
        let told = json!({ "credential_id": shared });
        let noted = system.post(&report(&shop), told).await;
        assert_eq!(noted.status, 204, "{}", noted.body);
    }
    let told = json!({ "credential_id": own });
    system.post(&report(&shop), told).await.problem(422);
    let shown = system.get(&openai).await.json();
    assert_eq!(
        shown["credentials"][0]["refused_at"],
        "2026-11-20T12:00:00Z"
    );
    assert_eq!(shown["credentials"][0]["refused_in"], "Shop");
    let events = app.events("openai");
    let refused = events
        .iter()
        .filter(|event| event.action == "credential.refused");
    assert_eq!(refused.count(), 1);
    // Nothing else changes: the credential still is what the project gets.
    assert_eq!(
        effective(&system, &shop, "openai").await,
        format!("organization: {SHARED}")
    );
}

#[actix_web::test]
async fn the_old_secret_of_a_key_gets_credentials_while_it_works() {
    let (_app, system, shop, _) = acme().await;
    share_openai(&system).await;
    let me = system.whoami().await.json();
    let rotate = format!(
        "/api/v1/auth/api-keys/{}/rotate",
        me["id"].as_str().unwrap()
    );
    let rotated = system
        .post(&rotate, json!({ "grace_seconds": 86_400 }))
        .await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    // Its holder has not been told of the new one yet, and must not fail for that; but it changes nothing.
    assert_eq!(
        effective(&system, &shop, "openai").await,
        format!("organization: {SHARED}")
    );
    let body = json!({ "inherits": false });
    system
        .patch(&of_project(&shop, "openai"), body)
        .await
        .problem(403);
}
