//! What a verifier asks is counted, which its revocation tells; its token is replaced without a gap.

use chrono::TimeDelta;
use keystead::domain::key_text::is_verifier_token;
use reqwest::Method;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const VERIFIERS: &str = "/verifiers";

/// `/verifiers/{id}/…` of the verifier of the tests.
fn page(app: &App, rest: &str) -> String {
    let rows = app.db.read(keystead::db::verifiers::list).unwrap();
    format!("/verifiers/{}/{rest}", rows[0].id)
}

/// Rotates the verifier of the tests, and gives its new token.
async fn rotate(app: &App, alice: &mut Person, grace: &str) -> String {
    let path = page(app, "rotation");
    let shown = alice.submit(&path, &path, &[("grace", grace)]).await;
    assert_eq!(shown.status, 201, "{}", shown.body);
    assert_eq!(shown.header("cache-control"), "no-store");
    let token = shown.text_of("[data-secret-text]").trim().to_owned();
    assert!(is_verifier_token(&token), "{token}");
    token
}

async fn status(app: &App, token: &str) -> u16 {
    let question = serde_json::json!({ "key": "x" });
    let system = app.system(token);
    system.post("/api/v1/verify", question).await.status
}

/// Asks so often, and waits until it is stored.
async fn ask(app: &App, times: i64) {
    let stored = "SELECT CAST(coalesce(sum(asked), 0) AS BIGINT) AS n FROM verifier_usage";
    let wanted = app.number(stored) + times;
    for _ in 0..times {
        assert_eq!(app.stranger().verify("x").await, "MALFORMED");
    }
    direct::until("the questions are stored", async || {
        app.number(stored) == wanted
    })
    .await;
}

#[actix_web::test]
async fn what_a_verifier_asked_is_shown_and_told_before_it_is_revoked() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let revocation = page(&app, "revocation");
    let question = alice.get(&revocation).await;
    question.shows("0 in the last hour, 0 in the last day");
    question.lacks("[name='name']");
    ask(&app, 3).await;
    app.clock.advance(TimeDelta::minutes(90));
    let mut alice = app.sign_in(ALICE).await;
    ask(&app, 2).await;
    assert_eq!(
        alice.get(VERIFIERS).await.text_of("td.c-asked").trim(),
        "2 / 5"
    );
    let question = alice.get(&revocation).await;
    question.shows("2 in the last hour, 5 in the last day");
    question.shows("of all tenants");
    question.has("[name='name']");
    for typed in ["", "tests", "Test"] {
        let answer = alice
            .submit(&revocation, &revocation, &[("name", typed)])
            .await;
        assert_eq!(answer.status, 422, "{typed:?}");
        assert!(
            answer
                .text_of("#name-error")
                .contains("Type the name, Tests")
        );
        assert_eq!(answer.field("name"), typed);
    }
    assert_eq!(status(&app, &app.verifier).await, 200);
    // A day later nobody needs it any more.
    app.clock.advance(TimeDelta::hours(25));
    let mut alice = app.sign_in(ALICE).await;
    assert_eq!(
        alice.get(VERIFIERS).await.text_of("td.c-asked").trim(),
        "0 / 0"
    );
    let answer = alice.submit(&revocation, &revocation, &[]).await;
    answer.leads_to(VERIFIERS);
}

#[actix_web::test]
async fn the_old_token_works_until_its_end() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let dialog = {
        alice.htmx = true;
        let dialog = alice.get(&page(&app, "rotation")).await;
        alice.htmx = false;
        dialog
    };
    dialog.has("dialog select[name='grace'] option[value='24h'][selected]");
    let old = app.verifier.clone();
    let new = rotate(&app, &mut alice, "1h").await;
    assert_eq!(
        (status(&app, &old).await, status(&app, &new).await),
        (200, 200)
    );
    let list = alice.get(VERIFIERS).await;
    list.hides(&new);
    list.shows(&format!(
        "Old …{} works until 20 Nov 2026, 13:00 UTC",
        &old[old.len() - 4..]
    ));
    list.shows(&format!("ks_verifier_…{}", &new[new.len() - 4..]));
    app.clock
        .advance(TimeDelta::minutes(60) - TimeDelta::seconds(1));
    assert_eq!(status(&app, &old).await, 200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(
        (status(&app, &old).await, status(&app, &new).await),
        (401, 200)
    );
    alice.get(VERIFIERS).await.hides("End old token now");
    let recorded = format!(
        "SELECT count(*) AS n FROM audit_events WHERE action = 'verifier.rotated' AND actor_name = 'alice@acme.test' \
         AND detail LIKE '%{}%' AND detail NOT LIKE '%{new}%'",
        &new[new.len() - 4..]
    );
    assert_eq!(app.number(&recorded), 1);
}

#[actix_web::test]
async fn an_old_token_without_an_end_is_ended_by_hand() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let old = app.verifier.clone();
    let new = rotate(&app, &mut alice, "until-ended").await;
    app.clock.advance(TimeDelta::days(40));
    let mut alice = app.sign_in(ALICE).await;
    ask(&app, 1).await;
    alice
        .get(VERIFIERS)
        .await
        .shows("works until you end it, used just now");
    let end = page(&app, "rotation/end");
    let list = alice.get(VERIFIERS).await;
    assert_eq!(list.link("End old token now…").as_deref(), Some(&*end));
    // It is in use: its name shows that this one is meant.
    let refused = alice.submit(&end, &end, &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(status(&app, &old).await, 200);
    alice
        .submit(&end, &end, &[("name", "Tests")])
        .await
        .leads_to(VERIFIERS);
    assert_eq!(
        (status(&app, &old).await, status(&app, &new).await),
        (401, 200)
    );
    // Again, as after a lost answer.
    alice.submit(&end, &end, &[]).await.leads_to(VERIFIERS);
    let recorded =
        "SELECT count(*) AS n FROM audit_events WHERE action = 'verifier.rotation_ended'";
    assert_eq!(app.number(recorded), 1);
}

#[actix_web::test]
async fn a_revocation_ends_every_token_at_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let old = app.verifier.clone();
    let middle = rotate(&app, &mut alice, "7d").await;
    let new = rotate(&app, &mut alice, "until-ended").await;
    for token in [&old, &middle, &new] {
        assert_eq!(status(&app, token).await, 200);
    }
    let revocation = page(&app, "revocation");
    let named = [("name", "Tests")];
    alice
        .submit(&revocation, &revocation, &named)
        .await
        .leads_to(VERIFIERS);
    for token in [&old, &middle, &new] {
        assert_eq!(status(&app, token).await, 401);
        let form = app
            .system(token)
            .request(Method::POST, "/oauth2/introspect");
        assert_eq!(Answer::of(form.form(&[("token", "x")])).await.status, 401);
    }
    let rotation = page(&app, "rotation");
    assert_eq!(alice.get(&rotation).await.status, 409);
    let csrf = alice.token(VERIFIERS).await;
    let fields = [("csrf", &*csrf), ("grace", "24h")];
    let answer = alice.post(&rotation, &fields).await;
    assert_eq!(answer.status, 409);
    answer.shows("Create another one");
}

#[actix_web::test]
async fn a_rotation_asks_for_a_choice_and_is_for_super_users_alone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let rotation = page(&app, "rotation");
    for htmx in [false, true] {
        for choice in ["", "1 year"] {
            let csrf = alice.token(VERIFIERS).await;
            alice.htmx = htmx;
            let answer = alice
                .post(&rotation, &[("csrf", &csrf), ("grace", choice)])
                .await;
            alice.htmx = false;
            assert_eq!(answer.status, 422, "{choice}");
            answer.has("#grace-error");
            assert_eq!(answer.is_part(), htmx);
        }
    }
    for email in [VERA, BOB] {
        let mut person = app.sign_in(email).await;
        let csrf = person.token("/tenant-api-keys").await;
        for path in [rotation.clone(), page(&app, "rotation/end")] {
            assert_eq!(person.get(&path).await.status, 404);
            let answer = person.post(&path, &[("csrf", &csrf)]).await;
            assert_eq!(answer.status, 404, "{email} {path}");
        }
    }
    assert_eq!(app.rows("verifier_rotations"), 0);
    for rest in ["rotation", "rotation/end"] {
        let path = format!("/verifiers/{MISSING}/{rest}");
        assert_eq!(alice.get(&path).await.status, 404);
    }
}
