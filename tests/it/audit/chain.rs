//! Nobody without the audit key changes the log unseen.

use std::sync::atomic::AtomicBool;

use chrono::TimeDelta;
use diesel::RunQueryDsl;
use keystead::actions::audit_checks::{self, Report};
use keystead::actions::{audit_log, tenants};
use keystead::background::audit_retention;
use keystead::db::Conn;
use keystead::domain::audit_chain::KeptHead;
use keystead::domain::{Error, Result};
use serde_json::json;

use crate::support::*;

fn look(app: &App, kept: &[KeptHead]) -> Report {
    let keys = app.db.audit_keys().unwrap();
    app.db
        .snapshot(|conn| audit_checks::verify(conn, keys, kept))
        .unwrap()
}

fn heads(app: &App) -> Vec<KeptHead> {
    let keys = app.db.audit_keys().unwrap();
    let heads = app.db.snapshot(|conn| audit_checks::heads(conn, keys));
    // As they are printed, kept and read again.
    let read = |head: KeptHead| KeptHead::parse(&head.to_string()).unwrap();
    heads.unwrap().into_iter().map(read).collect()
}

/// What a look finds after statements that are taken back then.
fn found(app: &App, statements: &[&str], kept: &[KeptHead]) -> Vec<String> {
    let keys = app.db.audit_keys().unwrap();
    let mut found = Vec::new();
    let undone = app.db.write(|conn: &mut Conn| -> Result<()> {
        for statement in statements {
            diesel::sql_query(*statement).execute(conn).unwrap();
        }
        found = audit_checks::verify(conn, keys, kept)?.problems;
        Err(Error::NotFound)
    });
    assert_eq!(undone, Err(Error::NotFound));
    found
}

/// A server with some rows in the log of Acme; their number, and SQL that means Acme.
async fn with_rows() -> (App, i64, String) {
    let app = App::start().await;
    for number in 0..5 {
        app.issue("Acme", &format!("Key {number}"));
    }
    app.issue("Globex", "Other");
    let acme = format!("tenant_id = '{}'", app.tenant("Acme"));
    let count = app.number(&format!(
        "SELECT count(*) AS n FROM audit_events WHERE {acme}"
    ));
    let last = app.number(&format!(
        "SELECT max(seq) AS n FROM audit_events WHERE {acme}"
    ));
    assert!(count > 5 && last == count);
    (app, count, acme)
}

/// The one problem, about Acme.
#[track_caller]
fn only(problems: &[String]) -> &str {
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("the log of Acme ("), "{problems:?}");
    &problems[0]
}

#[actix_web::test]
async fn whatever_is_changed_taken_out_added_or_moved_is_named() {
    let (app, count, acme) = with_rows().await;
    let report = look(&app, &heads(&app));
    assert_eq!((report.problems, report.notes), (vec![], vec![]));
    assert_eq!(report.chains, 3);
    assert_eq!(report.rows as i64, app.rows("audit_events"));

    for column in [
        "actor_kind",
        "actor_id",
        "actor_name",
        "action",
        "object_kind",
        "object_id",
        "object_name",
        "detail",
        "address",
        "request_id",
    ] {
        let edit =
            format!("UPDATE audit_events SET {column} = {column} || 'x' WHERE {acme} AND seq = 4");
        let problems = found(&app, &[&edit], &[]);
        assert!(
            only(&problems).contains(": row 4 ("),
            "{column}: {problems:?}"
        );
    }
    let all = "UPDATE audit_events SET";
    let cases: [(Vec<String>, &str); 9] = [
        (
            vec![format!(
                "{all} at = '2020-01-01 00:00:00' WHERE {acme} AND seq = 4"
            )],
            ": row 4 (",
        ),
        (
            vec![format!("{all} id = '{MISSING}' WHERE {acme} AND seq = 4")],
            ": row 4 (",
        ),
        (
            vec![format!("{all} mac = NULL WHERE {acme} AND seq = 4")],
            "was not written by Keystead",
        ),
        (
            vec![format!("DELETE FROM audit_events WHERE {acme} AND seq = 4")],
            ": row 4 is missing",
        ),
        (
            vec![
                format!("{all} seq = -1 WHERE {acme} AND seq = 3"),
                format!("{all} seq = 3 WHERE {acme} AND seq = 5"),
                format!("{all} seq = 5 WHERE {acme} AND seq = -1"),
            ],
            ": row 3 (",
        ),
        (
            vec![format!("DELETE FROM audit_events WHERE {acme} AND seq = 1")],
            ": row 1 is missing",
        ),
        (
            vec![format!(
                "DELETE FROM audit_events WHERE {acme} AND seq = {count}"
            )],
            &format!("rows {count} to {count} are missing at the end"),
        ),
        (
            vec![format!(
                "INSERT INTO audit_events SELECT '{MISSING}', tenant_id, at, actor_kind, actor_id, actor_name, action, \
                 object_kind, object_id, object_name, detail, address, request_id, seq + 1, mac \
                 FROM audit_events WHERE {acme} AND seq = {count}"
            )],
            &format!("row {} (", count + 1),
        ),
        (
            vec![format!(
                "DELETE FROM audit_heads WHERE chain = '{}'",
                app.tenant("Acme")
            )],
            "its head was removed",
        ),
    ];
    for (statements, words) in cases {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        let problems = found(&app, &statements, &[]);
        assert!(
            only(&problems).contains(words),
            "{statements:?}: {problems:?}"
        );
    }
    // Another tenant's row is in the wrong chain, and missing in its own.
    let moved = format!(
        "UPDATE audit_events SET tenant_id = '{}', seq = 100 WHERE {acme} AND seq = 4",
        app.tenant("Globex")
    );
    assert_eq!(found(&app, &[&moved], &[]).len(), 2);
}

#[actix_web::test]
async fn a_tail_that_is_cut_off_with_its_head_is_caught_and_never_made_good_again() {
    let (app, count, acme) = with_rows().await;
    let chain = format!("chain = '{}'", app.tenant("Acme"));
    let cut = format!("DELETE FROM audit_events WHERE {acme} AND seq = {count}");
    let back = format!(
        "UPDATE audit_heads SET seq = {0}, mac = (SELECT mac FROM audit_events WHERE {acme} AND seq = {0}) WHERE {chain}",
        count - 1
    );
    let problems = found(&app, &[&cut, &back], &[]);
    assert!(
        only(&problems).contains("its head was changed"),
        "{problems:?}"
    );
    app.sql(&cut);
    app.sql(&back);
    // Keys can still be made and revoked, and the log goes on; that it was cut off is told from then on.
    app.issue("Acme", "Later");
    app.issue("Acme", "Later still");
    let problems = look(&app, &[]).problems;
    assert!(
        only(&problems).contains("its head was changed"),
        "{problems:?}"
    );
    let keys = app.db.audit_keys().unwrap();
    let refused = app.db.snapshot(|conn| audit_checks::heads(conn, keys));
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("keystead audit verify")
    );
    // Without a head as well.
    app.sql(&format!("DELETE FROM audit_heads WHERE {chain}"));
    app.issue("Acme", "Last");
    let problems = look(&app, &[]).problems;
    assert!(
        only(&problems).contains("its head was changed"),
        "{problems:?}"
    );
}

#[actix_web::test]
async fn only_a_head_that_was_kept_elsewhere_shows_that_an_older_state_was_put_back() {
    let (app, count, acme) = with_rows().await;
    app.sql("CREATE TABLE old_heads AS SELECT * FROM audit_heads");
    let before = heads(&app);
    app.issue("Acme", "Hidden");
    let kept = heads(&app);
    assert_ne!(before, kept);
    let cut = format!("DELETE FROM audit_events WHERE {acme} AND seq > {count}");
    let back = [
        "DELETE FROM audit_heads",
        "INSERT INTO audit_heads SELECT * FROM old_heads",
    ];
    let statements = [&*cut, back[0], back[1]];
    assert_eq!(found(&app, &statements, &[]), Vec::<String>::new());
    assert_eq!(found(&app, &statements, &before), Vec::<String>::new());
    let problems = found(&app, &statements, &kept);
    assert!(only(&problems).contains("the head that was kept elsewhere has them"));
    // The same number with another row.
    app.sql(&cut);
    app.sql(back[0]);
    app.sql(back[1]);
    app.issue("Acme", "Instead");
    assert_eq!(look(&app, &before).problems, Vec::<String>::new());
    let problems = look(&app, &kept).problems;
    assert!(only(&problems).contains("is not the one whose head was kept elsewhere"));
    // A whole log that vanished.
    let gone = format!("DELETE FROM audit_events WHERE {acme}");
    let headless = format!(
        "DELETE FROM audit_heads WHERE chain = '{}'",
        app.tenant("Acme")
    );
    assert_eq!(found(&app, &[&gone, &headless], &[]), Vec::<String>::new());
    assert!(only(&found(&app, &[&gone, &headless], &before)).contains("its head was removed"));
}

#[actix_web::test]
async fn of_two_and_thirty_who_write_at_once_each_gets_a_number_of_its_own() {
    let app = App::start().await;
    let before = app.rows("audit_events");
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let (db, now) = (app.db.clone(), app.clock.now());
            let (acme, globex) = (app.tenant("Acme"), app.tenant("Globex"));
            std::thread::spawn(move || {
                for number in 0..10 {
                    let tenant = if (writer + number) % 2 == 0 {
                        acme
                    } else {
                        globex
                    };
                    let by = tenants::operator(tenant, now);
                    db.write(|conn| {
                        audit_log::note_export(conn, &by, json!({ "n": number }))?;
                        audit_log::note_export(conn, &by, json!({ "again": number }))
                    })
                    .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(app.rows("audit_events"), before + 640);
    let report = look(&app, &heads(&app));
    assert_eq!(report.problems, Vec::<String>::new());
    assert_eq!(report.rows as i64, before + 640);
}

#[actix_web::test]
async fn what_is_removed_because_of_its_age_leaves_a_log_that_verifies() {
    let (app, count, acme) = with_rows().await;
    let old = heads(&app);
    app.clock.advance(TimeDelta::days(40));
    app.issue("Acme", "Young");
    let prune = |days| {
        let stopping = AtomicBool::new(false);
        audit_retention::prune(&app.db, days, app.clock.now(), &stopping).unwrap();
    };
    prune(41);
    assert_eq!(look(&app, &old).notes, Vec::<String>::new());
    prune(30);
    assert_eq!(app.rows("audit_events"), 1);
    let report = look(&app, &heads(&app));
    assert_eq!((report.problems, report.rows), (vec![], 1));
    // The very last row that was removed is still known by its HMAC; of a head before it nothing can be told.
    let report = look(&app, &old);
    assert_eq!((report.problems, report.notes), (vec![], vec![]));
    app.issue("Acme", "Younger");
    let younger = heads(&app);
    app.clock.advance(TimeDelta::days(40));
    app.issue("Acme", "Youngest");
    prune(30);
    let report = look(&app, &old);
    assert_eq!(
        (report.problems.len(), report.notes.len()),
        (0, 1),
        "{report:?}"
    );
    assert_eq!(look(&app, &younger).notes, Vec::<String>::new());
    // Nobody else removes the oldest rows unseen, nor says that they were too old.
    app.issue("Acme", "And another");
    let next = count + 3;
    let cut = format!("DELETE FROM audit_events WHERE {acme} AND seq = {next}");
    let words = format!("row {next} is missing");
    assert!(only(&found(&app, &[&cut], &[])).contains(&words));
    let excuse = format!(
        "UPDATE audit_heads SET pruned_seq = {next} WHERE chain = '{}'",
        app.tenant("Acme")
    );
    assert!(found(&app, &[&cut, &excuse], &[])[0].contains("its head was changed"));
}

#[actix_web::test]
async fn evidence_of_a_change_is_not_removed_because_of_its_age() {
    let (app, count, acme) = with_rows().await;
    app.sql(&format!(
        "UPDATE audit_events SET object_name = 'Other' WHERE {acme} AND seq = 3"
    ));
    app.clock.advance(TimeDelta::days(40));
    let stopping = AtomicBool::new(false);
    audit_retention::prune(&app.db, 30, app.clock.now(), &stopping).unwrap();
    let left = format!("SELECT count(*) AS n FROM audit_events WHERE {acme}");
    assert_eq!(app.number(&left), count - 2);
    assert!(only(&look(&app, &[]).problems).contains(": row 3 ("));
}

#[actix_web::test]
async fn without_the_audit_key_nothing_is_changed() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let admin = app.issue("Acme", "Admin");
    app.sql("DELETE FROM audit_keys");
    let answer = app.system(&admin.secret).delete(&key.resource()).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    let refused = keystead::server::storage::open_storage(&app.config)
        .err()
        .unwrap();
    assert!(refused.contains("the audit key was removed"), "{refused}");
}
