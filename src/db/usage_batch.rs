//! The bytes in which the usage journal keeps the counts of a batch.
//!
//! Version 2: the words of the verdicts with spaces between them and a line's end; then, for each key, its id (16
//! bytes), when it was last accepted (8 bytes), which of these verdicts it had (2 bytes, the lowest bit for the first
//! word), and the count of each of those (8 bytes). Numbers are little-endian. As the words stand there, verdicts may
//! come and go.
//!
//! Version 1 has no words, and one byte in place of two: its verdicts are [`OF_VERSION_1`].

use crate::domain::id::KeyId;
use crate::domain::tally::{Counts, Tally};
use crate::domain::verdict::Code;

/// The version in which batches are written.
pub const VERSION: i32 = 2;

/// The verdicts of version 1, from the lowest bit up. Never changed: rows of an older Keystead may wait in a database.
const OF_VERSION_1: [Code; 8] = [
    Code::Valid,
    Code::TenantSuspended,
    Code::Revoked,
    Code::Disabled,
    Code::Expired,
    Code::IpDenied,
    Code::InsufficientScope,
    Code::RateLimited,
];

/// Which verdicts a key had fits into two bytes.
const _: () = assert!(Code::OF_KEYS.len() <= 16);

/// Counts of keys.
pub type Tallies = Vec<(KeyId, Tally)>;

/// Writes counts in [`VERSION`].
pub fn encode<'a>(tallies: impl Iterator<Item = (KeyId, &'a Tally)>) -> Vec<u8> {
    let words = Code::OF_KEYS.map(Code::as_str).join(" ");
    let mut bytes = Vec::with_capacity(words.len() + 1 + tallies.size_hint().0 * 34);
    bytes.extend_from_slice(words.as_bytes());
    bytes.push(b'\n');
    for (key, tally) in tallies {
        let counts = tally.counts.numbers();
        let had = (0..).zip(counts).filter(|(_, count)| **count > 0);
        let which = had
            .clone()
            .fold(0_u16, |bits, (place, _)| bits | 1 << place);
        bytes.extend_from_slice(&key.bytes());
        bytes.extend_from_slice(&tally.last_accepted.to_le_bytes());
        bytes.extend_from_slice(&which.to_le_bytes());
        for (_, count) in had {
            bytes.extend_from_slice(&count.to_le_bytes());
        }
    }
    bytes
}

/// Reads counts; false with those that could be read when something could not.
pub fn decode(version: i32, bytes: &[u8]) -> (Tallies, bool) {
    let mut bytes = bytes;
    let read = match version {
        1 => Some((OF_VERSION_1.map(Some).to_vec(), 1)),
        VERSION => read_words(&mut bytes).map(|codes| (codes, 2)),
        _ => None,
    };
    let mut tallies = Vec::new();
    let Some((codes, width)) = read else {
        return (tallies, false);
    };
    while !bytes.is_empty() {
        let Some(one) = read_key(&mut bytes, &codes, width) else {
            return (tallies, false);
        };
        tallies.push(one);
    }
    (tallies, codes.iter().all(Option::is_some))
}

/// The verdicts of the words; none for a word that is not known here.
fn read_words(bytes: &mut &[u8]) -> Option<Vec<Option<Code>>> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let words = std::str::from_utf8(bytes.split_off(..end)?).ok()?;
    bytes.split_off_first()?;
    let known = |word| Code::parse(word).filter(|code| code.is_of_key());
    Some(words.split(' ').map(known).collect())
}

/// A key and its counts; those of verdicts that are not known here are left out.
fn read_key(bytes: &mut &[u8], codes: &[Option<Code>], width: usize) -> Option<(KeyId, Tally)> {
    let key = KeyId::from_bytes(*bytes.split_off(..16)?.first_chunk()?);
    let last_accepted = i64::from_le_bytes(*bytes.split_off(..8)?.first_chunk()?);
    let which = bytes.split_off(..width)?;
    let mut counts = Counts::default();
    for (place, code) in codes.iter().enumerate() {
        let had = which
            .get(place / 8)
            .is_some_and(|bits| bits & (1 << (place % 8)) != 0);
        if had {
            let count = i64::from_le_bytes(*bytes.split_off(..8)?.first_chunk()?);
            // No count is negative: these are no counts.
            u64::try_from(count).ok()?;
            if let Some(code) = code {
                counts.add(*code, count);
            }
        }
    }
    let tally = Tally {
        counts,
        last_accepted,
    };
    Some((key, tally))
}
