//! People at the shell.

use chrono::TimeDelta;
use keystead::domain::time::Clock;

use crate::support::phone::{FACTOR, Phone};
use crate::support::process::Place;
use crate::support::*;

const OTHER: &str = "an umbrella of seven colours";

#[actix_web::test]
async fn the_operator_helps_somebody_who_forgot_the_password() {
    let place = Place::new().with_acme();
    let server = place.serve();
    let outcome = place.run(&["user", "reset-link", " Alice@acme.test"], "");
    let link = outcome.done().out.strip_suffix('\n').unwrap();
    assert_eq!(outcome.err.lines().count(), 1);
    assert!(
        outcome.err.contains(ALICE) && !outcome.err.contains("token="),
        "{}",
        outcome.err
    );
    let path = &link[link.find("/password-reset?token=").unwrap()..];
    let mut alice = server.visitor();
    let page = alice.get(path).await;
    page.shows(ALICE);
    let (csrf, token) = (page.field("csrf"), page.field("token"));
    let fields = [("csrf", &*csrf), ("token", &token), ("password", OTHER)];
    let saved = alice.post("/password-reset", &fields).await;
    saved.leads_to("/login?over=reset");
    for (password, status) in [(PASSWORD, 401), (OTHER, 303)] {
        let fields = [("email", ALICE), ("password", password), ("next", "")];
        let answer = server.visitor().submit("/login", "/login", &fields).await;
        assert_eq!(answer.status, status);
    }
    let recorded = "SELECT count(*) AS n FROM audit_events \
                    WHERE action = 'person.reset_link_made' AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 1);
}

#[test]
fn there_is_no_link_for_somebody_unknown() {
    let place = Place::new().with_acme();
    let outcome = place.run(&["user", "reset-link", "nobody@acme.test"], "");
    assert!(
        outcome
            .refusal()
            .contains("nobody signs in with \"nobody@acme.test\"")
    );
    assert_eq!(outcome.out, "");
}

#[actix_web::test]
async fn the_operator_switches_a_second_factor_off() {
    let place = Place::new().with_acme();
    let server = place.serve();
    let command = ["user", "disable-second-factor", ALICE];
    assert!(
        place
            .run(&command, "")
            .refusal()
            .contains("has no second factor")
    );
    let mut alice = server.visitor();
    alice.give_password(ALICE, PASSWORD, "").await.leads_to("/");
    let shown = alice
        .submit(FACTOR, FACTOR, &[("password", PASSWORD)])
        .await;
    let phone = Phone::of(&shown.text_of(".sample code"));
    let code = phone.code(Clock::System.now());
    let on = alice
        .submit(
            FACTOR,
            "/account/second-factor/confirmation",
            &[("code", &code)],
        )
        .await;
    assert_eq!(on.status, 201, "{}", on.body);
    // The running server opens it under another master key too.
    place.run(&["master-key", "rotate"], "").done();
    let moved = "SELECT count(*) AS n FROM second_factors WHERE master_key_version = 2";
    assert_eq!(place.number(moved), 1);
    place.run(&["master-key", "retire", "1"], "").done();
    let mut elsewhere = server.visitor();
    let asked = elsewhere.give_password(ALICE, PASSWORD, "").await;
    asked.leads_to("/login/code");
    let next = phone.code(Clock::System.now() + TimeDelta::seconds(30));
    elsewhere.give_code(&next).await.leads_to("/");
    let outcome = place.run(
        &[
            "user",
            "disable-second-factor",
            " Alice@acme.test",
            "--json",
        ],
        "",
    );
    let told: serde_json::Value = serde_json::from_str(&outcome.done().out).unwrap();
    assert_eq!(
        told,
        serde_json::json!({ "email": ALICE, "second_factor": false })
    );
    assert_eq!(alice.get("/account").await.status, 303);
    let again = server.visitor().give_password(ALICE, PASSWORD, "").await;
    again.leads_to("/");
    let recorded = "SELECT count(*) AS n FROM audit_events \
                    WHERE action = 'person.second_factor_off' AND actor_kind = 'operator'";
    assert_eq!(place.number(recorded), 1);
    let unknown = ["user", "disable-second-factor", "nobody@acme.test"];
    assert!(
        place
            .run(&unknown, "")
            .refusal()
            .contains("nobody signs in")
    );
}
