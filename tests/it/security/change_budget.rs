//! One tenant's changes leave room for those of the others, and for stopping a key.

use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const USED_UP: &str = "A key, a person and an organization may make 1 a second over time.";

/// Globex and Acme where a change a second is allowed, so 10 at once.
async fn start() -> App {
    App::start_with(|config| config.changes_per_second = 1, true).await
}

/// How many changes of a key are taken before the first that is not, and that one.
async fn flood(app: &App, with: &Issued, of: &Issued) -> (usize, Answer) {
    let system = app.system(&with.secret);
    for count in 0.. {
        let name = format!("Name {count}");
        let answer = system.patch(&of.resource(), json!({ "name": name })).await;
        match answer.status {
            200 => {}
            429 => return (count, answer),
            other => panic!("{other}: {}", answer.body),
        }
    }
    unreachable!()
}

/// Makes a project by the form.
async fn add_project(person: &mut Person, name: &str) -> Answer {
    let fields = [("name", name), ("description", "")];
    person.submit("/projects/new", "/projects", &fields).await
}

#[actix_web::test]
async fn a_key_that_changes_things_without_end_is_slowed_down_and_no_other_tenant_is() {
    let app = start().await;
    let (wild, other) = (app.issue("Globex", "Wild"), app.issue("Globex", "Other"));
    let of_acme = app.issue("Acme", "Quiet");
    let (made, refused) = flood(&app, &wild, &other).await;
    assert_eq!(made, 10);
    let problem = refused.problem(429);
    assert_eq!(problem["type"], "/api/docs#problem-too-many-changes");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains(USED_UP) && said.ends_with("Try again in 1 second."));
    assert_eq!(refused.header("retry-after"), "1");
    app.visitor()
        .get("/api/docs")
        .await
        .has("main [id='problem-too-many-changes']");
    // What was refused wrote nothing.
    let rows = app.audit_rows();
    assert_eq!(flood(&app, &wild, &other).await.0, 0);
    assert_eq!(app.audit_rows(), rows);
    // The keys of a tenant share twice as much, and another tenant has its own.
    assert_eq!(flood(&app, &other, &wild).await.0, 10);
    let third = app.issue("Globex", "Third");
    assert_eq!(flood(&app, &third, &wild).await.0, 0);
    assert_eq!(flood(&app, &of_acme, &of_acme).await.0, 10);
    app.pass(3);
    assert_eq!(flood(&app, &wild, &other).await.0, 3);
    // Reading is no change, and a key can be stopped whatever was changed.
    let system = app.system(&wild.secret);
    assert_eq!(system.get(&other.resource()).await.status, 200);
    let disable = format!("{}/disable", third.resource());
    assert_eq!(system.post(&disable, json!({})).await.status, 200);
    assert_eq!(system.delete(&other.resource()).await.status, 204);
}

#[actix_web::test]
async fn keys_that_use_up_everything_leave_room_for_admins_who_stop_them() {
    let app = start().await;
    let wild: Vec<Issued> = (0..4)
        .map(|n| app.issue("Globex", &format!("Wild {n}")))
        .collect();
    for key in &wild {
        flood(&app, key, &wild[0]).await;
        // That no such key exists is no reason to look for it without end.
        let system = app.system(&key.secret);
        let missing = format!("/api/v1/auth/api-keys/{MISSING}");
        for _ in 0..21 {
            system.delete(&missing).await;
        }
        assert_eq!(system.delete(&missing).await.status, 429);
    }
    let mut bob = app.sign_in(BOB).await;
    let revocation = wild[0].page("revocation");
    assert_eq!(add_project(&mut bob, "Watched").await.status, 303);
    for n in 0..9 {
        let answer = add_project(&mut bob, &format!("Watched {n}")).await;
        assert_eq!(answer.status, 303, "{n}: {}", answer.body);
    }
    let refused = add_project(&mut bob, "Once more").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "1");
    refused.shows(USED_UP);
    refused.shows("Please wait");
    let last4 = wild[0].last4();
    let revoked = bob
        .submit(&revocation, &revocation, &[("last4", last4)])
        .await;
    assert_eq!(revoked.status, 303, "{}", revoked.body);
    assert_eq!(app.asker().verify(&wild[0].secret).await, "REVOKED");
}

#[actix_web::test]
async fn several_keys_at_once_count_as_many_changes_and_super_users_are_not_counted() {
    let app = start().await;
    let keys: Vec<Issued> = (0..10)
        .map(|n| app.issue("Globex", &format!("Key {n}")))
        .collect();
    let mut bob = app.sign_in(BOB).await;
    for change in ["disable", "enable"] {
        let token = bob.token("/tenant-api-keys").await;
        let mut fields = vec![("csrf", token.as_str()), ("change", change)];
        fields.extend(keys.iter().map(|key| ("key", key.id.as_str())));
        let done = bob.post("/tenant-api-keys/batch", &fields).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    assert_eq!(add_project(&mut bob, "Another").await.status, 429);
    app.pass(1);
    assert_eq!(add_project(&mut bob, "Another").await.status, 303);
    let mut alice = app.sign_in(ALICE).await;
    for n in 0..12 {
        let answer = add_project(&mut alice, &format!("Shop {n}")).await;
        assert_eq!(answer.status, 303, "{n}");
    }
}

#[actix_web::test]
async fn who_may_change_nothing_uses_up_nothing() {
    let app = start().await;
    let key = app.issue("Acme", "Key");
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let system = app.system(&reader.secret);
    let mut vera = app.sign_in(VERA).await;
    let token = vera.token("/tenant-api-keys").await;
    for _ in 0..25 {
        let refused = system.patch(&key.resource(), json!({ "name": "X" })).await;
        assert_eq!(refused.status, 403);
        let revocation = key.page("suspension/removal");
        vera.post(&revocation, &[("csrf", &token)]).await;
    }
    assert_eq!(flood(&app, &key, &key).await.0, 10);
}
