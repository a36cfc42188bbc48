//! A rotation and a revocation of the same key at the same moment.

use std::sync::{Arc, Barrier};

use keystead::actions::key_rotations::{self, Rotated, Rotating};
use keystead::actions::keys::{self, Issued, Issuing};
use keystead::actions::tenants;
use keystead::background::follow::Follower;
use keystead::background::follow::watch::Watch;
use keystead::db;
use keystead::domain::Error;
use keystead::domain::key::Input;
use keystead::domain::key_rotations::Grace;
use keystead::domain::key_text::KeySecret;
use keystead::domain::time::Clock;
use keystead::domain::verdict::Code;
use keystead::server::storage::{Storage, open_storage};
use keystead::verify::Index;

use crate::support::asked::asked;
use crate::support::rounds::rounds;
use crate::support::{app, database, people};

fn verdict(index: &Index, clock: &Clock, secret: &KeySecret) -> Code {
    asked(index, secret.expose(), clock.now()).unwrap()
}

#[test]
fn of_a_rotation_and_a_revocation_the_revocation_always_wins() {
    let config = app::config();
    let Storage {
        db,
        secrets,
        master_keys,
    } = open_storage(&config).unwrap();
    let clock = Clock::System;
    db.write(|conn| people(conn, clock.now())).unwrap();
    crate::support::direct::sql(&db, "UPDATE tenants SET key_limit = 1000000");
    let peppers = secrets.peppers.clone();
    let read = Box::new(move || Ok(peppers.clone()));
    let follower = Arc::new(Follower::load(&db, read, 0, &clock, None).unwrap());
    let watch = Watch::start(&follower, &db, &Default::default()).unwrap();
    let (index, pepper) = (follower.index(), &secrets.peppers[0]);
    let acme = db
        .read(|conn| db::tenants::find_by_name(conn, "Acme"))
        .unwrap()
        .id;
    let by = || tenants::operator(acme, clock.now());
    let draft = Input {
        name: "ERP",
        environment: "live",
        ..Input::default()
    };
    let draft = draft.check(clock.now(), Ok(None)).unwrap();
    let issuing = Issuing {
        brand: "ks",
        pepper,
        group: None,
        project: None,
        idempotency_key: None,
    };
    let mut rotated_first = 0;
    let rounds = rounds(300);
    for round in 0..rounds {
        let (issued, _) = follower
            .change(&db, |conn| keys::issue(conn, &by(), &draft, issuing))
            .unwrap();
        let Issued::New(key, old) = issued else {
            unreachable!("no idempotency key was given")
        };
        let id = key.id;
        let start = Barrier::new(2);
        let rotate = || {
            start.wait();
            let how = Rotating {
                pepper,
                master_keys: &master_keys,
                grace: Grace::Seconds(if round % 2 == 0 { 3_600 } else { 0 }),
                expires_at: None,
                reason: "",
                replaces_unused: false,
                idempotency_key: None,
            };
            follower.change(&db, |conn| key_rotations::rotate(conn, &by(), id, how))
        };
        let revoke = || {
            start.wait();
            // Each of the two comes first in some rounds.
            for _ in 0..(round % 5) * 2_000 {
                std::hint::spin_loop();
            }
            follower
                .change(&db, |conn| keys::revoke(conn, &by(), id))
                .unwrap();
            assert_eq!(verdict(index, &clock, &old), Code::Revoked);
        };
        let rotated = std::thread::scope(|scope| {
            let rotated = scope.spawn(rotate);
            scope.spawn(revoke).join().unwrap();
            rotated.join().unwrap()
        });
        let history = db
            .read(|conn| db::audit::list_of_object(conn, &id.to_string()))
            .unwrap();
        let history: Vec<&str> = history.iter().map(|row| row.action.as_str()).collect();
        match rotated {
            Ok((Rotated::New(_, new), _)) => {
                rotated_first += 1;
                assert_eq!(verdict(index, &clock, &new), Code::Revoked, "round {round}");
                assert_eq!(history[1..], ["key.rotated", "key.revoked"]);
            }
            Err(Error::Conflict(conflict)) => {
                assert_eq!(conflict.code(), "key-revoked");
                assert_eq!(history[1..], ["key.revoked"]);
            }
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(verdict(index, &clock, &old), Code::Revoked, "round {round}");
    }
    assert!(
        rotated_first > 0 && rotated_first < rounds,
        "one of the two was always first: {rotated_first}"
    );
    let running = "SELECT count(*) AS n FROM key_rotations WHERE ends_at IS NULL OR ends_at > rotated_at + INTERVAL '30 minutes'";
    let running = match config.database {
        keystead::db::connection::Source::Postgres(_) => running.to_owned(),
        keystead::db::connection::Source::Sqlite(_) => running.replace(
            "ends_at > rotated_at + INTERVAL '30 minutes'",
            "ends_at > datetime(rotated_at, '+30 minutes')",
        ),
    };
    assert_eq!(crate::support::direct::number(&db, &running), 0);
    drop((watch, db));
    database::remove(&config.database);
    let _ = std::fs::remove_dir_all(&config.data_dir);
}
