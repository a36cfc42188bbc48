//! Many requests at the same moment.

use std::rc::Rc;

use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn of_two_hundred_creations_at_nine_of_ten_exactly_one_succeeds() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    for number in 2..=9 {
        app.issue("Acme", &format!("Key {number}"));
    }
    let system = Rc::new(app.system(&admin.secret));
    let tries: Vec<_> = (0..200)
        .map(|number| {
            let system = Rc::clone(&system);
            actix_web::rt::spawn(async move { system.create(&format!("Rival {number}")).await })
        })
        .collect();
    let (mut made, mut refused) = (Vec::new(), 0);
    for attempt in tries {
        let answer = attempt.await.unwrap();
        match answer.status {
            201 => made.push(answer.json()["key"].as_str().unwrap().to_owned()),
            409 => {
                assert_eq!(answer.json()["code"], "key-limit-reached");
                refused += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!((made.len(), refused), (1, 199));
    assert_eq!(app.rows("api_keys"), 10);
    assert_eq!(app.stranger().verify(&made[0]).await, "VALID");
    let recorded = "SELECT count(*) AS n FROM audit_events WHERE action = 'key.created'";
    assert_eq!(app.number(recorded), 10);
}

#[actix_web::test]
async fn a_hundred_revocations_at_once_are_one_change() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "Leaked"));
    let system = Rc::new(app.system(&admin.secret));
    let tries: Vec<_> = (0..100)
        .map(|_| {
            let (system, key) = (Rc::clone(&system), key.clone());
            actix_web::rt::spawn(async move {
                let request = system.request(Method::DELETE, &key.resource());
                let revoked = Answer::of(request).await;
                // Whoever was answered finds the key refused, whichever request did it.
                (revoked.status, system.verify(&key.secret).await)
            })
        })
        .collect();
    for attempt in tries {
        assert_eq!(attempt.await.unwrap(), (204, "REVOKED".to_owned()));
    }
    let history = app.audit(&key);
    assert_eq!(
        history,
        ["key.created by command line", "key.revoked by Admin"]
    );
}

#[actix_web::test]
async fn the_same_request_sent_fifty_times_at_once_makes_one_key() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = Rc::new(app.system(&admin.secret));
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let system = Rc::clone(&system);
            actix_web::rt::spawn(async move {
                let request = system.request(Method::POST, KEYS);
                let request = request.header("Idempotency-Key", "order-17");
                Answer::of(request.json(&serde_json::json!({ "name": "ERP" }))).await
            })
        })
        .collect();
    let (mut statuses, mut ids) = (Vec::new(), Vec::new());
    for attempt in tries {
        let answer = attempt.await.unwrap();
        statuses.push(answer.status);
        ids.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 49);
    assert_eq!(app.rows("api_keys"), 2);
}

#[actix_web::test]
async fn a_key_revoked_while_it_is_used_is_never_accepted_after_the_answer() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    for round in 0..20 {
        let key = app.issue("Acme", &format!("Round {round}"));
        let user = app.system(&key.secret);
        let system = app.system(&admin.secret);
        let path = key.resource();
        let revocation = actix_web::rt::spawn(async move { system.delete(&path).await.status });
        while !revocation.is_finished() {
            user.get("/forward-auth").await;
        }
        assert_eq!(revocation.await.unwrap(), 204);
        assert_eq!(user.get("/forward-auth").await.status, 401, "round {round}");
    }
}

#[actix_web::test]
async fn twenty_deletions_at_once_are_one_change() {
    let app = App::start().await;
    let key = app.issue("Acme", "Old");
    let mut alice = app.sign_in(ALICE).await;
    alice
        .submit(&key.page("revocation"), &key.page("revocation"), &[])
        .await
        .leads_to("/tenant-api-keys");
    let token = alice.token(&key.page("deletion")).await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (mut alice, token, page) = (alice.clone(), token.clone(), key.page("deletion"));
            actix_web::rt::spawn(async move { alice.post(&page, &[("csrf", &token)]).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in tries {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (303, &[404; 19][..]));
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'key.deleted'"),
        1
    );
}
