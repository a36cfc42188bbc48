//! The host and port of a site, in one form for all the ways to write them (RFC 3986 section 3.2.2, RFC 5891).

use std::fmt;

use url::{Host, Url};

/// In small letters, international names as they are looked up (Punycode), addresses in their shortest form, without the
/// dot of the root, and without the port that the scheme has anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    host: Host,
    port: Option<u16>,
}

impl Authority {
    /// Reads what stands in a `Host` header or between the `//` and the path of a URL. Nothing without a host, and
    /// nothing with more than host and port.
    pub fn parse(text: &str, is_https: bool) -> Option<Self> {
        // The parser of URLs would take these for the end of the host, or leave them out.
        let is_more = |letter: char| {
            matches!(letter, '/' | '\\' | '?' | '#' | '@') || letter.is_ascii_control()
        };
        if text.contains(is_more) {
            return None;
        }
        let scheme = if is_https { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{text}/")).ok()?;
        let host = match url.host()? {
            Host::Domain(name) => Host::Domain(without_root(name)?.to_owned()),
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        Some(Self {
            host,
            port: url.port(),
        })
    }

    /// Reads an origin, such as `https://keys.example.com`, and whether it is one of HTTPS.
    pub fn of_origin(text: &str) -> Option<(Self, bool)> {
        let (scheme, rest) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        Some((Self::parse(rest, is_https)?, is_https))
    }

    /// True for localhost and for IP addresses: nobody can point them elsewhere.
    pub fn is_fixed(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        }
    }
}

/// A name without the dot of the root, with which it is the same one.
pub fn without_root(name: &str) -> Option<&str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    (!name.is_empty() && !name.ends_with('.')).then_some(name)
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => write!(f, "{}", self.host),
        }
    }
}
