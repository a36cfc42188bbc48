//! A database that an earlier version made: its accounts, sessions, keys and audit rows go on.

use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::ManageConnection as _;
use keystead::actions::audit_checks;
use keystead::config::Config;
use keystead::db::connection::Manager;

use crate::support::*;

/// What it left behind on the database of this run.
fn remains(config: &Config) -> PathBuf {
    let tree = config.database.file().map_or("postgres", |_| "sqlite");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/histories/earlier_version");
    root.join(tree)
}

fn remaining(config: &Config, name: &str) -> String {
    fs::read_to_string(remains(config).join(name)).unwrap()
}

/// Puts it where a server of today finds it.
fn put_back(config: &mut Config) {
    database::remove(&config.database);
    if let Some(file) = config.database.file() {
        fs::remove_file(file).unwrap();
        fs::File::create(file).unwrap();
    }
    config.database = database::empty(&config.data_dir);
    let mut conn = Manager::new(config.database.clone()).connect().unwrap();
    conn.batch_execute(&remaining(config, "database.sql"))
        .unwrap();
    for secret in ["pepper", "master-key"] {
        let place = config.data_dir.join(secret);
        fs::copy(remains(config).join(secret), &place).unwrap();
        fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
}

/// Every audit row, without what is new about it.
const AUDIT_ROWS: &str = "SELECT count(*) AS n FROM audit_events WHERE at < '2026-11-20 11:06:00'";

#[actix_web::test]
async fn its_accounts_sessions_keys_and_audit_rows_go_on() {
    let app = App::start_with(put_back, false).await;
    let rows = remaining(&app.config, "database.sql")
        .lines()
        .filter(|line| line.contains("audit_events") && line.starts_with("INSERT"))
        .count();
    assert_eq!(
        (rows, app.number(AUDIT_ROWS)),
        (13, 13),
        "each audit row is still there"
    );
    let found = app
        .db
        .snapshot(|conn| audit_checks::verify(conn, app.db.audit_keys()?, &[]))
        .unwrap();
    assert_eq!(found.problems, Vec::<String>::new());

    // Alice's browser is still signed in, and sees what was there.
    let mut alice = app.visitor();
    let cookie = remaining(&app.config, "cookie").trim_end().to_owned();
    // Of then, but for the name that it has where a site has no HTTPS.
    alice.cookies.insert(app.cookie(), cookie);
    let keys = alice.get("/tenant-api-keys").await;
    assert_eq!(keys.status, 200, "{}", keys.header("location"));
    assert!(keys.words().contains("Billing") && !keys.body.contains("Old gateway"));
    for (page, shown) in [
        ("/members", "alice@acme.example"),
        ("/projects", "Invoices"),
        ("/audit", "Two more plants"),
        ("/tenant-api-keys/limit-request", "Two more plants"),
        ("/account", "alice@acme.example"),
    ] {
        let answer = alice.get(page).await;
        assert!(answer.words().contains(shown), "{page}: {}", answer.body);
    }

    // Who was signed out signs in with the password of then, and finds the revoked key revoked.
    let mut bob = app.sign_in("bob@globex.example").await;
    let audit = bob.get("/audit").await.words();
    assert!(audit.contains("Old gateway") && audit.contains("The gateway is gone"));

    // A system's key works on.
    let key = remaining(&app.config, "key");
    assert_eq!(app.asker().verify(key.trim_end()).await, "VALID");
}
