//! JSON of any length, written where it was read: a long list takes milliseconds, in which a worker would answer nobody
//! else.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::domain::{Error, Result};

/// A value as text.
#[derive(Debug)]
pub struct JsonText(Vec<u8>);

impl JsonText {
    /// Writes it. Call it beside the workers, as in the query that reads the list.
    ///
    /// # Errors
    /// `Internal`, for form's sake: writing to memory.
    pub fn of(value: &impl Serialize) -> Result<Self> {
        serde_json::to_vec(value).map(Self).map_err(Error::internal)
    }

    /// The answer with it.
    pub fn send(self, mut response: HttpResponseBuilder) -> HttpResponse {
        response.content_type(ContentType::json()).body(self.0)
    }
}
