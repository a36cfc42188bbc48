//! The audit log as staff reads it.

use serde_json::Value;

use crate::support::*;

const LOG: &str = "/support/audit";

/// What the rows say, newest first, each with the tenant it is about.
fn said(answer: &browser_like::Answer) -> Vec<String> {
    answer.words_of("#audit-rows .c-what > :is(span, small)")
}

#[actix_web::test]
async fn support_reads_what_staff_did_and_super_users_what_happened_to_the_installation() {
    let app = App::start().await;
    app.set_limit("Acme", 10);
    app.issue("Acme", "Theirs");
    let mut sam = app.sam().await;
    let page = app.limit_page("Acme");
    let fields = [("shown", "10"), ("limit", "20"), ("reason", "Growth")];
    sam.decide(&page, &fields).await;
    let answer = sam.get(LOG).await;
    let rows = said(&answer);
    assert_eq!(
        rows,
        ["Changed the key limit", "at Acme", "Growth", "Signed in"]
    );
    answer.has(".side a[href='/support/audit'][aria-current='page']");
    let mut alice = app.sign_in(ALICE).await;
    let answer = alice.get(LOG).await;
    let rows = said(&answer);
    for row in ["Changed the key limit", "Generated key Theirs", "at Globex"] {
        assert!(rows.contains(&row.to_owned()), "{row}: {rows:?}");
    }
    // What members do in their tenant is no business of staff.
    let who = answer.words_of("#audit-rows .c-who > span");
    assert!(!who.contains(&ALICE.to_owned()), "{who:?}");
    let filtered = alice.get(&format!("{LOG}?action=limit.changed")).await;
    assert_eq!(
        said(&filtered),
        ["Changed the key limit", "at Acme", "Growth"]
    );
    assert_eq!(alice.get(&format!("{LOG}?before=7")).await.status, 400);
}

#[actix_web::test]
async fn a_copy_of_it_names_the_tenants_and_is_noted() {
    let app = App::start().await;
    let mut sam = app.sam().await;
    let shown = app.limit_of("Acme").to_string();
    let fields = [("shown", &*shown), ("limit", "2000"), ("reason", "Growth")];
    sam.decide(&app.limit_page("Acme"), &fields).await;
    let answer = sam.get(&format!("{LOG}.csv")).await;
    let mut reader = csv::Reader::from_reader(answer.body.as_bytes());
    let rows: Vec<std::collections::BTreeMap<String, String>> =
        reader.deserialize().map(Result::unwrap).collect();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (&*row["said"], &*row["tenant"]))
        .collect();
    assert_eq!(
        told,
        [
            ("Exported the audit log", ""),
            ("Changed the key limit", "Acme"),
            ("Signed in", ""),
        ]
    );
    let answer = sam.get(&format!("{LOG}.ndjson?action=limit.changed")).await;
    let row: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(row["tenant_id"], app.tenant("Acme").to_string());
    assert_eq!(row["action"], "limit.changed");
}

#[actix_web::test]
async fn it_goes_on_from_chain_to_chain_each_row_once() {
    let app = App::start().await;
    app.set_limit("Acme", 100);
    app.set_limit("Globex", 100);
    let mut expected: Vec<String> = (0..60)
        .flat_map(|number| {
            ["Acme", "Globex"].map(|tenant| {
                let name = format!("{tenant} {number}");
                app.issue(tenant, &name);
                format!("Generated key {name}")
            })
        })
        .collect();
    expected.reverse();
    let mut alice = app.sign_in(ALICE).await;
    alice.htmx = true;
    let mut at = format!("{LOG}?action=key.created");
    let mut all = Vec::new();
    for page in 0..3 {
        let answer = alice.get(&at).await;
        // The first answer is the log with its filter, later ones are rows to be put below.
        assert_eq!(answer.body.contains("<form"), page == 0);
        let rows = answer.words_of("tr .c-what > span");
        all.extend(rows);
        match answer.link("Load older") {
            Some(href) => at = href,
            None => assert_eq!(page, 2),
        }
    }
    assert_eq!(all, expected);
}
