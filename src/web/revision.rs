//! The revision that the change of a request made: its answer tells it, and a verifier that sends it along with a question
//! is answered by no server that lacks the change.
//!
//! It goes from where changes are made to where answers are completed beside the handlers, so none of them can forget it.

use std::cell::Cell;

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;

use super::media_type;

const HEADER: HeaderName = HeaderName::from_static("keystead-revision");
/// The member of an answer that shows what was changed.
pub const MEMBER: &str = "revision";

tokio::task_local! {
    static MADE: Cell<Option<i64>>;
}

/// The request that is being answered made this revision, or its change rests on it.
pub fn note(rev: i64) {
    // Beside requests there is nobody to tell.
    let _ = MADE.try_with(|made| made.set(Some(rev)));
}

/// Has the answer to a change tell its revision; of several, the last one.
///
/// # Errors
/// Those of the inner service.
pub async fn told<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    // What reading notes in passing is no change of whoever reads.
    if request.method().is_safe() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let made = MADE.scope(Cell::new(None), async {
        let response = next.call(request).await?;
        Ok::<_, Error>((response, MADE.with(Cell::get)))
    });
    Ok(match made.await? {
        // A failure changed nothing that somebody waits for.
        (mut response, Some(rev)) if response.status().as_u16() < 400 => {
            let headers = response.headers_mut();
            headers.insert(HEADER, HeaderValue::from(rev));
            with_member(response, rev)
        }
        (response, _) => response.map_into_left_body(),
    })
}

/// Adds the member to a JSON object.
fn with_member<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    rev: i64,
) -> ServiceResponse<EitherBody<B>> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != media_type::JSON) {
        return response.map_into_left_body();
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let response = match body.try_into_bytes() {
        Ok(json) => {
            let json = added(&json, rev).unwrap_or_else(|| json.to_vec());
            response.set_body(BoxBody::new(json)).map_into_right_body()
        }
        Err(body) => response.set_body(body).map_into_left_body(),
    };
    ServiceResponse::new(request, response)
}

fn added(json: &[u8], rev: i64) -> Option<Vec<u8>> {
    let members = json.strip_prefix(b"{")?.strip_suffix(b"}")?;
    let comma = if members.is_empty() { "" } else { "," };
    let mut whole = Vec::with_capacity(json.len() + 36);
    whole.extend_from_slice(&json[..json.len() - 1]);
    whole.extend_from_slice(format!("{comma}\"{MEMBER}\":{rev}}}").as_bytes());
    Some(whole)
}
