//! Request bodies, read whole and within a deadline: a client that sends one byte a minute holds nothing for long.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, web};

/// Largest body of most addresses: 64 KiB.
pub const LARGEST: usize = 64 * 1024;
/// Largest body with a key's settings: so that a list of addresses that is far too long is told what is wrong with it.
pub const LARGEST_SETTINGS: usize = 256 * 1024;
/// Longest time that a body may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// A body. Slow ones are 408, large ones 413, and compressed ones 415: few bytes must not become many.
pub struct Body(pub web::Bytes);

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let plain = request
            .headers()
            .get_all(header::CONTENT_ENCODING)
            .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !plain {
                let text = "send the body without compression";
                return Err(InternalError::new(text, StatusCode::UNSUPPORTED_MEDIA_TYPE).into());
            }
            match tokio::time::timeout(DEADLINE, body).await {
                Ok(body) => body.map(Self),
                Err(_) => Err(InternalError::new(
                    "the body came too slowly",
                    StatusCode::REQUEST_TIMEOUT,
                )
                .into()),
            }
        })
    }
}
