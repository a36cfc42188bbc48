//! The credential that a request presents: a key in `X-API-Key`, or as a bearer token in `Authorization`.

use std::borrow::Cow;

use super::{Error, Result};

/// The presented text, from the values of the two headers as they came over the wire; `None` when there are none.
/// An `Authorization` of another scheme presents an empty text, which is no key. What is not UTF-8 never becomes
/// a key either.
///
/// # Errors
/// `BadRequest` when there is more than one value (RFC 6750 section 2), also joined by commas as Envoy does.
pub fn read<'a>(
    authorization: impl IntoIterator<Item = &'a [u8]>,
    api_key: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<Cow<'a, str>>> {
    let bearers = authorization.into_iter();
    let bearers = bearers.map(|value| (bearer(value), holds_more_than_one(value)));
    let keys = api_key.into_iter();
    let keys = keys.map(|value| (trim(value), is_list(value)));
    let mut presented = bearers.chain(keys);
    let first = presented.next();
    if presented.next().is_some() || first.is_some_and(|(_, is_list)| is_list) {
        return Err(Error::BadRequest(
            "Send one credential, in one header: Authorization or X-API-Key.".into(),
        ));
    }
    // Nearly every value is plain text, which this finds out faster.
    Ok(first.map(|(value, _)| {
        str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
    }))
}

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110 section 11.1).
fn bearer(value: &[u8]) -> &[u8] {
    let value = trim(value);
    let end = value.iter().position(|&byte| is_blank(byte));
    match value.split_at(end.unwrap_or(value.len())) {
        (scheme, token) if scheme.eq_ignore_ascii_case(b"bearer") => trim(token),
        _ => b"",
    }
}

/// True for a list with a bearer token in it. Other schemes have commas of their own.
fn holds_more_than_one(value: &[u8]) -> bool {
    let is_bearer = |part: &[u8]| {
        let scheme = trim(part).split(|&byte| is_blank(byte)).next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    };
    is_list(value) && value.split(|&byte| byte == b',').any(is_bearer)
}

/// True for several values that are joined by commas. Empty ones count for nothing (RFC 9110 section 5.6.1.2).
fn is_list(value: &[u8]) -> bool {
    let parts = value.split(|&byte| byte == b',');
    value.contains(&b',') && parts.filter(|part| !trim(part).is_empty()).count() > 1
}

/// Optional white space around a value is not part of it (RFC 9110 section 5.5); nothing else is forgiven.
fn trim(value: &[u8]) -> &[u8] {
    let Some(start) = value.iter().position(|&byte| !is_blank(byte)) else {
        return b"";
    };
    let end = value.iter().rposition(|&byte| !is_blank(byte));
    value.get(start..=end.unwrap_or(start)).unwrap_or_default()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
