//! A tenant asks for a higher limit.

use crate::support::*;

const ASK: &str = "/tenant-api-keys/limit-request";
const WITHDRAW: &str = "/tenant-api-keys/limit-request/withdrawal";

#[actix_web::test]
async fn at_the_limit_the_button_leads_to_a_request() {
    let app = App::start().await;
    app.set_limit("Acme", 1);
    app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    let list = alice.get("/tenant-api-keys").await;
    list.shows("Request a higher limit");
    list.hides("/tenant-api-keys/new");
    alice
        .get("/tenant-api-keys/new")
        .await
        .has(&format!("[href='{ASK}']"));
    let fields = [("limit", "25"), ("reason", "Two <more> plants")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    app.clock.advance(chrono::TimeDelta::minutes(5));
    let page = alice.get(ASK).await;
    page.shows("Waiting for an answer.");
    page.shows("25 keys, requested");
    page.shows("5 min ago");
    page.shows("by alice@acme.test");
    page.shows("Two <more> plants");
    page.shows("25 keys requested");
    alice
        .get("/tenant-api-keys")
        .await
        .shows("More keys were requested 5 min ago; waiting.");
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.requested' \
               AND actor_name = 'alice@acme.test' AND detail LIKE '%\"before\":1,\"limit\":25%' \
               AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(row), 1);
    app.sign_in(BOB).await.get(ASK).await.hides("plants");
}

#[actix_web::test]
async fn a_second_request_changes_the_first_and_the_same_again_leaves_no_trace() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (limit, reason, events) in [
        ("25", "Plants", 1),
        ("25", " Plants ", 1),
        ("30", "Plants", 2),
        ("30", "More plants", 3),
    ] {
        let fields = [("limit", limit), ("reason", reason)];
        alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
        assert_eq!(app.rows("limit_requests"), 1);
        let asked = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.requested'";
        assert_eq!(app.number(asked), events, "{limit} {reason}");
    }
    alice.get(ASK).await.has("[value='30']");
    alice.submit(ASK, WITHDRAW, &[]).await.leads_to(ASK);
    let page = alice.get(ASK).await;
    page.shows("Request for 30 keys withdrawn");
    page.hides("Waiting for an answer");
    let csrf = alice.token(ASK).await;
    let again = alice.post(WITHDRAW, &[("csrf", &csrf)]).await;
    assert_eq!(again.status, 409);
    again.shows("no longer open");
    let fields = [("limit", "40"), ("reason", "After all")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    assert_eq!(app.rows("limit_requests"), 2);
    let open = "SELECT count(*) AS n FROM limit_requests WHERE closed_at IS NULL AND wanted = 40";
    assert_eq!(app.number(open), 1);
}

#[actix_web::test]
async fn what_is_wrong_is_told_at_its_field_and_asks_for_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Globex", "Leaked").secret;
    let long = "x".repeat(501);
    for (limit, reason, field) in [
        ("", "Plants", "limit"),
        ("10", "Plants", "limit"),
        ("9", "Plants", "limit"),
        ("many", "Plants", "limit"),
        ("1000001", "Plants", "limit"),
        ("25", " ", "reason"),
        ("25", &long, "reason"),
        ("25", &key, "reason"),
    ] {
        let fields = [("limit", limit), ("reason", reason)];
        let answer = alice.submit(ASK, ASK, &fields).await;
        assert_eq!(answer.status, 422, "{limit} {reason}");
        answer.has(&format!("#{field}-error"));
        answer.has(&format!("[value='{limit}']"));
    }
    assert_eq!(app.rows("limit_requests"), 0);
    app.set_limit("Acme", 1_000_000);
    let fields = [("limit", "1000000"), ("reason", "All of them")];
    assert_eq!(alice.submit(ASK, ASK, &fields).await.status, 409);
    assert_eq!(app.rows("limit_requests"), 0);
}

#[actix_web::test]
async fn a_viewer_reads_the_history_and_cannot_ask() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("limit", "25"), ("reason", "Plants")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(ASK).await;
    page.shows("25 keys requested");
    page.hides("Send request");
    page.hides("Withdraw");
    let csrf = vera.token("/tenant-api-keys").await;
    for (path, fields) in [
        (
            ASK,
            &[("csrf", &*csrf), ("limit", "30"), ("reason", "x")][..],
        ),
        (WITHDRAW, &[("csrf", &csrf)]),
    ] {
        assert_eq!(vera.post(path, fields).await.status, 403, "{path}");
    }
    let open = "SELECT count(*) AS n FROM limit_requests WHERE closed_at IS NULL AND wanted = 25";
    assert_eq!(app.number(open), 1);
}

#[actix_web::test]
async fn twenty_requests_at_once_are_one() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let csrf = alice.token(ASK).await;
    let tries: Vec<_> = (0..20)
        .map(|number| {
            let (mut alice, csrf) = (alice.clone(), csrf.clone());
            actix_web::rt::spawn(async move {
                let limit = (20 + number).to_string();
                let fields = [("csrf", &*csrf), ("limit", &limit), ("reason", "Plants")];
                alice.post(ASK, &fields).await.status
            })
        })
        .collect();
    for attempt in tries {
        assert_eq!(attempt.await.unwrap(), 303);
    }
    assert_eq!(app.rows("limit_requests"), 1);
}

#[actix_web::test]
async fn a_page_that_waits_hears_of_the_answer_alone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("limit", "25"), ("reason", "Plants")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    alice.get(ASK).await.has("[data-waiting]");
    alice.htmx = true;
    // Nothing new: what is being typed stays.
    assert_eq!(alice.get(ASK).await.status, 204);
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let fields = [
        ("shown", "10"),
        ("limit", "20"),
        ("reason", "Twenty for now"),
    ];
    sam.decide(&page, &fields)
        .await
        .leads_to("/support/tenants");
    let part = alice.get(ASK).await;
    assert_eq!(part.status, 200);
    part.has("body > #limit-state");
    assert!(part.is_part());
    part.shows("Limit changed from 10 to 20");
    part.shows("Twenty for now");
    part.hides("data-waiting");
}
