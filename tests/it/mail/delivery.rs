//! Messages reach the mail server once, however that behaves and whatever becomes of Keystead.

use std::process::Command;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use keystead::actions::{invitations, tenants};
use keystead::db::outbox;
use keystead::domain::invitation::Draft;
use keystead::domain::letter::in_hand_until;
use keystead::mail::settings::MailSettings;

use crate::support::mail::{FROM, MailServer, free_port, trusting, url};
use crate::support::phone::happened;
use crate::support::process::{Place, Server};
use crate::support::*;

const INVITED: &str = "dora@x.test";

/// Has Alice invite somebody, and says how long that took.
async fn invite(app: &App, email: &str) -> Duration {
    let mut alice = app.sign_in(ALICE).await;
    let begun = Instant::now();
    let fields = [("email", email), ("role", "viewer")];
    let made = alice
        .submit("/members", "/members/invitations", &fields)
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    begun.elapsed()
}

#[actix_web::test]
async fn a_mail_server_that_was_away_gets_the_message_later_and_once() {
    let port = free_port();
    let app = App::start_with_mail(&url(port)).await;
    invite(&app, INVITED).await;
    app.mail_waits_after(1);
    let server = MailServer::with(&[("PORT", &port.to_string())]);
    app.clock.advance(TimeDelta::seconds(59));
    app.mail_waits_after(1);
    server.is_quiet();
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(server.message().to(), [INVITED]);
    app.all_mail_is_gone();
    app.clock.advance(TimeDelta::days(1));
    server.is_quiet();
}

#[actix_web::test]
async fn what_the_mail_server_refuses_is_given_up_at_once_and_noted() {
    let server = MailServer::with(&[("MODE", "refuse")]);
    let app = App::start_with_mail(&server.url()).await;
    invite(&app, INVITED).await;
    assert_eq!(server.next()["refused"], INVITED);
    app.all_mail_is_gone();
    // Nor is an address tried that no mail server could take.
    invite(&app, "do,ra@x.test").await;
    app.all_mail_is_gone();
    server.is_quiet();
    assert_eq!(happened(&app, "mail.given_up"), 2);
    let mut alice = app.sign_in(ALICE).await;
    let log = alice.get("/audit").await;
    log.shows("Could not send mail to dora@x.test");
}

#[actix_web::test]
async fn a_mail_server_that_puts_us_off_is_asked_seven_times_within_a_day() {
    let server = MailServer::with(&[("MODE", "grumble")]);
    let app = App::start_with_mail(&server.url()).await;
    let begun = app.clock.now();
    invite(&app, INVITED).await;
    for (attempt, minutes) in [1, 5, 30, 120, 360, 720].into_iter().enumerate() {
        assert_eq!(server.next()["refused"], INVITED);
        app.mail_waits_after(i32::try_from(attempt).unwrap() + 1);
        app.clock.advance(TimeDelta::minutes(minutes));
    }
    assert_eq!(server.next()["refused"], INVITED);
    app.all_mail_is_gone();
    server.is_quiet();
    assert!(app.clock.now() - begun < TimeDelta::days(1));
    assert_eq!(happened(&app, "mail.given_up"), 1);
}

#[actix_web::test]
async fn a_silent_mail_server_holds_up_nobody() {
    let server = MailServer::with(&[("MODE", "silent")]);
    let mut settings = MailSettings::read(&server.url(), FROM, None).unwrap();
    settings.deadline = Duration::from_secs(6);
    let app = App::start_with_mail_by(settings).await;
    invite(&app, INVITED).await;
    assert_eq!(server.next()["connected"], true);
    // While it is waited for, pages answer, and more is written.
    let took = invite(&app, "emil@x.test").await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    app.mail_waits_after(1);
}

#[actix_web::test]
async fn one_server_takes_a_message_in_hand() {
    let app = App::start().await;
    let now = app.clock.now();
    let by = tenants::operator(app.tenant("Acme"), now);
    let draft = Draft::check(INVITED, "viewer").unwrap();
    app.db.send_mail();
    app.db
        .write(|conn| invitations::create(conn, &by, &draft, "The operator"))
        .unwrap();
    let found = app.db.read(|conn| outbox::find_due(conn, now)).unwrap();
    let found = found.unwrap();
    let take = || {
        let mail = found.clone();
        let taken = app
            .db
            .write(|conn| outbox::take(conn, mail, in_hand_until(now)));
        taken.unwrap()
    };
    assert_eq!(take().unwrap().attempts, 1);
    assert!(take().is_none());
    let due = |now| app.db.read(|conn| outbox::find_due(conn, now)).unwrap();
    assert!(due(now).is_none());
    // Unless whoever has it says nothing more.
    assert!(due(in_hand_until(now)).is_some());
}

#[actix_web::test]
async fn a_password_travels_by_tls_alone_and_only_to_a_server_that_proves_its_name() {
    let login = ("LOGIN", "keys:p@ss:word");
    for (tls, scheme) in [("starttls", "smtp"), ("tls", "smtps")] {
        let server = MailServer::with(&[("TLS", tls), login]);
        let url = format!("{scheme}://keys:p%40ss%3Aword@localhost:{}", server.port);
        let app = App::start_with_mail_by(trusting(&url, "ca.pem")).await;
        invite(&app, INVITED).await;
        let message = server.message();
        assert_eq!(message.to(), [INVITED]);
        assert_eq!(
            (&message.0["tls"], &message.0["login"]),
            (&true.into(), &"keys".into())
        );
        // Nobody vouches for its certificate.
        let app = App::start_with_mail(&url).await;
        invite(&app, INVITED).await;
        app.mail_waits_after(1);
        // It is not the one that was named.
        let url = url.replace("localhost", "127.0.0.1");
        let app = App::start_with_mail_by(trusting(&url, "ca.pem")).await;
        invite(&app, INVITED).await;
        app.mail_waits_after(1);
        server.is_quiet();
    }
    // One that speaks no TLS gets neither.
    let server = MailServer::with(&[login]);
    let url = format!("smtp://keys:p%40ss%3Aword@localhost:{}", server.port);
    let app = App::start_with_mail_by(trusting(&url, "ca.pem")).await;
    invite(&app, INVITED).await;
    app.mail_waits_after(1);
    server.is_quiet();
    // A wrong password is for the operator to set right: nothing is given up.
    let server = MailServer::with(&[("TLS", "starttls"), login]);
    let url = format!("smtp://keys:wrong@localhost:{}", server.port);
    let app = App::start_with_mail_by(trusting(&url, "ca.pem")).await;
    invite(&app, INVITED).await;
    app.mail_waits_after(1);
}

/// Settings of a server that sends mail, as an operator gives them.
fn sending(place: &Place, port: u16, mail: u16) -> Command {
    let mut command = place.command(&["serve"]);
    command
        .env("KEYSTEAD_LISTEN", format!("127.0.0.1:{port}"))
        .env("KEYSTEAD_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
        .env("KEYSTEAD_SMTP_URL", url(mail))
        .env("KEYSTEAD_MAIL_FROM", "keys@example.test");
    command
}

#[actix_web::test]
async fn a_server_that_is_killed_while_it_sends_sends_after_its_next_start() {
    let place = Place::new().with_acme();
    let silent = MailServer::with(&[("MODE", "silent")]);
    let mut server: Server = place.start(sending(&place, free_port(), silent.port));
    let mut alice = server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    assert_eq!(alice.submit("/login", "/login", &fields).await.status, 303);
    let fields = [("email", INVITED), ("role", "viewer")];
    let made = alice
        .submit("/members", "/members/invitations", &fields)
        .await;
    assert_eq!(made.status, 303);
    assert_eq!(silent.next()["connected"], true);
    server.crash();
    let waiting = "SELECT count(*) AS n FROM outbox WHERE attempts = 1";
    assert_eq!(place.number(waiting), 1);
    // As if the time had passed for which the message was in its hands.
    direct::sql(
        &place.db(),
        "UPDATE outbox SET due_at = '2020-01-01 00:00:00'",
    );
    let mail = MailServer::start();
    let _server = place.start(sending(&place, free_port(), mail.port));
    let message = mail.message();
    assert_eq!(message.to(), [INVITED]);
    assert_eq!(message.header("From"), "Keystead <keys@example.test>");
    let deadline = Instant::now() + Duration::from_secs(60);
    while place.number("SELECT count(*) AS n FROM outbox") > 0 {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    mail.is_quiet();
}
