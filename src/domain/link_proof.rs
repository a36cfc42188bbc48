//! What makes a link that opens something: a digest of what it opens, under a pepper. It is stored nowhere, so a copy of
//! the database alone opens no door.

use subtle::ConstantTimeEq as _;

use super::pepper::{Digest, Pepper, Peppers};
use super::random;

/// The secret part of a link.
#[derive(Clone)]
pub struct LinkProof(Digest);

impl LinkProof {
    /// Of a text that tells all that the link is good for. It has to begin as no other kind of link and no key does.
    pub fn new(of: &str, pepper: &Pepper) -> Self {
        Self(pepper.digest(of))
    }

    /// As part of an address: 64 hexadecimal digits.
    pub fn text(&self) -> String {
        random::hex(&self.0)
    }

    /// The proof of this text; `None` for what never was one.
    pub fn parse(text: &str) -> Option<Self> {
        random::from_hex(text).map(|bytes| Self(*bytes))
    }

    /// True when this is the proof of that text.
    pub fn holds(&self, of: &str, peppers: &Peppers) -> bool {
        peppers
            .live()
            .iter()
            .any(|pepper| bool::from(pepper.digest(of).ct_eq(&self.0)))
    }
}
