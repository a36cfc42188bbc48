//! The pages of the request log: each request and each gap is on one of them, at its place in time.

use serde_json::json;

use super::requests::ids;
use crate::support::*;

#[actix_web::test]
async fn older_requests_are_behind_a_link_and_none_is_left_out() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut sent = Vec::new();
    for number in 0..120 {
        if number % 7 == 0 {
            app.pass(1);
        }
        sent.push(
            app.ask(&key, json!({ "path": format!("/{number}") }))
                .await
                .0,
        );
    }
    sent.reverse();
    app.recorded(120).await;
    let mut alice = app.sign_in(ALICE).await;
    let (mut seen, mut at) = (Vec::new(), format!("{LOG}?path=/"));
    loop {
        let page = alice.get(&at).await;
        seen.extend(ids(&page));
        let Some(older) = page.link("Older requests") else {
            break;
        };
        at = older;
        assert!(at.starts_with("/usage/requests?path=%2F&before="), "{at}");
    }
    assert_eq!(seen, sent);
    let beyond = alice.get(&format!("{LOG}?before={}", sent[119])).await;
    beyond.shows("No older requests");
    beyond.shows("Newest requests");
}

#[actix_web::test]
async fn gaps_stand_at_their_place_in_time_and_do_not_tell_how_many_others_asked() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (first, _) = app.ask(&key, json!({})).await;
    app.pass(10);
    app.gap("full", 6);
    app.pass(10);
    let (second, _) = app.ask(&key, json!({})).await;
    app.pass(10);
    app.gap("crash", 2);
    app.recorded(2).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = alice.get(LOG).await;
    page.shows(
        "Some requests between 20 Nov, 12:00:04 and 12:00:10 UTC are not listed: more came than are recorded singly. \
         The totals on the Usage page count them.",
    );
    page.shows("Keystead ended without notice between 20 Nov, 12:00:28 and 12:00:30 UTC.");
    let at = |text: &str| page.body.find(text).unwrap();
    assert!(at("ended without notice") < at(&second));
    assert!(at(&second) < at("Some requests between"));
    assert!(at("Some requests between") < at(&first));
    page.hides(&LOST.to_string());
    page.hides("471,147,114,711");

    // Only those of the time that is looked at.
    let early = alice.get(&format!("{LOG}?to=2026-11-20T12:00:05")).await;
    early.shows("Some requests between");
    early.hides("ended without notice");
    let late = alice.get(&format!("{LOG}?from=2026-11-20T12:00:20")).await;
    late.hides("Some requests between");
    late.shows("ended without notice");
}

#[actix_web::test]
async fn each_gap_is_on_one_page_and_hours_of_them_are_one_line() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let (first, _) = app.ask(&key, json!({})).await;
    app.gap("full", 1);
    for _ in 0..450 {
        app.pass(1);
        app.gap("full", 1);
    }
    app.recorded(1).await;
    let mut alice = app.sign_in(ALICE).await;
    let (mut pages, mut at) = (0, LOG.to_owned());
    let (mut gaps, mut seen) = (Vec::new(), Vec::new());
    loop {
        let page = alice.get(&at).await;
        pages += 1;
        let words = page.words();
        let lines = words.split("Some requests between ").skip(1);
        gaps.extend(lines.map(|line| line.split(" UTC").next().unwrap().to_owned()));
        seen.extend(ids(&page));
        let Some(older) = page.link("Older requests") else {
            break;
        };
        at = older;
        assert!(pages < 9);
    }
    assert_eq!(seen, [first]);
    assert_eq!(
        gaps,
        [
            "20 Nov, 12:04:10 and 12:07:30",
            // Those at the edge of a page are looked at twice, so there are a few less on each.
            "20 Nov, 12:00:52 and 12:04:10",
            "20 Nov, 12:00:00 and 12:00:52",
            "20 Nov, 11:59:59 and 12:00:00"
        ]
    );
}
