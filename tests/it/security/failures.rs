//! When the database says no: nothing half done, and no wrong answer.

use std::time::Duration;

use keystead::db::connection::Source;

use crate::support::process::Place;
use crate::support::*;

/// Makes every insert into a table fail as a full disk would.
fn fill_disk(app: &App, table: &str) {
    match &app.config.database {
        Source::Sqlite(_) => app.sql(&format!(
            "CREATE TRIGGER full_disk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )),
        Source::Postgres(_) => {
            app.sql("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk is full'; END $$");
            app.sql(&format!("CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"));
        }
    }
}

#[actix_web::test]
async fn without_its_audit_row_no_change_happens() {
    let app = App::start().await;
    let (admin, key) = (app.issue("Acme", "Admin"), app.issue("Acme", "ERP"));
    let mut alice = app.sign_in(ALICE).await;
    let token = alice.token("/tenant-api-keys").await;
    let system = app.system(&admin.secret);
    let before = app.number("SELECT rev AS n FROM change_head");
    fill_disk(&app, "audit_events");

    for answer in [
        system.create("Unrecorded").await,
        system.delete(&key.resource()).await,
    ] {
        answer.problem(503);
        assert_ne!(answer.header("retry-after"), "");
        answer.hides("disk");
    }
    let page = alice
        .post(&key.page("revocation"), &[("csrf", &token)])
        .await;
    assert_eq!(page.status, 503);
    page.hides("disk is full");
    assert_eq!(app.rows("api_keys"), 2);
    assert_eq!(app.number("SELECT rev AS n FROM change_head"), before);
    // What was not revoked goes on being accepted.
    assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
    assert_eq!(system.get(&key.resource()).await.json()["status"], "active");
}

#[actix_web::test]
async fn verification_goes_on_while_nothing_can_be_written() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    fill_disk(&app, "key_usage");
    for _ in 0..20 {
        assert_eq!(app.stranger().verify(&key.secret).await, "VALID");
        assert_eq!(
            app.system(&key.secret).get("/forward-auth").await.status,
            200
        );
    }
    app.sql(match &app.config.database {
        Source::Sqlite(_) => "DROP TRIGGER full_disk",
        Source::Postgres(_) => "DROP TRIGGER full_disk ON key_usage",
    });
    // Nothing of what was counted meanwhile is lost.
    direct::until("all forty uses are counted", async || {
        app.number(
            "SELECT CAST(COALESCE(SUM(valid), 0) AS BIGINT) AS n FROM key_usage WHERE span = 60",
        ) == 40
    })
    .await;
}

#[actix_web::test]
async fn the_log_says_why_something_failed_and_the_answer_does_not() {
    let place = Place::new().with_acme();
    let key = place.key("Admin");
    let mut server = place.serve();
    direct::sql(&place.db(), "DROP TABLE confirmed_events");
    direct::sql(&place.db(), "DROP TABLE audit_events");
    let answer = server.system(&key).create("ERP").await;
    assert_eq!(answer.status, 500);
    answer.hides("audit_events");
    assert_eq!(server.stop(), 0);
    let log = server.log();
    let line = log
        .lines()
        .find(|line| line.contains("request failed"))
        .unwrap();
    assert!(
        line.contains("audit_events") && line.contains(answer.header("x-request-id")),
        "{line}"
    );
}

#[actix_web::test]
async fn the_log_reads_as_it_is_and_has_no_key_in_the_place_of_a_method() {
    let place = Place::new().with_acme();
    let key = place.key("Admin");
    // A plan that is in no settings is told of at the start.
    direct::sql(&place.db(), "UPDATE tenants SET plan = 'Gold\u{202e}dloG'");
    let mut command = place.command(&["serve"]);
    command.env("KEYSTEAD_LOG_JSON", "true");
    let mut server = place.start(command);
    let host = "Host: 127.0.0.1\r\nConnection: close\r\n\r\n";
    for start in [
        format!("{key} /login HTTP/1.1\r\n{host}"),
        format!("GET /log\u{202e}in\u{9b}2J HTTP/1.1\r\n{host}"),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".to_owned(),
        "\r\n\r\n\0\0\0".to_owned(),
    ] {
        raw::talk(server.socket(), start.as_bytes(), Duration::from_secs(5));
    }
    assert_eq!(server.stop(), 0);
    let log = server.log();
    assert!(log.contains("[other]") && !log.contains(&key), "{log}");
    assert!(log.contains("Gold\\u202edloG"), "{log}");
    assert!(!log.contains(['\u{202e}', '\u{9b}']), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}
