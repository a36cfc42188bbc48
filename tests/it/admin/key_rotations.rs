//! Another secret for a key, in the dashboard.

use chrono::TimeDelta;

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person, secret_in};
use crate::support::*;

pub(super) const DAY: TimeDelta = TimeDelta::days(1);

/// Sends the form as it stands, with these fields of it.
async fn rotate(alice: &mut Person, key: &Issued, fields: &[(&str, &str)]) -> Answer {
    let page = alice.get(&key.page("rotation")).await;
    let (csrf, word) = (page.field("csrf"), page.field("idempotency_key"));
    let mut all = vec![("csrf", csrf.as_str()), ("idempotency_key", word.as_str())];
    all.extend_from_slice(fields);
    alice.post(&key.page("rotation"), &all).await
}

/// Rotates with a grace, and gives the new secret.
pub(super) async fn rotated(alice: &mut Person, key: &Issued, grace: &str) -> String {
    let answer = rotate(alice, key, &[("grace", grace), ("expiry", "keep")]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    secret_in(&answer.body).unwrap()
}

pub(super) async fn until_used(app: &App) {
    let count = "SELECT count(*) AS n FROM key_usage WHERE last_accepted > 0";
    direct::until("the use is written", async || app.number(count) > 0).await;
}

#[actix_web::test]
async fn the_new_secret_is_shown_once_and_both_work_for_a_day() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let answer = rotate(&mut alice, &key, &[("grace", "24h"), ("expiry", "keep")]).await;
    assert_eq!(answer.status, 201);
    answer.shows("Your new secret");
    answer.shows("Copy it now. It will not be shown again.");
    answer.shows("The old one works until 21 Nov 2026, 12:00 UTC.");
    let new = secret_in(&answer.body).unwrap();
    for page in [
        format!("/tenant-api-keys/{}", key.id),
        "/tenant-api-keys".into(),
    ] {
        let page = alice.get(&page).await;
        page.hides(&new);
        page.shows(&new[new.len() - 4..]);
        page.shows(key.last4());
    }
    let stranger = app.stranger();
    for secret in [&key.secret, &new] {
        assert_eq!(stranger.verify(secret).await, "VALID");
    }
    app.clock.advance(DAY);
    assert_eq!(stranger.verify(&key.secret).await, "REVOKED");
    assert_eq!(stranger.verify(&new).await, "VALID");
    assert_eq!(
        app.audit(&key).last().unwrap(),
        "key.rotated by alice@acme.test"
    );
}

#[actix_web::test]
async fn ending_a_secret_in_use_takes_its_last_four_characters() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    until_used(&app).await;
    let page = alice.get(&key.page("rotation")).await;
    page.shows("All applications using the current secret will lose access immediately.");
    page.shows("1 in the last hour, 1 in the last day");
    for typed in ["", "nope", &key.secret] {
        let fields = [("grace", "now"), ("expiry", "keep"), ("last4", typed)];
        let refused = rotate(&mut alice, &key, &fields).await;
        assert_eq!(refused.status, 422, "{typed}");
        refused.has("#last4-error");
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(app.rows("key_rotations"), 0);
    let fields = [("grace", "now"), ("expiry", "keep"), ("last4", key.last4())];
    let answer = rotate(&mut alice, &key, &fields).await;
    assert_eq!(answer.status, 201);
    answer.shows("The old one is refused from now on.");
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_rotates_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    app.stranger().verify(&key.secret).await;
    until_used(&app).await;
    let page = alice.get(&key.page("rotation")).await;
    let (csrf, word) = (page.field("csrf"), page.field("idempotency_key"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("idempotency_key", &word),
        ("grace", "now"),
        ("expiry", "keep"),
        ("last4", key.last4()),
    ];
    let first = alice.post(&key.page("rotation"), &fields).await;
    let new = secret_in(&first.body).unwrap();
    let second = alice.post(&key.page("rotation"), &fields).await;
    second.leads_to(&format!("/tenant-api-keys/{}", key.id));
    second.hides(&new);
    assert_eq!(app.rows("key_rotations"), 1);
    assert_eq!(app.stranger().verify(&new).await, "VALID");
}

#[actix_web::test]
async fn what_is_chosen_wrong_is_told_at_its_field_and_changes_nothing() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    for (grace, expiry, date, place) in [
        ("2h", "keep", "", "grace-error"),
        ("24h", "soon", "", "expiry-error"),
        ("24h", "date", "", "expires_on-error"),
        ("24h", "date", "2026-11-19", "expires_on-error"),
        ("24h", "date", "9999-01-01", "expires_on-error"),
    ] {
        let fields = [("grace", grace), ("expiry", expiry), ("expires_on", date)];
        let refused = rotate(&mut alice, &key, &fields).await;
        assert_eq!(refused.status, 422, "{place}");
        refused.has(&format!("[id='{place}']"));
    }
    assert_eq!(app.rows("key_rotations"), 0);
    let fields = [
        ("grace", "24h"),
        ("expiry", "date"),
        ("expires_on", "2026-12-24"),
    ];
    assert_eq!(rotate(&mut alice, &key, &fields).await.status, 201);
    let page = alice.get(&format!("/tenant-api-keys/{}", key.id)).await;
    page.shows("24 Dec 2026");
}

#[actix_web::test]
async fn the_page_and_the_list_say_which_secret_was_used_last_and_from_where() {
    let app = App::start_behind("127.0.0.1", "x-forwarded-for").await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let new = rotated(&mut alice, &key, "7d").await;
    let page_of_key = format!("/tenant-api-keys/{}", key.id);
    let page = alice.get(&page_of_key).await;
    page.shows("Rotation is running");
    assert_eq!(page.body.matches("not used since").count(), 2);
    for (secret, from, program) in [
        (&key.secret, "203.0.113.7", "curl/8"),
        (&new, "203.0.113.9", "erp/2.1"),
    ] {
        let request = app
            .system(secret)
            .request(reqwest::Method::GET, "/forward-auth")
            .header("X-Forwarded-For", from)
            .header("User-Agent", program);
        assert_eq!(Answer::of(request).await.status, 200);
    }
    app.clock.advance(TimeDelta::minutes(3));
    direct::until("both uses are written", async || {
        let page = alice.clone().get(&page_of_key).await;
        page.says("last used 3 min ago from 203.0.113.7, curl/8")
            && page.says("last used 3 min ago from 203.0.113.9, erp/2.1")
    })
    .await;
    let list = alice.get("/tenant-api-keys").await;
    list.shows(&format!(
        "old secret …{} last used 3 min ago from 203.0.113.7, curl/8",
        key.last4()
    ));
}

#[actix_web::test]
async fn a_cancelled_rotation_leaves_the_old_secret_alone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let new = rotated(&mut alice, &key, "1h").await;
    let page_of_key = format!("/tenant-api-keys/{}", key.id);
    let cancellation = key.page("rotation/cancellation");
    alice
        .submit(&cancellation, &cancellation, &[])
        .await
        .leads_to(&page_of_key);
    assert_eq!(app.stranger().verify(&new).await, "REVOKED");
    app.clock.advance(DAY);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    let mut alice = app.sign_in(ALICE).await;
    alice.get("/tenant-api-keys").await.shows(key.last4());
    // And it can be rotated again.
    let third = rotated(&mut alice, &key, "1h").await;
    let stranger = app.stranger();
    for (secret, code) in [(&key.secret, "VALID"), (&new, "REVOKED"), (&third, "VALID")] {
        assert_eq!(stranger.verify(secret).await, code);
    }
}

#[actix_web::test]
async fn a_revoked_key_a_viewer_and_another_tenant_rotate_nothing() {
    let app = App::start().await;
    let (mut alice, mut vera, mut bob) = (
        app.sign_in(ALICE).await,
        app.sign_in(VERA).await,
        app.sign_in(BOB).await,
    );
    let key = app.issue("Acme", "SAP integration");
    let page_of_key = format!("/tenant-api-keys/{}", key.id);
    let (hers, his) = (
        vera.token("/tenant-api-keys").await,
        bob.token("/tenant-api-keys").await,
    );
    for place in [
        "rotation",
        "rotation/extension",
        "rotation/end",
        "rotation/cancellation",
        "suspension",
        "suspension/removal",
    ] {
        let path = key.page(place);
        let fields = [("csrf", hers.as_str())];
        assert_eq!(vera.post(&path, &fields).await.status, 403, "{place}");
        let theirs = bob.post(&path, &[("csrf", &his)]).await;
        let missing = path.replace(&key.id, MISSING);
        let missing = bob.post(&missing, &[("csrf", &his)]).await;
        assert_eq!(theirs.meaning(), missing.meaning(), "{place}");
    }
    vera.get(&page_of_key).await.hides("/rotation");
    let revocation = key.page("revocation");
    alice.submit(&revocation, &revocation, &[]).await;
    alice
        .get(&key.page("rotation"))
        .await
        .leads_to(&page_of_key);
    let page = alice.get(&page_of_key).await;
    page.shows("was revoked before");
    page.hides("/rotation\"");
}

#[actix_web::test]
async fn a_key_that_ends_soon_is_not_rotated_into_the_same_end() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let day = 86_400;
    let soon = app.issue_with("Acme", "Soon", None, &[], Some(10 * day));
    let later = app.issue_with("Acme", "Later", None, &[], Some(100 * day));
    for (key, preset, has_banner) in [(&soon, "90", true), (&later, "keep", false)] {
        let page = alice.get(&format!("/tenant-api-keys/{}", key.id)).await;
        assert_eq!(page.says("This key ends in"), has_banner);
        let in_banner = format!(".callout [href='{}']", key.page("rotation"));
        assert_eq!(page.count(&in_banner) > 0, has_banner);
        let form = alice.get(&key.page("rotation")).await;
        assert_eq!(form.field("expiry"), preset);
    }
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get(&format!("/tenant-api-keys/{}", soon.id)).await;
    page.shows("This key ends in");
    page.lacks(".callout .btn");
}

#[actix_web::test]
async fn a_compromised_secret_ends_now_unless_somebody_chooses_otherwise() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "SAP integration");
    let form = alice.get(&key.page("rotation")).await;
    assert_eq!(form.field("grace"), "24h");
    let path = form.link("Compromised").unwrap();
    let form = alice.get(&path).await;
    assert_eq!(form.field("reason"), "Compromised");
    assert_eq!(form.field("grace"), "now");
    assert_eq!(form.field("expiry"), "keep");
    let page = key.page("rotation");
    let (csrf, word) = (form.field("csrf"), form.field("idempotency_key"));
    let long = "x".repeat(201);
    for (reason, status) in [(&*long, 422), ("Compromised", 201)] {
        let fields = [
            ("csrf", &*csrf),
            ("idempotency_key", &*word),
            ("reason", reason),
            ("grace", "now"),
            ("expiry", "keep"),
        ];
        let answer = alice.post(&page, &fields).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.count("#reason-error"), usize::from(status == 422));
    }
    assert_eq!(app.stranger().verify(&key.secret).await, "REVOKED");
    let shown = alice.get(&format!("/tenant-api-keys/{}", key.id)).await;
    shown.shows("; Compromised");
}
