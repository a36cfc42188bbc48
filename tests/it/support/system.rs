//! A system that calls the API.

use std::sync::{Arc, LazyLock};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::browser_like::Answer;

/// The token of a verifier, made when it is first needed.
pub type Token = Arc<LazyLock<String, Box<dyn FnOnce() -> String + Send + Sync>>>;

/// A system, with or without a key.
pub struct System {
    base: String,
    client: reqwest::Client,
    key: Option<String>,
    verifier: Token,
}

impl System {
    /// `key` is what it presents; `verifier` is with what it asks about the keys of others.
    pub fn new(base: &str, key: Option<&str>, verifier: &Token) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            base: base.into(),
            client,
            key: key.map(str::to_owned),
            verifier: Arc::clone(verifier),
        }
    }

    /// A request with the key as a bearer token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    pub async fn create(&self, name: &str) -> Answer {
        self.post("/api/v1/auth/api-keys", json!({ "name": name }))
            .await
    }

    pub async fn whoami(&self) -> Answer {
        self.get("/api/v1/auth/whoami").await
    }

    /// Asks the verifier's question about a key, and gives the code.
    pub async fn verify(&self, key: &str) -> String {
        let asking = self.client.post(format!("{}/api/v1/verify", self.base));
        let asking = asking.bearer_auth(&**self.verifier);
        let answer = Answer::of(asking.json(&json!({ "key": key }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["code"].as_str().unwrap().to_owned()
    }
}

/// Where keys are created and listed.
pub const KEYS: &str = "/api/v1/auth/api-keys";

impl System {
    /// A body as it is, under a content type.
    pub async fn send(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("content-type", kind);
        Answer::of(request.body(body)).await
    }
}

impl Answer {
    /// The problem document, after checking that it is one (RFC 9457).
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail", "instance"] {
            let text = problem[member].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{member} in {problem}");
        }
        assert_eq!(problem["instance"], self.header("x-request-id"));
        problem
    }
}
