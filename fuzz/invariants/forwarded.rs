//! Forwarding headers: whatever a client writes, the address is one that a trusted proxy saw.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use keystead::domain::forwarded::{
    Family, LONGEST_PATH, TrustedProxies, read_element, read_method, read_path,
};

const TRUSTED: &str = "10.0.0.0/8, 2001:db8:7::/48, ::ffff:192.0.2.1";
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3));
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66));

/// The first byte chooses the header family; each line after it is a header line.
pub fn hold(data: &[u8]) {
    let (family, rest) = match data.split_first() {
        Some((b'f', rest)) => (Family::Forwarded, rest),
        Some((_, rest)) => (Family::XForwardedFor, rest),
        None => return,
    };
    let proxies = TrustedProxies::parse(TRUSTED, family).unwrap();
    let lines: Vec<&[u8]> = rest.split(|byte| *byte == b'\n').collect();
    let client = ask(&proxies, &lines);
    // Quotes hide separators in one line, never across two.
    let has_quotes = family == Family::Forwarded && rest.contains(&b'"');
    if !has_quotes {
        assert_eq!(client, expected(&proxies, &lines), "{lines:?}");
    }

    // Who is not trusted is not listened to, and a proxy without a header speaks for itself.
    let stranger = proxies.client(STRANGER, lines.iter().rev().copied());
    assert_eq!(stranger, Some(STRANGER));
    assert_eq!(ask(&proxies, &[]), Some(PROXY));
    // The Unix socket is believed like any trusted peer, once it is named; by itself it names nobody.
    let backward = || lines.iter().rev().copied();
    let with_socket = TrustedProxies::parse(&format!("unix, {TRUSTED}"), family).unwrap();
    assert_eq!(with_socket.client(None, backward()), client);
    assert_eq!(with_socket.client(None, []), None);
    assert_eq!(proxies.client(None, backward()), None);
    // One line or several is the same.
    if !has_quotes {
        assert_eq!(ask(&proxies, &[&lines.join(&b',')]), client);
    }
    // What a client claims stands left of what the first trusted proxy saw, and changes nothing.
    let seen = element(family, STRANGER);
    for claimed in [&lines[..], &[b"\"[::1", b"10.9.9.9"], &[]] {
        let with = [claimed, &[seen.as_bytes()]].concat();
        assert_eq!(ask(&proxies, &with), Some(STRANGER), "{claimed:?}");
    }
    let hop = element(family, PROXY);
    let with_hop = ask(&proxies, &[&lines[..], &[hop.as_bytes()]].concat());
    if family == Family::Forwarded && lines.iter().all(|line| is_blank(line)) {
        assert_eq!((client, with_hop), (None, Some(PROXY)));
    } else {
        assert_eq!(with_hop, client);
    }
    if client.is_some_and(|client| !proxies.trusts(client)) {
        assert_eq!(
            ask(&proxies, &[&[seen.as_bytes()], &lines[..]].concat()),
            client
        );
    }
    for line in &lines {
        line.split(|byte| *byte == b',')
            .for_each(|part| names_one_address(family, part));
        is_kept_plainly(line);
    }
    if let Ok(text) = std::str::from_utf8(rest) {
        trusts_as_written(text);
    }
}

fn ask(proxies: &TrustedProxies, lines: &[&[u8]]) -> Option<IpAddr> {
    proxies.client(PROXY, lines.iter().rev().copied())
}

/// The walk again, over a list of all elements.
fn expected(proxies: &TrustedProxies, lines: &[&[u8]]) -> Option<IpAddr> {
    let all = lines.join(&b',');
    let elements: Vec<Option<IpAddr>> = all
        .split(|byte| *byte == b',')
        .filter(|part| proxies.family() == Family::XForwardedFor || !is_blank(part))
        .map(|part| read_element(proxies.family(), part))
        .collect();
    let proxy = |element: &Option<IpAddr>| element.is_some_and(|address| proxies.trusts(address));
    match elements.iter().rposition(|element| !proxy(element)) {
        Some(last) => elements[last],
        None => elements.first().copied().flatten(),
    }
}

fn is_blank(part: &[u8]) -> bool {
    part.iter().all(|byte| b" \t".contains(byte))
}

fn element(family: Family, address: IpAddr) -> String {
    match family {
        Family::XForwardedFor => address.to_string(),
        Family::Forwarded => format!("for={address}"),
    }
}

/// An address that is read stands there, and is read in every other way to write it.
fn names_one_address(family: Family, part: &[u8]) {
    let Some(address) = read_element(family, part) else {
        return;
    };
    assert_eq!(address, address.to_canonical());
    let text = String::from_utf8_lossy(part).replace('\\', "");
    let words = text.split([' ', '\t', ';', '=', '"']).any(|word| {
        let bare = word.trim_start_matches('[').split(']').next().unwrap();
        let without_port = word.rsplit_once(':').map_or(word, |(front, _)| front);
        let read = [bare, without_port]
            .into_iter()
            .find_map(|text| text.parse::<IpAddr>().ok());
        let whole = word.parse::<SocketAddr>().map(|socket| socket.ip()).ok();
        [read, whole].contains(&Some(address))
            || [read, whole]
                .into_iter()
                .flatten()
                .any(|found| found.to_canonical() == address)
    });
    assert!(words, "{address} is not in {text:?}");
    let bracketed = match address {
        IpAddr::V4(_) => address.to_string(),
        IpAddr::V6(_) => format!("[{address}]"),
    };
    let nodes = [
        format!("\"{bracketed}\""),
        format!("\"{bracketed}:443\""),
        format!("\"{bracketed}:_hidden\""),
        bracketed,
    ];
    for node in nodes {
        let (left, right) = match family {
            Family::XForwardedFor => (format!(" {node}\t"), format!("{node}, ")),
            Family::Forwarded => (
                format!(" FOR={node};by=10.0.0.1"),
                format!("for={node};for={node}"),
            ),
        };
        assert_eq!(
            read_element(family, left.as_bytes()),
            Some(address),
            "{left}"
        );
        assert_eq!(read_element(family, right.as_bytes()), None, "{right}");
    }
}

/// What a gateway says of a request is kept without a query, in visible ASCII and within its length.
fn is_kept_plainly(value: &[u8]) {
    if let Some(path) = read_path(value) {
        let is_redacted = path == "/[redacted]";
        assert!(is_redacted || value.starts_with(path.as_bytes()) && path.starts_with('/'));
        assert!(path.len() <= LONGEST_PATH && path.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(!path.contains(['?', '#']));
    }
    if let Some(method) = read_method(value) {
        assert_eq!(method.as_bytes(), value);
        assert!(method.len() <= 16 && !method.contains([' ', '/', '\r']));
    }
}

/// No list of proxies trusts everybody, and an empty one trusts nobody.
fn trusts_as_written(text: &str) {
    let Ok(proxies) = TrustedProxies::parse(text, Family::default()) else {
        return;
    };
    assert_eq!(proxies.is_empty(), text.trim().is_empty());
    let named = text.split(',').any(|entry| entry.trim() == "unix");
    assert_eq!(proxies.trusts_peer(None), named);
    let ends = ["0.0.0.0", "255.255.255.255", "::", "ffff::"].map(|end| end.parse().unwrap());
    let halves = ends
        .chunks(2)
        .any(|ends| ends.iter().all(|end| proxies.trusts(*end)));
    assert!(!halves || text.contains(','), "{text:?} trusts everybody");
}
