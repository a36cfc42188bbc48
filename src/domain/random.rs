//! Randomness from the operating system.

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::{Error, Result};

/// Fills an array from the operating system's generator.
///
/// # Errors
/// `Unavailable` when the system has no randomness to give; nothing weaker is ever used instead.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut buffer = [0; N];
    SysRng.try_fill_bytes(&mut buffer).map_err(|cause| {
        Error::Unavailable(format!("the system's random generator failed: {cause}"))
    })?;
    Ok(buffer)
}

/// A token of 256 random bits as 64 hexadecimal digits.
pub fn token() -> Result<String> {
    Ok(hex(&bytes::<32>()?))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The 32 bytes of 64 hexadecimal digits; `None` for any other text.
pub fn from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    // Every character, since the parser below would take a sign.
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (place, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *place = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
