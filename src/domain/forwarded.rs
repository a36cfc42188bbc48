//! Who a request comes from when proxies stand in between, read from `X-Forwarded-For` or `Forwarded` (RFC 7239).
//!
//! Anybody can write such headers, so they count only as far as trusted proxies wrote them: from the right to the
//! left, up to the first address that is not a trusted proxy. What stands further left was only claimed.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::address_list::parse_entry;
use super::key_text;

/// Longest path that is kept of what a gateway says it was asked for, in bytes.
pub const LONGEST_PATH: usize = 512;

/// The one header family that is read; all others are ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

impl Family {
    /// Name of the header in lower case.
    pub fn header(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

impl FromStr for Family {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::XForwardedFor, Self::Forwarded]
            .into_iter()
            .find(|family| text.eq_ignore_ascii_case(family.header()))
            .ok_or(())
    }
}

/// The proxies whose word counts, and the header in which they give it. By default none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    ranges: Vec<IpNet>,
    unix_socket: bool,
    family: Family,
}

/// Stands in the list for whoever connects to the Unix socket.
const UNIX_SOCKET: &str = "unix";

impl TrustedProxies {
    /// Reads addresses, CIDR ranges and `unix`, separated by commas; an empty text trusts nobody.
    ///
    /// # Errors
    /// What is wrong with the first entry that can't be read.
    pub fn parse(list: &str, family: Family) -> Result<Self, String> {
        let (mut ranges, mut unix_socket) = (Vec::new(), false);
        for entry in list.split(',').map(str::trim) {
            if entry == UNIX_SOCKET {
                unix_socket = true;
                continue;
            }
            if entry.is_empty() && list.trim().is_empty() {
                continue;
            }
            if entry.ends_with("/0") {
                return Err(format!(
                    "\"{entry}\" is everybody: any client could then choose its address."
                ));
            }
            ranges.push(parse_entry(entry)?);
        }
        Ok(Self {
            ranges,
            unix_socket,
            family,
        })
    }

    /// True when nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && !self.unix_socket
    }

    /// The header family that is read.
    pub fn family(&self) -> Family {
        self.family
    }

    /// True when a peer is a trusted proxy; `None` is one on the Unix socket.
    pub fn trusts_peer(&self, peer: Option<IpAddr>) -> bool {
        peer.map_or(self.unix_socket, |peer| self.trusts(peer))
    }

    /// True when the address is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ranges.iter().any(|range| range.contains(&address))
    }

    /// The client behind a peer; `None` is a peer on the Unix socket. `lines` are the values of the family's header, the
    /// last line first.
    ///
    /// An untrusted peer is the client itself, and so is a trusted one that sends no header. `None` when a trusted
    /// proxy wrote something that is no address, or when there is no address at all: the client is then unknown, and an
    /// allowlist refuses it.
    pub fn client<'a>(
        &self,
        peer: impl Into<Option<IpAddr>>,
        lines: impl IntoIterator<Item = &'a [u8]>,
    ) -> Option<IpAddr> {
        let mut nearest = peer.into().map(|peer| peer.to_canonical());
        if !self.trusts_peer(nearest) {
            return nearest;
        }
        for line in lines {
            for element in line.rsplit(|byte| *byte == b',') {
                let next = read_element(self.family, element)?;
                nearest = Some(next);
                if !self.trusts(next) {
                    return nearest;
                }
            }
        }
        // All the way through trusted hosts: the one that begins the chain asks for itself.
        nearest
    }
}

/// The address in one element of the list; `None` for anything that is not exactly one address.
pub fn read_element(family: Family, element: &[u8]) -> Option<IpAddr> {
    let element = std::str::from_utf8(element).ok()?.trim_matches(BLANKS);
    match family {
        Family::XForwardedFor => read_node(unquote(element)?),
        Family::Forwarded => {
            let mut found = None;
            // A semicolon inside quotes leaves a half that can't be read, and thereby an unknown client.
            for pair in element.split(';') {
                let (name, value) = pair.split_once('=')?;
                let value = unquote(value.trim_end_matches(BLANKS))?;
                if name.trim_start_matches(BLANKS).eq_ignore_ascii_case("for") {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(read_node(value)?);
                }
            }
            found
        }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The inside of a quoted string, or the text itself. No address needs an escape or a quote inside.
fn unquote(text: &str) -> Option<&str> {
    let inner = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => text,
    };
    (!inner.contains(['"', '\\'])).then_some(inner)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`. `unknown`, `_names` and zone
/// ids name no address.
fn read_node(text: &str) -> Option<IpAddr> {
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        if !rest.is_empty() && !rest.strip_prefix(':').is_some_and(is_port) {
            return None;
        }
        IpAddr::V6(address.parse().ok()?)
    } else {
        match text.split_once(':') {
            Some((address, port)) if is_port(port) => IpAddr::V4(address.parse().ok()?),
            _ => text.parse().ok()?,
        }
    };
    Some(address.to_canonical())
}

/// A port as a number, or hidden behind a name (RFC 7239 section 6.3).
fn is_port(text: &str) -> bool {
    let is_number = matches!(text.len(), 1..=5) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hidden = text.strip_prefix('_').is_some_and(|name| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !name.is_empty() && name.bytes().all(fits)
    });
    is_number || is_hidden
}

/// The method that a gateway says it was asked with: at most 16 letters and hyphens.
pub fn read_method(value: &[u8]) -> Option<&str> {
    let fits = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'-';
    if !matches!(value.len(), 1..=16) || !value.iter().all(fits) {
        return None;
    }
    std::str::from_utf8(value).ok()
}

/// The path that a gateway says it was asked for: without the query, which may hold secrets, and at most
/// [`LONGEST_PATH`] bytes. `None` for what is no path of visible ASCII characters.
pub fn read_path(value: &[u8]) -> Option<&str> {
    let end = value
        .iter()
        .position(|byte| matches!(byte, b'?' | b'#'))
        .unwrap_or(value.len());
    let path = &value[..end];
    if path.first() != Some(&b'/') || !path.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let path = std::str::from_utf8(path).ok()?;
    // Before the cut, which could leave too little of a key to see that it is one.
    if key_text::appears_in(path) {
        return Some("/[redacted]");
    }
    path.get(..path.len().min(LONGEST_PATH))
}
