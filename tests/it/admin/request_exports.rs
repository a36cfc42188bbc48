//! Copies of the request log.

use serde_json::{Value, json};

use crate::support::*;

const CSV: &str = "/usage/requests.csv";
const NDJSON: &str = "/usage/requests.ndjson";

/// The rows of a CSV, read by a reader that somebody else wrote.
fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[actix_web::test]
async fn an_export_has_the_filtered_requests_and_is_noted() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP, \"main\"");
    let more = json!({
        "method": "GET", "path": "/a,b", "ip": "203.0.113.7", "scope": "orders:read", "user_agent": "curl \"8\"",
    });
    let (id, _) = app.ask(&key, more).await;
    app.ask(&key, json!({ "method": "PUT" })).await;
    app.recorded(2).await;
    let mut vera = app.sign_in(VERA).await;
    let answer = vera.get(&format!("{CSV}?method=GET")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"keystead-requests-2026-11-20-120000.csv\""
    );
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.body.ends_with("\r\n"));
    let hint = format!("ks_live_…{}", &key.secret[key.secret.len() - 4..]);
    assert_eq!(
        answer.body,
        format!(
            "\u{FEFF}time,until,verdict,method,path,key_id,key_name,key,scope,address,program,request_id,note\r\n\
             2026-11-20T12:00:00Z,,VALID,GET,\"/a,b\",{},\"ERP, \"\"main\"\"\",{hint},orders:read,203.0.113.7,\
             \"curl \"\"8\"\"\",{id},\r\n",
            key.id
        )
    );

    let answer = vera.get(&format!("{NDJSON}?method=GET")).await;
    assert_eq!(
        answer.header("content-type"),
        "application/x-ndjson; charset=utf-8"
    );
    assert_eq!(
        serde_json::from_str::<Value>(answer.body.trim_end()).unwrap(),
        json!({
            "time": "2026-11-20T12:00:00Z", "verdict": "VALID", "method": "GET", "path": "/a,b", "key_id": key.id,
            "key_name": "ERP, \"main\"", "key": hint, "scope": "orders:read", "address": "203.0.113.7",
            "program": "curl \"8\"", "request_id": id,
        })
    );
    let noted = "SELECT count(*) AS n FROM audit_events WHERE action = 'usage.exported' AND actor_name = 'vera@acme.test'";
    assert_eq!(app.number(noted), 2);
    let filter = "{\"format\":\"csv\",\"filter\":{\"method\":\"GET\"}}";
    assert_eq!(app.number(&format!("{noted} AND detail = '{filter}'")), 1);
}

#[actix_web::test]
async fn no_cell_is_a_formula_and_no_text_leaves_its_row() {
    let app = App::start().await;
    let key = app.issue("Acme", "=1+1");
    for text in [
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\"=1+1",
        "' =1+1",
        "\t=1",
        "\r=1",
        "\u{FF1D}1",
        "/a\r\n2026,INJECTED,\0row",
        "fine",
    ] {
        let more = json!({ "path": text, "user_agent": text, "method": "GET" });
        app.ask(&key, more).await;
    }
    // Even what found its way into the table by another door.
    app.sql("UPDATE request_records SET path = 'a\r\nb', user_agent = '=2\n3' WHERE path = 'fine'");
    app.recorded(11).await;
    let mut alice = app.sign_in(ALICE).await;
    let answer = alice.get(CSV).await;
    let rows = rows(&answer.body);
    assert_eq!(rows.len(), 11, "{}", answer.body);
    assert_eq!(answer.body.matches("\r\n").count(), 12);
    assert_eq!(
        answer
            .body
            .replace("\r\n", "")
            .matches(['\r', '\n', '\0'])
            .count(),
        0
    );
    for row in &rows {
        for (name, cell) in row {
            let bare = cell.trim_start_matches(['"', ' ']);
            assert!(
                !bare.starts_with(['=', '+', '-', '@', '\t', '\u{FF1D}']),
                "{name}: {cell:?}"
            );
        }
        assert_eq!(row["key_name"], "'=1+1");
        assert_eq!(row["verdict"], "VALID");
    }
    let programs: Vec<&str> = rows.iter().map(|row| row["program"].as_str()).collect();
    assert!(
        programs.contains(&"'=HYPERLINK(\"http://x\")"),
        "{programs:?}"
    );

    let answer = alice.get(NDJSON).await;
    assert_eq!(answer.body.lines().count(), 11);
    for line in answer.body.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[actix_web::test]
async fn gaps_are_in_the_file_without_their_number() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.ask(&key, json!({})).await;
    app.pass(10);
    app.gap("full", 6);
    app.recorded(1).await;
    let mut alice = app.sign_in(ALICE).await;
    let answer = alice.get(CSV).await;
    answer.hides(&LOST.to_string());
    let rows = rows(&answer.body);
    assert_eq!(rows.len(), 2);
    let gap = &rows[0];
    let expected = ["GAP", "2026-11-20T12:00:04Z", "2026-11-20T12:00:10Z"];
    assert_eq!([&gap["verdict"], &gap["time"], &gap["until"]], expected);
    let answer = alice.get(NDJSON).await;
    answer.hides(&LOST.to_string());
    let gap: Value = serde_json::from_str(answer.body.lines().next().unwrap()).unwrap();
    assert_eq!(gap["gap"]["from"], "2026-11-20T12:00:04Z");
    assert_eq!(gap["gap"]["cause"], "full");
}

#[actix_web::test]
async fn an_export_goes_on_over_many_steps_and_leaves_nothing_out() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let tenant = app.tenant("Acme");
    let now = app.clock.now().timestamp_millis();
    let values: Vec<String> = (0..2_500)
        .map(|number| {
            format!(
                "('{now:012x}{number:020x}', '{tenant}', '{}', {now}000, 'VALID', 'GET', '/{number}', '', '', '', 1)",
                key.id
            )
        })
        .collect();
    app.sql(&format!(
        "INSERT INTO request_records (id, tenant_id, key_id, at, code, method, path, scope, address, user_agent, rev) \
         VALUES {}",
        values.join(", ")
    ));
    let mut alice = app.sign_in(ALICE).await;
    let paths: Vec<String> = rows(&alice.get(CSV).await.body)
        .into_iter()
        .map(|row| row["path"].clone())
        .collect();
    let expected: Vec<String> = (0..2_500)
        .rev()
        .map(|number| format!("/{number}"))
        .collect();
    assert!(
        paths == expected,
        "{} rows: {:?}…",
        paths.len(),
        paths.first()
    );
    assert_eq!(alice.get(NDJSON).await.body.lines().count(), 2_500);
}

#[actix_web::test]
async fn a_wrong_filter_exports_nothing_and_other_tenants_get_nothing() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    app.ask(&key, json!({})).await;
    app.recorded(1).await;
    let mut bob = app.sign_in(BOB).await;
    for path in [CSV, NDJSON] {
        let wrong = bob.get(&format!("{path}?address=x")).await;
        assert_eq!(wrong.status, 422);
        wrong.shows("Enter one IPv4 or IPv6 address");
        assert_eq!(wrong.header("content-disposition"), "");
    }
    assert_eq!(
        app.number("SELECT count(*) AS n FROM audit_events WHERE action = 'usage.exported'"),
        0
    );
    assert_eq!(bob.get(NDJSON).await.body, "");
    assert_eq!(bob.get(CSV).await.body.lines().count(), 1);
    let theirs = bob.get(&format!("{NDJSON}?key={}", key.id)).await;
    assert_eq!((theirs.status, theirs.body.as_str()), (200, ""));
    assert_eq!(app.visitor().get(CSV).await.status, 303);
}
