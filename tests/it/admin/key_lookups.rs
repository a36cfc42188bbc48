//! A whole key pasted into the search: found, and nowhere kept.

use crate::support::process::Place;
use crate::support::*;

const LIST: &str = "/tenant-api-keys";
const LOOKUP: &str = "/tenant-api-keys/lookup";
const SEARCH: &str = "/tenant-api-keys/search";

#[actix_web::test]
async fn a_pasted_key_finds_exactly_its_key_in_any_state() {
    let app = App::start().await;
    let (one, two) = (app.issue("Acme", "One"), app.issue("Acme", "Two"));
    app.system(&one.secret).delete(&two.resource()).await;
    for key in [&one, &two] {
        let mut vera = app.sign_in(VERA).await;
        for (before, after) in [
            (" ", "\n"),
            ("KEYSTEAD_API_KEY=", ""),
            ("Bearer ", ""),
            ("'", "',"),
        ] {
            let text = format!("{before}{}{after}", key.secret);
            vera.submit(LIST, LOOKUP, &[("key", &text)])
                .await
                .leads_to(&format!("{LIST}/{}", key.id));
        }
        let token = vera.token(LIST).await;
        vera.htmx = true;
        let found = vera
            .post(LOOKUP, &[("csrf", &token), ("key", &key.secret)])
            .await;
        found.has(&format!("[id='key-{}']", key.id));
        assert_eq!(found.count("tr[id^='key-']"), 1);
        assert_eq!(found.header("hx-replace-url"), LIST);
        found.hides(&key.secret);
    }
}

#[actix_web::test]
async fn another_tenants_key_and_one_of_nobody_look_the_same() {
    let app = App::start().await;
    app.issue("Acme", "Ours");
    let theirs = app.issue("Globex", "Theirs");
    let mut alice = app.sign_in(ALICE).await;
    let token = alice.token(LIST).await;
    let mut answers = Vec::new();
    let other = App::start().await.issue("Acme", "Elsewhere").secret;
    for text in [theirs.secret.as_str(), &other] {
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
async fn a_text_without_a_whole_key_is_told_from_an_unknown_key() {
    let app = App::start().await;
    let key = app.issue("Acme", "Ours");
    let mut alice = app.sign_in(ALICE).await;
    let token = alice.token(LIST).await;
    let cut = &key.secret[..key.secret.len() - 1];
    for text in [
        cut,
        &format!("{cut}-"),
        &format!("x_{}", key.secret),
        "nonsense",
        "",
    ] {
        alice.htmx = true;
        let answer = alice.post(LOOKUP, &[("csrf", &token), ("key", text)]).await;
        assert_eq!(answer.status, 200);
        answer.shows("That is not a whole key");
        answer.hides("No such key");
        alice.htmx = false;
        alice
            .post(LOOKUP, &[("csrf", &token), ("key", text)])
            .await
            .leads_to(LIST);
        alice.get(LIST).await.shows("That is not a whole key.");
    }
}

#[actix_web::test]
async fn without_scripts_a_search_goes_in_a_body_and_only_words_into_the_address() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    alice
        .get(LIST)
        .await
        .has("form[method='post'][action='/tenant-api-keys/search']");
    let whole = format!("Bearer {}", key.secret);
    for (q, place) in [
        (whole.as_str(), format!("{LIST}/{}", key.id)),
        (" erp ", format!("{LIST}?q=erp&status=active&sort=name")),
    ] {
        let fields = [
            ("q", q),
            ("status", "active"),
            ("sort", "name"),
            ("expiration", ""),
            ("view", "table"),
        ];
        alice.submit(LIST, SEARCH, &fields).await.leads_to(&place);
    }
    let cut = &key.secret[..key.secret.len() - 1];
    alice
        .submit(LIST, SEARCH, &[("q", cut)])
        .await
        .leads_to(LIST);
    alice.get(LIST).await.shows("That is not a whole key.");
    let wrong = alice.submit(LIST, SEARCH, &[("status", "gone")]).await;
    assert_eq!(wrong.status, 400);
    alice.submit(LIST, SEARCH, &[("view", "cards")]).await;
    alice.get(LIST).await.has("ul.cards");
    let back = alice.submit(LIST, SEARCH, &[("view", "table")]).await;
    back.leads_to(LIST);
    alice.get(LIST).await.has("table");
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
