//! The question as Envoy puts it: a prefix before the path that it was asked for.

use keystead::db::request_records::{Filter, list};
use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

#[actix_web::test]
async fn the_prefix_names_the_scope_and_the_rest_is_the_clients() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let system = app.system(&key.secret);
    for (rest, status) in [
        ("any", 200),
        ("any/", 200),
        ("any/orders/7?x=1", 200),
        ("orders:read/orders", 200),
        ("orders:write/orders", 403),
        // Nothing that the client writes moves the scope.
        ("orders:write/../orders:read/orders", 403),
        ("orders:write/%2e%2e/any/", 403),
        ("orders:write//any/?scope=orders:read", 403),
        ("orders:write/?scope=orders:read&scope=a:b", 403),
        // The query is for the API, which may well have such parameters.
        ("orders:read/orders?key=1&token=2&api_key=3", 200),
        ("orders/", 400),
        ("", 400),
        ("/orders:read", 400),
        ("orders%3Aread/", 400),
        ("orders:read%2Fx:y/", 400),
    ] {
        for method in ["GET", "POST", "DELETE", "PROPFIND", "TRACE", "X!1"] {
            let said = app
                .raw(format!(
                    "{method} /ext-authz/{rest} HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {}\r\n\
                     Content-Length: 0\r\nConnection: close\r\n\r\n",
                    key.secret
                ))
                .await;
            assert_eq!(said.status(), status, "{method} {rest}");
        }
    }
    let answer = system.get("/ext-authz/any/orders").await;
    assert_eq!((answer.status, &*answer.body), (200, ""));
    assert_eq!(answer.header("x-keystead-key-id"), key.id);
    app.stranger()
        .get("/ext-authz/any/orders")
        .await
        .problem(401);
}

#[actix_web::test]
async fn the_request_log_holds_what_envoy_was_asked_for() {
    let app = App::start_behind("127.0.0.9", "x-forwarded-for").await;
    let key = app.issue("Acme", "ERP");
    let envoy = app.visitor_from("127.0.0.9".parse().unwrap());
    let request = envoy
        .request(Method::PATCH, "/ext-authz/any/orders/7?token=secret")
        .bearer_auth(&key.secret)
        .header("X-Forwarded-For", "203.0.113.7");
    assert_eq!(Answer::of(request).await.status, 200);
    let tenant = app.tenant("Acme");
    let read = || {
        app.db
            .read(|conn| list(conn, tenant, &Filter::default(), 100))
            .unwrap()
    };
    direct::until("the request is recorded", async || !read().is_empty()).await;
    let record = &read()[0];
    assert_eq!(
        (&*record.address, &*record.method, &*record.path),
        ("203.0.113.7", "PATCH", "/orders/7")
    );
}

#[actix_web::test]
async fn credentials_that_a_gateway_joined_are_several() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for (name, value, status) in [
        ("X-API-Key", format!("other,{key}"), 400),
        ("X-API-Key", format!("{key}, {key}"), 400),
        ("Authorization", format!("Bearer {key}, Bearer {key}"), 400),
        ("Authorization", format!("Basic eA==,bearer {key}"), 400),
        // One credential of another scheme, which has commas of its own.
        ("Authorization", "Digest a=\"b\", c=\"d\"".into(), 401),
    ] {
        for path in ["/ext-authz/any/orders", "/forward-auth"] {
            let request = app.stranger().request(Method::GET, path);
            let answer = Answer::of(request.header(name, &value)).await;
            assert_eq!(answer.status, status, "{path} {name}: {value}");
        }
    }
}
