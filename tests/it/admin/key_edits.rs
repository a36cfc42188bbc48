//! Editing a key.

use serde_json::{Value, json};

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::*;
use keystead::domain::allowlist_mode::AllowlistMode;

/// The fields of the form as it stands, some of them changed.
pub async fn fields(
    person: &mut Person,
    page: &str,
    changes: &[(&str, &str)],
) -> Vec<(String, String)> {
    let shown = person.get(page).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let mut fields = vec![
        ("csrf".to_owned(), shown.field("csrf")),
        ("version".into(), shown.field("version")),
        ("confirmed".into(), shown.field("confirmed")),
        ("name".into(), "ERP".into()),
        ("description".into(), shown.field("description")),
        ("group".into(), shown.field("group")),
        ("ip_allowlist".into(), shown.field("ip_allowlist")),
        ("ip_allowlist_mode".into(), shown.field("ip_allowlist_mode")),
        ("rate_limit".into(), shown.field("rate_limit")),
        ("rate_limit_per".into(), shown.field("rate_limit_per")),
        ("rate_limit_burst".into(), shown.field("rate_limit_burst")),
        ("act".into(), "save".into()),
    ];
    set(&mut fields, changes);
    fields
}

pub fn set(fields: &mut Vec<(String, String)>, changes: &[(&str, &str)]) {
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
}

pub async fn send(person: &mut Person, page: &str, fields: &[(String, String)]) -> Answer {
    let request = person.request(reqwest::Method::POST, page).form(fields);
    person.send(request).await
}

async fn save(person: &mut Person, key: &Issued, changes: &[(&str, &str)]) -> Answer {
    let page = key.page("edit");
    let fields = fields(person, &page, changes).await;
    send(person, &page, &fields).await
}

/// Where somebody is sent after saving.
pub fn place(key: &Issued) -> String {
    format!("/tenant-api-keys/{}", key.id)
}

#[actix_web::test]
async fn name_description_group_and_allowlist_are_changed_for_the_next_request() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(86_400));
    let read_only = app.group("Acme", "Read only");
    let changes = [
        ("name", " CRM "),
        ("description", "Nightly\r\nsync"),
        ("group", &*read_only),
        ("ip_allowlist", "203.0.113.0/24\r\n\r\n2001:db8::/32\r\n"),
    ];
    let form = alice.get(&key.page("edit")).await;
    form.shows("21 Nov 2026 is its last day (UTC). To change it,");
    form.hides("expires_on");
    save(&mut alice, &key, &changes)
        .await
        .leads_to(&place(&key));
    let page = alice.get(&place(&key)).await;
    for text in [
        "\"CRM\" was saved.",
        "Nightly",
        "Read only",
        "2001:db8::/32",
    ] {
        page.shows(text);
    }
    let stored = app.stored("Acme", &key);
    assert_eq!(
        stored.ip_allowlist.entries(),
        ["203.0.113.0/24", "2001:db8::/32"]
    );
    assert_eq!(stored.ip_allowlist_mode, AllowlistMode::Enforce);
    assert!(stored.expires_at.is_some());
    for (question, code) in [
        (
            json!({ "ip": "203.0.113.7", "scope": "orders:read" }),
            "VALID",
        ),
        (json!({ "ip": "198.51.100.4" }), "IP_DENIED"),
        (
            json!({ "ip": "203.0.113.7", "scope": "orders:write" }),
            "INSUFFICIENT_SCOPE",
        ),
    ] {
        assert_eq!(app.ask(&key, question).await.1, code);
    }
    let events = app.events(&key.id);
    let detail: Value = serde_json::from_str(&events[1].detail).unwrap();
    assert_eq!(detail["before"]["name"], "ERP");
    assert_eq!(detail["after"]["ip_allowlist_mode"], "enforce");
    assert_eq!(events[1].actor_name, ALICE);
    // Sent once more, as by a double click, it changes nothing.
    save(&mut alice, &key, &[("name", "CRM")])
        .await
        .leads_to(&place(&key));
    assert_eq!(app.events(&key.id).len(), 2);
}

#[actix_web::test]
async fn what_is_wrong_is_told_at_its_place_and_nothing_is_saved() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue_with("Acme", "ERP", None, &["10.0.0.0/8"], None);
    let before = app.stored("Acme", &key);
    let (long, many) = ("x".repeat(201), "10.0.0.1\r\n".to_owned());
    let many: String = (0..1_001)
        .map(|number| format!("10.1.{}.{}\r\n", number / 256, number % 256))
        .chain([many])
        .collect();
    let theirs = app.group("Globex", "Full access");
    for (field, value, words) in [
        ("name", "E", "Use at least 2 characters; this has 1."),
        ("name", &*long, "Use at most 200 characters; this has 201."),
        ("name", "  ", "Enter a name."),
        ("name", "E\u{202e}RP", "invisible formatting"),
        ("name", "E\0RP", "control characters"),
        ("group", "", "Choose one of this tenant"),
        ("group", &theirs, "Choose one of this tenant"),
        (
            "ip_allowlist",
            "10.0.0.0/8\r\n\r\n10.0.0.1/8",
            "Line 3: \"10.0.0.1/8\" has bits set after its prefix. Did you mean 10.0.0.0/8?",
        ),
        ("ip_allowlist", "010.0.0.1", "Line 1: \"010.0.0.1\""),
        ("ip_allowlist", "\r\n1.2.3.4/33", "Line 2: \"1.2.3.4/33\""),
        ("ip_allowlist", "fe80::1%eth0", "Line 1:"),
        ("ip_allowlist", "::/0", "is everybody"),
        ("ip_allowlist", &many, "Use at most 1000 lines."),
        ("ip_allowlist_mode", "off", "Empty the list with it"),
        (
            "ip_allowlist_mode",
            "later",
            "Choose off, observe or enforce.",
        ),
        (
            "rate_limit",
            "many",
            "Use a whole number from 1 to 1,000,000.",
        ),
    ] {
        let answer = save(&mut alice, &key, &[(field, value)]).await;
        assert_eq!(answer.status, 422, "{field}: {value}");
        answer.shows(words);
        answer.has(&format!("#{field}-error"));
        let now = app.stored("Acme", &key);
        assert_eq!(
            (now.name, now.group_name, now.ip_allowlist),
            (
                before.name.clone(),
                before.group_name.clone(),
                before.ip_allowlist.clone()
            ),
            "{field}: {value}"
        );
    }
    assert_eq!(app.events(&key.id).len(), 1);
}

#[actix_web::test]
async fn the_rate_limit_is_set_changed_and_taken_away() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let page = key.page("edit");
    for (number, per, burst, fact) in [
        ("100", "minute", "20", "100 a minute 20 at once"),
        ("100", "minute", "", "100 a minute 100 at once"),
        ("10", "second", "", "10 a second 10 at once"),
        ("", "second", "", "None"),
    ] {
        let changes = [
            ("rate_limit", number),
            ("rate_limit_per", per),
            ("rate_limit_burst", burst),
        ];
        save(&mut alice, &key, &changes)
            .await
            .leads_to(&place(&key));
        let shown = alice.get(&place(&key)).await;
        shown.shows(&format!("Rate limit {fact}"));
        let form = alice.get(&page).await;
        for (field, value) in changes {
            assert_eq!(form.field(field), value, "{field}");
        }
    }
    // A burst is not a limit.
    let alone = save(&mut alice, &key, &[("rate_limit_burst", "5")]).await;
    assert_eq!(alone.status, 422);
    alone.has("#rate_limit-error");
    // Who saw another limit overwrites nothing.
    let old_tab = fields(&mut alice, &page, &[("name", "CRM")]).await;
    save(&mut alice, &key, &[("rate_limit", "7")])
        .await
        .leads_to(&place(&key));
    let late = send(&mut alice, &page, &old_tab).await;
    assert_eq!(late.status, 409);
    late.shows("7 per second");
    assert_eq!(app.stored("Acme", &key).name, "ERP");
}

#[actix_web::test]
async fn an_expiration_that_is_smuggled_in_is_refused() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue_with("Acme", "ERP", None, &[], Some(86_400));
    let before = app.stored("Acme", &key).expires_at;
    for field in [
        "expires_on",
        "expires_at",
        "environment",
        "disabled",
        "recoverable",
    ] {
        let answer = save(&mut alice, &key, &[(field, "2030-01-01"), ("name", "New")]).await;
        assert_eq!(answer.status, 422, "{field}");
        let now = app.stored("Acme", &key);
        assert_eq!((&*now.name, now.expires_at), ("ERP", before), "{field}");
    }
}

#[actix_web::test]
async fn a_revoked_key_can_not_be_edited_from_an_old_tab_either() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let page = key.page("edit");
    let old_tab = fields(&mut alice, &page, &[("name", "Still mine")]).await;
    alice
        .submit(&page, &key.page("revocation"), &[])
        .await
        .leads_to("/tenant-api-keys");
    for htmx in [false, true] {
        alice.htmx = htmx;
        let answer = send(&mut alice, &page, &old_tab).await;
        assert_eq!(answer.status, 409);
        answer.shows("This key was revoked for good; nothing about it can be changed.");
        answer.hides("Save changes");
    }
    alice.htmx = false;
    let opened = alice.get(&page).await;
    opened.leads_to(&place(&key));
    let told = alice.get(&place(&key)).await;
    told.shows("\"ERP\" was revoked before, and stays refused. Nothing was changed.");
    assert_eq!(app.stored("Acme", &key).name, "ERP");
    alice.get(&place(&key)).await.hides(&page);
}

#[actix_web::test]
async fn an_old_tab_never_overwrites_a_newer_change() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let page = key.page("edit");
    let typed = [("name", "Typed in the old tab"), ("ip_allowlist", "")];
    let mut old_tab = fields(&mut alice, &page, &typed).await;
    let newer = [
        ("description", "Nightly sync"),
        ("ip_allowlist", "10.0.0.0/8"),
    ];
    save(&mut alice, &key, &newer).await.leads_to(&place(&key));
    let answer = send(&mut alice, &page, &old_tab).await;
    assert_eq!(answer.status, 409);
    for text in [
        "This key was changed while you were editing it.",
        "As it is now",
        "Nightly sync",
        "10.0.0.0/8",
    ] {
        answer.shows(text);
    }
    assert_eq!(answer.field("name"), "Typed in the old tab");
    assert_eq!(
        app.stored("Acme", &key).ip_allowlist.entries(),
        ["10.0.0.0/8"]
    );
    // Whoever has read what is there now may replace it.
    let version = answer.field("version");
    set(&mut old_tab, &[("version", &version)]);
    send(&mut alice, &page, &old_tab)
        .await
        .leads_to(&place(&key));
    assert_eq!(app.stored("Acme", &key).name, "Typed in the old tab");
}

#[actix_web::test]
async fn htmx_gets_a_dialog_and_reloads_the_page_behind_it() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let key = app.issue("Acme", "ERP");
    let page = key.page("edit");
    let fields_of_page = fields(&mut alice, &page, &[]).await;
    alice.htmx = true;
    let dialog = alice.get(&page).await;
    dialog.has("body > dialog");
    assert!(dialog.is_part());
    let mut wrong = fields_of_page.clone();
    set(&mut wrong, &[("name", "x")]);
    let answer = send(&mut alice, &page, &wrong).await;
    assert_eq!(answer.status, 422);
    answer.has("body > dialog");
    let mut right = fields_of_page;
    set(&mut right, &[("name", "CRM")]);
    let answer = send(&mut alice, &page, &right).await;
    assert_eq!((answer.status, answer.header("hx-refresh")), (200, "true"));
    alice.htmx = false;
    alice.get("/tenant-api-keys").await.shows("was saved.");
}

#[actix_web::test]
async fn viewers_and_other_tenants_edit_nothing() {
    let app = App::start().await;
    let (key, theirs) = (app.issue("Acme", "ERP"), app.issue("Globex", "Theirs"));
    let mut vera = app.sign_in(VERA).await;
    assert_eq!(vera.get(&key.page("edit")).await.status, 403);
    vera.get(&place(&key)).await.hides(&key.page("edit"));
    let mut alice = app.sign_in(ALICE).await;
    let page = key.page("edit");
    let mut fields = fields(&mut alice, &page, &[("name", "Mine")]).await;
    let token = vera.token("/tenant-api-keys").await;
    set(&mut fields, &[("csrf", &token)]);
    for act in ["save", "add-address", "add-observed"] {
        set(&mut fields, &[("act", act)]);
        assert_eq!(send(&mut vera, &page, &fields).await.status, 403, "{act}");
    }
    let missing = format!("/tenant-api-keys/{MISSING}/edit");
    let token = alice.token("/tenant-api-keys").await;
    set(&mut fields, &[("csrf", &token)]);
    for act in ["save", "add-address", "add-observed"] {
        set(&mut fields, &[("act", act)]);
        let foreign = send(&mut alice, &theirs.page("edit"), &fields).await;
        let none = send(&mut alice, &missing, &fields).await;
        assert_eq!(foreign.status, 404);
        assert_eq!(foreign.meaning(), none.meaning());
    }
    assert_eq!(app.stored("Acme", &key).name, "ERP");
    assert_eq!(app.stored("Globex", &theirs).name, "Theirs");
}
