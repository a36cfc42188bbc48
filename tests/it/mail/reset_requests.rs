//! A forgotten password, without anybody's help.

use std::net::IpAddr;

use chrono::TimeDelta;

use crate::support::browser_like::{Answer, Person};
use crate::support::mail::MailServer;
use crate::support::*;

const PLACE: &str = "/password-reset/request";
const OTHER: &str = "an umbrella of seven colours";

async fn ask(person: &mut Person, email: &str) -> Answer {
    person.submit(PLACE, PLACE, &[("email", email)]).await
}

fn asked(app: &App, more: &str) -> i64 {
    app.number(&format!(
        "SELECT count(*) AS n FROM audit_events WHERE action = 'person.reset_link_asked' AND {more}"
    ))
}

#[actix_web::test]
async fn whoever_forgot_the_password_gets_a_link_and_a_stranger_learns_nothing() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut person = app.visitor();
    let door = person.get("/login").await;
    assert!(door.body.contains(&format!("href=\"{PLACE}\"")));
    let unknown = ask(&mut person, "nobody@acme.test").await;
    let known = ask(&mut person, " VERA@acme.test ").await;
    assert_eq!((unknown.status, known.status), (200, 200));
    assert_eq!(unknown.words(), known.words());
    known.shows("If an account has this address");
    let message = server.message();
    assert_eq!(message.to(), [VERA]);
    assert_eq!(
        message.header("Subject"),
        "Choose a new password for Keystead"
    );
    assert!(
        message.text().contains("20 Nov 2026, 13:00 UTC"),
        "{}",
        message.text()
    );
    app.all_mail_is_gone();
    assert_eq!(asked(&app, "tenant_id IS NOT NULL"), 1);
    assert_eq!(asked(&app, "tenant_id IS NULL AND object_name = ''"), 1);
    let link = message.link();
    // Nothing has changed so far.
    app.sign_in(VERA).await;
    let form = person.get(&link).await;
    let (csrf, token) = (form.field("csrf"), form.field("token"));
    let fields = [("csrf", &*csrf), ("token", &token), ("password", OTHER)];
    let saved = person.post("/password-reset", &fields).await;
    saved.leads_to("/login?over=reset");
    assert_eq!(person.get(&link).await.status, 404);
    server.message();
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn a_link_ends_after_an_hour_and_nobody_who_may_not_sign_in_gets_one() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    app.sql(&format!(
        "UPDATE users SET disabled_at = '2026-11-20 11:00:00' WHERE email = '{BOB}'"
    ));
    let mut person = app.visitor();
    ask(&mut person, BOB)
        .await
        .shows("If an account has this address");
    ask(&mut person, VERA).await;
    let message = server.message();
    assert_eq!(message.to(), [VERA]);
    let link = message.link();
    app.clock.advance(TimeDelta::minutes(59));
    assert_eq!(person.get(&link).await.status, 200);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(person.get(&link).await.status, 404);
    let wrong = ask(&mut person, "vera").await;
    assert_eq!(wrong.status, 422);
    wrong.shows("Enter an email address");
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn nobody_floods_a_mailbox_or_tries_many_addresses() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut person = app.visitor();
    let first = ask(&mut person, VERA).await;
    for _ in 0..3 {
        let again = ask(&mut person, VERA).await;
        assert_eq!((again.status, again.words()), (200, first.words()));
    }
    for _ in 0..3 {
        assert_eq!(server.message().to(), [VERA]);
    }
    for number in 0..6 {
        ask(&mut person, &format!("person{number}@x.test")).await;
    }
    let throttled = ask(&mut person, ALICE).await;
    assert_eq!(throttled.status, 429);
    assert_eq!(throttled.header("retry-after"), "3600");
    throttled.shows("Too many attempts. Try again in 3600 seconds.");
    // From elsewhere others go on, and after an hour everybody does.
    let elsewhere: IpAddr = "127.0.0.2".parse().unwrap();
    ask(&mut app.visitor_from(elsewhere), ALICE).await;
    assert_eq!(server.message().to(), [ALICE]);
    app.clock.advance(TimeDelta::hours(1));
    ask(&mut person, VERA).await;
    assert_eq!(server.message().to(), [VERA]);
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn without_mail_the_page_is_not_there_and_the_door_says_whom_to_ask() {
    let app = App::start().await;
    let mut person = app.visitor();
    assert_eq!(person.get(PLACE).await.status, 404);
    let csrf = person.token("/login").await;
    let fields = [("csrf", &*csrf), ("email", VERA)];
    assert_eq!(person.post(PLACE, &fields).await.status, 404);
    let door = person.get("/login").await;
    door.hides(PLACE);
    door.shows("Forgot your password? Ask an admin of your organization");
    assert_eq!(asked(&app, "1 = 1"), 0);
}
