//! A request for a higher limit is a thread: support asks back, and the tenant answers.

use crate::support::*;

const ASK: &str = "/tenant-api-keys/limit-request";
const MESSAGES: &str = "/tenant-api-keys/limit-request/messages";
const QUEUE: &str = "/support/requests";

#[actix_web::test]
async fn support_asks_back_and_the_tenant_answers_until_it_is_decided() {
    let app = App::start().await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    let mut sam = app.sam().await;
    sam.get(QUEUE).await.shows("Nobody is waiting");
    let thread = app.support_page("Acme", "limit-request");
    assert_eq!(sam.get(&thread).await.status, 404);
    for (person, reason) in [
        (&mut bob, "Globex grows"),
        (&mut alice, "Two more <plants>"),
    ] {
        let fields = [("limit", "25"), ("reason", reason)];
        person.submit(ASK, ASK, &fields).await.leads_to(ASK);
        app.pass(60);
    }
    // The oldest first, with a count beside the page.
    let queue = sam.get(QUEUE).await;
    let names = queue.words_of("ol.steps li strong");
    assert_eq!(names, ["Globex wants 25 keys", "Acme wants 25 keys"]);
    assert_eq!(queue.words_of("#side-requests"), ["2 waiting"]);
    queue.shows("Two more <plants>");
    sam.submit(
        &thread,
        &thread,
        &[("words", " We need to know\nwhich systems. ")],
    )
    .await
    .leads_to(&thread);
    let queue = sam.get(QUEUE).await;
    queue.shows("Waiting for the tenant");
    assert_eq!(queue.words_of("#side-requests"), ["1 waiting"]);
    assert_eq!(app.limit_of("Acme"), 10);

    alice
        .get("/tenant-api-keys")
        .await
        .shows("Support asks something about your request");
    let page = alice.get(ASK).await;
    page.shows("Sam Stone, support");
    page.shows("We need to know which systems.");
    bob.get(ASK).await.hides("We need to know");
    bob.get("/tenant-api-keys")
        .await
        .hides("Support asks something");
    // A page that waits gets the news without that anything else of it changes.
    alice.htmx = true;
    assert_eq!(alice.get(&format!("{ASK}?seen=2")).await.status, 204);
    let news = alice.get(&format!("{ASK}?seen=1")).await;
    assert_eq!(news.header("hx-retarget"), "#limit-thread");
    news.shows("We need to know which systems.");
    news.lacks("#limit");
    alice.htmx = false;
    for _ in 0..2 {
        // The same again leaves no trace.
        alice
            .submit(ASK, MESSAGES, &[("words", "SAP and the shop")])
            .await
            .leads_to(ASK);
    }
    alice
        .get("/tenant-api-keys")
        .await
        .hides("Support asks something");
    let page = sam.get(&thread).await;
    let authors = page.words_of(".thread strong");
    assert_eq!(authors, [ALICE, "Sam Stone, support", ALICE]);
    page.shows("SAP and the shop");
    assert_eq!(
        sam.get(QUEUE).await.words_of("#side-requests"),
        ["2 waiting"]
    );
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'limit.discussed' AND object_kind = 'tenant'";
    assert_eq!(app.number(rows), 2);
    // A decision closes it with words of its own.
    let fields = [("shown", "10"), ("limit", "30"), ("reason", "Agreed")];
    sam.decide(&app.limit_page("Acme"), &fields)
        .await
        .leads_to("/support/tenants");
    sam.get(&thread).await.shows("Granted");
    let page = alice.get(ASK).await;
    page.shows("Granted");
    page.lacks("#words");
    for (person, path) in [(&mut sam, &*thread), (&mut alice, MESSAGES)] {
        let csrf = person.token("/account").await;
        let late = person
            .post(path, &[("csrf", &csrf), ("words", "Too late")])
            .await;
        assert_eq!(late.status, 409, "{path}");
    }
    assert_eq!(app.number(rows), 2);
}

#[actix_web::test]
async fn what_is_written_has_its_limits_and_a_long_message_is_not_repeated_in_the_log() {
    let app = App::start().await;
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    let mut sam = app.sam().await;
    let fields = [("limit", "25"), ("reason", "Plants")];
    alice.submit(ASK, ASK, &fields).await.leads_to(ASK);
    let thread = app.support_page("Acme", "limit-request");
    let secret = app.issue("Globex", "Leaked").secret;
    for words in [
        "",
        " \n ",
        &"x".repeat(1_001),
        "a\u{202e}b",
        "a\u{7}b",
        &secret,
    ] {
        for (person, page, action) in [(&mut sam, &*thread, &*thread), (&mut alice, ASK, MESSAGES)]
        {
            let answer = person.submit(page, action, &[("words", words)]).await;
            assert_eq!(answer.status, 422, "{action} {words:?}");
            answer.has("#words-error");
        }
    }
    let rows = "SELECT count(*) AS n FROM limit_messages";
    assert_eq!(app.number(rows), 0);
    vera.get(ASK).await.lacks("#words");
    let csrf = vera.token("/account").await;
    let answer = vera
        .post(MESSAGES, &[("csrf", &csrf), ("words", "Me too")])
        .await;
    assert_eq!(answer.status, 403);
    let long = format!("{}{}", "y".repeat(100), "z".repeat(900));
    sam.submit(&thread, &thread, &[("words", &long)])
        .await
        .leads_to(&thread);
    alice.get(ASK).await.shows(&long);
    let detail = "SELECT detail AS t FROM audit_events WHERE action = 'limit.discussed'";
    let detail = direct::text(&app.db, &detail.replace(" AS t", ""));
    assert_eq!(detail, format!("{{\"words\":\"{}…\"}}", "y".repeat(100)));
    for id in [MISSING, "nothing"] {
        let path = format!("/support/tenants/{id}/limit-request");
        assert_eq!(sam.get(&path).await.status, 404);
    }
}
