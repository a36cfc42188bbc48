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
use crate::domain::id::{RotationId, VerifierId};
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
    last_used: LastUse,
    /// How often it asked since the last collection.
    asked: AtomicI64,
}

/// When something was used last, in microseconds since 1970; 0 when it was not since the last collection.
#[derive(Debug, Default)]
struct LastUse(AtomicI64);

impl LastUse {
    fn touch(&self, now: Timestamp) {
        let now = now.timestamp_micros();
        if now - self.0.load(Ordering::Relaxed) >= TICK {
            self.0.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn take(&self) -> Option<Timestamp> {
        let last = self.0.swap(0, Ordering::Relaxed);
        (last > 0).then(|| from_micros(last))
    }
}

/// A token that a verifier had before, which works on until it ends.
#[derive(Debug)]
pub struct OldToken {
    /// The rotation that replaced it.
    pub id: RotationId,
    /// The first microsecond at which it no longer works.
    ends_at: AtomicI64,
    last_used: LastUse,
}

/// What is found by the digest of a token. All tokens of a verifier share the verifier, so its revocation ends them all.
#[derive(Debug, Clone)]
struct Token {
    verifier: Arc<Verifier>,
    old: Option<Arc<OldToken>>,
}

impl Token {
    fn admit(&self, now: Timestamp) -> bool {
        let is_over =
            |old: &Arc<OldToken>| now.timestamp_micros() >= old.ends_at.load(Ordering::Acquire);
        if self.verifier.revoked.load(Ordering::Acquire) || self.old.as_ref().is_some_and(is_over) {
            return false;
        }
        self.verifier.last_used.touch(now);
        self.verifier.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(old) = &self.old {
            old.last_used.touch(now);
        }
        true
    }
}

/// A verifier as the database has it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Identifier.
    pub id: VerifierId,
    /// Digest of its token.
    pub digest: Digest,
    /// It was revoked for good.
    pub revoked: bool,
    /// The tokens that it had before.
    pub old: Vec<StoredOld>,
}

/// An old token as the database has it.
#[derive(Debug, Clone, Copy)]
pub struct StoredOld {
    /// The rotation that replaced it.
    pub id: RotationId,
    /// Its digest.
    pub digest: Digest,
    /// The first instant at which it no longer works; `None`: somebody has to end it.
    pub ends_at: Option<Timestamp>,
}

/// What verifiers did since the last collection.
#[derive(Debug, Default)]
pub struct Asked {
    /// Each verifier that asked: when last, and how often.
    pub verifiers: Vec<(Arc<Verifier>, Option<Timestamp>, i64)>,
    /// Each old token that was used, and when last.
    pub old: Vec<(Arc<OldToken>, Timestamp)>,
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
pub struct Verifiers(Table<Token>);

impl Default for Verifiers {
    fn default() -> Self {
        Self(Table::new(1, 0))
    }
}

impl Verifiers {
    /// Puts a verifier in place as it is now: the next question sees it. `moved` are digests that its tokens had before.
    pub fn put(&self, stored: &Stored, moved: &[Digest]) {
        let olds = stored.old.iter().map(|old| &old.digest);
        let mut before = std::iter::once(&stored.digest).chain(olds).chain(moved);
        let known = before.find_map(|digest| self.get(digest));
        let verifier = known.map_or_else(
            || {
                Arc::new(Verifier {
                    id: stored.id,
                    revoked: AtomicBool::new(stored.revoked),
                    last_used: LastUse::default(),
                    asked: AtomicI64::new(0),
                })
            },
            |token| token.verifier,
        );
        verifier.revoked.store(stored.revoked, Ordering::Release);
        for old in &stored.old {
            let token = Token {
                verifier: Arc::clone(&verifier),
                old: Some(self.old(old)),
            };
            self.0.put(&old.digest, token);
        }
        let is_old = |digest: &Digest| stored.old.iter().any(|old| old.digest == *digest);
        let gone: Vec<Digest> = moved.iter().filter(|one| !is_old(one)).copied().collect();
        let token = Token {
            verifier,
            old: None,
        };
        key_lookup::put(&self.0, stored.digest, token, &gone);
    }

    /// An old token as it is now.
    fn old(&self, stored: &StoredOld) -> Arc<OldToken> {
        let known = self.get(&stored.digest).and_then(|token| token.old);
        let old = known.unwrap_or_else(|| {
            Arc::new(OldToken {
                id: stored.id,
                ends_at: AtomicI64::new(0),
                last_used: LastUse::default(),
            })
        });
        let ends_at = stored.ends_at.map_or(i64::MAX, |at| at.timestamp_micros());
        old.ends_at.store(ends_at, Ordering::Release);
        old
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
            moves.offer(Holder::Verifier(held.get()?.verifier.id), &place);
            let text = Zeroizing::new(token.as_bytes().to_vec());
            RECENT.set(Some((text, place)));
            Some(held)
        });
        let token = found.as_ref().and_then(Held::get);
        token.is_some_and(|token| token.admit(now))
    }

    /// Forgets every token that has none of these digests.
    pub fn keep_only(&self, digests: &[Digest]) {
        self.0.keep_only(digests);
    }

    /// True when a token has this digest.
    pub fn has(&self, digest: &Digest) -> bool {
        self.0.get(digest).is_some()
    }

    fn get(&self, digest: &Digest) -> Option<Token> {
        self.0.get(digest)?.get().cloned()
    }

    /// Takes what was asked since the last collection.
    pub fn collect(&self) -> Asked {
        let mut asked = Asked::default();
        self.0.for_each(|Token { verifier, old }| {
            let (last, times) = (
                verifier.last_used.take(),
                verifier.asked.swap(0, Ordering::Relaxed),
            );
            if last.is_some() || times > 0 {
                asked.verifiers.push((Arc::clone(verifier), last, times));
            }
            if let Some(old) = old
                && let Some(last) = old.last_used.take()
            {
                asked.old.push((Arc::clone(old), last));
            }
        });
        asked
    }
}

impl Asked {
    /// Puts back what could not be written, for the next collection; without the counts when they may be written after
    /// all, so that nothing is counted twice.
    pub fn put_back(&self, with_counts: bool) {
        for (verifier, last, times) in &self.verifiers {
            if let Some(last) = last {
                verifier.last_used.touch(*last);
            }
            if with_counts {
                verifier.asked.fetch_add(*times, Ordering::Relaxed);
            }
        }
        for (old, last) in &self.old {
            old.last_used.touch(*last);
        }
    }
}
