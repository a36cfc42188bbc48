//! A whole key pasted into the search: found, and nowhere kept.

use crate::support::process::Place;
use crate::support::*;

const LIST: &str = "/tenant-api-keys";
const LOOKUP: &str = "/tenant-api-keys/lookup";

#[actix_web::test]
async fn a_pasted_key_finds_exactly_its_key_in_any_state() {
    let app = App::start().await;
    let (one, two) = (app.issue("Acme", "One"), app.issue("Acme", "Two"));
    app.system(&one.secret).delete(&two.resource()).await;
    for key in [&one, &two] {
        let mut vera = app.sign_in(VERA).await;
        vera.submit(LIST, LOOKUP, &[("key", &format!(" {}\n", key.secret))])
            .await
            .leads_to(&format!("{LIST}/{}", key.id));
        let token = vera.token(LIST).await;
        vera.htmx = true;
        let found = vera
            .post(LOOKUP, &[("csrf", &token), ("key", &key.secret)])
            .await;
        found.shows(&format!("id=\"key-{}\"", key.id));
        assert_eq!(found.body.matches("<tr id=\"key-").count(), 1);
        assert_eq!(found.header("hx-replace-url"), LIST);
        found.hides(&key.secret);
    }
}

#[actix_web::test]
async fn another_tenants_key_and_no_key_at_all_look_the_same() {
    let app = App::start().await;
    app.issue("Acme", "Ours");
    let theirs = app.issue("Globex", "Theirs");
    let mut alice = app.sign_in(ALICE).await;
    let token = alice.token(LIST).await;
    let mut answers = Vec::new();
    // A key of another server, and one with a slip in it.
    let other = App::start().await.issue("Acme", "Elsewhere").secret;
    let slip = format!("{}x", &theirs.secret[..theirs.secret.len() - 1]);
    for text in [theirs.secret.as_str(), &other, &slip, "nonsense", ""] {
        alice.htmx = true;
        let answer = alice.post(LOOKUP, &[("csrf", &token), ("key", text)]).await;
        assert_eq!(answer.status, 200);
        answer.shows("No such key");
        answers.push(answer.meaning());
        alice.htmx = false;
        alice
            .post(LOOKUP, &[("csrf", &token), ("key", text)])
            .await
            .leads_to(LIST);
        alice
            .get(LIST)
            .await
            .shows("No key of this organization has that text.");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[actix_web::test]
async fn a_key_in_the_address_is_taken_out_and_its_sender_told() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    for typed in [key.secret.clone(), format!("x{}y", key.secret)] {
        let answer = alice.get(&format!("{LIST}?q={typed}&status=active")).await;
        answer.leads_to(LIST);
        answer.hides(&key.secret);
        let page = alice.get(LIST).await;
        page.shows("treat this key as leaked");
        page.hides(&key.secret);
    }
    alice.htmx = true;
    let answer = alice.get(&format!("{LIST}?q={}", key.secret)).await;
    assert_eq!(answer.header("hx-redirect"), LIST);
}

#[actix_web::test]
async fn a_look_up_needs_a_person_and_a_form_of_ours() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let fields = [("key", key.secret.as_str())];
    let stranger = app.visitor().post(LOOKUP, &fields).await;
    stranger.leads_to("/login?next=%2F");
    let forged = app.sign_in(ALICE).await.post(LOOKUP, &fields).await;
    assert_eq!(forged.status, 403);
}

#[actix_web::test]
async fn a_pasted_key_is_found_under_every_live_pepper_and_leaves_no_trace_in_the_log() {
    let place = Place::new().with_acme();
    let old = place.key("Old pepper");
    place.run(&["pepper", "rotate"], "").done();
    let new = place.key("New pepper");
    let mut server = place.serve();
    let mut maya = server.visitor();
    maya.submit(
        "/login",
        "/login",
        &[("email", ALICE), ("password", PASSWORD), ("next", "")],
    )
    .await;
    for key in [&old, &new] {
        let answer = maya.submit(LIST, LOOKUP, &[("key", key)]).await;
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").len() > LIST.len() + 30);
        maya.get(&format!("{LIST}?q={key}")).await.leads_to(LIST);
    }
    server.stop();
    let log = server.log();
    assert!(log.contains(LOOKUP), "{log}");
    for key in [&old, &new] {
        assert!(!log.contains(&key[8..]), "{log}");
    }
}
