//! Looking a text up under every pepper that is in use, while what is looked for may move from one to the next.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use arc_swap::ArcSwap;
use papaya::{HashMap, HashMapRef, LocalGuard};

use super::index::DigestHasher;
use crate::domain::pepper::{Digest, Peppers};

/// Things by the digest of their text. Reads take no lock. They lie beside their digest: a look-up waits for memory as
/// seldom as it can.
pub type ByDigest<T> = HashMap<Digest, T, BuildHasherDefault<DigestHasher>>;
/// Them, as held by one reader: what it finds stays there while it holds them.
pub type Held<'a, T> = HashMapRef<'a, Digest, T, BuildHasherDefault<DigestHasher>, LocalGuard<'a>>;

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
pub fn find<'a, T>(
    things: &'a Held<'_, T>,
    peppers: &ArcSwap<Peppers>,
    text: &str,
) -> Option<(&'a T, Place)> {
    loop {
        let current = peppers.load();
        let found = find_under(things, &current, text);
        // A pepper taken up since may be the one that it was moved to.
        if found.is_some() || Arc::ptr_eq(&current, &peppers.load()) {
            return found;
        }
    }
}

fn find_under<'a, T>(
    things: &'a Held<'_, T>,
    peppers: &Peppers,
    text: &str,
) -> Option<(&'a T, Place)> {
    let (newest, older) = peppers.live().split_first()?;
    let digest = newest.digest(text);
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
                    digest: pepper.digest(text),
                    newer: Some((newest.version(), digest)),
                };
                things.get(&place.digest).map(|thing| (thing, place))
            })
        })
        .or_else(|| if older.is_empty() { None } else { there() })
}

/// Puts something in place; the next look-up sees it. The digests that it had before are forgotten.
pub fn put<T>(things: &ByDigest<T>, digest: Digest, thing: T, old: &[Digest]) {
    let things = things.pin();
    things.insert(digest, thing);
    // Afterwards, so that `find` meets it at every instant.
    for old in old.iter().filter(|old| **old != digest) {
        things.remove(old);
    }
}
