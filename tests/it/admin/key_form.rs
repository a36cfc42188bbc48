//! Generating a key with the form.

use crate::support::browser_like::{Answer, Person, secret_in};
use crate::support::*;

const NEW: &str = "/tenant-api-keys/new";
const KEYS: &str = "/tenant-api-keys";

/// The fields of the form, some of them changed.
async fn fields(person: &mut Person, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = person.get(NEW).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let groups = page.words_of("#group option");
    let full = groups.iter().position(|group| group == "Full access");
    let group = page.attributes("#group option", "value");
    let group = group[full.unwrap()].clone();
    let mut fields = vec![
        ("csrf".to_owned(), page.field("csrf")),
        ("idempotency_key".to_owned(), page.field("idempotency_key")),
        ("name".to_owned(), "ERP integration".to_owned()),
        ("description".to_owned(), String::new()),
        ("environment".to_owned(), "live".to_owned()),
        ("group".to_owned(), group),
        ("expires_on".to_owned(), String::new()),
        ("ip_allowlist".to_owned(), String::new()),
        ("rate_limit".to_owned(), String::new()),
        ("rate_limit_per".to_owned(), "second".to_owned()),
        ("rate_limit_burst".to_owned(), String::new()),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn send(person: &mut Person, fields: &[(String, String)]) -> Answer {
    let request = person.request(reqwest::Method::POST, KEYS).form(fields);
    person.send(request).await
}

async fn generate(person: &mut Person, changes: &[(&str, &str)]) -> Answer {
    let fields = fields(person, changes).await;
    send(person, &fields).await
}

#[actix_web::test]
async fn without_javascript_the_page_after_the_form_shows_the_secret_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let page = generate(&mut alice, &[("description", "Posts work orders")]).await;

    assert_eq!(page.status, 201);
    page.shows("Copy it now. It will not be shown again.");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("location"), "");
    let secret = secret_in(&page.body).unwrap();
    assert_eq!(app.stranger().verify(&secret).await, "VALID");
    for path in [KEYS, NEW, "/", "/api/docs"] {
        alice.get(path).await.hides(&secret);
    }
    let list = alice.get(KEYS).await;
    list.shows("ERP integration");
    list.shows("Posts work orders");
}

#[actix_web::test]
async fn htmx_gets_the_dialog_alone() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = fields(&mut alice, &[]).await;
    alice.htmx = true;
    let answer = send(&mut alice, &fields).await;
    assert_eq!(answer.status, 201);
    answer.has("body > dialog[data-secret]");
    assert!(answer.is_part());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("vary").contains("HX-Request"));
    assert!(secret_in(&answer.body).is_some());
}

#[actix_web::test]
async fn a_form_sent_twice_makes_one_key_and_shows_its_secret_once() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = fields(&mut alice, &[]).await;
    let first = send(&mut alice, &fields).await;
    let secret = secret_in(&first.body).unwrap();
    let again = send(&mut alice, &fields).await;
    assert_eq!(again.status, 200);
    again.shows("This key has already been generated");
    again.hides(&secret);
    again.hides(&secret[8..]);
    alice.htmx = true;
    let third = send(&mut alice, &fields).await;
    assert!(
        third
            .header("hx-redirect")
            .starts_with("/tenant-api-keys?highlight=")
    );
    third.hides(&secret);
    assert_eq!(app.rows("api_keys"), 1);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'key.created'"),
        1
    );
}

#[actix_web::test]
async fn a_double_click_makes_one_key() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = fields(&mut alice, &[]).await;
    let clicks: Vec<_> = (0..6)
        .map(|_| {
            let (mut alice, fields) = (alice.clone(), fields.clone());
            actix_web::rt::spawn(async move { send(&mut alice, &fields).await })
        })
        .collect();
    let mut secrets = 0;
    for click in clicks {
        let answer = click.await.unwrap();
        assert!([200, 201].contains(&answer.status), "{}", answer.body);
        secrets += usize::from(secret_in(&answer.body).is_some());
    }
    assert_eq!((secrets, app.rows("api_keys")), (1, 1));
}

#[actix_web::test]
async fn everything_that_was_asked_for_is_in_the_key() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let changes = [
        ("name", "  Plant 4  "),
        ("environment", "test"),
        ("expires_on", "2026-12-24"),
        (
            "ip_allowlist",
            "127.0.0.0/8\r\n\r\n2001:db8::/32\r\n127.0.0.0/8",
        ),
        ("rate_limit", " 100 "),
        ("rate_limit_per", "minute"),
        ("rate_limit_burst", "250"),
    ];
    let page = generate(&mut alice, &changes).await;
    let secret = secret_in(&page.body).unwrap();
    assert!(secret.starts_with("ks_test_"));
    let me = app.system(&secret).whoami().await.json();
    assert_eq!(me["name"], "Plant 4");
    assert_eq!(me["environment"], "test");
    assert_eq!(
        me["ip_allowlist"],
        serde_json::json!(["127.0.0.0/8", "2001:db8::/32"])
    );
    assert_eq!(me["expires_at"], "2026-12-25T00:00:00Z");
    assert_eq!(
        me["rate_limit"],
        serde_json::json!({ "requests": 100, "per": "minute", "burst": 250 })
    );
}

#[actix_web::test]
async fn rate_limits_are_checked_and_stand_in_the_summary() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(NEW).await.shows("No limit");
    for (field, value) in [
        ("rate_limit", "0"),
        ("rate_limit", "1000001"),
        ("rate_limit", "1.5"),
        ("rate_limit", "+5"),
        ("rate_limit", "many"),
        ("rate_limit_burst", "-1"),
        ("rate_limit_burst", "99999999999999999999"),
        ("rate_limit_per", "hour"),
    ] {
        let page = generate(&mut alice, &[("rate_limit", "5"), (field, value)]).await;
        assert_eq!(page.status, 422, "{field}: {value}");
        page.has(&format!("#{field}-error"));
        page.shows("One thing needs a change");
        page.shows("Not valid yet");
    }
    // A burst alone says how many at once, but not how many in all.
    let page = generate(&mut alice, &[("rate_limit_burst", "5")]).await;
    assert_eq!(page.status, 422);
    page.has("#rate_limit-error");
    page.has("[value='5']");
    let wrong_name = [
        ("name", "x"),
        ("rate_limit", "7"),
        ("rate_limit_burst", "9"),
    ];
    let page = generate(&mut alice, &wrong_name).await;
    page.shows("7 per second, burst 9");
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn each_mistake_is_told_at_its_field_and_the_input_stays() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let changes = [
        ("name", "x"),
        ("description", &*"d".repeat(1_001)),
        ("environment", "moon"),
        ("expires_on", "2026-11-19"),
        ("ip_allowlist", "10.0.0.1\n10.0.0.1/8"),
    ];
    let page = generate(&mut alice, &changes).await;
    assert_eq!(page.status, 422);
    for field in [
        "name",
        "description",
        "environment",
        "expires_on",
        "ip_allowlist",
    ] {
        page.has(&format!("#{field}-error"));
        page.has(&format!("[href='#{field}']"));
    }
    page.shows("5 things need a change");
    page.shows("Line 2:");
    page.shows("Did you mean 10.0.0.0/8?");
    page.has("[value='x']");
    page.has("[value='2026-11-19']");
    assert!(page.field("ip_allowlist").ends_with("10.0.0.1/8"));
    page.shows(&"d".repeat(1_001));
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn htmx_gets_the_form_with_its_mistakes() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let fields = fields(&mut alice, &[("name", "x")]).await;
    alice.htmx = true;
    let answer = send(&mut alice, &fields).await;
    assert_eq!(answer.status, 422);
    answer.has("body > #key-form");
    assert!(answer.is_part());
    answer.has("#name-error");
}

#[actix_web::test]
async fn expiry_dates_are_checked() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for date in [
        "2026-11-19",
        "9999-12-31",
        "2026-02-30",
        "tomorrow",
        "2036-11-25",
        "20261224",
    ] {
        let page = generate(&mut alice, &[("expires_on", date)]).await;
        assert_eq!(page.status, 422, "{date}");
        page.has("#expires_on-error");
    }
    let today = generate(&mut alice, &[("expires_on", "2026-11-20")]).await;
    assert_eq!(today.status, 201);
}

#[actix_web::test]
async fn a_group_of_another_tenant_can_not_be_chosen() {
    let app = App::start().await;
    app.add_group("Globex", "Their group", "*:*");
    let mut bob = app.sign_in(BOB).await;
    let page = bob.get(NEW).await;
    let theirs = page.attributes("option", "value");
    let mut alice = app.sign_in(ALICE).await;
    let others = ["Their group", "nonsense", ""];
    for group in theirs.iter().map(String::as_str).chain(others) {
        let page = generate(&mut alice, &[("group", group)]).await;
        assert_eq!(page.status, 422, "{group}");
        page.has("#group-error");
        assert!(
            page.words_of("option")
                .iter()
                .all(|one| one != "Their group")
        );
    }
}

#[actix_web::test]
async fn at_the_limit_the_form_says_so_and_keeps_the_input() {
    let app = App::start().await;
    app.set_limit("Acme", 1);
    let mut alice = app.sign_in(ALICE).await;
    let fields = fields(&mut alice, &[("name", "One too many")]).await;
    app.issue("Acme", "First");
    let page = send(&mut alice, &fields).await;
    assert_eq!(page.status, 409);
    page.shows("limit of 1 API keys");
    page.has("[value='One too many']");
    assert_eq!(app.rows("api_keys"), 1);
    alice.get(NEW).await.shows("All 1 keys are in use");
    alice.get(KEYS).await.shows("Limit reached");
    alice.htmx = true;
    let fragment = send(&mut alice, &fields).await;
    assert_eq!(fragment.status, 409);
    assert!(fragment.is_part());
}

#[actix_web::test]
async fn viewers_and_strangers_generate_nothing() {
    let app = App::start().await;
    let mut vera = app.sign_in(VERA).await;
    assert_eq!(vera.get(NEW).await.status, 403);
    let token = vera.token(KEYS).await;
    let refused = vera
        .post(
            KEYS,
            &[
                ("csrf", &token),
                ("name", "Mine"),
                ("group", "Full access"),
                ("environment", "live"),
            ],
        )
        .await;
    assert_eq!(refused.status, 403);
    refused.shows("Tenant admin");
    app.visitor()
        .get(NEW)
        .await
        .leads_to("/login?next=%2Ftenant-api-keys%2Fnew");
    app.visitor()
        .post(KEYS, &[("name", "Mine")])
        .await
        .leads_to("/login?next=%2F");
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn fields_that_the_form_does_not_have_are_refused() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for extra in ["tenant_id", "limit", "role", "scopes", "key"] {
        let page = generate(&mut alice, &[(extra, "1")]).await;
        assert_eq!(page.status, 422, "{extra}");
    }
    assert_eq!(app.rows("api_keys"), 0);
}

#[actix_web::test]
async fn a_used_form_with_other_values_makes_another_key_at_the_second_press() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let mut form = fields(&mut alice, &[("name", "ERP")]).await;
    let set = |form: &mut Vec<(String, String)>, name: &str, value: &str| {
        form.iter_mut().find(|(known, _)| known == name).unwrap().1 = value.to_owned();
    };
    assert_eq!(send(&mut alice, &form).await.status, 201);
    set(&mut form, "name", "CRM");
    let warned = send(&mut alice, &form).await;
    assert_eq!(warned.status, 409);
    warned.shows("already made a key, with other values");
    let fresh = warned.field("idempotency_key");
    set(&mut form, "idempotency_key", &fresh);
    assert_eq!(send(&mut alice, &form).await.status, 201);
    assert_eq!(app.rows("api_keys"), 2);
}
