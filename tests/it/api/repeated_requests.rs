//! A request under an `Idempotency-Key`, sent more than once.

use reqwest::Method;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, secret_in};
use crate::support::system::{KEYS, System};
use crate::support::*;

async fn create_with_word(system: &System, word: &str, name: &str) -> Answer {
    let request = system
        .request(reqwest::Method::POST, KEYS)
        .header("Idempotency-Key", word);
    Answer::of(request.json(&json!({ "name": name }))).await
}

#[actix_web::test]
async fn a_repeated_request_makes_no_second_key_and_shows_no_secret() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let first = create_with_word(&system, "order-17", "ERP").await;
    assert_eq!(first.status, 201);
    let secret = secret_in(&first.body).unwrap();
    let again = create_with_word(&system, "order-17", "ERP").await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(again.json().get("key"), None);
    again.hides(&secret);
    assert_eq!(app.rows("api_keys"), 2);
    // The word belongs to the tenant that used it.
    let theirs = app.system(&app.issue("Globex", "Theirs").secret);
    let other = create_with_word(&theirs, "order-17", "ERP").await;
    assert_eq!(other.status, 201);
    assert_ne!(other.json()["id"], first.json()["id"]);
    // A replay counts nothing against the limit.
    app.set_limit("Acme", 2);
    assert_eq!(
        create_with_word(&system, "order-17", "ERP").await.status,
        200
    );
    assert_eq!(
        create_with_word(&system, "order-18", "ERP").await.status,
        409
    );
}

#[actix_web::test]
async fn an_idempotency_key_stands_for_one_wish_of_one_system() {
    let app = App::start().await;
    let (first, second) = (app.issue("Acme", "First"), app.issue("Acme", "Second"));
    let create = async |key: &Issued, name: &str| {
        let request = app.system(&key.secret).request(Method::POST, KEYS);
        let request = request.header("Idempotency-Key", "monday");
        Answer::of(request.json(&json!({ "name": name }))).await
    };
    let made = create(&first, "ERP").await;
    assert_eq!(made.status, 201);
    assert_eq!(create(&first, "ERP").await.json()["id"], made.json()["id"]);
    let other_wish = create(&first, "CRM").await;
    assert_eq!(
        (other_wish.status, &other_wish.json()["code"]),
        (409, &json!("idempotency-key-reused"))
    );
    let narrower = app
        .system(&first.secret)
        .request(Method::POST, KEYS)
        .header("Idempotency-Key", "monday");
    let narrower = narrower.json(&json!({ "name": "ERP", "ip_allowlist": ["10.0.0.0/8"] }));
    assert_eq!(Answer::of(narrower).await.status, 409);
    // Another system that chose the same word gets a key of its own.
    let other_system = create(&second, "ERP").await;
    assert_eq!(other_system.status, 201);
    assert_ne!(other_system.json()["id"], made.json()["id"]);
}

#[actix_web::test]
async fn a_request_stays_the_same_whatever_became_of_its_key() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    app.add_group("Acme", "Orders", "orders:read");
    let send = async |name: &str| {
        let request = system.request(Method::POST, KEYS);
        let request = request.header("Idempotency-Key", "monday");
        let wish = json!({ "name": name, "authorization_group": "Orders", "rate_limit": { "requests": 5, "per": "second" } });
        Answer::of(request.json(&wish)).await
    };
    let made = send("ERP").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].clone();
    let path = format!("{KEYS}/{}", id.as_str().unwrap());
    let change = json!({ "name": "Accounting", "description": "New", "rate_limit": null });
    let changed = Answer::of(system.request(Method::PATCH, &path).json(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    app.sql("UPDATE authorization_groups SET name = 'Sales' WHERE name = 'Orders'");
    let again = send("ERP").await;
    assert_eq!((again.status, &again.json()["id"]), (200, &id));
    assert_eq!(again.json()["name"], "Accounting");
    // What the key is by now is another wish.
    let other = send("Accounting").await;
    assert_eq!(other.problem(409)["code"], "idempotency-key-reused");
    assert_eq!(app.rows("api_keys"), 2);
}

#[actix_web::test]
async fn an_idempotency_key_is_one_to_sixty_four_characters() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for word in ["", &"w".repeat(65)] {
        create_with_word(&system, word, "ERP").await.problem(400);
    }
    assert_eq!(
        create_with_word(&system, &"w".repeat(64), "ERP")
            .await
            .status,
        201
    );
}
