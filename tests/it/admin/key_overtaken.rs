//! An action on a key that changed in another tab: the key as it is now, and one sentence.

use reqwest::Method;

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

/// As htmx asks from the list, in the table or among cards, out of a row or out of a dialog.
async fn from_list(
    person: &mut Person,
    (method, path): (Method, &str),
    (view, target): (&str, &str),
    token: &str,
) -> Answer {
    let url = format!("http://keys.test{KEYS}{view}");
    let mut request = person
        .request(method.clone(), path)
        .header("HX-Request", "true")
        .header("HX-Current-URL", url)
        .header("HX-Target", target);
    if method == Method::POST {
        request = request.form(&[("csrf", token)]);
    }
    person.send(request).await
}

fn toast(answer: &Answer) -> String {
    let events: serde_json::Value = serde_json::from_str(answer.header("hx-trigger")).unwrap();
    events["toast"]["text"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn what_was_revoked_elsewhere_is_shown_as_it_is_whatever_is_done_to_it() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let revocation = key.page("revocation");
    alice.submit(&revocation, &revocation, &[]).await;
    let token = alice.token(KEYS).await;
    let said = "\"ERP\" was revoked before, and stays refused. Nothing was changed.";
    let page = format!("{KEYS}/{}", key.id);
    for (method, what) in [
        (Method::POST, "suspension"),
        (Method::POST, "suspension/removal"),
        (Method::GET, "rotation"),
        (Method::POST, "rotation"),
        (Method::GET, "edit"),
        (Method::GET, "revocation"),
        (Method::POST, "revocation"),
    ] {
        let path = key.page(what);
        for (view, target, row) in [
            ("", "tr#key", "tr.row-revoked"),
            ("", "div#modal-root", "tr.row-revoked"),
            ("?view=cards", "li#key", "li.row-revoked"),
            ("?view=cards", "div#modal-root", "li.row-revoked"),
        ] {
            let place = (view, target);
            let answer = from_list(&mut alice, (method.clone(), &path), place, &token).await;
            assert_eq!(answer.status, 200, "{what}");
            answer.has(row);
            assert!(answer.is_part());
            assert_eq!(answer.header("hx-retarget"), format!("#key-{}", key.id));
            assert_eq!(toast(&answer), said);
        }
        // Without scripts: the page, and the sentence once.
        let request = alice.request(method.clone(), &path);
        let answer = match method {
            Method::POST => alice.send(request.form(&[("csrf", &token)])).await,
            _ => alice.send(request).await,
        };
        assert_eq!(answer.status, 303, "{what} {}", answer.body);
        let shown = alice.get(answer.header("location")).await;
        assert_eq!(shown.words().matches(said).count(), 1, "{what}");
        shown.shows("Revoked");
    }
    // On the page of the key htmx loads that page.
    alice.htmx = true;
    let answer = alice.get(&key.page("rotation")).await;
    assert_eq!(answer.header("hx-redirect"), page);
    assert_eq!(app.audit(&key).len(), 2);
}

#[actix_web::test]
async fn a_switch_that_was_set_elsewhere_changes_nothing_and_offers_no_undo() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let token = alice.token(KEYS).await;
    let (on, off) = (key.page("suspension/removal"), key.page("suspension"));
    let row = ("", "tr#key");
    let answer = from_list(&mut alice, (Method::POST, &on), row, &token).await;
    assert_eq!(toast(&answer), "\"ERP\" was enabled before.");
    answer.has("tr.row-active");
    assert!(!answer.header("hx-trigger").contains("undo"));
    from_list(&mut alice, (Method::POST, &off), row, &token).await;
    let answer = from_list(&mut alice, (Method::POST, &off), row, &token).await;
    assert_eq!(toast(&answer), "\"ERP\" was disabled before.");
    answer.has("tr.row-disabled");
    alice.post(&off, &[("csrf", &token)]).await.leads_to(KEYS);
    let list = alice.get(KEYS).await;
    list.shows("\"ERP\" was disabled before.");
    list.lacks(".toast form");
    assert_eq!(app.audit(&key).len(), 2);
}
