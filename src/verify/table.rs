//! The hash table under the index, by digest. Reads take no lock and wait for nobody.
//!
//! With millions of things a read spends nearly all its time waiting for memory, so the table keeps that short. A
//! bucket is one line of the processor's cache. It has seven places, each with a byte of its digest and a pointer to
//! the digest and the thing, which lie together. So a read waits for memory twice: for the bucket, and for the thing.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapAny, Guard};
// Without the count of weak references that the standard library keeps beside the other one.
use triomphe::Arc;

use super::prefetch::prefetch;
use crate::domain::pepper::Digest;

/// Places in a bucket.
const PLACES: usize = 7;
/// Things for each bucket in a table that is made for a known number of things.
const ROOMY: usize = 3;
/// A part of the table grows when it has more things for each bucket than this.
const CROWDED: usize = 4;

/// Things by digest.
#[derive(Debug)]
pub struct Table<T> {
    parts: Box<[Part<T>]>,
    len: AtomicUsize,
}

/// A part of the table. Parts grow one by one, as growing the whole of a large table would take long.
#[derive(Debug)]
struct Part<T> {
    buckets: ArcSwapAny<Arc<Buckets<T>>>,
    /// Number of things. The lock lets one thread write at a time.
    writing: Mutex<usize>,
}

type Buckets<T> = Box<[Bucket<T>]>;

#[derive(Debug)]
#[repr(align(64))]
struct Bucket<T> {
    /// For each place a byte of the digest of what is there, never 0; 0 when the place is empty.
    marks: [AtomicU8; PLACES],
    /// How many things passed this bucket, as they found no room here or before. A read ends at a bucket that none
    /// passed. It sticks at 255, as the number is not known from there on.
    passed: AtomicU8,
    places: [ArcSwapAny<Option<Arc<Node<T>>>>; PLACES],
}

/// A bucket is one line of the processor's cache.
const _: () = assert!(size_of::<Bucket<u64>>() == 64);

#[derive(Debug)]
#[repr(C)]
struct Node<T> {
    digest: Kept,
    thing: T,
}

/// The part of a digest that is kept: half of it, the least that RFC 2104 section 5 recommends for HMAC.
type Kept = [u8; 16];

fn kept(digest: &Digest) -> Kept {
    std::array::from_fn(|at| digest[at])
}

/// What was found. Its memory is kept until this is dropped, so drop it soon.
#[derive(Debug)]
pub struct Held<T>(Guard<Option<Arc<Node<T>>>>);

impl<T> Held<T> {
    /// The thing; what a table gave out always has one.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|node| &node.thing)
    }

    /// The thing, to be kept as long as one likes.
    pub fn share(&self) -> Option<Shared<T>> {
        self.0.as_ref().map(|node| Shared(Arc::clone(node)))
    }
}

/// A thing that was found. It stays, even when the table gets another in its place.
#[derive(Debug)]
pub struct Shared<T>(Arc<Node<T>>);

impl<T> std::ops::Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.thing
    }
}

/// Where in the table a digest belongs.
#[derive(Clone, Copy)]
struct Home {
    part: u32,
    bucket: u32,
    mark: u8,
}

impl Home {
    /// A digest is a keyed hash, so its bytes are spread evenly and need no hashing.
    fn of(digest: &Kept) -> Self {
        let (words, _) = digest.as_chunks();
        Self {
            part: u32::from_le_bytes(words[0]),
            bucket: u32::from_le_bytes(words[1]),
            mark: digest[8].max(1),
        }
    }
}

/// Maps the range of `value` evenly to numbers below `count`.
fn spread(value: u32, count: usize) -> usize {
    ((u64::from(value) * count as u64) >> 32) as usize
}

impl<T> Table<T> {
    /// Bytes of memory for each thing: with its digest, and the count of those who hold it.
    pub(super) const BYTES_EACH: usize = size_of::<usize>() + size_of::<Node<T>>();

    /// An empty table of so many parts, with room for `expected` things before it grows.
    pub fn new(parts: usize, expected: usize) -> Self {
        let buckets = (expected / parts.max(1) / ROOMY).max(1);
        let part = |_| Part {
            buckets: ArcSwapAny::new(Arc::new(empty(buckets))),
            writing: Mutex::new(0),
        };
        Self {
            parts: (0..parts.max(1)).map(part).collect(),
            len: AtomicUsize::new(0),
        }
    }

    /// What has this digest.
    pub fn get(&self, digest: &Digest) -> Option<Held<T>> {
        let digest = kept(digest);
        let home = Home::of(&digest);
        let buckets = self.part(home).buckets.load();
        let found = find(&buckets, home, &digest)?;
        Some(Held(found.held))
    }

    /// Tells the processor to fetch the memory in which [`Table::get`] will look first.
    pub fn bring_near(&self, digest: &Digest) {
        let home = Home::of(&kept(digest));
        let buckets = self.part(home).buckets.load();
        if let Some(bucket) = buckets.get(spread(home.bucket, buckets.len())) {
            prefetch(bucket);
        }
    }

    /// Puts a thing in place: the next read finds it.
    pub fn put(&self, digest: &Digest, thing: T) {
        let digest = kept(digest);
        let home = Home::of(&digest);
        let part = self.part(home);
        let mut count = part.lock();
        let node = Arc::new(Node { digest, thing });
        let buckets = part.buckets.load();
        if let Some(found) = find(&buckets, home, &digest) {
            buckets[found.bucket].places[found.place].store(Some(node));
            return;
        }
        if *count < buckets.len() * CROWDED {
            add(&buckets, node);
        } else {
            let larger = empty(buckets.len() * 2);
            for node in nodes(&buckets) {
                add(&larger, node);
            }
            add(&larger, node);
            part.buckets.store(Arc::new(larger));
        }
        *count += 1;
        self.len.fetch_add(1, Ordering::Relaxed);
    }

    /// Removes what has this digest: the next read does not find it.
    pub fn remove(&self, digest: &Digest) {
        let digest = kept(digest);
        let home = Home::of(&digest);
        let part = self.part(home);
        let mut count = part.lock();
        let buckets = part.buckets.load();
        let Some(found) = find(&buckets, home, &digest) else {
            return;
        };
        let bucket = &buckets[found.bucket];
        bucket.marks[found.place].store(0, Ordering::Release);
        bucket.places[found.place].store(None);
        for passed in way(&buckets, home)
            .take_while(|&at| at != found.bucket)
            .map(|at| &buckets[at].passed)
        {
            let fewer = |known: u8| known.checked_sub(1).filter(|_| known < u8::MAX);
            let _ = passed.fetch_update(Ordering::Release, Ordering::Relaxed, fewer);
        }
        *count -= 1;
        self.len.fetch_sub(1, Ordering::Relaxed);
    }

    /// Removes everything except what has one of these digests.
    pub fn keep_only(&self, digests: &[Digest]) {
        let digests: HashSet<Kept> = digests.iter().map(kept).collect();
        self.keep(|node| digests.contains(&node.digest));
    }

    /// Removes everything except what is `wanted`.
    pub fn retain(&self, wanted: impl Fn(&T) -> bool) {
        self.keep(|node| wanted(&node.thing));
    }

    fn keep(&self, wanted: impl Fn(&Node<T>) -> bool) {
        for part in &self.parts {
            let mut count = part.lock();
            let buckets = part.buckets.load();
            let (left, mut held) = (empty(buckets.len()), 0);
            for node in nodes(&buckets).filter(|node| wanted(node)) {
                add(&left, node);
                held += 1;
            }
            part.buckets.store(Arc::new(left));
            self.len.fetch_sub(*count - held, Ordering::Relaxed);
            *count = held;
        }
    }

    /// Number of things.
    pub fn count(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Looks at everything in the table. What is put while this runs may be missed.
    pub fn for_each(&self, mut look: impl FnMut(&T)) {
        for part in &self.parts {
            for node in nodes(&part.buckets.load()) {
                look(&node.thing);
            }
        }
    }

    fn part(&self, home: Home) -> &Part<T> {
        &self.parts[spread(home.part, self.parts.len())]
    }
}

impl<T> Part<T> {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Position<T> {
    bucket: usize,
    place: usize,
    held: Guard<Option<Arc<Node<T>>>>,
}

/// Looks into one bucket after the other, up to the first that nothing passed.
fn find<T>(buckets: &[Bucket<T>], home: Home, digest: &Kept) -> Option<Position<T>> {
    for bucket in way(buckets, home) {
        let Bucket {
            marks,
            passed,
            places,
        } = &buckets[bucket];
        for (place, mark) in marks.iter().enumerate() {
            if mark.load(Ordering::Acquire) != home.mark {
                continue;
            }
            let held = places[place].load();
            if held.as_ref().is_some_and(|node| node.digest == *digest) {
                return Some(Position {
                    bucket,
                    place,
                    held,
                });
            }
        }
        if passed.load(Ordering::Acquire) == 0 {
            return None;
        }
    }
    None
}

/// The buckets in which something may be, in order: the one where it belongs, and then those behind it.
fn way<T>(buckets: &[Bucket<T>], home: Home) -> impl Iterator<Item = usize> {
    let (first, count) = (spread(home.bucket, buckets.len()), buckets.len());
    (first..count).chain(0..first)
}

/// Adds what is not there yet. There is room, since no table is fuller than [`CROWDED`].
fn add<T>(buckets: &[Bucket<T>], node: Arc<Node<T>>) {
    let home = Home::of(&node.digest);
    for bucket in way(buckets, home).map(|at| &buckets[at]) {
        let free = |mark: &AtomicU8| mark.load(Ordering::Relaxed) == 0;
        if let Some(place) = bucket.marks.iter().position(free) {
            bucket.places[place].store(Some(node));
            // Last: whoever sees the mark finds the thing.
            bucket.marks[place].store(home.mark, Ordering::Release);
            return;
        }
        let more = |known: u8| Some(known.saturating_add(1));
        let _ = bucket
            .passed
            .fetch_update(Ordering::Release, Ordering::Relaxed, more);
    }
}

fn nodes<T>(buckets: &[Bucket<T>]) -> impl Iterator<Item = Arc<Node<T>>> {
    let places = buckets.iter().flat_map(|bucket| &bucket.places);
    places.filter_map(ArcSwapAny::load_full)
}

fn empty<T>(count: usize) -> Buckets<T> {
    let bucket = |_| Bucket {
        marks: Default::default(),
        passed: AtomicU8::new(0),
        places: Default::default(),
    };
    (0..count).map(bucket).collect()
}
