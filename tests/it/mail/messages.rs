//! What messages say, and that no name breaks out of its place in one.

use chrono::TimeDelta;

use crate::support::browser_like::Person;
use crate::support::mail::{FROM, MailServer, SITE, free_port, url};
use crate::support::*;

const OTHER: &str = "an umbrella of seven colours";

async fn invite(alice: &mut Person, email: &str) -> String {
    let fields = [("email", email), ("role", "viewer")];
    let made = alice
        .submit("/members", "/members/invitations", &fields)
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    made.header("location").to_owned()
}

#[actix_web::test]
async fn an_invitation_is_sent_too_and_its_link_is_the_one_that_is_shown() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = invite(&mut alice, "dora@x.test").await;
    let page = alice.get(&page).await;
    page.shows("dora@x.test is invited. The link is also sent there.");
    let message = server.message();
    assert_eq!(message.to(), ["dora@x.test"]);
    assert_eq!(message.header("From"), FROM);
    assert_eq!(message.header("To"), "dora@x.test");
    assert_eq!(
        message.header("Subject"),
        "Alice Archer invites you to Acme"
    );
    assert_eq!(message.header("Date"), "Fri, 20 Nov 2026 12:00:00 +0000");
    assert_eq!(message.header("Auto-Submitted"), "auto-generated");
    assert_eq!(
        message.0["kinds"],
        serde_json::json!(["multipart/alternative", "text/plain", "text/html"])
    );
    // Not by the name under which the request came.
    let shown = page.text_of(".sample code");
    assert_eq!(format!("{SITE}{}", message.link()), shown);
    for told in ["Alice Archer", "Acme", "27 Nov 2026, 12:00 UTC"] {
        assert!(message.text().contains(told), "{}", message.text());
        assert!(message.html().contains(told), "{}", message.html());
    }
    app.all_mail_is_gone();
    // Reading it changes nothing, as often as a scanner of mail does.
    for _ in 0..2 {
        app.visitor().get(&message.link()).await.shows("Acme");
    }
    server.is_quiet();
}

#[actix_web::test]
async fn no_name_breaks_out_of_its_place() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut alice = app.sign_in(ALICE).await;
    let script = "<script>alert(1)</script>";
    let long = "Größte Übergrößen 🎉 ".repeat(20);
    // No form takes such names; whatever is in the database is harmless all the same.
    let name = format!("Eve \"Quote\"\r\nBcc: victim@x.test\r\n\r\n{script}");
    app.sql(&format!(
        "UPDATE users SET name = '{name}' WHERE email = '{ALICE}'"
    ));
    app.sql(&format!(
        "UPDATE tenants SET name = '{long}{script}' WHERE name = 'Acme'"
    ));
    invite(&mut alice, "dora@x.test").await;
    let message = server.message();
    assert_eq!(message.to(), ["dora@x.test"]);
    assert_eq!(message.0["defects"], serde_json::json!([]));
    let mut names = message.header_names();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To"
        ]
    );
    let subject = message.header("Subject");
    assert!(
        subject.starts_with("Eve \"Quote\"  Bcc: victim@x.test"),
        "{subject}"
    );
    assert!(subject.contains("Größte") && !subject.contains(['\r', '\n']));
    assert!(message.0["raw"].as_str().unwrap().is_ascii());
    let page = scraper::Html::parse_document(message.html());
    assert_eq!(
        page.select(&scraper::Selector::parse("script").unwrap())
            .count(),
        0
    );
    let words: String = page.root_element().text().collect();
    assert!(words.contains(script) && words.contains("Größte Übergrößen 🎉"));
    message.link();
}

#[actix_web::test]
async fn a_link_that_an_admin_makes_is_sent_too_and_then_the_news_of_the_password() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut alice = app.sign_in(ALICE).await;
    let path = format!("/members/{}/reset-link", app.person(VERA));
    let made = alice.submit("/members", &path, &[]).await;
    made.shows("It is also sent to vera@acme.test.");
    let message = server.message();
    assert_eq!(message.to(), [VERA]);
    assert!(message.text().contains("Vera Viewer") && message.text().contains(ALICE));
    let link = message.link();
    assert_eq!(format!("{SITE}{link}"), made.text_of(".sample code"));
    let mut vera = app.visitor();
    let form = vera.get(&link).await;
    let (csrf, token) = (form.field("csrf"), form.field("token"));
    let fields = [("csrf", &*csrf), ("token", &token), ("password", OTHER)];
    let saved = vera.post("/password-reset", &fields).await;
    saved.leads_to("/login?over=reset");
    let news = server.message();
    assert_eq!(news.to(), [VERA]);
    assert_eq!(news.header("Subject"), "Your Keystead password was changed");
    for part in [news.text(), news.html()] {
        assert!(part.contains("20 Nov 2026, 12:00 UTC") && part.contains("127.0.0.1"));
        assert!(!part.contains("token="), "{part}");
    }
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn people_hear_of_what_becomes_of_their_second_factor() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut vera = app.sign_in(VERA).await;
    app.set_up_factor(&mut vera).await;
    let subject = |told: &str| {
        let message = server.message();
        assert_eq!(message.to(), [VERA]);
        assert_eq!(message.header("Subject"), told);
        message
    };
    subject("Your second factor was switched on");
    // Somebody knows the password, and guesses codes.
    let mut guesser = app.visitor();
    guesser.give_password(VERA, PASSWORD, "").await;
    for _ in 0..4 {
        assert_eq!(guesser.give_code("000000").await.status, 401);
    }
    subject("Somebody gave your password, and wrong codes after it");
    let mut alice = app.sign_in(ALICE).await;
    let place = format!("/members/{}/second-factor", app.person(VERA));
    alice.submit(&place, &place, &[]).await.leads_to("/members");
    let off = subject("Your second factor was switched off");
    assert!(off.text().contains("By: alice@acme.test"), "{}", off.text());
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn the_address_that_an_account_leaves_hears_of_it() {
    let server = MailServer::start();
    let app = App::start_with_mail(&server.url()).await;
    let mut vera = app.sign_in(VERA).await;
    let fields = [
        ("email", "elsewhere@acme.test"),
        ("email_password", PASSWORD),
    ];
    let changed = vera.submit("/account", "/account/email", &fields).await;
    changed.leads_to("/account");
    let message = server.message();
    assert_eq!(message.to(), [VERA]);
    let told = "Your Keystead account has another email address";
    assert_eq!(message.header("Subject"), told);
    assert!(!message.text().contains("elsewhere") && message.text().contains("127.0.0.1"));
    app.all_mail_is_gone();
    server.is_quiet();
}

#[actix_web::test]
async fn what_has_become_pointless_is_not_sent() {
    let port = free_port();
    let app = App::start_with_mail(&url(port)).await;
    let mut alice = app.sign_in(ALICE).await;
    let page = invite(&mut alice, "dora@x.test").await;
    app.mail_waits_after(1);
    let withdrawal = format!("{page}/withdrawal");
    alice
        .submit(&page, &withdrawal, &[])
        .await
        .leads_to("/members");
    let path = format!("/members/{}/reset-link", app.person(VERA));
    assert_eq!(alice.submit("/members", &path, &[]).await.status, 201);
    let mut vera = app.sign_in(VERA).await;
    let fields = [("password", PASSWORD), ("new_password", OTHER)];
    let changed = vera.submit("/account", "/account/password", &fields).await;
    changed.leads_to("/account");
    let server = MailServer::with(&[("PORT", &port.to_string())]);
    app.clock.advance(TimeDelta::minutes(3));
    let news = server.message();
    assert_eq!(news.header("Subject"), "Your Keystead password was changed");
    app.all_mail_is_gone();
    server.is_quiet();
    assert_eq!(phone::happened(&app, "mail.given_up"), 0);
}

#[actix_web::test]
async fn without_a_mail_server_nothing_is_kept_and_nothing_is_promised() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let page = invite(&mut alice, "dora@x.test").await;
    alice.get(&page).await.hides("also sent");
    let path = format!("/members/{}/reset-link", app.person(VERA));
    let made = alice.submit("/members", &path, &[]).await;
    assert_eq!(made.status, 201);
    made.hides("also sent");
    assert_eq!(app.rows("outbox"), 0);
}
