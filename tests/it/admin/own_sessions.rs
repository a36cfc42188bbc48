//! One's sessions: where they are, and ending one of them.

use chrono::TimeDelta;

use crate::support::browser_like::Person;
use crate::support::*;

const ACCOUNT: &str = "/account";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";

/// Signs in with a program that calls itself so.
async fn sign_in_with(app: &App, email: &str, program: &str) -> Person {
    let mut person = app.visitor();
    let token = person.token("/login").await;
    let fields = [
        ("csrf", &*token),
        ("email", email),
        ("password", PASSWORD),
        ("next", ""),
    ];
    let request = person
        .request(reqwest::Method::POST, "/login")
        .form(&fields);
    let answer = person.send(request.header("User-Agent", program)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    person
}

/// The lines of the list.
async fn listed(person: &mut Person) -> Vec<String> {
    person
        .get(ACCOUNT)
        .await
        .words_of(".account-sessions tbody tr")
}

/// Where the sessions that are not this one are ended.
async fn ends(person: &mut Person) -> Vec<String> {
    let page = person.get(ACCOUNT).await;
    page.attributes(".account-sessions form", "action")
}

#[actix_web::test]
async fn the_account_lists_where_somebody_is_signed_in_and_ends_one_of_them() {
    let app = App::start().await;
    let mut there = sign_in_with(&app, VERA, EDGE).await;
    app.clock.advance(TimeDelta::minutes(5));
    let mut here = sign_in_with(&app, VERA, FIREFOX).await;
    let mut alice = app.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::minutes(20));
    let lines = listed(&mut here).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    for part in [
        "Firefox on Linux",
        "127.0.0.1 (this session)",
        "20 min ago",
        "just now",
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    for part in ["Edge on Windows", "127.0.0.1", "25 min ago"] {
        assert!(lines[1].contains(part), "{part} in {}", lines[1]);
    }
    // What is sent in the cookie stands nowhere on the page.
    let page = here.get(ACCOUNT).await;
    for cookie in [&here, &there].map(|person| &person.cookies[&app.cookie()]) {
        let key = cookie.rsplit(['=', '%']).next().unwrap();
        page.hides(&key[key.len() - 40..]);
    }
    let path = ends(&mut here).await.remove(0);
    // Another person's session looks like one that does not exist.
    let foreign = alice.submit(ACCOUNT, &path, &[]).await;
    let unknown = alice
        .submit(ACCOUNT, &path.replace("sessions/", "sessions/0"), &[])
        .await;
    assert_eq!(foreign.status, 404);
    assert_eq!(foreign.meaning(), unknown.meaning());
    assert_eq!(there.get(ACCOUNT).await.status, 200);
    here.submit(ACCOUNT, &path, &[]).await.leads_to(ACCOUNT);
    here.get(ACCOUNT).await.shows("The session is over.");
    assert_eq!(there.get(ACCOUNT).await.status, 303);
    assert_eq!(here.submit(ACCOUNT, &path, &[]).await.status, 404);
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'session.ended_elsewhere'";
    assert_eq!(app.number(rows), 1);
}

#[actix_web::test]
async fn only_open_sessions_are_listed_and_going_on_elsewhere_is_no_new_sign_in() {
    let app = App::start().await;
    let mut here = sign_in_with(&app, ALICE, "curl/8.5.0").await;
    app.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::minutes(50));
    assert_eq!(listed(&mut here).await.len(), 2);
    // Who still has to give a code is not signed in.
    app.plant_factor(ALICE);
    app.visitor().give_password(ALICE, PASSWORD, "").await;
    app.clock.advance(TimeDelta::minutes(30));
    let lines = listed(&mut here).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    here.submit(ACCOUNT, "/account/sessions/removal", &[])
        .await
        .leads_to(ACCOUNT);
    let lines = listed(&mut here).await;
    assert!(
        lines[0].contains("curl") && lines[0].contains("1 h ago"),
        "{lines:?}"
    );
}

#[actix_web::test]
async fn of_more_than_twenty_sessions_the_first_ones_end() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut first = sign_in_with(&app, VERA, EDGE).await;
    app.clock.advance(TimeDelta::seconds(1));
    let mut second = sign_in_with(&app, VERA, EDGE).await;
    let mut last = None;
    for _ in 0..19 {
        app.clock.advance(TimeDelta::seconds(1));
        last = Some(sign_in_with(&app, VERA, FIREFOX).await);
    }
    assert_eq!(first.get(ACCOUNT).await.status, 303);
    assert_eq!(second.get(ACCOUNT).await.status, 200);
    assert_eq!(listed(&mut last.unwrap()).await.len(), 20);
    // Nobody else's end with them.
    assert_eq!(alice.get(ACCOUNT).await.status, 200);
}

#[actix_web::test]
async fn programs_are_named_in_words_and_cut() {
    let app = App::start().await;
    let long = "x".repeat(5_000);
    for (said, words) in [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("", "Unknown program"),
        ("<script>alert(1)</script>", "Unknown program"),
        (&*long, &*"x".repeat(40)),
    ] {
        let mut vera = sign_in_with(&app, VERA, said).await;
        let name = vera.get(ACCOUNT).await.words_of(".account-sessions .name");
        assert!(name.contains(&words.to_owned()), "{words} in {name:?}");
        vera.submit(ACCOUNT, "/logout", &[]).await;
    }
    assert_eq!(
        app.number("SELECT count(*) AS n FROM sessions WHERE length(program) > 200"),
        0
    );
}
