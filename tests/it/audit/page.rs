//! The page of the audit log.

use chrono::TimeDelta;

use crate::support::*;

const AUDIT: &str = "/audit";

/// What the rows say, newest first.
fn said(answer: &browser_like::Answer) -> Vec<String> {
    answer.words_of("#audit-rows .c-what > span")
}

#[actix_web::test]
async fn admins_and_viewers_read_what_happened_in_their_own_tenant() {
    let app = App::start().await;
    let key = app.issue("Acme", "Production <b>");
    app.issue("Globex", "Theirs");
    app.set_limit("Acme", 10);
    let mut alice = app.sign_in(ALICE).await;
    let fields = [("reason", "Laptop <stolen>")];
    let revoked = alice
        .submit(&key.page("revocation"), &key.page("revocation"), &fields)
        .await;
    assert_eq!(revoked.status, 303, "{}", revoked.body);
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let fields = [("shown", "10"), ("limit", "20"), ("reason", "Growth")];
    sam.decide(&page, &fields).await;
    for email in [ALICE, VERA] {
        let mut person = app.sign_in(email).await;
        let answer = person.get(AUDIT).await;
        assert_eq!(answer.status, 200);
        let mut rows = said(&answer);
        rows.retain(|row| row != "Signed in");
        assert_eq!(
            rows[..2],
            ["Changed the key limit", "Revoked key Production <b>"],
            "{email}"
        );
        assert!(rows.contains(&"Generated key Production <b>".to_owned()));
        answer.shows("Laptop <stolen>");
        answer.shows("Growth");
        answer.hides("Theirs");
        answer.hides(&key.secret);
        answer.has(".side a[href='/audit'][aria-current='page']");
        answer.has("#audit-rows time[datetime='2026-11-20T12:00:00Z']");
    }
    let mut bob = app.sign_in(BOB).await;
    let answer = bob.get(&format!("{AUDIT}?object={}", key.id)).await;
    answer.shows("Nothing matches");
    answer.hides("Production");
}

#[actix_web::test]
async fn filters_stand_in_the_url_and_hold_together() {
    let app = App::start().await;
    let erp = app.issue("Acme", "ERP_1");
    app.issue("Acme", "ERPX1");
    app.clock.advance(TimeDelta::hours(1));
    let mut vera = app.sign_in(VERA).await;
    for (query, rows) in [
        ("actor=VERA", vec!["Signed in"]),
        ("object=erp_1", vec!["Generated key ERP_1"]),
        (&*format!("object={}", erp.id), vec!["Generated key ERP_1"]),
        (
            "action=key.created",
            vec!["Generated key ERPX1", "Generated key ERP_1"],
        ),
        (
            "action=key.created&object=x1&actor=command",
            vec!["Generated key ERPX1"],
        ),
        ("from=2026-11-20T12:30", vec!["Signed in"]),
        (
            "from=2026-11-20T12:00&to=2026-11-20T12:30&action=session.created",
            vec![],
        ),
    ] {
        let answer = vera.get(&format!("{AUDIT}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(said(&answer), rows, "{query}");
        if !rows.is_empty() {
            let copy = format!("{AUDIT}.csv?");
            let of_it = answer.attributes("a[download]", "href");
            assert!(
                of_it.iter().any(|href| href.starts_with(&copy)),
                "{of_it:?}"
            );
        }
    }
    for (query, words) in [
        ("action=key.eaten", "Choose an action from the list."),
        ("from=yesterday", "Enter a date and a time in UTC"),
        (
            "from=2026-11-20T12:00&to=2026-11-20T12:00",
            "Choose an end that is after the start.",
        ),
        (&*format!("object={}", erp.secret), "Never put a key"),
    ] {
        let answer = vera.get(&format!("{AUDIT}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        if query.starts_with("object") {
            answer.hides(&erp.secret);
        } else {
            answer.shows(words);
        }
        assert_eq!(said(&answer), Vec::<String>::new());
    }
    assert_eq!(vera.get(&format!("{AUDIT}?before=x")).await.status, 400);
}

#[actix_web::test]
async fn older_rows_are_loaded_by_a_link_each_once() {
    let app = App::start().await;
    app.set_limit("Acme", 1_000);
    for number in 0..120 {
        app.issue("Acme", &format!("Key {number}"));
    }
    let mut alice = app.sign_in(ALICE).await;
    let mut at = format!("{AUDIT}?action=key.created");
    let mut all = Vec::new();
    for page in 0..3 {
        let answer = alice.get(&at).await;
        all.extend(said(&answer));
        match answer.link("Load older") {
            Some(href) => at = href,
            None => assert_eq!(page, 2),
        }
    }
    let expected: Vec<String> = (0..120)
        .rev()
        .map(|number| format!("Generated key Key {number}"))
        .collect();
    assert_eq!(all, expected);
}

#[actix_web::test]
async fn before_and_after_stand_side_by_side_and_a_deleted_key_keeps_its_history() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let renamed = system
        .request(reqwest::Method::PATCH, &key.resource())
        .json(&serde_json::json!({ "name": "Orders" }));
    let renamed = browser_like::Answer::of(renamed).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let mut alice = app.sign_in(ALICE).await;
    for verb in ["revocation", "deletion"] {
        let done = alice.submit(&key.page(verb), &key.page(verb), &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    let answer = alice.get(&format!("{AUDIT}?object={}", key.id)).await;
    assert_eq!(
        said(&answer),
        [
            "Deleted key Orders",
            "Revoked key Orders",
            "Changed key Orders",
            "Generated key ERP"
        ]
    );
    assert_eq!(answer.words_of(".changes tbody th"), ["Name"]);
    assert_eq!(answer.words_of(".changes tbody td"), ["ERP", "Orders"]);
    answer.has(&format!("#audit-rows a[href='/audit?object={}']", key.id));
    answer.shows("Admin");
}
