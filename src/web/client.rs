//! What is known of the client of a request: its address and the request's id.

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::actions::sign_in::Place;
use crate::domain::request_id::RequestId;
use crate::verify::Facts;

/// The address of the peer. Forwarding headers are never read: anybody can write them.
pub fn address(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip().to_canonical())
}

/// The name in a `Host` header: without its port, and without the brackets of an IPv6 address.
pub fn host_name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_start_matches('[').trim_end_matches(']')
}

/// True when a proxy on this machine passes a request on: the peer is then not the client. From any other peer
/// such headers say nothing.
pub fn is_proxied(request: &HttpRequest) -> bool {
    let says_so = ["forwarded", "x-forwarded-for", "x-real-ip"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    says_so && address(request).is_some_and(|address| address.is_loopback())
}

/// Where someone signs in from, for patience with failures alone. Behind a proxy on this machine it is the last
/// address of `X-Forwarded-For`: the one that the proxy itself saw.
pub fn place(request: &HttpRequest) -> Place {
    let seen = if is_proxied(request) {
        let header = request.headers().get_all("x-forwarded-for").last();
        let nearest = header.and_then(|text| text.to_str().ok()?.rsplit(',').next());
        nearest
            .and_then(|text| text.trim().parse::<IpAddr>().ok())
            .map(|address| address.to_canonical())
    } else {
        address(request)
    };
    seen.map_or(Place::Shared, Place::Address)
}

/// The request's id.
pub fn id(request: &HttpRequest) -> RequestId {
    let known = request.extensions().get::<RequestId>().copied();
    known.unwrap_or_else(|| RequestId::first_at(crate::domain::time::from_micros(0)))
}

/// The request's id as text.
pub fn request_id(request: &HttpRequest) -> String {
    id(request).to_string()
}

/// What the request log keeps of a request, for an operation with this method and path.
pub fn facts<'a>(request: &'a HttpRequest, method: &'a str, path: &'a str) -> Facts<'a> {
    let program = request.headers().get(header::USER_AGENT);
    Facts {
        id: id(request),
        method,
        path,
        user_agent: program
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    }
}
