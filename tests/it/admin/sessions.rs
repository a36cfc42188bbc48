//! How sessions begin and end.

use chrono::TimeDelta;

use crate::support::browser_like::Person;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

async fn is_signed_in(person: &mut Person) -> bool {
    let answer = person.get(KEYS).await;
    assert!([200, 303].contains(&answer.status), "{}", answer.body);
    answer.status == 200
}

#[actix_web::test]
async fn the_cookie_is_for_this_host_over_https_and_hidden_from_scripts() {
    let app = App::start().await;
    let mut alice = app.visitor();
    let answer = alice
        .submit(
            "/login",
            "/login",
            &[("email", ALICE), ("password", PASSWORD), ("next", "")],
        )
        .await;
    // The other one is by which the browser is known later.
    let all = answer.headers.get_all("set-cookie").into_iter();
    let all: Vec<&str> = all.map(|cookie| cookie.to_str().unwrap()).collect();
    for cookie in &all {
        for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
    }
    let own = format!("{}=", app.cookie());
    let cookie = all.iter().find(|cookie| cookie.starts_with(&own)).unwrap();
    for part in ["Domain", "Max-Age", "Expires"] {
        assert!(!cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(app.rows("sessions"), 1);
    let key = cookie.split('=').nth(1).unwrap().split(';').next().unwrap();
    let stored = format!(
        "SELECT count(*) AS n FROM sessions WHERE state LIKE '%{key}%' OR key_digest = '{key}'"
    );
    assert_eq!(app.number(&stored), 0);
}

#[actix_web::test]
async fn an_insecure_cookie_is_a_setting() {
    let app = App::start_with(|config| config.insecure_cookie = true, true).await;
    let alice = app.sign_in(ALICE).await;
    assert!(
        alice
            .cookies
            .contains_key(app.cookie().trim_start_matches("__Host-"))
    );
    assert!(is_signed_in(&mut alice.clone()).await);
}

#[actix_web::test]
async fn two_installations_on_one_host_keep_their_sessions_apart() {
    let (one, other) = (App::start().await, App::start().await);
    let mut here = one.sign_in(ALICE).await;
    // A browser sends the cookies of a host to each of its ports.
    let mut there = other.visitor();
    there.cookies = here.cookies.clone();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    there
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    here.cookies = there.cookies.clone();
    assert!(is_signed_in(&mut here).await);
    assert!(is_signed_in(&mut there).await);
}

#[actix_web::test]
async fn an_hour_of_idleness_ends_a_session() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.clock.advance(TimeDelta::minutes(59));
    assert!(is_signed_in(&mut alice).await);
    app.clock.advance(TimeDelta::minutes(59));
    assert!(is_signed_in(&mut alice).await);
    app.clock.advance(TimeDelta::minutes(60));
    assert!(!is_signed_in(&mut alice).await);
}

#[actix_web::test]
async fn a_day_ends_a_session_however_busy() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for _ in 0..47 {
        app.clock.advance(TimeDelta::minutes(30));
        assert!(is_signed_in(&mut alice).await);
    }
    app.clock.advance(TimeDelta::minutes(30));
    assert!(!is_signed_in(&mut alice).await);
}

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut copy = alice.clone();
    alice.submit(KEYS, "/logout", &[]).await.leads_to("/login");
    assert!(!alice.cookies.contains_key(&app.cookie()));
    assert!(!is_signed_in(&mut alice).await);
    assert!(!is_signed_in(&mut copy).await);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM sessions WHERE user_id IS NOT NULL"),
        0
    );
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'session.ended'"),
        1
    );
}

#[actix_web::test]
async fn signing_out_leaves_other_sessions_alone() {
    let app = App::start().await;
    let (mut here, mut there) = (app.sign_in(ALICE).await, app.sign_in(ALICE).await);
    here.submit(KEYS, "/logout", &[]).await.leads_to("/login");
    assert!(is_signed_in(&mut there).await);
}

#[actix_web::test]
async fn a_disabled_person_loses_access_on_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    assert!(is_signed_in(&mut alice).await);
    app.sql("UPDATE users SET disabled_at = '2026-11-20 11:00:00' WHERE name = 'Alice Archer'");
    assert!(!is_signed_in(&mut alice).await);
    let again = alice
        .submit(
            "/login",
            "/login",
            &[("email", ALICE), ("password", PASSWORD), ("next", "")],
        )
        .await;
    assert_eq!(again.status, 401);
}

#[actix_web::test]
async fn a_lost_membership_or_role_counts_on_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    app.sql("UPDATE memberships SET role = 'viewer'");
    assert_eq!(alice.get("/tenant-api-keys/new").await.status, 403);
    app.sql("DELETE FROM memberships");
    assert!(!is_signed_in(&mut alice).await);
}

#[actix_web::test]
async fn signing_in_starts_a_new_session() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let planted = alice.clone();
    let answer = alice
        .submit(
            "/login",
            "/login",
            &[("email", BOB), ("password", PASSWORD), ("next", "")],
        )
        .await;
    answer.leads_to("/");
    let name = app.cookie();
    assert_ne!(alice.cookies[&name], planted.cookies[&name]);
    assert!(!is_signed_in(&mut planted.clone()).await);
    alice.get(KEYS).await.shows("Bob Baker");
}

#[actix_web::test]
async fn a_made_up_or_altered_cookie_is_nobody() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let good = alice.cookies[&app.cookie()].clone();
    let last = if good.ends_with('0') { '1' } else { '0' };
    let altered = format!("{}{last}", &good[..good.len() - 1]);
    for cookie in [&*altered, "a", "", &"a".repeat(64), &"0".repeat(4_000)] {
        alice.cookies.insert(app.cookie(), cookie.into());
        assert!(!is_signed_in(&mut alice.clone()).await, "{cookie}");
    }
    alice.cookies.insert(app.cookie(), good);
    assert!(is_signed_in(&mut alice).await);
}

#[actix_web::test]
async fn reading_pages_without_a_session_makes_none() {
    let app = App::start().await;
    let mut visitor = app.visitor();
    for path in ["/", "/login", "/api/docs", KEYS, "/nothing"] {
        visitor.get(path).await;
    }
    assert_eq!(app.rows("sessions"), 0);
}

/// For whom the scripts of a page say that it was made.
async fn owner_of(person: &mut Person, page: &str) -> String {
    person.get(page).await.attribute("body", "data-owner")
}

#[actix_web::test]
async fn a_page_of_another_session_is_loaded_anew_and_does_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP integration");
    app.hire_sam();
    let mut alice = app.sign_in(ALICE).await;
    let page = owner_of(&mut alice, KEYS).await;
    for other in [BOB, VERA] {
        let mut other = app.sign_in(other).await;
        other.htmx = true;
        for request in [
            other.request(reqwest::Method::GET, KEYS),
            other.request(reqwest::Method::POST, &key.page("suspension")),
        ] {
            let stale = request.header("X-Keystead-Page-Owner", &page);
            let answer = other.send(stale).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("hx-refresh"), "true");
            assert_eq!(answer.body, "");
        }
    }
    // Her own page goes on, also after she signed in anew; pages without scripts say nothing.
    let mut again = app.sign_in(ALICE).await;
    again.htmx = true;
    let own = again
        .request(reqwest::Method::GET, KEYS)
        .header("X-Keystead-Page-Owner", &page);
    again.send(own).await.shows("ERP integration");
    app.visitor()
        .get(KEYS)
        .await
        .leads_to("/login?next=%2Ftenant-api-keys");
}
