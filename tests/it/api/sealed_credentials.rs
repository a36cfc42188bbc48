//! Credentials that somebody changed in the database, past the product.

use serde_json::json;

use super::integrations::{INTEGRATIONS, acme, effective, of_project, save};
use crate::support::*;

/// The columns that hold a secret.
const SEALED: [&str; 6] = [
    "sealing_version",
    "master_key_version",
    "key_nonce",
    "sealed_key",
    "nonce",
    "ciphertext",
];

#[actix_web::test]
async fn secrets_that_change_places_in_the_database_are_refused_and_people_are_told() {
    let (app, system, shop, depot) = acme().await;
    app.give_integrations("Globex");
    let globex = app.system(&app.issue("Globex", "Admin").secret);
    let theirs = app.add_project("Globex", "Shop");
    let (openai, anthropic) = ("openai", "anthropic");
    let places = [
        (&system, format!("{INTEGRATIONS}/{openai}"), &shop, openai),
        (&system, of_project(&depot, openai), &depot, openai),
        (&system, of_project(&depot, anthropic), &depot, anthropic),
        (&globex, format!("{INTEGRATIONS}/{openai}"), &theirs, openai),
    ];
    let mut ids = Vec::new();
    for (place, (system, path, ..)) in places.iter().enumerate() {
        let secret = format!("sk-ant-api03-{place:060}");
        ids.push(save(system, path, &secret, json!({})).await);
    }
    for (one, two) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        let before: Vec<String> = SEALED.map(|column| format!("{column} = a.{column}")).into();
        let swap = |of: &str, from: &str| {
            format!(
                "UPDATE integration_credentials SET {} FROM swapped a \
                 WHERE integration_credentials.id = '{of}' AND a.id = '{from}'",
                before.join(", ")
            )
        };
        app.sql("CREATE TABLE swapped AS SELECT * FROM integration_credentials");
        app.sql(&swap(&ids[one], &ids[two]));
        app.tamper_with_credentials(&swap(&ids[two], &ids[one]));
        for place in [one, two] {
            let (system, _, project, slug) = &places[place];
            let path = format!("{}/credential", of_project(project, slug));
            // Not even the organisation's is given in the place of one that can't be opened.
            let answer = system.get(&path).await;
            answer.problem(500);
            answer.hides("sk-ant");
        }
        let back = |of: &str| swap(of, of);
        app.sql(&back(&ids[one]));
        app.tamper_with_credentials(&back(&ids[two]));
        app.sql("DROP TABLE swapped");
        for place in [one, two] {
            let (system, _, project, slug) = &places[place];
            let shown = effective(system, project, slug).await;
            assert!(shown.ends_with(&format!("{place:060}")), "{shown}");
        }
    }
    direct::until("the alarm is in the audit log", async || {
        let events = app.events(openai);
        events
            .iter()
            .any(|event| event.action == "credential.damaged")
    })
    .await;
    let mut alice = app.sign_in(ALICE).await;
    let attention = alice.get("/integrations?state=attention").await;
    attention.shows("Its secret can't be opened. Save it again.");
    assert_eq!(attention.words_of(".integration-row .name"), ["OpenAI"]);
}
