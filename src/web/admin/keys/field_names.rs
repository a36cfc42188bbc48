//! The forms' own names of fields, in messages about them.

use crate::domain::Error;
use crate::domain::validate::FieldErrors;

/// The same messages under the names of the form's fields.
pub fn of_form(error: Error) -> Error {
    let Error::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (member, message) in errors.list() {
        let field = match member.as_str() {
            "authorization_group" => "group",
            "expires_at" => "expires_on",
            "rate_limit.requests" => "rate_limit",
            "rate_limit.per" => "rate_limit_per",
            "rate_limit.burst" => "rate_limit_burst",
            same => same,
        };
        named.add(field, message.as_str());
    }
    Error::Invalid(named)
}
