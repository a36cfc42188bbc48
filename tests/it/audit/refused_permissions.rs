//! Who asks for what they may not do is on record.

use crate::support::*;

/// Object, reason and actor of such rows, newest first.
async fn refusals(person: &mut browser_like::Person, log: &str) -> Vec<String> {
    let answer = person
        .get(&format!("{log}?action=permission.refused"))
        .await;
    answer.words_of("#audit-rows .c-what > :is(span, small), #audit-rows .c-who > span")
}

#[actix_web::test]
async fn people_and_keys_that_may_not_do_something_are_in_the_log_of_their_tenant() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let mut vera = app.sign_in(VERA).await;
    let token = vera.token("/tenant-api-keys").await;
    let refused = vera
        .post(&key.page("revocation"), &[("csrf", &token)])
        .await;
    assert_eq!(refused.status, 403);
    let refused = app.system(&reader.secret).create("Another").await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    // A form that is out of date was refused to the form, not to the person.
    let stale = vera.post(&key.page("revocation"), &[("csrf", "x")]).await;
    assert_eq!(stale.status, 403);
    let mut alice = app.sign_in(ALICE).await;
    let needed = "This needs the role Tenant admin; ask one of your admins.";
    assert_eq!(
        refusals(&mut alice, "/audit").await,
        [
            "Reader",
            "Was not allowed: POST /api/v1/auth/api-keys",
            "This key lacks the scope api-keys:write.",
            VERA,
            "Was not allowed: POST /tenant-api-keys/{id}/revocation",
            needed,
        ]
    );
    let of_key = alice.get(&format!("/audit?object={}", key.id)).await;
    of_key.shows("Was not allowed");
    let mut bob = app.sign_in(BOB).await;
    assert_eq!(refusals(&mut bob, "/audit").await, [""; 0]);
}

#[actix_web::test]
async fn what_is_hidden_from_a_role_is_on_record_when_it_is_asked_for() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let mut bob = app.sign_in(BOB).await;
    for path in ["/support/tenants", "/verifiers"] {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    for path in ["/support/tenants/new", "/members"] {
        assert_eq!(sam.get(path).await.status, 404, "{path}");
    }
    // What nobody finds is refused to nobody.
    assert_eq!(sam.get("/support/nothing").await.status, 404);
    let hidden = "Hidden from this role: answered as if it did not exist.";
    assert_eq!(
        refusals(&mut bob, "/audit").await,
        [
            BOB,
            "Was not allowed: GET /verifiers",
            hidden,
            BOB,
            "Was not allowed: GET /support/tenants",
            hidden,
        ]
    );
    let rows = refusals(&mut sam, "/support/audit").await;
    assert_eq!(rows.len(), 6, "{rows:?}");
    assert_eq!(rows[1], "Was not allowed: GET /members");
    assert_eq!(rows[4], "Was not allowed: GET /support/tenants/new");
}

#[actix_web::test]
async fn who_hammers_fills_no_disk() {
    let app = App::start().await;
    let reader = app.issue_with("Acme", "Reader", Some("Read only"), &[], None);
    let system = app.system(&reader.secret);
    let rows = "SELECT count(*) AS n FROM audit_events WHERE action = 'permission.refused'";
    for _ in 0..25 {
        assert_eq!(system.create("Another").await.status, 403);
    }
    assert_eq!(app.number(rows), 10);
    app.pass(60);
    for _ in 0..5 {
        assert_eq!(system.create("Another").await.status, 403);
    }
    assert_eq!(app.number(rows), 11);
}
