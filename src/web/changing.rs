//! Which requests of a tenant change something, and what they are counted against: looked at once for each request, where
//! it is known who asks.

use actix_web::HttpRequest;
use actix_web::http::{Method, header};

use super::body::LARGEST_SETTINGS;
use super::change_budget::Lane;
use super::state::State;
use crate::db::room::Room;
use crate::domain::role::Actor;
use crate::domain::{Error, Result};

/// Forms that change nothing: searches, and fields that are checked while somebody types. A batch is counted by its keys,
/// when they are known.
const NO_CHANGES: [&str; 8] = [
    "/tenant-api-keys/validation",
    "/tenant-api-keys/edit-validation",
    "/tenant-api-keys/batch-plan",
    "/tenant-api-keys/batch",
    "/tenant-api-keys/lookup",
    "/tenant-api-keys/search",
    "/jump",
    "/theme",
];

/// What stops a key, a person or a credential.
const CONTAINS: [&str; 15] = [
    "DELETE /api/v1/auth/api-keys/{id}",
    "POST /api/v1/auth/api-keys/{id}/disable",
    "POST /api/v1/auth/api-keys/{id}/rotation/end",
    "DELETE /api/v1/integrations/{slug}/credentials/{id}",
    "DELETE /api/v1/projects/{project}/integrations/{slug}/credentials/{id}",
    "POST /tenant-api-keys/{id}/suspension",
    "POST /tenant-api-keys/{id}/rotation/end",
    "POST /tenant-api-keys/{id}/revocation",
    "POST /integrations/{slug}/credentials/{id}/removal",
    "POST /projects/{project}/integrations/{slug}/credentials/{id}/removal",
    "POST /members/{id}/removal",
    "POST /support-access/{id}/removal",
    "POST /account/password",
    "POST /account/sessions/removal",
    "POST /account/sessions/{id}/removal",
];

/// Copies of logs: each writes an audit row.
const NOTED: [&str; 4] = [
    "/usage/requests.csv",
    "/usage/requests.ndjson",
    "/audit.csv",
    "/audit.ndjson",
];

/// Lets a request pass for whose change there is room, and takes it from the budget of whoever asks; super users, `None`,
/// have no such.
///
/// # Errors
/// `Excess` when the budget is used up; `Busy` with what can still be done when the disk has no room for it.
pub fn admit(request: &HttpRequest, state: &State, by: Option<&Actor>) -> Result<()> {
    const FULL: &str = "The disk of this server is nearly full: for now keys, people, sessions and credentials can be stopped, and nothing else be changed. Nothing was done; please tell whoever runs it.";
    let Some(lane) = lane(request) else {
        return Ok(());
    };
    if lane == Lane::Usual && state.room() == Room::Last {
        return Err(Error::Busy(FULL));
    }
    by.map_or(Ok(()), |by| state.changes.take(by, lane, weight(request)))
}

/// One for each begun 4 KiB of the body: a change with a long list writes as much as several without.
fn weight(request: &HttpRequest) -> usize {
    const A_CHANGE: usize = 4 * 1024;
    let headers = request.headers();
    let said = headers.get(header::CONTENT_LENGTH);
    let length = said.and_then(|said| said.to_str().ok()?.parse().ok());
    let length = match length {
        Some(length) => length,
        // Its end is not told before it is there.
        None if headers.contains_key(header::TRANSFER_ENCODING) => LARGEST_SETTINGS,
        None => 0,
    };
    length.div_ceil(A_CHANGE).max(1)
}

fn lane(request: &HttpRequest) -> Option<Lane> {
    let (method, is_read) = (request.method(), request.method().is_safe());
    // What is asked for most is known by its method, and costs no look at the path.
    if is_read && method != Method::GET {
        return None;
    }
    let path = request.path();
    if is_read {
        return NOTED.contains(&path).then_some(Lane::Usual);
    }
    if NO_CHANGES.contains(&path) {
        return None;
    }
    let route = format!("{method} {}", request.match_pattern().unwrap_or_default());
    Some(if CONTAINS.contains(&route.as_str()) {
        Lane::Containing
    } else {
        Lane::Usual
    })
}
