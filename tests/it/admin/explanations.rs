//! Why a request was let through or refused.

use keystead::db::change_log;
use keystead::domain::verdict::Code;
use keystead::verify::checks::CHECKS;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::Answer;
use crate::support::*;

fn page_of(id: &str) -> String {
    format!("/usage/explanation?request={id}")
}

/// The outcomes of the checks, in their order.
fn outcomes(page: &Answer) -> Vec<String> {
    page.words_of(".outcome")
}

/// Asks about a key and gives the page that explains the answer, and the answer.
async fn explained(app: &App, key: &Issued, question: serde_json::Value) -> (Answer, String) {
    let before = app.rows("request_records");
    let (id, code) = app.ask(key, question).await;
    app.recorded(before + 1).await;
    let mut vera = app.sign_in(VERA).await;
    (vera.get(&page_of(&id)).await, code)
}

#[actix_web::test]
async fn the_failed_check_says_what_was_found_and_what_would_have_passed() {
    let app = App::start().await;
    let lists = ["10.0.0.0/8", "192.0.2.7"];
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &lists, Some(3_600));
    let outside = json!({ "ip": "203.0.113.9", "scope": "orders:read" });
    let (page, code) = explained(&app, &key, outside).await;
    assert_eq!((page.status, code.as_str()), (200, "IP_DENIED"));
    page.shows("203.0.113.9, which is not in 10.0.0.0/8, 192.0.2.7.");
    page.shows("What would have passed:");
    assert_eq!(
        outcomes(&page),
        [
            "Passed",
            "Passed",
            "Passed",
            "Passed",
            "Failed",
            "Not reached",
            "Not reached"
        ]
    );
    page.hides(&key.secret);

    let writing = json!({ "ip": "10.1.2.3", "scope": "orders:write" });
    let (page, code) = explained(&app, &key, writing).await;
    assert_eq!(code, "INSUFFICIENT_SCOPE");
    page.shows("orders:write was asked for; the group Read only grants *:read.");
    assert_eq!(outcomes(&page)[5], "Failed");
}

#[actix_web::test]
async fn the_project_of_that_moment_is_named_after_the_key_has_left_it() {
    let app = App::start().await;
    let shop = app.add_project("Acme", "Shop");
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let keys = "/api/v1/auth/api-keys";
    let made = admin
        .post(keys, json!({ "name": "Till", "project": shop }))
        .await
        .json();
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    let till = Issued {
        id: text("id"),
        secret: text("key"),
    };
    let (id, _) = app.ask(&till, json!({})).await;
    // What the admin does is recorded as well.
    app.recorded(2).await;
    let path = format!("{keys}/{}", till.id);
    let freed = admin.request(reqwest::Method::PATCH, &path);
    let freed = Answer::of(freed.json(&json!({ "project": null }))).await;
    assert_eq!(freed.status, 200, "{}", freed.body);
    app.recorded(3).await;
    let mut vera = app.sign_in(VERA).await;
    vera.get(&page_of(&id)).await.shows("Project then Shop");
    let (now, _) = explained(&app, &till, json!({})).await;
    now.hides("Project then");
}

#[actix_web::test]
async fn checks_are_explained_in_the_order_in_which_they_are_made() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read");
    let key = app.issue_with("Acme", "ERP", Some("Orders"), &["203.0.113.0/24"], None);
    let slow = "rate_limit_requests = 1, rate_limit_period = 'minute', rate_limit_burst = 1";
    app.alter_key(&key, slow);
    let good = json!({ "ip": "203.0.113.9", "scope": "orders:read" });
    assert_eq!(app.ask(&key, good).await.1, "VALID");
    // Everything is wrong with this key now; then one thing after the other is put right.
    let past = "'2026-11-20 11:00:00'";
    app.alter_key(
        &key,
        &format!("revoked_at = {past}, disabled_at = {past}, expires_at = {past}"),
    );
    app.suspend("Acme", &key);
    let groups = "UPDATE authorization_groups SET scopes = '*:*' WHERE name = 'Orders'";
    let repairs = [
        ("UPDATE tenants SET suspended_at = NULL", "name = 'ERP'"),
        ("SELECT 1", "revoked_at = NULL"),
        ("SELECT 1", "disabled_at = NULL"),
        ("SELECT 1", "expires_at = NULL"),
        ("SELECT 1", "ip_allowlist = ''"),
        (groups, "name = 'ERP'"),
    ];
    let wrong = json!({ "ip": "198.51.100.1", "scope": "orders:write" });
    let mut asked = vec![app.ask(&key, wrong.clone()).await];
    for (of_others, of_key) in repairs {
        app.sql(of_others);
        app.alter_key(&key, of_key);
        asked.push(app.ask(&key, wrong.clone()).await);
    }
    app.recorded(1 + i64::try_from(asked.len()).unwrap()).await;
    let codes: Vec<&str> = asked.iter().map(|(_, code)| code.as_str()).collect();
    let listed: Vec<&str> = Code::refusals().map(Code::as_str).collect();
    assert_eq!(codes, listed);
    let mut vera = app.sign_in(VERA).await;
    for (place, (id, code)) in asked.iter().enumerate() {
        let page = vera.get(&page_of(id)).await;
        let mut expected = vec!["Not reached"; CHECKS.len()];
        expected[..place].fill("Passed");
        expected[place] = "Failed";
        assert_eq!(outcomes(&page), expected, "{code}");
        let question = page.text_of(".check-failed strong");
        assert_eq!(question, CHECKS[place].question);
        assert_eq!(CHECKS[place].code.as_str(), code);
    }
}

#[actix_web::test]
async fn a_long_allowlist_is_told_in_short() {
    let app = App::start().await;
    let lists: Vec<String> = (1..=9).map(|n| format!("10.{n}.0.0/16")).collect();
    let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
    let key = app.issue_with("Acme", "ERP", None, &lists, None);
    let (page, _) = explained(&app, &key, json!({ "ip": "203.0.113.9" })).await;
    page.shows(
        "not in 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16, 10.5.0.0/16 and 4 more.",
    );
    page.shows("or the address added to the key");
    page.hides("10.6.0.0");
}

#[actix_web::test]
async fn a_request_that_passed_is_explained_too() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let more = json!({ "method": "GET", "path": "/a", "user_agent": "<script>", "scope": "a:b" });
    let (page, code) = explained(&app, &key, more).await;
    assert_eq!(code, "VALID");
    assert_eq!(outcomes(&page), ["Passed"; CHECKS.len()]);
    page.shows("Every check passed.");
    page.shows("GET /a");
    page.shows("<script>");
    page.has(&format!("[href='/tenant-api-keys/{}']", key.id));
}

#[actix_web::test]
async fn a_request_is_explained_by_what_the_key_was_like_then() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (id, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "VALID");
    let mut alice = app.sign_in(ALICE).await;
    let revoke = key.page("revocation");
    alice
        .submit(&revoke, &revoke, &[("last4", key.last4())])
        .await
        .leads_to("/tenant-api-keys");
    let (refused, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "REVOKED");
    app.recorded(2).await;
    let then = alice.get(&page_of(&id)).await;
    assert_eq!(outcomes(&then), ["Passed"; CHECKS.len()]);
    let now = alice.get(&page_of(&refused)).await;
    assert_eq!(outcomes(&now)[..3], ["Passed", "Failed", "Not reached"]);
    now.shows("It was revoked since");
    for page in [then, now] {
        page.hides("no longer known");
    }
}

#[actix_web::test]
async fn a_change_that_came_second_and_said_nothing_hides_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    // As when two people change a key at once, and the second finds nothing left to do.
    let note = |conn: &mut _| change_log::append(conn, change_log::Item::Key(key.id.parse()?));
    let empty = app.db.write(note).unwrap();
    let (id, code) = app.ask(&key, json!({})).await;
    assert_eq!(code, "VALID");
    app.recorded(1).await;
    app.sql(&format!("UPDATE request_records SET rev = {empty}"));
    let mut alice = app.sign_in(ALICE).await;
    let revoke = key.page("revocation");
    alice
        .submit(&revoke, &revoke, &[("last4", key.last4())])
        .await
        .leads_to("/tenant-api-keys");
    let then = alice.get(&page_of(&id)).await;
    assert_eq!(outcomes(&then), ["Passed"; CHECKS.len()]);
    then.hides("no longer known");
}

#[actix_web::test]
async fn unknown_and_mistyped_keys_are_explained_by_their_code_alone() {
    let app = App::start().await;
    let elsewhere = App::start().await.issue("Acme", "Elsewhere");
    let mistyped = Issued {
        id: String::new(),
        secret: "ks_live_nonsense".into(),
    };
    let mut bob = app.sign_in(BOB).await;
    for (key, code, words) in [
        (&elsewhere, "NOT_FOUND", "no such key exists here"),
        (&mistyped, "MALFORMED", "does not have the form of a key"),
    ] {
        let question = json!({ "ip": "203.0.113.9", "path": "/x/y" });
        let (id, said) = app.ask(key, question).await;
        assert_eq!(said, code);
        let page = bob.get(&page_of(&id)).await;
        assert_eq!(page.status, 200);
        page.shows(code);
        page.shows(words);
        for text in ["203.0.113.9", "/x/y", &key.secret] {
            page.hides(text);
        }
    }
    assert_eq!(app.rows("request_records"), 0);
}

#[actix_web::test]
async fn another_tenants_request_looks_like_one_that_never_was() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (id, _) = app.ask(&key, json!({})).await;
    app.recorded(1).await;
    let mut bob = app.sign_in(BOB).await;
    let missing = "0199".repeat(8);
    let (theirs, none) = (
        bob.get(&page_of(&id)).await,
        bob.get(&page_of(&missing)).await,
    );
    assert_eq!(theirs.status, 404);
    assert_eq!(
        theirs.meaning().1.replace(&id, ""),
        none.meaning().1.replace(&missing, "")
    );
    assert_eq!(none.status, 404);
    none.shows("No request with this id is known.");
}

#[actix_web::test]
async fn what_is_no_request_id_is_told_at_the_field() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get("/usage/explanation").await;
    assert_eq!(page.status, 200);
    page.hides("request-error");
    let page = vera.get(&page_of("hello%3Cb%3E")).await;
    assert_eq!(page.status, 422);
    page.has("[value='hello<b>']");
    page.shows("A request id has 32 characters");
    let page = vera.get(&page_of(&key.secret)).await;
    assert_eq!(page.status, 422);
    page.hides(&key.secret);
    page.shows("treat the key as leaked");

    // Copied with blanks or in capitals it is still the same id.
    let (id, _) = app.ask(&key, json!({})).await;
    app.recorded(1).await;
    let page = vera
        .get(&page_of(&format!("%20{}%20", id.to_uppercase())))
        .await;
    assert_eq!(page.status, 200);
    page.shows("Every check passed.");
    assert_eq!(app.visitor().get(&page_of(&id)).await.status, 303);
}

#[actix_web::test]
async fn what_keysteads_own_api_refuses_for_a_scope_is_explained_by_it() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let answer = app.system(&key.secret).create("Child").await;
    assert_eq!(
        answer.problem(403)["detail"],
        "This key lacks the scope api-keys:write."
    );
    app.recorded(1).await;
    let id = answer.header("x-request-id").to_owned();
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(&page_of(&id)).await;
    page.shows("api-keys:write was asked for; the group Read only grants *:read.");
    assert_eq!(outcomes(&page)[5], "Failed");
}
