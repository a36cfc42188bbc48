//! Verifiers in memory: who may ask about keys.

use std::cell::RefCell;
use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use papaya::HashMap;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::index::DigestHasher;
use crate::domain::id::VerifierId;
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Pepper};
use crate::domain::time::{Timestamp, from_micros};

/// A later question within these microseconds is not noted: else every core would write to the same place each time.
const TICK: i64 = 100_000;

/// One that may ask, until it is revoked.
#[derive(Debug)]
pub struct Verifier {
    /// Identifier.
    pub id: VerifierId,
    revoked: AtomicBool,
    /// Microseconds since 1970; 0 when it did not ask since the last collection.
    last_used: AtomicI64,
}

impl Verifier {
    fn touch(&self, now: Timestamp) {
        let now = now.timestamp_micros();
        if now - self.last_used.load(Ordering::Relaxed) >= TICK {
            self.last_used.fetch_max(now, Ordering::Relaxed);
        }
    }
}

thread_local! {
    /// The token that this thread saw last, with its digest: a gateway sends the same one each time. The digest is
    /// looked up each time, so a revoked verifier is refused at once.
    static RECENT: RefCell<Option<(Zeroizing<Vec<u8>>, Digest)>> = const { RefCell::new(None) };
}

/// Every verifier of the installation.
#[derive(Debug, Default)]
pub struct Verifiers(HashMap<Digest, Arc<Verifier>, BuildHasherDefault<DigestHasher>>);

impl Verifiers {
    /// Puts a verifier in place as it is now; the next question sees it.
    pub fn put(&self, digest: Digest, id: VerifierId, revoked: bool) {
        let verifiers = self.0.pin();
        let verifier = verifiers.get_or_insert_with(digest, || {
            Arc::new(Verifier {
                id,
                revoked: AtomicBool::new(revoked),
                last_used: AtomicI64::new(0),
            })
        });
        verifier.revoked.store(revoked, Ordering::Release);
    }

    /// True when a verifier holds this token and may ask; notes that it asks now.
    pub fn admit(&self, token: &str, peppers: &[Pepper], now: Timestamp) -> bool {
        let verifiers = self.0.pin();
        let recent = RECENT.with_borrow(|recent| {
            let (text, digest) = recent.as_ref()?;
            bool::from(text.ct_eq(token.as_bytes())).then_some(*digest)
        });
        let known = recent.and_then(|digest| verifiers.get(&digest));
        let found = known.or_else(|| {
            if !key_text::is_verifier_token(token) {
                return None;
            }
            let (digest, found) = peppers.iter().find_map(|pepper| {
                let digest = pepper.digest(token);
                Some((digest, verifiers.get(&digest)?))
            })?;
            let text = Zeroizing::new(token.as_bytes().to_vec());
            RECENT.set(Some((text, digest)));
            Some(found)
        });
        found.is_some_and(|verifier| {
            let may_ask = !verifier.revoked.load(Ordering::Acquire);
            if may_ask {
                verifier.touch(now);
            }
            may_ask
        })
    }

    /// Takes when each was last used since the last collection.
    pub fn collect(&self) -> Vec<(Arc<Verifier>, Timestamp)> {
        let used = |verifier: &Arc<Verifier>| {
            let last = verifier.last_used.swap(0, Ordering::Relaxed);
            (last > 0).then(|| (Arc::clone(verifier), from_micros(last)))
        };
        self.0.pin().values().filter_map(used).collect()
    }

    /// Puts a time back that could not be written, for the next collection.
    pub fn put_back(&self, verifier: &Verifier, at: Timestamp) {
        verifier.touch(at);
    }
}
