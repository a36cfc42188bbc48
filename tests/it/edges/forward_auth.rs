//! What a gateway asks and is told.

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const PATH: &str = "/forward-auth";

#[actix_web::test]
async fn a_valid_key_is_let_through_with_who_it_is() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "Wörk orders 50% 🚚", Some("Read only"), &[], None);
    let answer = app.system(&key.secret).get(PATH).await;
    assert_eq!((answer.status, &*answer.body), (200, ""));
    assert_eq!(answer.header("x-keystead-key-id"), key.id);
    assert_eq!(
        answer.header("x-keystead-key-name"),
        "W%C3%B6rk orders 50%25 %F0%9F%9A%9A"
    );
    assert_eq!(
        answer.header("x-keystead-tenant-id"),
        app.tenant("Acme").to_string()
    );
    assert_eq!(answer.header("x-keystead-project-id"), "");
    assert_eq!(answer.header("x-keystead-scopes"), "*:read");
    assert_eq!(answer.header("x-keystead-request-id").len(), 32);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.hides(&key.secret);
}

#[actix_web::test]
async fn a_key_of_a_project_is_let_through_with_its_project() {
    let app = App::start().await;
    let shop = app.add_project("Acme", "Shop");
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let wanted = serde_json::json!({ "name": "Till", "project": shop });
    let made = admin.post("/api/v1/auth/api-keys", wanted).await.json();
    let till = app.system(made["key"].as_str().unwrap());
    for path in [PATH, "/ext-authz/any/orders"] {
        let answer = till.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("x-keystead-project-id"), shop, "{path}");
    }
    // From the next question on, once it is free.
    let path = format!("/api/v1/auth/api-keys/{}", made["id"].as_str().unwrap());
    let freed = admin.request(Method::PATCH, &path);
    let freed = Answer::of(freed.json(&serde_json::json!({ "project": null }))).await;
    assert_eq!(freed.status, 200, "{}", freed.body);
    assert_eq!(till.get(PATH).await.header("x-keystead-project-id"), "");
}

#[actix_web::test]
async fn every_method_is_answered_alike() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    for method in [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ] {
        let good = app.system(&key.secret).request(method.clone(), PATH);
        assert_eq!(Answer::of(good).await.status, 200, "{method}");
        let bad = app.stranger().request(method.clone(), PATH);
        assert_eq!(Answer::of(bad).await.status, 401, "{method}");
    }
}

#[actix_web::test]
async fn a_missing_scope_is_403_with_its_challenge() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let system = app.system(&key.secret);
    assert_eq!(
        system.get("/forward-auth?scope=orders:read").await.status,
        200
    );
    let answer = system.get("/forward-auth?scope=orders:write").await;
    answer.problem(403);
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"keystead\", error=\"insufficient_scope\", scope=\"orders:write\""
    );
    assert_eq!(answer.header("x-keystead-key-id"), "");
    for scope in [
        "orders",
        "",
        "a:b:c",
        "%22:x",
        "a:b&scope=orders:read",
        "orders:read%0d%0aX-Evil:1",
    ] {
        let answer = system.get(&format!("/forward-auth?scope={scope}")).await;
        assert_ne!(answer.status, 200, "{scope}");
        assert_eq!(answer.header("x-evil"), "");
    }
}

#[actix_web::test]
async fn a_mistyped_parameter_lets_nobody_pass_without_a_scope() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let system = app.system(&key.secret);
    for query in [
        "SCOPE=orders:write",
        "Scope=orders:read",
        "scopes=orders:read",
        "%73cope%20=orders:read",
        "orders:read",
        "scope=orders:read&mode=fast",
        "x",
    ] {
        let answer = system.get(&format!("/forward-auth?{query}")).await;
        let detail = answer.problem(400)["detail"].clone();
        assert!(
            detail.as_str().unwrap().contains("scope"),
            "{query}: {detail}"
        );
    }
    for good in [
        "?",
        "?scope=orders:read",
        "?scope=orders%3Aread",
        "?&scope=orders:read&",
    ] {
        let answer = system.get(&format!("/forward-auth{good}")).await;
        assert_eq!(answer.status, 200, "{good}");
    }
}

#[actix_web::test]
async fn scopes_asked_for_twice_must_both_be_held() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let path = "/forward-auth?scope=orders:read&scope=orders:write";
    assert_ne!(app.system(&key.secret).get(path).await.status, 200);
}

#[actix_web::test]
async fn refusals_carry_a_problem_a_challenge_and_no_identity() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.alter_key(&key, "revoked_at = '2026-11-20 11:00:00'");
    for system in [app.system(&key.secret), app.stranger()] {
        let answer = system.get(PATH).await;
        assert_eq!(answer.problem(401)["detail"], "Invalid or missing API key");
        assert!(
            answer
                .header("www-authenticate")
                .starts_with("Bearer realm=\"keystead\"")
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        // For nginx, which drops the body.
        assert_eq!(answer.header("x-keystead-problem"), answer.body);
        for name in [
            "x-keystead-key-id",
            "x-keystead-key-name",
            "x-keystead-tenant-id",
            "x-keystead-project-id",
            "x-keystead-scopes",
        ] {
            assert_eq!(answer.header(name), "", "{name}");
        }
    }
}

#[actix_web::test]
async fn a_header_that_a_gateway_can_not_remove_is_refused() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    for (name, status) in [
        ("X-Keystead-Role", 400),
        ("X-Keystead-Problem", 400),
        // Every gateway's file puts Keystead's own in place of these.
        ("X-Keystead-Key-Id", 200),
        ("X-Keystead-Warning", 200),
    ] {
        let request = app.system(&key.secret).request(Method::GET, PATH);
        let answer = Answer::of(request.header(name, "forged")).await;
        assert_eq!(answer.status, status, "{name}");
        let told = answer.header("x-keystead-problem");
        assert_eq!(told, answer.body, "{name}");
        assert_eq!(answer.body.contains("X-Keystead-"), status == 400);
    }
}

#[actix_web::test]
async fn the_callers_address_is_the_peer_whatever_headers_say() {
    let app = App::start().await;
    let here = app.issue_with("Acme", "Here", None, &["127.0.0.1"], None);
    let there = app.issue_with("Acme", "There", None, &["203.0.113.7"], None);
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-For", "127.0.0.1, ::ffff:203.0.113.7"),
        ("X-Forwarded-For", "\"[::1]:80\""),
        ("Forwarded", "for=203.0.113.7"),
        ("X-Real-IP", "203.0.113.7"),
        ("True-Client-IP", "203.0.113.7"),
        ("CF-Connecting-IP", "203.0.113.7"),
    ] {
        let ask = async |key: &str| {
            let request = app
                .system(key)
                .request(Method::GET, PATH)
                .header(name, value);
            Answer::of(request).await.status
        };
        assert_eq!(ask(&there.secret).await, 401, "{name}: {value}");
        assert_eq!(ask(&here.secret).await, 200, "{name}: {value}");
    }
}

#[actix_web::test]
async fn use_at_a_gateway_shows_in_the_list() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    assert_eq!(app.system(&key.secret).get(PATH).await.status, 200);
    let alice = app.sign_in(ALICE).await;
    direct::until("the list shows the use", async || {
        alice
            .clone()
            .get("/tenant-api-keys")
            .await
            .body
            .contains("just now")
    })
    .await;
}

#[actix_web::test]
async fn a_gateway_may_ask_under_any_host_name() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let request = app
        .system(&key.secret)
        .request(Method::GET, PATH)
        .header("host", "api.customer.test");
    assert_eq!(Answer::of(request).await.status, 200);
}
