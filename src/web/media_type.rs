//! What kind of body a request says it has.

use actix_web::dev::RequestHead;
use actix_web::http::header;

/// JSON (RFC 8259).
pub const JSON: &str = "application/json";
/// A form (WHATWG URL).
pub const FORM: &str = "application/x-www-form-urlencoded";

/// True when the request says that its body is of this type, with or without parameters.
pub fn is(head: &RequestHead, media_type: &str) -> bool {
    let said = head.headers().get(header::CONTENT_TYPE);
    let said = said.and_then(|value| value.to_str().ok());
    said.and_then(|said| said.split(';').next())
        .is_some_and(|said| said.trim().eq_ignore_ascii_case(media_type))
}
