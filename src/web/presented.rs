//! The key that a request presents: where it may stand, and where it must not.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderName, HeaderValue};

use super::questions::EXT_AUTHZ;
use crate::domain::{self, Error, Result, credential};
use crate::verify::{Index, KeyLookup};

/// Names under which people try to send a key in the query.
const QUERY_NAMES: [&str; 6] = [
    "api_key",
    "apikey",
    "api-key",
    "key",
    "access_token",
    "token",
];

/// Where a key stands when it is no bearer token.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key that a request presents, as text; `None` when it presents none.
///
/// # Errors
/// `BadRequest` when a credential comes twice, in two ways, or in the query (RFC 6750 section 2).
pub fn presented_key(head: &RequestHead) -> Result<Option<Cow<'_, str>>> {
    refuse_key_in_query(head)?;
    let values = |name: &HeaderName| head.headers().get_all(name).map(HeaderValue::as_bytes);
    credential::read(values(&header::AUTHORIZATION), values(&API_KEY))
}

/// Refuses a credential in the query, where logs keep it.
///
/// # Errors
/// `BadRequest`.
pub fn refuse_key_in_query(head: &RequestHead) -> Result<()> {
    let query = head.uri.query().unwrap_or_default();
    // Envoy passes on the query that its client sent to somebody else's API.
    if query.is_empty() || head.uri.path().starts_with(EXT_AUTHZ) {
        return Ok(());
    }
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let carries_key = pairs.iter().any(|(name, value)| {
        QUERY_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
            || crate::domain::key_text::appears_in(value)
    });
    if carries_key {
        let text = "Send the key in the Authorization or X-API-Key header, never in the URL: URLs end up in logs. \
                    Treat a key that was sent in a URL as leaked.";
        return Err(Error::BadRequest(text.into()));
    }
    Ok(())
}

/// True when a request presents a credential, whatever it is worth.
pub fn presents_key(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

/// The key that a request presents, on its way to its entry; `None` when it presents none.
///
/// # Errors
/// `BadRequest` for more than one credential, or one in the query.
pub fn presented<'a>(
    head: &'a RequestHead,
    index: &Index,
) -> domain::Result<Option<KeyLookup<'a>>> {
    Ok(presented_key(head)?.map(|text| index.seek(text)))
}
