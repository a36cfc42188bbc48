//! A tenant without integrations reads what they are, and asks for them.

use crate::support::*;

const HERE: &str = "/integrations";
const ASK: &str = "/integrations/access-request";
const WITHDRAW: &str = "/integrations/access-request/withdrawal";

#[actix_web::test]
async fn the_page_tells_why_it_is_locked_until_it_is_not() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    alice
        .get("/tenant-api-keys")
        .await
        .has(&format!("nav a[href='{HERE}']"));
    let page = alice.get(HERE).await;
    page.shows("This is not part of your organization's plan.");
    page.has(&format!("main a[href='{ASK}']"));
    for tenant in ["Acme", "Globex"] {
        app.set_plan(tenant, "Enterprise");
    }
    alice.get(HERE).await.shows("turn has not come yet");
    let access = app.support_page("Acme", "access");
    for (choice, told) in [
        ("off", "Support switched it off for your organization."),
        ("on", ""),
    ] {
        let shown = app.access_version("Acme");
        let fields = [("shown", &*shown), ("choice", choice), ("reason", "Agreed")];
        sam.submit(&access, &access, &fields)
            .await
            .leads_to("/support/tenants");
        let page = alice.get(HERE).await;
        page.shows("Integrations");
        if told.is_empty() {
            page.lacks("#locked-title");
            page.hides("Ask for access");
        } else {
            page.shows(told);
        }
    }
    // There is nothing left to ask for, and the other tenant has none.
    alice.get(ASK).await.leads_to(HERE);
    let csrf = alice.token("/tenant-api-keys").await;
    let fields = [("csrf", &*csrf), ("reason", "Payments")];
    let answer = alice.post(ASK, &fields).await;
    assert_eq!(answer.status, 409);
    answer.shows("has Integrations control already");
    assert_eq!(app.rows("access_requests"), 0);
    bob.get(HERE).await.has("#locked-title");
}

#[actix_web::test]
async fn a_request_is_changed_withdrawn_and_made_again() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (reason, events) in [("Payments", 1), (" Payments ", 1), ("<Mail> too", 2)] {
        let fields = [("reason", reason)];
        alice.submit(ASK, ASK, &fields).await.leads_to(HERE);
        assert_eq!(app.rows("access_requests"), 1);
        let asked = "SELECT count(*) AS n FROM audit_events WHERE action = 'access.requested' \
                     AND actor_name = 'alice@acme.test'";
        assert_eq!(app.number(asked), events, "{reason}");
    }
    app.clock.advance(chrono::TimeDelta::minutes(5));
    let page = alice.get(HERE).await;
    page.shows("Access was requested 5 min ago by alice@acme.test.");
    page.shows("<Mail> too");
    alice.get(ASK).await.shows("<Mail> too");
    app.sign_in(BOB).await.get(HERE).await.hides("Mail");
    alice.submit(HERE, WITHDRAW, &[]).await.leads_to(HERE);
    alice.get(HERE).await.hides("Waiting for an answer");
    alice.get(ASK).await.shows("Request for access withdrawn");
    let csrf = alice.token(HERE).await;
    let again = alice.post(WITHDRAW, &[("csrf", &csrf)]).await;
    assert_eq!(again.status, 409);
    again.shows("no longer open");
    for reason in [" ", &"x".repeat(501)] {
        let answer = alice.submit(ASK, ASK, &[("reason", reason)]).await;
        assert_eq!(answer.status, 422);
        answer.has("#reason-error");
    }
    alice
        .submit(ASK, ASK, &[("reason", "After all")])
        .await
        .leads_to(HERE);
    assert_eq!(app.rows("access_requests"), 2);
    let open = "SELECT count(*) AS n FROM access_requests WHERE closed_at IS NULL";
    assert_eq!(app.number(open), 1);
}

#[actix_web::test]
async fn a_viewer_reads_who_can_ask() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    for path in [HERE, ASK] {
        let page = vera.get(path).await;
        page.shows("A tenant admin of your organization can ask for access.");
        page.lacks("main form");
        page.lacks(&format!("main a[href='{ASK}']"));
    }
    let csrf = vera.token("/tenant-api-keys").await;
    for (path, fields) in [
        (ASK, &[("csrf", &*csrf), ("reason", "x")][..]),
        (WITHDRAW, &[("csrf", &csrf)]),
    ] {
        assert_eq!(vera.post(path, fields).await.status, 403, "{path}");
    }
    assert_eq!(app.rows("access_requests"), 0);
}

#[actix_web::test]
async fn ten_requests_at_once_are_one() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let csrf = alice.token(ASK).await;
    let tries: Vec<_> = (0..10)
        .map(|number| {
            let (mut alice, csrf) = (alice.clone(), csrf.clone());
            actix_web::rt::spawn(async move {
                let reason = format!("Reason {number}");
                let fields = [("csrf", &*csrf), ("reason", &reason)];
                alice.post(ASK, &fields).await.status
            })
        })
        .collect();
    for attempt in tries {
        assert_eq!(attempt.await.unwrap(), 303);
    }
    assert_eq!(app.rows("access_requests"), 1);
}
