//! Who a request comes from when proxies stand in between, read from `X-Forwarded-For` or `Forwarded` (RFC 7239).
//!
//! Anybody can write such headers, so they count only as far as trusted proxies wrote them: from the right to the
//! left, up to the first address that is not a trusted proxy. What stands further left was only claimed.

use std::borrow::Cow;
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
        let peer = peer.into().map(|peer| peer.to_canonical());
        let mut lines = lines.into_iter().peekable();
        if !self.trusts_peer(peer) || lines.peek().is_none() {
            return peer;
        }
        let mut nearest = None;
        for line in lines {
            for element in elements(self.family, line)?.into_iter().rev() {
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

/// The elements of one line; `None` when it can't be told where they end. `Forwarded` is a list as RFC 9110 section
/// 5.6.1.2 has it, in which empty elements count for nothing.
fn elements(family: Family, line: &[u8]) -> Option<Vec<&[u8]>> {
    match family {
        Family::XForwardedFor => Some(line.split(|byte| *byte == b',').collect()),
        Family::Forwarded => split(line, b','),
    }
}

/// The parts between separators that stand outside of quoted strings, without the empty ones. A string that never ends,
/// or a quote where no value begins, leaves open what is inside of quotes and what is not.
fn split(text: &[u8], separator: u8) -> Option<Vec<&[u8]>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped, mut before) = (false, false, 0);
    for (place, &byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' if is_quoted || before == b'=' => is_quoted = !is_quoted,
            b'"' => return None,
            _ if byte == separator && !is_quoted => {
                parts.push(text.get(start..place)?);
                start = place + 1;
            }
            _ => {}
        }
        before = byte;
    }
    parts.push(text.get(start..)?);
    parts.retain(|part| part.iter().any(|byte| !b" \t".contains(byte)));
    (!is_quoted).then_some(parts)
}

/// The address in one element of the list; `None` for anything that is not exactly one address.
pub fn read_element(family: Family, element: &[u8]) -> Option<IpAddr> {
    match family {
        // Quoted pairs are none of its customs.
        Family::XForwardedFor if element.contains(&b'\\') => None,
        Family::XForwardedFor => read_value(element),
        Family::Forwarded => {
            let mut found = None;
            for pair in split(element, b';')? {
                let place = pair.iter().position(|byte| *byte == b'=')?;
                let (name, value) = pair.split_at(place);
                if name.trim_ascii_start().eq_ignore_ascii_case(b"for") {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(read_value(value.strip_prefix(b"=")?)?);
                }
            }
            found
        }
    }
}

fn read_value(value: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(value).ok()?.trim_matches(BLANKS);
    read_node(&unquote(text)?)
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The inside of a quoted string with its quoted pairs (RFC 9110 section 5.6.4), or the text itself.
fn unquote(text: &str) -> Option<Cow<'_, str>> {
    let Some(rest) = text.strip_prefix('"') else {
        return Some(Cow::Borrowed(text));
    };
    let inner = rest.strip_suffix('"')?;
    if !inner.contains(['"', '\\']) {
        return Some(Cow::Borrowed(inner));
    }
    let (mut plain, mut chars) = (String::new(), inner.chars());
    while let Some(next) = chars.next() {
        match next {
            '"' => return None,
            '\\' => plain.push(chars.next()?),
            other => plain.push(other),
        }
    }
    Some(Cow::Owned(plain))
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
