//! The Unix socket for a gateway on the same machine.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::process::Place;
use crate::support::raw::{Said, talk_on_unix_socket};
use crate::support::system::KEYS;

fn socket(place: &Place) -> PathBuf {
    place.dir.join("gate.sock")
}

/// The server with a Unix socket, and with these trusted proxies.
fn command(place: &Place, trusted: &str) -> Command {
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_UNIX_SOCKET", socket(place));
    command.env("KEYSTEAD_TRUSTED_PROXIES", trusted);
    command
}

/// Asks as a gateway does, with one more header. Gives the status.
fn ask(socket: &Path, key: &str, header: &str) -> u16 {
    let request = format!(
        "GET /forward-auth HTTP/1.1\r\nHost: keystead\r\nConnection: close\r\nX-API-Key: {key}\r\n{header}\r\n\r\n"
    );
    say(socket, &request).status()
}

/// The answer to a request that closes its connection.
fn say(socket: &Path, request: &str) -> Said {
    talk_on_unix_socket(socket, request.as_bytes(), Duration::from_secs(30))
}

/// Tries a password; each time for another account. Gives the status.
fn try_password(socket: &Path, number: usize, header: &str) -> u16 {
    let page = say(
        socket,
        &format!("GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n"),
    );
    let after = |before: &str, until: char| {
        let rest = page.text.split_once(before).unwrap().1;
        rest.split(until).next().unwrap().to_owned()
    };
    let cookie = after("set-cookie: ", ';');
    let token = after("name=\"csrf\" value=\"", '"');
    let body = format!(
        "csrf={token}&next=&email=nobody{number}%40acme.test&password=wrong-password-{number}"
    );
    let length = body.len();
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie}\r\n{header}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    say(socket, &request).status()
}

const BY: &str = "X-Forwarded-For: 203.0.113.7";

#[actix_web::test]
async fn a_key_revoked_over_tcp_is_refused_by_the_next_answer_on_the_unix_socket() {
    let place = Place::new().with_acme();
    let admin = place.key("Admin");
    let server = place.start(command(&place, ""));
    let (id, key) = server.issue(&admin, "ERP", "Full access", &[]).await;
    assert_eq!(ask(&socket(&place), &key, BY), 200);
    let answer = server.system(&admin).delete(&format!("{KEYS}/{id}")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(ask(&socket(&place), &key, BY), 401);
}

#[actix_web::test]
async fn an_allowlist_believes_the_unix_socket_only_when_it_is_trusted() {
    let place = Place::new().with_acme();
    let admin = place.key("Admin");
    for (trusted, status) in [("", 401), ("127.0.0.1", 401), ("127.0.0.1, unix", 200)] {
        let server = place.start(command(&place, trusted));
        let (_, key) = server
            .issue(&admin, "ERP", "Full access", &["203.0.113.7"])
            .await;
        assert_eq!(ask(&socket(&place), &key, BY), status, "{trusted:?}");
        let others = ["X-Forwarded-For: 203.0.113.8", "X-Other: 203.0.113.7"];
        for header in others {
            assert_eq!(ask(&socket(&place), &key, header), 401, "{header}");
        }
    }
}

#[actix_web::test]
async fn passwords_tried_on_a_socket_that_is_not_trusted_have_to_wait_together() {
    let place = Place::new().with_acme();
    let _server = place.start(command(&place, ""));
    for number in 0..30 {
        // Whatever they claim about where they come from.
        let claim = format!("X-Forwarded-For: 203.0.113.{number}");
        assert_eq!(
            try_password(&socket(&place), number, &claim),
            401,
            "{number}"
        );
    }
    assert_eq!(try_password(&socket(&place), 30, BY), 429);
}

#[actix_web::test]
async fn owner_and_group_alone_may_connect() {
    let place = Place::new();
    let _server = place.start(command(&place, ""));
    let metadata = std::fs::metadata(socket(&place)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o660);
}

#[actix_web::test]
async fn a_socket_that_a_crash_left_is_replaced_and_one_in_use_is_not() {
    let place = Place::new().with_acme();
    let key = place.key("ERP");
    let mut first = place.start(command(&place, ""));
    let other = Place::new();
    let mut rival = other.command(&["serve"]);
    rival.env("KEYSTEAD_UNIX_SOCKET", socket(&place));
    let outcome = other.finish(rival, "");
    assert!(
        outcome.refusal().contains("another program listens on it"),
        "{outcome:?}"
    );
    assert_eq!(ask(&socket(&place), &key, BY), 200);
    first.crash();
    let _second = place.start(command(&place, ""));
    assert_eq!(ask(&socket(&place), &key, BY), 200);
}

#[test]
fn a_file_in_the_place_of_the_socket_stays_and_the_start_is_refused() {
    let place = Place::new();
    std::fs::create_dir_all(&place.dir).unwrap();
    std::fs::write(socket(&place), "precious").unwrap();
    let outcome = place.finish(command(&place, ""), "");
    assert!(outcome.refusal().contains("no socket"), "{outcome:?}");
    assert_eq!(std::fs::read_to_string(socket(&place)).unwrap(), "precious");
}
