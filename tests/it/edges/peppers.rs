//! Another pepper while keys are in use: nobody who holds a good key notices.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keystead::background::follow::Follower;
use keystead::background::follow::watch::Watch;
use keystead::background::pepper_moves;
use keystead::config::secret_file::SecretFile;
use keystead::domain::pepper::{Pepper, Peppers};
use keystead::domain::time::Clock;
use keystead::verify::lease::Lease;
use keystead::verify::moves::Holder;
use keystead::verify::{Entry, Index};
use reqwest::Method;
use zeroize::Zeroizing;

use crate::support::browser_like::Answer;
use crate::support::process::{Place, Server};
use crate::support::*;

const NOT_ON_3: &str = "SELECT count(*) AS n FROM api_keys WHERE pepper_version <> 3";

fn place(keys: usize) -> (Place, Vec<String>) {
    let place = Place::new().with_acme();
    direct::sql(&place.db(), "UPDATE tenants SET key_limit = 1000000");
    let keys = (0..keys).map(|number| place.key(&format!("System {number}")));
    let keys = keys.collect();
    (place, keys)
}

/// Asks about one key after the other at both edges until told to stop, and gives the number of questions.
async fn ask(server: &Server, keys: &[String], stop: &Cell<bool>) -> i64 {
    let stranger = server.stranger();
    let mut asked = 0;
    for key in keys.iter().cycle() {
        if stop.get() {
            break;
        }
        assert_eq!(stranger.verify(key).await, "VALID", "after {asked} answers");
        let gateway = server.system(key).get("/forward-auth").await;
        assert_eq!(gateway.status, 200, "after {asked} answers");
        asked += 2;
    }
    asked
}

/// Rotates while this thread goes on asking.
async fn rotate_beside(place: &Place) {
    let mut command = place.command(&["pepper", "rotate"]);
    let child = RefCell::new(command.stdout(Stdio::null()).spawn().unwrap());
    let ended = async || child.borrow_mut().try_wait().unwrap().is_some();
    direct::until("the rotation is done", ended).await;
    assert!(child.borrow_mut().wait().unwrap().success());
}

#[actix_web::test]
async fn two_rotations_under_load_refuse_nobody_and_every_used_key_moves() {
    let (place, keys) = place(30);
    let (used, idle) = keys.split_at(24);
    let server = Rc::new(place.serve());
    let stop = Rc::new(Cell::new(false));
    let askers: Vec<_> = (0..4)
        .map(|number| {
            let (server, stop) = (Rc::clone(&server), Rc::clone(&stop));
            let mut own = used.to_vec();
            own.rotate_left(number * 6);
            actix_web::rt::spawn(async move { ask(&server, &own, &stop).await })
        })
        .collect();
    for version in [2, 3] {
        rotate_beside(&place).await;
        direct::until("every key in use has moved", async || {
            let left = "SELECT count(*) AS n FROM api_keys WHERE pepper_version <>";
            place.number(&format!("{left} {version}")) == idle.len() as i64
        })
        .await;
    }
    stop.set(true);
    let mut asked = 0;
    for asker in askers {
        asked += asker.await.unwrap();
    }

    // Those that nobody used are named, and hold up the end of the first pepper.
    let listed = place.run(&["pepper", "status", "--list"], "");
    let names: BTreeSet<&str> = listed
        .done()
        .out
        .lines()
        .filter_map(|line| line.split('\t').nth(2))
        .collect();
    let idle_names: BTreeSet<String> = (24..30).map(|number| format!("System {number}")).collect();
    assert!(names.iter().copied().eq(idle_names.iter()), "{names:?}");
    let refusal = place.run(&["pepper", "retire", "1"], "");
    assert!(refusal.refusal().contains("6 keys still need pepper 1"));
    place.run(&["pepper", "retire", "2"], "").done();
    let verifiers = "SELECT count(*) AS n FROM verifiers WHERE pepper_version <> 3";
    assert_eq!(place.number(verifiers), 0);

    for key in idle {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    direct::until("they have moved too", async || place.number(NOT_ON_3) == 0).await;
    place.run(&["pepper", "retire", "1"], "").done();
    let mut server = Rc::into_inner(server).unwrap();
    for key in &keys {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    assert_eq!(server.stop(), 0);
    // The counts moved along: none is lost, none is double.
    let counted = "SELECT CAST(SUM(valid) AS BIGINT) AS n FROM key_usage WHERE span = 60";
    assert_eq!(place.number(counted), asked + 6 + 30);
    let server = place.serve();
    for key in &keys {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
}

#[actix_web::test]
async fn a_crash_while_keys_move_loses_none() {
    let (place, keys) = place(40);
    for round in 0..6 {
        let mut server = place.serve();
        place.run(&["pepper", "rotate"], "").done();
        let head = "SELECT rev AS n FROM change_head";
        let before = place.number(head);
        for key in &keys {
            assert_eq!(
                server.stranger().verify(key).await,
                "VALID",
                "round {round}"
            );
        }
        // At some instant before, within or after the first moves; and, in other rounds, once there were some.
        let moved = async || round % 2 == 0 || place.number(head) > before;
        direct::until("some keys have moved", moved).await;
        server.crash();
    }
    let server = place.serve();
    for key in &keys {
        assert_eq!(server.stranger().verify(key).await, "VALID");
    }
    direct::until("all have moved", async || {
        place.number("SELECT count(*) AS n FROM api_keys WHERE pepper_version < 7") == 0
    })
    .await;
    let wrong =
        "SELECT count(*) AS n FROM change_head h WHERE h.rev <> (SELECT count(*) FROM change_log)";
    assert_eq!(place.number(wrong), 0);
}

#[actix_web::test]
async fn a_moved_key_is_revoked_and_explained_like_any_other() {
    let (place, keys) = place(2);
    let server = place.serve();
    place.run(&["pepper", "rotate"], "").done();
    let admin = server.system(&keys[0]);
    let me: serde_json::Value = server.system(&keys[1]).whoami().await.json();
    direct::until("it has moved", async || {
        place.number("SELECT count(*) AS n FROM api_keys WHERE pepper_version = 2") >= 1
    })
    .await;
    assert_eq!(server.stranger().verify(&keys[1]).await, "VALID");
    let path = format!("{}/{}", system::KEYS, me["id"].as_str().unwrap());
    let revoked = Answer::of(admin.request(Method::DELETE, &path)).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(server.stranger().verify(&keys[1]).await, "REVOKED");
    // What the key was like is kept for each revision of it, also for the one that moved it.
    let bare = "SELECT count(*) AS n FROM change_log WHERE kind = 'key' AND payload = '{}'";
    assert_eq!(place.number(bare), 0);
}

#[actix_web::test]
async fn a_refused_key_stays_where_it_is() {
    let (place, keys) = place(2);
    let server = place.serve();
    let me: serde_json::Value = server.system(&keys[0]).whoami().await.json();
    let path = format!("{}/{}", system::KEYS, me["id"].as_str().unwrap());
    assert_eq!(server.system(&keys[1]).delete(&path).await.status, 204);
    place.run(&["pepper", "rotate"], "").done();
    assert_eq!(server.stranger().verify(&keys[0]).await, "REVOKED");
    assert_eq!(server.stranger().verify(&keys[1]).await, "VALID");
    direct::until("the other has moved", async || {
        place.number("SELECT count(*) AS n FROM api_keys WHERE pepper_version = 2") > 0
    })
    .await;
    assert_eq!(server.stranger().verify(&keys[0]).await, "REVOKED");
    assert_eq!(
        place.number("SELECT count(*) AS n FROM api_keys WHERE pepper_version = 1"),
        1
    );
}

/// As on a second server, to which the new file was not copied.
#[actix_web::test]
async fn a_server_without_the_new_pepper_says_that_it_can_not_be_sure_and_never_no() {
    let (place, keys) = place(1);
    let mut server = place.serve();
    let stranger = server.stranger();
    assert_eq!(stranger.verify(&keys[0]).await, "VALID");
    let elsewhere = place.dir.join("pepper-of-another-server");
    std::fs::copy(place.data("pepper"), &elsewhere).unwrap();
    let there = |args: &[&str]| {
        let mut command = place.command(args);
        command.env("KEYSTEAD_PEPPER_FILE", &elsewhere);
        let outcome = place.finish(command, "");
        outcome.done().out.trim().to_owned()
    };
    let old_verifier = server.system(&place.verifier("Old"));
    there(&["pepper", "rotate"]);
    let new = there(&["key", "create", "--tenant", "Acme", "--name", "New"]);
    let new_verifier = there(&["verifier", "create", "--name", "New"]);

    assert_eq!(stranger.verify(&keys[0]).await, "VALID");
    let question = || serde_json::json!({ "key": new });
    let asked = async |asker: &system::System| asker.post("/api/v1/verify", question()).await;
    asked(&old_verifier).await.problem(503);
    asked(&server.system(&new_verifier)).await.problem(503);
    let gateway = server.system(&new).get("/forward-auth").await;
    assert_ne!(gateway.header("retry-after"), "");
    gateway.problem(503);
    let form = "application/x-www-form-urlencoded";
    let surrender = format!("token={new}");
    let surrendered = stranger.send("/oauth2/revoke", form, surrender).await;
    assert_eq!(surrendered.status, 503, "{}", surrendered.body);
    assert_eq!(stranger.get("/readyz").await.status, 503);
    // What is no key at all stays no.
    assert_eq!(stranger.verify("ks_live_x").await, "MALFORMED");
    // New keys are made under a pepper that every server has.
    let made = server.system(&keys[0]).create("Meanwhile").await;
    let made = made.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(stranger.verify(&made).await, "VALID");
    assert!(
        server.log().contains("copy the pepper file"),
        "{}",
        server.log()
    );

    std::fs::copy(&elsewhere, place.data("pepper")).unwrap();
    direct::until("the file is found", async || {
        stranger.get("/readyz").await.status == 200
    })
    .await;
    for key in [&keys[0], &made, &new] {
        assert_eq!(stranger.verify(key).await, "VALID");
    }
    let answer = asked(&server.system(&new_verifier)).await;
    assert_eq!(answer.json()["code"], "VALID");
    assert_eq!(server.stop(), 0);
}

#[actix_web::test]
async fn another_server_follows_each_move_and_forgets_the_old_digest() {
    let (place, keys) = place(3);
    let server = place.serve();
    let file = place.data("pepper");
    let read = move || {
        let text = std::fs::read_to_string(&file).unwrap();
        Ok(SecretFile::parse(&text).unwrap().peppers())
    };
    let db = place.db();
    let follower = Arc::new(Follower::load(&db, Box::new(read), 0, &Clock::System, None).unwrap());
    let _watch = Watch::start(&follower, &db, &Default::default()).unwrap();
    let index = follower.index();
    let find = |number: usize| {
        let found = index.find(&index.seek(&keys[number]));
        found.map(|(held, place)| (held.get().unwrap().clone(), place))
    };
    let [entry, idle] = [0, 1].map(|number| find(number).unwrap().0);
    let holder = |entry: &Entry| Holder::Key(entry.tenant_id(), entry.key_id);
    place.run(&["pepper", "rotate"], "").done();
    follower.catch_up(&db).unwrap();
    let [outdated, late] = [0, 1].map(|number| find(number).unwrap().1);
    assert_eq!((outdated.version, outdated.newer.unwrap().0), (1, 2));

    assert_eq!(server.stranger().verify(&keys[0]).await, "VALID");
    direct::until("the first server has moved it", async || {
        follower.catch_up(&db).unwrap();
        find(0).unwrap().1.newer.is_none()
    })
    .await;
    assert!(index.entry(&outdated.digest).is_none());
    assert_eq!(index.len(), 3);
    // Not the old entry under another digest, but what the key is like now.
    assert!(find(0).unwrap().0.rev > entry.rev);
    // The other server would have moved it as well: the first one to come wins, once.
    index.moves().offer(holder(&entry), &outdated);
    assert_eq!(pepper_moves::move_waiting(&db, &follower).unwrap(), 0);

    // A move that comes after its pepper was given up by force brings nothing back.
    place.run(&["pepper", "retire", "1", "--force"], "").done();
    follower.catch_up(&db).unwrap();
    assert!(find(1).is_none());
    index.moves().offer(holder(&idle), &late);
    assert_eq!(pepper_moves::move_waiting(&db, &follower).unwrap(), 0);
    assert_eq!(server.stranger().verify(&keys[1]).await, "NOT_FOUND");
}

#[actix_web::test]
async fn no_key_is_made_under_a_pepper_that_was_just_given_up() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    // As another server does in the instant before this one follows.
    app.sql("DELETE FROM secret_checks WHERE name = 'pepper'");
    app.system(&key.secret).create("CRM").await.problem(503);
    assert_eq!(app.rows("api_keys"), 1);
}

/// The one moment that no test from outside would meet: a look-up between the steps of a move.
#[actix_web::test]
async fn a_key_is_found_at_every_instant_of_its_moves() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let secrets = keystead::config::secrets::Secrets::load(&app.config, false).unwrap();
    let read = Box::new(move || Ok(secrets.peppers.clone()));
    let loaded = Follower::load(&app.db, read, 0, &app.clock, None).unwrap();
    let index = loaded.index();
    let (held, _) = index.find(&index.seek(&key.secret)).unwrap();
    let entry = held.get().unwrap().clone();

    let both = [2, 1].map(|version| Pepper::new(version, &Zeroizing::new([version as u8; 32])));
    let noted = both
        .each_ref()
        .map(|pepper| (pepper.version(), pepper.check_value()));
    let peppers = Peppers::of(&both, &noted);
    let [new, old] = both.map(|pepper| pepper.digest(&key.secret));
    let index_before_the_move = || {
        let index = Index::new(0, 1, Lease::for_ever());
        index.set_peppers(peppers.clone());
        index.put(old, entry.clone(), &[]);
        Arc::new(index)
    };
    let current = Mutex::new(index_before_the_move());
    let (looks, missed, stop) = (
        AtomicUsize::new(0),
        AtomicBool::new(false),
        AtomicBool::new(false),
    );
    let look_for_it = || {
        while !stop.load(Ordering::SeqCst) {
            let index = Arc::clone(&*current.lock().unwrap());
            if index.find(&index.seek(&key.secret)).is_none() {
                missed.store(true, Ordering::SeqCst);
            }
            looks.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(look_for_it);
        for _ in 0..1_500 {
            let index = index_before_the_move();
            *current.lock().unwrap() = Arc::clone(&index);
            let before = looks.load(Ordering::SeqCst);
            while looks.load(Ordering::SeqCst) < before + 2 {
                std::thread::yield_now();
            }
            // Now a look-up at this very index is under way.
            index.put(new, entry.clone(), &[old]);
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert!(
        !missed.load(Ordering::SeqCst),
        "a look-up between the steps missed the key"
    );
}
