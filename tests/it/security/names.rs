//! Names that try to be something else.

use serde_json::json;

use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn names_are_counted_in_characters_and_stay_readable() {
    let app = App::start().await;
    app.set_limit("Acme", 100);
    let system = app.system(&app.issue("Acme", "Admin").secret);
    for bad in [
        "x",
        "  x  ",
        "   ",
        "\u{a0}\u{2003}",
        &"n".repeat(201),
        &"🚚".repeat(201),
        "a\u{0}b",
        "a\nb",
        "a\r\nSet-Cookie: x=y",
        "a\u{1b}[31mb",
        "a\u{202e}b",
        "a\u{2066}b\u{2069}",
        "a\u{200b}b",
        "\u{feff}ab",
        "a\u{7f}b",
        "a\u{85}b",
    ] {
        let problem = system.create(bad).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], "name", "{bad:?}");
    }
    for good in [
        "ab",
        "🚚🚚",
        &"n".repeat(200),
        &"🚚".repeat(200),
        "Ünïcödé",
        "עברית",
        "=HYPERLINK(1)",
        "' OR 1=1 --",
        "{{7*7}}",
        "%s%n",
        "e\u{301}t",
    ] {
        let answer = system.create(good).await;
        assert_eq!(answer.status, 201, "{good:?}: {}", answer.body);
        assert_eq!(answer.json()["name"], good);
    }
    let description = json!({ "name": "ERP", "description": "a\u{202e}b" });
    assert_eq!(
        system.post(KEYS, description).await.problem(422)["errors"][0]["field"],
        "description"
    );
}

#[actix_web::test]
async fn the_form_refuses_the_same_names() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    for name in ["x", "   ", "a\u{0}b", "a\u{202e}b", &"n".repeat(201)] {
        let fields = [
            ("name", name),
            ("environment", "live"),
            ("group", "Full access"),
        ];
        let page = alice
            .submit("/tenant-api-keys/new", "/tenant-api-keys", &fields)
            .await;
        assert_eq!(page.status, 422, "{name:?}");
        page.has("#name-error");
    }
    assert_eq!(app.rows("api_keys"), 0);
}

const NASTY: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;{{7}}\u{2028}🚚";

/// The name appears as text: none of its markup is markup.
#[track_caller]
fn is_text(answer: &browser_like::Answer) {
    assert!(
        [200, 201, 409].contains(&answer.status),
        "{}",
        answer.status
    );
    answer.shows("alert(1)");
    for markup in ["<script>alert", "<img src=x", "\"'><"] {
        assert!(!answer.body.contains(markup), "{}", answer.body);
    }
}

#[actix_web::test]
async fn markup_in_a_name_is_text_everywhere() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let name = NASTY.replace('\u{2028}', " ");
    let fields = [
        ("name", &*name),
        ("description", &name),
        ("environment", "live"),
        ("group", "Full access"),
    ];
    let list = "/tenant-api-keys";
    is_text(&alice.submit("/tenant-api-keys/new", list, &fields).await);
    alice.htmx = true;
    let token = alice.token(list).await;
    let mut with_token = vec![("csrf", &*token)];
    with_token.extend(fields);
    is_text(&alice.post(list, &with_token).await);
    alice.htmx = false;

    let key = app.issue("Acme", &name);
    is_text(&alice.get(list).await);
    is_text(&alice.get(&key.page("revocation")).await);
    alice.htmx = true;
    is_text(&alice.get(&key.page("revocation")).await);
    let row = alice
        .post(&key.page("revocation"), &[("csrf", &token)])
        .await;
    is_text(&row);
    let events = row.header("hx-trigger");
    assert!(events.is_ascii());
    let events: serde_json::Value = serde_json::from_str(events).unwrap();
    let text = events["toast"]["text"].as_str().unwrap();
    let told = format!("\"{name}\" is revoked. It is refused from now on.");
    assert!(text.starts_with(&told), "{text}");
    is_text(&alice.get(&key.page("deletion")).await);
    alice.htmx = false;
    is_text(&alice.get(&key.page("deletion")).await);
    let page = key.page("deletion");
    alice.submit(&page, &page, &[]).await.leads_to(list);
    // The message after the redirect.
    is_text(&alice.get(list).await);

    // The input of a form that is shown again.
    let wrong = [
        ("name", &*name),
        ("environment", "moon"),
        ("group", "Full access"),
    ];
    let shown = alice.submit("/tenant-api-keys/new", list, &wrong).await;
    assert_eq!(shown.status, 422);
    shown.hides("<script>alert");
    shown.hides("\"'><");
}

#[actix_web::test]
async fn a_gateway_gets_any_name_as_a_harmless_header() {
    let app = App::start().await;
    let key = app.issue("Acme", "a: b; \"c\", \u{e9} 100%");
    let answer = app.system(&key.secret).get("/forward-auth").await;
    assert_eq!(
        answer.header("x-keystead-key-name"),
        "a: b; \"c\", %C3%A9 100%25"
    );
}
