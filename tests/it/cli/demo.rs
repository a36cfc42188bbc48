//! `keystead demo`.

use serde_json::Value;

use crate::support::process::Place;

#[actix_web::test]
async fn the_command_that_the_demo_prints_finds_a_valid_key() {
    let place = Place::new();
    let mut command = place.command(&["demo"]);
    command.env("TMPDIR", &place.dir);
    let demo = place.start(command);
    let said = |before: &str, after: &str| {
        let rest = demo
            .said
            .split(before)
            .nth(1)
            .unwrap_or_else(|| panic!("{}", demo.said));
        rest.split(after).next().unwrap().to_owned()
    };
    let question: Value = serde_json::from_str(&said("-d '", "'")).unwrap();
    let answer = demo
        .system(&said("Authorization: Bearer ", "'"))
        .post("/api/v1/verify", question)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["code"], "VALID");
    assert_eq!(answer.json()["warning"], Value::Null);
}

#[actix_web::test]
async fn the_demo_has_somebody_who_raises_limits() {
    let place = Place::new();
    let mut command = place.command(&["demo"]);
    command.env("TMPDIR", &place.dir);
    let demo = place.start(command);
    let line = |word: &str| demo.said.lines().find(|line| line.contains(word)).unwrap();
    let email = line("support staff").split_whitespace().next().unwrap();
    let password = line("password: ").split("password: ").nth(1).unwrap();
    let mut nadia = demo.visitor();
    let fields = [("email", email), ("password", password), ("next", "")];
    let answer = nadia.submit("/login", "/login", &fields).await;
    answer.leads_to("/");
    nadia.get("/support/tenants").await.shows("Acme Industrial");
}

#[actix_web::test]
async fn the_demo_has_credentials_that_are_used_and_some_that_need_attention() {
    let place = Place::new();
    let mut command = place.command(&["demo"]);
    command.env("TMPDIR", &place.dir);
    let demo = place.start(command);
    let line = |word: &str| demo.said.lines().find(|line| line.contains(word)).unwrap();
    let password = line("password: ").split("password: ").nth(1).unwrap();
    let mut maya = demo.visitor();
    let fields = [
        ("email", "maya@acme.example"),
        ("password", password),
        ("next", ""),
    ];
    maya.submit("/login", "/login", &fields).await.leads_to("/");
    let keys = maya.get("/tenant-api-keys").await;
    keys.shows(
        "The HubSpot credential of the organisation was refused by the provider in Field service",
    );
    keys.shows("The Anthropic credential of the organisation expires on");
    let ask = maya.get("/integrations/openai/switch-off").await;
    ask.shows("Smart metering Got it");
    ask.hides("Got it 0 times");
}
