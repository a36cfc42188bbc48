//! Searches that wait for the database, and what is followed meanwhile.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::RunQueryDsl;
use keystead::db::connection::Source;
use keystead::web::searches::AT_ONCE;
use reqwest::Method;

use crate::support::browser_like::Answer;
use crate::support::{ALICE, App, LOG, direct};

#[actix_web::test]
async fn searches_that_hang_delay_nothing_that_is_revoked_and_leave_connections() {
    let app = App::start().await;
    let Source::Postgres(_) = &app.config.database else {
        // Readers of a file wait for nobody.
        return;
    };
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let alice = Rc::new(app.sign_in(ALICE).await);
    let (db, end) = (app.db.clone(), Arc::new(AtomicBool::new(false)));
    let ended = Arc::clone(&end);
    let holder = std::thread::spawn(move || {
        db.write(|conn| {
            let lock = "LOCK TABLE request_records IN ACCESS EXCLUSIVE MODE";
            diesel::sql_query(lock).execute(conn).unwrap();
            while !ended.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            Ok(())
        })
    });
    let blocked = "SELECT count(*) AS n FROM pg_locks JOIN pg_database d ON d.oid = database \
                   WHERE NOT granted AND d.datname = current_database()";
    direct::until("the table is locked", async || {
        let held = "SELECT count(*) AS n FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                    AND relation = 'request_records'::regclass";
        app.number(held) == 1
    })
    .await;
    let at_once = i64::try_from(AT_ONCE).unwrap();
    let searches: Vec<_> = (0..20)
        .map(|_| {
            let alice = Rc::clone(&alice);
            actix_web::rt::spawn(async move {
                let look = alice.request(Method::GET, LOG);
                Answer::of(look).await.status
            })
        })
        .collect();
    direct::until("searches hang", async || app.number(blocked) == at_once).await;
    // As another server does it.
    let by = keystead::actions::tenants::operator(app.tenant("Acme"), app.clock.now());
    let id = key.id.parse().unwrap();
    app.db
        .write(|conn| keystead::actions::keys::revoke(conn, &by, id))
        .unwrap();
    direct::until("the revocation arrives", async || {
        app.system(&key.secret).get("/forward-auth").await.status == 401
    })
    .await;
    // A lock is waited for no longer than three seconds, and the next search comes after the one that gave up.
    assert!(app.number(blocked) <= at_once);
    assert_eq!(
        app.system(&admin.secret).get("/forward-auth").await.status,
        200
    );
    end.store(true, Ordering::SeqCst);
    holder.join().unwrap().unwrap();
    for search in searches {
        search.await.unwrap();
    }
}
