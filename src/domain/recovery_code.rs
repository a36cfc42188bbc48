//! Recovery codes, for who lost the app that makes their codes. Each works once.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Result, random};

/// How many a person has at first.
pub const COUNT: usize = 10;
/// Letters and digits of each: 80 bits, so that nobody finds one by trying digests.
pub const LENGTH: usize = 16;
/// 32 signs that nobody mistakes for another when reading them off paper.
const SIGNS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// What the database keeps of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Drawn anew for each.
    pub salt: Vec<u8>,
    /// SHA-256 of salt and code. The code is random, so no slow digest is needed.
    pub digest: Vec<u8>,
}

/// A new set of codes.
///
/// # Errors
/// `Unavailable` when the system has no randomness.
pub fn generate() -> Result<Vec<Zeroizing<String>>> {
    (0..COUNT).map(|_| one()).collect()
}

fn one() -> Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(random::bytes::<LENGTH>()?);
    // 256 is a multiple of 32: each sign is as likely as any other.
    let sign = |byte: &u8| char::from(SIGNS[usize::from(*byte) % SIGNS.len()]);
    Ok(Zeroizing::new(bytes.iter().map(sign).collect()))
}

/// The code as people read it: in groups of four.
pub fn shown(code: &str) -> String {
    let (first, last) = code.split_at(LENGTH / 2);
    let half = |part: &str| {
        let (one, other) = part.split_at(LENGTH / 4);
        format!("{one}-{other}")
    };
    format!("{}-{}", half(first), half(last))
}

/// True for text in the form of a code.
pub fn is_one(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| SIGNS.contains(&byte))
}

impl Kept {
    /// What is kept of a code.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn of(code: &str) -> Result<Self> {
        let salt = random::bytes::<16>()?.to_vec();
        let digest = digest(&salt, code);
        Ok(Self { salt, digest })
    }

    /// True when this was kept of that code.
    pub fn fits(&self, code: &str) -> bool {
        digest(&self.salt, code).ct_eq(&self.digest).into()
    }
}

fn digest(salt: &[u8], code: &str) -> Vec<u8> {
    Sha256::new()
        .chain_update(salt)
        .chain_update(code)
        .finalize()
        .to_vec()
}
