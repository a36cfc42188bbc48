//! One form for the ways to write a host and its port.

use keystead::domain::authority::Authority;
use keystead::domain::private_hosts::PrivateHosts;

fn form(text: &str, is_https: bool) -> Option<String> {
    Authority::parse(text, is_https).map(|authority| authority.to_string())
}

#[test]
fn a_host_is_the_same_however_it_is_written() {
    for (text, is_https, expected) in [
        ("Keys.EXAMPLE.com", true, "keys.example.com"),
        ("keys.example.com:443", true, "keys.example.com"),
        ("keys.example.com:0443", true, "keys.example.com"),
        ("keys.example.com:", true, "keys.example.com"),
        ("keys.example.com:80", false, "keys.example.com"),
        ("keys.example.com:80", true, "keys.example.com:80"),
        ("keys.example.com:443", false, "keys.example.com:443"),
        ("keys.example.com.", true, "keys.example.com"),
        ("keys.example.com.:8443", true, "keys.example.com:8443"),
        ("keys%2Eexample.com", true, "keys.example.com"),
        ("b\u{fc}cher.example", true, "xn--bcher-kva.example"),
        ("BU\u{308}CHER.example", true, "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", true, "xn--bcher-kva.example"),
        ("b\u{fc}cher\u{3002}example", true, "xn--bcher-kva.example"),
        ("[2001:DB8:0:0:0:0:0:1]:80", false, "[2001:db8::1]"),
        ("[2001:db8::0.0.0.1]", false, "[2001:db8::1]"),
        ("127.0.0.1.:80", false, "127.0.0.1"),
    ] {
        assert_eq!(form(text, is_https).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_more_than_host_and_port_or_less_is_none() {
    for text in [
        "",
        ":80",
        ".",
        "keys.example.com..",
        "keys.example.com:80:80",
        "keys.example.com:port",
        "keys.example.com:65536",
        "someone@keys.example.com",
        "keys.example.com/",
        "keys.example.com/path",
        "keys.example.com\\path",
        "keys.example.com?",
        "keys.example.com#",
        "keys.exa\tmple.com",
        "keys .example.com",
        "[::1",
        "::1",
        "[evil]",
        "keys%2Fexample.com",
    ] {
        assert_eq!(form(text, true), None, "{text:?}");
    }
}

#[test]
fn a_private_host_is_named_with_or_without_the_dot_of_the_root() {
    let hosts = PrivateHosts::parse("Intranet., b\u{fc}cher.example").unwrap();
    for host in ["intranet", "intranet.", "xn--bcher-kva.example."] {
        assert!(hosts.contains(host), "{host}");
    }
    assert!(!hosts.contains("example"));
}
