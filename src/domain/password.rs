//! Passwords: length rules and Argon2id digests (OWASP: 19 MiB, two passes, one lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

use super::{Error, Result};

/// NIST SP 800-63B: 15 characters where the password is the only factor; no rules of composition.
const LEAST: usize = 15;
const MOST: usize = 256;

/// Checks a new password.
pub fn check(password: &str) -> std::result::Result<String, String> {
    let length = password.chars().count();
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    if length == 0 {
        Err(format!(
            "Enter a password of at least {LEAST} characters; a sentence is easy to remember."
        ))
    } else if length < LEAST {
        Err(format!(
            "Use at least {LEAST} characters; a sentence is easy to remember. This has {length}."
        ))
    } else if length > MOST {
        Err(format!("Use at most {MOST} characters; this has {length}."))
    } else if seen.len() < 5 {
        Err("Use more different characters.".into())
    } else {
        Ok(password.to_owned())
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Digests a password in PHC form. Takes about 20 ms of CPU and 19 MiB: call it off the async threads.
pub fn digest(password: &str) -> Result<String> {
    let hash = argon2()?
        .hash_password(password.as_bytes())
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// True when the password fits the digest. For a person who does not exist, call it with [`decoy`], so that both
/// cases take the same time.
pub fn fits(password: &str, digest: &str) -> Result<bool> {
    let parsed = PasswordHash::new(digest).map_err(Error::internal)?;
    Ok(password.chars().count() <= MOST
        && argon2()?
            .verify_password(password.as_bytes(), &parsed)
            .is_ok())
}

/// A digest with the same parameters that no password fits in practice.
pub fn decoy() -> &'static str {
    "$argon2id$v=19$m=19456,t=2,p=1$a2V5c3RlYWQtZGVjb3ktc2FsdA$YmVjYXVzZSBub2JvZHkgaGFzIHRoaXMgcGFzc3dvcmQ"
}
