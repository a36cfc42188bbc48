//! The verifiers in memory: the API servers and gateways that may ask about keys.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwap;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::key_lookup::{self, KeyLookup, Place};
use super::moves::{Holder, Moves};
use super::table::{Held, Table};
use crate::domain::id::VerifierId;
use crate::domain::key_text;
use crate::domain::pepper::{Digest, Pepper, Peppers};
use crate::domain::time::{Timestamp, from_micros};

/// A question is not noted when the last noted one is less than so many microseconds old: else threads would slow each
/// other down.
const TICK: i64 = 100_000;

/// A verifier. It may ask until it is revoked.
#[derive(Debug)]
pub struct Verifier {
    /// Identifier.
    pub id: VerifierId,
    revoked: AtomicBool,
    /// When it asked last, in microseconds since 1970; 0 when it did not since the last collection.
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

/// Compares two secrets, eight bytes at a time. It takes equally long wherever they differ, so the time tells nothing.
fn same(one: &[u8], other: &[u8]) -> bool {
    let ((ones, one_rest), (others, other_rest)) = (one.as_chunks(), other.as_chunks());
    let differ = |all: u64, (one, other): (&[u8; 8], &[u8; 8])| {
        all | (u64::from_ne_bytes(*one) ^ u64::from_ne_bytes(*other))
    };
    let words = ones.iter().zip(others).fold(0, differ).ct_eq(&0);
    one.len() == other.len() && bool::from(words & one_rest.ct_eq(other_rest))
}

thread_local! {
    /// The token that this thread saw last, with its digest: a gateway sends the same token each time, and need not be
    /// digested again. The verifier itself is looked up each time, so one that was revoked is refused at once.
    static RECENT: RefCell<Option<(Zeroizing<Vec<u8>>, Place)>> = const { RefCell::new(None) };
}

/// Every verifier of the installation.
#[derive(Debug)]
pub struct Verifiers(Table<Arc<Verifier>>);

impl Default for Verifiers {
    fn default() -> Self {
        Self(Table::new(1, 0))
    }
}

impl Verifiers {
    /// Puts a verifier in place as it is now: the next question sees it. `old` are digests that it had before.
    pub fn put(&self, digest: Digest, id: VerifierId, revoked: bool, old: &[Digest]) {
        let mut before = std::iter::once(&digest).chain(old);
        let known = before.find_map(|digest| self.get(digest));
        let verifier = known.unwrap_or_else(|| {
            Arc::new(Verifier {
                id,
                revoked: AtomicBool::new(revoked),
                last_used: AtomicI64::new(0),
            })
        });
        verifier.revoked.store(revoked, Ordering::Release);
        key_lookup::put(&self.0, digest, verifier, old);
    }

    /// True when a verifier holds this token and may ask; notes that it asks now.
    pub fn admit(
        &self,
        token: &str,
        peppers: &ArcSwap<Peppers>,
        moves: &Moves,
        now: Timestamp,
    ) -> bool {
        let newest = peppers.load().live().first().map(Pepper::version);
        let recent = RECENT.with_borrow(|recent| {
            let (text, place) = recent.as_ref()?;
            // Under an older pepper it is looked up anew: it may have to move, or the pepper may be withdrawn.
            let holds = newest == Some(place.version) && same(text, token.as_bytes());
            holds.then_some(place.digest)
        });
        let known = recent.and_then(|digest| self.0.get(&digest));
        let found = known.or_else(|| {
            if !key_text::is_verifier_token(token) {
                return None;
            }
            let lookup = KeyLookup::new(token.into(), true, peppers);
            let (held, place) = key_lookup::find(&self.0, peppers, &lookup)?;
            moves.offer(Holder::Verifier(held.get()?.id), &place);
            let text = Zeroizing::new(token.as_bytes().to_vec());
            RECENT.set(Some((text, place)));
            Some(held)
        });
        found.as_ref().and_then(Held::get).is_some_and(|verifier| {
            let may_ask = !verifier.revoked.load(Ordering::Acquire);
            if may_ask {
                verifier.touch(now);
            }
            may_ask
        })
    }

    /// Forgets every verifier that has none of these digests.
    pub fn keep_only(&self, digests: &[Digest]) {
        self.0.keep_only(digests);
    }

    /// True when a verifier has this digest.
    pub fn has(&self, digest: &Digest) -> bool {
        self.0.get(digest).is_some()
    }

    fn get(&self, digest: &Digest) -> Option<Arc<Verifier>> {
        self.0.get(digest)?.get().map(Arc::clone)
    }

    /// Takes when each was last used since the last collection.
    pub fn collect(&self) -> Vec<(Arc<Verifier>, Timestamp)> {
        let mut used = Vec::new();
        self.0.for_each(|verifier| {
            let last = verifier.last_used.swap(0, Ordering::Relaxed);
            if last > 0 {
                used.push((Arc::clone(verifier), from_micros(last)));
            }
        });
        used
    }

    /// Puts a time back that could not be written, for the next collection.
    pub fn put_back(&self, verifier: &Verifier, at: Timestamp) {
        verifier.touch(at);
    }
}
