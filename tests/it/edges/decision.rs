//! One decision, in its order, at both edges.

use keystead::db::change_log::{Item, append};
use reqwest::Method;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

const REVOKED: &str = "revoked_at = '2026-11-20 11:00:00'";
const DISABLED: &str = "disabled_at = '2026-11-20 11:00:00'";

/// The code from the verifier's edge, and the status at the gateway's.
async fn ask(app: &App, key: &str, ip: &str, scope: &str) -> (String, u16) {
    let question = json!({ "key": key, "ip": ip, "scope": scope });
    let answer = app.asker().post("/api/v1/verify", question).await;
    let code = answer.json()["code"].as_str().unwrap().to_owned();
    let request = app
        .system(key)
        .request(Method::GET, &format!("/forward-auth?scope={scope}"));
    (code, Answer::of(request).await.status)
}

#[actix_web::test]
async fn the_first_check_that_fails_is_the_answer() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read");
    // Everything is wrong with this key; then one thing after the other is put right.
    let key = app.issue_with("Acme", "ERP", Some("Orders"), &["203.0.113.0/24"], Some(60));
    app.suspend("Acme", &key);
    app.alter_key(&key, REVOKED);
    app.alter_key(&key, DISABLED);
    app.clock.advance(chrono::TimeDelta::seconds(60));
    let wrong = async |key: &str| ask(&app, key, "198.51.100.1", "orders:write").await;

    let broken = misspelt(&key.secret);
    assert_eq!(wrong(&broken).await, ("MALFORMED".into(), 401));
    let unknown = keystead::domain::key_text::KeySecret::generate(
        "ks",
        keystead::domain::environment::Environment::Live,
    )
    .unwrap();
    assert_eq!(wrong(unknown.expose()).await, ("NOT_FOUND".into(), 401));
    assert_eq!(wrong(&key.secret).await, ("TENANT_SUSPENDED".into(), 401));
    app.sql("UPDATE tenants SET suspended_at = NULL");
    app.alter_key(&key, "name = 'ERP'");
    assert_eq!(wrong(&key.secret).await, ("REVOKED".into(), 401));
    app.alter_key(&key, "revoked_at = NULL");
    assert_eq!(wrong(&key.secret).await, ("DISABLED".into(), 401));
    app.alter_key(&key, "disabled_at = NULL");
    assert_eq!(wrong(&key.secret).await, ("EXPIRED".into(), 401));
    app.alter_key(&key, "expires_at = NULL");
    assert_eq!(wrong(&key.secret).await, ("IP_DENIED".into(), 401));
    app.alter_key(&key, "ip_allowlist = '198.51.100.1\n127.0.0.1'");
    assert_eq!(wrong(&key.secret).await, ("INSUFFICIENT_SCOPE".into(), 403));
    assert_eq!(
        ask(&app, &key.secret, "198.51.100.1", "orders:read").await,
        ("VALID".into(), 200)
    );
}

#[actix_web::test]
async fn a_key_ends_at_its_very_instant() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(1));
    let code = async || app.stranger().verify(&key.secret).await;
    app.clock.advance(chrono::TimeDelta::microseconds(999_999));
    assert_eq!(code().await, "VALID");
    app.clock.advance(chrono::TimeDelta::microseconds(1));
    assert_eq!(code().await, "EXPIRED");
}

#[actix_web::test]
async fn allowed_addresses_are_compared_in_one_form() {
    let app = App::start().await;
    let list = [
        "10.1.0.0/16",
        "2001:db8::/32",
        "::ffff:192.0.2.7",
        "203.0.113.9",
    ];
    let key = app.issue_with("Acme", "ERP", None, &list, None);
    for (ip, code) in [
        ("10.1.255.255", "VALID"),
        ("10.2.0.0", "IP_DENIED"),
        ("::ffff:10.1.2.3", "VALID"),
        ("192.0.2.7", "VALID"),
        ("192.0.2.8", "IP_DENIED"),
        ("2001:db8:ffff::1", "VALID"),
        ("2001:db9::1", "IP_DENIED"),
        ("64:ff9b::a01:1", "IP_DENIED"),
        ("::10.1.2.3", "IP_DENIED"),
        ("203.0.113.9", "VALID"),
    ] {
        let answer = app
            .asker()
            .post("/api/v1/verify", json!({ "key": key.secret, "ip": ip }))
            .await;
        assert_eq!(answer.json()["code"], code, "{ip}");
    }
    // Who does not say where the caller is gets no benefit of the doubt.
    assert_eq!(app.stranger().verify(&key.secret).await, "IP_DENIED");
}

#[actix_web::test]
async fn scopes_are_matched_on_both_sides_of_the_colon() {
    let app = App::start().await;
    app.add_group("Acme", "Mixed", "orders:* *:list users:read");
    let key = app.issue_with("Acme", "ERP", Some("Mixed"), &[], None);
    for (scope, code) in [
        ("orders:delete", "VALID"),
        ("users:read", "VALID"),
        ("users:write", "INSUFFICIENT_SCOPE"),
        ("plants:list", "VALID"),
        ("Orders:delete", "INSUFFICIENT_SCOPE"),
        ("order:delete", "INSUFFICIENT_SCOPE"),
        ("users:*", "INSUFFICIENT_SCOPE"),
    ] {
        let answer = app
            .asker()
            .post(
                "/api/v1/verify",
                json!({ "key": key.secret, "scope": scope }),
            )
            .await;
        assert_eq!(answer.json()["code"], code, "{scope}");
    }
}

#[actix_web::test]
async fn what_is_taken_from_a_group_is_taken_from_all_of_its_keys() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:*");
    let issue = |name: &str| app.issue_with("Acme", name, Some("Orders"), &[], None);
    let (first, second) = (issue("First"), issue("Second"));
    let other = app.issue("Acme", "Other");
    let write = async |key: &Issued| {
        let question = json!({ "key": key.secret, "scope": "orders:write" });
        let answer = app.asker().post("/api/v1/verify", question).await;
        answer.json()["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(write(&second).await, "VALID");
    app.sql("UPDATE authorization_groups SET scopes = 'orders:read' WHERE name = 'Orders'");
    // Only the first key's row is read because of its own change.
    app.alter_key(&first, "name = 'Renamed'");
    assert_eq!(write(&first).await, "INSUFFICIENT_SCOPE");
    assert_eq!(write(&second).await, "INSUFFICIENT_SCOPE");
    assert_eq!(write(&other).await, "VALID");
}

#[actix_web::test]
async fn refused_answers_are_counted_too_and_do_not_count_as_use() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.alter_key(&key, DISABLED);
    for _ in 0..5 {
        assert_eq!(app.stranger().verify(&key.secret).await, "DISABLED");
    }
    direct::until("five refusals are counted", async || {
        app.number(
            "SELECT CAST(COALESCE(SUM(disabled), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60",
        ) == 5
    })
    .await;
    assert_eq!(app.stored("Acme", &key).last_used_at(), None);
}

#[actix_web::test]
async fn a_thousand_wrong_keys_cost_no_write_and_leave_valid_keys_alone() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let before = app.number("SELECT rev AS n FROM change_head");
    let (system, stranger) = (app.system(&key.secret), app.stranger());
    for number in 0..1_000 {
        let guess = format!("ks_live_{number:038}");
        assert_eq!(stranger.verify(&guess).await, "MALFORMED");
    }
    assert_eq!(system.whoami().await.status, 200);
    assert_eq!(app.number("SELECT rev AS n FROM change_head"), before);
    assert_eq!(app.rows("sign_in_failures"), 0);
}

#[actix_web::test]
async fn a_change_of_a_group_reaches_its_keys_though_the_first_turn_fails() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read orders:write");
    let key = app.issue_with("Acme", "ERP", Some("Orders"), &[], None);
    let ask = async || {
        let question = json!({ "key": key.secret, "scope": "orders:write" });
        app.asker().post("/api/v1/verify", question).await
    };
    assert_eq!(ask().await.json()["code"], "VALID");
    let group = app.group("Acme", "Orders");
    app.sql("UPDATE authorization_groups SET scopes = 'orders:read' WHERE name = 'Orders'");
    // The keys of a group are read together with their tenants.
    app.sql("ALTER TABLE tenants RENAME TO tenants_away");
    app.db
        .write(|conn| append(conn, Item::Group(group.parse()?)))
        .unwrap();
    direct::until("the index is in doubt", async || ask().await.status == 503).await;
    app.sql("ALTER TABLE tenants_away RENAME TO tenants");
    direct::until("the index is certain", async || ask().await.status == 200).await;
    assert_eq!(ask().await.json()["code"], "INSUFFICIENT_SCOPE");
}
