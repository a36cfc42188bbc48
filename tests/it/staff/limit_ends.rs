//! Support raises a limit until an end, and it falls back by itself.

use chrono::TimeDelta;
use keystead::background::limit_ends::finish_due;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";
const TENANTS: &str = "/support/tenants?sort=name";

/// Sends the form of the limit as it is shown, with another limit and end.
pub async fn raise(app: &App, sam: &mut Person, limit: &str, until: &str) -> Answer {
    let page = app.limit_page("Acme");
    let form = sam.get(&page).await;
    let [csrf, shown, end] = ["csrf", "shown", "shown_end"].map(|name| form.field(name));
    let fields = [
        ("csrf", &*csrf),
        ("shown", &shown),
        ("shown_end", &end),
        ("limit", limit),
        ("until", until),
        ("reason", "For the fair"),
    ];
    sam.post(&page, &fields).await
}

#[actix_web::test]
async fn both_sides_are_told_before_and_after_a_limit_falls_back_by_itself() {
    let app = App::start().await;
    app.set_limit("Acme", 2);
    let admin = app.issue("Acme", "ERP");
    let system = app.system(&admin.secret);
    let mut sam = app.sam().await;
    let end = "2026-12-04 18:00";
    raise(&app, &mut sam, "5", end)
        .await
        .leads_to("/support/tenants");
    let words = "until 4 December 2026, 18:00 UTC, then 2";
    sam.get(TENANTS).await.shows(words);
    sam.get(&app.limit_page("Acme"))
        .await
        .has(&format!("[value='{end}']"));
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(KEYS).await;
    page.shows(&format!("1 of 5 keys {words}"));
    page.shows(&format!("Limit changed from 2 to 5 {words}"));
    page.hides("The limit is 5");
    for number in 2..=5 {
        assert_eq!(system.create(&format!("Key {number}")).await.status, 201);
    }
    // A day before.
    app.clock.advance(TimeDelta::days(13) + TimeDelta::hours(6));
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    for person in [&mut alice, &mut vera] {
        person
            .get(KEYS)
            .await
            .shows(&format!("The limit is 5 {words}"));
    }
    let mut sam = app.sign_in(SAM).await;
    sam.get(TENANTS).await.has(".c-quota small.wants");
    assert_eq!(app.limit_of("Acme"), 5);
    // At the end, whether or not the job was there already.
    app.clock.advance(TimeDelta::days(1));
    let refused = system.create("One more").await;
    refused.problem(409);
    assert!(refused.body.contains("its limit of 2 API keys"));
    direct::until("the limit falls back", async || app.limit_of("Acme") == 2).await;
    let row = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.ended' AND actor_kind = 'system' \
               AND detail LIKE '%\"before\":5,\"limit\":2%' AND tenant_id = (SELECT id FROM tenants WHERE name = 'Acme')";
    assert_eq!(app.number(row), 1);
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(KEYS).await;
    page.shows("5 of 2 keys");
    page.shows("Limit fell back from 5 to 2");
    page.shows("by Keystead");
    let mut sam = app.sign_in(SAM).await;
    sam.get(TENANTS).await.shows("fell back just now");
    sam.get(&app.limit_page("Acme"))
        .await
        .shows("Limit fell back from 5 to 2");
    // Nothing is revoked.
    let live =
        "SELECT count(*) AS n FROM api_keys WHERE revoked_at IS NULL AND disabled_at IS NULL";
    assert_eq!(app.number(live), 5);
    assert_eq!(app.stranger().verify(&admin.secret).await, "VALID");
}

#[actix_web::test]
async fn another_limit_takes_the_place_of_the_end() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let fell = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.ended'";
    raise(&app, &mut sam, "50", "2026-12-01").await;
    // It falls back to what there was before both.
    raise(&app, &mut sam, "40", "2026-12-02").await;
    sam.get(TENANTS)
        .await
        .shows("until 2 December 2026, then 10");
    // The same limit, with another end, or none.
    raise(&app, &mut sam, "40", "2026-12-03").await;
    sam.get(TENANTS)
        .await
        .shows("until 3 December 2026, then 10");
    let same = raise(&app, &mut sam, "40", "2026-12-03").await;
    assert_eq!(same.status, 422);
    same.shows("The limit is 40 already");
    for (limit, until) in [
        ("40", "2026-11-20 12:00"),
        ("40", "2026-11-19"),
        ("40", "2040-01-01"),
        ("40", "soon"),
        ("10", "2026-12-05"),
        ("8", "2026-12-05"),
    ] {
        let answer = raise(&app, &mut sam, limit, until).await;
        assert_eq!(answer.status, 422, "{limit} {until}");
        answer.has("#until-error");
        answer.has(&format!("#until[value='{until}']"));
    }
    // Who asks may ask to keep what there is for a while.
    let mut alice = app.sign_in(ALICE).await;
    let ask = "/tenant-api-keys/limit-request";
    alice
        .get(ask)
        .await
        .shows("More than 10, which is what the limit falls back to");
    let fields = [("limit", "40"), ("reason", "It stays like that")];
    alice.submit(ask, ask, &fields).await.leads_to(ask);
    alice
        .submit(ask, "/tenant-api-keys/limit-request/withdrawal", &[])
        .await;
    // Whoever read another end than there is now is shown it.
    let page = app.limit_page("Acme");
    let csrf = sam.token(&page).await;
    let stale = [
        ("csrf", &*csrf),
        ("shown", "40"),
        ("limit", "60"),
        ("reason", "x"),
    ];
    let answer = sam.post(&page, &stale).await;
    assert_eq!(answer.status, 409);
    assert_eq!(app.limit_of("Acme"), 40);
    // A limit that lasts ends by nothing.
    raise(&app, &mut sam, "40", "")
        .await
        .leads_to("/support/tenants");
    app.clock.advance(TimeDelta::days(30));
    assert_eq!(finish_due(&app.db, app.clock.now()).unwrap(), 0);
    assert_eq!((app.limit_of("Acme"), app.number(fell)), (40, 0));
}

#[actix_web::test]
async fn of_many_servers_that_come_back_one_lets_the_limit_fall() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    raise(&app, &mut sam, "50", "2026-12-01").await;
    // The server of this test stands still in time: it is not its job that does it.
    let late = app.clock.now() + TimeDelta::days(300);
    let servers: Vec<_> = (0..8)
        .map(|_| {
            let db = app.db.clone();
            std::thread::spawn(move || finish_due(&db, late).unwrap())
        })
        .collect();
    let finished: usize = servers.into_iter().map(|one| one.join().unwrap()).sum();
    assert_eq!((finished, app.limit_of("Acme")), (1, 10));
    let fell = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.ended'";
    assert_eq!(app.number(fell), 1);
}
