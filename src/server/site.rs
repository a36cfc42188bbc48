//! What pages and answers need to know of this installation.

use std::net::SocketAddr;

use super::process;
use crate::config::Config;
use crate::domain::authority::Authority;
use crate::domain::master_key::MasterKey;
use crate::outbound::{DEADLINE, Outbound};
use crate::web::state::Site;

/// The site of a server that listens at this address.
pub fn of(config: &Config, address: SocketAddr) -> Site {
    let shown = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    let base_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{shown}"));
    Site {
        https: base_url.starts_with("https://"),
        host: config
            .public_url
            .as_deref()
            .and_then(Authority::of_origin)
            .map(|(host, _)| host),
        base_url,
        server_name: config.node_name.clone().unwrap_or_else(process::machine),
        server_address: address.to_string(),
        trusted_proxies: config.trusted_proxies.clone(),
        brand: config.brand.clone(),
        insecure_cookie: config.insecure_cookie,
        cookie_suffix: String::new(),
        session_idle_minutes: config.session_idle_minutes,
        session_hours: config.session_hours,
        require_second_factor: config.require_second_factor,
        changes_per_second: config.changes_per_second,
        outbound: Outbound {
            allowed: config.outbound_calls,
            private_hosts: config.outbound_private_hosts.clone(),
            deadline: DEADLINE,
        },
    }
}

/// A word behind the names of cookies, by which installations on `localhost` or on one address keep theirs apart; all servers
/// of an installation have the same. With HTTPS a site has a name of its own, and needs none.
pub fn cookie_suffix(site: &Site, newest: &MasterKey) -> String {
    let known_as = newest.check_value();
    match known_as.get(..8) {
        Some(word) if !site.https => format!("-{word}"),
        _ => String::new(),
    }
}

/// Warns of settings that contradict each other.
pub fn warn_of_contradictions(config: &Config, site: &Site) {
    if site.https && site.trusted_proxies.is_empty() {
        // Keystead speaks no TLS itself, so somebody stands in front.
        tracing::warn!(
            "public_url is https, but trusted_proxies is empty: every client will look like the proxy"
        );
    }
    match (&config.unix_socket, site.trusted_proxies.trusts_peer(None)) {
        (Some(_), false) => tracing::warn!(
            "unix_socket is set, but trusted_proxies does not name \"unix\": no client behind the socket will have an address"
        ),
        (None, true) => {
            tracing::warn!("trusted_proxies names \"unix\", but unix_socket is not set")
        }
        _ => {}
    }
}
