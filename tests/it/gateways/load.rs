//! Many clients at once, against an API that answers 200 to everything.

use std::thread;

use crate::support::gateway::{Gateway, Kind};
use crate::support::wire::Wire;

/// More than the connections that a gateway keeps, so that it opens and closes some all the time.
const CLIENTS: usize = 96;

/// What became of the requests.
#[derive(Debug, Default)]
struct Tally {
    sent: usize,
    passed: usize,
    refused: usize,
    /// 5xx, or the end of the connection.
    failed: usize,
    /// Nobody waited for the answer.
    given_up: usize,
    /// Passed without a key, refused with one, or answered in some other way.
    wrong: Vec<(String, u16)>,
}

impl Tally {
    fn note(&mut self, has_key: bool, request: &str, status: Option<u16>) {
        match (status, has_key) {
            (Some(200), true) => self.passed += 1,
            (Some(401), false) => self.refused += 1,
            (Some(500..) | None, _) => self.failed += 1,
            (Some(status), _) => self.wrong.push((request.into(), status)),
        }
    }

    fn add(mut self, mut other: Self) -> Self {
        self.sent += other.sent;
        self.passed += other.passed;
        self.refused += other.refused;
        self.failed += other.failed;
        self.given_up += other.given_up;
        self.wrong.append(&mut other.wrong);
        self
    }
}

/// One client of three kinds: it stays connected, it comes and goes, or it often hangs up early.
fn client(number: usize, gateway: &Gateway, key: &str, requests: usize) -> Tally {
    let mut tally = Tally::default();
    let mut wire = Wire::new(gateway.socket);
    for turn in 0..requests {
        let has_key = (number + turn).is_multiple_of(2);
        let (path, sent) = match (has_key, turn % 3) {
            (true, _) => ("with", format!("X-API-Key: {key}\r\n")),
            (false, 0) => ("without", "X-API-Key: nonsense\r\n".into()),
            (false, _) => ("without", String::new()),
        };
        let request =
            format!("GET /{path}/{number}/{turn} HTTP/1.1\r\nHost: api.example.com\r\n{sent}\r\n");
        tally.sent += 1;
        if number % 3 == 2 && turn % 4 == 3 {
            let _ = wire.send(&request);
            wire.hang_up();
            tally.given_up += 1;
            continue;
        }
        tally.note(has_key, &request, wire.ask(&request));
        if number % 3 == 1 && turn % 5 == 4 {
            wire.hang_up();
        }
    }
    tally
}

pub async fn under_load_every_request_is_asked_about_and_no_question_goes_astray(kind: Kind) {
    let total = match kind {
        Kind::Caddy => 21_000,
        _ => 9_600,
    };
    let gateway = Gateway::start(kind);
    let (id, key) = gateway.key("ERP", "Full access", &[]).await;
    let tally = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| (number, &gateway, &key))
            .map(|(number, gateway, key)| {
                scope.spawn(move || client(number, gateway, key, total / CLIENTS))
            })
            .collect();
        let tallies = clients.into_iter().map(|client| client.join().unwrap());
        tallies.fold(Tally::default(), Tally::add)
    });
    let seen = gateway.api.seen();
    let astray: Vec<_> = seen
        .iter()
        .filter(|request| {
            !request.asked().starts_with("GET /with/") || request.header("x-keystead-key-id") != id
        })
        .collect();
    println!("{kind:?}: {} astray of {tally:?}", astray.len());
    assert!(astray.is_empty(), "{} {astray:?}", astray.len());
    assert!(tally.wrong.is_empty(), "{tally:?}");
    // Each half was there, and hardly any failed.
    assert!(seen.len() >= tally.passed);
    assert!(tally.passed.min(tally.refused) > total / 3, "{tally:?}");
    assert!(tally.failed <= total / 100, "{tally:?}");
}
