//! Which answers are compressed: pages that somebody signed in reads. Never the answer to a form, which may hold a
//! secret, and never the pages before signing in, whose forms carry a token without a mask.

use std::io::Write as _;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    self, AcceptEncoding, Encoding, Header as _, HeaderMap, HeaderValue,
};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::form::is_for_strangers;

/// Bytes from which a page is compressed on another thread.
const LARGE: usize = 64 * 1024;

/// Hides from the compressor behind it what must not be compressed.
///
/// # Errors
/// Those of the inner service.
pub async fn choose<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let is_read = request.method() == Method::GET;
    if !is_read || is_for_strangers(request.path()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.call(request).await
}

/// Compresses pages and their parts. They are whole and much alike within, so it pays to look closer than what goes
/// around this does, which is made for answers of any length: a list takes half as many bytes.
///
/// # Errors
/// Those of the inner service.
pub async fn pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let takes_gzip = AcceptEncoding::parse(&request)
        .is_ok_and(|takes| takes.negotiate([Encoding::gzip()].iter()) == Some(Encoding::gzip()));
    let answer = next.call(request).await?.map_into_boxed_body();
    if !takes_gzip || !is_page(answer.headers()) {
        return Ok(answer);
    }
    let (request, response) = answer.into_parts();
    let (mut response, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(whole) => match packed(whole.clone()).await {
            Ok(bytes) => {
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
                BoxBody::new(bytes)
            }
            Err(_) => BoxBody::new(whole),
        },
        Err(streamed) => streamed,
    };
    Ok(ServiceResponse::new(request, response.set_body(body)))
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// A large page takes milliseconds, in which its worker would answer nobody else.
async fn packed(whole: Bytes) -> std::io::Result<Vec<u8>> {
    if whole.len() < LARGE {
        return pack(&whole);
    }
    let packed = actix_web::web::block(move || pack(&whole)).await;
    packed.map_err(std::io::Error::other)?
}

fn pack(whole: &Bytes) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(whole.len() / 8), Compression::default());
    packer.write_all(whole)?;
    packer.finish()
}
