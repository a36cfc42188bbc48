//! Passwords: rules of length, common ones that are refused, and Argon2id digests (OWASP: 19 MiB, two passes, one lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use super::text_form::folded;
use super::{Error, Result, validate};

/// NIST SP 800-63B: 15 characters where the password is the only factor; no rules of composition.
const LEAST: usize = 15;
/// Where a second factor is asked for as well.
const LEAST_WITH_FACTOR: usize = 8;
const MOST: usize = 256;

/// The most common passwords that are long enough to be taken otherwise, in lower case (`static/vendor/VENDOR.md` says
/// from where).
const COMMON: &str = include_str!("common_passwords/zxcvbn-4.4.2.txt");

/// The least number of characters of a password, with a second factor or without.
pub fn least(with_factor: bool) -> usize {
    if with_factor {
        LEAST_WITH_FACTOR
    } else {
        LEAST
    }
}

/// A password as it is digested, whichever keyboard it was typed on: NFC, and any space a plain one (RFC 8265 section 4.2,
/// OpaqueString).
fn opaque(password: &str) -> Zeroizing<String> {
    let is_space = |letter: char| {
        matches!(
            letter,
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
    };
    let plain = Zeroizing::new(password.replace(is_space, " "));
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&plain);
    Zeroizing::new(composed.into_owned())
}

/// Checks a new password. `own` are texts that an attacker would try for this very person: their name, their address, the
/// names of their tenants.
pub fn check(
    password: &str,
    own: &[&str],
    with_factor: bool,
) -> std::result::Result<String, String> {
    let password = opaque(password);
    let least = least(with_factor);
    let length = password.chars().count();
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    if length == 0 {
        Err(format!(
            "Enter a password of at least {least} characters; a sentence is easy to remember."
        ))
    } else if length < least {
        Err(format!(
            "Use at least {least} characters; a sentence is easy to remember. This has {length}."
        ))
    } else if length > MOST {
        Err(format!("Use at most {MOST} characters; this has {length}."))
    } else if !validate::is_legible(&password) {
        Err("Remove control characters and invisible formatting characters.".into())
    } else if seen.len() < 5 {
        Err("Use more different characters.".into())
    } else if is_common(&password) {
        Err("This is one of the most common passwords, which attackers try first. Choose another one.".into())
    } else if is_of(&password, own) {
        Err("This is little more than your own name, that of your organization or of Keystead. Add a few words.".into())
    } else {
        Ok(password.to_string())
    }
}

fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    COMMON.lines().any(|common| common == password)
}

/// True when too little is left of a password without the words of these texts.
fn is_of(password: &str, own: &[&str]) -> bool {
    let texts = folded(&own.join(" "));
    let mut words: Vec<&str> = texts
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() >= 3)
        .chain(["keystead"])
        .collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let password = folded(password);
    let rest = words
        .iter()
        .fold(password.clone(), |rest, word| rest.replace(word, ""));
    let left = rest.chars().filter(|letter| letter.is_alphanumeric());
    rest != password && left.count() < LEAST_WITH_FACTOR
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Digests a password in PHC form. Takes about 20 ms of CPU and 19 MiB: call it off the async threads.
pub fn digest(password: &str) -> Result<String> {
    let hash = argon2()?
        .hash_password(opaque(password).as_bytes())
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// True when the password fits the digest: in its one form, or letter for letter as typed, as digests were made before.
/// For a person who does not exist, call it with [`decoy`], so that both cases take the same time.
pub fn fits(password: &str, digest: &str) -> Result<bool> {
    let opaque = opaque(password);
    Ok(is_of_digest(&opaque, digest)? || (*opaque != password && is_of_digest(password, digest)?))
}

/// The digest that takes the place of one that a password fits, if that one is of before passwords had one form.
pub fn renewal(password: &str, digest: &str) -> Result<Option<String>> {
    let opaque = opaque(password);
    if *opaque == password || is_of_digest(&opaque, digest)? {
        return Ok(None);
    }
    self::digest(password).map(Some)
}

fn is_of_digest(text: &str, digest: &str) -> Result<bool> {
    let parsed = PasswordHash::new(digest).map_err(Error::internal)?;
    Ok(text.chars().count() <= MOST && argon2()?.verify_password(text.as_bytes(), &parsed).is_ok())
}

/// A digest with the same parameters that no password fits in practice.
pub fn decoy() -> &'static str {
    "$argon2id$v=19$m=19456,t=2,p=1$a2V5c3RlYWQtZGVjb3ktc2FsdA$YmVjYXVzZSBub2JvZHkgaGFzIHRoaXMgcGFzc3dvcmQ"
}
