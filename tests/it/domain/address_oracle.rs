//! IP allowlists against another reader of addresses: Python's `ipaddress`, on 100,000 cases that are always the same.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::{Command, Stdio};

use keystead::domain::address_list::AddressList;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const CASES: usize = 100_000;

/// Reads lines of an entry, a tab and an address; answers "no", or the range, a space, and whether the address is in it.
const ORACLE: &str = r#"
import ipaddress, re, sys

def plain(address):
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address

def read(text):
    address, slash, length = text.partition("/")
    if "%" in address:
        raise ValueError
    given = ipaddress.ip_address(address)
    if slash and not re.fullmatch("0|[1-9][0-9]*", length):
        raise ValueError
    bits = int(length) if slash else given.max_prefixlen
    if bits > given.max_prefixlen:
        raise ValueError
    address = plain(given)
    bits -= given.max_prefixlen - address.max_prefixlen
    if bits <= 0:
        raise ValueError
    return ipaddress.ip_network((address, bits))

for line in sys.stdin.buffer.read().decode().split("\n")[:-1]:
    entry, address = line.split("\t")
    try:
        network = read(entry)
    except ValueError:
        print("no")
        continue
    address = plain(ipaddress.ip_address(address))
    single = network.prefixlen == network.max_prefixlen
    print(network.network_address if single else network, address in network)
"#;

/// An address, often one in which other readers see something else.
fn address(random: &mut StdRng) -> IpAddr {
    match random.random_range(0..4) {
        0 => Ipv6Addr::from(random.random::<u128>()).into(),
        // Many zeros: what can be written short.
        1 => Ipv6Addr::from(
            random.random::<u128>() & random.random::<u128>() & random.random::<u128>(),
        )
        .into(),
        _ => Ipv4Addr::from(random.random::<u32>()).into(),
    }
}

/// The address with only its first bits.
fn network(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(four) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Ipv4Addr::from(u32::from(four) & mask).into()
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Ipv6Addr::from(u128::from(six) & mask).into()
        }
    }
}

/// The address with one bit turned, or as it is.
fn neighbour(random: &mut StdRng, address: IpAddr) -> IpAddr {
    if random.random_bool(0.2) {
        return address;
    }
    match address {
        IpAddr::V4(four) => {
            Ipv4Addr::from(u32::from(four) ^ (1 << random.random_range(0..32))).into()
        }
        IpAddr::V6(six) => {
            Ipv6Addr::from(u128::from(six) ^ (1 << random.random_range(0..128))).into()
        }
    }
}

/// The text of an address, in one of the ways in which people write it.
fn written(random: &mut StdRng, address: IpAddr) -> String {
    match (address, random.random_range(0..4)) {
        (IpAddr::V4(four), 0) => format!("::ffff:{four}"),
        (IpAddr::V6(six), 0) => {
            let groups: Vec<String> = six
                .segments()
                .iter()
                .map(|group| format!("{group:04X}"))
                .collect();
            groups.join(":")
        }
        (IpAddr::V6(six), 1) => six.to_string().to_uppercase(),
        (address, _) => address.to_string(),
    }
}

/// A text that was an address before somebody slipped.
fn slipped(random: &mut StdRng, mut text: String) -> String {
    let letters = [
        ".", ":", "/", "0", "1", "9", "f", "g", "%", "-", "+", "::", "x", "256", "٣",
    ];
    for _ in 0..random.random_range(1..3) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places
            .get(random.random_range(0..places.len().max(1)))
            .copied()
            .unwrap_or(0);
        if random.random_bool(0.4) && at < text.len() {
            text.remove(at);
        } else {
            text.insert_str(at, letters[random.random_range(0..letters.len())]);
        }
    }
    text
}

fn case(random: &mut StdRng) -> (String, String) {
    let base = address(random);
    let bits = if base.is_ipv4() { 32 } else { 128 };
    let length = random.random_range(0..=bits);
    let start = if random.random_bool(0.8) {
        network(base, length)
    } else {
        base
    };
    let mut entry = written(random, start);
    if random.random_bool(0.8) {
        let length = if entry.starts_with("::ffff:") && bits == 32 {
            length + 96
        } else {
            length
        };
        entry = format!("{entry}/{length}");
    }
    if random.random_bool(0.15) {
        entry = slipped(random, entry);
    }
    let asked = neighbour(random, base);
    (entry, written(random, asked))
}

/// What our reader says of a case, in the words of the oracle.
fn ours(entry: &str, asked: &str) -> String {
    match AddressList::parse([entry]) {
        Ok(list) if !list.is_empty() => {
            let inside = if list.allows(Some(asked.parse().unwrap())) {
                "True"
            } else {
                "False"
            };
            format!("{} {inside}", list.entries()[0])
        }
        _ => "no".into(),
    }
}

#[test]
fn ranges_are_read_and_matched_as_another_reader_does() {
    let mut random = StdRng::seed_from_u64(0x6B65_7973);
    let cases: Vec<(String, String)> = (0..CASES).map(|_| case(&mut random)).collect();
    let python = std::env::var("KEYSTEAD_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let mut oracle = Command::new(python)
        .args(["-X", "utf8", "-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = cases
        .iter()
        .map(|(entry, asked)| format!("{entry}\t{asked}\n"))
        .collect();
    // It reads to the end before it answers, so neither waits for the other.
    oracle
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = oracle.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), CASES);
    let (mut refused, mut inside) = (0, 0);
    for ((entry, asked), theirs) in cases.iter().zip(answers.lines()) {
        assert_eq!(ours(entry, asked), theirs, "{entry} and {asked}");
        refused += usize::from(theirs == "no");
        inside += usize::from(theirs.ends_with("True"));
    }
    // Each of the three outcomes was really tried.
    let outside = CASES - refused - inside;
    assert!(
        refused.min(inside).min(outside) > CASES / 10,
        "{refused} {inside} {outside}"
    );
}
