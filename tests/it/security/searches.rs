//! One tenant's searches leave the database to the others, and none looks at everything there is.

use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;
use keystead::domain::Error;
use keystead::domain::excess::Excess;
use keystead::domain::id::TenantId;
use keystead::web::searches::{AT_ONCE, PATIENCE, Searches, WAITING};

use crate::support::app::Issued;
use crate::support::browser_like::Person;
use crate::support::*;

const STAFF_LOG: &str = "/support/audit";

/// More requests of a key than one search looks at, all of them after the one for `/needle`.
fn fill(app: &App, tenant: &str, key: &Issued) {
    let tenant = app.tenant(tenant);
    let at = app.clock.now() - chrono::TimeDelta::hours(1);
    let (at, millis) = (at.timestamp_micros(), at.timestamp_millis());
    app.sql(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100100) \
         INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev, last4) \
         SELECT '{millis:012x}00000000' || substr(CAST(1000000000000 + n AS TEXT), 2), '{tenant}', '{}', {at}, \
         'VALID', 'GET', CASE n WHEN 0 THEN '/needle' ELSE '/straw' END, '', '192.0.2.1', '', 1, '' FROM numbers",
        key.id
    ));
}

fn too_many() -> Error {
    Error::Excess(Excess::Searches, PATIENCE.as_secs())
}

#[actix_web::test]
async fn two_searches_of_a_tenant_run_eight_wait_for_a_while_and_more_are_sent_away() {
    tokio::time::pause();
    let searches = Searches::new(100);
    let (one, other) = (TenantId::new(), TenantId::new());
    let mut running = Vec::new();
    for _ in 0..AT_ONCE {
        running.push(searches.enter(one).await.unwrap());
    }
    let mut waiting: Vec<_> = (0..WAITING)
        .map(|_| Box::pin(searches.enter(one)))
        .collect();
    for one in &mut waiting {
        assert!(poll!(one).is_pending());
    }
    // At once, not after a while.
    let refused = poll!(Box::pin(searches.enter(one)));
    assert_eq!(refused.map(Result::unwrap_err), Poll::Ready(too_many()));
    let _other = searches.enter(other).await.unwrap();
    running.pop();
    let next = waiting.remove(0).await.unwrap();
    assert_eq!(waiting.remove(0).await.unwrap_err(), too_many());
    // The next part of an export has begun already, and waits on.
    let mut part = Box::pin(searches.go_on(one));
    assert!(poll!(&mut part).is_pending());
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(poll!(&mut part).is_pending());
    drop((next, waiting));
    part.await.unwrap();
}

#[actix_web::test]
async fn all_tenants_together_leave_connections_for_other_reads() {
    tokio::time::pause();
    let searches = Searches::new(4);
    let mut running = Vec::new();
    for _ in 0..3 {
        running.push(searches.enter(TenantId::new()).await.unwrap());
    }
    let refused = searches.enter(TenantId::new()).await;
    assert_eq!(refused.unwrap_err(), too_many());
}

#[actix_web::test]
async fn many_searches_of_one_tenant_are_refused_and_another_tenant_goes_on() {
    let app = App::start().await;
    let (key, of_acme) = (app.issue("Globex", "Busy"), app.issue("Acme", "Admin"));
    let leaked = app.issue("Acme", "Leaked");
    fill(&app, "Globex", &key);
    fill_audit(&app, "system");
    let bob = app.sign_in(BOB).await;
    let acme = app.system(&of_acme.secret);
    // The page of requests has a list of keys too, which takes a place of its own.
    for path in [
        format!("{LOG}?path=/nowhere"),
        "/audit?action=key.revoked".to_owned(),
    ] {
        let search = async || bob.clone().get(&path).await;
        let revoke = async || acme.delete(&leaked.resource()).await.status;
        let searches = join_all((0..24).map(|_| search()));
        let (answers, revoked) = futures_util::join!(searches, revoke());
        assert_eq!(revoked, 204);
        let (refused, found): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 429);
        assert!(!refused.is_empty(), "{path}");
        assert!(found.len() >= AT_ONCE, "{path}");
        for answer in refused {
            assert_eq!(answer.header("retry-after"), "5");
            answer.shows("Too many searches at once");
        }
        for answer in found {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
}

#[actix_web::test]
async fn a_search_looks_at_so_many_requests_and_goes_on_from_there() {
    let app = App::start().await;
    let key = app.issue("Globex", "Busy");
    fill(&app, "Globex", &key);
    let mut bob = app.sign_in(BOB).await;
    for filter in ["path=/needle", "path=/needle&code=VALID&method=GET"] {
        let filter = format!("{filter}&key={}", key.id);
        let page = bob.get(&format!("{LOG}?{filter}")).await;
        page.shows("Nothing found so far");
        page.shows("100,000 requests were looked at, back to");
        let further = page.link("Look further back").unwrap();
        let page = bob.get(&further).await;
        assert_eq!(page.count("#request-rows tr"), 1);
        page.shows("/needle");
        assert_eq!(page.link("Look further back"), None);
    }
    // What an index finds is found however far it is, and a copy goes on by itself.
    let plain = bob.get(&format!("{LOG}?key={}", key.id)).await;
    assert_eq!(plain.count("#request-rows tr"), 50);
    plain.hides("were looked at");
    let copy = bob.get("/usage/requests.ndjson?path=/needle").await;
    assert_eq!(copy.body.lines().count(), 1, "{}", copy.body);
}

/// More rows of an audit log than one search looks at, older than whatever happened really, so that the chain goes on; the
/// needle is the oldest, of the day before.
fn fill_audit(app: &App, actor_kind: &str) {
    let tenant = app.tenant("Globex");
    let is_a_file = app.config.database.file().is_some();
    let time = if is_a_file { "TEXT" } else { "TIMESTAMP" };
    app.sql(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100100) \
         INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, \
         object_name, detail, address, request_id, seq) \
         SELECT '0197c1f0-0000-7000-8000-' || substr(CAST(2000000000000 - n AS TEXT), 2), '{tenant}', \
         CASE n WHEN 100100 THEN CAST('2026-11-19 10:00:00' AS {time}) ELSE CAST('2026-11-20 10:00:00' AS {time}) END, \
         '{actor_kind}', '', 'Keystead', CASE n WHEN 100100 THEN 'key.revoked' ELSE 'key.updated' END, \
         'api_key', '', CASE n WHEN 100100 THEN 'Needle' ELSE 'Straw' END, '{{}}', '', '', -n FROM numbers"
    ));
}

/// Looks for the needle in a log, which takes two searches.
async fn finds_on_second_look(person: &mut Person, log: &str, filter: &str) {
    let page = person.get(&format!("{log}?{filter}")).await;
    page.shows("Nothing found so far");
    page.shows("100,000 rows were looked at");
    let further = page.link("Look further back").unwrap();
    let page = person.get(&further).await;
    assert_eq!(page.count("#audit-rows tr"), 1);
    page.shows("Needle");
    assert_eq!(page.link("Look further back"), None);
}

#[actix_web::test]
async fn so_does_a_search_of_the_audit_log() {
    let app = App::start().await;
    fill_audit(&app, "system");
    let mut bob = app.sign_in(BOB).await;
    for filter in ["action=key.revoked", "object=Needle"] {
        finds_on_second_look(&mut bob, "/audit", filter).await;
        // A span of time is found without looking at what came later.
        let page = bob
            .get(&format!("/audit?{filter}&to=2026-11-19T12:00"))
            .await;
        assert_eq!(page.count("#audit-rows tr"), 1);
    }
    let copy = bob.get("/audit.ndjson?action=key.revoked").await;
    assert_eq!(copy.body.lines().count(), 1, "{}", copy.body);
}

#[actix_web::test]
async fn so_does_a_search_of_the_log_of_staff() {
    let app = App::start().await;
    fill_audit(&app, "support");
    let mut sam = app.sam().await;
    for filter in ["action=key.revoked", "object=Needle"] {
        finds_on_second_look(&mut sam, STAFF_LOG, filter).await;
    }
    // What needs no search is read as far as it goes.
    let page = sam.get(STAFF_LOG).await;
    assert_eq!(page.count("#audit-rows tr"), 50);
    page.hides("were looked at");
    let copy = sam
        .get(&format!("{STAFF_LOG}.ndjson?action=key.revoked"))
        .await;
    assert_eq!(copy.body.lines().count(), 1, "{}", copy.body);
}

#[actix_web::test]
async fn many_searches_of_one_person_of_the_staff_are_refused() {
    let app = App::start().await;
    fill_audit(&app, "support");
    let sam = app.sam().await;
    let search = async || {
        let path = format!("{STAFF_LOG}?action=key.revoked");
        sam.clone().get(&path).await
    };
    let answers = join_all((0..24).map(|_| search())).await;
    let (refused, found): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 429);
    assert!(!refused.is_empty());
    assert!(found.len() >= AT_ONCE);
    for answer in found {
        answer.shows("Nothing found so far");
    }
}

#[actix_web::test]
async fn postgresql_ends_a_search_that_takes_too_long() {
    let app = App::start().await;
    if app.config.database.file().is_some() {
        return;
    }
    let sleep = |conn: &mut keystead::db::Conn| {
        use diesel::RunQueryDsl as _;
        diesel::sql_query("SELECT pg_sleep(8)")
            .execute(conn)
            .map_err(Error::from)
    };
    let ended = app.db.search(sleep).unwrap_err();
    let Error::Busy(said) = ended else {
        panic!("{ended:?}");
    };
    assert!(said.starts_with("This took longer than five seconds"));
}
