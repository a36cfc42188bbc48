//! IP allowlists: read whole or refused, kept in one form, and matched as the bits say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use keystead::domain::address_list::{AddressList, MOST_ENTRIES};

/// Holds for arbitrary text, and for addresses made of it.
pub fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match AddressList::parse(text.lines()) {
        Err(why) => {
            assert!(
                why.starts_with("Line ") || why.starts_with("Use at most "),
                "{why}"
            );
            // A key pasted into the wrong field is not repeated.
            assert!(!why.contains('_') && why.chars().count() < 250, "{why}");
        }
        Ok(list) => is_sound(&list, &text, data),
    }
}

fn is_sound(list: &AddressList, text: &str, data: &[u8]) {
    let entries = list.entries();
    assert_eq!(list.is_empty(), text.trim().is_empty(), "{text:?}");
    assert_eq!(list.is_empty(), entries.is_empty());
    assert_eq!(list.allows(None), entries.is_empty());
    assert!(entries.len() <= MOST_ENTRIES);
    let again = AddressList::parse(entries.iter().map(String::as_str)).unwrap();
    assert_eq!((&again, again.entries()), (list, entries.clone()));
    let ranges: Vec<Range> = entries.iter().map(|entry| Range::read(entry)).collect();
    for (number, range) in ranges.iter().enumerate() {
        assert!(!ranges[..number].contains(range), "{range:?} comes twice");
    }
    let asked = addresses(data)
        .into_iter()
        .chain(ranges.iter().take(16).flat_map(Range::edges));
    for address in asked {
        let inside = ranges.is_empty() || ranges.iter().any(|range| range.holds(address));
        assert_eq!(
            list.allows(Some(address)),
            inside,
            "{address} in {entries:?}"
        );
        if let IpAddr::V4(short) = address {
            // The same address in its long form.
            assert_eq!(list.allows(Some(short.to_ipv6_mapped().into())), inside);
        }
    }
}

/// An entry as bits: family, first address, length of the prefix.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    long: bool,
    first: u128,
    length: u32,
}

impl Range {
    /// Reads an entry, which must be in its one form.
    fn read(entry: &str) -> Self {
        let (address, length) = entry.split_once('/').unwrap_or((entry, ""));
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(
            address,
            address.to_canonical(),
            "{entry} is an IPv4 address in disguise"
        );
        let (long, first) = bits(address);
        let width = if long { 128 } else { 32 };
        let length = if length.is_empty() {
            width
        } else {
            length.parse().unwrap()
        };
        assert!((1..=width).contains(&length), "{entry}");
        let range = Self {
            long,
            first,
            length,
        };
        assert_eq!(
            first & range.host_bits(),
            0,
            "{entry} has bits after its prefix"
        );
        range
    }

    fn host_bits(self) -> u128 {
        let host = if self.long { 128 } else { 32 } - self.length;
        u128::MAX.checked_shr(128 - host).unwrap_or(0)
    }

    fn holds(&self, address: IpAddr) -> bool {
        let (long, bits) = bits(address.to_canonical());
        long == self.long && bits & !self.host_bits() == self.first
    }

    /// First and last address, and their neighbours outside.
    fn edges(&self) -> Vec<IpAddr> {
        let last = self.first | self.host_bits();
        let around = [
            self.first.wrapping_sub(1),
            self.first,
            last,
            last.wrapping_add(1),
        ];
        around
            .map(|bits| match u32::try_from(bits) {
                Ok(bits) if !self.long => Ipv4Addr::from_bits(bits).into(),
                // Beyond the end of IPv4, or a long one.
                _ => Ipv6Addr::from_bits(bits).into(),
            })
            .to_vec()
    }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, address.to_bits().into()),
        IpAddr::V6(address) => (true, address.to_bits()),
    }
}

fn addresses(data: &[u8]) -> Vec<IpAddr> {
    let mut found = vec![
        Ipv4Addr::UNSPECIFIED.into(),
        Ipv6Addr::UNSPECIFIED.into(),
        Ipv4Addr::LOCALHOST.into(),
        Ipv6Addr::LOCALHOST.into(),
    ];
    found.extend(
        data.first_chunk()
            .map(|bytes: &[u8; 4]| IpAddr::from(*bytes)),
    );
    found.extend(
        data.last_chunk()
            .map(|bytes: &[u8; 4]| IpAddr::from(*bytes)),
    );
    found.extend(
        data.last_chunk()
            .map(|bytes: &[u8; 16]| IpAddr::from(*bytes)),
    );
    found
}
