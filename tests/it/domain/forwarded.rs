//! Whose address counts when proxies stand in between.

use std::net::IpAddr;

use keystead::domain::forwarded::{Family, TrustedProxies, read_method, read_path};

const PROXIES: &str = "127.0.0.1, ::1, 10.0.0.0/24";

/// The client behind a trusted peer that passes on these lines, in the order in which they stand in the request.
fn client(header: &str, lines: &[&str]) -> Option<IpAddr> {
    let proxies = TrustedProxies::parse(PROXIES, header.parse().unwrap()).unwrap();
    proxies.client(
        ip("127.0.0.1"),
        lines.iter().rev().map(|line| line.as_bytes()),
    )
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[track_caller]
fn all(header: &str, cases: &[(&[&str], Option<&str>)]) {
    for (lines, expected) in cases {
        assert_eq!(client(header, lines), expected.map(ip), "{lines:?}");
    }
}

#[test]
fn the_nearest_address_that_is_no_trusted_proxy_is_the_client() {
    all(
        "x-forwarded-for",
        &[
            (&["203.0.113.7"], Some("203.0.113.7")),
            (&["198.51.100.1, 203.0.113.7"], Some("203.0.113.7")),
            (&["203.0.113.7, 10.0.0.9"], Some("203.0.113.7")),
            (
                &["198.51.100.1, 203.0.113.7,10.0.0.9 , 127.0.0.1"],
                Some("203.0.113.7"),
            ),
            // Several lines are one list.
            (
                &["198.51.100.1", "203.0.113.7", "10.0.0.9"],
                Some("203.0.113.7"),
            ),
            (&["nonsense", "203.0.113.7, 10.0.0.9"], Some("203.0.113.7")),
            (
                &["127.0.0.1, ::ffff:10.0.0.10, \"[::1]:80\""],
                Some("127.0.0.1"),
            ),
            (
                &["203.0.113.9, ::ffff:10.0.1.1, \"[::1]:80\""],
                Some("10.0.1.1"),
            ),
            // A chain of trusted hosts was begun by its first.
            (&["10.0.0.7, 10.0.0.9"], Some("10.0.0.7")),
            (&[], Some("127.0.0.1")),
        ],
    );
}

#[test]
fn ports_brackets_and_mapped_addresses_are_read_and_written_in_one_way() {
    for (text, expected) in [
        ("203.0.113.7:80", "203.0.113.7"),
        ("203.0.113.7:_a.b-c_9", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("\"[2001:db8::1]:443\"", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:1", "203.0.113.7"),
        ("[::ffff:cb00:7107]", "203.0.113.7"),
        ("\t 203.0.113.7 \t", "203.0.113.7"),
        // Written by nobody but whoever runs the translator: left as it is.
        ("64:ff9b::203.0.113.7", "64:ff9b::cb00:7107"),
        ("2002:cb00:7107::1", "2002:cb00:7107::1"),
    ] {
        assert_eq!(
            client("x-forwarded-for", &[text]),
            Some(ip(expected)),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_address_leaves_the_client_unknown() {
    for text in [
        "",
        " ",
        "unknown",
        "_hidden",
        "203.0.113.7, ",
        ",",
        "203.0.113.7, unknown",
        "fe80::1%eth0",
        "[fe80::1%25eth0]",
        "203.0.113.07",
        "010.0.0.1",
        "203.0.113.7/32",
        "203.0.113",
        "0x7f.1",
        "2130706433",
        "203.0.113.7:",
        "203.0.113.7:123456",
        "203.0.113.7:80:80",
        "203.0.113.7:_",
        "203.0.113.7:_a/b",
        "[203.0.113.7]",
        "[2001:db8::1",
        "2001:db8::1]",
        "[2001:db8::1]x",
        "[2001:db8::1]x]",
        "[2001:db8::1]:",
        "[]",
        "\"203.0.113.7",
        "203.0.113.7\"",
        "\"\"203.0.113.7\"\"",
        "\"203\\.0.113.7\"",
        "\"",
        "203.0.113.7 203.0.113.8",
        "203.0.113.7;203.0.113.8",
        "２０３.0.113.7",
        "203.0.113.7\u{0}",
        "for=203.0.113.7",
        "localhost",
    ] {
        assert_eq!(client("x-forwarded-for", &[text]), None, "{text:?}");
    }
    let proxies = TrustedProxies::parse(PROXIES, Family::XForwardedFor).unwrap();
    assert_eq!(proxies.client(ip("::1"), [&b"203.0.113.7\xff"[..]]), None);
}

#[test]
fn forwarded_is_read_as_its_standard_says() {
    all(
        "forwarded",
        &[
            (&["for=203.0.113.7"], Some("203.0.113.7")),
            (
                &["For=\"[2001:db8:cafe::17]:4711\""],
                Some("2001:db8:cafe::17"),
            ),
            (
                &["for=192.0.2.60;proto=http;by=203.0.113.43"],
                Some("192.0.2.60"),
            ),
            (
                &["proto=http ; FOR=192.0.2.60:_x; by=_me"],
                Some("192.0.2.60"),
            ),
            (
                &["for=198.51.100.1, for=192.0.2.43, for=10.0.0.3;host=\"a;b\""],
                Some("192.0.2.43"),
            ),
            (
                &["for=198.51.100.1, for=192.0.2.43, for=10.0.0.3;host=\"a.b:80\""],
                Some("192.0.2.43"),
            ),
            (
                &["for=\"", "for=192.0.2.43", "for=10.0.0.3"],
                Some("192.0.2.43"),
            ),
            (&["for=unknown"], None),
            (&["for=_gazonk"], None),
            (&["proto=https"], None),
            (&["for=192.0.2.43;for=192.0.2.44"], None),
            (&["for="], None),
            (&["for"], None),
            (&[""], None),
            (&["192.0.2.43"], None),
            (&["for=\"192.0.2.43"], None),
            (
                &["for=192.0.2.43;host=\"a, for=203.0.113.1\""],
                Some("192.0.2.43"),
            ),
            (
                &["for=192.0.2.43;host=\"a\\\", for=203.0.113.1\""],
                Some("192.0.2.43"),
            ),
            (&["for=\"192\\.0.2.\\43\""], Some("192.0.2.43")),
            (&["for=192.0.2.43;;proto=https;"], Some("192.0.2.43")),
            // Empty elements are none.
            (&["for=192.0.2.43,"], Some("192.0.2.43")),
            (
                &[", ,for=192.0.2.43 ,\t, for=10.0.0.3, "],
                Some("192.0.2.43"),
            ),
            (&["for=192.0.2.43", ""], Some("192.0.2.43")),
            (&[" , "], None),
            // Where a client left a quote open, nobody knows which address is inside of it.
            (&["for=198.51.100.1;host=\", for=192.0.2.43"], None),
            (&["for=198.51.100.1;host=\", for=\"192.0.2.43:80\""], None),
            (&["for=198.51.100.1;host=a\", for=192.0.2.43"], None),
            (&["for=\"192.0.2.43\"x"], None),
            (&["for=\"192.0.2.43\\\""], None),
        ],
    );
}

#[test]
fn an_untrusted_peer_is_the_client_whatever_it_sends() {
    let line = [&b"127.0.0.1"[..]];
    let proxies = TrustedProxies::parse(PROXIES, Family::XForwardedFor).unwrap();
    for peer in ["203.0.113.66", "10.0.1.0", "::2", "::ffff:203.0.113.66"] {
        assert_eq!(
            proxies.client(ip(peer), line),
            Some(ip(peer).to_canonical())
        );
    }
    assert_eq!(
        proxies.client(ip("::ffff:10.0.0.1"), [&b"192.0.2.1"[..]]),
        Some(ip("192.0.2.1"))
    );
    // By default nobody is trusted.
    let nobody = TrustedProxies::parse(" ", Family::XForwardedFor).unwrap();
    assert!(nobody.is_empty());
    assert_eq!(
        nobody.client(ip("127.0.0.1"), [&b"192.0.2.1"[..]]),
        Some(ip("127.0.0.1"))
    );
}

#[test]
fn who_connects_to_the_unix_socket_is_believed_only_when_the_list_names_it() {
    let line = [&b"192.0.2.1, 10.0.0.1"[..]];
    let parse = |list: &str| TrustedProxies::parse(list, Family::XForwardedFor).unwrap();
    let believed = parse("10.0.0.0/24, unix");
    assert_eq!(believed.client(None, line), Some(ip("192.0.2.1")));
    assert_eq!(believed.client(None, []), None);
    assert_eq!(believed.client(None, [&b"unix"[..]]), None);
    assert_eq!(parse("10.0.0.0/24").client(None, line), None);
    // The word gives nobody else anything, and nobody an address.
    let alone = parse("unix");
    assert!(!alone.is_empty());
    assert_eq!(alone.client(None, line), Some(ip("10.0.0.1")));
    let elsewhere = ip("203.0.113.66");
    assert_eq!(alone.client(elsewhere, line), Some(elsewhere));
}

#[test]
fn a_list_of_proxies_is_read_whole_or_refused() {
    for (list, words) in [
        ("10.0.0.1/8", "Did you mean 10.0.0.0/8?"),
        ("10.0.0.1,", "is not a valid"),
        (",", "is not a valid"),
        ("10.0.0.1 10.0.0.2", "is not a valid"),
        (
            "0.0.0.0/0",
            "is everybody: any client could then choose its address",
        ),
        ("127.0.0.1, ::/0", "is everybody"),
        ("proxy.example.com", "is not a valid"),
        ("fe80::1%eth0", "is not a valid"),
    ] {
        let refusal = TrustedProxies::parse(list, Family::default()).unwrap_err();
        assert!(refusal.contains(words), "{list}: {refusal}");
    }
}

#[test]
fn a_path_is_kept_without_its_query_and_not_beyond_512_bytes() {
    assert_eq!(read_path(b"/orders/7?api_key=secret#x"), Some("/orders/7"));
    assert_eq!(read_path(b"/a#b?c"), Some("/a"));
    assert_eq!(
        read_path(format!("/{}", "a".repeat(600)).as_bytes()).map(str::len),
        Some(512)
    );
    for nothing in [
        &b""[..],
        b"?a",
        b"orders",
        b"http://a/b",
        b"/a b",
        b"/a\x00",
        b"/\xc3\xbc",
        b"/a\r\nb",
    ] {
        assert_eq!(read_path(nothing), None, "{nothing:?}");
    }
    assert_eq!(read_method(b"DELETE"), Some("DELETE"));
    assert_eq!(read_method(b"M-SEARCH"), Some("M-SEARCH"));
    for nothing in [
        &b""[..],
        b"GET /",
        b"ABCDEFGHIJKLMNOPQ",
        b"GET\n",
        b"G\xcbT",
        b"<b>",
    ] {
        assert_eq!(read_method(nothing), None, "{nothing:?}");
    }
}
