//! Setting up a second factor, signing in with it, and being without it again.

use chrono::TimeDelta;

use crate::support::browser_like::Person;
use crate::support::phone::{FACTOR, Phone, REMOVAL, happened};

use crate::support::*;

const CONFIRMATION: &str = "/account/second-factor/confirmation";
const CODES: &str = "/account/second-factor/recovery-codes";

/// Signs in with password and code.
async fn sign_in(app: &App, email: &str, code: &str) -> Person {
    let mut person = app.visitor();
    person
        .give_password(email, PASSWORD, "")
        .await
        .leads_to("/login/code");
    person.give_code(code).await.leads_to("/");
    person
}

#[actix_web::test]
async fn it_is_set_up_with_password_and_code_and_then_asked_for() {
    let app = App::start().await;
    let (mut vera, mut elsewhere) = (app.sign_in(VERA).await, app.sign_in(VERA).await);
    let wrong = [("password", "not my password at all")];
    assert_eq!(vera.submit(FACTOR, FACTOR, &wrong).await.status, 422);
    let shown = vera.submit(FACTOR, FACTOR, &[("password", PASSWORD)]).await;
    assert_eq!(shown.status, 201);
    assert!(shown.body.contains("<svg class=\"qr\""));
    let secret = shown.text_of(".sample code");
    let phone = Phone::of(&secret);
    // Until it is confirmed, nothing is asked for.
    assert_eq!(app.sign_in(VERA).await.get(FACTOR).await.status, 200);
    let refused = vera
        .submit(FACTOR, CONFIRMATION, &[("code", "12345")])
        .await;
    assert_eq!(refused.status, 422);
    // It may be another session than the one that typed the password.
    refused.hides(&secret);
    refused.lacks("svg.qr");
    let old = vera.clone();
    let on = vera
        .submit(FACTOR, CONFIRMATION, &[("code", &app.code(&phone))])
        .await;
    assert_eq!(on.status, 201);
    on.hides(&secret);
    let paper = on.text_of(".sample code");
    assert_eq!(paper.split_whitespace().count(), 10);
    // The form in the frame of that very page works.
    let csrf = on.field("csrf");
    let renamed = vera
        .post("/account/name", &[("csrf", &csrf), ("name", "Vera V")])
        .await;
    renamed.leads_to("/account");
    for mut ended in [elsewhere.clone(), old] {
        assert_eq!(ended.get("/account").await.status, 303);
    }
    let page = vera.get(FACTOR).await;
    page.shows("10 recovery codes are left");
    page.hides(&secret);
    page.hides(paper.split_whitespace().next().unwrap());
    let rows = "SELECT count(*) AS n FROM audit_events WHERE detail LIKE '%otpauth%'";
    assert_eq!(app.number(rows), 0);
    assert_eq!(happened(&app, "person.second_factor_on"), 1);
    // The code that confirmed it opens nothing any more.
    elsewhere = app.visitor();
    elsewhere.give_password(VERA, PASSWORD, "").await;
    assert_eq!(elsewhere.give_code(&app.code(&phone)).await.status, 401);
}

#[actix_web::test]
async fn who_gave_only_the_password_is_a_stranger_everywhere() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let phone = app.set_up_factor(&mut alice).await;
    app.clock.advance(TimeDelta::seconds(30));
    let next = "/tenant-api-keys?sort=name";
    let mut half = app.visitor();
    let asked = half.give_password(ALICE, PASSWORD, next).await;
    asked.leads_to("/login/code");
    assert_eq!(happened(&app, "session.created"), 1);
    for path in [
        "/",
        "/tenant-api-keys",
        "/account",
        FACTOR,
        "/members",
        "/verifiers",
        "/support/tenants",
        "/jump",
        "/settings",
    ] {
        let answer = half.get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").starts_with("/login"), "{path}");
    }
    let page = half.get("/login/code").await;
    page.hides(ALICE);
    for part in ["autocomplete=\"one-time-code\"", "inputmode=\"numeric\""] {
        assert!(page.body.contains(part), "{part}");
    }
    // Nor is the form of that page one of a signed-in person.
    let csrf = page.field("csrf");
    let posted = half
        .post("/account/name", &[("csrf", &csrf), ("name", "Mallory")])
        .await;
    assert!(posted.header("location").starts_with("/login"));
    let before = half.cookies[&app.cookie()].clone();
    half.give_code(&app.code(&phone)).await.leads_to(next);
    assert_ne!(half.cookies[&app.cookie()], before);
    assert_eq!(half.get("/tenant-api-keys").await.status, 200);
    assert_eq!(happened(&app, "session.created"), 2);
    // The half session is gone, and so is the code.
    let mut thief = app.visitor();
    thief.cookies.insert(app.cookie(), before);
    thief.get("/login/code").await.leads_to("/login?over=code");
}

#[actix_web::test]
async fn there_are_five_minutes_for_the_code() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    let mut vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    let csrf = vera.get("/login/code").await.field("csrf");
    app.clock.advance(TimeDelta::minutes(5));
    let code = app.code(&phone);
    let late = vera
        .post("/login/code", &[("csrf", &csrf), ("code", &code)])
        .await;
    late.leads_to("/login?over=code");
    vera.get("/login?over=code").await.shows("took too long");
    assert!(
        sign_in(&app, VERA, &code)
            .await
            .get("/account")
            .await
            .status
            == 200
    );
}

#[actix_web::test]
async fn a_code_works_once_and_one_step_around_now() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    app.clock.advance(TimeDelta::minutes(10));
    let at = |steps: i64| phone.code(app.clock.now() + TimeDelta::seconds(30 * steps));
    let mut vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    for far in [at(-2), at(2), "000 00".into(), String::new()] {
        assert_eq!(vera.give_code(&far).await.status, 401, "{far}");
    }
    assert_eq!(happened(&app, "person.code_refused"), 4);
    let before = at(-1);
    sign_in(&app, VERA, &before).await;
    vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    let again = vera.give_code(&before).await;
    assert_eq!(again.status, 401);
    again.shows("used already");
    let spaced = format!("{} {}", &at(1)[..3], &at(1)[3..]);
    vera.give_code(&spaced).await.leads_to("/");
    // Once that of the next step was used, that of now is over too.
    vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    assert_eq!(vera.give_code(&at(0)).await.status, 401);
}

#[actix_web::test]
async fn of_many_who_race_with_one_code_one_gets_in() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    app.clock.advance(TimeDelta::seconds(30));
    for code in [app.code(&phone), phone.paper[0].clone()] {
        let mut tries = Vec::new();
        for _ in 0..5 {
            let mut racer = app.visitor();
            racer.give_password(VERA, PASSWORD, "").await;
            let csrf = racer.get("/login/code").await.field("csrf");
            let code = code.clone();
            tries.push(actix_web::rt::spawn(async move {
                let fields = [("csrf", &*csrf), ("code", &code)];
                racer.post("/login/code", &fields).await.status
            }));
        }
        let mut statuses = Vec::new();
        for attempt in tries {
            statuses.push(attempt.await.unwrap());
        }
        let done = statuses.iter().filter(|status| **status == 303).count();
        assert_eq!(done, 1, "{statuses:?}");
        app.clock.advance(TimeDelta::minutes(20));
    }
}

#[actix_web::test]
async fn a_recovery_code_opens_once_and_new_ones_end_the_old() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    let typed = phone.paper[0].to_uppercase().replace('-', " ");
    let mut vera = sign_in(&app, VERA, &typed).await;
    vera.get("/account").await.shows("9 are left");
    assert_eq!(happened(&app, "person.recovery_code_used"), 1);
    let mut again = app.visitor();
    again.give_password(VERA, PASSWORD, "").await;
    assert_eq!(again.give_code(&phone.paper[0]).await.status, 401);
    app.clock.advance(TimeDelta::seconds(30));
    let code = app.code(&phone);
    for (password, code, told) in [
        (
            "not my password at all",
            &*code,
            "not your present password",
        ),
        (PASSWORD, "000000", "This code is wrong"),
    ] {
        let fields = [("password", password), ("code", code)];
        let refused = vera.submit(FACTOR, CODES, &fields).await;
        assert_eq!(refused.status, 422);
        refused.shows(told);
    }
    let fields = [("password", PASSWORD), ("code", &code)];
    let renewed = vera.submit(FACTOR, CODES, &fields).await;
    assert_eq!(renewed.status, 201, "{}", renewed.body);
    let new: Vec<String> = renewed
        .text_of(".sample code")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert_eq!(new.len(), 10);
    assert_eq!(again.give_code(&phone.paper[1]).await.status, 401);
    again.give_code(&new[1]).await.leads_to("/");
}

#[actix_web::test]
async fn wrong_codes_make_wait_wherever_they_come_from() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    app.clock.advance(TimeDelta::seconds(30));
    let mut here = app.visitor();
    here.give_password(VERA, PASSWORD, "").await;
    for _ in 0..5 {
        assert_eq!(here.give_code("000000").await.status, 401);
        // The right password, again and again, takes no wrong code back.
        let mut again = app.visitor();
        let answer = again.give_password(VERA, PASSWORD, "").await;
        assert!([303, 429].contains(&answer.status));
    }
    let throttled = here.give_code(&app.code(&phone)).await;
    assert_eq!(throttled.status, 429);
    assert!(!throttled.header("retry-after").is_empty());
    let mut there = app.visitor_from("127.0.0.2".parse().unwrap());
    there.give_password(VERA, PASSWORD, "").await;
    for _ in 0..4 {
        assert_eq!(there.give_code("000000").await.status, 401);
    }
    let mut third = app.visitor_from("127.0.0.3".parse().unwrap());
    third.give_password(VERA, PASSWORD, "").await;
    assert_eq!(third.give_code("000000").await.status, 401);
    assert_eq!(third.give_code("000000").await.status, 429);
    app.clock.advance(TimeDelta::seconds(60));
    third.give_code(&app.code(&phone)).await.leads_to("/");
}

#[actix_web::test]
async fn it_is_switched_off_with_both_and_other_sessions_end() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    let phone = app.set_up_factor(&mut vera).await;
    app.clock.advance(TimeDelta::seconds(30));
    let mut there = sign_in(&app, VERA, &app.code(&phone)).await;
    let fields = [("password", PASSWORD), ("code", &*phone.paper[3])];
    let off = vera.submit(FACTOR, REMOVAL, &fields).await;
    off.leads_to(FACTOR);
    vera.get(FACTOR).await.shows("Your second factor is off.");
    assert_eq!(there.get("/account").await.status, 303);
    assert_eq!(happened(&app, "person.second_factor_off"), 1);
    assert_eq!(app.rows("recovery_codes") + app.rows("second_factors"), 0);
    app.sign_in(VERA).await;
    assert_eq!(vera.submit(FACTOR, CODES, &fields).await.status, 409);
}

#[actix_web::test]
async fn a_removed_member_gets_in_by_no_code() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(VERA).await).await;
    app.clock.advance(TimeDelta::seconds(30));
    let mut vera = app.visitor();
    vera.give_password(VERA, PASSWORD, "").await;
    let csrf = vera.get("/login/code").await.field("csrf");
    let mut alice = app.sign_in(ALICE).await;
    let id = direct::text(
        &app.db,
        &format!("SELECT id AS t FROM users WHERE email = '{VERA}'"),
    );
    let removal = format!("/members/{id}/removal");
    alice
        .submit(&removal, &removal, &[])
        .await
        .leads_to("/members");
    let fields = [("csrf", &*csrf), ("code", &app.code(&phone))];
    let late = vera.post("/login/code", &fields).await;
    assert!(late.header("location").starts_with("/login?over"));
    assert_eq!(vera.get("/account").await.status, 303);
}

#[actix_web::test]
async fn an_invitation_opens_no_account_without_its_code() {
    let app = App::start().await;
    let phone = app.set_up_factor(&mut app.sign_in(BOB).await).await;
    app.clock.advance(TimeDelta::seconds(30));
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("email", BOB), ("role", "viewer")];
    let invited = alice
        .submit("/members", "/members/invitations", &fields)
        .await;
    let page = alice.get(invited.header("location")).await;
    let link = page.text_of(".sample code");
    let link = link.strip_prefix(&app.base).unwrap().to_owned();
    let mut bob = app.visitor();
    let form = bob.get(&link).await;
    let (csrf, token) = (form.field("csrf"), form.field("token"));
    let fields = [("csrf", &*csrf), ("token", &token), ("password", PASSWORD)];
    bob.post("/invitation", &fields)
        .await
        .leads_to("/login/code");
    assert_eq!(bob.get("/account").await.status, 303);
    bob.give_code(&app.code(&phone))
        .await
        .leads_to("/tenant-api-keys");
    bob.get("/tenant-api-keys").await.shows("Acme");
}
