//! Looking a key or a verifier up by its text, under each pepper that is in use. While peppers are changed, keys move
//! from the digest under an older pepper to that under the newest, and are found all the time.

use std::borrow::Cow;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::table::{Held, Table};
use crate::domain::pepper::{Digest, Pepper, Peppers, SecretDigests};

/// A presented text with its digest, to find the key or the verifier that has it.
pub struct KeyLookup<'a> {
    text: Cow<'a, str>,
    /// Version of the newest pepper, and the digest under it; `None` for a text that can't be a key.
    newest: Option<(i32, Digest)>,
}

impl std::fmt::Debug for KeyLookup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'a> KeyLookup<'a> {
    /// Digests a text, unless it lacks the shape of a key (or of a verifier's token, where that is looked up).
    pub fn new(text: Cow<'a, str>, has_shape: bool, peppers: &ArcSwap<Peppers>) -> Self {
        let current = peppers.load();
        let newest = current.live().first().filter(|_| has_shape);
        let newest = newest.map(|pepper| (pepper.version(), pepper.digest(&text)));
        Self { text, newest }
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest under the newest pepper.
    pub fn digest(&self) -> Option<&Digest> {
        self.newest.as_ref().map(|(_, digest)| digest)
    }

    /// What a key with this text may be stored under.
    pub fn digests(&self, peppers: &Peppers) -> SecretDigests {
        let live = peppers.live().iter();
        SecretDigests::new(live.map(|pepper| self.digest_under(pepper)).collect())
    }

    fn digest_under(&self, pepper: &Pepper) -> Digest {
        let known = self
            .newest
            .filter(|(version, _)| *version == pepper.version());
        known.map_or_else(|| pepper.digest(&self.text), |(_, digest)| digest)
    }
}

/// The digest under which a key or a verifier was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Version of the pepper.
    pub version: i32,
    /// The digest under this pepper.
    pub digest: Digest,
    /// Version of the newest pepper and the digest under it, when it was found under an older one.
    pub newer: Option<(i32, Digest)>,
}

/// Finds what has this text, also while [`put`] moves it to another digest.
pub fn find<T>(
    things: &Table<T>,
    peppers: &ArcSwap<Peppers>,
    lookup: &KeyLookup<'_>,
) -> Option<(Held<T>, Place)> {
    loop {
        let current = peppers.load();
        let found = find_under(things, &current, lookup);
        // Not found, but a pepper was added meanwhile: it may have been moved to the digest under that one.
        if found.is_some() || Arc::ptr_eq(&current, &peppers.load()) {
            return found;
        }
    }
}

fn find_under<T>(
    things: &Table<T>,
    peppers: &Peppers,
    lookup: &KeyLookup<'_>,
) -> Option<(Held<T>, Place)> {
    let (newest, older) = peppers.live().split_first()?;
    let digest = lookup.digest_under(newest);
    let there = || {
        let place = Place {
            version: newest.version(),
            digest,
            newer: None,
        };
        things.get(&digest).map(|thing| (thing, place))
    };
    there()
        .or_else(|| {
            // From the oldest pepper to newer ones. Things move that way, and are put in the new place before they are
            // removed from the old one, so this never passes one by.
            older.iter().rev().find_map(|pepper| {
                let place = Place {
                    version: pepper.version(),
                    digest: lookup.digest_under(pepper),
                    newer: Some((newest.version(), digest)),
                };
                things.get(&place.digest).map(|thing| (thing, place))
            })
        })
        .or_else(|| if older.is_empty() { None } else { there() })
}

/// Puts something in place: the next look-up finds it. What is under `old`, digests that it had before, is removed.
pub fn put<T>(things: &Table<T>, digest: Digest, thing: T, old: &[Digest]) {
    things.put(&digest, thing);
    // Removed after it was put, so that `find` meets it at every instant.
    for old in old.iter().filter(|old| **old != digest) {
        things.remove(old);
    }
}
