//! Problem documents (RFC 9457).

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A problem document (RFC 9457) in the making.
pub struct ProblemAnswer {
    builder: HttpResponseBuilder,
    members: Map<String, Value>,
}

/// Starts a problem document; `kind` is the last part of its type.
pub fn problem(status: StatusCode, kind: &str, detail: &str) -> ProblemAnswer {
    let mut members = Map::new();
    let kind = if kind == "about:blank" {
        kind.to_owned()
    } else {
        format!("/api/docs#problem-{kind}")
    };
    members.insert("type".into(), json!(kind));
    members.insert(
        "title".into(),
        json!(status.canonical_reason().unwrap_or("Error")),
    );
    members.insert("status".into(), json!(status.as_u16()));
    members.insert("detail".into(), json!(detail));
    ProblemAnswer {
        builder: HttpResponseBuilder::new(status),
        members,
    }
}

impl ProblemAnswer {
    /// Adds a header.
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
        self.builder.insert_header((name, value));
        self
    }

    /// Adds a member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.into(), value);
        self
    }

    /// Finishes with one last text member, usually the instance.
    pub fn finish_with(mut self, name: &str, value: String) -> HttpResponse {
        self.members.insert(name.into(), Value::String(value));
        let body = Value::Object(self.members).to_string();
        self.builder
            .content_type("application/problem+json")
            .body(body)
    }
}

const IN_HEADER: HeaderName = HeaderName::from_static("x-keystead-problem");

/// A refusal that brings its document in a header too: nginx drops the body of an answer to its question.
pub fn with_document_in_header(response: HttpResponse) -> HttpResponse {
    if response.status().is_success() {
        return response;
    }
    let (mut response, body) = response.into_parts();
    match body.try_into_bytes() {
        Ok(document) => {
            if let Ok(value) = HeaderValue::from_bytes(&document) {
                response.headers_mut().insert(IN_HEADER, value);
            }
            response.set_body(BoxBody::new(document))
        }
        Err(body) => response.set_body(body),
    }
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Kind of problem, as a link.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong, for people.
    pub detail: String,
    /// What to look at, where that helps: with a 401, that the text is no whole key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Id of this request.
    pub instance: String,
}
