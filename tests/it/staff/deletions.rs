//! A super user schedules the deletion of a tenant, takes it back, or lets it happen.

use std::sync::atomic::AtomicBool;

use chrono::TimeDelta;
use keystead::actions::{audit_checks, invitations, tenants::operator};
use keystead::background::tenant_deletions;
use keystead::db;
use keystead::domain::Error;
use keystead::domain::invitation::Draft;
use keystead::domain::limits;
use serde_json::json;

use crate::support::app::Issued;
use crate::support::browser_like::{Answer, Person};
use crate::support::system::KEYS;
use crate::support::*;

async fn schedule(app: &App, by: &mut Person, tenant: &str, typed: &str) -> Answer {
    let page = app.support_page(tenant, "deletion");
    let shown = by.get(&page).await.field("shown");
    let fields = [
        ("shown", &*shown),
        ("choice", typed),
        ("reason", "They left us"),
    ];
    by.submit(&page, &page, &fields).await
}

async fn take_back(app: &App, by: &mut Person, tenant: &str) -> Answer {
    let page = app.support_page(tenant, "deletion");
    let shown = by.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("reason", "They stay")];
    by.submit(&page, &format!("{page}/removal"), &fields).await
}

/// What a server does about it from time to time.
fn run(app: &App) {
    let stopping = AtomicBool::new(false);
    tenant_deletions::run(&app.db, app.clock.now(), &stopping).unwrap();
}

#[actix_web::test]
async fn a_scheduled_deletion_suspends_and_is_taken_back_until_it_is_due() {
    let app = App::start().await;
    let key = app.issue("Globex", "CRM");
    let verified = async || app.stranger().verify(&key.secret).await;
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    let wrong = schedule(&app, &mut alice, "Globex", "globex").await;
    assert_eq!(wrong.status, 422);
    wrong.shows("Type the name, Globex, to go on.");
    assert_eq!(verified().await, "VALID");
    schedule(&app, &mut alice, "Globex", "Globex")
        .await
        .leads_to("/support/tenants");
    assert_eq!(verified().await, "TENANT_SUSPENDED");
    let strip = bob.get("/tenant-api-keys").await;
    strip.shows("On 20 Dec 2026 it is deleted");
    alice
        .get("/support/tenants?sort=name")
        .await
        .shows("Deleted on 20 Dec 2026");
    // It stays suspended until its end.
    let page = app.support_page("Globex", "suspension");
    let shown = alice.get(&page).await.field("shown");
    let fields = [("shown", &*shown), ("reason", "x")];
    let resumed = alice
        .submit(&page, &format!("{page}/removal"), &fields)
        .await;
    assert_eq!(resumed.status, 409);
    resumed.shows("This tenant is scheduled for deletion.");
    // Support staff decides nothing about it.
    let mut sam = app.sam().await;
    let deletion = app.support_page("Globex", "deletion");
    assert_eq!(sam.get(&deletion).await.status, 404);
    app.clock.advance(TimeDelta::days(29));
    run(&app);
    let mut alice = app.sign_in(ALICE).await;
    take_back(&app, &mut alice, "Globex")
        .await
        .leads_to("/support/tenants");
    assert_eq!(verified().await, "VALID");
    app.clock.advance(TimeDelta::days(2));
    run(&app);
    run(&app);
    assert_eq!(verified().await, "VALID");
    let mut bob = app.sign_in(BOB).await;
    let log = bob.get("/audit").await;
    log.shows("Scheduled the deletion of tenant Globex");
    log.shows("Took back the deletion of tenant Globex");
    // What was suspended before stays so.
    app.suspend("Globex", &key);
    let mut alice = app.sign_in(ALICE).await;
    schedule(&app, &mut alice, "Globex", "Globex").await;
    take_back(&app, &mut alice, "Globex").await;
    assert_eq!(verified().await, "TENANT_SUSPENDED");
    // Once it is due, it is too late.
    schedule(&app, &mut alice, "Globex", "Globex").await;
    app.clock.advance(TimeDelta::days(30));
    let mut alice = app.sign_in(ALICE).await;
    assert_eq!(take_back(&app, &mut alice, "Globex").await.status, 409);
}

/// Every column of the database.
fn columns(app: &App) -> Vec<(String, String)> {
    let statement = if std::env::var_os("KEYSTEAD_TEST_POSTGRES").is_some() {
        "SELECT string_agg(table_name || '.' || column_name, ' ') AS t FROM information_schema.columns \
         WHERE table_schema = 'public'"
    } else {
        "SELECT group_concat(m.name || '.' || p.name, ' ') AS t FROM sqlite_schema m \
         JOIN pragma_table_info(m.name) p WHERE m.type = 'table'"
    };
    let all = direct::text(&app.db, statement);
    let of = |text: &str| {
        let (table, column) = text.split_once('.').unwrap();
        (table.to_owned(), column.to_owned())
    };
    all.split(' ').map(of).collect()
}

/// The columns in which a text stands somewhere.
fn places(app: &App, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in columns(app) {
        let count = format!(
            "SELECT count(*) AS n FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{text}%'"
        );
        if app.number(&count) > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// Globex with something in every table that knows tenants.
async fn fill(app: &App) -> Issued {
    app.give_integrations("Globex");
    app.set_limit("Globex", 200);
    let key = app.issue("Globex", "CRM");
    let sealed = app.issue_recoverable("Globex", "Sealed");
    let found = app.issue("Globex", "Found");
    for number in 0..60 {
        app.issue("Globex", &format!("System {number}"));
    }
    let globex = app.tenant("Globex");
    let system = app.system(&key.secret);
    let rotate = format!("{KEYS}/{}/rotate", sealed.id);
    let rotated = system.post(&rotate, json!({ "grace_seconds": 3600 })).await;
    assert!(rotated.status < 300, "{}", rotated.body);
    let report = [("key", &*found.secret), ("place", "A forum")];
    let mut visitor = app.visitor();
    let page = "/report-leaked-key";
    assert!(visitor.submit(page, page, &report).await.status < 400);
    let project = app.add_project("Globex", "Shop");
    let credential = app.save_credential("Globex", Some(&project), "openai", true);
    app.add_group("Globex", "Own", "orders:read");
    app.open_access_request("Globex");
    let now = app.clock.now();
    let wanted = limits::Draft {
        limit: 500,
        reason: "Plants".into(),
    };
    let draft = Draft::check("new@globex.test", "viewer").unwrap();
    app.db
        .write(|conn| {
            db::limit_requests::open(conn, globex, &wanted, BOB, now)?;
            invitations::create(conn, &operator(globex, now), &draft, "Bob").map(drop)
        })
        .unwrap();
    for statement in [
        format!(
            "INSERT INTO integration_reads (credential_id, project_id, start, tenant_id, reads) \
             VALUES ('{credential}', '{project}', 0, '{globex}', 1)"
        ),
        format!(
            "INSERT INTO observed_callers (key_id, address, tenant_id, requests, last_at) \
             VALUES ('{}', '192.0.2.1', '{globex}', 1, 1)",
            key.id
        ),
        format!(
            "INSERT INTO memberships (tenant_id, user_id, role, created_at) \
             SELECT '{globex}', id, 'viewer', '2026-11-20 11:00:00' FROM users WHERE email = '{VERA}'"
        ),
        format!(
            "INSERT INTO limit_ends (tenant_id, ends_at, falls_to) VALUES ('{globex}', '2027-11-20 11:00:00', 100)"
        ),
        format!(
            "INSERT INTO limit_messages (id, request_id, tenant_id, by_support, author, words, written_at) \
             SELECT '{MISSING}', id, '{globex}', TRUE, 'Sam', 'Which?', '2026-11-20 11:00:00' FROM limit_requests"
        ),
        format!(
            "INSERT INTO outbox (id, tenant_id, recipient, letter, created_at, due_at, attempts) \
             VALUES ('{MISSING}', '{globex}', 'new@globex.test', '{{}}', '2026-11-20 11:00:00', '2030-11-20 11:00:00', 0)"
        ),
        format!(
            "INSERT INTO support_grants (id, tenant_id, user_id, staff, reason, asked_at) \
             SELECT '{MISSING}', '{globex}', id, 'Sam', 'Help', '2026-11-20 11:00:00' FROM users WHERE email = '{ALICE}'"
        ),
    ] {
        app.sql(&statement);
    }
    app.ask(&key, json!({})).await;
    app.recorded(2).await;
    key
}

#[actix_web::test]
async fn at_the_end_nothing_of_the_tenant_is_left_but_one_row() {
    let app = App::start().await;
    let key = fill(&app).await;
    let (kept, globex) = (app.issue("Acme", "ERP"), app.tenant("Globex").to_string());
    let bob_id = format!("SELECT id AS t FROM users WHERE email = '{BOB}'");
    let bob_id = direct::text(&app.db, &bob_id);
    app.alter_key(&kept, &format!("owner_id = '{bob_id}'"));
    let (mut alice, mut bob) = (app.sign_in(ALICE).await, app.sign_in(BOB).await);
    schedule(&app, &mut alice, "Globex", "Globex").await;
    let before = places(&app, &globex);
    for (table, _) in columns(&app).iter().filter(|(_, name)| name == "tenant_id") {
        let place = format!("{table}.tenant_id");
        assert!(
            before.contains(&place),
            "{table}: this test has no row of it"
        );
    }
    app.clock.advance(TimeDelta::days(30));
    run(&app);
    direct::until("the keys are forgotten", async || {
        app.stranger().verify(&key.secret).await == "NOT_FOUND"
    })
    .await;
    // Whatever servers still knew of it is written first.
    app.ask(&kept, json!({})).await;
    let written = format!(
        "SELECT count(*) AS n FROM request_records WHERE key_id = '{}'",
        kept.id
    );
    direct::until("all is written", async || app.number(&written) == 1).await;
    run(&app);
    assert!(app.rows("memberships") > 2);
    app.clock.advance(TimeDelta::minutes(10));
    run(&app);
    assert_eq!(places(&app, &globex), ["audit_events.object_id"]);
    let left = "SELECT count(*) AS n FROM audit_events WHERE action = 'tenant.deleted' AND tenant_id IS NULL \
                AND actor_kind = 'system' AND object_name = 'Globex' AND detail LIKE '%Alice Archer%They left us%'";
    assert_eq!(app.number(left), 1);
    for gone in [&*bob_id, BOB, "new@globex.test", &key.secret[..12]] {
        assert_eq!(places(&app, gone), Vec::<String>::new(), "{gone}");
    }
    // That something was changed stays; what it was does not.
    assert_eq!(places(&app, &key.id), ["change_log.item"]);
    assert_eq!(places(&app, "System 59"), Vec::<String>::new());
    // Whoever is in another tenant keeps the account, and keys there their owner in words.
    assert_eq!(app.rows("users"), 2);
    assert_eq!(places(&app, "Bob Baker"), ["api_keys.owner_text"]);
    assert_eq!(app.stranger().verify(&kept.secret).await, "VALID");
    assert_eq!(app.stranger().verify(&key.secret).await, "NOT_FOUND");
    assert_eq!(bob.get("/tenant-api-keys").await.status, 303);
    let named = app
        .db
        .read(|conn| db::tenants::find_by_name(conn, "Globex"));
    assert!(matches!(named, Err(Error::NotFound)));
    let keys = app.db.audit_keys().unwrap();
    let report = app
        .db
        .snapshot(|conn| audit_checks::verify(conn, keys, &[]))
        .unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    // A server that starts now knows as much.
    run(&app);
    let again = app
        .sign_in(ALICE)
        .await
        .get("/support/tenants?sort=name")
        .await;
    again.hides("Globex");
}
