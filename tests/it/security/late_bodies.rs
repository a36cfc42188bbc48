//! Rights that end between the head of a request and its body.

use keystead::actions::verifiers;
use keystead::domain::role::Steward;
use reqwest::Method;
use serde_json::json;

use super::csrf::fingerprint;
use super::csrf_forms::Try;
use crate::api::matrix::{body, changing, filled};
use crate::staff::matrix::{FOR_STRANGERS, cell, forms};
use crate::support::browser_like::Person;
use crate::support::late::Late;
use crate::support::*;

/// When nobody had used their session for a while.
const BEFORE: &str = "2026-11-20 11:30:00";

/// True when somebody whose session ends while the body of a form is on the way is sent to sign in.
async fn signed_out_meanwhile(app: &App, person: &mut Person, form: &Try, home: &str) -> bool {
    let token = person.token(home).await;
    let mut fields: Vec<(&str, &str)> = vec![("csrf", &token)];
    fields.extend(form.fields.iter().map(|(name, value)| (*name, &**value)));
    app.sql(&format!("UPDATE sessions SET seen_at = '{BEFORE}'"));
    let late = Late::begin(person.request(Method::POST, &form.action).form(&fields)).await;
    // It came with a session that was open: that is where its use is noted.
    direct::until("the session is known", async || {
        let used = format!("SELECT count(*) AS n FROM sessions WHERE seen_at > '{BEFORE}'");
        app.number(&used) == 1
    })
    .await;
    app.sql("UPDATE sessions SET key_digest = 'over ' || key_digest");
    let before = fingerprint(app);
    let answer = late.finish().await;
    assert_eq!(fingerprint(app), before, "{}", form.route);
    app.sql("UPDATE sessions SET key_digest = substr(key_digest, 6)");
    cell(&answer) == ">"
}

#[actix_web::test]
async fn no_form_is_taken_from_who_signed_out_before_its_body_came() {
    let app = App::start_with_mail(&mail::url(mail::free_port())).await;
    app.hire_sam();
    let (mut alice, mut sam) = (app.sign_in(ALICE).await, app.sign_in(SAM).await);
    let mut taken = Vec::new();
    for form in forms(&app) {
        if FOR_STRANGERS.contains(&form.route) {
            continue;
        }
        let refused = if form.route.contains("/look") {
            signed_out_meanwhile(&app, &mut sam, &form, "/support/tenants").await
        } else {
            signed_out_meanwhile(&app, &mut alice, &form, "/tenant-api-keys").await
        };
        if !refused {
            taken.push(form.route);
        }
    }
    // A choice of the browser alone.
    assert_eq!(taken, ["/theme"]);
}

#[actix_web::test]
async fn no_change_is_made_by_a_key_that_was_revoked_before_its_body_came() {
    let app = App::start().await;
    app.give_integrations("Acme");
    app.set_limit("Acme", 500);
    let project = app.add_project("Acme", "Acme's project");
    let current = app.save_credential("Acme", Some(&project), "openai", true);
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    for (method, path) in changing() {
        let own = app.issue("Acme", "Own");
        let target = format!("/api/v1{}", filled(&app, path, &project, "orders:read"));
        let sent = body(&method, path, "orders:read", &current, "Full access");
        // An operation that needs no body may have one.
        let sent = sent.unwrap_or(json!({}));
        let request = app.system(&own.secret).request(method.clone(), &target);
        let late = Late::begin(request.json(&sent)).await;
        assert_eq!(admin.delete(&own.resource()).await.status, 204);
        let before = fingerprint(&app);
        late.finish().await.problem(401);
        assert_eq!(fingerprint(&app), before, "{method} {path}");
    }
}

#[actix_web::test]
async fn a_verifier_that_was_revoked_before_its_body_came_learns_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    let questions = [
        ("/api/v1/verify", json!({ "key": key })),
        ("/api/v1/verify/batch", json!({ "keys": [{ "key": key }] })),
    ];
    let mut waiting = Vec::new();
    for (path, question) in questions {
        let request = app.asker().request(Method::POST, path).json(&question);
        waiting.push(Late::begin(request).await);
    }
    let introspection = app.asker().request(Method::POST, "/oauth2/introspect");
    waiting.push(Late::begin(introspection.form(&[("token", &key)])).await);
    let id = direct::text(&app.db, "SELECT id AS t FROM verifiers");
    let by = Steward::operator(app.clock.now());
    app.db
        .write(|conn| verifiers::revoke(conn, &by, id.parse()?, "Tests"))
        .unwrap();
    direct::until("the verifier is revoked", async || {
        let question = json!({ "key": key });
        app.asker().post("/api/v1/verify", question).await.status == 401
    })
    .await;
    for late in waiting {
        let answer = late.finish().await;
        assert_eq!(answer.status, 401, "{}", answer.body);
        answer.hides("Acme");
    }
}

#[actix_web::test]
async fn a_limit_counts_the_keys_of_the_moment_at_which_one_comes_back() {
    let app = App::start().await;
    app.set_limit("Acme", 2);
    let admin = app.system(&app.issue("Acme", "Admin").secret);
    let ending = app.issue_with("Acme", "Ending", None, &[], Some(60));
    let longer = json!({ "expires_at": "2027-01-01T00:00:00Z" });
    let request = admin.request(Method::PATCH, &ending.resource());
    let late = Late::begin(request.json(&longer)).await;
    app.clock.advance(chrono::TimeDelta::seconds(60));
    assert_eq!(admin.create("In its place").await.status, 201);
    assert_eq!(
        late.finish().await.problem(409)["code"],
        "key-limit-reached"
    );
    assert_eq!(app.stranger().verify(&ending.secret).await, "EXPIRED");
}
