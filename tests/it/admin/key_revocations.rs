//! Revoking a key in the dashboard.

use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

#[actix_web::test]
async fn a_revoked_key_is_refused_on_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");

    let page = key.page("revocation");
    alice
        .submit(&page, &page, &[("last4", key.last4())])
        .await
        .leads_to(KEYS);

    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    assert_eq!(app.system(&key.secret).whoami().await.status, 401);
    assert_eq!(
        app.audit(&key).last().unwrap(),
        "key.revoked by alice@acme.test"
    );
    let list = alice.get(KEYS).await;
    list.has(".is-revoked");
    list.shows("is revoked. It is refused from now on.");
    alice.get(KEYS).await.hides("It is refused from now on.");
}

#[actix_web::test]
async fn the_question_states_the_fixed_text_and_the_facts() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let page = alice.get(&key.page("revocation")).await;
    page.shows("This action cannot be undone and any applications using this key will lose access immediately.");
    page.shows("Are you sure you want to revoke the API key");
    page.shows("never used");
    page.shows("0 in the last hour, 0 in the last day");
    page.lacks("#last4");
    page.hides(&key.secret);

    for _ in 0..3 {
        assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    }
    direct::until("three requests are counted", async || {
        let page = alice.clone().get(&key.page("revocation")).await;
        page.says("3 in the last hour, 3 in the last day")
            && page.says("just now")
            && page.says("1 address in the last day")
    })
    .await;
}

#[actix_web::test]
async fn asking_changes_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    for path in ["revocation", "deletion"] {
        alice.get(&key.page(path)).await;
        let head = alice.request(reqwest::Method::HEAD, &key.page(path));
        assert_eq!(alice.send(head).await.status, 200);
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn htmx_gets_the_row_the_count_and_a_message() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let token = alice.token(KEYS).await;
    alice.htmx = true;
    let dialog = alice.get(&key.page("revocation")).await;
    dialog.has("body > dialog");
    let answer = alice
        .post(&key.page("revocation"), &[("csrf", &token)])
        .await;
    assert_eq!(answer.status, 200);
    answer.has(&format!("tr.row-revoked[id='key-{}']", key.id));
    answer.has("[hx-target='#quota']");
    answer.shows("0 of 10 keys");
    assert!(answer.is_part());
    let events: serde_json::Value = serde_json::from_str(answer.header("hx-trigger")).unwrap();
    assert_eq!(events["toast"]["kind"], "ok");
    // On PostgreSQL also by how many servers that is confirmed.
    let text = events["toast"]["text"].as_str().unwrap();
    let told = "\"SAP integration\" is revoked. It is refused from now on.";
    assert!(text.starts_with(told), "{text}");
}

#[actix_web::test]
async fn revoking_twice_is_one_change() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let page = key.page("revocation");
    alice
        .submit(&page, &page, &[("last4", key.last4())])
        .await
        .leads_to(KEYS);
    alice
        .submit(KEYS, &page, &[("last4", key.last4())])
        .await
        .leads_to(KEYS);
    let revocations = app
        .audit(&key)
        .iter()
        .filter(|row| row.starts_with("key.revoked"))
        .count();
    assert_eq!(revocations, 1);
}

#[actix_web::test]
async fn a_revoked_key_frees_its_place() {
    let app = App::start().await;
    app.set_limit("Acme", 1);
    let key = app.issue("Acme", "First");
    let system = app.system(&key.secret);
    assert_eq!(system.create("Second").await.status, 409);
    let mut alice = app.sign_in(ALICE).await;
    let page = key.page("revocation");
    alice
        .submit(&page, &page, &[("last4", key.last4())])
        .await
        .leads_to(KEYS);
    app.issue("Acme", "Second");
}

#[actix_web::test]
async fn another_tenants_key_looks_like_one_that_does_not_exist() {
    let app = App::start().await;
    let mut bob = app.sign_in(BOB).await;
    let key = app.issue("Acme", "SAP integration");
    let token = bob.token(KEYS).await;
    let theirs = key.page("revocation");
    let asked = bob.get(&theirs).await;
    let done = bob.post(&theirs, &[("csrf", &token)]).await;
    for id in [
        MISSING,
        "1",
        "..%2f",
        &key.id.to_uppercase(),
        "%00",
        "\u{202e}",
    ] {
        let missing = theirs.replace(&key.id, id);
        assert_eq!(bob.get(&missing).await.meaning(), asked.meaning(), "{id}");
        let refused = bob.post(&missing, &[("csrf", &token)]).await;
        assert_eq!(refused.meaning(), done.meaning(), "{id}");
    }
    assert_eq!((asked.status, done.status), (404, 404));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn viewers_and_strangers_revoke_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "SAP integration");
    let page = key.page("revocation");
    let mut vera = app.sign_in(VERA).await;
    assert_eq!(vera.get(&page).await.status, 403);
    let token = vera.token(KEYS).await;
    assert_eq!(vera.post(&page, &[("csrf", &token)]).await.status, 403);
    let asked = app.visitor().get(&page).await;
    assert_eq!(asked.status, 303);
    assert!(
        asked
            .header("location")
            .starts_with("/login?next=%2Ftenant-api-keys%2F")
    );
    app.visitor()
        .post(&page, &[])
        .await
        .leads_to("/login?next=%2F");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn a_key_is_revoked_even_when_its_usage_cant_be_read() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (key, other) = (app.issue("Acme", "SAP"), app.issue("Acme", "ERP"));
    let token = alice.token(KEYS).await;
    app.sql("ALTER TABLE key_usage RENAME COLUMN rate_limited TO away");
    let page = alice.get(&key.page("revocation")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.shows("they can't be told now");
    let answer = alice
        .post(
            &key.page("revocation"),
            &[("csrf", &token), ("last4", key.last4())],
        )
        .await;
    answer.leads_to(KEYS);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");

    alice.htmx = true;
    let answer = alice
        .post(
            &other.page("revocation"),
            &[("csrf", &token), ("last4", other.last4())],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.has(".is-revoked");
    answer.has("[aria-label=\"The requests can't be shown now\"]");
    answer.shows("0 of 10 keys");
    assert!(answer.header("hx-trigger").contains("is revoked"));
    assert_eq!(app.stranger().verify(&other.secret).await, "REVOKED");
}

#[actix_web::test]
async fn a_key_in_use_is_revoked_only_with_its_last_four_characters() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    let page = key.page("revocation");
    direct::until("the use is counted", async || {
        let page = alice.clone().get(&page).await;
        page.count("#last4") == 1
    })
    .await;
    for typed in ["", "9fQ", "nope"] {
        let fields = [("last4", typed), ("reason", "Compromised")];
        let refused = alice.submit(&page, &page, &fields).await;
        assert_eq!(refused.status, 422);
        refused.has("#last4-error");
        refused.has("[value='Compromised']");
    }
    alice.htmx = true;
    let refused = alice.submit(&page, &page, &[]).await;
    assert_eq!(refused.status, 422);
    refused.has("body > dialog");
    alice.htmx = false;
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(app.audit(&key).len(), 1);
    alice
        .submit(&page, &page, &[("last4", key.last4())])
        .await
        .leads_to(KEYS);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}

#[actix_web::test]
async fn the_reason_is_kept_with_the_key_and_in_the_audit_log() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let page = key.page("revocation");
    for reason in ["x".repeat(201), "a\u{202e}b".into(), key.secret.clone()] {
        let refused = alice.submit(&page, &page, &[("reason", &reason)]).await;
        assert_eq!(refused.status, 422);
        refused.has("#reason-error");
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    alice
        .submit(&page, &page, &[("reason", "Laptop <stolen>")])
        .await
        .leads_to(KEYS);
    let told = alice.get(&format!("{KEYS}/{}", key.id)).await;
    assert_eq!(told.words().matches("Laptop <stolen>").count(), 2);
    let kept =
        "SELECT count(*) AS n FROM audit_events WHERE detail = '{\"reason\":\"Laptop <stolen>\"}'";
    assert_eq!(app.number(kept), 1);
}
