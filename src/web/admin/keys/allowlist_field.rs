//! The field with the addresses from which a key may be used, as typed.

use std::collections::HashSet;

use crate::domain::address_list::AddressList;
use crate::domain::validate::FieldErrors;

/// The form's "enforce" is what happens to a list, if there is one: without one any address is allowed.
pub fn chosen_mode(word: &str) -> &str {
    match word {
        "enforce" => "",
        other => other,
    }
}

/// Adds the person's own address to the lines of a list.
pub fn add_address(list: &mut String, address: Option<std::net::IpAddr>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    match address {
        Some(address) => return add_lines(list, std::iter::once(&*address.to_string())),
        None => errors.add(
            "ip_allowlist",
            "Your address can't be told from here. Type it as one line.",
        ),
    }
    errors
}

/// Adds addresses that a list does not have yet; unknown ones can be on no list.
pub fn add_lines<'a>(list: &mut String, addresses: impl Iterator<Item = &'a str>) -> FieldErrors {
    // A list with a wrong line allows nothing yet; then the text alone tells.
    let parsed = AddressList::parse(list.lines()).unwrap_or_default();
    let mut lines: HashSet<String> = list.lines().map(|line| line.trim().into()).collect();
    for address in addresses.filter(|address| !address.is_empty()) {
        let is_allowed = !parsed.is_empty() && parsed.allows_text(address);
        if !is_allowed && lines.insert(address.to_owned()) {
            let kept = list.trim_end().len();
            list.truncate(kept);
            if !list.is_empty() {
                list.push('\n');
            }
            list.push_str(address);
        }
    }
    FieldErrors::default()
}
