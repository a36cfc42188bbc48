//! Randomness from the operating system.

use rand::TryRng;
use rand::rngs::SysRng;

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
