//! Copies of the audit log.

use serde_json::Value;

use crate::support::*;

const CSV: &str = "/audit.csv";
const NDJSON: &str = "/audit.ndjson";

#[actix_web::test]
async fn a_copy_has_the_filtered_rows_no_formula_and_is_noted_itself() {
    let app = App::start().await;
    for name in ["=1+1", "+1+1", "-1-1", "@SUM(A1)"] {
        app.issue("Acme", name);
    }
    let mut vera = app.sign_in(VERA).await;
    let answer = vera.get(&format!("{CSV}?action=key.created")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"keystead-audit-2026-11-20-120000.csv\""
    );
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let text = answer.body.strip_prefix("\u{FEFF}number,").unwrap();
    assert!(!text.contains('\u{FEFF}'));
    let mut reader = csv::Reader::from_reader(answer.body.as_bytes());
    let rows: Vec<std::collections::BTreeMap<String, String>> =
        reader.deserialize().map(Result::unwrap).collect();
    let names: Vec<&str> = rows.iter().map(|row| &*row["object"]).collect();
    assert_eq!(names, ["'@SUM(A1)", "'-1-1", "'+1+1", "'=1+1"]);
    assert_eq!(rows[3]["time"], "2026-11-20T12:00:00Z");
    assert_eq!(rows[3]["said"], "Generated key =1+1");
    assert_eq!(rows[3]["actor"], "command line");
    let noted = "SELECT count(*) AS n FROM audit_events WHERE action = 'audit.exported' AND actor_name = 'vera@acme.test' \
                 AND detail = '{\"format\":\"csv\",\"filter\":{\"action\":\"key.created\"}}'";
    assert_eq!(app.number(noted), 1);

    let answer = vera.get(NDJSON).await;
    let rows: Vec<Value> = answer
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // The copy holds what it says of itself.
    assert_eq!(rows[0]["text"], "Exported the audit log");
    let numbers: Vec<i64> = rows
        .iter()
        .map(|row| row["seq"].as_i64().unwrap())
        .collect();
    let expected: Vec<i64> = (1..=numbers[0]).rev().collect();
    assert_eq!(numbers, expected);

    let mut bob = app.sign_in(BOB).await;
    bob.get(NDJSON).await.hides("@SUM");
    let wrong = bob.get(&format!("{CSV}?action=x")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.header("content-disposition"), "");
}

#[actix_web::test]
async fn it_goes_on_over_many_steps() {
    let app = App::start().await;
    let by = keystead::actions::tenants::operator(app.tenant("Acme"), app.clock.now());
    app.db
        .write(|conn| {
            (0..2_300).try_for_each(|_| {
                keystead::actions::audit_log::note_export(conn, &by, serde_json::json!({}))
            })
        })
        .unwrap();
    let mut alice = app.sign_in(ALICE).await;
    let filter = "?actor=command&action=audit.exported";
    let answer = alice.get(&format!("{CSV}{filter}")).await;
    assert_eq!(answer.body.lines().count(), 2_301);
    assert_eq!(
        alice
            .get(&format!("{NDJSON}{filter}"))
            .await
            .body
            .lines()
            .count(),
        2_300
    );
}
