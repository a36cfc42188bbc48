//! Which answers are compressed: pages that somebody signed in reads. Never the answer to a form, which may hold a
//! secret, and never the pages before signing in, whose forms carry a token without a mask.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;

/// Hides from the compressor behind it what must not be compressed.
///
/// # Errors
/// Those of the inner service.
pub async fn choose<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let is_read = request.method() == Method::GET;
    if !is_read || matches!(request.path(), "/login" | "/setup") {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.call(request).await
}
