//! What is known of the client of a request: its address and the request's id.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{HttpMessage as _, HttpRequest};

use crate::actions::sign_in::Place;
use crate::domain::random;

/// The id of a request: 16 random digits of this process, then 16 that count. No two requests share one, and none
/// costs a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 32]);

impl RequestId {
    /// The next id.
    pub fn next() -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(1);
        // Ids need to differ, not to be secret: without randomness the process id serves.
        let process = *PROCESS.get_or_init(|| {
            random::bytes().map_or_else(|_| u64::from(std::process::id()), u64::from_le_bytes)
        });
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut digits = [b'0'; 32];
        for (places, value) in digits.chunks_exact_mut(16).zip([process, count]) {
            for (place, byte) in places.chunks_exact_mut(2).zip(value.to_be_bytes()) {
                place[0] = DIGITS[usize::from(byte >> 4)];
                place[1] = DIGITS[usize::from(byte & 15)];
            }
        }
        Self(digits)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

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
pub fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.as_str().to_owned())
        .unwrap_or_default()
}
