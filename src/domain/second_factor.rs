//! The second factor: a code of six digits that an app makes of a secret and the time (RFC 6238: SHA-1, 30 seconds).
//!
//! The secret is kept sealed under the master key, and bound to its person.

use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::encryption::{self, Encrypted};
use super::id::UserId;
use super::master_key::MasterKeys;
use super::recovery_code;
use super::sealing::Sealed;
use super::time::Timestamp;
use super::{Error, Result, random};

/// Version of the derivation and of what is authenticated.
const VERSION: i32 = 1;
/// What the sealing key is for: every other use of the master key derives another.
const PURPOSE: &str = "keystead second factor key 1";
/// What the sealed bytes are.
const DOMAIN: &[u8] = b"keystead second factor secret";

/// Seconds for which a code is shown.
const STEP: u64 = 30;
/// Steps by which the clocks of a telephone and of this server may differ, either way.
const TOLERANCE: u16 = 1;

/// The secret that the app and Keystead share: 160 bits, as RFC 4226 recommends.
#[derive(Clone)]
pub struct FactorSecret(Zeroizing<[u8; 20]>);

impl std::fmt::Debug for FactorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl FactorSecret {
    /// A new secret.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness.
    pub fn generate() -> Result<Self> {
        random::bytes().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    fn of(&self, email: &str) -> Result<Totp> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(TOLERANCE)
            .with_step_duration(STEP)
            .with_secret(Secret::new_stack(*self.0))
            // A colon ends the name of the issuer.
            .with_account_name(email.replace(':', " "))
            .with_issuer(Some("Keystead"))
            .build()
            .map_err(|cause| Error::internal(format!("no second factor: {cause}")))
    }

    /// The address that an app reads from the QR code.
    pub fn address(&self, email: &str) -> Result<Zeroizing<String>> {
        let address = self.of(email)?.to_url();
        let address = address.map_err(|cause| Error::internal(format!("no QR code: {cause}")))?;
        Ok(Zeroizing::new(address))
    }

    /// The secret for typing, in groups of four.
    pub fn text(&self) -> Zeroizing<String> {
        let whole = Zeroizing::new(Secret::new_stack(*self.0).to_base32());
        let mut text = Zeroizing::new(String::with_capacity(whole.len() * 2));
        for (at, letter) in whole.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }

    /// The step whose code this is, if it is one of now, of the step before or of the next one.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Result<Option<i64>> {
        let seconds = u64::try_from(now.timestamp()).map_err(Error::internal)?;
        let step = self.of("")?.check(code, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }
}

impl MasterKeys {
    /// Seals a secret for its person, under the newest master key.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness, or no master key is at hand.
    pub fn seal_factor(&self, user: UserId, secret: &FactorSecret) -> Result<Sealed> {
        let master_key = self.newest_key()?;
        let Encrypted { nonce, ciphertext } = authenticated(VERSION, user, |parts| {
            encryption::encrypt(&master_key.derive(PURPOSE), parts, &*secret.0)
        })?;
        Ok(Sealed {
            version: VERSION,
            master_key_version: master_key.version(),
            nonce,
            ciphertext,
        })
    }

    /// Opens what was sealed for this person; `None` when it was not, when a bit of it was changed, and when this process
    /// does not [hold](MasterKeys::holds) its master key.
    pub fn open_factor(&self, user: UserId, sealed: &Sealed) -> Option<FactorSecret> {
        let key = self.get(sealed.master_key_version)?.derive(PURPOSE);
        let bytes = authenticated(sealed.version, user, |parts| {
            encryption::decrypt(&key, parts, &sealed.nonce, &sealed.ciphertext)
        })?;
        let mut secret = Zeroizing::new([0; 20]);
        // Of another length it was not made here.
        (bytes.len() == secret.len()).then(|| secret.copy_from_slice(&bytes))?;
        Some(FactorSecret(secret))
    }
}

/// Does something with the parts that are authenticated.
fn authenticated<T>(version: i32, user: UserId, with: impl FnOnce(&[&[u8]]) -> T) -> T {
    with(&[DOMAIN, &version.to_be_bytes(), user.text().as_bytes()])
}

/// What somebody typed where a code is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Six digits.
    Code(String),
    /// What has the form of a recovery code.
    Recovery(String),
    /// Neither.
    Nonsense,
}

impl Typed {
    /// Reads it as people write such codes: with spaces, dashes and capital letters.
    pub fn read(text: &str) -> Self {
        let bare: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .take(recovery_code::LENGTH + 1)
            .collect::<String>()
            .to_lowercase();
        if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Code(bare)
        } else if recovery_code::is_one(&bare) {
            Self::Recovery(bare)
        } else {
            Self::Nonsense
        }
    }
}

/// Who has to have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Nobody: it is up to each person.
    OfNobody,
    /// Support staff and super users.
    OfStaff,
    /// Everybody who signs in.
    OfEveryone,
}

impl std::str::FromStr for Required {
    type Err = ();

    fn from_str(word: &str) -> std::result::Result<Self, ()> {
        match word {
            "nobody" => Ok(Self::OfNobody),
            "staff" => Ok(Self::OfStaff),
            "everyone" => Ok(Self::OfEveryone),
            _ => Err(()),
        }
    }
}

impl Required {
    /// True when somebody must have one.
    pub fn binds(self, is_staff: bool) -> bool {
        match self {
            Self::OfNobody => false,
            Self::OfStaff => is_staff,
            Self::OfEveryone => true,
        }
    }
}
