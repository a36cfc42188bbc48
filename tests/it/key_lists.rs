//! Lists of keys in memory: many tenants, and the first look at a large one.

use chrono::TimeDelta;
use keystead::db::Db;
use keystead::db::connection::Source;
use keystead::domain::id::TenantId;
use keystead::key_search::lists::{KeyLists, ListRequest};

use crate::support::system::KEYS;
use crate::support::*;

#[actix_web::test]
async fn lists_of_tenants_without_keys_go_in_their_turn_too() {
    let app = App::start().await;
    app.issue("Acme", "ERP");
    let lists = KeyLists::new(1024 * 1024);
    let wanted = ListRequest {
        limit: 10,
        ..ListRequest::default()
    };
    let now = app.clock.now();
    let count = |tenant: TenantId| {
        let read = lists.read(&app.db, tenant, &wanted, now, |_, found, keys| {
            Ok((found.totals.all, keys.len()))
        });
        read.unwrap()
    };
    for _ in 0..200 {
        assert_eq!(count(TenantId::new()), (0, 0));
    }
    let (tenants, bytes) = lists.held();
    assert!((10..100).contains(&tenants), "{tenants}");
    assert!(bytes <= 1024 * 1024, "{bytes}");
    assert_eq!(count(app.tenant("Acme")), (1, 1));
}

#[actix_web::test]
async fn whoever_waits_for_the_first_look_at_a_tenant_holds_no_connection() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    // Readers of SQLite wait for nobody, so that its first look can't be held up.
    if matches!(app.config.database, Source::Sqlite(_)) {
        return;
    }
    let other = Db::open(app.config.database.clone(), 1).unwrap();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let holder = std::thread::spawn(move || {
        other.write(|conn| {
            use diesel::RunQueryDsl as _;
            diesel::sql_query("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE").execute(conn)?;
            begun.send(()).unwrap();
            let _ = ended.recv();
            Ok(())
        })
    });
    has_begun.recv().unwrap();
    let looks: Vec<_> = (0..40)
        .map(|_| {
            let system = app.system(&key.secret);
            actix_web::rt::spawn(async move { system.get(KEYS).await })
        })
        .collect();
    let blocked = "SELECT count(*) AS n FROM pg_locks JOIN pg_database d ON d.oid = database \
                   WHERE NOT granted AND d.datname = current_database()";
    direct::until("the first look is held up", async || {
        app.number(blocked) > 0
    })
    .await;
    for _ in 0..50 {
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(app.stranger().get("/readyz").await.status, 200);
    }
    end.send(()).unwrap();
    holder.join().unwrap().unwrap();
    let mut shown = 0;
    for look in looks {
        let answer = look.await.unwrap();
        if answer.status == 429 {
            // More than may wait.
            continue;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.shows("ERP");
        shown += 1;
    }
    assert!(shown >= 2, "{shown}");
}
