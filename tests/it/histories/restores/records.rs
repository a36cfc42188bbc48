//! What a server knows of what was stopped, and what it takes for lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::AtomicBool;

use chrono::{TimeDelta, Utc};
use keystead::background::change_retention;
use keystead::db::change_log::{self, Item};
use keystead::db::change_marks;

use super::{Acme, listed, sorted};
use crate::support::direct;

#[actix_web::test]
async fn a_record_that_was_cut_off_in_the_middle_of_a_line_is_read_and_goes_on() {
    let mut acme = Acme::with(["First", "Second"]).await;
    let backup = acme.copy().await;
    acme.revoke(0).await;
    acme.server.crash();
    let record = acme.place.data("stops.jsonl");
    let mode = fs::metadata(&record).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let whole = fs::read_to_string(&record).unwrap();
    fs::write(&record, &whole[..whole.len() - 20]).unwrap();
    acme.start_again();
    acme.revoke(1).await;
    acme.server.crash();
    let whole = fs::read_to_string(&record).unwrap();
    fs::write(&record, format!("{whole}{{\"rev\":1")).unwrap();
    acme.crash_and_put_back(backup);
    let wanted = sorted([(acme.id(0), "revoked"), (acme.id(1), "revoked")]);
    let outcome = acme.place.run(&["restore"], "");
    assert_eq!(listed(&outcome.done().out), wanted);
    assert!(outcome.err.contains("can't be read"), "{}", outcome.err);
    for secret in [&acme.keys[0].1, &acme.keys[1].1] {
        assert!(!whole.contains(&**secret));
    }
    for name in ["First", "Second", "Acme", "Full access"] {
        assert!(!whole.contains(name), "{name}: {whole}");
    }
}

/// What a later change overtook is removed from the change log, and with it the proof that it is there.
#[actix_web::test]
async fn a_change_log_that_was_pruned_is_no_older_copy() {
    let mut acme = Acme::with(["Off and on", "Other"]).await;
    acme.disable(0).await;
    acme.server.crash();
    let db = acme.place.db();
    let id = acme.id(0).parse().unwrap();
    db.write(|conn| {
        // As something would that adds, and needs no line in the record.
        let rev = change_log::append_more(conn, Item::Key(id))?;
        let kept = change_log::payload_at(conn, &acme.id(0), rev)?.unwrap().1;
        change_log::describe(conn, rev, kept)?;
        change_log::append_more(conn, Item::Key(acme.id(1).parse()?)).map(|_| ())
    })
    .unwrap();
    direct::sql(
        &db,
        &format!("UPDATE api_keys SET disabled_at = NULL WHERE id = '{id}'"),
    );
    let before = acme.place.number("SELECT count(*) AS n FROM change_log");
    let now = Utc::now();
    db.write(|conn| change_marks::note(conn, now)).unwrap();
    let later = now + TimeDelta::days(3);
    change_retention::prune(&db, 1, later, &AtomicBool::new(false)).unwrap();
    let after = acme.place.number("SELECT count(*) AS n FROM change_log");
    assert!(after < before, "{after} of {before}");
    assert_eq!(acme.listed(), []);
    acme.start_again();
    assert_eq!(acme.told(0).await, 200);
}

#[actix_web::test]
async fn what_was_stopped_while_no_server_ran_is_in_the_record_from_the_next_start_on() {
    let mut acme = Acme::with(["Revoked"]).await;
    let backup = acme.copy().await;
    acme.server.crash();
    let id = acme.id(0);
    let args = ["key", "revoke", "--tenant", "Acme", &*id];
    acme.place.run(&args, "").done();
    acme.start_again();
    acme.crash_and_put_back(backup);
    assert_eq!(acme.listed(), sorted([(id, "revoked")]));
}

#[actix_web::test]
async fn what_is_good_for_nothing_in_an_older_copy_is_not_forgotten_for_a_newer_one() {
    let mut acme = Acme::with(["Stays"]).await;
    let first = acme.copy().await;
    let made = acme
        .server
        .issue(&acme.admin, "Revoked", "Full access", &[]);
    acme.keys.push(made.await);
    let second = acme.copy().await;
    acme.revoke(1).await;
    acme.crash_and_put_back(first);
    // Nobody knows the key there.
    acme.start_again();
    assert_eq!([acme.told(0).await, acme.told(1).await], [200, 401]);
    acme.crash_and_put_back(second);
    let line = acme.start_is_refused();
    assert!(line.contains("works again in it: 1 key;"), "{line}");
}

#[actix_web::test]
async fn a_record_that_can_t_be_written_holds_up_no_change_and_lacks_nothing_later() {
    let mut acme = Acme::with(["First", "Second", "Third"]).await;
    let backup = acme.copy().await;
    let (record, aside) = (acme.place.data("stops.jsonl"), acme.place.dir.join("aside"));
    acme.revoke(0).await;
    fs::rename(&record, &aside).unwrap();
    fs::create_dir(&record).unwrap();
    acme.revoke(1).await;
    acme.revoke(2).await;
    assert_eq!([acme.told(1).await, acme.told(2).await], [401, 401]);
    let log = acme.server.log();
    let said = "can't be written beside the database";
    assert_eq!(log.matches(said).count(), 1, "{log}");
    fs::remove_dir(&record).unwrap();
    fs::rename(&aside, &record).unwrap();
    direct::until("it is written again", async || {
        let log = acme.server.log();
        log.contains("is written beside the database again")
    })
    .await;
    acme.crash_and_put_back(backup);
    let wanted = [0, 1, 2].map(|key| (acme.id(key), "revoked"));
    assert_eq!(acme.listed(), sorted(wanted));
}

#[actix_web::test]
async fn of_each_thing_the_last_line_stays_unless_it_is_old() {
    let mut acme = Acme::with(["Off and on"]).await;
    let record = acme.place.data("stops.jsonl");
    for verb in ["disable", "enable", "disable"] {
        acme.switch(0, verb).await;
    }
    acme.server.crash();
    let lines = || -> Vec<String> {
        let lines = fs::read_to_string(&record).unwrap();
        let id = acme.keys[0].0.as_str();
        let of_key = lines.lines().filter(|line| line.contains(id));
        of_key.map(str::to_owned).collect()
    };
    let before = lines();
    assert_eq!(before.len(), 3, "{before:?}");
    let old = r#"{"rev":1,"entry":1,"epoch":0,"at":"2019-11-20T11:00:00Z","kind":"other","what":"project","id":"x"}"#;
    let all = fs::read_to_string(&record).unwrap();
    fs::write(&record, format!("{old}\n{all}")).unwrap();
    let server = acme.place.serve();
    assert_eq!(lines(), before[2..]);
    assert!(!fs::read_to_string(&record).unwrap().contains("2019"));
    drop(server);
}
