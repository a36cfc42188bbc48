//! A database from before the chain.

use diesel::connection::SimpleConnection as _;
use keystead::actions::audit_checks;
use keystead::db::Db;
use keystead::server::storage::open_storage;

use crate::support::{app, direct};

fn undo(db: &Db, tree: &str) {
    let down = std::fs::read_to_string(format!(
        "migrations/{tree}/00000000000021_audit_chain/down.sql"
    ));
    let forget = "DELETE FROM __diesel_schema_migrations WHERE version = '00000000000021'";
    db.write(|conn| {
        conn.batch_execute(&down.unwrap()).unwrap();
        conn.batch_execute(forget).unwrap();
        Ok(())
    })
    .unwrap();
}

#[test]
fn its_rows_are_kept_and_become_chains_at_the_first_start() {
    let config = app::config();
    let db = Db::open(config.database.clone(), 1).unwrap();
    let tree = if config.database.file().is_some() {
        "sqlite"
    } else {
        "postgres"
    };
    undo(&db, tree);
    let tenants = [
        "019aaaaa-0000-7000-8000-00000000000a",
        "019aaaaa-0000-7000-8000-00000000000b",
    ];
    let row = |number: usize| {
        let tenant = match number % 5 {
            0 => "NULL".to_owned(),
            1 => format!("'{}'", tenants[0]),
            _ => format!("'{}'", tenants[1]),
        };
        // From the newest to the oldest: their ids tell the order.
        format!(
            "('019aaaaa-0000-7000-8000-{:012}', {tenant}, '2026-11-20 12:00:00.123456', 'person', 'p', 'alice', \
             'key.created', 'api_key', 'k', 'Key {number}', '{{}}', '', '')",
            9_999 - number
        )
    };
    let rows: Vec<String> = (0..2_500).map(row).collect();
    direct::sql(
        &db,
        &format!(
            "INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, \
             object_name, detail, address, request_id) VALUES {}",
            rows.join(", ")
        ),
    );
    drop(db);
    let storage = open_storage(&config).unwrap();
    let keys = storage.db.audit_keys().unwrap();
    let look = |db: &Db| {
        db.snapshot(|conn| audit_checks::verify(conn, keys, &[]))
            .unwrap()
    };
    let report = look(&storage.db);
    assert_eq!(
        (report.problems, report.rows, report.chains),
        (vec![], 2_500, 3)
    );
    let in_order = "SELECT count(*) AS n FROM audit_events AS one JOIN audit_events AS next \
                    ON one.tenant_id = next.tenant_id AND next.seq = one.seq + 1 AND next.id > one.id";
    assert_eq!(direct::number(&storage.db, in_order), 499 + 1_499);
    // Once it is a chain, a row without an HMAC stays a wrong one, whatever is started.
    direct::sql(
        &storage.db,
        "UPDATE audit_events SET mac = NULL WHERE tenant_id IS NULL AND seq = 7",
    );
    open_storage(&config).unwrap();
    let problems = look(&storage.db).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("row 7") && problems[0].contains("was not written by Keystead"));
}
