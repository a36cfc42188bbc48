//! Requests for the request log: real ones, and gaps between them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::app::{App, Issued};
use super::direct;

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
        let answer = self.stranger().post("/api/v1/verify", question).await;
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
             VALUES ('{id}', 'test', '{cause}', {from}, {to}, 4711)"
        ));
    }
}
