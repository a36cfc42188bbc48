//! One key: reading and revoking it.

use serde_json::json;

use crate::support::system::KEYS;
use crate::support::*;

const FIELDS: [&str; 17] = [
    "authorization_group",
    "created_at",
    "description",
    "environment",
    "expires_at",
    "id",
    "ip_allowlist",
    "ip_allowlist_mode",
    "key_prefix",
    "last4",
    "last_used_at",
    "name",
    "owner",
    "project",
    "rate_limit",
    "scopes",
    "status",
];

#[actix_web::test]
async fn a_key_is_read_with_exactly_the_fields_that_are_promised() {
    let app = App::start().await;
    let (admin, other) = (app.issue("Acme", "Admin"), app.issue("Acme", "Other"));
    let answer = app.system(&admin.secret).get(&other.resource()).await;
    assert_eq!(answer.status, 200);
    let key = answer.json();
    let mut names: Vec<&str> = key
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, FIELDS);
    answer.hides(&other.secret);
}

#[actix_web::test]
async fn a_revoked_key_is_refused_on_the_next_request() {
    let app = App::start().await;
    let (admin, other) = (app.issue("Acme", "Admin"), app.issue("Acme", "Other"));
    let system = app.system(&admin.secret);
    let answer = system.delete(&other.resource()).await;
    assert_eq!((answer.status, &*answer.body), (204, ""));
    assert_eq!(app.stranger().verify(&other.secret).await, "REVOKED");
    assert_eq!(app.system(&other.secret).whoami().await.status, 401);
    assert_eq!(
        system.get(&other.resource()).await.json()["status"],
        "revoked"
    );
    assert_eq!(system.delete(&other.resource()).await.status, 204);
    let revocations: Vec<_> = app
        .audit(&other)
        .into_iter()
        .filter(|row| row.contains("revoked"))
        .collect();
    assert_eq!(revocations, ["key.revoked by Admin"]);
}

#[actix_web::test]
async fn a_key_may_revoke_itself() {
    let app = App::start().await;
    let key = app.issue("Acme", "Leaked");
    let system = app.system(&key.secret);
    assert_eq!(system.delete(&key.resource()).await.status, 204);
    assert_eq!(system.whoami().await.status, 401);
}

#[actix_web::test]
async fn another_tenants_key_looks_like_one_that_does_not_exist() {
    let app = App::start().await;
    let (ours, theirs) = (app.issue("Acme", "Ours"), app.issue("Globex", "Theirs"));
    let system = app.system(&ours.secret);
    let read = system.get(&theirs.resource()).await;
    let revoked = system.delete(&theirs.resource()).await;
    read.problem(404);
    for id in [
        MISSING,
        "1",
        "%00",
        &ours.id.to_uppercase(),
        &ours.id.replace('-', ""),
        "..%2f..",
        "a%20b",
    ] {
        let path = format!("/api/v1/auth/api-keys/{id}");
        assert_eq!(system.get(&path).await.meaning(), read.meaning(), "{id}");
        assert_eq!(
            system.delete(&path).await.meaning(),
            revoked.meaning(),
            "{id}"
        );
    }
    assert_eq!(app.stranger().verify(&theirs.secret).await, "VALID");
}

#[actix_web::test]
async fn a_key_that_only_reads_changes_nothing() {
    let app = App::start().await;
    let other = app.issue("Acme", "Other");
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let system = app.system(&reader.secret);
    assert_eq!(system.get(&other.resource()).await.status, 200);
    for answer in [
        system.delete(&other.resource()).await,
        system.create("Mine").await,
    ] {
        let problem = answer.problem(403);
        assert_eq!(
            problem["detail"],
            "This key lacks the scope api-keys:write."
        );
        assert!(
            answer
                .header("www-authenticate")
                .contains("error=\"insufficient_scope\"")
        );
    }
    assert_eq!(app.stranger().verify(&other.secret).await, "VALID");
}

#[actix_web::test]
async fn a_key_without_the_scope_reads_nothing() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read orders:write");
    let other = app.issue("Acme", "Other");
    let narrow = app.issue_with("Acme", "Narrow", Some("Orders"), &[], None);
    let system = app.system(&narrow.secret);
    for path in ["/api/v1/auth/api-keys", &other.resource()] {
        let problem = system.get(path).await.problem(403);
        assert_eq!(problem["detail"], "This key lacks the scope api-keys:read.");
    }
    assert_eq!(system.whoami().await.status, 200);
}

#[actix_web::test]
async fn unknown_paths_and_wrong_methods_are_problems_too() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let system = app.system(&key.secret);
    system.get("/api/v1/nothing").await.problem(404);
    system.get("/api/v1").await.problem(404);
    system
        .post(&key.resource(), serde_json::json!({}))
        .await
        .problem(405);
    system.delete("/api/v1/auth/api-keys").await.problem(405);
    system.get("/api/v1/verify").await.problem(405);
    let allowed = system.delete("/api/v1/auth/api-keys").await;
    assert!(
        allowed.header("allow").contains("GET"),
        "{}",
        allowed.header("allow")
    );
    assert!(
        !system
            .post(&key.resource(), serde_json::json!({}))
            .await
            .header("allow")
            .contains("POST")
    );
}

#[actix_web::test]
async fn an_empty_list_of_scopes_means_those_of_the_group() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let wanted = json!({ "name": "ERP", "authorization_group": "Read only", "scopes": [] });
    let answer = system.post(KEYS, wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["scopes"], json!(["*:read"]));
    let wanted = json!({ "name": "ERP", "scopes": ["*:read"] });
    let problem = system.post(KEYS, wanted).await.problem(422);
    let message = problem["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("name a group in authorization_group"),
        "{message}"
    );
}
