//! The audit log for systems that collect logs.

use serde_json::{Value, json};

use crate::support::system::System;
use crate::support::*;

const AUDIT: &str = "/api/v1/audit";

async fn rows(system: &System, query: &str) -> Vec<Value> {
    let answer = system.get(&format!("{AUDIT}{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().as_array().unwrap().clone()
}

#[actix_web::test]
async fn rows_come_in_order_with_what_happened_and_no_other_tenants() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    app.issue("Globex", "Theirs");
    let system = app.system(&admin.secret);
    let made = system.create("Billing").await.json();
    let all = rows(&system, "").await;
    let numbers: Vec<i64> = all.iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=all.len() as i64).collect::<Vec<_>>());
    let last = all.last().unwrap();
    assert_eq!(last["text"], "Generated key Billing");
    assert_eq!(last["action"], "key.created");
    assert_eq!(last["at"], "2026-11-20T12:00:00Z");
    assert_eq!([&last["actor_kind"], &last["actor_name"]], ["key", "Admin"]);
    assert_eq!(
        [&last["actor_id"], &last["object_id"]],
        [&json!(admin.id), &made["id"]]
    );
    assert_eq!(last["address"], "127.0.0.1");
    assert_eq!(last["detail"]["authorization_group"], "Full access");
    let text = json!(all).to_string();
    assert!(!text.contains("Theirs") && !text.contains(made["key"].as_str().unwrap()));
    let after = format!("?after={}", all.len() - 2);
    assert_eq!(rows(&system, &after).await, all[all.len() - 2..]);
    assert_eq!(rows(&system, "?limit=2").await, all[..2]);
    assert_eq!(
        rows(&system, &format!("?after={}", all.len())).await,
        [] as [Value; 0]
    );
    assert_eq!(
        rows(&system, &format!("?after={}", i64::MAX)).await,
        [] as [Value; 0]
    );
    for wrong in [
        "?limit=0",
        "?limit=1001",
        "?after=-1",
        "?after=x",
        "?before=1",
        "?after=1&after=2",
    ] {
        system.get(&format!("{AUDIT}{wrong}")).await.problem(400);
    }
}

#[actix_web::test]
async fn reading_needs_a_scope_of_its_own_and_a_key_of_the_whole_tenant() {
    let app = App::start().await;
    app.add_group("Acme", "Orders", "orders:read");
    app.add_group("Acme", "Collector", "audit:read");
    let poor = app.issue_with("Acme", "Narrow", Some("Orders"), &[], None);
    let refused = app.system(&poor.secret).get(AUDIT).await.problem(403);
    assert_eq!(refused["detail"], "This key lacks the scope audit:read.");
    let collector = app.issue_with("Acme", "Collector", Some("Collector"), &[], None);
    let collector = app.system(&collector.secret);
    assert!(!rows(&collector, "").await.is_empty());
    app.stranger().get(AUDIT).await.problem(401);
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let shop = system
        .post("/api/v1/projects", json!({ "name": "Shop" }))
        .await
        .json();
    let body = json!({ "name": "Of the shop", "project": shop["id"] });
    let made = system.post(crate::support::system::KEYS, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let of_shop = app.system(made.json()["key"].as_str().unwrap());
    let refused = of_shop.get(AUDIT).await.problem(403);
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("belongs to a project")
    );
}

#[actix_web::test]
async fn while_others_write_no_row_is_left_out_and_none_comes_twice() {
    let app = App::start().await;
    let admin = app.issue("Acme", "Admin");
    let system = app.system(&admin.secret);
    let acme = app.tenant("Acme");
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (db, now) = (app.db.clone(), app.clock.now());
            std::thread::spawn(move || {
                let by = keystead::actions::tenants::operator(acme, now);
                for number in 0..50 {
                    let detail = json!({ "n": number });
                    db.write(|conn| keystead::actions::audit_log::note_export(conn, &by, detail))
                        .unwrap();
                }
            })
        })
        .collect();
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let are_done = writers.iter().all(|writer| writer.is_finished());
        let after = format!("?limit=7&after={}", seen.last().unwrap_or(&0));
        let more = rows(&system, &after).await;
        if more.is_empty() && are_done {
            break;
        }
        seen.extend(more.iter().map(|row| row["seq"].as_i64().unwrap()));
    }
    let count = app.number(&format!(
        "SELECT count(*) AS n FROM audit_events WHERE tenant_id = '{acme}'"
    ));
    assert!(count > 200);
    assert_eq!(seen, (1..=count).collect::<Vec<_>>());
}
