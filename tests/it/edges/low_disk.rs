//! A disk that is nearly full.

use crate::support::*;

/// A server with this many times as much as is free for its mark.
async fn with_mark(times: u64) -> App {
    App::start_with(
        |config| {
            let place = keystead::db::room::Disk::new(std::env::temp_dir(), 0);
            config.low_disk_mib = (place.free().unwrap() / 1024 / 1024 + 1) * times;
        },
        true,
    )
    .await
}

/// The jobs ran since: a limit that had an end is back.
async fn jobs_ran(app: &App) {
    let acme = app.tenant("Acme");
    app.sql(&format!(
        "INSERT INTO limit_ends (tenant_id, ends_at, falls_to) VALUES ('{acme}', '2026-11-20 11:00:00', 10)"
    ));
    let open = "SELECT count(*) AS n FROM limit_ends WHERE fell_at IS NULL";
    direct::until("the limit fell", async || app.number(open) == 0).await;
    app.sql("DELETE FROM limit_ends");
}

#[actix_web::test]
async fn what_only_notes_something_stops_first() {
    let app = with_mark(2).await;
    let key = app.issue("Acme", "ERP");
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    let before = app.audit_rows();
    assert_eq!(
        app.system(&key.secret).get("/forward-auth").await.status,
        200
    );
    let mut guess = app.visitor();
    for email in [ALICE, "nobody@acme.test"] {
        let fields = [
            ("email", email),
            ("password", "a wrong password"),
            ("next", ""),
        ];
        assert_eq!(guess.submit("/login", "/login", &fields).await.status, 401);
    }
    // Guessing is slowed down as ever.
    assert!(app.rows("sign_in_failures") > 0);
    bob.get(&key.page("edit")).await;
    assert_eq!(bob.get("/verifiers").await.status, 404);
    jobs_ran(&app).await;
    jobs_ran(&app).await;
    let fallen = 2;
    assert_eq!(app.audit_rows(), before + fallen);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'permission.refused'"),
        0
    );
    assert_eq!((app.rows("request_records"), app.rows("key_usage")), (0, 0));

    let ready = app.stranger().get("/readyz").await;
    assert_eq!(ready.status, 200);
    assert!(
        ready.body.starts_with("ready\nthe disk is nearly full"),
        "{}",
        ready.body
    );
    alice
        .get("/tenant-api-keys")
        .await
        .shows("The disk of this server is nearly full.");
    bob.get("/tenant-api-keys").await.hides("nearly full");
    // Keys are made, and stopped.
    assert_eq!(app.system(&key.secret).create("Another").await.status, 201);
}

#[actix_web::test]
async fn what_stops_a_key_goes_on_to_the_last() {
    let app = with_mark(100).await;
    let (key, other) = (app.issue("Acme", "ERP"), app.issue("Acme", "Other"));
    let (system, mut alice) = (app.system(&key.secret), app.sign_in(ALICE).await);
    let before = app.audit_rows();
    let refused = system.create("Another").await;
    assert!(
        refused.problem(503)["detail"]
            .to_string()
            .contains("nearly full")
    );
    let edited = [
        ("name", "Another"),
        ("environment", "live"),
        ("group", "Full access"),
    ];
    let refused = alice.submit("/account", "/tenant-api-keys", &edited).await;
    assert_eq!(refused.status, 503);
    refused.shows("Nothing was done; please tell whoever runs it.");
    assert_eq!((app.audit_rows(), app.rows("api_keys")), (before, 2));

    let page = alice.get("/tenant-api-keys").await;
    page.shows("Keys can only be revoked and disabled now");
    let disabled = format!("{}/disable", other.resource());
    assert_eq!(
        system.post(&disabled, serde_json::json!({})).await.status,
        200
    );
    assert_eq!(system.delete(&other.resource()).await.status, 204);
    alice
        .submit(
            "/account",
            &key.page("revocation"),
            &[("last4", key.last4())],
        )
        .await
        .leads_to("/tenant-api-keys");
    for key in [&key, &other] {
        assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    }
    assert_eq!(app.visitor().get("/readyz").await.status, 200);
}
