//! Pages for what went wrong.

use reqwest::Method;

use crate::support::*;

#[actix_web::test]
async fn someone_signed_in_sees_errors_inside_the_shell() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut bob = app.sign_in(BOB).await;
    let page = bob.get(&key.page("revocation")).await;
    assert_eq!(page.status, 404);
    for text in [
        "Not found",
        "There is nothing here",
        "API Keys",
        "Globex",
        "Request id",
    ] {
        page.shows(text);
    }
    page.shows(page.header("x-request-id"));
    page.hides("Acme");
}

#[actix_web::test]
async fn an_unknown_address_is_a_page() {
    let app = App::start().await;
    for path in [
        "/nothing",
        "/tenant-api-keys/",
        "/login/x",
        "/%2e%2e/etc/passwd",
        "/a%00b",
        "/static/../Cargo.toml",
        "/static/%2e%2e%2fCargo.toml",
    ] {
        let page = app.visitor().get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert_ne!(page.header("x-request-id"), "", "{path}");
    }
    app.visitor().get("/nothing").await.shows("Not found");
}

#[actix_web::test]
async fn a_wrong_method_is_told_with_the_right_ones() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (method, path) in [
        (Method::PUT, "/tenant-api-keys"),
        (Method::DELETE, "/tenant-api-keys"),
        (Method::GET, "/logout"),
        (Method::POST, "/tenant-api-keys/new"),
        (Method::PATCH, "/login"),
    ] {
        let answer = alice.send(alice.request(method.clone(), path)).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_ne!(answer.header("allow"), "", "{method} {path}");
        answer.shows("This method is not allowed here.");
    }
    assert_eq!(alice.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn a_body_too_large_is_refused() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (path, size) in [
        ("/tenant-api-keys", 260 * 1024),
        ("/authorization-groups", 70 * 1024),
    ] {
        let huge = "x".repeat(size);
        let answer = alice
            .submit("/tenant-api-keys", path, &[("name", &huge)])
            .await;
        assert_eq!(answer.status, 413, "{path}");
    }
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn a_database_that_is_away_is_503_and_tells_nothing_of_itself() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.sql("ALTER TABLE memberships RENAME TO lost");
    let page = alice.get("/tenant-api-keys").await;
    assert_eq!(page.status, 500);
    page.shows("Something went wrong");
    page.hides("memberships");
    app.sql("ALTER TABLE lost RENAME TO memberships");
    assert_eq!(alice.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn a_session_table_that_can_not_be_read_is_a_proper_page_too() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.sql("ALTER TABLE sessions RENAME TO lost");
    let page = alice.get("/tenant-api-keys").await;
    assert_eq!((page.status, page.header("retry-after")), (503, "2"));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    page.hides("sessions");
    page.shows("Just a moment");
    assert_eq!(alice.get("/api/docs").await.status, 200);
    app.sql("ALTER TABLE lost RENAME TO sessions");
    assert_eq!(alice.get("/tenant-api-keys").await.status, 200);
}
