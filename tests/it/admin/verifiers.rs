//! The page of verifiers.

use keystead::domain::key_text::is_verifier_token;
use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::*;

const VERIFIERS: &str = "/verifiers";

/// The token in a page.
fn token_in(page: &Answer) -> String {
    let words = page
        .body
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let tokens: Vec<&str> = words.filter(|word| is_verifier_token(word)).collect();
    assert!(!tokens.is_empty(), "no token in {}", page.body);
    tokens[0].to_owned()
}

/// `/verifiers/{id}/revocation` of the verifier with this name.
fn revocation(app: &App, name: &str) -> String {
    let rows = app.db.read(keystead::db::verifiers::list).unwrap();
    let row = rows.iter().find(|row| row.name == name).unwrap();
    format!("/verifiers/{}/revocation", row.id)
}

#[actix_web::test]
async fn the_token_is_shown_once_and_works_at_once() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP").secret;
    for htmx in [false, true] {
        let mut alice = app.sign_in(ALICE).await;
        let csrf = alice.token(VERIFIERS).await;
        alice.htmx = htmx;
        let name = format!("Orders <API> {htmx}");
        let shown = alice
            .post(VERIFIERS, &[("csrf", &csrf), ("name", &name)])
            .await;
        assert_eq!(shown.status, 201, "{}", shown.body);
        assert_eq!(shown.header("cache-control"), "no-store");
        assert_eq!(shown.count("dialog") == 1, htmx);
        shown.hides("<API>");
        let token = token_in(&shown);
        let answer = app
            .system(&token)
            .post("/api/v1/verify", serde_json::json!({ "key": key }))
            .await;
        assert_eq!(answer.json()["code"], "VALID");

        alice.htmx = false;
        let list = alice.get(VERIFIERS).await;
        list.hides(&token);
        list.shows(&format!("ks_verifier_…{}", &token[token.len() - 4..]));
        list.shows(&format!("Orders <API> {htmx}"));
    }
}

#[actix_web::test]
async fn a_revoked_verifier_is_refused_on_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP").secret;
    // Several connections, so that every worker has seen the token.
    let askers: Vec<_> = (0..6).map(|_| app.asker()).collect();
    for asker in &askers {
        assert_eq!(asker.verify(&key).await, "VALID");
    }
    let page = revocation(&app, "Tests");
    let question = alice.get(&page).await;
    question.shows("Are you sure you want to revoke the verifier");
    question.shows("ks_verifier_…");
    let named = [("name", "Tests")];
    alice.submit(&page, &page, &named).await.leads_to(VERIFIERS);
    for asker in &askers {
        let question = serde_json::json!({ "key": key });
        asker.post("/api/v1/verify", question).await.problem(401);
        let introspection = asker
            .request(Method::POST, "/oauth2/introspect")
            .form(&[("token", &key)]);
        assert_eq!(Answer::of(introspection).await.status, 401);
    }
    let list = alice.get(VERIFIERS).await;
    list.shows("is revoked. It is refused from now on.");
    list.has(".is-revoked");
    list.hides("Revoke…");
    // Again, as after a lost answer.
    alice.submit(&page, &page, &[]).await.leads_to(VERIFIERS);
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'verifier.revoked' \
                    AND actor_name = 'alice@acme.test' AND tenant_id IS NULL AND object_name = 'Tests'";
    assert_eq!(app.number(recorded), 1);
}

#[actix_web::test]
async fn htmx_gets_the_row_and_a_toast() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let page = revocation(&app, "Tests");
    let csrf = alice.token(VERIFIERS).await;
    alice.htmx = true;
    let dialog = alice.get(&page).await;
    dialog.has("dialog");
    let row = alice
        .post(&page, &[("csrf", &csrf), ("name", "Tests")])
        .await;
    assert_eq!(row.status, 200);
    row.has("tr.row-revoked[id^='verifier-']");
    assert!(row.is_part());
    assert!(row.header("hx-trigger").contains("is revoked"));
}

#[actix_web::test]
async fn a_wrong_name_is_told_at_its_field_and_makes_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let before = app.rows("verifiers");
    let token = app.verifier.clone();
    let long = "x".repeat(101);
    for name in ["", " x ", &*long, "a\u{202e}b", &*token] {
        for htmx in [false, true] {
            let csrf = alice.token(VERIFIERS).await;
            alice.htmx = htmx;
            let fields = [("csrf", &*csrf), ("name", name)];
            let answer = alice.post(VERIFIERS, &fields).await;
            alice.htmx = false;
            assert_eq!(answer.status, 422, "{name:?}");
            answer.has("#name-error");
            assert_eq!(answer.is_part(), htmx);
        }
    }
    let more = [("name", "Fine name"), ("super_user", "true")];
    let answer = alice.submit(VERIFIERS, VERIFIERS, &more).await;
    assert_eq!(answer.status, 422);
    assert_eq!(app.rows("verifiers"), before);
}

#[actix_web::test]
async fn the_page_exists_for_super_users_alone() {
    let app = App::start().await;
    let page = revocation(&app, "Tests");
    let before = (app.rows("verifiers"), app.audit_rows());
    for email in [VERA, BOB] {
        let mut person = app.sign_in(email).await;
        person.get("/tenant-api-keys").await.hides(VERIFIERS);
        let missing = person.get("/verifiers/nothing").await.status;
        for path in [VERIFIERS, &*page] {
            let answer = person.get(path).await;
            assert_eq!((answer.status, missing), (404, 404), "{email} {path}");
            answer.hides("ks_verifier");
            let csrf = person.token("/tenant-api-keys").await;
            let fields = [("csrf", &*csrf), ("name", "Mine")];
            let fields = if path == VERIFIERS {
                &fields[..]
            } else {
                &fields[..1]
            };
            let answer = person.post(path, fields).await;
            assert_eq!(answer.status, 404, "{email} {path}");
        }
    }
    let mut visitor = app.visitor();
    visitor
        .get(VERIFIERS)
        .await
        .leads_to("/login?next=%2Fverifiers");
    let mut alice = app.sign_in(ALICE).await;
    for id in [MISSING, "nothing", ""] {
        let path = format!("/verifiers/{id}/revocation");
        assert_eq!(alice.get(&path).await.status, 404, "{id}");
    }
    alice
        .get("/tenant-api-keys")
        .await
        .has("[href='/verifiers']");
    assert_eq!(app.rows("verifiers"), before.0);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM verifiers WHERE revoked_at IS NOT NULL"),
        0
    );
}

#[actix_web::test]
async fn when_a_verifier_asked_last_is_kept() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(VERIFIERS).await.shows("Never used");
    let used = async |minutes: i64| {
        app.clock.advance(chrono::TimeDelta::minutes(minutes));
        assert_eq!(app.stranger().verify("x").await, "MALFORMED");
        let at = noon() + chrono::TimeDelta::minutes(minutes);
        direct::until("the last use is stored", async || {
            let rows = app.db.read(keystead::db::verifiers::list).unwrap();
            rows[0].last_used_at == Some(at)
        })
        .await;
    };
    used(0).await;
    alice.get(VERIFIERS).await.shows("just now");
    used(3).await;
    app.clock.advance(chrono::TimeDelta::minutes(5));
    alice.get(VERIFIERS).await.shows("5 min ago");
    // A refused token is no use.
    let slip = format!("{}x", app.verifier);
    app.system(&slip)
        .post("/api/v1/verify", serde_json::json!({}))
        .await
        .problem(401);
    alice.get(VERIFIERS).await.shows("5 min ago");
}

#[actix_web::test]
async fn a_revocation_made_elsewhere_is_followed() {
    let app = App::start().await;
    assert_eq!(app.stranger().verify("x").await, "MALFORMED");
    let rows = app.db.read(keystead::db::verifiers::list).unwrap();
    let id = rows[0].id;
    let by = keystead::domain::role::Steward::operator(app.clock.now());
    app.db
        .write(|conn| keystead::actions::verifiers::revoke(conn, &by, id, "Tests"))
        .unwrap();
    direct::until("the revocation arrives", async || {
        let question = serde_json::json!({ "key": "x" });
        app.asker().post("/api/v1/verify", question).await.status == 401
    })
    .await;
}

#[actix_web::test]
async fn while_a_node_is_in_doubt_no_verifier_is_turned_away() {
    let app = App::start().await;
    app.sql("UPDATE change_head SET rev = rev + 1");
    app.sql("INSERT INTO change_log (rev, kind, item, payload) SELECT rev, 'mystery', 'x', '{}' FROM change_head");
    direct::until("the index is in doubt", async || {
        app.stranger().get("/readyz").await.status == 503
    })
    .await;
    let question = serde_json::json!({ "key": "x" });
    for system in [app.asker(), app.stranger()] {
        let answer = system.post("/api/v1/verify", question.clone()).await;
        answer.problem(503);
        assert_ne!(answer.header("retry-after"), "");
        let form = system.request(Method::POST, "/oauth2/introspect");
        let answer = Answer::of(form.form(&[("token", "x")])).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.json()["error"], "temporarily_unavailable");
        assert_ne!(answer.header("retry-after"), "");
    }
    let form = app.stranger().request(Method::POST, "/oauth2/revoke");
    assert_eq!(Answer::of(form.form(&[("token", "x")])).await.status, 503);
}
