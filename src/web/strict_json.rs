//! JSON bodies, read strictly: one meaning, no surprises.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use super::body::{Body, understand};
use super::failure::Failure;
use super::media_type;
use crate::domain::Error;
use crate::domain::validate::FieldErrors;

/// Deepest nesting that is read.
const DEEPEST: usize = 32;

/// A JSON body. Syntax errors, duplicate members and deep nesting are 400, unknown or wrong members 422.
#[derive(Debug)]
pub struct StrictJson<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromRequest for StrictJson<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = media_type::is(request.head(), media_type::JSON);
        let body = Body::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                let text = "Send application/json.";
                return Err(actix_web::error::InternalError::new(
                    text,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                )
                .into());
            }
            let Body(body) = body.await?;
            let read = understand(body.len(), move || {
                check_depth(&body).and_then(|()| read(&body))
            });
            read.await.map(Self).map_err(|error| Failure(error).into())
        })
    }
}

/// Reads a body; what is wrong with a member is told under its whole name, such as `rate_limit.per`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|cause| {
        let names: Vec<String> = cause.path().iter().map_while(name).collect();
        below(&names.join("."), explain(cause.inner()))
    })?;
    json.end().map_err(|cause| explain(&cause))?;
    Ok(value)
}

/// The name of a member on the way to what is wrong; a place in a list has none.
fn name(step: &Segment) -> Option<String> {
    match step {
        Segment::Map { key } => Some(harmless(key)),
        _ => None,
    }
}

/// The error with the whole name of its member.
fn below(path: &str, error: Error) -> Error {
    let Error::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (member, message) in errors.list() {
        let last = path.rsplit('.').next().unwrap_or_default();
        let whole = match member.as_str() {
            _ if path.is_empty() => member.clone(),
            "body" => path.to_owned(),
            member if member == last => path.to_owned(),
            member => format!("{path}.{member}"),
        };
        named.add(&whole, message.as_str());
    }
    Error::Invalid(named)
}

/// The error of a body that could not be read. It never repeats what was sent, which may hold a secret.
pub fn explain(cause: &serde_json::Error) -> Error {
    let text = cause.to_string();
    let member = |text: &str| text.split('`').nth(1).unwrap_or("body").to_owned();
    match cause.classify() {
        Category::Data if text.starts_with("duplicate field") => {
            Error::BadRequest(format!("The member {} comes twice.", member(&text)))
        }
        Category::Data if text.starts_with("unknown field") => Error::invalid(
            &harmless(&member(&text)),
            "There is no such member; leave it out.",
        ),
        Category::Data if text.starts_with("missing field") => {
            Error::invalid(&member(&text), "This member is required; send it.")
        }
        Category::Data => Error::invalid(
            "body",
            format!(
                "Wrong type of value at line {}, column {}.",
                cause.line(),
                cause.column()
            ),
        ),
        _ => Error::BadRequest(format!(
            "The body is not JSON: line {}, column {}.",
            cause.line(),
            cause.column()
        )),
    }
}

/// A member's name when it looks like one; anything else may be a secret in the wrong place.
fn harmless(name: &str) -> String {
    let looks_right = name.len() <= 30 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if looks_right { name } else { "body" }.to_owned()
}

fn check_depth(body: &[u8]) -> Result<(), Error> {
    let value: Value = serde_json::from_slice(body).map_err(|cause| explain(&cause))?;
    if depth(&value) > DEEPEST {
        return Err(Error::BadRequest(format!(
            "The body is nested deeper than {DEEPEST} levels."
        )));
    }
    if value.is_object() {
        Ok(())
    } else {
        Err(Error::invalid("body", "Send a JSON object."))
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
