//! Looking a text up under every pepper that is in use, while what is looked for may move from one to the next.

use std::borrow::Cow;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::table::{Held, Table};
use crate::domain::pepper::{Digest, Pepper, Peppers};

/// A text that somebody presented, on the way to what has it.
pub struct KeyLookup<'a> {
    text: Cow<'a, str>,
    /// Version and digest under the newest pepper; none for a text that has not the shape of what is looked for.
    newest: Option<(i32, Digest)>,
}

impl std::fmt::Debug for KeyLookup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'a> KeyLookup<'a> {
    /// Digests a text, if it has the shape.
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

    fn digest_under(&self, pepper: &Pepper) -> Digest {
        let known = self
            .newest
            .filter(|(version, _)| *version == pepper.version());
        known.map_or_else(|| pepper.digest(&self.text), |(_, digest)| digest)
    }
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Version of the pepper.
    pub version: i32,
    /// Digest under it.
    pub digest: Digest,
    /// Version and digest of the newest pepper, when this is another.
    pub newer: Option<(i32, Digest)>,
}

/// Finds what has this text, also while [`put`] moves it.
pub fn find<T>(
    things: &Table<T>,
    peppers: &ArcSwap<Peppers>,
    lookup: &KeyLookup<'_>,
) -> Option<(Held<T>, Place)> {
    loop {
        let current = peppers.load();
        let found = find_under(things, &current, lookup);
        // A pepper taken up since may be the one that it was moved to.
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
            // From the oldest up, the way that things move: each has its newer place before it loses the older one.
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

/// Puts something in place; the next look-up sees it. The digests that it had before are forgotten.
pub fn put<T>(things: &Table<T>, digest: Digest, thing: T, old: &[Digest]) {
    things.put(&digest, thing);
    // Afterwards, so that `find` meets it at every instant.
    for old in old.iter().filter(|old| **old != digest) {
        things.remove(old);
    }
}
