//! Envelopes: a secret that a third party gave is encrypted under a data key of its own, and the data key under a key
//! derived from the master key. To replace the master key, data keys are wrapped anew and secrets stay as they are.
//!
//! Both layers authenticate where the credential belongs: an envelope in another row can't be opened.

use zeroize::Zeroizing;

use super::encryption::{self, Encrypted, Key};
use super::environment::Environment;
use super::id::{CredentialId, ProjectId, TenantId};
use super::master_key::{MasterKey, MasterKeys};
use super::{Result, random};

/// Version of the derivation and of what is authenticated.
const VERSION: i32 = 1;
/// What the wrapping key is for; the last character is the number of the block in HKDF-Expand.
const WRAPPING: &str = "keystead data key wrapping 1\u{1}";
/// What the encrypted texts are.
const SECRET: &[u8] = b"keystead integration credential";
/// What the wrapped keys are.
const DATA_KEY: &[u8] = b"keystead integration credential data key";

/// Where a credential belongs: what is authenticated with it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// The project; `None` at the level of the organization.
    pub project: Option<ProjectId>,
    /// The slug of the integration.
    pub integration: &'a str,
    /// The environment.
    pub environment: Environment,
    /// The credential.
    pub credential: CredentialId,
}

/// A sealed secret as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// How it was sealed.
    pub sealing_version: i32,
    /// The master key under which the data key is wrapped.
    pub master_key_version: i32,
    /// 24 bytes, new for each wrapping.
    pub key_nonce: Vec<u8>,
    /// The wrapped data key and its tag.
    pub sealed_key: Vec<u8>,
    /// 24 bytes, new for each sealing.
    pub nonce: Vec<u8>,
    /// The encrypted secret and its tag.
    pub ciphertext: Vec<u8>,
}

impl MasterKeys {
    /// Seals a secret for its place, under a data key of its own and the newest master key.
    ///
    /// # Errors
    /// `Unavailable` when the system has no randomness, or no master key is at hand.
    pub fn seal(&self, place: &Place<'_>, text: &str) -> Result<Envelope> {
        let data_key: Key = Zeroizing::new(random::bytes()?);
        let master_key = self.newest_key()?;
        let secret = authenticated(SECRET, VERSION, place, None, |parts| {
            encryption::encrypt(&data_key, parts, text.as_bytes())
        })?;
        let wrapped = wrap(&master_key, VERSION, place, &data_key)?;
        Ok(Envelope {
            sealing_version: VERSION,
            master_key_version: master_key.version(),
            key_nonce: wrapped.nonce,
            sealed_key: wrapped.ciphertext,
            nonce: secret.nonce,
            ciphertext: secret.ciphertext,
        })
    }

    /// Opens what was sealed for this place; `None` when it was not, when a bit of it was changed, and when this process
    /// does not [hold](MasterKeys::holds) its master key.
    pub fn open(&self, place: &Place<'_>, envelope: &Envelope) -> Option<Zeroizing<String>> {
        let data_key = self.unwrap(place, envelope)?;
        let bytes = authenticated(SECRET, envelope.sealing_version, place, None, |parts| {
            encryption::decrypt(&data_key, parts, &envelope.nonce, &envelope.ciphertext)
        })?;
        encryption::text(bytes)
    }

    /// The same envelope under the newest master key: the secret stays as it is, its data key is wrapped anew. `None` where
    /// [`MasterKeys::open`] gives none, and when the system has no randomness.
    pub fn rewrap(&self, place: &Place<'_>, envelope: &Envelope) -> Option<Envelope> {
        let data_key = self.unwrap(place, envelope)?;
        let master_key = self.newest_key().ok()?;
        let wrapped = wrap(&master_key, envelope.sealing_version, place, &data_key).ok()?;
        Some(Envelope {
            master_key_version: master_key.version(),
            key_nonce: wrapped.nonce,
            sealed_key: wrapped.ciphertext,
            ..envelope.clone()
        })
    }

    fn unwrap(&self, place: &Place<'_>, envelope: &Envelope) -> Option<Key> {
        let master_key = self.get(envelope.master_key_version)?;
        let version = Some(master_key.version());
        let bytes = authenticated(
            DATA_KEY,
            envelope.sealing_version,
            place,
            version,
            |parts| {
                let key = master_key.derive(WRAPPING);
                encryption::decrypt(&key, parts, &envelope.key_nonce, &envelope.sealed_key)
            },
        )?;
        let mut key = Key::default();
        // Of another length it was not made here.
        (bytes.len() == key.len()).then(|| key.copy_from_slice(&bytes))?;
        Some(key)
    }
}

fn wrap(
    master_key: &MasterKey,
    sealing_version: i32,
    place: &Place<'_>,
    data_key: &Key,
) -> Result<Encrypted> {
    let version = Some(master_key.version());
    authenticated(DATA_KEY, sealing_version, place, version, |parts| {
        encryption::encrypt(&master_key.derive(WRAPPING), parts, &**data_key)
    })
}

/// Does something with the parts that are authenticated.
fn authenticated<T>(
    purpose: &[u8],
    sealing_version: i32,
    place: &Place<'_>,
    master_key_version: Option<i32>,
    with: impl FnOnce(&[&[u8]]) -> T,
) -> T {
    let (level, project) = match place.project {
        None => ("organization", None),
        Some(project) => ("project", Some(project.text())),
    };
    let version = master_key_version.map(i32::to_be_bytes);
    with(&[
        purpose,
        &sealing_version.to_be_bytes(),
        place.tenant.text().as_bytes(),
        level.as_bytes(),
        project.as_ref().map_or(&[], |id| id.as_bytes()),
        place.integration.as_bytes(),
        place.environment.as_str().as_bytes(),
        place.credential.text().as_bytes(),
        version.as_ref().map_or(&[], |version| version.as_slice()),
    ])
}
