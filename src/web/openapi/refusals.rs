//! The refusals that many operations share. An operation that says more than these words brings its own.

use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::operations::{OAUTH, operations};
use crate::web::body;

/// Adds them to the document.
pub struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, operation) in operations(document) {
            for (status, text) in shared(path, operation) {
                let own = operation.responses.responses.entry(status.into());
                own.or_insert_with(|| refusal(path, &text));
            }
            if !path.starts_with(OAUTH) {
                speak_problems(operation);
            }
        }
    }
}

/// Status and words of what any operation with this path, body and credential may answer.
fn shared(path: &str, operation: &Operation) -> Vec<(&'static str, String)> {
    let takes = |scheme: &str| {
        let one = SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []);
        operation
            .security
            .as_ref()
            .is_some_and(|ways| ways.contains(&one))
    };
    let (with_key, with_token) = (takes("apiKey"), takes("verifier"));
    let has_body = operation.request_body.is_some();
    let mut all: Vec<(&str, String)> = Vec::new();
    let mut add = |status, text: &str| all.push((status, text.into()));
    if with_key {
        add("400", if has_body { NOT_JSON } else { TWO_WAYS });
        add("401", "No valid key");
        add("429", LIMITED);
        add("503", UNSURE);
    } else if with_token {
        add("400", NO_QUESTION);
        add("401", "No valid verifier token");
        add("503", DENY);
    }
    let names = |part: &str| path.split('/').any(|one| one == part);
    if names("{id}") || names("{slug}") || names("{project}") {
        let noun = if names("integrations") {
            "project, integration or credential"
        } else if path.contains("group") {
            "group"
        } else if path.contains("/projects/") {
            "project"
        } else {
            "key"
        };
        add("404", &format!("No such {noun} in this tenant"));
    }
    if has_body {
        let most = if OF_SETTINGS.contains(&path) {
            body::LARGEST_SETTINGS
        } else {
            body::LARGEST
        };
        add(
            "413",
            &format!("The body is larger than {} KiB", most / 1024),
        );
        if path.starts_with(OAUTH) {
            add("415", "Not a form");
        } else {
            add("415", "Not application/json");
            add("422", "A member is unknown or wrong");
        }
    }
    all
}

const NOT_JSON: &str = "Not JSON, or a member twice";
const TWO_WAYS: &str = "Two credentials, or one in the query";
const NO_QUESTION: &str = "Not JSON, a member twice, or two credentials";
const UNSURE: &str = "This node can't be sure now: try again after Retry-After seconds";
const DENY: &str = "This node can't be sure now: deny, and try again after Retry-After seconds";
const LIMITED: &str = "The key made more requests than its rate limit allows; RateLimit-Policy and RateLimit say more. Or \
                       too-many-changes or too-many-searches: more than one organization may have at once. Wait for Retry-After seconds";

/// Where a list of addresses makes bodies larger.
const OF_SETTINGS: [&str; 2] = ["/api/v1/auth/api-keys", "/api/v1/auth/api-keys/{id}"];

/// An error in the words of its path.
fn refusal(path: &str, text: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name(if path.starts_with(OAUTH) {
        "OauthError"
    } else {
        "Problem"
    });
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema)));
    let response = ResponseBuilder::new()
        .description(text)
        .content("application/json", content.build());
    RefOr::T(response.build())
}

/// Every error is a problem document (RFC 9457) and says so, save where OAuth has its own words.
fn speak_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.as_str() >= "400", response)
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response
                .content
                .insert("application/problem+json".into(), content);
        }
    }
}
