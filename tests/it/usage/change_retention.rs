//! The change log keeps what requests are explained by, and nothing for ever but what things are like.

use std::sync::atomic::AtomicBool;

use keystead::background::change_retention;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::*;

const DAY: i64 = 86_400;

fn prune(app: &App) {
    let stopping = AtomicBool::new(false);
    change_retention::prune(&app.db, 30, app.clock.now(), &stopping).unwrap();
}

fn changes_of(app: &App, key: &Issued) -> i64 {
    app.number(&format!(
        "SELECT count(*) AS n FROM change_log WHERE item = '{}'",
        key.id
    ))
}

#[actix_web::test]
async fn changes_go_when_no_request_is_explained_by_them_any_more() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let system = app.system(&admin.secret);
    let rename = async |name: &str| {
        let answer = system.patch(&key.resource(), json!({ "name": name })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    for name in ["First", "Second", "Third"] {
        rename(name).await;
    }
    prune(&app);
    assert_eq!(changes_of(&app, &key), 4);
    let (request, _) = app.ask(&key, json!({})).await;
    // With the three by which it was renamed.
    app.recorded(4).await;
    rename("Fourth").await;
    // Everything is kept as long as requests of that time are.
    app.pass(30 * DAY);
    prune(&app);
    assert_eq!(changes_of(&app, &key), 5);
    app.pass(3 * 3_600);
    prune(&app);
    assert_eq!(changes_of(&app, &key), 2);
    let mut vera = app.sign_in(VERA).await;
    let path = format!("/usage/explanation?request={request}");
    vera.get(&path).await.shows("Third");
    // The next time goes on from there, and overtakes what was left of the first. The fifth came after the mark.
    rename("Fifth").await;
    app.pass(31 * DAY);
    prune(&app);
    assert_eq!(changes_of(&app, &key), 2);
    let third = "SELECT count(*) AS n FROM change_log WHERE payload LIKE '%Third%'";
    assert_eq!(app.number(third), 0);
    let all = app.rows("change_log");
    prune(&app);
    assert_eq!(app.rows("change_log"), all);
    // Servers go on, and so do those that load everything, and lists.
    assert_eq!(system.delete(&key.resource()).await.status, 204);
    assert_eq!(app.asker().verify(&key.secret).await, "REVOKED");
    let mut vera = app.sign_in(VERA).await;
    vera.get("/tenant-api-keys").await.shows("Fifth");
    let list = system.get(system::KEYS).await;
    assert_eq!(list.status, 200);
}

#[actix_web::test]
async fn the_newest_change_stays_however_long_nothing_happens() {
    let app = App::start().await;
    app.give_integrations("Acme");
    app.save_credential("Acme", None, "stripe", true);
    let rev = app.number("SELECT rev AS n FROM change_head");
    prune(&app);
    app.pass(400 * DAY);
    prune(&app);
    let newest = app.number("SELECT max(rev) AS n FROM change_log");
    assert_eq!(newest, rev);
    let rest = app.number("SELECT count(*) AS n FROM change_log WHERE payload = '{}'");
    assert_eq!(rest, 1);
}

#[actix_web::test]
async fn a_long_list_is_kept_once_however_often_the_key_changes() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let system = app.system(&admin.secret);
    let change = async |body: serde_json::Value| {
        let answer = system.patch(&key.resource(), body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    let list: Vec<String> = (0..200).map(|n| format!("10.0.0.{n}")).collect();
    change(json!({ "ip_allowlist": list })).await;
    for n in 0..20 {
        change(json!({ "name": format!("Name {n}") })).await;
    }
    let long = "SELECT count(*) AS n FROM change_log WHERE length(payload) > 1000";
    assert_eq!(app.number(long), 0);
    assert_eq!(app.rows("kept_allowlists"), 1);
    prune(&app);
    let (request, code) = app.ask(&key, json!({ "ip": "192.0.2.1" })).await;
    assert_eq!(code, "IP_DENIED");
    app.recorded(22).await;
    // As the request saw it, also when the list is another one now, and the key's history was pruned.
    let other: Vec<String> = (0..20).map(|n| format!("10.9.0.{n}")).collect();
    change(json!({ "ip_allowlist": other })).await;
    let mut vera = app.sign_in(VERA).await;
    let path = format!("/usage/explanation?request={request}");
    vera.get(&path).await.shows("10.0.0.4 and 195 more");
    app.pass(30 * DAY + 3 * 3_600);
    prune(&app);
    assert_eq!(changes_of(&app, &key), 2);
    let mut vera = app.sign_in(VERA).await;
    vera.get(&path).await.shows("10.0.0.4 and 195 more");
    change(json!({ "ip_allowlist": [] })).await;
    app.pass(40 * DAY);
    prune(&app);
    assert_eq!(app.rows("kept_allowlists"), 1);
}
