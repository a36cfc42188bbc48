//! What is known of the client of a request: its address and the request's id.

use std::net::IpAddr;

use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::uri;
use actix_web::{HttpMessage as _, HttpRequest, web};

use super::state::State;
use crate::actions::sign_in::Place;
use crate::domain::authority::Authority;
use crate::domain::forwarded;
use crate::domain::request_id::RequestId;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};
use crate::verify::Facts;

/// A request as edges see it: what its head says, and when it came.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// Method, path and headers.
    pub head: &'a RequestHead,
    /// Its id.
    pub id: RequestId,
    /// The moment at which it is answered.
    pub now: Timestamp,
    /// What every handler can reach.
    pub state: &'a State,
}

impl<'a> Incoming<'a> {
    /// A request that was routed to a handler.
    ///
    /// # Errors
    /// `Internal` outside of this application.
    pub fn of(request: &'a HttpRequest) -> Result<Self> {
        let state = request
            .app_data::<web::Data<State>>()
            .ok_or_else(|| Error::internal("no state"))?;
        Ok(Self {
            head: request.head(),
            id: id(request),
            now: state.now(),
            state,
        })
    }

    /// The client's address: the peer's, or what trusted proxies say about it. `None` when it is unknown.
    pub fn address(&self) -> Option<IpAddr> {
        let (peer, proxies) = (self.peer(), &self.state.site.trusted_proxies);
        if proxies.is_empty() {
            return peer;
        }
        let lines = self.head.headers().get_all(proxies.family().header());
        proxies.client(peer, lines.rev().map(HeaderValue::as_bytes))
    }

    /// The address at the other end of the connection, whoever it speaks for; none on the Unix socket.
    fn peer(&self) -> Option<IpAddr> {
        self.head.peer_addr.map(|peer| peer.ip().to_canonical())
    }

    /// True when the peer is a trusted proxy.
    pub fn peer_is_trusted(&self) -> bool {
        self.state.site.trusted_proxies.trusts_peer(self.peer())
    }

    /// What the request log keeps of the request, for an operation with this method and path.
    pub fn facts(&self, method: &'a str, path: &'a str) -> Facts<'a> {
        let program = self.head.headers().get(header::USER_AGENT);
        Facts {
            id: self.id,
            method,
            path,
            user_agent: program
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        }
    }

    /// The same for the request about which a gateway asks: method and path as a trusted one states them, the path
    /// without its query and at most 512 bytes; empty from anybody else.
    pub fn asked(&self) -> Facts<'a> {
        if !self.peer_is_trusted() {
            return self.facts("", "");
        }
        let method = self.only(&["x-forwarded-method", "x-original-method"]);
        let path = self.only(&["x-forwarded-uri", "x-original-uri"]);
        self.facts(
            method.and_then(forwarded::read_method).unwrap_or_default(),
            path.and_then(forwarded::read_path).unwrap_or_default(),
        )
    }

    /// The only value of the first of these headers that is there.
    fn only(&self, names: &[&'static str]) -> Option<&'a [u8]> {
        let headers = self.head.headers();
        let name = names.iter().find(|name| headers.contains_key(**name))?;
        let mut values = headers.get_all(*name);
        let value = values.next()?;
        // A second one would be the client's own, beside the gateway's.
        values.next().is_none().then(|| value.as_bytes())
    }
}

/// As [`Incoming::address`].
pub fn address(request: &HttpRequest) -> Option<IpAddr> {
    Incoming::of(request).ok()?.address()
}

/// The host that a request is for: what its target names, else its `Host` header (RFC 9112 section 3.2.2). `None` when
/// there is none or it makes no sense.
pub fn host(head: &RequestHead, is_https: bool) -> Option<Authority> {
    let target = head.uri.authority().map(uri::Authority::as_str);
    let header = head.headers().get(header::HOST);
    let text = target.or_else(|| header.and_then(|host| str::from_utf8(host.as_bytes()).ok()))?;
    Authority::parse(text, is_https)
}

/// Where someone signs in from, for patience with failures alone.
pub fn place(request: &HttpRequest) -> Place {
    let Ok(incoming) = Incoming::of(request) else {
        return Place::Shared;
    };
    match incoming.address() {
        Some(address) => Place::Address(address),
        None if incoming.peer_is_trusted() => Place::Shared,
        None => Place::UnixSocket,
    }
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
