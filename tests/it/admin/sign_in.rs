//! Who gets in, and how often one may try.

use std::net::IpAddr;

use chrono::TimeDelta;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

pub async fn attempt(person: &mut Person, email: &str, password: &str, next: &str) -> Answer {
    let fields = [("email", email), ("password", password), ("next", next)];
    person.submit("/login", "/login", &fields).await
}

#[actix_web::test]
async fn the_right_password_lets_in_and_is_on_record() {
    let app = App::start().await;
    let mut alice = app.visitor();
    attempt(&mut alice, "  ALICE@Acme.test ", PASSWORD, "")
        .await
        .leads_to("/");
    alice.get("/").await.leads_to("/tenant-api-keys");
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'session.created'"),
        1
    );
}

#[actix_web::test]
async fn an_unknown_person_and_a_wrong_password_get_the_same_answer() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    let wrong = attempt(&mut visitor, ALICE, "not her password at all", "").await;
    let unknown = attempt(
        &mut visitor,
        "nobody@acme.test",
        "not her password at all",
        "",
    )
    .await;
    assert_eq!(wrong.status, 401);
    assert_eq!(unknown.status, 401);
    wrong.shows("do not match");
    wrong.hides("not her password at all");
    assert_eq!(
        wrong.meaning().1.replace(ALICE, "-"),
        unknown.meaning().1.replace("nobody@acme.test", "-")
    );
    let names = |answer: &Answer| -> Vec<String> {
        answer.headers.keys().map(ToString::to_string).collect()
    };
    assert_eq!(names(&wrong), names(&unknown));
    assert!(!visitor.cookies.contains_key(&app.cookie()));
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'session.refused'"),
        2
    );
}

#[actix_web::test]
async fn after_five_failures_one_must_wait_longer_and_longer() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    for _ in 0..5 {
        assert_eq!(attempt(&mut visitor, ALICE, "wrong", "").await.status, 401);
    }
    let throttled = attempt(&mut visitor, ALICE, PASSWORD, "").await;
    assert_eq!(throttled.status, 429);
    assert_eq!(throttled.header("retry-after"), "2");
    throttled.shows("Too many attempts. Try again in 2 seconds.");
    // Someone who does not exist is treated alike.
    for _ in 0..5 {
        assert_eq!(
            attempt(&mut visitor, "nobody@acme.test", "wrong", "")
                .await
                .status,
            401
        );
    }
    assert_eq!(
        attempt(&mut visitor, "nobody@acme.test", "wrong", "")
            .await
            .status,
        429
    );

    app.clock.advance(TimeDelta::seconds(2));
    assert_eq!(attempt(&mut visitor, ALICE, "wrong", "").await.status, 401);
    let longer = attempt(&mut visitor, ALICE, PASSWORD, "").await;
    assert_eq!((longer.status, longer.header("retry-after")), (429, "4"));
    app.clock.advance(TimeDelta::seconds(4));
    attempt(&mut visitor, ALICE, PASSWORD, "")
        .await
        .leads_to("/");
    // Having signed in clears the record.
    assert_eq!(
        attempt(&mut app.visitor(), ALICE, "wrong", "").await.status,
        401
    );
}

#[actix_web::test]
async fn an_attacker_elsewhere_does_not_lock_a_person_out() {
    let app = App::start().await;
    let mut attacker = app.visitor();
    for _ in 0..8 {
        attempt(&mut attacker, ALICE, "wrong", "").await;
    }
    assert_eq!(
        attempt(&mut attacker, ALICE, PASSWORD, "").await.status,
        429
    );
    let elsewhere: IpAddr = "127.0.0.2".parse().unwrap();
    let mut alice = app.visitor_from(elsewhere);
    attempt(&mut alice, ALICE, PASSWORD, "").await.leads_to("/");
}

#[actix_web::test]
async fn one_address_may_not_try_person_after_person() {
    let app = App::start().await;
    let mut attacker = app.visitor();
    let mut statuses = Vec::new();
    for number in 0..31 {
        let email = format!("person{number}@acme.test");
        statuses.push(attempt(&mut attacker, &email, "wrong", "").await.status);
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30], 429);
}

#[actix_web::test]
async fn signing_in_rightly_never_makes_others_at_the_address_wait() {
    let app = App::start().await;
    for number in 0..29 {
        let email = format!("person{number}@acme.test");
        attempt(&mut app.visitor(), &email, "wrong", "").await;
        app.clock.advance(TimeDelta::seconds(1));
    }
    for _ in 0..5 {
        attempt(&mut app.visitor(), ALICE, PASSWORD, "")
            .await
            .leads_to("/");
        attempt(&mut app.visitor(), BOB, PASSWORD, "")
            .await
            .leads_to("/");
    }
    // A day later the failures are forgotten, although somebody signed in meanwhile.
    app.clock.advance(TimeDelta::hours(12));
    attempt(&mut app.visitor(), ALICE, PASSWORD, "")
        .await
        .leads_to("/");
    app.clock.advance(TimeDelta::hours(13));
    for number in 0..20 {
        let email = format!("stranger{number}@acme.test");
        assert_eq!(
            attempt(&mut app.visitor(), &email, "wrong", "")
                .await
                .status,
            401
        );
    }
}

#[actix_web::test]
async fn behind_a_trusted_proxy_each_client_is_its_own_place() {
    let app = App::start_behind("127.0.0.1", "x-forwarded-for").await;
    let from = |address: &'static str| {
        let mut person = app.visitor();
        person.from = Some(address);
        person
    };
    // What a client claims stands before what the proxy saw.
    let mut attacker = from("198.51.100.9, 203.0.113.66");
    for _ in 0..5 {
        assert_eq!(attempt(&mut attacker, ALICE, "wrong", "").await.status, 401);
    }
    assert_eq!(
        attempt(&mut from("8.8.8.8, 203.0.113.66"), ALICE, PASSWORD, "")
            .await
            .status,
        429
    );
    attempt(&mut from("198.51.100.9"), ALICE, PASSWORD, "")
        .await
        .leads_to("/");
    // A proxy that says nothing of use shares one place, in which only accounts wait.
    for number in 0..40 {
        let email = format!("person{number}@acme.test");
        assert_eq!(
            attempt(&mut from("unknown"), &email, "wrong", "")
                .await
                .status,
            401,
            "{number}"
        );
    }
    attempt(&mut from("unknown"), ALICE, PASSWORD, "")
        .await
        .leads_to("/");
}

#[actix_web::test]
async fn a_clock_that_is_set_back_locks_nobody_out() {
    let app = App::start().await;
    attempt(&mut app.visitor(), ALICE, PASSWORD, "")
        .await
        .leads_to("/");
    attempt(&mut app.visitor(), ALICE, "wrong", "").await;
    app.clock.advance(TimeDelta::hours(-1));
    attempt(&mut app.visitor(), ALICE, PASSWORD, "")
        .await
        .leads_to("/");
    for _ in 0..5 {
        attempt(&mut app.visitor(), BOB, "wrong", "").await;
    }
    app.clock.advance(TimeDelta::hours(-1));
    let waiting = attempt(&mut app.visitor(), BOB, PASSWORD, "").await;
    assert_eq!((waiting.status, waiting.header("retry-after")), (429, "2"));
}

#[actix_web::test]
async fn many_attempts_at_once_do_not_get_around_the_wait() {
    let app = App::start().await;
    let mut attacker = app.visitor();
    attacker.get("/login").await;
    let token = attacker.token("/login").await;
    let tries: Vec<_> = (0..24)
        .map(|number| {
            let (mut attacker, token) = (attacker.clone(), token.clone());
            let password = format!("guess {number}");
            actix_web::rt::spawn(async move {
                let fields = [
                    ("csrf", &*token),
                    ("email", ALICE),
                    ("password", &password),
                    ("next", ""),
                ];
                attacker.post("/login", &fields).await.status
            })
        })
        .collect();
    let mut tested = 0;
    for attempt in tries {
        tested += usize::from(attempt.await.unwrap() == 401);
    }
    assert!(
        tested <= 6,
        "{tested} passwords were tried where 5 are free"
    );
}

#[actix_web::test]
async fn whoever_is_turned_away_at_a_crowded_door_did_not_fail() {
    let app = App::start().await;
    let tries: Vec<_> = (2..122)
        .map(|number| {
            let mut person = app.visitor_from(std::net::Ipv4Addr::new(127, 0, 0, number).into());
            actix_web::rt::spawn(async move {
                let answer =
                    attempt(&mut person, &format!("p{number}@acme.test"), "guess", "").await;
                (answer.status, answer.body)
            })
        })
        .collect();
    let (mut judged, mut turned_away) = (0, 0);
    for attempt in tries {
        match attempt.await.unwrap() {
            (401, _) => judged += 1,
            (503, text) => {
                assert!(text.contains("Too many people sign in at once"), "{text}");
                turned_away += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(turned_away > 0, "all {judged} passwords were looked at");
    assert_eq!(
        app.number("SELECT count(*) AS n FROM sign_in_failures WHERE subject LIKE 'address:%'"),
        judged
    );
    // By address, by account there, and by account everywhere.
    let rows = app.number("SELECT count(*) AS n FROM sign_in_failures");
    assert_eq!(rows, 3 * judged);
}

#[actix_web::test]
async fn only_paths_of_ours_are_followed_after_signing_in() {
    let app = App::start().await;
    for evil in [
        "//evil.test",
        "/\\evil.test",
        "https://evil.test/",
        "javascript:alert(1)",
        "/%09/evil.test",
        "/\t/evil.test",
        "/tenant-api-keys\r\nX-Evil: 1",
        "/nothing",
        "\\\\evil.test",
        "///evil.test",
        "evil",
    ] {
        let mut alice = app.visitor();
        attempt(&mut alice, ALICE, PASSWORD, evil)
            .await
            .leads_to("/");
        let query = serde_urlencoded::to_string([("next", evil)]).unwrap();
        let page = app.visitor().get(&format!("/login?{query}")).await;
        assert_eq!(page.field("next"), "/");
    }
    let mut alice = app.visitor();
    let good = "/tenant-api-keys/new";
    attempt(&mut alice, ALICE, PASSWORD, good)
        .await
        .leads_to(good);
}

#[actix_web::test]
async fn someone_signed_in_can_sign_in_as_somebody_else() {
    let app = App::start().await;
    let mut person = app.sign_in(ALICE).await;
    attempt(&mut person, BOB, PASSWORD, "").await.leads_to("/");
    person.get("/tenant-api-keys").await.shows("Globex");
}

#[actix_web::test]
async fn what_was_typed_comes_back_as_text() {
    let app = App::start().await;
    let email = "\"><script>alert(1)</script>@x";
    let page = attempt(&mut app.visitor(), email, "x", "").await;
    page.hides("<script>alert");
    assert_eq!(page.status, 401);
}

#[actix_web::test]
async fn a_password_of_before_is_taken_as_typed_and_has_one_form_from_then_on() {
    let app = App::start().await;
    let (composed, apart) = (
        "gr\u{f6}\u{df}e z\u{e4}hlt",
        "gro\u{308}\u{df}e za\u{308}hlt",
    );
    // As digests were made: of what was typed, letter for letter.
    let digest = || {
        let params = argon2::Params::new(19 * 1024, 2, 1, None).unwrap();
        let argon2 =
            argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let hash = argon2::password_hash::PasswordHasher::hash_password(&argon2, apart.as_bytes());
        hash.unwrap().to_string()
    };
    app.sql(&format!(
        "UPDATE users SET password_digest = '{}' WHERE email = '{ALICE}'",
        digest()
    ));
    let mut visitor = app.visitor();
    let refused = attempt(&mut visitor, ALICE, composed, "").await;
    assert_eq!(refused.status, 401);
    for typed in [apart, composed, "gr\u{f6}\u{df}e\u{a0}z\u{e4}hlt", apart] {
        attempt(&mut app.visitor(), ALICE, typed, "")
            .await
            .leads_to("/");
    }
}
