//! The token of a session's forms, written differently on each page.
//!
//! Pages are compressed, and show what was typed into the address beside the token: were it always the same text,
//! the sizes of many such answers would give it away (BREACH). So each page holds a fresh random mask and the token
//! under it.

use crate::domain::Result;
use crate::domain::random::{bytes, from_hex, hex};

/// Hexadecimal digits of a token, and of its mask.
const LENGTH: usize = 64;

/// The token under a fresh mask: 128 hexadecimal digits. Text that is no token stays as it is.
///
/// # Errors
/// `Unavailable` without randomness.
pub fn mask(token: &str) -> Result<String> {
    let Some(token) = from_hex(token) else {
        return Ok(token.to_owned());
    };
    let mask = bytes::<32>()?;
    Ok(hex(&mask) + &hex(&xor(&mask, &token)))
}

/// The token that a form sent back. What was never masked stays as it is: forms before signing in are not compressed.
pub fn unmask(sent: &str) -> String {
    let halves = sent
        .split_at_checked(LENGTH)
        .and_then(|(mask, masked)| from_hex(mask).zip(from_hex(masked)));
    halves.map_or_else(
        || sent.to_owned(),
        |(mask, masked)| hex(&xor(&mask, &masked)),
    )
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|at| one[at] ^ other[at])
}
