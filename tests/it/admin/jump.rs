//! Ctrl K: pages, deeds, keys and tenants by the beginning of their names.

use crate::support::browser_like::Person;
use crate::support::*;

const JUMP: &str = "/jump";

/// What is offered for these words, without the rest of the page.
async fn offered(person: &mut Person, words: &str) -> Vec<String> {
    let answer = person.submit(JUMP, JUMP, &[("q", words)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.words_of("#jump-targets a span")
}

#[actix_web::test]
async fn words_that_people_bring_along_find_what_it_is_called_here() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for (words, label) in [
        ("regenerate", "Rotate a key"),
        ("Deactivate", "Disable a key"),
        ("scopes", "Authorization groups"),
        ("new auth", "New authorization group"),
        ("workspaces", "Projects"),
        ("quota", "Request a higher limit"),
        ("docs", "API reference"),
    ] {
        let found = offered(&mut alice, words).await;
        assert!(found.iter().any(|one| one == label), "{words}: {found:?}");
    }
    let nothing = alice.submit(JUMP, JUMP, &[("q", "zebra")]).await;
    nothing.shows("Nothing fits that.");
}

#[actix_web::test]
async fn each_finds_what_they_may_see_and_nothing_of_others() {
    let app = App::start().await;
    app.hire_sam();
    let key = app.issue("Acme", "ERP integration");
    app.issue("Globex", "ERP of Globex");
    let mut alice = app.sign_in(ALICE).await;
    assert_eq!(offered(&mut alice, "erp").await, ["ERP integration"]);
    assert_eq!(offered(&mut alice, key.last4()).await, ["ERP integration"]);
    let answer = alice.submit(JUMP, JUMP, &[("q", "erp")]).await;
    answer.has(&format!(
        "#jump-targets a[href='/tenant-api-keys/{}']",
        key.id
    ));
    let mut bob = app.sign_in(BOB).await;
    assert_eq!(offered(&mut bob, "erp").await, ["ERP of Globex"]);
    assert_eq!(offered(&mut bob, "acme").await, [""; 0]);
    let whole = alice.submit(JUMP, JUMP, &[("q", &key.secret)]).await;
    assert_eq!(whole.words_of("#jump-targets a span"), ["ERP integration"]);

    let mut vera = app.sign_in(VERA).await;
    let found = offered(&mut vera, "").await;
    assert!(found.iter().any(|one| one == "Usage"), "{found:?}");
    for deed in ["Generate API key", "Settings", "Verifiers", "Tenants"] {
        assert!(!found.iter().any(|one| one == deed), "{deed}");
    }

    let mut sam = app.sign_in(SAM).await;
    assert_eq!(offered(&mut sam, "glob").await, ["Globex"]);
    assert_eq!(offered(&mut sam, "erp").await, [""; 0]);
    let found = offered(&mut sam, "").await;
    let places = [
        "Tenants",
        "Waiting requests",
        "Limit requests",
        "Explain a request",
        "Found keys",
        "Roll-outs",
        "Servers",
        "Audit log of staff",
        "Your account",
        "Second factor",
        "API reference",
    ];
    assert_eq!(found, places);
    app.visitor()
        .get(JUMP)
        .await
        .leads_to("/login?next=%2Fjump");
}

#[actix_web::test]
async fn every_place_that_is_offered_is_there() {
    let app = App::start().await;
    app.hire_sam();
    for person in [ALICE, VERA, SAM] {
        let mut person = app.sign_in(person).await;
        let page = person.get(JUMP).await;
        for place in page.attributes("#jump-targets a", "href") {
            assert_eq!(person.get(&place).await.status, 200, "{place}");
        }
    }
}
