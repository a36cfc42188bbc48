//! What is known of the client of a request: its address and the request's id.

use std::net::IpAddr;

use actix_web::{HttpMessage as _, HttpRequest};

/// The id of a request, made by the outermost middleware.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The address of the peer. Forwarding headers are never read: anybody can write them.
pub fn address(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip().to_canonical())
}

/// The request's id.
pub fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}
