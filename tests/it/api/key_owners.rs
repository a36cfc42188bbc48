//! Who looks after a key, by the API.

use serde_json::json;

use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn the_owner_is_named_read_and_changed() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    let made = system
        .post(KEYS, json!({ "name": "ERP", "owner": "Vera@acme.test" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["owner"], VERA);
    let path = made.header("location").to_owned();
    let moved = system
        .patch(&path, json!({ "owner": "Plant IT, extension 12" }))
        .await;
    assert_eq!(moved.json()["owner"], "Plant IT, extension 12");
    let kept = system.patch(&path, json!({ "name": "ERP 2" })).await;
    assert_eq!(kept.json()["owner"], "Plant IT, extension 12");
    let freed = system.patch(&path, json!({ "owner": null })).await;
    assert_eq!(freed.json()["owner"], serde_json::Value::Null);
    // Without a word it is who looks after the key that asks.
    let other = system.post(KEYS, json!({ "name": "Shop" })).await;
    assert_eq!(other.json()["owner"], "The tests");
    for wrong in [
        json!("x".repeat(101)),
        json!("two\nlines"),
        json!("a\u{202e}b"),
    ] {
        let refused = system.patch(&path, json!({ "owner": wrong })).await;
        assert_eq!(refused.problem(422)["errors"][0]["field"], "owner");
    }
}
