//! The request log: what happened to each request, for those whose keys were used.

use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::*;

/// The ids of the requests on a page, in their order.
pub fn ids(page: &Answer) -> Vec<String> {
    let ids = page.attributes("[id^='request-']", "id").into_iter();
    ids.map(|id| id["request-".len()..].to_owned())
        .filter(|id| id.len() == 32)
        .collect()
}

#[actix_web::test]
async fn each_request_is_listed_with_everything_that_is_known_of_it() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &["203.0.113.0/24"], None);
    let more = json!({
        "method": "DELETE", "path": "/api/orders/7?secret=x", "ip": "203.0.113.9", "scope": "orders:delete",
        "user_agent": "curl/8.1 <b>",
    });
    let (id, code) = app.ask(&key, more).await;
    assert_eq!(code, "INSUFFICIENT_SCOPE");
    app.recorded(1).await;

    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(LOG).await;
    assert_eq!(ids(&page), std::slice::from_ref(&id));
    for text in [
        "Scope missing",
        "INSUFFICIENT_SCOPE",
        "DELETE /api/orders/7",
        "203.0.113.9",
        "orders:delete",
        "curl/8.1 <b>",
        "12:00:00 20 Nov 2026",
    ] {
        page.shows(text);
    }
    page.has("[datetime='2026-11-20T12:00:00Z'][title='20 Nov 2026, 12:00:00.000 UTC']");
    page.has(&format!("[href='/tenant-api-keys/{}']", key.id));
    page.has(&format!("[href='/usage/explanation?request={id}']"));
    page.hides("secret=x");
    page.hides(&key.secret);
    assert_eq!(page.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn what_a_gateway_or_the_api_itself_decided_is_listed_too() {
    let app = App::start().await;
    let key = app.issue_with("Acme", "ERP", Some("Read only"), &[], None);
    let system = app.system(&key.secret);
    let forwarded = system.get("/forward-auth?scope=orders:write").await;
    assert_eq!(forwarded.status, 403);
    let itself = system.whoami().await;
    assert_eq!(itself.status, 200);
    app.recorded(2).await;
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(LOG).await;
    let sent = [itself, forwarded].map(|answer| answer.header("x-request-id").to_owned());
    assert_eq!(ids(&page), sent);
    page.shows("127.0.0.1");
    page.shows("GET /api/v1/auth/whoami");
    page.shows("orders:write");
}

#[actix_web::test]
async fn another_tenant_sees_nothing_of_it() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (id, _) = app.ask(&key, json!({ "path": "/acme" })).await;
    app.recorded(1).await;
    let mut bob = app.sign_in(BOB).await;
    for query in ["", "?live=1", &format!("?before={}", "f".repeat(32))] {
        let page = bob.get(&format!("{LOG}{query}")).await;
        assert_eq!(page.status, 200);
        page.hides(&id);
        page.hides("/acme");
        page.hides(&key.id);
    }
    // Its key is as unknown as one that does not exist.
    let theirs = bob.get(&format!("{LOG}?key={}", key.id)).await;
    let missing = bob.get(&format!("{LOG}?key={MISSING}")).await;
    assert_eq!((theirs.status, missing.status), (422, 422));
    assert_eq!(
        theirs.meaning().1.replace(&key.id, ""),
        missing.meaning().1.replace(MISSING, "")
    );
    bob.htmx = true;
    let rows = bob.get(&format!("{LOG}?live=1&after={id}")).await;
    assert_eq!((rows.status, rows.body.trim()), (200, ""));
    let mut nobody = app.visitor();
    nobody
        .get(LOG)
        .await
        .leads_to("/login?next=%2Fusage%2Frequests");
}

#[actix_web::test]
async fn filters_in_the_url_narrow_the_log() {
    let app = App::start().await;
    let erp = app.issue("Acme", "ERP");
    let old = app.issue("Acme", "Old");
    let accepted = json!({ "method": "GET", "path": "/orders/7", "ip": "203.0.113.7" });
    let (first, _) = app.ask(&erp, accepted).await;
    app.pass(60);
    app.alter_key(&old, "revoked_at = '2026-11-20 12:00:30'");
    let refused = json!({ "method": "POST", "path": "/orders_100%", "ip": "2001:db8::7" });
    let (second, code) = app.ask(&old, refused).await;
    assert_eq!(code, "REVOKED");
    app.recorded(2).await;
    let mut alice = app.sign_in(ALICE).await;
    let both = [second.clone(), first.clone()];
    for (query, expected) in [
        ("", &both[..]),
        (&format!("key={}", erp.id), &both[1..]),
        ("verdict=accepted", &both[1..]),
        ("verdict=refused", &both[..1]),
        ("verdict=REVOKED", &both[..1]),
        ("verdict=EXPIRED", &[]),
        ("method=POST", &both[..1]),
        ("path=/orders", &both[..]),
        ("path=/orders/", &both[1..]),
        ("path=/orders_", &both[..1]),
        ("path=/orders_100%25", &both[..1]),
        ("path=/%25", &[]),
        ("path=/Orders", &[]),
        ("address=203.0.113.7", &both[1..]),
        ("address=2001:db8:0::7", &both[..1]),
        ("address=::ffff:203.0.113.7", &both[1..]),
        ("from=2026-11-20T12:01", &both[..1]),
        ("to=2026-11-20T12:01", &both[1..]),
        ("from=2026-11-20T12:00:00&to=2026-11-20T12:01:01", &both[..]),
        ("from=2026-11-20T12:01:01", &[]),
        ("verdict=refused&method=GET", &[]),
        ("verdict=&method=&path=&address=&from=&to=&key=", &both[..]),
    ] {
        let page = alice.get(&format!("{LOG}?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(ids(&page), expected, "{query}");
        assert_eq!(page.body.contains("No requests match"), expected.is_empty());
    }
}

#[actix_web::test]
async fn a_wrong_filter_is_told_at_its_field_and_nothing_is_lost() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.ask(&key, json!({})).await;
    app.recorded(1).await;
    let mut alice = app.sign_in(ALICE).await;
    for (field, value, message) in [
        ("key", "nonsense", "No key matches."),
        ("verdict", "NOT_FOUND", "Choose a verdict from the list."),
        ("method", "get", "Choose a method from the list."),
        ("path", "orders", "Start with /, such as /api/orders."),
        ("path", "/a?b=c", "Leave out the query"),
        ("address", "300.1.1.1", "Enter one IPv4 or IPv6 address"),
        ("address", "10.0.0.0/8", "Enter one IPv4 or IPv6 address"),
        ("from", "yesterday", "Enter a date and a time in UTC"),
        ("to", "2026-13-01T00:00", "Enter a date and a time in UTC"),
    ] {
        let query = serde_urlencoded::to_string([(field, value), ("verdict", "REVOKED")]);
        let query = query.unwrap();
        let query = if field == "verdict" {
            "verdict=NOT_FOUND"
        } else {
            &query
        };
        let page = alice.get(&format!("{LOG}?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        page.has(&format!("#{field}-error"));
        page.shows(message);
        page.has("[aria-invalid='true']");
        if field != "verdict" {
            assert_eq!(page.field("verdict"), "REVOKED");
        }
        if !["key", "verdict", "method"].contains(&field) {
            assert_eq!(page.field(field), value);
        }
        assert!(ids(&page).is_empty());
    }
    let backwards = "from=2026-11-20T12:00&to=2026-11-20T11:00";
    let page = alice.get(&format!("{LOG}?{backwards}")).await;
    assert_eq!(page.status, 422);
    page.shows("Choose an end that is after the start.");
    assert_eq!(
        alice.get(&format!("{LOG}?before=nonsense")).await.status,
        400
    );
    assert_eq!(
        alice.get(&format!("{LOG}?after=nonsense")).await.status,
        400
    );
}

#[actix_web::test]
async fn a_key_pasted_into_a_filter_is_not_repeated() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    for field in ["key", "path", "address", "from"] {
        let page = alice.get(&format!("{LOG}?{field}={}", key.secret)).await;
        assert_eq!(page.status, 422);
        page.hides(&key.secret);
        page.shows("treat the key as leaked");
    }
}

#[actix_web::test]
async fn htmx_gets_the_filter_and_the_rows_and_the_url_stays_tidy() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (id, _) = app.ask(&key, json!({ "path": "/a" })).await;
    app.recorded(1).await;
    let mut alice = app.sign_in(ALICE).await;
    alice.htmx = true;
    let part = alice
        .get(&format!(
            "{LOG}?key=&verdict=accepted&method=&path=%2Fa&address="
        ))
        .await;
    assert_eq!(ids(&part), [id]);
    part.hides("<!doctype");
    part.has("#request-log");
    assert_eq!(
        part.header("hx-replace-url"),
        "/usage/requests?verdict=accepted&path=%2Fa"
    );
    let wrong = alice.get(&format!("{LOG}?address=x")).await;
    assert_eq!(wrong.status, 422);
    wrong.hides("<!doctype");
    wrong.has("#address-error");
}

#[actix_web::test]
async fn a_look_at_what_came_since_misses_no_request_that_took_its_time() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (slow, _) = app.ask(&key, json!({ "method": "GET" })).await;
    app.pass(9);
    let (newest, _) = app.ask(&key, json!({ "method": "GET" })).await;
    app.ask(&key, json!({ "method": "PUT" })).await;
    app.recorded(3).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(&format!("{LOG}?live=1&method=GET")).await;
    page.has("[data-tail]");
    assert_eq!(page.field("after"), newest);
    page.has("[name='method'][value='GET']");
    alice.htmx = true;
    // The page knows `newest` already; `slow` began before it and may have been written after it.
    let since = format!("{LOG}?live=1&method=GET&after={newest}");
    let rows = alice.get(&since).await;
    assert_eq!(ids(&rows), [newest.clone(), slow]);
    app.pass(30);
    let (later, _) = app.ask(&key, json!({ "method": "GET" })).await;
    app.recorded(4).await;
    let rows = alice.get(&since.replace(&newest, &later)).await;
    assert_eq!(ids(&rows), [later]);
    assert!(!rows.body.contains("<table"), "{}", rows.body);
}

#[actix_web::test]
async fn old_requests_keep_the_name_of_a_key_that_left_the_list() {
    let app = App::start().await;
    let key = app.issue("Acme", "Leaked key");
    app.ask(&key, json!({})).await;
    app.alter_key(
        &key,
        "revoked_at = '2026-11-20 12:00:30', deleted_at = '2026-11-20 12:00:40'",
    );
    app.recorded(1).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(&format!("{LOG}?key={}", key.id)).await;
    page.shows("Leaked key");
    page.lacks(&format!("[href='/tenant-api-keys/{}']", key.id));
    assert_eq!(ids(&page).len(), 1);
}

#[actix_web::test]
async fn an_empty_log_says_what_will_be_here() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(LOG).await.shows("No requests yet");
    alice
        .get(&format!("{LOG}?live=1"))
        .await
        .shows("Waiting for requests");
    alice
        .get("/tenant-api-keys")
        .await
        .has("[href='/usage/requests']");
}
