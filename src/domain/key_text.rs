//! The text of a key: `<brand>_<env>_<body><check>`. A verifier's token has `verifier` in place of the environment.
//!
//! The body is 32 base62 characters (190 bits) from the operating system; the check is the CRC-32 of all that
//! precedes it, as 6 base62 characters, so that a typing slip is refused before anything is hashed.

use zeroize::Zeroizing;

use super::environment::Environment;
use super::{Result, random};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 32;
const CHECK: usize = 6;
/// What stands between brand and body. No brand has a sign that is not a letter or a digit, so a text is of one kind.
const OF_KEYS: &[&[u8]] = &[b"_live_", b"_test_"];
const OF_VERIFIERS: &[&[u8]] = &[b"_verifier_"];

/// The full text of a key, or of a verifier's token. It never prints, serialises or outlives its use.
#[derive(Clone)]
pub struct KeySecret(Zeroizing<String>);

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl KeySecret {
    /// A new secret for a brand and an environment.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn generate(brand: &str, environment: Environment) -> Result<Self> {
        Self::after(&prefix(brand, environment))
    }

    /// A new token for a verifier.
    ///
    /// # Errors
    /// As [`KeySecret::generate`].
    pub fn generate_verifier(brand: &str) -> Result<Self> {
        Self::after(&verifier_prefix(brand))
    }

    /// A new secret for a key whose text starts with `prefix`.
    ///
    /// # Errors
    /// As [`KeySecret::generate`].
    pub fn after(prefix: &str) -> Result<Self> {
        // Room for all of it at once: a text that grows leaves copies behind.
        let mut text = String::with_capacity(prefix.len() + BODY + CHECK);
        text.push_str(prefix);
        push_body(&mut text)?;
        let check = check_of(text.as_bytes());
        text.extend(check.iter().map(|&byte| char::from(byte)));
        Ok(Self(Zeroizing::new(text)))
    }

    /// A secret that was sealed and opened again; `None` for a text that is no key.
    pub fn reopened(text: Zeroizing<String>) -> Option<Self> {
        is_well_formed(&text).then_some(Self(text))
    }

    /// The text itself, for the one answer that shows it and for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, shown in lists.
    pub fn last4(&self) -> &str {
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or_default()
    }
}

/// `ks_live_`: what a key of this brand and environment starts with.
pub fn prefix(brand: &str, environment: Environment) -> String {
    format!("{brand}_{}_", environment.as_str())
}

/// `ks_verifier_`: what a verifier's token of this brand starts with.
pub fn verifier_prefix(brand: &str) -> String {
    format!("{brand}_verifier_")
}

/// `ks_live_…9fQ2`: how a key is named on pages.
pub fn hint(key_prefix: &str, last4: &str) -> String {
    format!("{key_prefix}…{last4}")
}

/// True when the text has the shape of a key and its check fits. No brand is asked for, so that keys made under
/// an earlier brand go on working. Costs no allocation and no cryptography.
pub fn is_well_formed(text: &str) -> bool {
    has_shape(text, OF_KEYS)
}

/// The first whole key in a text, such as that after `Bearer ` or `API_KEY=`.
pub fn find_in(text: &str) -> Option<&str> {
    text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric())
        .find(|run| is_well_formed(run))
}

/// True when the text has the shape of a verifier's token and its check fits. No key has it.
pub fn is_verifier_token(text: &str) -> bool {
    has_shape(text, OF_VERIFIERS)
}

fn has_shape(text: &str, middles: &[&[u8]]) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() > 64 || bytes.len() < BODY + CHECK + 8 {
        return false;
    }
    let (head, check) = bytes.split_at(bytes.len() - CHECK);
    let (front, body) = head.split_at(head.len() - BODY);
    let brand = middles
        .iter()
        .find_map(|middle| front.strip_suffix(*middle));
    brand.is_some_and(is_brand_bytes) && is_alphanumeric(body) && check_of(head) == *check
}

/// Looks at every byte whatever the others are: the compiler then takes many at once.
fn is_alphanumeric(bytes: &[u8]) -> bool {
    let both = |all: bool, byte: &u8| all & byte.is_ascii_alphanumeric();
    bytes.iter().fold(true, both)
}

/// True when a key or verifier's token stands somewhere in the text: it was pasted where it would be kept and shown.
/// Whatever it touches and whether its check fits is not asked: the body alone is the secret.
pub fn appears_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_body = |rest: &[u8]| {
        rest.get(..BODY)
            .is_some_and(|body| body.iter().all(u8::is_ascii_alphanumeric))
    };
    let middles = || OF_KEYS.iter().chain(OF_VERIFIERS);
    (0..bytes.len())
        .filter(|&at| bytes[at] == b'_')
        .any(|at| middles().any(|middle| bytes[at..].strip_prefix(*middle).is_some_and(is_body)))
}

/// True when a text may hold more of a secret than pages show of a key: anything behind a key's prefix, or five characters
/// in a row that look drawn by lot. Words that only look so cost nothing but an address: what this holds for is asked in a
/// body.
pub fn may_hold_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_behind_prefix = OF_KEYS.iter().chain(OF_VERIFIERS).any(|middle| {
        bytes
            .windows(middle.len() + 1)
            .any(|at| at.starts_with(middle) && at[middle.len()].is_ascii_alphanumeric())
    });
    is_behind_prefix
        || text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|run| run.len() > 4 && looks_drawn_by_lot(run.as_bytes()))
}

/// Letters and digits together, a capital letter behind a small one, or longer than words are.
fn looks_drawn_by_lot(run: &[u8]) -> bool {
    let has_letter = run.iter().any(u8::is_ascii_alphabetic);
    let has_digit = run.iter().any(u8::is_ascii_digit);
    let turns = run
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    (has_letter && has_digit) || turns || run.len() > 15
}

/// A brand: 2 to 12 lower-case letters or digits, starting with a letter.
pub fn is_brand(text: &str) -> bool {
    is_brand_bytes(text.as_bytes())
}

fn is_brand_bytes(bytes: &[u8]) -> bool {
    (2..=12).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Rejection sampling: 248 is the largest multiple of 62 in a byte, so every character is equally likely.
fn push_body(text: &mut String) -> Result<()> {
    let mut missing = BODY;
    while missing > 0 {
        let random = Zeroizing::new(random::bytes::<48>()?);
        for &byte in random.iter().filter(|&&byte| byte < 248).take(missing) {
            text.push(base62(u32::from(byte)));
            missing -= 1;
        }
    }
    Ok(())
}

fn base62(value: u32) -> char {
    char::from(ALPHABET[(value % 62) as usize])
}

fn check_of(head: &[u8]) -> [u8; CHECK] {
    let mut value = crc32fast::hash(head);
    let mut check = [b'0'; CHECK];
    for place in check.iter_mut().rev() {
        *place = ALPHABET[(value % 62) as usize];
        value /= 62;
    }
    check
}
