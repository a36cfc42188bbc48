//! Starting and stopping the server.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::process::Place;
use crate::support::*;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[actix_web::test]
async fn the_first_start_makes_private_secrets_and_prints_a_link_that_works_once() {
    let place = Place::new();
    let server = place.start(place.command(&[]));
    assert_eq!(mode(&place.data("")), 0o700);
    for secret in ["pepper", "master-key"] {
        assert_eq!(mode(&place.data(secret)), 0o600, "{secret}");
        let content = std::fs::read_to_string(place.data(secret)).unwrap();
        assert_eq!(content.trim().len(), 64);
    }
    let link = server.setup_link.clone().unwrap();
    let path = link.strip_prefix(&server.base).unwrap();
    assert!(path.starts_with("/setup?token="));
    let token = path.split('=').nth(1).unwrap();
    let fields = [
        ("token", token),
        ("name", "Maya Morgan"),
        ("email", "maya@example.com"),
        ("tenant", "Initech"),
        ("password", PASSWORD),
    ];
    let mut maya = server.visitor();
    let answer = maya.submit(path, "/setup", &fields).await;
    answer.leads_to("/tenant-api-keys");
    assert_eq!(server.visitor().get(path).await.status, 404);
    assert!(!server.log().contains(token), "the link is in the log");
    drop(server);
    assert_eq!(place.serve().setup_link, None);
}

#[actix_web::test]
async fn each_start_prints_a_new_link_until_one_was_used() {
    let place = Place::new();
    let first = place.serve();
    let old = first.setup_link.clone().unwrap();
    let old = old.strip_prefix(&first.base).unwrap().to_owned();
    drop(first);
    let second = place.serve();
    let new = second.setup_link.clone().unwrap();
    let new = new.strip_prefix(&second.base).unwrap();
    assert_eq!(second.visitor().get(&old).await.status, 404);
    assert_eq!(second.visitor().get(new).await.status, 200);
}

#[actix_web::test]
async fn keys_and_sessions_survive_a_restart() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let server = place.serve();
    let mut alice = server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    alice
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    drop(server);
    let server = place.serve();
    assert_eq!(server.stranger().verify(&key).await, "VALID");
    let mut later = server.visitor();
    later.cookies = alice.cookies;
    assert_eq!(later.get("/tenant-api-keys").await.status, 200);
}

#[actix_web::test]
async fn a_second_server_on_the_same_data_refuses() {
    let place = Place::new();
    let server = place.serve();
    let outcome = place.run(&["serve"], "");
    let line = outcome.refusal();
    assert!(line.contains("another Keystead server uses"), "{line}");
    assert!(line.contains(&*place.dir.join("data").to_string_lossy()));
    assert_eq!(server.stranger().get("/readyz").await.status, 200);
}

#[test]
fn a_second_server_on_the_same_database_file_refuses() {
    let place = Place::new();
    let (one, two) = (place.dir.join("one"), place.dir.join("two"));
    let url = format!("sqlite:{}", place.dir.join("shared.db").display());
    let command = |dir: &std::path::Path| {
        let mut command = place.command(&["serve"]);
        command.env("KEYSTEAD_DATABASE_URL", &url);
        command.env("KEYSTEAD_DATA_DIR", dir);
        command
    };
    let _server = place.start(command(&one));
    let outcome = place.finish(command(&two), "");
    let line = outcome.refusal();
    assert!(line.contains("another Keystead server uses"), "{line}");
    assert!(line.contains("shared.db"), "{line}");
}

#[test]
fn a_port_in_use_is_told_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = Place::new().run(&["serve", "--listen", &address], "");
    let line = outcome.refusal();
    assert!(line.contains(&format!("can't listen on {address}")));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let place = Place::new().with_acme();
    direct::sql(
        &place.db(),
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('99999999999999', '2026-11-20 11:00:00')",
    );
    let create = ["key", "create", "--tenant", "Acme", "--name", "ERP"];
    for args in [&["serve"][..], &create] {
        let outcome = place.run(args, "");
        assert!(outcome.refusal().contains("made by a newer Keystead"));
    }
}

#[test]
fn a_database_that_can_not_be_opened_is_told_without_its_password() {
    let place = Place::new();
    for url in [
        "mysql://keystead:hunter2secret@localhost/x",
        "sqlite:/nowhere/at/all/keystead.db",
    ] {
        let mut command = place.command(&["serve"]);
        command.env("KEYSTEAD_DATABASE_URL", url);
        let outcome = place.finish(command, "");
        let line = outcome.refusal();
        assert!(!line.contains("hunter2secret"), "{line}");
    }
}

#[test]
fn a_database_that_is_not_there_yet_is_waited_for_without_telling_its_password() {
    let place = Place::new();
    let mut command = place.command(&["serve"]);
    let url = "postgres://keystead:hunter2secret@127.0.0.1:1/keystead";
    command.env("KEYSTEAD_DATABASE_URL", url);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("this server waits for it"), "{line}");
    assert!(!line.contains("hunter2secret"), "{line}");
}

#[test]
fn asked_to_stop_the_moment_it_says_where_it_listens_it_ends_well() {
    let place = Place::new().with_acme();
    for _ in 0..5 {
        assert_eq!(place.serve().stop(), 0);
    }
}

#[actix_web::test]
async fn asked_to_stop_it_writes_the_last_usage_and_ends_well() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let mut server = place.serve();
    for _ in 0..7 {
        assert_eq!(server.stranger().verify(&key).await, "VALID");
    }
    assert_eq!(server.stop(), 0);
    let sum = "SELECT CAST(SUM(valid) AS BIGINT) AS n FROM key_usage WHERE span = 60";
    assert_eq!(place.number(sum), 7);
    let used = "SELECT count(*) AS n FROM key_usage WHERE span = 60 AND last_accepted > 0";
    assert_eq!(place.number(used), 1);
}

#[actix_web::test]
async fn asked_to_stop_it_loses_nothing_that_it_answered() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let mut server = place.serve();
    let mut creations = Vec::new();
    for number in 0..6 {
        let system = server.system(&key);
        creations.push(actix_web::rt::spawn(async move {
            let request = system.request(reqwest::Method::POST, system::KEYS);
            let body = serde_json::json!({ "name": format!("System {number}") });
            let answer = request.json(&body).send().await;
            answer.is_ok_and(|answer| answer.status() == 201)
        }));
    }
    let count = "SELECT count(*) AS n FROM api_keys";
    direct::until("the first is made", async || place.number(count) > 1).await;
    server.ask_to_stop();
    let mut made = 0;
    for creation in creations {
        made += i64::from(creation.await.unwrap());
    }
    assert_eq!(server.stop_code(), 0);
    assert!(made >= 1);
    assert_eq!(place.number(count), made + 1);
}

#[actix_web::test]
async fn health_is_told_to_anybody() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(server.stranger().get("/healthz").await.body, "ok\n");
    assert_eq!(server.stranger().get("/readyz").await.body, "ready\n");
}

#[actix_web::test]
async fn the_log_can_be_json_lines() {
    let place = Place::new();
    assert!(!place.serve().log().starts_with('{'));
    // With its value, and without.
    let said = place.run(&["check-config", "--log-json", "true"], "");
    assert!(said.done().out.contains("log_json = true"), "{said:?}");
    let server = place.start(place.command(&["--log-json", "serve"]));
    let answer = server.visitor().get("/login").await;
    let id = answer.header("x-request-id").to_owned();
    direct::until("the request is logged", async || server.log().contains(&id)).await;
    for line in server.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string());
    }
}
