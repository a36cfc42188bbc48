//! IP allowlists: one IPv4 or IPv6 address or CIDR range a line.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::validate::WrongLines;

/// Most lines that a list may have, blank ones aside.
pub const MOST_ENTRIES: usize = 1_000;

/// Ranges from which a key may be used; empty means from anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressList(Vec<IpNet>);

impl AddressList {
    /// Reads a list; blank lines are skipped, duplicates folded.
    ///
    /// # Errors
    /// The lines that are no address or range, by number, with what would be right. A list is either read whole or
    /// refused: a broken one must never become an empty one, which would allow everybody.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (mut list, mut known, mut wrong) = (Vec::new(), HashSet::new(), WrongLines::default());
        let mut read = 0;
        for (number, line) in lines.into_iter().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            read += 1;
            // Before it is read: thousands of lines, wrong or all the same, take as long as thousands of good ones.
            if read > MOST_ENTRIES {
                return Err(format!("Use at most {MOST_ENTRIES} lines."));
            }
            match parse_entry(line) {
                Err(why) => wrong.add(number, &why),
                Ok(entry) if known.insert(entry) => list.push(entry),
                Ok(_) => {}
            }
        }
        wrong.into_result().map(|()| Self(list))
    }

    /// Reads a list that was given as such: only one that is really empty restricts nothing, `[""]` is a slip.
    ///
    /// # Errors
    /// As [`AddressList::parse`], and when there is nothing but blank entries.
    pub fn parse_given(entries: &[&str]) -> Result<Self, String> {
        let list = Self::parse(entries.iter().copied())?;
        if list.is_empty() && !entries.is_empty() {
            return Err("Send addresses or ranges, or [] to allow any address.".into());
        }
        Ok(list)
    }

    /// True when the address is allowed. With entries, an unknown address is refused.
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || address.is_some_and(|address| {
                let address = address.to_canonical();
                self.0.iter().any(|range| range.contains(&address))
            })
    }

    /// As [`AddressList::allows`], of an address as rows keep it: the empty text is an unknown one.
    pub fn allows_text(&self, address: &str) -> bool {
        self.allows(address.parse().ok())
    }

    /// True when every address that `other` allows is allowed.
    pub fn covers(&self, other: &Self) -> bool {
        // Joined, two halves of a range are that range: so one of these alone has to hold what the others allow.
        let joined = IpNet::aggregate(&self.0);
        let holds = |range: &IpNet| joined.iter().any(|own| own.contains(range));
        self.is_empty() || (!other.is_empty() && other.0.iter().all(holds))
    }

    /// True when the list restricts nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries as text, single addresses without a prefix length.
    pub fn entries(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|range| {
                if range.prefix_len() == range.max_prefix_len() {
                    range.addr().to_string()
                } else {
                    range.to_string()
                }
            })
            .collect()
    }
}

/// Reads one address or range.
///
/// # Errors
/// A sentence on what is wrong with it, with what would be right where that can be told.
pub fn parse_entry(text: &str) -> Result<IpNet, String> {
    // No address has an underscore, every key has: what was pasted into the wrong field is not repeated.
    let shown: String = if text.contains('_') {
        "…".into()
    } else {
        text.chars().take(60).collect()
    };
    let wrong = || format!("\"{shown}\" is not a valid address or range.");
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    // std refuses leading zeros (010.0.0.1) and zone ids (fe80::1%eth0), which other parsers read in other ways.
    let parsed: IpAddr = address.parse().map_err(|_| wrong())?;
    let address = parsed.to_canonical();
    let Some(length) = length else {
        return Ok(IpNet::from(address));
    };
    let well_written = !length.is_empty()
        && length.bytes().all(|b| b.is_ascii_digit())
        && (length == "0" || !length.starts_with('0'));
    let mut length: u8 = if well_written {
        length.parse().map_err(|_| wrong())?
    } else {
        return Err(wrong());
    };
    if parsed.is_ipv6() && address.is_ipv4() {
        length = length.checked_sub(96).ok_or_else(wrong)?;
    }
    let range = IpNet::new(address, length).map_err(|_| wrong())?;
    if range.addr() != range.network() {
        return Err(format!(
            "\"{shown}\" has bits set after its prefix. Did you mean {}?",
            range.trunc()
        ));
    }
    if length == 0 {
        return Err(format!(
            "\"{shown}\" is everybody. Leave the list empty to allow any address."
        ));
    }
    Ok(range)
}
