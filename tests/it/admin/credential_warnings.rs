//! Credentials of other services among what needs attention, above the list of keys.

use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::*;

const KEYS: &str = "/tenant-api-keys";

/// The lines about credentials: words and place.
fn lines(page: &Answer) -> Vec<(String, String)> {
    let words = page.words_of(".needs a").into_iter();
    words
        .zip(page.attributes(".needs a", "href"))
        .filter(|(words, _)| words.contains("credential"))
        .collect()
}

fn line(words: &str, place: impl Into<String>) -> (String, String) {
    (words.into(), place.into())
}

#[actix_web::test]
async fn credentials_that_end_were_refused_or_are_damaged_stand_above_the_keys() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let (shop, depot) = (
        app.add_project("Acme", "Shop"),
        app.add_project("Acme", "Depot"),
    );
    let mut alice = app.sign_in(ALICE).await;
    alice.get(KEYS).await.lacks(".needs");
    // What lasts longer than 14 days, or only stands by, is nobody's concern.
    let openai = app.save_credential("Acme", None, "openai", true);
    let spare = app.save_credential("Acme", None, "openai", false);
    let anthropic = app.save_credential("Acme", Some(&shop), "anthropic", true);
    let slack = app.save_credential("Acme", Some(&depot), "slack", true);
    let ends = |id: &str, end: &str| {
        let set =
            format!("UPDATE integration_credentials SET expires_at = '{end}' WHERE id = '{id}'");
        app.tamper_with_credentials(&set);
    };
    ends(&openai, "2026-12-05 12:00:00");
    ends(&spare, "2026-11-21 12:00:00");
    alice.get(KEYS).await.lacks(".needs");
    ends(&openai, "2026-12-04 12:00:00");
    ends(&anthropic, "2026-11-19 12:00:00");
    let system = app.system(&app.issue("Acme", "ERP").secret);
    let report = format!("/api/v1/projects/{depot}/integrations/slack/report");
    let told = system
        .post(&report, json!({ "credential_id": slack }))
        .await;
    assert_eq!(told.status, 204, "{}", told.body);
    let stripe = app.save_credential("Acme", None, "stripe", true);
    app.tamper_with_credentials(&format!(
        "UPDATE integration_credentials SET ciphertext = nonce WHERE id = '{stripe}'"
    ));
    let read = format!("/api/v1/projects/{shop}/integrations/stripe/credential");
    system.get(&read).await.problem(500);
    direct::until("the damage is noted", async || {
        app.number("SELECT count(*) AS n FROM integration_credentials WHERE damaged_at IS NOT NULL")
            == 1
    })
    .await;
    let expected = [
        line(
            "The Stripe credential of the organisation can't be opened: save it again",
            "/integrations/stripe",
        ),
        line(
            "The Slack credential of Depot was refused by the provider in Depot, just now",
            format!("/projects/{depot}/integrations/slack"),
        ),
        line(
            "The Anthropic credential of Shop expired on 19 Nov 2026",
            format!("/projects/{shop}/integrations/anthropic"),
        ),
        line(
            "The OpenAI credential of the organisation expires on 4 Dec 2026",
            "/integrations/openai",
        ),
    ];
    // A viewer reads it as well, and every line leads to a page.
    let mut vera = app.sign_in(VERA).await;
    for person in [&mut alice, &mut vera] {
        let page = person.get(KEYS).await;
        assert_eq!(lines(&page), expected);
        page.lacks(".needs button");
        for (_, place) in &expected {
            assert_eq!(person.get(place).await.status, 200, "{place}");
        }
    }
    // What replaces it has nothing the matter with it.
    app.save_credential("Acme", Some(&depot), "slack", true);
    assert_eq!(lines(&alice.get(KEYS).await).len(), 3);
}

#[actix_web::test]
async fn many_of_them_are_counted_behind_the_first_five() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Shop");
    let mut alice = app.sign_in(ALICE).await;
    for slug in [
        "openai",
        "anthropic",
        "mistral-ai",
        "slack",
        "stripe",
        "twilio",
        "hubspot",
    ] {
        app.save_credential("Acme", Some(&shop), slug, true);
    }
    app.sql("UPDATE integration_credentials SET expires_at = '2026-11-30 12:00:00'");
    let found = lines(&alice.get(KEYS).await);
    assert_eq!(found.len(), 6);
    let rest = format!("/projects/{shop}/integrations?state=attention");
    assert_eq!(
        found[5],
        line("2 more credentials need attention", rest.clone())
    );
    let led = alice.get(&rest).await;
    assert_eq!(led.count(".integration-row"), 7);
}

#[actix_web::test]
async fn neither_other_tenants_nor_those_without_integrations_read_of_them() {
    let app = App::start().await;
    app.give_integrations("Acme");
    let old = app.add_project("Acme", "Old");
    app.save_credential("Acme", None, "openai", true);
    app.save_credential("Acme", Some(&old), "slack", true);
    app.sql("UPDATE integration_credentials SET expires_at = '2026-11-30 12:00:00'");
    let mut alice = app.sign_in(ALICE).await;
    assert_eq!(lines(&alice.get(KEYS).await).len(), 2);
    app.give_integrations("Globex");
    let mut bob = app.sign_in(BOB).await;
    bob.get(KEYS).await.hides("OpenAI");
    // Nothing gets what an archived project has.
    app.sql(&format!(
        "UPDATE projects SET archived_at = '2026-11-20 12:00:00' WHERE id = '{old}'"
    ));
    assert_eq!(lines(&alice.get(KEYS).await).len(), 1);
    app.switch_integrations("Acme", keystead::domain::rollout::Switch::Off);
    alice.get(KEYS).await.hides("OpenAI");
}
