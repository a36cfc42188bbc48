//! Single requests on their way to the request log: a bounded queue that answers fill and one thread empties into the
//! database.
//!
//! Answers never wait for it. A server records a fixed number of requests a second, and may save up some seconds' worth
//! for a burst. Further requests are not recorded, only counted, and the writer notes a gap in the log. A part of what was
//! saved up is kept for keys and tenants that had little of it (`shares`).

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;
use percent_encoding::percent_decode_str;

use super::shares::{Claim, Shares, Subject};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key_text;
use crate::domain::request_id::RequestId;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;

/// Seconds' worth of records that a server may save up for a burst.
const BURST_SECONDS: usize = 8;
/// Most records that it may save up so.
const LARGEST_BURST: usize = 8_192;
/// Of what may be saved up, one part in so many is kept for those who had little.
const KEPT: u64 = 4;
/// One request in the unit of [`Ring::left`].
const ONE: u64 = 1_000_000;
/// Longest method that is kept, in bytes.
const METHOD: usize = 16;
/// Longest path that is kept, in bytes.
const PATH: usize = 512;
/// Longest name of a client's program that is kept, in bytes.
const USER_AGENT: usize = 200;

/// What is known of the request that a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its id.
    pub id: RequestId,
    /// HTTP method, or empty.
    pub method: &'a str,
    /// Path, or empty; a query is cut off here.
    pub path: &'a str,
    /// The name that the client's program gives itself, or empty.
    pub user_agent: &'a str,
}

/// One decision about a known key.
#[derive(Debug, Clone)]
pub struct Record {
    /// Id of the request.
    pub id: RequestId,
    /// When it was decided.
    pub at: Timestamp,
    /// The key.
    pub key_id: KeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The revision of the key that was decided upon.
    pub rev: i64,
    /// The last four characters of the secret that was presented.
    pub last4: Option<[u8; 4]>,
    /// The answer.
    pub code: Code,
    /// Where the caller was, as far as it is known.
    pub address: Option<IpAddr>,
    /// HTTP method of at most 16 letters, or empty.
    pub method: Box<str>,
    /// Path without query, or empty; at most 512 bytes.
    pub path: Box<str>,
    /// Scope that was asked for.
    pub scope: Option<Box<str>>,
    /// Client's program; at most 200 bytes.
    pub user_agent: Box<str>,
}

/// Records that wait to be written, and how many more may be made.
#[derive(Debug)]
pub struct Ring {
    waiting: ArrayQueue<Record>,
    per_second: u64,
    /// What may still be recorded before the next [`Ring::refill`], in millionths of a request: one of those is what
    /// one request a second earns in a microsecond.
    left: AtomicU64,
    most: u64,
    shares: Shares,
    dropped: AtomicU64,
}

impl Ring {
    /// A ring for this many records a second. `None` for 0: then nothing is recorded, and that is no gap.
    pub fn new(per_second: usize) -> Option<Self> {
        let capacity = per_second.max(LARGEST_BURST.min(per_second.saturating_mul(BURST_SECONDS)));
        let most = ONE.saturating_mul(capacity as u64);
        (per_second > 0).then(|| Self {
            waiting: ArrayQueue::new(capacity),
            per_second: per_second as u64,
            left: AtomicU64::new(most),
            most,
            shares: Shares::new(capacity),
            dropped: AtomicU64::new(0),
        })
    }

    /// Records a decision about `subject`, or counts it as dropped when there is no room. `make` runs only when there is.
    pub fn push(&self, subject: &Subject, make: impl FnOnce() -> Record) {
        let kept = match self.shares.claim(subject) {
            Claim::Own => Some(0),
            Claim::Rest => Some(self.most / KEPT),
            Claim::None => None,
        };
        if !kept.is_some_and(|kept| self.take_one(kept)) || self.waiting.push(make()).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.shares.note(subject);
    }

    fn take_one(&self, kept: u64) -> bool {
        let take = |left: u64| left.checked_sub(ONE).filter(|rest| *rest >= kept);
        // Only read at first: while nothing is left, threads then do not slow each other down by writing here.
        !self.waiting.is_full()
            && self.left.load(Ordering::Relaxed) >= kept + ONE
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    }

    /// Adds the records that may be made for so many microseconds that went by.
    pub fn refill(&self, elapsed: i64) {
        let elapsed = u64::try_from(elapsed).unwrap_or_default();
        self.shares.pass(elapsed);
        let more = self.per_second.saturating_mul(elapsed);
        let fill = |left: u64| Some(left.saturating_add(more).min(self.most));
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fill);
    }

    /// The oldest record that waits.
    pub fn pop(&self) -> Option<Record> {
        self.waiting.pop()
    }

    /// Records that wait.
    pub fn depth(&self) -> usize {
        self.waiting.len()
    }

    /// Most that may wait.
    pub fn capacity(&self) -> usize {
        self.waiting.capacity()
    }

    /// Requests that were not recorded since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A method as it is kept: letters and hyphens, cut at 16 bytes. Anything else is no method.
pub fn kept_method(text: &str) -> Box<str> {
    let is_method = text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    if is_method {
        cut(text, METHOD).into()
    } else {
        Box::default()
    }
}

/// A path as it is kept: without its query, cut at 512 bytes.
pub fn kept_path(path: &str) -> Box<str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    cut(redacted(path), PATH).into()
}

/// A client's name as it is kept: cut at 200 bytes.
pub fn kept_user_agent(text: &str) -> Box<str> {
    cut(redacted(text), USER_AGENT).into()
}

/// Nothing of a text that holds a key. Looked for before the cut, which could leave too little of the key to see it.
fn redacted(text: &str) -> &str {
    let holds_key = key_text::appears_in(text)
        || text.contains('%')
            && key_text::appears_in(&percent_decode_str(text).decode_utf8_lossy());
    if holds_key { "[redacted]" } else { text }
}

/// A scope as it is kept.
pub fn kept_scope(scope: &str) -> Box<str> {
    redacted(scope).into()
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
