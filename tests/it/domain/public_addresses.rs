//! Which addresses a call may go to, and which hosts an operator can name.

use keystead::domain::private_hosts::PrivateHosts;
use keystead::domain::public_address::is_public;

#[test]
fn only_single_hosts_of_the_public_internet_are_public() {
    for public in [
        "1.1.1.1",
        "9.255.255.255",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:200::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for other in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1.1.1.1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_public(other.parse().unwrap()), "{other}");
    }
}

#[test]
fn private_hosts_are_names_and_addresses() {
    let hosts = PrivateHosts::parse(" Vault.internal, 10.0.0.7,fd00::7 ").unwrap();
    for named in ["vault.internal", "10.0.0.7", "[fd00::7]"] {
        assert!(hosts.contains(named), "{named}");
    }
    for other in ["internal", "x.vault.internal", "10.0.0.8", "fd00::7", ""] {
        assert!(!hosts.contains(other), "{other}");
    }
    assert_eq!(PrivateHosts::parse("").unwrap(), PrivateHosts::default());
    for wrong in [
        "vault:8200",
        "vault:80",
        "http://vault",
        "a b",
        "me@vault",
        "vault/x",
        "vault:",
    ] {
        assert!(PrivateHosts::parse(wrong).is_err(), "{wrong}");
    }
}
