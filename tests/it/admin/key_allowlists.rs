//! From anywhere to a list: adding addresses, observing, and enforcing without surprises.

use reqwest::Method;
use serde_json::json;

use super::key_edits::{fields, place, send, set};
use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::system::KEYS;
use crate::support::*;
use keystead::domain::allowlist_mode::AllowlistMode;

const KEYS_PAGE: &str = "/tenant-api-keys";

async fn save(person: &mut Person, key: &Issued, changes: &[(&str, &str)]) -> Answer {
    let page = key.page("edit");
    let fields = fields(person, &page, changes).await;
    send(person, &page, &fields).await
}

async fn step(person: &mut Person, key: &Issued, step: &str) -> Answer {
    let token = person.token("/tenant-api-keys").await;
    let fields = [("csrf", &*token), ("step", step)];
    person.post(&key.page("allowlist"), &fields).await
}

async fn noted(app: &App, callers: i64) {
    direct::until("the callers are noted", async || {
        app.rows("observed_callers") == callers
    })
    .await;
}

#[actix_web::test]
async fn the_own_address_is_added_without_saving_anything() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    for (typed, then) in [
        ("", "127.0.0.1"),
        ("10.0.0.0/8", "10.0.0.0/8\n127.0.0.1"),
        ("127.0.0.0/8", "127.0.0.0/8"),
        ("nonsense", "nonsense\n127.0.0.1"),
    ] {
        let changes = [
            ("act", "add-address"),
            ("ip_allowlist", typed),
            ("name", "Typed"),
        ];
        let answer = save(&mut alice, &key, &changes).await;
        assert_eq!(answer.status, 200, "{typed}");
        assert_eq!(answer.field("ip_allowlist"), then);
        answer.has("[value='Typed']");
    }
    assert!(app.stored("Acme", &key).ip_allowlist.is_empty());
    assert_eq!(app.events(&key.id).len(), 1);

    let token = alice.token("/tenant-api-keys/new").await;
    let new = [
        ("csrf", &*token),
        ("name", "Typed"),
        ("act", "add-address"),
        ("ip_allowlist", "10.0.0.0/8"),
    ];
    let answer = alice.post("/tenant-api-keys", &new).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("ip_allowlist"), "10.0.0.0/8\n127.0.0.1");
    answer.has("[value='Typed']");
    alice.htmx = true;
    let answer = alice.post("/tenant-api-keys", &new).await;
    assert_eq!(answer.header("hx-retarget"), "#key-form");
    assert_eq!(app.rows("api_keys"), 1);
}

#[actix_web::test]
async fn observed_callers_become_the_list_and_then_it_is_enforced() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let observe = [
        ("ip_allowlist", "10.0.0.0/8"),
        ("ip_allowlist_mode", "observe"),
    ];
    save(&mut alice, &key, &observe)
        .await
        .leads_to(&place(&key));
    alice
        .get(&place(&key))
        .await
        .shows("nobody has called since");
    for ip in ["10.1.2.3", "203.0.113.7", "2001:db8::7"] {
        assert_eq!(app.ask(&key, json!({ "ip": ip })).await.1, "VALID");
    }
    noted(&app, 3).await;
    let page = alice.get(&place(&key)).await;
    for text in [
        "Observed, not enforced",
        "203.0.113.7",
        "2001:db8::7",
        "Enforced, it would refuse 2 of them.",
    ] {
        page.shows(text);
    }
    // A list that would refuse callers is not enforced by one click.
    let asked = step(&mut alice, &key, "enforce").await;
    assert_eq!(asked.status, 409);
    asked.shows("This list refuses 2 callers of the last 7 days");
    assert_eq!(
        app.stored("Acme", &key).ip_allowlist_mode,
        AllowlistMode::Observe
    );

    step(&mut alice, &key, "adopt").await.leads_to(&place(&key));
    let stored = app.stored("Acme", &key);
    assert_eq!(stored.ip_allowlist_mode, AllowlistMode::Observe);
    let mut lines = stored.ip_allowlist.entries();
    lines.sort_unstable();
    assert_eq!(lines, ["10.0.0.0/8", "2001:db8::7", "203.0.113.7"]);
    step(&mut alice, &key, "enforce")
        .await
        .leads_to(&place(&key));
    for (ip, code) in [("203.0.113.7", "VALID"), ("203.0.113.8", "IP_DENIED")] {
        assert_eq!(app.ask(&key, json!({ "ip": ip })).await.1, code);
    }
    assert_eq!(
        app.audit(&key)[1..],
        ["key.updated by alice@acme.test"; 3].map(str::to_owned)
    );
}

#[actix_web::test]
async fn enforcing_a_list_names_the_callers_that_it_would_refuse() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    for ip in ["203.0.113.7", "198.51.100.4"] {
        app.ask(&key, json!({ "ip": ip })).await;
    }
    app.recorded(2).await;
    let page = key.page("edit");
    let strict = [("ip_allowlist", "198.51.100.0/24")];
    let mut sent = fields(&mut alice, &page, &strict).await;
    let asked = send(&mut alice, &page, &sent).await;
    assert_eq!(asked.status, 409);
    asked.shows("This list refuses a caller of the last 7 days");
    let named = asked.text_of(".narrowing .error-summary");
    assert!(named.contains("203.0.113.7"), "{named}");
    assert!(!named.contains("198.51.100.4"), "{named}");
    asked.shows("Save all the same");
    assert_eq!(
        app.ask(&key, json!({ "ip": "203.0.113.7" })).await.1,
        "VALID"
    );
    // What was confirmed is this very list.
    let confirmed = asked.field("confirmed");
    set(
        &mut sent,
        &[
            ("confirmed", &confirmed),
            ("last4", key.last4()),
            ("ip_allowlist", "192.0.2.1"),
        ],
    );
    assert_eq!(send(&mut alice, &page, &sent).await.status, 409);
    set(&mut sent, &strict);
    send(&mut alice, &page, &sent).await.leads_to(&place(&key));
    assert_eq!(
        app.ask(&key, json!({ "ip": "203.0.113.7" })).await.1,
        "IP_DENIED"
    );
    // Whoever is refused already is no news, but a smaller list is.
    let smaller = [("ip_allowlist", "198.51.100.0/25")];
    let asked = save(&mut alice, &key, &smaller).await;
    assert_eq!(asked.status, 409);
    asked.shows("it refuses none of the callers");
    let halves = [("ip_allowlist", "198.51.100.0/25\r\n198.51.100.128/25")];
    save(&mut alice, &key, &halves).await.leads_to(&place(&key));
}

#[actix_web::test]
async fn callers_of_more_than_seven_days_ago_are_no_reason_to_ask() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.ask(&key, json!({ "ip": "203.0.113.7" })).await;
    app.recorded(1).await;
    app.pass(7 * 86_400 + 1);
    let mut alice = app.sign_in(ALICE).await;
    save(&mut alice, &key, &[("ip_allowlist", "10.0.0.0/8")])
        .await
        .leads_to(&place(&key));
}

#[actix_web::test]
async fn a_step_needs_its_right_and_its_key() {
    let app = App::start().await;
    let (key, theirs) = (app.issue("Acme", "ERP"), app.issue("Globex", "Theirs"));
    let (mut alice, mut vera) = (app.sign_in(ALICE).await, app.sign_in(VERA).await);
    for name in ["adopt", "enforce"] {
        assert_eq!(step(&mut vera, &key, name).await.status, 403);
        assert_eq!(step(&mut alice, &theirs, name).await.status, 404);
    }
    assert_eq!(step(&mut alice, &key, "enforce").await.status, 422);
    assert_eq!(step(&mut alice, &key, "nonsense").await.status, 422);
    assert_eq!(app.events(&key.id).len(), 1);
}

#[actix_web::test]
async fn a_list_that_is_long_or_far_too_long_is_read_and_told_what_is_wrong() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let (key, admin) = (app.issue("Acme", "ERP"), app.issue("Acme", "Admin"));
    let system = app.system(&admin.secret);
    let lines = |count: usize, line: &dyn Fn(usize) -> String| -> Vec<String> {
        (0..count).map(line).collect()
    };
    let long = |number: usize| {
        format!(
            "2001:0db8:1234:5678:9abc:def0:{:04x}:5678/128",
            number + 4096
        )
    };
    let full = lines(1_000, &long);
    let too_many = lines(10_000, &|number| {
        format!("10.0.{}.{}", number / 256, number % 256)
    });
    let mut wrong = lines(10_000, &|_| String::new());
    wrong[9_998] = "10.0.0.1/8".into();
    let before = app.audit_rows();
    for (list, said) in [
        (&too_many, "Use at most 1000 lines."),
        (
            &wrong,
            "Line 9999: \"10.0.0.1/8\" has bits set after its prefix. Did you mean 10.0.0.0/8?",
        ),
    ] {
        let answer = save(&mut alice, &key, &[("ip_allowlist", &list.join("\r\n"))]).await;
        assert_eq!(answer.status, 422, "{said}");
        answer.shows(said);
        let form = [("name", "New"), ("ip_allowlist", &list.join("\r\n"))];
        let answer = alice.submit("/tenant-api-keys/new", KEYS_PAGE, &form).await;
        assert_eq!(answer.status, 422, "{said}");
        let body = json!({ "name": "New", "ip_allowlist": list });
        let problem = system.post(KEYS, body.clone()).await.problem(422);
        assert_eq!(problem["errors"][0]["message"], said);
        let request = system.request(Method::PATCH, &key.resource()).json(&body);
        let problem = Answer::of(request).await.problem(422);
        assert_eq!(problem["errors"][0]["message"], said);
    }
    assert_eq!(app.audit_rows(), before);
    assert_eq!(app.rows("api_keys"), 2);
    let answer = save(&mut alice, &key, &[("ip_allowlist", &full.join("\r\n"))]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(app.stored("Acme", &key).ip_allowlist.entries().len(), 1_000);
}
