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
