//! Request bodies, read whole and within a deadline: a client that sends one byte a minute holds nothing for long.
//!
//! Who asks is looked at when the body is there, not when the head is: rights that end in between are over.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Shared};

use super::state::block;
use crate::domain::Error;

/// Largest body of most addresses: 64 KiB.
pub const LARGEST: usize = 64 * 1024;
/// Largest body with a key's settings: so that a list of addresses that is far too long is told what is wrong with it.
pub const LARGEST_SETTINGS: usize = 256 * 1024;
/// Longest time that a body may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Bytes from which a body is made sense of beside the workers: it takes milliseconds, in which one answers nobody else.
const LARGE: usize = 16 * 1024;

/// Makes sense of so many bytes.
///
/// # Errors
/// Those of `work`.
pub async fn understand<T: Send + 'static>(
    length: usize,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    if length < LARGE {
        work()
    } else {
        block(work).await
    }
}

/// A body. Slow ones are 408, large ones 413, and compressed ones 415: few bytes must not become many.
pub struct Body(pub web::Bytes);

/// What is wrong with a body.
#[derive(Debug, Clone)]
struct Unread(StatusCode, Rc<str>);

/// A body on its way, to whoever waits for it.
type Arriving = Shared<LocalBoxFuture<'static, Result<web::Bytes, Unread>>>;

/// The body of a request, which every extractor may ask for; the first one reads it.
fn arriving(request: &HttpRequest, payload: &mut Payload) -> Arriving {
    if let Some(body) = request.extensions().get::<Arriving>() {
        return body.clone();
    }
    let body = read(request, payload).boxed_local().shared();
    request.extensions_mut().insert(body.clone());
    body
}

/// Ready when the body of a request is there. What is wrong with it is told to whoever may send one.
pub fn arrived(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = ()> + use<> {
    arriving(request, payload).map(drop)
}

fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Unread>> + use<> {
    let plain = request
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let body = web::Bytes::from_request(request, payload);
    async move {
        if !plain {
            let text = "send the body without compression";
            return Err(Unread(StatusCode::UNSUPPORTED_MEDIA_TYPE, text.into()));
        }
        let late = |_| {
            Unread(
                StatusCode::REQUEST_TIMEOUT,
                "the body came too slowly".into(),
            )
        };
        let body = tokio::time::timeout(DEADLINE, body).await.map_err(late)?;
        body.map_err(|error| {
            let status = error.as_response_error().status_code();
            Unread(status, error.to_string().into())
        })
    }
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = arriving(request, payload);
        Box::pin(async move {
            let body = body.await;
            body.map(Self)
                .map_err(|Unread(status, text)| InternalError::new(text, status).into())
        })
    }
}
