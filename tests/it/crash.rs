//! `kill -9` at any moment: what was answered as done is done, with its audit row.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::support::direct;
use crate::support::process::{Place, Server};
use crate::support::rounds::rounds;
use crate::support::system::KEYS;

/// What the server said of one key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Created,
    /// The revocation was asked for and never answered: either outcome is right.
    Asked,
    Revoked,
}

#[derive(Default)]
struct Ledger {
    /// By the secret.
    keys: BTreeMap<String, Told>,
    answers: usize,
}

/// Creates and revokes until the server is gone.
async fn work(system: crate::support::system::System, ledger: Rc<RefCell<Ledger>>) {
    for number in 0.. {
        let request = system.request(reqwest::Method::POST, KEYS);
        let body = serde_json::json!({ "name": format!("System {number}") });
        let Ok(answer) = request.json(&body).send().await else {
            return;
        };
        let status = answer.status();
        let Ok(key) = answer.json::<serde_json::Value>().await else {
            return;
        };
        assert_eq!(status, 201, "{key}");
        let secret = key["key"].as_str().unwrap().to_owned();
        let path = format!("{KEYS}/{}", key["id"].as_str().unwrap());
        ledger
            .borrow_mut()
            .keys
            .insert(secret.clone(), Told::Created);
        ledger.borrow_mut().answers += 1;
        if number % 2 == 0 {
            continue;
        }
        ledger.borrow_mut().keys.insert(secret.clone(), Told::Asked);
        let Ok(answer) = system.request(reqwest::Method::DELETE, &path).send().await else {
            return;
        };
        assert_eq!(answer.status(), 204);
        ledger.borrow_mut().keys.insert(secret, Told::Revoked);
        ledger.borrow_mut().answers += 1;
    }
}

/// Every key that a client heard of is as the client heard it.
async fn check_keys<'a>(
    server: &Server,
    keys: impl Iterator<Item = (&'a String, &'a Told)>,
    round: u64,
) {
    let stranger = server.stranger();
    for (secret, told) in keys {
        let code = stranger.verify(secret).await;
        let right: &[&str] = match told {
            Told::Created => &["VALID"],
            Told::Asked => &["VALID", "REVOKED"],
            Told::Revoked => &["REVOKED"],
        };
        assert!(
            right.contains(&&*code),
            "round {round}: {code} after {told:?}\n{}",
            server.log()
        );
    }
}

/// Keys and audit agree one to one, and the change log has no gap.
fn check_records(place: &Place, round: u64) {
    let db = place.db();
    let audit = |action: &str| {
        format!(
            "(SELECT count(*) FROM audit_events e WHERE e.object_id = k.id AND e.action = '{action}')"
        )
    };
    for (what, wrong) in [
        ("a key without its creation", format!("api_keys k WHERE {} <> 1", audit("key.created"))),
        (
            "a revocation without its record",
            format!("api_keys k WHERE k.revoked_at IS NOT NULL AND {} <> 1", audit("key.revoked")),
        ),
        (
            "a record without its revocation",
            format!("api_keys k WHERE k.revoked_at IS NULL AND {} <> 0", audit("key.revoked")),
        ),
        (
            "a record without its key",
            "audit_events e WHERE e.object_kind = 'api_key' AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = e.object_id)".to_owned(),
        ),
        (
            "a gap in the change log",
            "change_head h WHERE h.rev <> (SELECT count(*) FROM change_log)".to_owned(),
        ),
    ] {
        let count = direct::number(&db, &format!("SELECT count(*) AS n FROM {wrong}"));
        assert_eq!(count, 0, "round {round}: {what}");
    }
}

#[actix_web::test]
async fn every_acknowledged_change_survives_every_crash() {
    let place = Place::new().with_acme();
    direct::sql(&place.db(), "UPDATE tenants SET key_limit = 1000000");
    let admin = place.key("Admin");
    let mut ledger = Ledger::default();
    let rounds = rounds(40);
    for round in 0..rounds {
        let mut server = place.serve();
        check_keys(&server, ledger.keys.iter().rev().take(40), round).await;
        let shared = Rc::new(RefCell::new(ledger));
        let target = shared.borrow().answers + 1 + usize::try_from(round % 7).unwrap();
        let client = actix_web::rt::spawn(work(server.system(&admin), Rc::clone(&shared)));
        let enough = async || shared.borrow().answers >= target;
        direct::until("some changes are answered", enough).await;
        // The crash comes at another instant of the next request each time.
        actix_web::rt::time::sleep(Duration::from_micros(round * 7_919 % 9_000)).await;
        server.crash();
        client.await.unwrap();
        ledger = Rc::into_inner(shared).unwrap().into_inner();
        check_records(&place, round);
    }
    let server = place.serve();
    check_keys(&server, ledger.keys.iter(), rounds).await;
    assert!(ledger.answers as u64 > rounds);
    let revoked = ledger
        .keys
        .values()
        .filter(|told| **told == Told::Revoked)
        .count();
    assert!(revoked > 20, "only {revoked} revocations were answered");
}
