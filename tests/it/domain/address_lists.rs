//! IP allowlists: read whole or refused.

use std::net::IpAddr;

use keystead::domain::address_list::AddressList;

fn list(text: &str) -> AddressList {
    AddressList::parse(text.lines()).unwrap()
}

fn refusal(text: &str) -> String {
    AddressList::parse(text.lines()).unwrap_err()
}

fn allows(list: &AddressList, address: &str) -> bool {
    list.allows(Some(address.parse::<IpAddr>().unwrap()))
}

#[test]
fn an_empty_list_allows_everybody_and_any_other_only_its_own() {
    assert!(list("\n  \n").allows(None));
    let office = list("10.20.0.0/16\n203.0.113.7\n2001:db8::/32");
    for inside in [
        "10.20.0.0",
        "10.20.255.255",
        "203.0.113.7",
        "2001:db8:ffff::1",
        "::ffff:203.0.113.7",
    ] {
        assert!(allows(&office, inside), "{inside}");
    }
    for outside in [
        "10.21.0.0",
        "10.19.255.255",
        "203.0.113.8",
        "2001:db9::1",
        "::",
        "0.0.0.0",
    ] {
        assert!(!allows(&office, outside), "{outside}");
    }
    assert!(!office.allows(None), "an unknown address is not allowed");
}

#[test]
fn what_could_be_read_in_two_ways_is_refused_with_its_line() {
    for (text, words) in [
        (
            "10.0.0.1\n300.1.1.0/24",
            "Line 2: \"300.1.1.0/24\" is not a valid address or range.",
        ),
        ("010.0.0.1", "Line 1: \"010.0.0.1\" is not"),
        ("1.2.3.4/33", "Line 1: \"1.2.3.4/33\" is not"),
        ("1.2.3.4/", "is not a valid"),
        ("1.2.3.4/08", "is not a valid"),
        ("1.2.3.4/+8", "is not a valid"),
        ("fe80::1%eth0", "is not a valid"),
        ("10.0.0.1/8", "Did you mean 10.0.0.0/8?"),
        ("2001:db8::1/32", "Did you mean 2001:db8::/32?"),
        ("0.0.0.0/0", "is everybody"),
        ("::/0", "is everybody"),
        ("localhost", "is not a valid"),
        ("1.2.3.4, 5.6.7.8", "is not a valid"),
        ("0x7f.1", "is not a valid"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(words), "{text}: {refusal}");
    }
}

#[test]
fn mapped_addresses_are_read_as_the_ipv4_addresses_they_are() {
    let mapped = list("::ffff:192.0.2.0/120");
    assert_eq!(mapped.entries(), ["192.0.2.0/24"]);
    assert!(allows(&mapped, "192.0.2.9") && allows(&mapped, "::ffff:192.0.2.9"));
    assert!(refusal("::ffff:0.0.0.0/90").contains("is not a valid"));
}

#[test]
fn duplicates_are_folded_and_a_thousand_entries_are_the_most() {
    assert_eq!(
        list("10.0.0.1\n10.0.0.1/32\r\n ::ffff:10.0.0.1").entries(),
        ["10.0.0.1"]
    );
    let lines = |count: u32| {
        let lines: Vec<String> = (0..count)
            .map(|number| std::net::Ipv4Addr::from(number + 1).to_string())
            .collect();
        lines.join("\n")
    };
    assert_eq!(list(&lines(1_000)).entries().len(), 1_000);
    assert_eq!(refusal(&lines(1_001)), "Use at most 1000 lines.");
    // Neither are more of them read when they are wrong, or all the same; blank ones count for nothing.
    for line in ["10.0.0.1\n", "here\n"] {
        assert_eq!(refusal(&line.repeat(1_001)), "Use at most 1000 lines.");
    }
    let spread = lines(1_000).replace('\n', "\n\n");
    assert_eq!(list(&spread).entries().len(), 1_000);
}

#[test]
fn every_wrong_line_is_named_up_to_ten() {
    let text = "10.0.0.1\nhere\n\n10.0.0.2/8\nks_live_x";
    assert_eq!(
        refusal(text).lines().collect::<Vec<_>>(),
        [
            "Line 2: \"here\" is not a valid address or range.",
            "Line 4: \"10.0.0.2/8\" has bits set after its prefix. Did you mean 10.0.0.0/8?",
            "Line 5: \"…\" is not a valid address or range.",
        ]
    );
    let wrong = |count: usize| refusal(&vec!["x"; count].join("\n"));
    let last = |text: &str| text.lines().last().unwrap().to_owned();
    assert_eq!(
        last(&wrong(10)),
        "Line 10: \"x\" is not a valid address or range."
    );
    assert_eq!(last(&wrong(11)), "And 1 more line.");
    assert_eq!(last(&wrong(15)), "And 5 more lines.");
    assert_eq!(wrong(1_000).lines().count(), 11);
}
