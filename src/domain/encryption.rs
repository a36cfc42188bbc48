//! Authenticated encryption by XChaCha20-Poly1305, with a random nonce and with parts that are authenticated but not
//! kept: what was encrypted opens only beside the same parts.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Error, Result, random};

/// 256 bits that are wiped when they are dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// What was encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// 24 bytes, new for each text.
    pub nonce: Vec<u8>,
    /// The encrypted text and its tag.
    pub ciphertext: Vec<u8>,
}

/// Encrypts bytes.
///
/// # Errors
/// `Unavailable` when the system has no randomness.
pub fn encrypt(key: &Key, parts: &[&[u8]], bytes: &[u8]) -> Result<Encrypted> {
    let nonce = random::bytes::<24>()?;
    let payload = Payload {
        msg: bytes,
        aad: &joined(parts),
    };
    let ciphertext = cipher(key)
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::internal("a secret could not be encrypted"))?;
    Ok(Encrypted {
        nonce: nonce.to_vec(),
        ciphertext,
    })
}

/// The bytes; `None` under another key, beside other parts, and when a bit of it was changed.
pub fn decrypt(
    key: &Key,
    parts: &[&[u8]],
    nonce: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let payload = Payload {
        msg: ciphertext,
        aad: &joined(parts),
    };
    let bytes = cipher(key).decrypt(&XNonce::from(nonce), payload).ok()?;
    Some(Zeroizing::new(bytes))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(**key).into())
}

/// Each part after its length, so that no two lists of parts read the same.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(*part);
    }
    bytes
}

/// The text of decrypted bytes, which are moved and not copied.
pub fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>> {
    let text = String::from_utf8(std::mem::take(&mut *bytes));
    text.ok().map(Zeroizing::new)
}
