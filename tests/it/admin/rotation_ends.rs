//! How a rotation comes to its end.

use chrono::TimeDelta;

use super::key_rotations::{DAY, rotated, until_used};
use crate::support::*;

#[actix_web::test]
async fn a_rotation_is_extended_and_ended() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let new = rotated(&mut alice, &key, "1h").await;
    let page_of_key = format!("/tenant-api-keys/{}", key.id);
    let extension = key.page("rotation/extension");
    alice
        .submit(&page_of_key, &extension, &[("grace", "24h")])
        .await
        .leads_to(&page_of_key);
    app.clock.advance(DAY - TimeDelta::seconds(1));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    let mut alice = app.sign_in(ALICE).await;
    // Ending it while somebody uses it takes the last four characters of the old secret.
    let end = key.page("rotation/end");
    direct::until("the use is written", async || {
        let used = "SELECT count(*) AS n FROM key_rotations WHERE used_at IS NOT NULL";
        app.number(used) == 1
    })
    .await;
    for last4 in ["", &new[new.len() - 4..]] {
        let refused = alice.submit(&end, &end, &[("last4", last4)]).await;
        assert_eq!(refused.status, 422);
    }
    alice
        .submit(&end, &end, &[("last4", key.last4())])
        .await
        .leads_to(&page_of_key);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    assert_eq!(app.stranger().verify(&new).await, "VALID");
    assert_eq!(
        app.audit(&key)[2..],
        [
            "key.rotation_extended by alice@acme.test",
            "key.rotation_ended by alice@acme.test"
        ]
    );
    // Nothing runs any more.
    let over = "No rotation of this key is running any more: it has one secret.";
    alice.get(&end).await.leads_to(&page_of_key);
    alice.get(&page_of_key).await.shows(over);
    for (path, field) in [(&extension, ("grace", "24h")), (&end, ("last4", ""))] {
        let again = alice.submit(&page_of_key, path, &[field]).await;
        again.leads_to(&page_of_key);
        alice.get(&page_of_key).await.shows(over);
    }
    assert_eq!(app.audit(&key).len(), 4);
}

#[actix_web::test]
async fn whoever_rotates_during_a_rotation_is_offered_how_it_ends() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let rotation = key.page("rotation");
    let old_tab = alice.get(&rotation).await;
    let new = rotated(&mut alice, &key, "24h").await;
    let offers = [
        format!("form[action='{}']", key.page("rotation/extension")),
        format!("[href='{}']", key.page("rotation/end")),
        format!("[href='{}']", key.page("rotation/cancellation")),
    ];
    let (csrf, word) = (old_tab.field("csrf"), old_tab.field("idempotency_key"));
    let fields = [
        ("csrf", &*csrf),
        ("idempotency_key", &*word),
        ("grace", "1h"),
        ("expiry", "keep"),
    ];
    for htmx in [false, true] {
        alice.htmx = htmx;
        let asked = alice.get(&rotation).await;
        let late = alice.post(&rotation, &fields).await;
        assert_eq!((asked.status, late.status), (200, 409));
        late.shows("A rotation of this key is still running");
        for page in [asked, late] {
            page.shows("A rotation is running");
            page.shows(key.last4());
            offers.iter().for_each(|offer| page.has(offer));
            page.lacks("[name='expiry']");
        }
    }
    alice.htmx = false;
    assert_eq!(app.rows("key_rotations"), 1);
    // Once more is possible when both secrets end.
    let again = alice.get(&format!("{rotation}?again=now")).await;
    again.shows("end now: all applications using them will lose access immediately.");
    assert_eq!(again.field("grace"), "now");
    let (csrf, word) = (again.field("csrf"), again.field("idempotency_key"));
    let fields = [
        ("csrf", &*csrf),
        ("idempotency_key", &*word),
        ("grace", "now"),
        ("expiry", "keep"),
    ];
    assert_eq!(alice.post(&rotation, &fields).await.status, 201);
    for secret in [&key.secret, &new] {
        assert_eq!(app.stranger().verify(secret).await, "REVOKED");
    }
}

#[actix_web::test]
async fn an_extension_never_ends_the_old_secret_earlier() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    rotated(&mut alice, &key, "7d").await;
    let page = format!("/tenant-api-keys/{}", key.id);
    let extension = key.page("rotation/extension");
    let refused = alice.submit(&page, &extension, &[("grace", "1h")]).await;
    assert_eq!(refused.status, 422);
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
}

#[actix_web::test]
async fn a_secret_that_was_in_use_until_its_rotation_is_not_ended_with_a_click() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    until_used(&app).await;
    rotated(&mut alice, &key, "24h").await;
    let end = key.page("rotation/end");
    assert_eq!(alice.submit(&end, &end, &[]).await.status, 422);
    let fields = [("last4", key.last4())];
    assert_eq!(alice.submit(&end, &end, &fields).await.status, 303);
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}

#[actix_web::test]
async fn the_question_about_a_cancellation_says_what_stops_what_stays_and_what_is_destroyed() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let plain = app.issue_with("Acme", "Plain", None, &[], Some(86_400 * 10));
    let kept = app.issue_recoverable("Acme", "Kept");
    let destroyed = "The sealed copy of the new secret is destroyed";
    let new = rotated(&mut alice, &plain, "1h").await;
    let asked = alice.get(&plain.page("rotation/cancellation")).await;
    asked.shows(&format!(
        "The new secret, …{}, stops at once",
        &new[new.len() - 4..]
    ));
    asked.shows("The expiration chosen with the rotation stays: 30 Nov 2026");
    asked.hides(destroyed);
    rotated(&mut alice, &kept, "1h").await;
    let asked = alice.get(&kept.page("rotation/cancellation")).await;
    asked.shows("stays: the key never expires.");
    asked.shows(destroyed);
}
