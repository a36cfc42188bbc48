//! Support changes the limit of a tenant, or says no.

use crate::support::*;

const ASK: &str = "/tenant-api-keys/limit-request";

fn input<'a>(shown: &'a str, limit: &'a str, reason: &'a str) -> [(&'a str, &'a str); 3] {
    [("shown", shown), ("limit", limit), ("reason", reason)]
}

#[actix_web::test]
async fn a_raised_limit_holds_on_the_next_request_and_both_sides_read_why() {
    let app = App::start().await;
    app.set_limit("Acme", 1);
    let admin = app.issue("Acme", "ERP");
    let system = app.system(&admin.secret);
    system.create("CRM").await.problem(409);
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("limit", "25"), ("reason", "Two more <plants>")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let form = sam.get(&page).await;
    form.shows("Two more <plants>");
    form.has("[value='25']");
    sam.decide(&page, &input("1", " 30 ", "Agreed\nby phone"))
        .await
        .leads_to("/support/tenants");
    assert_eq!(app.limit_of("Acme"), 30);
    assert_eq!(system.create("CRM").await.status, 201);
    sam.get("/support/tenants")
        .await
        .shows("Acme may have 30 keys now.");

    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.changed' AND actor_kind = 'support' \
               AND actor_name = 'Sam Stone' AND object_kind = 'tenant' AND detail LIKE '%\"before\":1,\"limit\":30,%' \
               AND detail LIKE '%by phone%' AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(row), 1);
    let closed = "SELECT count(*) AS n FROM limit_requests WHERE outcome = 'granted' AND closed_at IS NOT NULL";
    assert_eq!(app.number(closed), 1);
    let mut vera = app.sign_in(VERA).await;
    let theirs = [
        alice.get("/tenant-api-keys").await,
        vera.get("/tenant-api-keys").await,
        alice.get(ASK).await,
        sam.get(&page).await,
    ];
    for page in theirs {
        page.shows("Limit changed from 1 to 30");
        page.shows("Sam Stone, support");
        page.shows("Agreed by phone");
    }
    app.sign_in(BOB)
        .await
        .get("/tenant-api-keys")
        .await
        .hides("Sam Stone");
    // The note leaves after a week; the history stays.
    app.clock.advance(chrono::TimeDelta::days(7));
    let mut alice = app.sign_in(ALICE).await;
    alice.get("/tenant-api-keys").await.hides("Limit changed");
    alice.get(ASK).await.shows("Limit changed from 1 to 30");
}

#[actix_web::test]
async fn what_is_wrong_is_told_at_its_field_and_changes_nothing() {
    let app = App::start().await;
    for number in 1..=3 {
        app.issue("Acme", &format!("Key {number}"));
    }
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let before = app.audit_rows();
    let long = "x".repeat(501);
    let secret = app.issue("Globex", "Leaked").secret;
    for (limit, reason, field) in [
        ("", "Agreed", "limit"),
        ("2", "Agreed", "limit"),
        ("0", "Agreed", "limit"),
        ("-5", "Agreed", "limit"),
        ("+50", "Agreed", "limit"),
        ("1e3", "Agreed", "limit"),
        ("12.5", "Agreed", "limit"),
        ("1000001", "Agreed", "limit"),
        ("99999999999999999999", "Agreed", "limit"),
        ("10", "Agreed", "limit"),
        ("fifty", "Agreed", "limit"),
        ("50", "", "reason"),
        ("50", "  \n ", "reason"),
        ("50", &long, "reason"),
        ("50", "a\u{202e}b", "reason"),
        ("50", &secret, "reason"),
    ] {
        for htmx in [false, true] {
            let csrf = sam.token(&page).await;
            sam.htmx = htmx;
            let fields = [&[("csrf", &*csrf)], &input("10", limit, reason)[..]].concat();
            let answer = sam.post(&page, &fields).await;
            sam.htmx = false;
            assert_eq!(answer.status, 422, "{limit} {reason}");
            answer.has(&format!("#{field}-error"));
            assert_eq!(answer.is_part(), htmx);
            if field == "reason" {
                answer.has("[value='50']");
            } else {
                answer.shows("Agreed");
            }
        }
    }
    let csrf = sam.token(&page).await;
    for fields in [
        &[("csrf", &*csrf), ("limit", "50"), ("reason", "x")][..],
        &[
            ("csrf", &csrf),
            ("shown", "x"),
            ("limit", "50"),
            ("reason", "x"),
        ],
        &[
            ("csrf", &csrf),
            ("shown", "10"),
            ("limit", "50"),
            ("reason", "x"),
            ("plan", "x"),
        ],
    ] {
        assert_eq!(sam.post(&page, fields).await.status, 422);
    }
    assert_eq!(app.limit_of("Acme"), 10);
    // One key and one sign-in.
    assert_eq!(app.audit_rows(), before + 1);
    for id in [MISSING, "nothing"] {
        let path = format!("/support/tenants/{id}/limit");
        assert_eq!(sam.get(&path).await.status, 404);
        let fields = [&[("csrf", &*csrf)], &input("10", "50", "x")[..]].concat();
        assert_eq!(sam.post(&path, &fields).await.status, 404);
    }
    // What is in use is the least.
    sam.submit(&page, &page, &input("10", "3", "Fewer"))
        .await
        .leads_to("/support/tenants");
    assert_eq!(app.limit_of("Acme"), 3);
}

#[actix_web::test]
async fn a_limit_that_somebody_else_changed_meanwhile_is_shown_instead() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let csrf = sam.token(&page).await;
    app.set_limit("Acme", 15);
    for htmx in [false, true] {
        sam.htmx = htmx;
        let fields = [&[("csrf", &*csrf)], &input("10", "25", "Agreed <x>")[..]].concat();
        let answer = sam.post(&page, &fields).await;
        assert_eq!(answer.status, 409);
        answer.shows("it was 10 and is 15 now");
        assert_eq!(answer.field("shown"), "15");
        answer.has("[value='25']");
        answer.shows("Agreed <x>");
        assert_eq!(answer.is_part(), htmx);
        assert_eq!(app.limit_of("Acme"), 15);
    }
    // The form as it came back can be sent.
    let fields = [&[("csrf", &*csrf)], &input("15", "25", "Agreed")[..]].concat();
    let row = sam.post(&page, &fields).await;
    assert_eq!(row.status, 200);
    row.has("tr[id^='tenant-']");
    assert!(row.is_part());
    row.shows("0 / 25");
    assert!(
        row.header("hx-trigger")
            .contains("Acme may have 25 keys now.")
    );
}

#[actix_web::test]
async fn of_fifty_decisions_at_once_exactly_one_is_taken() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let csrf = sam.token(&page).await;
    let tries: Vec<_> = (0..50)
        .map(|number| {
            let (mut sam, csrf, page) = (sam.clone(), csrf.clone(), page.clone());
            actix_web::rt::spawn(async move {
                let limit = (20 + number).to_string();
                let fields = [&[("csrf", &*csrf)], &input("10", &limit, "Agreed")[..]].concat();
                sam.post(&page, &fields).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in tries {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (303, &[409; 49][..]));
    let changes = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.changed'";
    assert_eq!(app.number(changes), 1);
}

#[actix_web::test]
async fn a_lower_limit_and_new_keys_at_the_same_moment_never_leave_too_many() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    for round in 0..8 {
        let limit = app.limit_of("Acme").to_string();
        let used = app.number("SELECT count(*) AS n FROM api_keys");
        let csrf = sam.token(&page).await;
        let (mut other, path, used) = (sam.clone(), page.clone(), used.to_string());
        let lower = actix_web::rt::spawn(async move {
            let fields = [&[("csrf", &*csrf)], &input(&limit, &used, "Fewer")[..]].concat();
            other.post(&path, &fields).await.status
        });
        let (system, name) = (app.system(&admin.secret), format!("Round {round}"));
        let (made, lowered) = (system.create(&name).await.status, lower.await.unwrap());
        let (keys, most) = (
            app.number("SELECT count(*) AS n FROM api_keys"),
            app.limit_of("Acme"),
        );
        assert!(keys <= most, "{keys} keys of {most}: {made} {lowered}");
        app.set_limit("Acme", 10 + round);
    }
}

#[actix_web::test]
async fn a_declined_request_tells_the_tenant_why() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    let page = app.refusal_page("Acme");
    assert_eq!(sam.get(&page).await.status, 404);
    let fields = [("limit", "500"), ("reason", "Just in case")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    sam.get(&page)
        .await
        .shows("alice@acme.test asked for 500 keys");
    for htmx in [false, true] {
        sam.htmx = htmx;
        let answer = sam.decide(&page, &[("reason", " ")]).await;
        sam.htmx = false;
        assert_eq!(answer.status, 422);
        answer.has("#reason-error");
    }
    let (csrf, asked) = (sam.token(&page).await, app.request_version("Acme"));
    let fields = [
        ("csrf", &*csrf),
        ("asked", &asked),
        ("reason", "Delete the 9 unused ones first"),
    ];
    sam.post(&page, &fields).await.leads_to("/support/tenants");
    assert_eq!(app.limit_of("Acme"), 10);
    let told = alice.get("/tenant-api-keys").await;
    told.shows("Request for 500 keys declined");
    told.shows("Delete the 9 unused ones first");
    told.shows("Sam Stone, support");
    // There is nothing left to decline.
    let again = sam.post(&page, &fields).await;
    assert_eq!(again.status, 409);
    again.shows("no longer open");
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.declined'";
    assert_eq!(app.number(rows), 1);
    // Whoever asks again is no longer told of the last answer.
    let fields = [("limit", "20"), ("reason", "Now really")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    alice.get("/tenant-api-keys").await.hides("declined");
}

#[actix_web::test]
async fn a_request_that_the_tenant_changed_meanwhile_is_read_again_before_it_is_answered() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut sam = app.sam().await;
    let pages = [app.limit_page("Acme"), app.refusal_page("Acme")];
    let mut seen = String::new();
    let csrf = sam.token("/support/tenants").await;
    // Another number, another reason, and at last none of it any more.
    for (number, (limit, reason)) in [("20", "Plants"), ("500", "Plants"), ("500", "Two <ports>")]
        .into_iter()
        .enumerate()
    {
        let before = std::mem::take(&mut seen);
        let ask = [("limit", limit), ("reason", reason)];
        alice.submit(ASK, ASK, &ask).await.leads_to(ASK);
        seen = app.request_version("Acme");
        if number == 0 {
            continue;
        }
        for (page, htmx) in pages.iter().flat_map(|page| [(page, false), (page, true)]) {
            sam.htmx = htmx;
            let own = [
                ("csrf", &*csrf),
                ("asked", &before),
                ("reason", "Agreed <x>"),
            ];
            let raise = [("shown", "10"), ("limit", "30")];
            let raise = if page == &pages[0] { &raise[..] } else { &[] };
            let answer = sam.post(page, &[&own, raise].concat()).await;
            assert_eq!(answer.status, 409, "{page}");
            answer.shows("The tenant changed its request meanwhile");
            assert_eq!(answer.field("asked"), seen);
            answer.shows("500");
            answer.shows(reason);
            answer.shows("Agreed <x>");
            assert_eq!(answer.is_part(), htmx);
        }
    }
    alice
        .submit(ASK, "/tenant-api-keys/limit-request/withdrawal", &[])
        .await;
    sam.htmx = false;
    let late = [
        &[("csrf", &*csrf), ("asked", &*seen)],
        &input("10", "500", "Agreed")[..],
    ]
    .concat();
    let answer = sam.post(&pages[0], &late).await;
    assert_eq!(answer.status, 409);
    answer.shows("request is no longer open");
    assert_eq!(app.limit_of("Acme"), 10);
    let decided = "SELECT count(*) AS n FROM audit_events WHERE action IN ('limit.changed', 'limit.declined')";
    assert_eq!(app.number(decided), 0);
    // The form as it came back can be sent.
    sam.decide(&pages[0], &input("10", "30", "Agreed"))
        .await
        .leads_to("/support/tenants");
    assert_eq!(app.limit_of("Acme"), 30);
}
