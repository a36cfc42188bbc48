//! What is known of the client of a request: its address and the request's id.

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, web};

use super::state::State;
use crate::actions::sign_in::Place;
use crate::domain::forwarded::{self, TrustedProxies};
use crate::domain::request_id::RequestId;
use crate::verify::Facts;

/// The client's address: the peer's, or what trusted proxies say about it. `None` when it is unknown.
pub fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = peer(request)?;
    let Some(proxies) = proxies(request).filter(|proxies| !proxies.is_empty()) else {
        return Some(peer);
    };
    let lines = request.headers().get_all(proxies.family().header());
    proxies.client(peer, lines.rev().map(HeaderValue::as_bytes))
}

/// The address at the other end of the connection, whoever it speaks for.
pub fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip().to_canonical())
}

/// True when the peer is a trusted proxy.
pub fn peer_is_trusted(request: &HttpRequest) -> bool {
    let peer = peer(request);
    peer.is_some_and(|peer| proxies(request).is_some_and(|proxies| proxies.trusts(peer)))
}

/// The only value of the first of these headers that is there, if a trusted proxy sent it.
fn of_trusted_peer<'a>(request: &'a HttpRequest, names: &[&'static str]) -> Option<&'a [u8]> {
    if !peer_is_trusted(request) {
        return None;
    }
    let headers = request.headers();
    let name = names.iter().find(|name| headers.contains_key(**name))?;
    let mut values = headers.get_all(*name);
    let value = values.next()?;
    // A second one would be the client's own, beside the gateway's.
    values.next().is_none().then(|| value.as_bytes())
}

fn proxies(request: &HttpRequest) -> Option<&TrustedProxies> {
    let state = request.app_data::<web::Data<State>>()?;
    Some(&state.site.trusted_proxies)
}

/// The name in a `Host` header: without its port, and without the brackets of an IPv6 address.
pub fn host_name(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_start_matches('[').trim_end_matches(']')
}

/// Where someone signs in from, for patience with failures alone.
pub fn place(request: &HttpRequest) -> Place {
    address(request).map_or(Place::Shared, Place::Address)
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

/// The same for the request about which a gateway asks: method and path as a trusted one states them, the path
/// without its query and at most 512 bytes; empty from anybody else.
pub fn asked(request: &HttpRequest) -> Facts<'_> {
    let method = of_trusted_peer(request, &["x-forwarded-method", "x-original-method"]);
    let path = of_trusted_peer(request, &["x-forwarded-uri", "x-original-uri"]);
    facts(
        request,
        method.and_then(forwarded::read_method).unwrap_or_default(),
        path.and_then(forwarded::read_path).unwrap_or_default(),
    )
}
