//! The credential that a request presents: a key in `X-API-Key`, or as a bearer token in `Authorization`.

use std::borrow::Cow;

use super::{Error, Result};

/// The presented text, from the values of the two headers as they came over the wire; `None` when there are none.
/// An `Authorization` of another scheme presents an empty text, which is no key. What is not UTF-8 never becomes
/// a key either.
///
/// # Errors
/// `BadRequest` when there is more than one value (RFC 6750 section 2).
pub fn read<'a>(
    authorization: impl IntoIterator<Item = &'a [u8]>,
    api_key: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<Cow<'a, str>>> {
    let bearers = authorization.into_iter().map(bearer);
    let mut presented = bearers.chain(api_key.into_iter().map(trim));
    let first = presented.next();
    if presented.next().is_some() {
        return Err(Error::BadRequest(
            "Send one credential, in one header: Authorization or X-API-Key.".into(),
        ));
    }
    // Nearly every value is plain text, which this finds out faster.
    Ok(first.map(|value| {
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
