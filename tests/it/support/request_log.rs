//! Requests for the request log: real ones, and gaps between them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::app::{App, Issued};
use super::direct;

/// How many requests a gap lost, which nobody is told: so long that no random token has it in it.
pub const LOST: i64 = 471_147_114_711;

/// Where the log is.
pub const LOG: &str = "/usage/requests";

impl App {
    /// Asks whether a key may do something, and gives the request's id and the verdict. `more` has members of the
    /// question.
    pub async fn ask(&self, key: &Issued, more: Value) -> (String, String) {
        let mut question = json!({ "key": key.secret });
        for (name, value) in more.as_object().unwrap() {
            question[name] = value.clone();
        }
        let answer = self.asker().post("/api/v1/verify", question).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer = answer.json();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("request_id"), text("code"))
    }

    /// Waits until so many requests are written.
    pub async fn recorded(&self, count: i64) {
        direct::until("the requests are written", async || {
            self.rows("request_records") == count
        })
        .await;
    }

    /// Seconds go by.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// A gap of some seconds that ends now.
    pub fn gap(&self, cause: &str, seconds: i64) {
        let (id, to) = (uuid::Uuid::now_v7(), self.clock.now().timestamp_micros());
        let from = to - seconds * 1_000_000;
        self.sql(&format!(
            "INSERT INTO usage_gaps (id, node_id, cause, from_at, to_at, dropped) \
             VALUES ('{id}', 'test', '{cause}', {from}, {to}, {LOST})"
        ));
    }
}

/// Acme's log with every verdict that a page shows in its own way, and both kinds of gap. Gives the id of a refused
/// request.
pub async fn fill_log(app: &App) -> String {
    let erp = app.issue_with(
        "Acme",
        "ERP integration",
        Some("Read only"),
        &["203.0.113.0/24"],
        None,
    );
    let old = app.issue(
        "Acme",
        "SCADA gateway with a name that is rather long for a table",
    );
    let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
    let orders = |method: &str, ip: &str, scope: &str| {
        json!({
            "method": method, "path": "/api/v2/work-orders/0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b/attachments",
            "ip": ip, "scope": scope, "user_agent": agent,
        })
    };
    app.ask(&erp, json!({})).await;
    app.ask(&erp, orders("GET", "203.0.113.7", "orders:read"))
        .await;
    app.pass(20);
    app.gap("full", 6);
    app.pass(5);
    app.ask(&erp, orders("DELETE", "203.0.113.7", "orders:delete"))
        .await;
    let (refused, _) = app
        .ask(
            &erp,
            orders("GET", "2001:db8:85a3::8a2e:370:7334", "orders:read"),
        )
        .await;
    app.pass(61);
    app.alter_key(&old, "disabled_at = '2026-11-20 12:00:30'");
    app.ask(&old, json!({ "method": "GET", "path": "/" })).await;
    app.alter_key(&old, "revoked_at = '2026-11-20 12:01:00'");
    app.ask(
        &old,
        json!({ "method": "POST", "path": "/telemetry", "ip": "198.51.100.4" }),
    )
    .await;
    app.gap("crash", 3);
    app.recorded(6).await;
    refused
}
